"""The drill of docs/operations/backups.md: all is lost, an older backup is put back."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from plays import CREATED, make_play, make_stage, write_settings

from datacoop.cli.main import datacoop
from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.jobs.labelling import route_tasks, routed_records
from datacoop.jobs.proof import Place, Report, prove
from datacoop.label.label_studio import LabelStudio
from datacoop.pool.erasure import LEDGERS
from datacoop.pool.object_store import open_store
from datacoop.web.gateway.database import read_key
from datacoop.web.gateway.store import Store

pytestmark = [pytest.mark.integration, pytest.mark.slow]

MEMBER, SUBMISSION = "de-auental", "de-auental-drill-1"
MARK = "mirabellengelb getupfte"
"""No recognizer takes it for personal: the scrub lets it through, and annotators see it."""
GONE = "gone@example.org"
"""An annotator who left after the backup was made."""


def copy_database(source: Path, target: Path) -> None:
    """Copy a database of SQLite while it is in use, as `sqlite3 FILE '.backup COPY'` does."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def put_back(backup: Path, database: Path) -> None:
    for name in (f"{database.name}-wal", f"{database.name}-shm"):
        (database.parent / name).unlink(missing_ok=True)
    shutil.copy(backup, database)


def run(*words: str, code: int = 0) -> str:
    """Run a command in this process; give what it prints."""
    done = CliRunner().invoke(datacoop, words, standalone_mode=False)
    ended = done.return_value if done.exception is None else done.exception
    assert (ended or 0) == code, done.output
    return done.stdout


def erasure_of_doctor() -> str:
    found = json.loads(CliRunner().invoke(datacoop, ["doctor", "--json"]).stdout)
    return next(str(one["state"]) for one in found if one["what"] == "erasure")


def test_what_was_erased_stays_erased_when_everything_is_restored(
    mortal_server: LabelStudioServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, backup = mortal_server, tmp_path / "backup"
    studio_file = server.log.parent.parent / "label_studio.sqlite3"
    monkeypatch.setenv("LABEL_STUDIO_TOKEN", server.token)
    texts = [
        f"Die {kind} Tonne im Hof Nummer {number} wurde wieder nicht geleert, seit Wochen schon."
        for number in range(10)
        for kind in ("gewöhnliche", MARK)
    ]
    lines = [json.dumps({"text": t, "class": "tax"}, ensure_ascii=False) for t in texts]
    play = make_play("\n".join(lines).encode(), submission_id=SUBMISSION)
    stage = make_stage(tmp_path / "stage")
    root = stage.root
    stage.submit(play)
    assert stage.intake(play).outcome == "pass"
    write_settings(stage)
    with (root / "datacoop.toml").open("a") as file:
        file.write(
            f'[label_studio]\nurl = "{server.url}"\n'
            '[gateway]\nstore = "gateway.db"\nkey = "gateway.key"\n'
        )
    headers = {"Authorization": f"Token {server.token}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
        for project in client.get("/api/projects/?page_size=1000").json()["results"]:
            client.delete(f"/api/projects/{project['id']}/").raise_for_status()
    studio = LabelStudio(server.url, server.token)
    operator = stage.keys.operator
    routed = route_tasks(stage.pool, play.collection, studio, operator, created_utc=CREATED)
    served = sorted(routed_records(stage.pool, play.collection))
    store = Store(f"sqlite:///{root / 'gateway.db'}", read_key(root / "gateway.key"))
    for number, record_id in enumerate(served):
        store.report("a" * 64, play.collection, record_id, "wrong", float(number))
    store.add_account(
        annotator="b" * 64, email=GONE, name="", language="", studio_user=1, studio_email="x",
        studio_token="y", password=None, is_lead=False,
    )  # fmt: skip

    # The backup, in the order of the page.
    backup.mkdir()
    copy_database(studio_file, backup / "label-studio.sqlite3")
    copy_database(root / "gateway.db", backup / "gateway.db")
    shutil.copytree(root / "landing", backup / "landing")
    shutil.copytree(root / "pool", backup / "pool")

    # Life goes on: a person is erased, an annotator leaves.
    key = f"keys/{MEMBER}-steward.key"
    reading, writing = os.pipe()
    os.write(writing, MARK.encode())
    os.close(writing)
    monkeypatch.chdir(root)
    run("erase", "--member", MEMBER, "--key", key, "--identifiers-fd", str(reading))
    assert json.loads(run("erase", "--apply", "--json"))["tasks"] > 0
    store.remove_account(store.accounts()[0].id)
    left = studio.count_tasks(routed.project)
    assert left < routed.tasks_sent

    # The page asks for this after each erasure: both stores' backups may be older than it.
    ledgers = root / "landing" / MEMBER / LEDGERS
    shutil.copytree(ledgers, backup / "ledgers")

    # All is lost and put back.
    server.kill()
    store.close()
    for name in ("pool", "landing"):
        shutil.rmtree(root / name)
        shutil.copytree(backup / name, root / name)
    assert not ledgers.exists()
    shutil.copytree(backup / "ledgers", ledgers)
    put_back(backup / "gateway.db", root / "gateway.db")
    put_back(backup / "label-studio.sqlite3", studio_file)
    server.__enter__()
    server.wait_until_ready()
    assert studio.count_tasks(routed.project) == routed.tasks_sent
    assert {one.place for one in search(root, studio_file).found} >= {"pool", "Label Studio"}

    # The drill: the stewards ask anew, the operator carries it out, and looks.
    run("erase", "--member", MEMBER, "--key", key, "--again")
    assert erasure_of_doctor() == "missing"
    assert json.loads(run("erase", "--apply", "--json"))["tasks"] == routed.tasks_sent - left
    assert erasure_of_doctor() == "ok"
    run("trust", "refresh")
    run("verify", "pool")
    assert studio.count_tasks(routed.project) == left
    server.kill()
    for database in (studio_file, root / "gateway.db"):
        with closing(sqlite3.connect(database)) as opened:
            opened.execute("VACUUM")
            opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    report = search(root, studio_file)
    assert report.is_clean, [f"{one.place} {one.key}" for one in report.found]

    # Who left after the backup is back, as the page says, and is removed again by hand.
    store = Store(f"sqlite:///{root / 'gateway.db'}", read_key(root / "gateway.key"))
    assert [one.email for one in store.accounts()] == [GONE]
    known = {one.record_id for one in store.reports()}
    assert len(known) == left
    store.close()


def search(root: Path, studio_file: Path) -> Report:
    names = ("pool", "landing", "work")
    places = [Place(name=name, store=open_store(str(root / name))) for name in names]
    places.append(Place(name="Label Studio", store=open_store(str(studio_file.parent))))
    return prove([MARK], places)
