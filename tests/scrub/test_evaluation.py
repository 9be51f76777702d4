"""Figures on hand-made gold, counted by hand."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrubbing import make_policy

from datacoop.errors import SettingsError
from datacoop.scrub.evaluation import Counting, Evaluation, Slice, evaluate
from datacoop.scrub.finder import PolicyFinder
from datacoop.scrub.gold import GoldRow, GoldSpan, is_test, part_of, read_gold
from datacoop.scrub.rows import UNSUPPORTED
from datacoop.scrub.spans import Finding


def gold(text: str, *marked: str, language: str = "en", record: str = "r") -> GoldRow:
    """Make a row; each mark reads `words|label|kind|entity` and stands once in the text."""
    spans = []
    for mark in marked:
        words, label, kind, entity = (*mark.split("|"), "", "")[:4]
        start = text.index(words)
        spans.append(GoldSpan(start, start + len(words), label, kind, entity))
    return GoldRow(id=record, language=language, text=text, spans=tuple(spans))


def found(row: GoldRow, *words: str) -> list[Finding]:
    starts = [(row.text.index(one), one) for one in words]
    return [Finding(start, start + len(one), "PERSON", 0.9) for start, one in starts]


def counted(*rows: tuple[GoldRow, str | Sequence[Finding]]) -> Evaluation:
    counts = Counting()
    for row, outcome in rows:
        counts.add(row, outcome)
    return counts.evaluation()


def test_the_figures_of_one_row_are_those_counted_by_hand() -> None:
    row = gold("Ada Bell met Carl on Monday", "Ada Bell|PER", "Carl|PER", "Monday|DATE")
    result = counted((row, found(row, "Ada Bell", "met", "on Mon")))
    people = result.tallies[Slice("en", "PER")]
    assert (people.mentions, people.mentions_found) == (2, 1)
    assert (people.characters, people.characters_found) == (11, 7)
    assert people.recall == 0.5
    assert people.interval == pytest.approx((0.0126, 0.9874), abs=1e-4)
    assert result.tallies[Slice("en", "DATE")].character_recall == 0.5
    total = result.tallies[Slice("en")]
    assert (total.mentions, total.mentions_found, total.characters) == (3, 1, 17)
    cover = result.covers["en"]
    # Taken out: AdaBell 7, met 3, on 2, Mon 3; of these marked: 7 and 3.
    assert (cover.records, cover.covered, cover.true) == (1, 15, 10)
    assert cover.precision == pytest.approx(2 / 3)


def test_harmless_names_count_apart_and_make_no_precision() -> None:
    row = gold("Ada in Rome at Oslo", "Ada|PERSON|DIRECT", "Rome|LOC|NO_MASK", "Oslo|LOC|QUASI")
    result = counted((row, found(row, "Rome", "Ada")))
    assert set(result.tallies) == {
        Slice("en"),
        Slice("en", "", "DIRECT"),
        Slice("en", "", "NO_MASK"),
        Slice("en", "", "QUASI"),
        Slice("en", "PERSON", "DIRECT"),
        Slice("en", "LOC", "NO_MASK"),
        Slice("en", "LOC", "QUASI"),
    }
    assert result.tallies[Slice("en")].mentions == 2
    assert result.tallies[Slice("en", "", "DIRECT")].recall == 1.0
    assert result.tallies[Slice("en", "", "QUASI")].recall == 0.0
    assert result.tallies[Slice("en", "LOC", "NO_MASK")].recall == 1.0
    assert result.covers["en"].precision == pytest.approx(3 / 7)
    assert [miss.text for miss in result.misses] == ["Oslo"]


def test_an_entity_is_found_when_all_its_mentions_are() -> None:
    by_id = gold("Ada Bell; she, Bell", "Ada Bell|PER||e1", ", Bell|PER||e1", "she|PER||e2")
    by_text = GoldRow(
        id="s",
        language="fr",
        text="Zoé, Zoé, Max",
        spans=(GoldSpan(0, 3, "PER"), GoldSpan(5, 8, "PER"), GoldSpan(10, 13, "PER")),
    )
    result = counted(
        (by_id, found(by_id, "Ada Bell", "she")), (by_text, found(by_text, "Zoé", "Max"))
    )
    for language in ("en", "fr"):
        tally = result.tallies[Slice(language)]
        assert (tally.mentions, tally.mentions_found) == (3, 2)
        assert (tally.entities, tally.entities_found) == (2, 1)
        assert tally.entity_recall == 0.5


def test_the_same_name_in_two_records_is_two_entities() -> None:
    rows = [gold("Ada", "Ada|PER", record=name) for name in "ab"]
    tally = counted((rows[0], found(rows[0], "Ada")), (rows[1], [])).tallies[Slice("en")]
    assert (tally.entities, tally.entities_found) == (2, 1)


@pytest.mark.parametrize(
    ("language", "text", "covered", "is_found"),
    [
        ("en", "Mr Bell", "Bell", True),
        ("en", "Prof. Dr. Ada Bell", "Ada Bell", True),
        ("en", "Prof. Dr. Ada Bell", "Bell", False),
        ("en", "Mrsic Bell", "Bell", False),
        ("en", "M. Bell", "Bell", False),
        ("fr", "M. Bell", "Bell", True),
        ("fr", "Mme Bell", "Bell", True),
        ("fr", "Me Bell", "Bell", True),
        ("de", "Frau Dr. Bell", "Bell", True),
        ("ko", "김민수 씨", "김민수", True),
        ("ko", "김민수씨", "김민수", True),
        ("en", "Mr.", "Mr", True),
        ("en", "Mr ", "Mr ", True),
        ("en", "Bell-Roe's", "Bell-Roe", False),
        ("en", "Bell, Ada", "Bell", False),
    ],
)
def test_a_name_is_found_without_its_title_and_signs(
    language: str, text: str, covered: str, is_found: bool
) -> None:
    row = gold(text, f"{text}|PER", language=language)
    assert counted((row, found(row, covered))).tallies[Slice(language)].mentions_found == is_found


def test_pieces_of_a_name_cover_it_together() -> None:
    row = gold("Ada-Lou Bell", "Ada-Lou Bell|PER")
    assert counted((row, found(row, "Ada", "Lou", "Bell"))).tallies[Slice("en")].recall == 1.0


def test_rows_that_were_not_searched_count_in_no_share() -> None:
    row = gold("Ada", "Ada|PER")
    result = counted((row, UNSUPPORTED), (row, found(row, "Ada")))
    assert result.records == 2
    assert result.not_searched == {UNSUPPORTED: 1}
    assert result.tallies[Slice("en")].mentions == 1
    assert result.covers["en"].records == 1


def test_a_text_without_gold_counts_against_precision() -> None:
    row = gold("nobody here")
    result = counted((row, found(row, "here")))
    assert result.covers["en"].precision == 0.0
    assert result.tallies[Slice("en")].recall is None


def test_direct_identifiers_lead_the_misses_then_the_longest() -> None:
    row = gold("Ann, Christopher, Bo", "Ann|P|DIRECT", "Christopher|P|QUASI", "Bo|P|QUASI")
    many = [(gold(f"by {n:04}", f"{n:04}|N|QUASI", record=f"{n}"), []) for n in range(30)]
    misses = counted((row, []), *many).misses
    assert [miss.text for miss in misses[:3]] == ["Ann", "Christopher", "0000"]
    assert len(misses) == 20
    assert (misses[1].before, misses[1].after) == ("Ann, ", ", Bo")
    assert "Ann" not in repr(misses[0])


def test_equal_words_are_one_miss() -> None:
    rows = [(gold("by Bo Li", "Bo Li|P", record=name), []) for name in "abc"]
    half = gold("by Bo Li", "Bo Li|P", record="d")
    other = gold("by Bo Li", "Bo Li|Q")
    first, second = counted(*rows, (half, found(half, "Bo")), (other, [])).misses
    assert (first.record, first.span.label, first.times, first.left) == ("a", "P", 4, 14)
    assert (second.span.label, second.times, second.left) == ("Q", 1, 4)


texts = st.text("ab .", min_size=4, max_size=12)
ranges = st.lists(st.tuples(st.integers(0, 8), st.integers(1, 4)), max_size=4)


@given(texts, ranges, ranges)
def test_shares_are_shares_and_covering_all_finds_all(
    text: str, marked: list[tuple[int, int]], covered: list[tuple[int, int]]
) -> None:
    spans = {GoldSpan(a, min(a + n, len(text)), "X") for a, n in marked if a < len(text)}
    row = GoldRow(id="r", language="en", text=text, spans=tuple(spans))
    edits = [Finding(a, min(a + n, len(text)), "X", 1.0) for a, n in covered if a < len(text)]
    tally = counted((row, edits)).tallies[Slice("en")]
    assert 0 <= tally.mentions_found <= tally.mentions == len(spans)
    assert tally.entities_found <= tally.entities <= tally.mentions
    whole = counted((row, [Finding(0, len(text), "X", 1.0)])).tallies[Slice("en")]
    assert (whole.mentions_found, whole.entities_found) == (whole.mentions, whole.entities)
    assert whole.characters_found == whole.characters >= tally.characters_found


def test_a_policy_is_measured_as_it_scrubs() -> None:
    row = gold("write to ada@example.org or 192.0.2.10", "ada@example.org|MAIL", "192.0.2.10|IP")
    other = gold("ada@example.org", "ada@example.org|MAIL", language="xx", record="x")
    policy = make_policy(operators={"EMAIL_ADDRESS": "keep", "IP_ADDRESS": "generalise"})
    finder = PolicyFinder(policy, ("en",), {})
    result = evaluate([row, other], policy, finder, lambda *_: None)
    assert result.tallies[Slice("en", "MAIL")].recall == 0.0
    assert result.tallies[Slice("en", "IP")].recall == 1.0
    assert result.tallies[Slice("xx", "MAIL")].recall == 0.0


def test_the_test_part_is_a_fifth_by_id_and_the_parts_add_up() -> None:
    rows = [gold("x", record=f"row-{n}") for n in range(500)]
    test, train = part_of(rows, "test"), part_of(rows, "train")
    assert 70 < len(test) < 130
    assert {row.id for row in test + train} == {row.id for row in rows}
    assert len(test) + len(train) == len(part_of(rows, "all")) == 500
    for row in rows:
        assert is_test(row.id) == (int(hashlib.sha256(row.id.encode()).hexdigest(), 16) % 5 == 0)


def test_gold_is_read_with_its_kinds_and_entities(tmp_path: Path) -> None:
    span = {"start": 0, "end": 3, "label": "PER", "kind": "DIRECT", "entity_id": "e1"}
    value = {"id": 7, "lang": "en", "text": "Ada", "spans": [span], "source": "made up"}
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(value) + "\n\n", encoding="utf-8")
    (row,) = read_gold(path)
    assert row == gold("Ada", "Ada|PER|DIRECT|e1", record="7")
    assert "Ada" not in repr(row)


@pytest.mark.parametrize(
    "fault",
    [
        {"spans": [{"start": 0, "end": 9, "label": "PER"}]},
        {"spans": [{"start": 1, "end": 1, "label": "PER"}]},
        {"spans": [{"start": 0, "end": 1}]},
        {"spans": "none"},
        {"text": None},
    ],
)
def test_a_line_that_is_no_gold_is_named_without_its_text(
    fault: dict[str, object], tmp_path: Path
) -> None:
    sound = {"id": "a", "lang": "en", "text": "Ada", "spans": []}
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(sound) + "\n" + json.dumps(sound | fault), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"line 2 of gold\.jsonl") as raised:
        read_gold(path)
    assert "Ada" not in str(raised.value)


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot read gold\.jsonl"):
        read_gold(tmp_path / "gold.jsonl")
