"""The gateway's own pages over HTTP, without a Label Studio: counts, reports, who may see what."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import corpora
import pytest
from gateways import GatewayProcess, Offer, Person, record_id
from markupsafe import escape
from tests.web.conftest import CHOICES, add_person, opened_store

from datacoop.label.votes import pseudonym
from datacoop.web.gateway.accounts import StudioUser
from datacoop.web.gateway.pages import TEXTS
from datacoop.web.gateway.routes import OWN, Guard

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

ADA, BOB, LEA = "ada@example.org", "bob@example.org", "lea@example.org"
NAMES = {email: pseudonym(b"annotators", n) for n, email in enumerate((ADA, BOB, LEA), 1)}
DAY = 1_700_000_000.0
"""2023-11-14 22:13:20 UTC."""
LEAD_PAGES = ("/lead", "/lead/projects/7", "/lead/reports", "/lead/counts")
OWN_PAGES = ("/", "/progress", "/counts")


def make_offer(*texts: str, **more: Any) -> Offer:
    records = {record_id(n): {"text": text} for n, text in enumerate(texts)}
    return Offer(
        collection="letters",
        project=7,
        configuration=CHOICES,
        records=records,
        tasks={key: number for number, key in enumerate(records, 1)},
        **more,
    )


OFFER = make_offer("text zero", "text one", "text two")


@contextmanager
def pages(folder: Path, *offers: Offer, unlimited: bool = False) -> Iterator[GatewayProcess]:
    """Run a gateway with Ada, Bob and Lea, who leads; no Label Studio behind it answers."""
    gateway = GatewayProcess(folder, "http://127.0.0.1:9", offers or [OFFER], unlimited=unlimited)
    for number, email in enumerate((ADA, BOB, LEA), 1):
        user = StudioUser(user_id=number, email=f"{number}@annotators.invalid", token=str(number))
        add_person(gateway, user, email, is_lead=email == LEA)
    with gateway:
        yield gateway


def person(gateway: GatewayProcess, email: str) -> Person:
    somebody = Person(gateway.origin)
    assert somebody.sign_in(email).status == 303
    return somebody


def page(somebody: Person, path: str) -> str:
    got = somebody.send("GET", path)
    assert got.status == 200, path
    return got.body.decode()


def text_of(somebody: Person) -> str | None:
    """Give the text of the task that somebody is served next."""
    got = somebody.next_task(7)
    return got.json()["data"]["text"] if got.status == 200 else None


def fill(gateway: GatewayProcess, *done: tuple[str, int, float, float, bool]) -> None:
    """Enter work that was done: by whom, on what, when, for how long, and whether skipped."""
    with opened_store(gateway) as store:
        for number, (email, record, at, seconds, skipped) in enumerate(done):
            served = store.serve(NAMES[email], "letters", record_id(record), at - 100)
            store.answered(
                *(served.id, 1000 + number),
                skipped=skipped,
                value="" if skipped else "family",
                answered_utc="2026-01-01T12:00:00.000000Z",
                now=at,
                seconds=seconds,
            )


WORK = [
    (ADA, 0, DAY, 10.4, False),
    (ADA, 1, DAY + 60, 20.3, True),
    (ADA, 2, DAY + 86_400, 5.0, False),
    (BOB, 0, DAY, 999.0, False),
]


def test_only_the_lead_sees_the_leads_pages(tmp_path: Path) -> None:
    rows = [route for route in OWN if route.path.pattern.startswith("/lead")]
    assert len(rows) >= len(LEAD_PAGES)
    assert {route.guard for route in rows} == {Guard.LEAD}
    with pages(tmp_path) as gateway:
        ada, lea = person(gateway, ADA), person(gateway, LEA)
        for path in LEAD_PAGES:
            assert ada.send("GET", path).status == 403
            assert Person(gateway.origin).send("GET", path).status == 401
            assert lea.send("GET", path).status == 200
        for path in LEAD_PAGES[2:]:
            assert ada.form(path, csrf=ada.csrf).status == 403
            assert lea.form(path, csrf=ada.csrf).status == 403
        assert lea.send("GET", "/lead/projects/8").status == 404
        for path in OWN_PAGES:
            assert "/lead" not in page(ada, path)
            assert 'href="/lead"' in page(lea, path)


def test_counts_are_by_day_and_collection_and_ones_own(tmp_path: Path) -> None:
    with pages(tmp_path) as gateway:
        fill(gateway, *WORK)
        ada = person(gateway, ADA)
        got = ada.send("GET", "/counts.csv")
        assert got.headers["content-type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(got.body.decode())))
        shown = page(ada, "/counts")
    assert [list(row.values()) for row in rows] == [
        ["2023-11-15", "letters", "1", "1", "0", "5"],
        ["2023-11-14", "letters", "2", "1", "1", "31"],
    ]
    cells = re.findall(r'<td class="number"[^>]*>(\d+)</td>', shown)
    assert cells == ["1", "1", "0", "5", "2", "1", "1", "31"]
    assert "999" not in shown


def test_a_word_on_a_wrong_count_reaches_the_lead(tmp_path: Path) -> None:
    with pages(tmp_path) as gateway:
        fill(gateway, *WORK)
        ada, bob, lea = (person(gateway, email) for email in (ADA, BOB, LEA))
        told = {"row": "2023-11-14 letters", "word": "It was <b>three</b>, not two."}
        assert ada.form("/counts", csrf=bob.csrf, **told).status == 403
        assert ada.form("/counts", csrf=ada.csrf, **told).status == 303
        for wrong in (" ", "x" * 1001, "x\0"):
            assert ada.form("/counts", csrf=ada.csrf, row=told["row"], word=wrong).status == 400
        assert bob.form("/counts", csrf=bob.csrf, row="2023-11-15 letters", word="x").status == 400
        assert TEXTS["en"]["not_settled"] in page(ada, "/counts")
        assert "three" not in page(bob, "/counts")
        shown = page(lea, "/lead/counts")
        assert "It was &lt;b&gt;three&lt;/b&gt;, not two." in shown
        assert NAMES[ADA] in shown
        assert "Ada" not in shown.replace(NAMES[ADA], "")
        assert "1 open" in page(lea, "/lead")
        [number] = re.findall(r'name="word" value="(\d+)"', shown)
        assert lea.form("/lead/counts", csrf=lea.csrf, word=number).status == 303
        assert lea.form("/lead/counts", csrf=lea.csrf, word="x").status == 400
        assert "1 open" not in page(lea, "/lead")
        assert TEXTS["en"]["settled"] in page(ada, "/counts")


def test_a_reported_record_is_served_to_nobody(tmp_path: Path) -> None:
    with pages(tmp_path) as gateway:
        ada, bob, lea = (person(gateway, email) for email in (ADA, BOB, LEA))
        task = ada.next_task(7).json()["id"]
        bobs = bob.next_task(7).json()["id"]
        assert text_of(bob) == "text zero"
        told = {"task": task, "kind": "personal"}
        assert ada.send("POST", "/report", told, **{"X-Datacoop-Csrf": "x"}).status == 403
        assert bob.send("POST", "/report", told).status == 404
        for wrong in (
            {},
            [],
            {**told, "kind": "dull"},
            {**told, "task": "1"},
            {**told, "task": True},
        ):
            assert ada.send("POST", "/report", wrong).status == 400
        assert text_of(bob) == "text zero"
        assert ada.send("POST", "/report", told).status == 204
        # Told twice, it is held once.
        assert ada.send("POST", "/report", told).status == 204
        assert text_of(ada) == "text one"
        assert text_of(bob) == "text one"
        # Who has it open can neither see it again nor answer it.
        assert bob.send("GET", f"/api/tasks/{bobs}").status == 404
        assert bob.send("POST", f"/api/tasks/{bobs}/annotations", {"result": []}).status == 404
        gateway.kill()
        gateway.start()
        assert text_of(bob) == "text one"
        held = page(lea, "/lead/reports")
        assert held.count('name="record"') == 1
        assert "text zero" in held
        kept = b"".join(path.read_bytes() for path in gateway.folder.glob("gateway.db*"))
        assert b"text zero" not in kept


def decide(lea: Person, record: int, decision: str) -> int:
    told = {"collection": "letters", "record": record_id(record).hex(), "decision": decision}
    return lea.form("/lead/reports", csrf=lea.csrf, **told).status


def test_the_lead_lets_a_record_back_or_bars_it(tmp_path: Path) -> None:
    with pages(tmp_path, make_offer("text zero", "text one", votes=1)) as gateway:
        ada, bob, lea = (person(gateway, email) for email in (ADA, BOB, LEA))
        for kind in ("personal", "harmful"):
            task = ada.next_task(7).json()["id"]
            assert ada.send("POST", "/report", {"task": task, "kind": kind}).status == 204
        assert text_of(ada) is None
        assert text_of(bob) is None
        assert "2 open" in page(lea, "/lead")
        assert decide(lea, 0, "held") == 400
        assert decide(lea, 0, "let_back") == 303
        assert decide(lea, 1, "barred") == 303
        # A decision once made is not turned round by a page that was left open.
        assert decide(lea, 1, "let_back") == 303
        assert text_of(bob) == "text zero"
        shown = page(lea, "/lead/reports")
        assert shown.count('name="record"') == shown.count("Decide again") == 1
        # What is barred is not shown again to anybody.
        assert "text one" not in shown
        gateway.kill()
        gateway.start()
        assert text_of(bob) == "text zero"
        assert text_of(ada) is None
        with opened_store(gateway) as store:
            assert store.closed_records("letters") == {record_id(1)}
            assert {r.state for r in store.reports()} == {"let_back", "barred"}


def test_the_lead_takes_a_bar_back_and_decides_anew(tmp_path: Path) -> None:
    with pages(tmp_path, make_offer("text zero", votes=1)) as gateway:
        ada, bob, lea = (person(gateway, email) for email in (ADA, BOB, LEA))
        task = ada.next_task(7).json()["id"]
        assert ada.send("POST", "/report", {"task": task, "kind": "harmful"}).status == 204
        assert decide(lea, 0, "reopen") == decide(lea, 0, "barred") == 303
        assert decide(bob, 0, "reopen") == 403
        assert text_of(bob) is None
        assert decide(lea, 0, "reopen") == 303
        # It is held as before it was barred: nobody is given it until the lead decides.
        assert text_of(bob) is None
        assert "1 open" in page(lea, "/lead")
        assert "text zero" in page(lea, "/lead/reports")
        with opened_store(gateway) as store:
            assert [(one.state, one.decided_by) for one in store.reports()] == [("held", None)]
        assert decide(lea, 0, "let_back") == 303
        assert text_of(bob) == "text zero"


def test_what_waits_is_told_roughly(tmp_path: Path) -> None:
    ids = [record_id(number) for number in range(3)]
    picture = {
        "kinds": {i.hex(): ("ko", ["law"]) for i in ids},
        "demands": {i.hex(): (1, 1.0) for i in ids},
    }
    with pages(tmp_path, replace(OFFER, picture=picture)) as gateway:
        ada = person(gateway, ADA)
        before = page(ada, "/")
        assert TEXTS["en"]["amount_few"] in before
        assert "한국어" in before
        fill(gateway, (ADA, 0, DAY, 5.0, False))
        after = page(ada, "/")
    assert before.replace("answered 0", "answered 1") == after


def test_every_language_says_everything() -> None:
    for language, texts in TEXTS.items():
        assert texts.keys() == TEXTS["en"].keys(), language
        for key, text in texts.items():
            gaps = re.findall(r"\{\w+\}", text)
            assert sorted(gaps) == sorted(re.findall(r"\{\w+\}", TEXTS["en"][key])), (language, key)


@pytest.mark.corpora
def test_hostile_texts_stay_text_on_every_page(tmp_path: Path) -> None:
    payloads = corpora.path("bad_xss") / "Intruder" / "xss-payload-list.txt"
    lines = payloads.read_text(encoding="utf-8", errors="replace").splitlines()
    hostile = "\n".join(lines)
    people = [NAMES[ADA], '"><img src=x onerror=alert(1)>']
    key = record_id(0).hex()
    picture = {
        "kinds": {key: ("<script>alert(2)</script>", ["<svg onload=alert(3)>"])},
        "demands": {key: (1, 1.0)},
        "values": ["<b>one</b>", '" onmouseover="alert(4)'],
        "votes": [[key, who, "<b>one</b>"] for who in people],
        "disputed": {key: 0.5},
        "pairs": [[*people, 3, 0.5]],
        "standings": {who: [1, 2, 0.1, 0.9, None] for who in people},
    }
    offer = make_offer(hostile, title=hostile[:300], guidelines=hostile, picture=picture)
    with pages(tmp_path, offer, unlimited=True) as gateway:
        fill(gateway, (ADA, 0, DAY, 5.0, False))
        ada, lea = person(gateway, ADA), person(gateway, LEA)
        for line in lines[:50]:
            if line.strip():
                ada.form("/counts", csrf=ada.csrf, row="2023-11-14 letters", word=line[:1000])
        task = lea.next_task(7).json()["id"]
        # Before the report: then the disputed record's text stands on its page.
        before = page(lea, "/lead/projects/7")
        assert lea.send("POST", "/report", {"task": task, "kind": "harmful"}).status == 204
        shown = [before, *(page(lea, path) for path in (*LEAD_PAGES, *OWN_PAGES))]
        shown += [page(ada, path) for path in OWN_PAGES]
    for html in shown:
        tags = set(re.findall(r"<\s*([a-zA-Z][\w-]*)", html))
        assert not tags & {"script", "img", "iframe", "object", "embed", "style", "base", "b"}
        for tag in re.findall(r"<[^<>]*>", html):
            assert not re.search(r"\son\w+\s*=", re.sub(r'"[^"]*"', '""', tag)), tag[:20]
    # The record's text before and after the report; guidelines are written as Markdown.
    assert sum(str(escape(hostile)) in html for html in shown) >= 2
