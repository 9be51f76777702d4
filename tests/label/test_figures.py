from collections import Counter
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import PlainAnswer, PlainKind, PlainPair, PlainStanding, vote

from datacoop.label.demand import Demand
from datacoop.label.figures import (
    FEW,
    LEAST_GOLD,
    MANY,
    SOME,
    amount,
    backlog,
    confusion,
    cost,
    heatmap,
    on_gold,
    people,
    votes_on,
    waiting,
    with_others,
)
from datacoop.label.picture import Kind, Picture
from datacoop.label.votes import Vote

ENGLISH = PlainKind("en", ("law",))
KOREAN = PlainKind("ko", ("law", "health"))
TODAY = "2026-01-02"
IDS = [bytes([number]) * 32 for number in range(200)]

votes = st.lists(
    st.builds(vote, st.sampled_from(IDS[:6]), st.sampled_from("abcd"), st.sampled_from("xyz")),
    unique_by=lambda v: (v.record_id, v.annotator),
)


def demand(record_id: bytes, asked: int = 1, doubt: float = 1.0) -> Demand:
    return Demand(record_id=record_id, votes=asked, doubt=doubt)


def picture_with(count: int, kind: Kind = ENGLISH) -> Picture:
    ids = IDS[:count]
    return Picture(kinds=dict.fromkeys(ids, kind), demands={i: demand(i) for i in ids})


@pytest.mark.parametrize(
    ("count", "said"), [(1, FEW), (9, FEW), (10, SOME), (99, SOME), (100, MANY)]
)
def test_amounts_are_rough(count: int, said: str) -> None:
    assert amount(count) == said


def test_what_waits_is_by_language_and_domain_and_what_one_may_see() -> None:
    closed = {IDS[2]: demand(IDS[2], 0)}
    picture = Picture(
        kinds={IDS[0]: ENGLISH, IDS[1]: KOREAN, IDS[2]: ENGLISH},
        demands={IDS[0]: demand(IDS[0]), IDS[1]: demand(IDS[1]), **closed},
        may_see=lambda name, kind: name == "both" or kind.language == "en",
    )
    found = [(one.language, one.domain) for one in waiting(picture, "both", [])]
    assert found == [("en", "law"), ("ko", "any")]
    assert [one.language for one in waiting(picture, "english", [])] == ["en"]
    assert waiting(picture, "english", [IDS[0]]) == []


def test_an_answer_does_not_tell_by_what_waits_whether_it_was_gold() -> None:
    picture = picture_with(60)
    gold = b"gold" * 8
    before = waiting(picture, "ada", [])
    assert waiting(picture, "ada", [gold]) == before
    assert waiting(picture, "ada", [IDS[0]]) == before


def test_the_backlog_sums_votes_and_doubt() -> None:
    ids = IDS[:3]
    picture = Picture(
        kinds=dict(zip(ids, [ENGLISH, ENGLISH, KOREAN], strict=True)),
        demands={
            ids[0]: demand(ids[0], 3, 1.0),
            ids[1]: demand(ids[1], 1, 0.5),
            ids[2]: demand(ids[2], 0, 0.9),
            IDS[9]: demand(IDS[9], 7),
        },
    )
    [row] = backlog(picture)
    assert (row.language, row.domain, row.records, row.votes) == ("en", "law", 2, 4)
    assert row.doubt == 0.75
    assert cost(picture, [10, 20, 600]).votes == 4
    assert cost(picture, [10, 20, 600]).hours == 4 * 20 / 3600
    assert cost(picture, []).hours is None


@given(st.lists(st.floats(0.1, 3600), min_size=1), st.integers(0, 50))
def test_the_cost_is_votes_times_the_median(seconds: list[float], count: int) -> None:
    found = cost(picture_with(count), seconds)
    assert found.hours == pytest.approx(count * median(seconds) / 3600)


def answers(count: int, right: int, day: str = "2026-01-01") -> list[PlainAnswer]:
    return [PlainAnswer(n < right, f"{day}T00:00:00.000001") for n in range(count)]


def test_ones_own_gold_moves_once_a_day_and_in_tens() -> None:
    assert on_gold(answers(LEAST_GOLD - 1, 0), TODAY) is None
    found = on_gold(answers(29, 15), TODAY)
    assert found is not None
    assert (found.hits, found.trials) == (15, 20)
    assert found.low < found.value < found.high
    today = [*answers(29, 15), *answers(40, 0, TODAY)]
    assert on_gold(today, TODAY) == found


def test_agreement_is_with_what_most_others_say() -> None:
    ballots = {
        IDS[0]: {"me": "x", "a": "x", "b": "y", "c": "x"},
        IDS[1]: {"me": "x", "a": "y"},
        IDS[2]: {"me": "x", "a": "x", "b": "y"},
        IDS[3]: {"me": "x"},
        IDS[4]: {"a": "x", "b": "x"},
    }
    given_votes = [vote(i, who, v) for i, ballot in ballots.items() for who, v in ballot.items()]
    found = with_others(given_votes, "me", TODAY)
    assert found is not None
    assert (found.hits, found.trials) == (1, 2)
    late = [vote(IDS[5], who, "x", TODAY) for who in ("me", "a")]
    assert with_others([*given_votes, *late], "me", TODAY) == found
    assert with_others(given_votes, "nobody", TODAY) is None


@given(votes, st.permutations("abcd"))
def test_renaming_others_does_not_change_agreement(given_votes: list[Vote], names: str) -> None:
    new = dict(zip("abcd", names, strict=True))
    renamed = [vote(v.record_id, new[v.annotator], v.value) for v in given_votes]
    before = with_others(given_votes, "a", TODAY)
    assert with_others(renamed, new["a"], TODAY) == before


@given(votes)
def test_confusion_counts_every_pair_of_votes_once_each_way(given_votes: list[Vote]) -> None:
    table = confusion(given_votes, "xyz")
    assert table == [list(column) for column in zip(*table, strict=True)]
    sizes = Counter(v.record_id for v in given_votes).values()
    pairs = sum(n * (n - 1) // 2 for n in sizes)
    diagonal = sum(table[i][i] for i in range(3))
    assert diagonal + (sum(map(sum, table)) - diagonal) // 2 == pairs


def test_the_heatmap_takes_those_who_share_most() -> None:
    pairs = [
        PlainPair(None, 99, 0.5),
        PlainPair(("a", "b"), 10, 0.9),
        PlainPair(("a", "c"), 1, None),
        PlainPair(("b", "d"), 5, 0.1),
    ]
    names, cells = heatmap(pairs, 3)
    assert names == ["a", "b", "d"]
    assert cells[("b", "a")] == cells[("a", "b")] == (0.9, 10)
    assert ("a", "c") not in cells


def test_people_below_the_floor_come_first() -> None:
    standings = {
        "good": PlainStanding(39, 40, 0.87, 1.0, None),
        "new": PlainStanding(1, 3, 0.01, 0.9, None),
        "low": PlainStanding(11, 20, 0.32, 0.77, None),
        "paused": PlainStanding(1, 8, 0.0, 0.5, "2026-01-01T00:00:00"),
    }
    found = people(standings, 0.55)
    assert [one.annotator for one in found] == ["paused", "low", "new", "good"]
    assert [one.is_below for one in found] == [True, True, False, False]


def test_votes_on_a_record_are_unnamed_and_the_most_frequent_first() -> None:
    given_votes = [vote(IDS[0], who, v) for who, v in [("a", "y"), ("b", "x"), ("c", "y")]]
    given_votes.append(vote(IDS[1], "a", "x"))
    found = votes_on(given_votes, {IDS[0]})
    assert list(found) == [IDS[0]]
    assert list(found[IDS[0]].items()) == [("y", 2), ("x", 1)]
