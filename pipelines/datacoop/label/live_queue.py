"""The queue of a collection as answers come in: what each one changes, at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from datacoop.label.adjudication import labelled
from datacoop.label.deciding import Guesses, demands, make_ask
from datacoop.label.decisions import Decision, standing_decisions
from datacoop.label.facts import RecordFacts
from datacoop.label.gold import GoldPlan, GoldRecord
from datacoop.label.kinds import ballots_of
from datacoop.label.queue_index import QueueIndex
from datacoop.label.standing import paused_annotators, qualified_annotators, standing_votes
from datacoop.label.votes import Vote
from datacoop.label.workforce import Workforce
from datacoop.records.pauses import Pause
from datacoop.records.policies import LabellingPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that a queue begins with."""

    policy: LabellingPolicy
    records: Sequence[RecordFacts]
    """Those that may be served, gold among them."""
    workforce: Workforce
    plan: GoldPlan
    votes: Sequence[Vote] = ()
    """Every answer so far, gold and skipped ones too; of the round that is asked now."""
    gold: Mapping[bytes, GoldRecord] = field(default_factory=dict)
    paused: Mapping[str, str] = field(default_factory=dict)
    """Who was paused before, and when; whom the answers to gold pause is found out here."""
    over: Sequence[Pause] = ()
    """Pauses that are over."""
    decisions: Sequence[Decision] = ()
    """What experts decided."""
    guesses: Guesses = field(default_factory=dict)


class LiveQueue:
    """A queue index that follows every answer.

    What deciding learns from all votes together (how much annotators err, which values may stay
    at one vote) is as it was when the queue was made; so is that a record was closed then. All
    else follows each answer.
    """

    def __init__(self, known: Known) -> None:
        """Make the queue of what is known."""
        self._policy, self._gold = known.policy, known.gold
        languages = {one.record_id: one.kind.language for one in known.records}
        self._languages = {i: languages[i] for i in known.gold if i in languages}
        self._on_gold: dict[str, list[Vote]] = {}
        for vote in known.votes:
            if vote.record_id in known.gold:
                self._on_gold.setdefault(vote.annotator, []).append(vote)
        on_gold = [vote for votes in self._on_gold.values() for vote in votes]
        self._over = known.over
        by_gold = paused_annotators(on_gold, known.gold, known.policy.workforce, known.over)
        self._paused = {**by_gold, **known.paused}
        self._index = QueueIndex(
            known.policy.workforce,
            known.workforce,
            known.plan,
            gold={record_id: one.use for record_id, one in known.gold.items()},
            records=known.records,
            qualified=self._qualified(on_gold),
        )
        self._removed: dict[bytes, RecordFacts] = {}
        self._take_over(known, languages.keys() - known.gold.keys())

    def _take_over(self, known: Known, real: Collection[bytes]) -> None:
        policy, decisions = known.policy, known.decisions

        def decided(votes: Sequence[Vote], until_utc: str) -> set[bytes]:
            earlier = [one for one in decisions if one.created_utc <= until_utc]
            return labelled(votes, policy, decisions=earlier, guesses=known.guesses)

        pauses = [*known.over, *(Pause(*one) for one in self._paused.items())]
        standing = standing_votes(known.votes, pauses, decided)
        expert = {one.record_id for one in standing_decisions(decisions, policy.question)}
        for vote in known.votes:
            self._index.answered(vote.annotator, vote.record_id, 0.0)
        for annotator in self._paused:
            self._index.pause(annotator)
        self._closed = set()
        for demand in demands(standing, policy, real, decided=expert, guesses=known.guesses):
            self._index.update(demand)
            if not demand.votes:
                self._closed.add(demand.record_id)
        self._ask = make_ask(ballots_of(standing, known.policy), known.policy, known.guesses)
        # Of closed records nothing is asked any more, so their votes need not be kept.
        self._said: dict[bytes, list[Vote]] = {}
        for vote in standing:
            if vote.record_id not in self._closed and vote.record_id not in self._gold:
                self._said.setdefault(vote.record_id, []).append(vote)

    @property
    def paused(self) -> Mapping[str, str]:
        """Give who is paused, and when that was."""
        return self._paused

    def next(self, annotator: str, now: float) -> bytes | None:
        """Give the record to work on: the same one while it is held, none where none is open."""
        return self._index.next(annotator, now)

    def hold(self, annotator: str, record_id: bytes, now: float) -> bool:
        """Enter that an annotator has a record in hand; give whether it was not so before."""
        return self._index.hold(annotator, record_id, now)

    def give_back(self, annotator: str, record_id: bytes) -> None:
        """Enter that an annotator put a record off."""
        self._index.give_back(annotator, record_id)

    def take(self, vote: Vote, now: float) -> str | None:
        """Take in an answer, a changed or a skipped one; told twice it counts once.

        Returns:
            When its annotator was paused, where this very answer pauses them.
        """
        self._index.answered(vote.annotator, vote.record_id, now)
        if vote.record_id in self._gold:
            return self._take_known(vote)
        if vote.annotator not in self._paused and vote.record_id not in self._closed:
            self._said.setdefault(vote.record_id, []).append(vote)
            self._update(vote.record_id)
        return None

    def remove(self, record_id: bytes) -> None:
        """Serve a record to nobody from now on; who holds it holds it no more."""
        facts = self._index.remove(record_id)
        if facts is not None:
            self._removed[record_id] = facts

    def bring_back(self, record_id: bytes) -> None:
        """Serve a record again that was removed; who answered it before does not get it."""
        facts = self._removed.pop(record_id, None)
        if facts is not None:
            self._index.add(facts)
            if record_id not in self._closed:
                self._update(record_id)

    def _update(self, record_id: bytes) -> None:
        ballots = ballots_of(self._said.get(record_id, ()), self._policy)
        self._index.update(self._ask(record_id, ballots.get(record_id, ())))

    def _take_known(self, vote: Vote) -> str | None:
        own = self._on_gold.setdefault(vote.annotator, [])
        own.append(vote)
        for annotator, language in self._qualified(own):
            self._index.qualify(annotator, language)
        workforce = self._policy.workforce
        when = paused_annotators(own, self._gold, workforce, self._over).get(vote.annotator)
        if when is None or vote.annotator in self._paused:
            return None
        self._paused[vote.annotator] = when
        self._index.pause(vote.annotator)
        return when

    def _qualified(self, on_gold: Iterable[Vote]) -> set[tuple[str, str]]:
        return qualified_annotators(on_gold, self._gold, self._languages, self._policy.workforce)
