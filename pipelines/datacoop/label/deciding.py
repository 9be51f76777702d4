"""Say of each record whether its label stands, or how many more votes it needs.

The rules are those that replays of real votes compared (docs/labelling.md). Each is a function of
the votes that count: the order in which they arrived changes nothing.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from datacoop.label.confidence import confidence, fit_alpha
from datacoop.label.demand import Demand
from datacoop.label.kinds import LABELS, Ballots, ballots_of
from datacoop.label.rules import MEDIAN, median, value_of
from datacoop.label.spans import character_counts
from datacoop.label.votes import Vote
from datacoop.records.policies import LabellingPolicy

FIXED, UNTIL_SETTLED, UNTIL_LEAD, AUDITED = "fixed", "until_settled", "until_lead", "audited"

Guesses: TypeAlias = Mapping[bytes, Mapping[str, float]]
"""What a model holds each value of a record for, in `[0, 1]`; see `guesses.py`."""

LEAD = 2
"""By how many votes a value must lead where the rule asks for a lead."""

_SHRINKING = 10.0
"""Weight, in votes, with which a rare case is drawn to what holds for its value."""

_BINS = 10
_WHOLE, _UNGUESSED = -1, _BINS
"""In place of a bin: all votes for a value, and those that no model has guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a record stands."""

    needed: int
    """Votes still to be asked; 0 where the label stands, or an expert must decide."""
    confidence: float
    """How likely one more annotator would give the leading value, in `[0, 1]`."""
    is_disputed: bool
    """Whether it has all its votes and is still in doubt."""


def demands(
    votes: Iterable[Vote],
    policy: LabellingPolicy,
    record_ids: Iterable[bytes],
    *,
    decided: Iterable[bytes] = (),
    guesses: Guesses | None = None,
) -> list[Demand]:
    """Give what is still asked for each of `record_ids`, sorted by record id.

    Args:
        record_ids: The records that were sent to annotators.
        decided: Those of them that an expert has decided; nothing is asked for them.
        guesses: What a model expects of the records; `audited` saves more with it.
    """
    ballots = ballots_of(votes, policy)
    ask = make_ask(ballots, policy, guesses or {})
    closed = frozenset(decided)
    return [
        Demand(record_id=record_id, votes=0, doubt=0.0)
        if record_id in closed
        else ask(record_id, ballots.get(record_id, ()))
        for record_id in sorted({*record_ids})
    ]


Ask: TypeAlias = Callable[[bytes, Sequence[Vote]], Demand]
"""What is asked of a record, by the votes on it that count."""


def make_ask(ballots: Ballots, policy: LabellingPolicy, guesses: Guesses) -> Ask:
    """Learn from all votes so far what is asked of any one record, also after further votes."""
    stand_of = _make_stand(ballots, policy, guesses)

    def ask(record_id: bytes, ballot: Sequence[Vote]) -> Demand:
        stand = stand_of(record_id, ballot)
        doubt = _doubt(stand, policy) if ballot else 1.0
        return Demand(record_id=record_id, votes=stand.needed, doubt=doubt)

    return ask


def standings(
    ballots: Ballots, policy: LabellingPolicy, record_ids: Iterable[bytes], guesses: Guesses
) -> dict[bytes, Standing]:
    """Say how each record stands, sorted by record id; for one without votes, too."""
    stand = _make_stand(ballots, policy, guesses)
    return {i: stand(i, ballots.get(i, ())) for i in sorted({*record_ids})}


def _make_stand(
    ballots: Ballots, policy: LabellingPolicy, guesses: Guesses
) -> Callable[[bytes, Sequence[Vote]], Standing]:
    needs = ASKING[policy.deciding.asking](ballots, policy, guesses)
    sure = _confidences(ballots, policy)

    def stand(record_id: bytes, ballot: Sequence[Vote]) -> Standing:
        needed = needs(record_id, ballot)
        confident = sure(ballot)
        is_doubtful = 100 * confident < policy.deciding.expert_below_percent
        return Standing(
            needed=needed,
            confidence=confident,
            is_disputed=is_doubtful and len(ballot) >= policy.votes and not needed,
        )

    return stand


def _doubt(stand: Standing, policy: LabellingPolicy) -> float:
    # Where a value is sure to be given by one annotator in so many, nothing is known.
    chance = 0.0 if policy.kind == LABELS else 1 / len(policy.values)
    return float(min(1.0, max(0.0, (1 - stand.confidence) / (1 - chance))))


Needs: TypeAlias = Callable[[bytes, Sequence[Vote]], int]


def _fixed(_ballots: Ballots, policy: LabellingPolicy, _guesses: Guesses) -> Needs:
    return lambda _, ballot: max(0, policy.votes - len(ballot))


def _until_settled(_ballots: Ballots, policy: LabellingPolicy, _guesses: Guesses) -> Needs:
    """Stop where further votes, up to those of the policy, cannot change the label."""
    return lambda _, ballot: _fewest(ballot, policy, _settled(policy))


def _until_lead(_ballots: Ballots, policy: LabellingPolicy, _guesses: Guesses) -> Needs:
    """Stop where one value leads by two votes."""
    return lambda _, ballot: _fewest(ballot, policy, _leads(policy))


def _audited(ballots: Ballots, policy: LabellingPolicy, guesses: Guesses) -> Needs:
    """Stop at one vote where audited records show that a second one nearly always agrees.

    Audited records, which always get two votes, are the first ones by time of their first vote
    and a share that their ids choose. Spans never stay at one vote.
    """
    further = _until_lead(ballots, policy, guesses)
    if policy.kind == LABELS:
        return further
    audit = _Audit(ballots, policy, guesses)

    def needs(record_id: bytes, ballot: Sequence[Vote]) -> int:
        if not ballot:
            return LEAD if is_audited(record_id, policy) else 1
        if len(ballot) == 1 and audit.is_enough(ballot[0]):
            return 0
        # One at a time: two more may be one too many.
        return min(1, further(record_id, ballot))

    return needs


ASKING: dict[str, Callable[[Ballots, LabellingPolicy, Guesses], Needs]] = {
    FIXED: _fixed,
    UNTIL_SETTLED: _until_settled,
    UNTIL_LEAD: _until_lead,
    AUDITED: _audited,
}
"""When another vote is asked, by name: how many more a record needs, from all votes."""


def is_audited(record_id: bytes, policy: LabellingPolicy) -> bool:
    """Say whether the id of a record chooses it for the audit of one-vote stops."""
    digest = hashlib.sha256(b"datacoop.audit.v1\n" + record_id).digest()
    return int.from_bytes(digest[:8], "big") % 100 < policy.deciding.audit_percent


class _Audit:
    """How often a second vote differs from the first, by its value and a model's guess.

    A difference weighs more where the value that would be missed is rarer than its share of the
    values: one wrong stop in a hundred may be a tenth of a rare value.
    """

    def __init__(self, ballots: Ballots, policy: LabellingPolicy, guesses: Guesses) -> None:
        deciding = policy.deciding
        by_time = sorted(ballots, key=lambda i: (ballots[i][0].created_utc, i))
        first = frozenset(by_time[: deciding.audit_first])
        self._audited = first | {i for i in ballots if is_audited(i, policy)}
        self._guesses = guesses
        self._one_vote = frozenset(deciding.one_vote)
        self._bearable = 1 - deciding.sure_percent / 100
        self._edges = _edges(ballots, guesses)
        held = (ballots[i] for i in sorted(self._audited))
        pairs = [(ballot[0], ballot[1]) for ballot in held if len(ballot) > 1]
        self._is_warm = len(pairs) >= deciding.audit_first
        weights = _weights(pairs, policy.values)
        self._given: Counter[tuple[str, int]] = Counter()
        self._lost: dict[tuple[str, int], float] = defaultdict(float)
        for one, other in (*pairs, *((b, a) for a, b in pairs)):
            # Either of the two could have come first, so both count as the first one.
            loss = 0.0 if one.value == other.value else weights[other.value]
            for key in (self._place(one), (one.value, _WHOLE)):
                self._given[key] += 1
                self._lost[key] += loss

    def is_enough(self, vote: Vote) -> bool:
        """Say whether this one vote may stay alone."""
        if vote.value not in self._one_vote or vote.record_id in self._audited:
            return False
        return self._is_warm and self._loss(vote) <= self._bearable

    def _loss(self, vote: Vote) -> float:
        whole, place = (vote.value, _WHOLE), self._place(vote)
        base = (self._lost[whole] + 1) / (self._given[whole] + 2)
        return (self._lost[place] + _SHRINKING * base) / (self._given[place] + _SHRINKING)

    def _place(self, vote: Vote) -> tuple[str, int]:
        guess = self._guesses.get(vote.record_id, {}).get(vote.value)
        if guess is None:
            return vote.value, _UNGUESSED
        return vote.value, int(np.searchsorted(self._edges[vote.value], guess, side="right"))


def _weights(pairs: Sequence[tuple[Vote, Vote]], values: Sequence[str]) -> dict[str, float]:
    given = Counter(vote.value for pair in pairs for vote in pair)
    fair = given.total() / len(values)
    return {value: max(1.0, fair / (given[value] + 1)) for value in values}


def _edges(ballots: Ballots, guesses: Guesses) -> dict[str, list[float]]:
    """Cut the guesses of the values that were given into bins of equal size."""
    held: dict[str, list[float]] = {}
    for record_id, ballot in ballots.items():
        for value in {vote.value for vote in ballot} & guesses.get(record_id, {}).keys():
            held.setdefault(value, []).append(guesses[record_id][value])
    return {
        value: list(np.quantile(found, np.arange(1, _BINS) / _BINS))
        for value, found in held.items()
    }


Settled: TypeAlias = Callable[[Sequence[str], int], bool]
"""Whether values stand, when so many more may come."""


def _fewest(ballot: Sequence[Vote], policy: LabellingPolicy, settled: Settled) -> int:
    """Give how many more votes would do if all of them were for what leads now."""
    values = [vote.value for vote in ballot]
    rest = policy.votes - len(values)
    favourite = value_of(values, policy)
    for more in range(rest):
        if settled([*values, *[favourite] * more], rest - more):
            return more
    return max(0, rest)


def _settled(policy: LabellingPolicy) -> Settled:
    """Give the test whether `rest` further votes could change what a rule decides."""
    if policy.kind == LABELS:
        return _spans_settled
    if policy.deciding.rule != MEDIAN:
        return lambda values, rest: _lead(values) > rest

    def median_settled(values: Sequence[str], rest: int) -> bool:
        low, high = policy.values[0], policy.values[-1]
        ends = (median([*values, *[end] * rest], policy.values) for end in (low, high))
        return len({*ends}) == 1

    return median_settled


def _spans_settled(values: Sequence[str], rest: int) -> bool:
    given, most = len(values), len(values) + rest
    # Zero stands for the characters that nobody has marked yet.
    counts = {0, *character_counts(values).values()}
    return given > 0 and all(2 * c > most or 2 * (c + rest) <= most for c in counts)


def _leads(policy: LabellingPolicy) -> Settled:
    if policy.kind != LABELS:
        return lambda values, _: _lead(values) >= LEAD

    def spans_lead(values: Sequence[str], _: int) -> bool:
        counts = {0, *character_counts(values).values()}
        return all(abs(2 * count - len(values)) >= LEAD for count in counts)

    return spans_lead


def _lead(values: Sequence[str]) -> int:
    (_, first), (_, second) = [*Counter(values).most_common(2), ("", 0), ("", 0)][:2]
    return first - second


def _confidences(ballots: Ballots, policy: LabellingPolicy) -> Callable[[Sequence[Vote]], float]:
    """Give the function that says how sure the leading value of a ballot is."""
    if policy.kind == LABELS:
        return lambda ballot: _shared_characters([vote.value for vote in ballot])
    alpha = fit_alpha((tally(b, policy) for b in ballots.values()), len(policy.values))
    return lambda ballot: float(confidence(tally(ballot, policy), alpha).max())


def tally(ballot: Sequence[Vote], policy: LabellingPolicy) -> tuple[int, ...]:
    """Count the votes for each value of the policy, in its order."""
    counts = Counter(vote.value for vote in ballot)
    return tuple(counts[value] for value in policy.values)


def _shared_characters(values: Sequence[str]) -> float:
    """Give how many of the votes agree on a character that any of them marks, on average."""
    if len(values) < 2:
        return 0.5 * len(values)
    counts = character_counts(values).values()
    agreeing = [max(count, len(values) - count) / len(values) for count in counts]
    return sum(agreeing) / len(agreeing) if agreeing else 1.0
