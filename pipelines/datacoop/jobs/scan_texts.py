"""A scan of single texts: what a policy finds in each, and what is left of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from datacoop.ingest.formats import raw_rows
from datacoop.ingest.reasons import COLUMN_MISSING, WRONG_TYPE
from datacoop.ingest.rows import RawRow
from datacoop.ingest.splitting import RANGE_BYTES, plan_ranges
from datacoop.jobs.desk import DESK_KEY, desk_file
from datacoop.pool.object_store import open_store
from datacoop.records.policies import IngestPolicy, ScrubPolicy
from datacoop.scrub.edits import Edits, row_edits
from datacoop.scrub.finder import PolicyFinder
from datacoop.scrub.names import installed_models
from datacoop.scrub.operators import apply
from datacoop.scrub.pseudonyms import Pseudonymizer
from datacoop.scrub.rows import Finder, Row, find_all
from datacoop.scrub.spacy_models import SPACY_MODELS
from datacoop.scrub.spans import Finding, placeholder_pattern
from datacoop.scrub.texts import Place

_ROWS_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TextColumns:
    """Where the records of a file hold what a scan needs."""

    texts: tuple[str, ...]
    id: str = "id"
    """A record without it goes by its position in the file."""
    language: str | None = None
    """The column that says the language, where there is one."""
    default_language: str = ""
    """The language of records of which no column says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedText:
    """A text and what a scrub makes of it. Privacy: holds raw values."""

    id: str | int
    column: str
    """Empty where the whole record would be quarantined."""
    language: str
    reason: str | None = None
    """Why the record would be quarantined; then there is no text."""
    text: str = field(default="", repr=False)
    edits: Edits = field(default=Edits([], []))
    """Positions are those in `text`."""
    scrubbed: str | None = field(default=None, repr=False)


def scan_texts(path: Path, policy: ScrubPolicy, columns: TextColumns) -> Iterator[ScannedText]:
    """Scrub the texts of a file in memory, each as it stands there: nothing is cleaned.

    Rows: one for each text, in order; one for a record that would be quarantined.

    Raises:
        SettingsError: There is no such file, its format is not known, or the policy asks for
            what nothing finds.
    """
    file, store = desk_file(path, {}), open_store(str(path.resolve().parent))
    languages = sorted({*installed_models(), *SPACY_MODELS})
    desk = _Desk(
        policy=policy,
        columns=columns,
        finder=PolicyFinder(policy, languages, installed_models()),
        pseudonymizer=Pseudonymizer(key=DESK_KEY),
    )
    max_row_bytes = IngestPolicy(cleaning=()).max_row_bytes
    for part in plan_ranges(file, 0, store, path.name, RANGE_BYTES):
        with store.reader(path.name) as reader:
            rows = raw_rows(reader, file.size_bytes, file, part, max_row_bytes)
            while some := list(islice(rows, _ROWS_AT_ONCE)):
                yield from _scan_rows(some, desk)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    policy: ScrubPolicy
    columns: TextColumns
    finder: Finder
    pseudonymizer: Pseudonymizer


def _scan_rows(raw: Sequence[RawRow], desk: _Desk) -> Iterator[ScannedText]:
    reasons = [row.reason or _fault(row.parsed or {}, desk.columns.texts) for row in raw]
    rows = [
        Row(
            language=_language(one, desk.columns),
            texts={} if reason else _texts(one, desk),
            personal=_personal(one, desk.policy),
        )
        for one, reason in zip(raw, reasons, strict=True)
    ]
    sound = [at for at, reason in enumerate(reasons) if reason is None]
    for at, reason in zip(sound, find_all([rows[at] for at in sound], desk.finder), strict=True):
        reasons[at] = reason
    for one, row, reason in zip(raw, rows, reasons, strict=True):
        name = _id(one, desk.columns)
        if reason is not None:
            yield ScannedText(id=name, column="", language=row.language, reason=reason)
            continue
        policy = desk.policy.in_language(row.language)
        for place, edits in row_edits(row, policy).items():
            text = row.texts[place]
            yield ScannedText(
                id=name,
                column=place.column,
                language=row.language,
                text=text,
                edits=edits,
                scrubbed=apply(text, edits.edited, row.language, policy, desk.pseudonymizer),
            )


def _fault(values: dict[str, Any], texts: tuple[str, ...]) -> str | None:
    found = [values.get(column) for column in texts]
    if any(not isinstance(text, str | None) for text in found):
        return WRONG_TYPE
    return COLUMN_MISSING if all(text is None for text in found) else None


def _texts(row: RawRow, desk: _Desk) -> dict[Place, str]:
    values = row.parsed or {}
    return {
        Place(0, column): values[column]
        for column in desk.columns.texts
        if values.get(column) is not None
    }


def _personal(row: RawRow, policy: ScrubPolicy) -> dict[str, str]:
    """Give the values of personal columns, which are searched for in the texts."""
    placeholder = placeholder_pattern({*policy.entities, *policy.columns.values()})
    values = row.parsed or {}
    return {
        name: value
        for name in policy.columns
        if isinstance(value := values.get(name), str) and not placeholder.fullmatch(value)
    }


def _language(row: RawRow, columns: TextColumns) -> str:
    said = (row.parsed or {}).get(columns.language) if columns.language else None
    return said if isinstance(said, str) and said else columns.default_language


def _id(row: RawRow, columns: TextColumns) -> str | int:
    said = (row.parsed or {}).get(columns.id)
    is_plain = isinstance(said, str | int) and not isinstance(said, bool)
    return said if is_plain else row.position  # type: ignore[return-value]  # plain, by the line above


def shown_finding(finding: Finding) -> dict[str, Any]:
    """Give a finding as it is written for machines: never its text."""
    return {**finding._asdict(), "score": round(finding.score, 4)}
