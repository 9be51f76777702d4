"""A gateway as a process of its own, before the real Label Studio of the label tests."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from gateways import PASSWORD, GatewayProcess, Offer, record_id
from postgres import Postgres
from tests.label.conftest import server, studio

from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.label.label_studio import LabelStudio
from datacoop.label.routing import Task
from datacoop.label.votes import pseudonym
from datacoop.web.gateway.accounts import StudioUser, make_user
from datacoop.web.gateway.database import read_key
from datacoop.web.gateway.passwords import hash_password
from datacoop.web.gateway.store import Store

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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with Postgres() as running:
        yield running


@pytest.fixture(scope="session")
def make_offer(studio: LabelStudio) -> MakeOffer:
    """Make a project with tasks, under a name that no other test takes."""

    def make(
        name: str,
        payloads: list[dict[str, Any]],
        configuration: str = CHOICES,
        votes: int = 2,
        guidelines: str = "Read this.",
    ) -> Offer:
        project = studio.ensure_project(name, f"Test {name}", configuration, guidelines, 3)
        records = {record_id(number): payload for number, payload in enumerate(payloads)}
        studio.add_tasks(project, [Task(record_id=k, payload=v) for k, v in records.items()])
        return Offer(
            collection=name,
            project=project,
            configuration=configuration,
            records=records,
            tasks=studio.task_numbers(project),
            votes=votes,
            guidelines=guidelines,
        )

    return make


@pytest.fixture(scope="session")
def users(server: LabelStudioServer) -> dict[str, StudioUser]:
    """The Label Studio users behind Ada and Bob, the same for all gateways."""
    return {email: make_user(server.url, server.token, b"key") for email in PEOPLE}


@pytest.fixture(scope="session")
def start_gateway(
    server: LabelStudioServer,
    users: dict[str, StudioUser],
    tmp_path_factory: pytest.TempPathFactory,
) -> StartGateway:
    """Start a gateway that Ada and Bob have accounts of."""

    @contextmanager
    def start(*offers: Offer, upstream: str = "", **options: Any) -> Iterator[GatewayProcess]:
        folder = tmp_path_factory.mktemp("gateway")
        gateway = GatewayProcess(folder, upstream or server.url, offers, **options)
        for email in PEOPLE:
            add_person(gateway, users[email], email)
        with gateway:
            yield gateway

    return start


def add_person(
    gateway: GatewayProcess,
    user: StudioUser,
    email: str,
    password: str = PASSWORD,
    *,
    is_lead: bool = False,
) -> None:
    with opened_store(gateway) as store:
        store.add_account(
            annotator=pseudonym(b"annotators", user.user_id),
            email=email,
            name=email.split("@")[0].title(),
            language="",
            studio_user=user.user_id,
            studio_email=user.email,
            studio_token=user.token,
            password=hash_password(password) if password else None,
            is_lead=is_lead,
        )


@contextmanager
def opened_store(gateway: GatewayProcess) -> Iterator[Store]:
    """Open a gateway's store beside it, as the commands do."""
    store = Store(gateway.store_url, read_key(gateway.key_path))
    try:
        yield store
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
