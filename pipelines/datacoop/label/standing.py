"""How an annotator stands: accuracy on gold and speed, with intervals, and who is paused.

Each answer to a gold task is looked at as it comes. Two rules pause:

- the lower bound of the accuracy over all gold answers falls below the floor. Until there are
  `LEAST` answers those that are missing count as right, so that nobody is paused for being new;
- the upper bound over the last few, from five on, falls below the floor: who earned trust and
  then turns is paused as fast as a newcomer.

Looking often is what makes honest people fail such tests by chance; how often these rules do so
is measured with every look counted (`tests/label/test_standing.py`, docs/labelling.md).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from datacoop.label.gold import GoldRecord, Use
from datacoop.label.votes import Vote, counting_votes
from datacoop.records.intervals import clopper_pearson
from datacoop.records.pauses import Pause
from datacoop.records.policies import WorkforcePolicy

LEAST = 20
"""Gold answers over which an accuracy is told."""
SHORTEST, LONGEST = 5, 20
"""Lengths of the recent runs of gold answers that are looked at."""

_bounds = lru_cache(maxsize=1 << 16)(clopper_pearson)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldAnswer:
    """One answer to a gold task."""

    is_right: bool
    created_utc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one annotator does on gold."""

    right: int
    answered: int
    low: float
    """Lower bound of the accuracy, at 95 % confidence."""
    high: float
    paused_utc: str | None
    """When the answer was given that paused the annotator; none while they may go on."""


def gold_answers(
    votes: Iterable[Vote], gold: Mapping[bytes, GoldRecord]
) -> dict[str, list[GoldAnswer]]:
    """Give each annotator's answers to gold tasks, by time.

    Of an answer that was edited the last form stands, as it does for every vote.
    """
    found: dict[str, list[GoldAnswer]] = {}
    on_gold = counting_votes(vote for vote in votes if vote.record_id in gold)
    for vote in sorted(on_gold, key=lambda v: (v.created_utc, v.record_id)):
        is_right = vote.value == gold[vote.record_id].value
        answer = GoldAnswer(is_right=is_right, created_utc=vote.created_utc)
        found.setdefault(vote.annotator, []).append(answer)
    return found


def standing(
    answers: Sequence[GoldAnswer], policy: WorkforcePolicy, *, resumed_utc: str = ""
) -> Standing:
    """Follow one annotator's gold answers, by time, up to the one that pauses, if one does.

    Args:
        resumed_utc: When the labelling lead let the annotator go on; what was answered until
            then no longer counts.
    """
    floor = policy.floor_percent / 100
    right: list[bool] = []
    paused_utc = None
    for answer in answers:
        if answer.created_utc > resumed_utc:
            right.append(answer.is_right)
            if not answer.is_right and (_falls_short(right, floor) or _has_turned(right, floor)):
                paused_utc = answer.created_utc
                break
    low, high = _bounds(sum(right), len(right))
    return Standing(
        right=sum(right), answered=len(right), low=low, high=high, paused_utc=paused_utc
    )


def _falls_short(right: Sequence[bool], floor: float) -> bool:
    missing = max(0, LEAST - len(right))
    return _bounds(sum(right) + missing, len(right) + missing)[0] < floor


def _has_turned(right: Sequence[bool], floor: float) -> bool:
    lengths = range(SHORTEST, min(LONGEST, len(right)) + 1)
    return any(_bounds(sum(right[-length:]), length)[1] < floor for length in lengths)


def is_qualified(answers: Sequence[GoldAnswer], policy: WorkforcePolicy) -> bool:
    """Say whether answers to a qualification set open the real tasks of its language.

    They do where all of them are there and the lower bound of their accuracy reaches the floor.

    Args:
        answers: To qualification records of one language, by time.
    """
    counted = answers[: policy.qualification]
    if len(counted) < policy.qualification:
        return False
    if not counted:
        return True
    right = sum(answer.is_right for answer in counted)
    return _bounds(right, len(counted))[0] >= policy.floor_percent / 100


def paused_annotators(
    votes: Iterable[Vote],
    gold: Mapping[bytes, GoldRecord],
    policy: WorkforcePolicy,
    over: Iterable[Pause] = (),
) -> dict[str, str]:
    """Give each annotator whom the answers to gold pause, and when.

    Args:
        over: Pauses that are over; what was answered before their end no longer counts.
    """
    resumed = last_resumed(over)
    stands = {
        name: standing(given, policy, resumed_utc=resumed.get(name, ""))
        for name, given in gold_answers(votes, gold).items()
    }
    return {name: s.paused_utc for name, s in stands.items() if s.paused_utc is not None}


def last_resumed(over: Iterable[Pause]) -> dict[str, str]:
    """Give when each annotator was let go on the last time, by pauses."""
    ends = sorted((one.resumed_utc, one.annotator) for one in over if one.resumed_utc is not None)
    return {annotator: resumed_utc for resumed_utc, annotator in ends}


def qualified_annotators(
    votes: Iterable[Vote],
    gold: Mapping[bytes, GoldRecord],
    languages: Mapping[bytes, str],
    policy: WorkforcePolicy,
) -> set[tuple[str, str]]:
    """Give annotator and language of each qualification that was passed.

    Args:
        languages: The language of each record of the qualification sets.
    """
    listed = list(votes)
    found: set[tuple[str, str]] = set()
    for language in set(languages.values()):
        of_language = {
            i: one
            for i, one in gold.items()
            if one.use is Use.QUALIFICATION and languages.get(i) == language
        }
        given = gold_answers(listed, of_language)
        found |= {(name, language) for name, a in given.items() if is_qualified(a, policy)}
    return found


def standing_votes(
    votes: Iterable[Vote],
    pauses: Iterable[Pause],
    decided: Callable[[Sequence[Vote], str], Collection[bytes]],
) -> list[Vote]:
    """Give the votes that stand: what paused annotators said of undecided records falls away.

    What is left is what deciding counts, so that a vote that fell is asked of somebody else. A
    label that stood when its annotator was paused stays: what the annotator said of it later in
    the pause falls, unless it takes the vote back. What fell stays so after the pause.

    Args:
        pauses: Who was paused from when till when, in any order.
        decided: Gives the records whose label stands, by the votes up to a time and this time.
    """
    standing = list(votes)
    for pause in sorted(pauses, key=lambda one: (one.paused_utc, one.annotator)):
        began, ended = pause.paused_utc, pause.resumed_utc
        kept = decided([vote for vote in standing if vote.created_utc <= began], began)
        standing = [
            vote
            for vote in standing
            if vote.annotator != pause.annotator
            or (ended is not None and vote.created_utc > ended)
            or (vote.record_id in kept and (vote.created_utc <= began or vote.withdrawn))
        ]
    return standing


def median_seconds(seconds: Sequence[float]) -> tuple[float, float, float] | None:
    """Give the median of how long tasks took, and its interval at 95 % confidence.

    The interval is that of order statistics, which supposes nothing about how times are spread.

    Returns:
        The median, the lower and the upper bound; none where there are no times. Of fewer than
        six times the bounds are the shortest and the longest, which is less than 95 %.
    """
    if not seconds:
        return None
    ordered = sorted(seconds)
    count = len(ordered)
    middle = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
    below = _lowest_rank(count)
    return middle, ordered[below], ordered[count - 1 - below]


def _lowest_rank(count: int) -> int:
    """Give the largest rank, from 0, under which a fair coin stays in at most 2.5 % of cases."""
    # In whole numbers: of thousands of times, halves to the power of their count are 0 as floats.
    most, mass, term, rank = 2**count // 40, 0, 1, 0
    while mass + term <= most:
        mass += term
        term = term * (count - rank) // (rank + 1)
        rank += 1
    return max(0, rank - 1)
