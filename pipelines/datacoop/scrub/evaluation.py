"""How much of what people marked as personal a policy takes out of gold texts, and what else.

All figures count letters and digits: white space and punctuation tell nobody's name.
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from datacoop.errors import SettingsError
from datacoop.records.intervals import clopper_pearson
from datacoop.records.policies import ScrubPolicy
from datacoop.scrub.edits import row_edits
from datacoop.scrub.rows import Finder, Row, find_all
from datacoop.scrub.spans import Finding
from datacoop.scrub.texts import Place

PARTS = ("train", "test", "all")
TEST_SHARE = 5
"""One row of so many is for testing only."""

NO_MASK = "NO_MASK"
"""The kind of what gold marks as a name, and as harmless."""

WORST_MISSES = 20
_MISS_CONTEXT = 40
_RECORDS_AT_ONCE = 50

_TITLES = (
    "mr mrs ms miss mx dr prof professor doctor sir dame lord lady judge justice hon rev "
    "herr frau fräulein herrn doktor richter richterin "
    "mm mme mmes mlle mlles mes monsieur madame mademoiselle maître docteur professeur"
)
_FRENCH_TITLES = f"{_TITLES} m me"
"""In other languages a name may begin with the initial `M.`."""

_TRAILING_TITLES = re.compile(r"\s*(?:씨|님)$")


def _leading_titles(titles: str) -> re.Pattern[str]:
    words = "|".join(sorted(titles.split(), key=len, reverse=True))
    return re.compile(rf"(?:(?:{words})(?:\.\s*|\s+))+", re.IGNORECASE)


_LEADING = _leading_titles(_TITLES)
_FRENCH_LEADING = _leading_titles(_FRENCH_TITLES)


class GoldSpan(NamedTuple):
    """What a person marked in a text, as the half-open character range `[start, end)`."""

    start: int
    end: int
    label: str
    kind: str = ""
    """`DIRECT`, `QUASI`, `NO_MASK`, or nothing where a gold set does not say."""
    entity: str = ""
    """The id of who or what is named, or nothing where a gold set does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldRow:
    """A text with all that is personal in it."""

    id: str
    language: str
    text: str = field(repr=False)
    spans: tuple[GoldSpan, ...]


class Slice(NamedTuple):
    """A part of the gold spans; an empty name stands for all but `NO_MASK`."""

    language: str
    label: str = ""
    kind: str = ""


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of gold in one slice. Found: each letter and digit of it is taken out."""

    mentions: int = 0
    mentions_found: int = 0
    entities: int = 0
    entities_found: int = 0
    """Entities of which every mention in a record is found."""
    characters: int = 0
    characters_found: int = 0

    @property
    def recall(self) -> float | None:
        """Share of mentions found; none without mentions."""
        return _share(self.mentions_found, self.mentions)

    @property
    def interval(self) -> tuple[float, float]:
        """Where the recall lies with 95 % certainty, were the mentions drawn independently."""
        return clopper_pearson(self.mentions_found, self.mentions)

    @property
    def entity_recall(self) -> float | None:
        """Share of entities found whole."""
        return _share(self.entities_found, self.entities)

    @property
    def character_recall(self) -> float | None:
        """Share of letters and digits found."""
        return _share(self.characters_found, self.characters)


@dataclass(slots=True, kw_only=True)
class Cover:
    """Counts of what was taken out of the texts of a language."""

    records: int = 0
    covered: int = 0
    """Letters and digits taken out."""
    true: int = 0
    """Those of them that lie in a gold span of any label whose kind is not `NO_MASK`."""

    @property
    def precision(self) -> float | None:
        """Share of what was taken out that gold marks too; none where nothing was."""
        return _share(self.true, self.covered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """Words that gold marks and that are not found whole. Privacy: holds text of a record."""

    record: str
    """The first in which they are missed."""
    span: GoldSpan
    left: int
    """Letters and digits left, in all texts together."""
    times: int
    """Mentions that are missed."""
    before: str = field(repr=False)
    text: str = field(repr=False)
    after: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Figures of a policy on gold rows."""

    records: int
    not_searched: Mapping[str, int]
    """Rows that intake would quarantine, by reason; they count in no other figure."""
    covers: Mapping[str, Cover]
    """By language."""
    tallies: Mapping[Slice, Tally]
    """By language, label and kind; sorted, the sums of a language first."""
    misses: tuple[Miss, ...]
    """The worst, at most `WORST_MISSES`: direct identifiers first, then by letters left.

    Equal words with equal label and kind are one miss.
    """


def read_gold(path: Path) -> list[GoldRow]:
    """Read gold spans, one JSON object a line.

    Raises:
        SettingsError: The file cannot be read, or a line is not of that form.
    """
    rows = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise SettingsError(f"cannot read {path.name}", hint="Give a file of gold.") from error
    for number, line in enumerate(lines, start=1):
        try:
            if line.strip():
                rows.append(_gold_row(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise SettingsError(
                f"line {number} of {path.name} is not a row of gold spans",
                hint='Each line: {"id", "lang", "text", "spans": [{"start", "end", "label"}]}',
            ) from error
    return rows


def _gold_row(value: dict[str, object]) -> GoldRow:
    text, spans = value["text"], value["spans"]
    if not isinstance(text, str) or not isinstance(spans, list):
        raise TypeError
    if any(not 0 <= span["start"] < span["end"] <= len(text) for span in spans):
        raise ValueError
    return GoldRow(
        id=str(value["id"]),
        language=str(value["lang"]),
        text=text,
        spans=tuple(
            GoldSpan(
                start=span["start"],
                end=span["end"],
                label=str(span["label"]),
                kind=str(span.get("kind") or ""),
                entity=str(span.get("entity_id") or ""),
            )
            for span in spans
        ),
    )


def is_test(record_id: str) -> bool:
    """Say whether a gold row is for testing only: one in `TEST_SHARE`, by its id alone."""
    return int(hashlib.sha256(record_id.encode()).hexdigest(), 16) % TEST_SHARE == 0


def part_of(rows: Iterable[GoldRow], part: str) -> list[GoldRow]:
    """Give the rows of a part, a name of `PARTS`, in order."""
    return [row for row in rows if part == "all" or is_test(row.id) == (part == "test")]


def evaluate(
    rows: Sequence[GoldRow],
    policy: ScrubPolicy,
    finder: Finder,
    progress: Callable[[int, int], None],
) -> Evaluation:
    """Search gold rows as a scrub does, each a record of one text, and count.

    What the policy keeps counts as left in the text; what it generalises, as taken out.
    """
    counts = Counting()
    for start in range(0, len(rows), _RECORDS_AT_ONCE):
        progress(start, len(rows))
        gold = rows[start : start + _RECORDS_AT_ONCE]
        searched = [Row(language=row.language, texts={_TEXT: row.text}) for row in gold]
        reasons = find_all(searched, finder)
        for row, found, reason in zip(gold, searched, reasons, strict=True):
            counts.add(row, reason or row_edits(found, policy)[_TEXT].edited)
    return counts.evaluation()


_TEXT = Place(0, "text")


class Counting:
    """Adds up the figures of an evaluation, row by row."""

    def __init__(self) -> None:
        self._records = 0
        self._not_searched: Counter[str] = Counter()
        self._covers: defaultdict[str, Cover] = defaultdict(Cover)
        self._tallies: defaultdict[Slice, Tally] = defaultdict(Tally)
        self._misses: dict[tuple[str, str, str], Miss] = {}

    def add(self, row: GoldRow, outcome: str | Iterable[Finding]) -> None:
        """Count a row.

        Args:
            outcome: What is taken out of its text, or the reason why it was not searched.
        """
        self._records += 1
        if isinstance(outcome, str):
            self._not_searched[outcome] += 1
            return
        ranges = [(one.start, one.end) for one in outcome]
        covered = {place for low, high in ranges for place in range(low, high)}
        letters_out = _letters(row.text, ranges)
        marked = _letters(row.text, ((s.start, s.end) for s in row.spans if s.kind != NO_MASK))
        cover = self._covers[row.language]
        cover.records += 1
        cover.covered += len(letters_out)
        cover.true += len(letters_out & marked)
        needed = {span: _needed(row, span) for span in row.spans}
        for part in _slices(row):
            spans = [span for span in needed if _is_in(span, part)]
            _count(self._tallies[part], row, {span: needed[span] for span in spans}, covered)
        for span, letters in needed.items():
            if span.kind != NO_MASK and not letters <= covered:
                self._miss(row, span, len(letters - covered))

    def _miss(self, row: GoldRow, span: GoldSpan, left: int) -> None:
        text = row.text[span.start : span.end]
        key = (span.label, span.kind, text)
        known = self._misses.get(key)
        if known:
            self._misses[key] = replace(known, left=known.left + left, times=known.times + 1)
            return
        self._misses[key] = Miss(
            record=row.id,
            span=span,
            left=left,
            times=1,
            before=row.text[max(0, span.start - _MISS_CONTEXT) : span.start],
            text=text,
            after=row.text[span.end : span.end + _MISS_CONTEXT],
        )

    def evaluation(self) -> Evaluation:
        """Give the figures of the rows counted so far."""
        return Evaluation(
            records=self._records,
            not_searched=dict(sorted(self._not_searched.items())),
            covers=dict(sorted(self._covers.items())),
            tallies=dict(sorted(self._tallies.items())),
            misses=tuple(sorted(self._misses.values(), key=_badness)[:WORST_MISSES]),
        )


def _slices(row: GoldRow) -> list[Slice]:
    """Give the slices to which a row's spans belong, and that of its language."""
    kinds = {Slice(row.language, "", span.kind) for span in row.spans if span.kind}
    labels = {Slice(row.language, span.label, span.kind) for span in row.spans}
    return sorted({Slice(row.language), *kinds, *labels})


def _is_in(span: GoldSpan, part: Slice) -> bool:
    if not (part.label or part.kind):
        return span.kind != NO_MASK
    return span.kind == part.kind and part.label in ("", span.label)


def _count(
    tally: Tally, row: GoldRow, needed: Mapping[GoldSpan, set[int]], covered: set[int]
) -> None:
    entities: defaultdict[tuple[str, ...], bool] = defaultdict(lambda: True)
    for span, letters in needed.items():
        is_found = letters <= covered
        tally.mentions += 1
        tally.mentions_found += is_found
        entities[_entity(row.text, span)] &= is_found
    tally.entities += len(entities)
    tally.entities_found += sum(entities.values())
    characters = set().union(*needed.values())
    tally.characters += len(characters)
    tally.characters_found += len(characters & covered)


def _entity(text: str, span: GoldSpan) -> tuple[str, ...]:
    """Say who or what a mention names: by the id in the gold, else by label and surface text."""
    return (span.entity,) if span.entity else (span.label, text[span.start : span.end])


def _needed(row: GoldRow, span: GoldSpan) -> set[int]:
    """Give the places that have to be taken out: letters and digits, without titles."""
    value = row.text[span.start : span.end]
    leading = (_FRENCH_LEADING if row.language == "fr" else _LEADING).match(value)
    trailing = _TRAILING_TITLES.search(value)
    low = leading.end() if leading else 0
    high = trailing.start() if trailing else len(value)
    name = _letters(row.text, [(span.start + low, span.start + high)])
    # A span of a title or of signs alone is needed as it is.
    return name or _letters(row.text, [(span.start, span.end)]) or set(range(span.start, span.end))


def _letters(text: str, ranges: Iterable[tuple[int, int]]) -> set[int]:
    return {place for low, high in ranges for place in range(low, high) if text[place].isalnum()}


def _badness(miss: Miss) -> tuple[bool, int, str, GoldSpan]:
    return miss.span.kind != "DIRECT", -miss.left, miss.record, miss.span


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
