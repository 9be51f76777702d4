"""The parts of the scrub's benchmarks that are no measurement."""

from collections.abc import Iterator
from types import ModuleType

import pytest
from benchmarks import bench_scrub, fuzz_scrub
from hypothesis import given
from hypothesis import strategies as st


@given(st.lists(st.text("ab \n", max_size=30), max_size=30), st.integers(10, 40))
def test_cut_texts_are_what_was_read_in_order(texts: list[str], characters: int) -> None:
    pieces = list(bench_scrub.cut(iter(texts), characters))
    assert "".join(f"{text}\n" for text in texts).startswith("".join(pieces))
    assert all(characters // 2 < len(piece) <= characters for piece in pieces)


def test_each_corpus_has_its_turn_until_it_ends() -> None:
    streams: list[Iterator[str]] = [iter("abc"), iter(""), iter("x")]
    assert "".join(bench_scrub.in_turn(streams)) == "axbc"


def test_a_batch_is_what_a_scrub_takes() -> None:
    collection = bench_scrub.contract()
    batch = bench_scrub.record_batch(collection, ["one", "two"], "en")
    assert batch.column("text").to_pylist() == ["one", "two"]
    bench_scrub.ours("en")(["Ada Bell wrote to ada@example.org"])


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend("benchmarks")
    return pytest.importorskip("report_scrub")


def test_the_report_changes_its_own_part_of_the_page_alone(report: ModuleType) -> None:
    page = "a\n<!-- found -->\nold\n<!-- end -->\nb\n<!-- speed -->\nkept\n<!-- end -->\n"
    new = report.replaced(page, "found", r"\1 new")
    assert new == page.replace("old", "\n\\1 new\n")
    assert report.replaced(new, "found", "old") == report.replaced(page, "found", "old")


def test_the_page_of_the_scrub_has_every_part(report: ModuleType) -> None:
    page = report.PAGE.read_text(encoding="utf-8")
    for part in report.PARTS:
        assert report.replaced(page, part, "x") != page


def test_random_texts_are_scrubbed_and_a_fault_is_told_by_its_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turns = iter([True] * 30 + [False] + [True, False])
    assert fuzz_scrub.fuzz(3, ["a line"], lambda: next(turns)) == (30, [])
    monkeypatch.setattr(fuzz_scrub, "row_edits", lambda *_: {})
    assert fuzz_scrub.fuzz(3, [], lambda: next(turns)) == (1, [(1, "KeyError")])
