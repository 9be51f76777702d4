"""The leak audit from the first random row to the next version, with a real Label Studio."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from click.testing import CliRunner
from commands import datacoop
from plays import CODE_VERSION, CREATED, Stage, make_play, make_stage, write_settings

from datacoop.cli.main import datacoop as group
from datacoop.demo.accounts import Account
from datacoop.demo.cast import demo_collection
from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.errors import RefusedError
from datacoop.jobs.audit_status import audit_status, collected_marks
from datacoop.jobs.auditing import AuditCollected, LeakAudit
from datacoop.jobs.building import Built, ReleaseOptions, build_release
from datacoop.jobs.contracts import add_collection
from datacoop.jobs.labelling import labelled_records, route_tasks
from datacoop.jobs.release import approve_release, propose_release, publish_release
from datacoop.jobs.withdrawal import delete_tasks, withdraw_submission
from datacoop.label.label_studio import LabelStudio
from datacoop.pool.leaks import LeakStatus
from datacoop.pool.object_store import open_store
from datacoop.read.open import open_pool
from datacoop.records.collection import parse_collection
from datacoop.scrub.gold import read_gold

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(600)]

NAME = "classification"
SUBMISSION = "de-auental-small-1"
MEMBER = "de-auental"
KEY = b"the key of annotators"
LIMIT = 200
TODAY = datetime.now(UTC).date().isoformat()
NOTHING = [
    {
        "from_name": "nothing",
        "to_name": "text",
        "type": "choices",
        "value": {"choices": ["nothing_left"]},
    }
]
ROWS = 40


def nickname(row: int) -> str:
    """Give a made-up nickname that no rule can know; two rows share one."""
    return f"klabuster{'abcdefghijklmnopqrst'[row % 20]}knick"


def lines() -> bytes:
    """Give rows that each hold a nickname; of two of them there is a copy."""
    texts = [
        f"Ich bitte um Auskunft zu meinem Antrag, Anliegen {'x' * (i + 1)}, man nennt mich "
        f"{nickname(i)} und ich warte auf eine Antwort des Amtes."
        for i in range(ROWS)
    ]
    rows = [{"text": text, "class": "tax"} for text in [*texts, texts[0], texts[1]]]
    return ("\n".join(json.dumps(row) for row in rows) + "\n").encode()


def audited_collection(stage: Stage) -> None:
    files = dict(demo_collection(NAME).files)
    contract = yaml.safe_load(files["collection.yaml"])
    contract["release"]["leak_bound_permille"] = LIMIT
    contract["labelling"]["share_percent"] = 100
    files["collection.yaml"] = yaml.safe_dump(contract)
    add_collection(stage.pool, parse_collection(files), stage.keys.operator, created_utc=CREATED)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    stage = make_stage(tmp_path)
    audited_collection(stage)
    play = make_play(lines())
    stage.submit(play)
    assert stage.intake(play).outcome == "pass"
    return stage


class Auditing:
    """An audit of one stage, and its simulated auditors, in a project that only they use."""

    def __init__(self, stage: Stage, server: LabelStudioServer, accounts: list[Account]) -> None:
        self.stage, self.server, self.accounts = stage, server, accounts
        # Projects are known by the collection's name, and every test has the same.
        for project in self.call("GET", "/api/projects/?page_size=1000")["results"]:
            if f" {NAME}" in project["description"]:
                self.call("DELETE", f"/api/projects/{project['id']}/")
        self.studio = LabelStudio(server.url, server.token)
        self.audit = LeakAudit(
            pool=stage.pool,
            name=NAME,
            studio=self.studio,
            operator=stage.keys.operator,
            annotator_key=KEY,
            auditors=frozenset(account.user_id for account in accounts[:2]),
            landing=stage.landing,
        )

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        headers = {"Authorization": f"Token {token or self.server.token}"}
        url = f"{self.server.url}{path}"
        response = httpx.request(method, url, json=body, headers=headers, timeout=60)
        return response.raise_for_status().json() if response.content else None

    def route(self) -> int:
        routed = self.audit.route(as_of=TODAY, created_utc=CREATED)
        self.look_at(routed.project)
        return routed.rows_sent

    def look_at(self, project: int) -> None:
        """Remember the tasks of the audit project as an auditor has them before them."""
        self.project = project
        self.sent = self.tasks()

    def tasks(self) -> dict[str, dict[str, Any]]:
        """Give the tasks of the audit project by key."""
        path = f"/api/tasks/?project={self.project}&page_size=1000&fields=all"
        return {task["data"]["pool_uid"]: task for task in self.call("GET", path)["tasks"]}

    def say(self, record: str, result: list[dict[str, Any]], auditor: int = 0) -> None:
        path = f"/api/tasks/{self.sent[record]['id']}/annotations/"
        self.call("POST", path, {"result": result}, self.accounts[auditor].token)

    def mark(self, record: str, value: str, auditor: int = 0) -> None:
        start = self.sent[record]["data"]["text"].index(value)
        held = {"start": start, "end": start + len(value), "text": value, "labels": ["PERSON"]}
        span = {"from_name": "leak", "to_name": "text", "type": "labels", "value": held}
        self.say(record, [span], auditor)

    def say_nothing_of_the_rest(self) -> None:
        for record, task in self.tasks().items():
            if not task["annotations"]:
                self.say(record, NOTHING)

    def collect(self) -> AuditCollected:
        return self.audit.collect(as_of=TODAY, created_utc=CREATED)

    def nickname_in(self, record: str) -> str:
        text = self.sent[record]["data"]["text"]
        return next(nickname(row) for row in range(20) if nickname(row) in text)

    def finish(self) -> None:
        """Let everybody say that nothing is left until the audit needs no more rows."""
        while self.route():
            self.say_nothing_of_the_rest()
            self.collect()


@pytest.fixture
def auditing(stage: Stage, server: LabelStudioServer, accounts: list[Account]) -> Auditing:
    return Auditing(stage, server, accounts)


def build(stage: Stage) -> Built:
    options = ReleaseOptions(
        code_version=CODE_VERSION, work=open_store(str(stage.root / "work")).address
    )
    return build_release(stage.pool, NAME, options, as_of=TODAY, progress=lambda _, __: None)


def propose(stage: Stage) -> int:
    built, now = build(stage), datetime.now(UTC).replace(microsecond=0)
    created = now.isoformat()
    propose_release(stage.pool, built, stage.keys.operator, now=now, created_utc=created)
    version = built.manifest.version
    for approver in list(stage.keys.approvers.values())[1:3]:
        approve_release(stage.pool, NAME, version, approver, created_utc=created)
    return version


def publish(stage: Stage, version: int) -> None:
    created = datetime.now(UTC).isoformat()
    publish_release(
        stage.pool, NAME, version, stage.keys.operator, created_utc=created, as_of=TODAY
    )


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def texts_with(stage: Stage, value: str) -> list[str]:
    """Give the records of the pool that hold a value, as hex."""
    rows = stage.records(SUBMISSION).select(["record_id", "text"]).to_pylist()
    return sorted(row["record_id"].hex() for row in rows if value in row["text"])


def test_a_leak_is_found_confirmed_barred_everywhere_and_kept_as_gold(
    stage: Stage, auditing: Auditing
) -> None:
    with pytest.raises(RefusedError, match="no leak audit of these 40 rows is finished") as caught:
        build(stage)
    assert "datacoop label audit route classification" in caught.value.hint
    route_tasks(stage.pool, NAME, auditing.studio, stage.keys.operator, created_utc=CREATED)
    assert auditing.route() == len(auditing.tasks()) > 5
    assert auditing.route() == 0
    record = min(auditing.tasks())
    value = auditing.nickname_in(record)
    auditing.mark(record, value)
    auditing.say_nothing_of_the_rest()
    # One mark: the row is held at once, and nothing is decided.
    first = auditing.collect()
    assert (first.held, first.confirmed) == ((record,), ())
    assert first.languages[0].held == 1
    visible = labelled_records(stage.pool, stage.pool.require(), NAME)["record_id"].to_pylist()
    assert record not in {record_id.hex() for record_id in visible}
    assert auditing.collect().marks_new == 0
    # A second person agrees.
    auditing.mark(record, value, auditor=1)
    second = auditing.collect()
    holding = texts_with(stage, value)
    assert len(holding) in (2, 3)
    assert [c.barred for c in second.confirmed] == [{NAME: len(holding)}]
    assert record not in auditing.tasks()
    assert stage.pool.state().leaks[NAME, record].status is LeakStatus.CONFIRMED
    gold = stage.root / "gold.jsonl"
    gold.write_bytes(stage.landing(MEMBER).get(f"leaks/{record}.jsonl"))
    (row,) = read_gold(gold)
    assert row.text[row.spans[0].start : row.spans[0].end] == value
    done = datacoop("evaluate", "scrub", "gold.jsonl", "--policy", "direct", "--part", "all",
                    "--json", folder=stage.root)  # fmt: skip
    assert json.loads(done.stdout)["spans"][0]["mentions"] == 1
    # The log and the blobs of the audit say nothing of the value.
    assert value.encode() not in everything_in(stage.root / "pool" / "log")
    for blobs in (stage.pool.state().marks[NAME], stage.pool.state().barred(NAME)):
        for blob in blobs:
            assert value.encode() not in stage.pool.store.get(f"blobs/sha256/{blob}")
    # With few rows one leak asks for more of them, and then the bound is met.
    auditing.finish()
    standing = audit_status(stage.pool, NAME, KEY, TODAY)[0]
    assert standing.outcome == "met"
    publish(stage, propose(stage))
    reader = open_pool(str(stage.root / "pool"), cache=stage.root / "trust")
    rows = list(reader.version(NAME, 1, purpose="model-training").rows())
    assert len(rows) == ROWS - len({row["text"] for row in stage_rows(stage, holding)})
    assert not [row for row in rows if value in row["text"]]


def stage_rows(stage: Stage, records: list[str]) -> list[dict[str, Any]]:
    rows = stage.records(SUBMISSION).select(["record_id", "text"]).to_pylist()
    return [row for row in rows if row["record_id"].hex() in records]


def ordinary_tasks(auditing: Auditing, project: int) -> set[str]:
    path = f"/api/tasks/?project={project}&page_size=1000&include=id,data"
    return {task["data"]["pool_uid"] for task in auditing.call("GET", path)["tasks"]}


def test_a_rejected_mark_lets_the_row_back_and_a_new_one_holds_it_again(
    stage: Stage, auditing: Auditing
) -> None:
    routed = route_tasks(
        stage.pool, NAME, auditing.studio, stage.keys.operator, created_utc=CREATED
    )
    auditing.route()
    record = min(auditing.tasks())
    # Somebody who is not cleared holds a row too, but says of none that it is clean.
    auditing.mark(record, auditing.nickname_in(record), auditor=2)
    other = max(auditing.tasks())
    auditing.say(other, NOTHING, auditor=3)
    found = auditing.collect()
    assert found.held == (record,)
    assert found.invalid == {"label.not_cleared": 1}
    assert record not in ordinary_tasks(auditing, routed.project)
    auditing.audit.reject(record, created_utc=CREATED)
    assert stage.pool.state().barred(NAME) == ()
    assert auditing.collect().held == ()
    auditing.mark(record, auditing.nickname_in(record), auditor=1)
    assert auditing.collect().held == (record,)
    with pytest.raises(RefusedError, match="not held"):
        auditing.audit.confirm(other, created_utc=CREATED)
    confirmed = auditing.audit.confirm(record, created_utc=CREATED)
    assert confirmed.barred[NAME] >= 2
    assert confirmed.gold == 1


def test_what_was_built_before_a_row_was_held_is_not_published(
    stage: Stage, auditing: Auditing
) -> None:
    auditing.route()
    auditing.say_nothing_of_the_rest()
    auditing.collect()
    auditing.finish()
    version = propose(stage)
    record = min(auditing.tasks())
    auditing.mark(record, auditing.nickname_in(record), auditor=1)
    auditing.collect()
    with pytest.raises(RefusedError, match="records were barred"):
        publish(stage, version)
    # The look before it no longer stands.
    with pytest.raises(RefusedError, match="no leak audit"):
        build(stage)


def test_too_many_leaks_are_refused_with_what_to_do(stage: Stage, auditing: Auditing) -> None:
    auditing.route()
    for record in auditing.sent:
        for auditor in (0, 1):
            auditing.mark(record, auditing.nickname_in(record), auditor)
    found = auditing.collect()
    assert found.languages[0].outcome == "refused"
    assert auditing.route() == 0
    with pytest.raises(RefusedError, match="the audit says refused") as caught:
        build(stage)
    assert "mend the scrub" in caught.value.hint


def test_rows_that_come_later_are_audited_too(stage: Stage, auditing: Auditing) -> None:
    auditing.route()
    auditing.say_nothing_of_the_rest()
    auditing.collect()
    auditing.finish()
    build(stage)
    more = make_play(lines().replace(b"Anliegen", b"Vorgang"), submission_id="de-auental-small-2")
    stage.submit(more)
    stage.intake(more)
    with pytest.raises(RefusedError, match="no leak audit of these 80 rows is finished"):
        build(stage)
    auditing.finish()
    build(stage)


def test_a_withdrawal_takes_the_audits_tasks_away(stage: Stage, auditing: Auditing) -> None:
    auditing.route()
    assert auditing.tasks()
    withdraw_submission(stage.pool, SUBMISSION, stage.keys.stewards[MEMBER], created_utc=CREATED)
    delete_tasks(stage.pool, SUBMISSION, auditing.studio)
    assert auditing.tasks() == {}


def test_the_commands_route_collect_and_tell(
    stage: Stage, auditing: Auditing, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings(stage)
    (stage.root / "annotators.key").write_bytes(KEY)
    users = [account.user_id for account in auditing.accounts[:2]]
    with (stage.root / "datacoop.toml").open("a", encoding="utf-8") as file:
        file.write('annotator_key = "annotators.key"\n[label_studio]\n')
        file.write(f'url = "{auditing.server.url}"\nauditors = {users}\n')
    monkeypatch.setenv("LABEL_STUDIO_TOKEN", auditing.server.token)
    monkeypatch.chdir(stage.root)

    def run(*arguments: str) -> Any:
        command = ["label", "audit", *arguments, "--json"]
        done = CliRunner().invoke(group, command, catch_exceptions=False)
        return json.loads(done.stdout)

    routed = run("route", NAME)
    auditing.look_at(routed["project"])
    record = min(auditing.tasks())
    value = auditing.nickname_in(record)
    auditing.mark(record, value)
    auditing.say_nothing_of_the_rest()
    assert run("collect", NAME)["held"] == [record]
    status = run("status", NAME)
    assert status["held"] == [record]
    assert status["languages"][0]["decided"] == routed["rows_sent"] - 1
    assert run("confirm", NAME, record)["gold"] == 1
    assert run("reject", NAME, record) == {"record": record, "status": "rejected"}
    with pytest.raises(RefusedError, match="not held"):
        run("confirm", NAME, record)
    people = CliRunner().invoke(group, ["label", "audit", "status", NAME]).stdout
    assert "outcome" in people
    assert value not in people


def test_a_collection_without_a_bound_is_not_audited(stage: Stage, auditing: Auditing) -> None:
    add_collection(stage.pool, demo_collection(NAME), stage.keys.operator, created_utc=CREATED)
    with pytest.raises(RefusedError, match="names no bound") as caught:
        auditing.route()
    assert "leak_bound_permille" in caught.value.hint
    build(stage)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_dies_around_its_entry_is_repeated_without_harm(
    stage: Stage, auditing: Auditing, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditing.route()
    record = min(auditing.tasks())
    auditing.mark(record, auditing.nickname_in(record))
    auditing.mark(record, auditing.nickname_in(record), auditor=1)
    append: Callable[..., Any] = auditing.audit.pool.append
    calls = 0

    def dying(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2 and when == "before":
            raise KeyboardInterrupt
        done = append(*arguments, **named)
        if calls == 2:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(auditing.audit.pool, "append", dying)
    with pytest.raises(KeyboardInterrupt):
        auditing.collect()
    monkeypatch.undo()
    auditing.collect()
    kinds = [json.loads(e)["payload"] for e in map(stage.pool.store.get, stage.log())]
    assert len(kinds) == stage.pool.require().length
    assert stage.pool.state().leaks[NAME, record].status is LeakStatus.CONFIRMED
    assert len(collected_marks(stage.pool, NAME)) == 2
    assert record not in auditing.tasks()
    assert stage.landing(MEMBER).find(f"leaks/{record}.jsonl") is not None
