"""Sum up a picture for annotators and for who leads them. Nothing here is a fact of its own."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from statistics import fmean, median

from datacoop.label.picture import GoldAnswer, Kind, OnGold, Pair, Picture
from datacoop.label.votes import Vote
from datacoop.records.intervals import clopper_pearson

ANY = "any"
"""The domain of records that do not name one."""

FEW, SOME, MANY = "few", "some", "many"
"""Fewer than ten, fewer than a hundred, or more."""

GOLD_STEP = 10
LEAST_GOLD = 20
"""Gold answers below which an annotator is told nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is open to one annotator in one language and domain."""

    language: str
    domain: str
    amount: str
    """`FEW`, `SOME` or `MANY`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """What is asked in one language and domain."""

    language: str
    domain: str
    records: int
    votes: int
    doubt: float
    """The mean doubt of these records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share that was counted, with its exact interval at 95 % confidence."""

    hits: int
    trials: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself."""
        return self.hits / self.trials


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What it takes to finish, if nothing new comes into doubt."""

    votes: int
    median_seconds: float | None
    """Of a task; none where none was answered yet."""

    @property
    def hours(self) -> float | None:
        """Hours of work of annotators."""
        return None if self.median_seconds is None else self.votes * self.median_seconds / 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One annotator against the floor."""

    annotator: str
    on_gold: OnGold
    is_below: bool
    """Whether paused, or with a lower bound below the floor."""


def waiting(picture: Picture, annotator: str, done: Iterable[bytes]) -> list[Waiting]:
    """Say what is open to an annotator, sorted by language and domain.

    Amounts are rough on purpose: an exact count falls with each answer to a real task and stays
    with one to a gold task, and would tell one from the other.

    Args:
        done: The records that the annotator has answered or skipped.
    """
    counts: Counter[Kind] = Counter(
        picture.kinds[i] for i, one in picture.demands.items() if one.votes and i in picture.kinds
    )
    counts.subtract(
        picture.kinds[i]
        for i in set(done)
        if i in picture.kinds and i in picture.demands and picture.demands[i].votes
    )
    found: Counter[tuple[str, str]] = Counter()
    for kind, count in counts.items():
        if picture.may_see(annotator, kind):
            found[_place(kind)] += count
    return [
        Waiting(language=language, domain=domain, amount=amount(count))
        for (language, domain), count in sorted(found.items())
        if count > 0
    ]


def amount(count: int) -> str:
    """Say roughly how many."""
    return FEW if count < 10 else SOME if count < 100 else MANY


def backlog(picture: Picture) -> list[Open]:
    """Sum up what is asked, sorted by language and domain."""
    groups: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for record_id, one in picture.demands.items():
        if one.votes and record_id in picture.kinds:
            groups[_place(picture.kinds[record_id])].append((one.votes, one.doubt))
    return [
        Open(
            language=language,
            domain=domain,
            records=len(group),
            votes=sum(votes for votes, _ in group),
            doubt=fmean(doubt for _, doubt in group),
        )
        for (language, domain), group in sorted(groups.items())
    ]


def on_gold(answers: Sequence[GoldAnswer], until_utc: str) -> Share | None:
    """Give an annotator's share of right gold answers, as they may see it themselves.

    It moves at most once a day and in steps of ten answers; else it would tell right after an
    answer whether the task was gold.

    Args:
        answers: In order of time.
        until_utc: The beginning of today; what came later is not counted.
    """
    before = [answer.is_right for answer in answers if answer.created_utc < until_utc]
    count = len(before) // GOLD_STEP * GOLD_STEP
    return _share(sum(before[:count]), count) if count >= LEAST_GOLD else None


def with_others(votes: Iterable[Vote], annotator: str, until_utc: str) -> Share | None:
    """Give the share of records on which an annotator says what most of the others say.

    Records on which the others are level, or said nothing, are not counted. As for gold, what
    came today is not counted.

    Args:
        votes: Those that count.
        until_utc: As for `on_gold`.
    """
    hits = trials = 0
    for ballot in _ballots(vote for vote in votes if vote.created_utc < until_utc):
        own = ballot.get(annotator)
        others = Counter(value for name, value in ballot.items() if name != annotator)
        leading = others.most_common(2)
        is_level = len(leading) == 2 and leading[0][1] == leading[1][1]
        if own is not None and leading and not is_level:
            trials += 1
            hits += own == leading[0][0]
    return _share(hits, trials) if trials else None


def confusion(votes: Iterable[Vote], values: Sequence[str]) -> list[list[int]]:
    """Count how often two annotators gave two values to one record.

    Returns:
        A symmetric table in the order of `values`; on its diagonal both gave the same.
    """
    places = {value: place for place, value in enumerate(values)}
    table = [[0] * len(values) for _ in values]
    for ballot in _ballots(votes):
        known = [places[value] for value in ballot.values() if value in places]
        for one, other in combinations(known, 2):
            table[one][other] += 1
            if one != other:
                table[other][one] += 1
    return table


def heatmap(
    pairs: Iterable[Pair], most: int
) -> tuple[list[str], dict[tuple[str, str], tuple[float | None, int]]]:
    """Choose whose agreement is shown: those who share most records with others, sorted.

    Returns:
        The annotators, and by pair, in both orders, how far they agree and on how many records.
    """
    cells: dict[tuple[str, str], tuple[float | None, int]] = {}
    shared: Counter[str] = Counter()
    for one in pairs:
        if one.pair is not None:
            cells[one.pair] = cells[one.pair[::-1]] = one.value, one.records
            shared.update(dict.fromkeys(one.pair, one.records))
    chosen = sorted(sorted(shared), key=lambda name: -shared[name])[:most]
    names = sorted(chosen)
    kept = {pair: cell for pair, cell in cells.items() if set(pair) <= set(names)}
    return names, kept


def people(standings: Mapping[str, OnGold], floor: float) -> list[Person]:
    """List annotators, those below the floor first, then by their lower bound.

    A lower bound means little before there are `LEAST_GOLD` answers.
    """
    listed = [
        Person(
            annotator=name,
            on_gold=one,
            is_below=one.paused_utc is not None or (one.answered >= LEAST_GOLD and one.low < floor),
        )
        for name, one in standings.items()
    ]
    return sorted(listed, key=lambda p: (not p.is_below, p.on_gold.low, p.annotator))


def cost(picture: Picture, seconds: Collection[float]) -> Cost:
    """Give what it takes to finish at the present doubt.

    Args:
        seconds: How long tasks of the collection took.
    """
    votes = sum(one.votes for i, one in picture.demands.items() if i in picture.kinds)
    return Cost(votes=votes, median_seconds=median(seconds) if seconds else None)


def votes_on(votes: Iterable[Vote], record_ids: Collection[bytes]) -> dict[bytes, dict[str, int]]:
    """Count the votes on some records by value, the most frequent first; nobody is named."""
    found: dict[bytes, Counter[str]] = defaultdict(Counter)
    for vote in votes:
        if vote.record_id in record_ids:
            found[vote.record_id][vote.value] += 1
    return {
        record_id: dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
        for record_id, counts in found.items()
    }


def place_of(picture: Picture, record_id: bytes) -> tuple[str, str]:
    """Give language and domain of a record; empty where nothing is known of it."""
    kind = picture.kinds.get(record_id)
    return ("", "") if kind is None else _place(kind)


def _place(kind: Kind) -> tuple[str, str]:
    return kind.language, kind.domains[0] if len(kind.domains) == 1 else ANY


def _share(hits: int, trials: int) -> Share:
    low, high = clopper_pearson(hits, trials)
    return Share(hits=hits, trials=trials, low=low, high=high)


def _ballots(votes: Iterable[Vote]) -> list[dict[str, str]]:
    """Give each record's answers by annotator."""
    ordered = sorted(votes, key=lambda vote: vote.record_id)
    return [
        {vote.annotator: vote.value for vote in ballot}
        for _, ballot in groupby(ordered, key=lambda vote: vote.record_id)
    ]
