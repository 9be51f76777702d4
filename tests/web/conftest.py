"""A gateway as a process of its own, before the real Label Studio of the label tests."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from gateways import PASSWORD, GatewayProcess, Offer, record_id
from tests.label.conftest import server, studio

from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.label.label_studio import LabelStudio
from datacoop.label.routing import Task
from datacoop.web.gateway.accounts import add_annotator
from datacoop.web.gateway.passwords import hash_password
from datacoop.web.gateway.store import Account, Store, read_key

__all__ = ["server", "studio"]

CHOICES = """<View>
  <Text name="text" value="$text"/>
  <Choices name="area" toName="text" choice="single" required="true" showInline="true">
    <Choice value="family" hotkey="1"/><Choice value="housing" hotkey="2"/>
  </Choices>
</View>"""

MakeOffer = Callable[..., Offer]
StartGateway = Callable[..., AbstractContextManager[GatewayProcess]]
PEOPLE = ("ada@example.org", "bob@example.org")


@pytest.fixture
def make_offer(studio: LabelStudio, request: pytest.FixtureRequest) -> MakeOffer:
    """Make a project with tasks that only this test uses."""

    def make(
        payloads: list[dict[str, Any]], configuration: str = CHOICES, name: str = "", votes: int = 2
    ) -> Offer:
        collection = f"{request.node.name}{name}"
        project = studio.ensure_project(collection, "Test", configuration, "Read this.", 3)
        records = {record_id(number): payload for number, payload in enumerate(payloads)}
        studio.add_tasks(project, [Task(record_id=k, payload=v) for k, v in records.items()])
        return Offer(
            collection=collection,
            project=project,
            configuration=configuration,
            records=records,
            tasks=studio.task_numbers(project),
            votes=votes,
        )

    return make


@pytest.fixture
def start_gateway(server: LabelStudioServer, tmp_path: Path) -> StartGateway:
    """Start a gateway that Ada and Bob have accounts of."""

    @contextmanager
    def start(*offers: Offer, upstream: str = "", **options: Any) -> Iterator[GatewayProcess]:
        gateway = GatewayProcess(tmp_path, upstream or server.url, offers, **options)
        for email in PEOPLE:
            add_person(gateway, server, email)
        with gateway:
            yield gateway

    return start


def add_person(
    gateway: GatewayProcess, server: LabelStudioServer, email: str, password: str = PASSWORD
) -> Account:
    store = Store(gateway.store_url, read_key(gateway.key_path))
    try:
        return add_annotator(
            store,
            server.url,
            server.token,
            b"annotators",
            read_key(gateway.key_path),
            email=email,
            name=email.split("@")[0].title(),
            language="",
            password=hash_password(password) if password else None,
        )
    finally:
        store.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Find a Chromium; where tests must leave nothing out, its absence is a failure."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("DATACOOP_CHROMIUM") or next(filter(None, map(shutil.which, names)), "")
    if not found:
        if os.environ.get("DATACOOP_LEAVE_NOTHING_OUT"):
            pytest.fail("no Chromium; set DATACOOP_CHROMIUM")
        pytest.skip("needs Chromium; set DATACOOP_CHROMIUM")
    return found
