"""The rows of a batch on their way through the finder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from datacoop.errors import DatacoopError
from datacoop.records.collection import Collection
from datacoop.scrub.spans import Finding, placeholder_pattern
from datacoop.scrub.texts import Place, column_texts, is_free_text, open_columns

UNSUPPORTED = "scrub.language_unsupported"
FAILED = "scrub.failed"
TOO_COSTLY = "scrub.too_costly"

WORK_BUDGET = 20_000_000
"""Most work that one record may take: one for each character, and more for each candidate."""

_CANDIDATE_WORK = 20
_CANDIDATES = "0123456789@"
"""Characters that make patterns look closer."""


class Finder(Protocol):
    """Finds personal data in texts of one language."""

    def supports(self, language: str) -> bool:
        """Say whether all that the policy asks for can be found in a language."""

    def find(self, language: str, texts: Sequence[str]) -> list[list[Finding]]:
        """Give the findings of each text, in order."""

    def find_patterns(self, language: str, texts: Sequence[str]) -> list[list[Finding]]:
        """Give what is found in each text by patterns: all but names."""


@dataclass(slots=True, kw_only=True)
class Row:
    """What is gathered of one row while its batch is scrubbed."""

    language: str
    texts: dict[Place, str] = field(default_factory=dict, repr=False)
    """What is free text, searched for everything."""
    terms: dict[Place, str] = field(default_factory=dict, repr=False)
    """Other strings, such as a class: a model would take some for names."""
    personal: dict[str, str] = field(default_factory=dict, repr=False)
    """Values of personal columns, by column; what is a placeholder already is none."""
    findings: dict[Place, list[Finding]] = field(default_factory=dict, repr=False)


def gather(
    languages: Sequence[str], collection: Collection, columns: Mapping[str, list[Any]]
) -> list[Row]:
    """Gather the texts and personal values of each row."""
    rows = [Row(language=language) for language in languages]
    for column in open_columns(collection):
        for place, text in column_texts(column, columns[column.name]):
            row = rows[place.row]
            (row.texts if is_free_text(column) else row.terms)[place] = text
    policy = collection.scrub
    placeholder = placeholder_pattern({*policy.entities, *policy.columns.values()})
    for name in policy.columns:
        for row, value in zip(rows, columns[name], strict=True):
            if value and not placeholder.fullmatch(value):
                row.personal[name] = value
    return rows


def find_all(rows: Sequence[Row], finder: Finder) -> list[str | None]:
    """Fill in the findings of each row; give each its reason, none where it was searched.

    A batch on which the finder fails is tried again row by row: only rows that fail alone
    are held back.
    """
    reasons = [TOO_COSTLY if is_too_costly(row) else None for row in rows]
    for language in sorted({row.language for row in rows}):
        members = [
            at for at, row in enumerate(rows) if row.language == language and not reasons[at]
        ]
        if not finder.supports(language):
            for at in members:
                reasons[at] = UNSUPPORTED
        elif not _found([rows[at] for at in members], language, finder):
            for at in members:
                reasons[at] = None if _found([rows[at]], language, finder) else FAILED
    return reasons


def is_too_costly(row: Row) -> bool:
    """Say whether searching a row is more work than a record may take, by counting alone."""
    texts = [*row.texts.values(), *row.terms.values()]
    characters = sum(map(len, texts))
    if characters * (1 + _CANDIDATE_WORK) <= WORK_BUDGET:
        return False
    candidates = sum(text.count(one) for text in texts for one in _CANDIDATES)
    return characters + _CANDIDATE_WORK * candidates > WORK_BUDGET


def _found(rows: Sequence[Row], language: str, finder: Finder) -> bool:
    """Search the texts of rows at once; say whether the finder came to an end.

    Each text is searched once, in the order in which the batch first has it.
    """
    texts = list(dict.fromkeys(text for row in rows for text in row.texts.values()))
    terms = list(dict.fromkeys(term for row in rows for term in row.terms.values()))
    try:
        in_texts = dict(zip(texts, finder.find(language, texts), strict=True))
        in_terms = dict(zip(terms, finder.find_patterns(language, terms), strict=True))
    except DatacoopError:
        raise
    except Exception:
        # Whatever broke, its message may quote the text: only the reason code is told.
        return False
    for row in rows:
        row.findings = {place: in_texts[text] for place, text in row.texts.items()}
        row.findings |= {place: in_terms[term] for place, term in row.terms.items()}
    return True
