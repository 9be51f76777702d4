"""Portal, gateway, labelling, erasure and withdrawal, each with the credentials of its role."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from commands import datacoop_each
from flinks import copy
from gateways import PASSWORD, PoolGateway, free_port
from plays import Stage, make_stage, submissions
from s3_roles import Roles, landing_bucket, make_roles, write_settings
from versitygw import BUILD_SECONDS, Versitygw

from datacoop.demo.annotators import Browser, SimulatedAnnotator
from datacoop.demo.cast import truths_by_key
from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.jobs.labelling import routed_records
from datacoop.pool.pool import Pool
from datacoop.web.gateway.accounts import add_annotator
from datacoop.web.gateway.database import read_key
from datacoop.web.gateway.passwords import hash_password
from datacoop.web.gateway.store import Store

pytestmark = [pytest.mark.integration, pytest.mark.timeout(BUILD_SECONDS)]

COLLECTION = "documents"
PLAY = submissions(40)["de-auental-documents-1"]
ANNOTATOR_KEY = b"annotators"
ANSWER = {
    "from_name": "area",
    "to_name": "text",
    "type": "choices",
    "value": {"choices": ["family"]},
}


class Served(PoolGateway):
    """A gateway or a portal that `datacoop serve` runs with the settings of one user."""

    def __init__(self, folder: Path, what: str, port: int) -> None:
        super().__init__(folder, "", ())
        self.port, self.what = port, what
        self.origin = f"http://127.0.0.1:{port}"

    def command(self) -> list[str]:
        return [
            "-m",
            "datacoop.cli.main",
            "serve",
            self.what,
            "--json",
            f"--config={self.what}.toml",
        ]


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A published version on an object store, and a settings file for each of its users."""

    stage: Stage
    roles: Roles
    environment: dict[str, str]
    home: Path
    """Of a reader, who keeps trust roots there."""
    gateway: Served
    portal: Served

    @property
    def pool(self) -> Pool:
        return Pool(self.roles.open("pool", "reader"))

    def run(self, *commands: list[str], code: int = 0) -> list[Any]:
        """Run commands one after the other; each must end with `code`. Give what they printed."""
        environment = {**self.environment, "HOME": str(self.home)}
        done = datacoop_each(
            *([*one, "--json"] for one in commands),
            folder=self.stage.root,
            environment=environment,
        )
        for one in done:
            assert one.returncode == code, (one.args, one.stdout[-1000:], one.stderr[-1000:])
        return [one.stderr if code else json.loads(one.stdout) for one in done]


@pytest.fixture(scope="module")
def deployed(
    server: LabelStudioServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("roles")
    stage = make_stage(folder / "stage")
    (stage.root / "keys" / "annotators.key").write_bytes(ANNOTATOR_KEY)
    stage.submit(PLAY)
    assert stage.intake(PLAY).outcome == "pass"
    ports = {what: free_port() for what in ("gateway", "portal")}
    more = f"""
[label_studio]
url = "{server.url}"
[gateway]
origin = "http://127.0.0.1:{ports["gateway"]}"
listen = "127.0.0.1:{ports["gateway"]}"
store = "gateway.db"
key = "keys/gateway.key"
[portal]
origin = "http://127.0.0.1:{ports["portal"]}"
listen = "127.0.0.1:{ports["portal"]}"
accesses = "s3://accesses"
"""
    with Versitygw(folder / "versitygw") as store, pytest.MonkeyPatch.context() as patch:
        roles = make_roles(store)
        environment = write_settings(stage.root, roles, more)
        environment["LABEL_STUDIO_TOKEN"] = server.token
        for name, value in environment.items():
            patch.setenv(name, value)
        copy(stage.pool.store, store.open("pool"))
        copy(stage.landing(PLAY.member), store.open(landing_bucket(PLAY.member)))
        made = Deployment(
            stage=stage,
            roles=roles,
            environment=environment,
            home=folder,
            gateway=Served(stage.root, "gateway", ports["gateway"]),
            portal=Served(stage.root, "portal", ports["portal"]),
        )
        made.run(*release(1))
        yield made


def release(version: int) -> list[list[str]]:
    """Give the commands that publish a version, by the operator and two approvers."""
    operator = "--config=operator.toml"
    approvers = ("kr-hanbit", "fr-valclair")
    approve = ["release", "approve", COLLECTION, f"{version}", "--config=signer.toml"]
    approved = [[*approve, f"--key=keys/{member}-approver.key"] for member in approvers]
    return [
        ["release", "build", COLLECTION, operator],
        ["release", "propose", COLLECTION, operator],
        *approved,
        ["release", "publish", COLLECTION, f"{version}", operator],
    ]


def test_the_portal_hands_out_a_version_and_keeps_its_record(deployed: Deployment) -> None:
    granted = ["grant", "new", "--who=Example Lab", f"--collection={COLLECTION}"]
    granted += ["--purpose=model-training", "--jurisdiction=KR", "--until=9999-12-31"]
    deployed.run([*granted, "--out=lab.grant.json", "--config=operator.toml"])
    (deployed.stage.root / "trainer.toml").touch()
    with deployed.portal as portal:
        read = ["export", COLLECTION, "1", "read", f"--pool={portal.origin}/pool"]
        [told] = deployed.run([*read, "--grant=lab.grant.json", "--config=trainer.toml"])
    assert told["rows"] > 0
    [day] = deployed.roles.open("accesses", "operator").list()
    recorded = json.loads(deployed.roles.open("accesses", "portal").get(day))
    assert recorded["collection"] == COLLECTION
    assert recorded["shards"]


def test_records_are_labelled_through_the_gateway_and_collected(
    deployed: Deployment, server: LabelStudioServer
) -> None:
    root, truths = deployed.stage.root, truths_by_key([PLAY])
    labelling = "--config=labelling.toml"
    [routed] = deployed.run(["label", "route", COLLECTION, labelling])
    assert routed["tasks_sent"] > 1
    key, *_ = sorted(record_id.hex() for record_id in routed_records(deployed.pool, COLLECTION))
    (root / "gold.jsonl").write_text(json.dumps({"record_id": key, "value": truths[key]}))
    gold = ["label", "gold", "add", COLLECTION, "gold.jsonl"]
    [refused] = deployed.run([*gold, labelling], code=3)
    assert "these credentials may not do that here" in refused
    deployed.run([*gold, "--config=operator.toml"])
    people = add_people(deployed, server)
    given = 0
    with deployed.gateway as gateway:
        for one in people:
            with Browser(gateway.origin, one) as browser:
                given += answer_all(browser, routed["project"])
    assert given > 2
    [collected] = deployed.run(["label", "collect", COLLECTION, labelling])
    on_gold = deployed.roles.open("gold", "operator").find(f"votes/{COLLECTION}.arrow")
    assert on_gold is not None
    assert 0 < collected["votes_in_all"] < given


def add_people(deployed: Deployment, server: LabelStudioServer) -> list[SimulatedAnnotator]:
    """Add two annotators, as the gateway's operator does."""
    root = deployed.stage.root
    key = read_key(root / "keys" / "gateway.key")
    store = Store(f"sqlite:///{root / 'gateway.db'}", key)
    people = [
        SimulatedAnnotator(email=f"{n}@example.org", password=PASSWORD, number=n, error_rate=0)
        for n in range(2)
    ]
    for one in people:
        add_annotator(
            *(store, server.url, server.token, ANNOTATOR_KEY, key),
            email=one.email,
            name="",
            language="en",
            password=hash_password(one.password),
        )
    store.close()
    return people


def answer_all(browser: Browser, project: int) -> int:
    """Answer all that is open; give how much that was."""
    given = 0
    while (task := browser.next_task(project)) is not None:
        browser.answer(task["id"], ANSWER)
        given += 1
    return given


def test_a_steward_erases_and_withdraws_and_the_operator_carries_it_out(
    deployed: Deployment,
) -> None:
    root, operator = deployed.stage.root, "--config=operator.toml"
    gone = sorted(deployed.stage.records(PLAY.submission_id)["record_id"].to_pylist())[:2]
    (root / "ids").write_text("\n".join(record_id.hex() for record_id in gone))
    steward = [f"--key=keys/{PLAY.member}-steward.key", "--config=signing-stewards.toml"]
    erase = ["erase", f"--member={PLAY.member}"]
    withdraw = ["submission", "withdraw", PLAY.submission_id]
    verify = ["verify", "s3://pool", "--config=reader.toml"]
    asked, erased, verified = deployed.run(
        [*erase, "--records=ids", *steward], ["erase", "--apply", operator], verify
    )
    assert asked["rows"] == {PLAY.submission_id: 2}
    assert [one["rows"] for one in erased["erased"]] == [2]
    assert verified["faults"] == []
    deployed.run(*release(2))
    deployed.run([*erase, "--again", *steward])
    # A withdrawal is entered in the pool alone.
    deployed.run([*withdraw, steward[0], "--config=signer.toml"])
    refreshed = [["trust", "refresh", operator], ["pool", "gc", "--delete", operator], verify]
    *_, verified = deployed.run(*refreshed)
    assert verified["faults"] == []
    read = ["export", COLLECTION, "2", "withdrawn", "--config=reader.toml"]
    [told] = deployed.run(read, code=1)
    assert "withdrawn" in told
