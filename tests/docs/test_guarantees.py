"""The page of guarantees: each is there, and so is every test that it names."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "guarantees.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def test_each_guarantee_names_a_test_or_says_that_it_is_not_there_yet() -> None:
    rows = {int(number): said for number, said in ROW.findall(PAGE)}
    assert sorted(rows) == list(range(1, 31))
    for number, said in rows.items():
        assert NAMED.search(said) or "Not there yet" in said, number


def test_every_test_that_is_named_is_there() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > 50
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not (TESTS / file).is_file() or f"def {test}(" not in (TESTS / file).read_text("utf-8")
    ]
    assert not missing
