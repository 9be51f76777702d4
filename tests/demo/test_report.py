"""The report of a play: a page that shows what it is given as text, and needs nothing else."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from datacoop.demo.report import report

EVIL = "<script>alert(1)</script>&\"'"
VOID = {"meta", "br"}
ASKED = {"tasks_votes": 6, "fixed_votes": 9, "gold_answers": 4, "paused": 1}


class Page(HTMLParser):
    """Notes every tag, attribute and text; a tag that is not closed where it should be fails."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self._opened: list[str] = []
        self.feed(text)
        self.close()
        assert self._opened == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._opened.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def summary(name: str = "de-auental-small-1") -> dict[str, Any]:
    return {
        "submissions": {
            name: {
                "member": name,
                "collection": "classification",
                "outcome": "pass",
                "rows": 1234,
                "rows_counted_independently": 1234,
                "states": {"accepted": 1200, "duplicate": 30, "quarantined": 4},
                "reasons": {name: 3, "ingest.bad_json": 1},
            }
        },
        "leaks": {name: {"planted": 4, "leaked": 1}, "EMAIL_ADDRESS": {"planted": 0, "leaked": 0}},
        "labels": {
            name: ASKED | {"labels": 2, "accuracy": 0.5, "krippendorff_alpha": 0.123},
            "none": ASKED | {"labels": 0, "accuracy": None, "krippendorff_alpha": None},
        },
        "leak_audit": {
            "collection": name,
            "rows_barred": 2,
            "gold": 1,
            "leaks_in_versions": 0,
            "languages": [
                {
                    "language": name,
                    "rows": 118,
                    "sample": 97,
                    "leaks": 1,
                    "most_permille": 87.5,
                    "outcome": "met",
                }
            ],
        },
        "versions": [
            {
                "collection": name,
                "version": 1,
                "rows": 1230,
                "shards": ["a", "b"],
                "card": "cards/documents-1.html",
            }
        ],
        "seconds": {name: 1.5, "verify": 0.0},
        "peak_memory_bytes": 512 * 2**20,
    }


def page(name: str = "m", broken: tuple[str, ...] = (), counted: str = "") -> tuple[str, Page]:
    text = report(summary(name), broken, counted, {name: f"Title of {name}"})
    return text, Page(text)


def test_what_is_shown_is_escaped_everywhere() -> None:
    text, read = page(EVIL, (EVIL,), EVIL)
    assert "script" not in read.tags
    assert "<script" not in text
    shown = "".join(read.texts)
    # Member's title, submission, reason, entity, labels, the audit's collection and language,
    # version, step, and the verdict.
    assert shown.count(EVIL) == 10


@pytest.mark.parametrize("name", ["m", EVIL])
def test_it_needs_no_script_and_nothing_from_elsewhere(name: str) -> None:
    text, read = page(name)
    assert not {"script", "link", "iframe", "img", "object", "form"} & set(read.tags)
    assert not [n for n, _ in read.attributes if n.startswith("on") or n == "src"]
    # Cards lie beside the report.
    links = {str(value) for name, value in read.attributes if name == "href"}
    assert links == {"cards/documents-1.html"}
    assert not re.search(r"https?:|//|url\(|@import|javascript:", text)


def test_every_number_of_the_summary_is_shown() -> None:
    shown = [text.strip() for text in page()[1].texts]
    for number in (
        "1,234",
        "1,200",
        "30",
        "4",
        "1,230",
        "2",
        "50.0%",
        "0.12",
        "1.5",
        "97",
        "87.5 ‰",
    ):
        assert number in shown, number
    assert "Peak memory of one process: 512 MiB." in shown


def test_a_bar_is_as_long_as_its_share_and_says_it_in_words() -> None:
    _, read = page()
    bars = [value for name, value in read.attributes if name == "style"]
    assert bars == ["width:100%", "width:33%", "width:25%", "width:0%", "width:100%", "width:0%"]
    words = [value for name, value in read.attributes if name == "aria-label"]
    assert words[0] == "3 rows"
    assert words[2] == "25% leaked"


def test_the_verdict_is_that_of_the_promises() -> None:
    def verdict(*given: Any) -> str:
        return next(t for t in page("m", *given)[1].texts if "promise" in t or "Broken" in t)

    assert verdict() == "Every promise held."
    assert verdict((), "2 of 9 PERSON") == (
        "Every promise held. Counted, and not promised yet: 2 of 9 PERSON found again."
    )
    assert verdict(("one", "two"), "2 of 9 PERSON") == "Broken: one; two."


def test_a_play_that_found_nothing_has_a_page_too() -> None:
    names = ("submissions", "leaks", "labels", "leak_audit", "seconds")
    empty: dict[str, Any] = {name: {} for name in names}
    text = report(empty | {"versions": [], "peak_memory_bytes": 0}, [], "", {})
    assert "table" in Page(text).tags
