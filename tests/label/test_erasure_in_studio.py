"""Erased records leave a real Label Studio: its API, its database, its files."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
from plays import CREATED, make_play, make_stage

from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.jobs.erasure import apply_erasures, erase_from_studio
from datacoop.jobs.erasure_finding import Wanted, find_records
from datacoop.jobs.erasure_landing import MemberErasure
from datacoop.jobs.labelling import route_tasks
from datacoop.jobs.proof import Place, Report, Service, prove
from datacoop.label.label_studio import LabelStudio
from datacoop.pool.landing import PSEUDONYM_KEY
from datacoop.pool.object_store import open_store

MEMBER = "de-auental"
MARK = "quittengelb gestreifte"
"""No recognizer takes it for personal: the scrub lets it through, and annotators see it."""


def test_nothing_of_an_erased_record_is_left_in_label_studio(
    server: LabelStudioServer, tmp_path: Path
) -> None:
    things = ("blaue", "rote", "gelbe", "weiße", "schwarze", "braune", "graue", "bunte")
    places = ("im Keller", "am Ufer", "auf dem Dach", "hinter dem Tor", "vor der Brücke")
    texts = [
        f"Die {thing} {kind} Tonne {place} wurde wieder nicht geleert, und das seit Wochen."
        for thing in things
        for place in places
        for kind in ("gewöhnliche", MARK)
    ]
    lines = [json.dumps({"text": t, "class": "tax"}, ensure_ascii=False) for t in texts]
    play = make_play("\n".join(lines).encode(), submission_id="de-auental-studio-1")
    stage = make_stage(tmp_path / "stage")
    stage.submit(play)
    assert stage.intake(play).states == {"accepted": 80}
    # Projects are known by the collection's name, and every test has the same.
    headers = {"Authorization": f"Token {server.token}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
        for project in client.get("/api/projects/?page_size=1000").json()["results"]:
            client.delete(f"/api/projects/{project['id']}/").raise_for_status()
    studio = LabelStudio(server.url, server.token)
    routed = route_tasks(
        stage.pool, play.collection, studio, stage.keys.operator, created_utc=CREATED
    )
    assert studio.count_tasks(routed.project) == routed.tasks_sent > 5
    folder = server.log.parent.parent

    def search() -> Report:
        return prove([MARK], [Place(name="Label Studio", store=open_store(str(folder)))])

    assert search().found

    def search_by_asking() -> Report:
        return prove([MARK], [Service(name="Label Studio", tell=studio.everything)])

    asked = search_by_asking()
    assert asked.places[0].files == routed.tasks_sent
    assert asked.found

    landing = stage.landing(MEMBER)
    ledger = find_records(
        stage.pool, landing, landing.get(PSEUDONYM_KEY), Wanted(identifiers=(MARK,))
    )
    steward = stage.keys.stewards[MEMBER]
    MemberErasure(pool=stage.pool, landing=landing, steward=steward).erase(
        ledger, created_utc=CREATED
    )
    apply_erasures(stage.pool, stage.keys.operator, created_utc=CREATED)
    deleted = erase_from_studio(stage.pool, studio)
    assert 0 < deleted < routed.tasks_sent
    assert studio.count_tasks(routed.project) == routed.tasks_sent - deleted

    # SQLite keeps deleted rows in free pages until it is compacted.
    with closing(sqlite3.connect(folder / "label_studio.sqlite3")) as database:
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    report = search()
    assert report.is_clean, [f"{one.key} through {one.through}" for one in report.found]
    assert search_by_asking().is_clean
    # Were an older backup of Label Studio put back, this would delete them again.
    erase_from_studio(stage.pool, studio)
    assert studio.count_tasks(routed.project) == routed.tasks_sent - deleted
