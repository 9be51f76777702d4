"""A scrub does work in proportion to its text: calls are counted, for no timing may fail a test.

What one call of a regular expression costs is not seen here; docs/scrub.md has its times.
"""

import sys
from collections.abc import Callable

import pytest

from datacoop.records.policy_file import parse_policy, shipped_policy
from datacoop.scrub.finder import PolicyFinder
from datacoop.scrub.names import installed_models

FORMS = (
    "1", "1 ", "12-", "1.", "@", "a@", "a.", " ", "\n", "a", "A1", "1:", "+44 ", "_", "%a",
    "<PERSON_", "가", "가1", "-", "ab.cd ", "http://a/", "Ada Bell wrote to a@b.org. ", "홍길동 ",
)  # fmt: skip
SMALL, LARGE = 1_000, 10_000
MOST = 12
"""Times the calls, at most, for ten times the text."""
ONCE = 500
"""Calls that are made once, however long a text is."""
FINDER = PolicyFinder(parse_policy(shipped_policy("clinical")), ("en", "ko"), installed_models())


def calls(search: Callable[[], object]) -> int:
    """Count the calls of functions, Python's and C's."""
    count = 0

    def note(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        search()
    finally:
        sys.setprofile(before)
    return count


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    FINDER.prepare()
    FINDER.find("en", ["Ada Bell wrote to ada@example.org on 3 May 2026, 020 7946 0958."])


@pytest.mark.parametrize("form", FORMS)
def test_ten_times_the_text_takes_at_most_twelve_times_the_calls(form: str) -> None:
    # Unlike words before the text: what is remembered of the last one must not help. No numbers,
    # which together with the text's could be something to look at more closely.
    small, large = (
        calls(lambda t=f"{word} text {(form * size)[:size]}": FINDER.find("en", [t]))  # type: ignore[misc]
        for word, size in (("small", SMALL), ("large", LARGE))
    )
    assert large <= MOST * small + ONCE, (small, large)


def test_the_count_would_see_a_search_that_is_not_linear() -> None:
    def each_after_each(text: str) -> None:
        for start in range(len(text)):
            for end in range(start, len(text), 50):
                text.startswith("x", end)

    small, large = (calls(lambda s=s: each_after_each("a" * s)) for s in (500, 5_000))  # type: ignore[misc]
    assert large > MOST * small + ONCE
