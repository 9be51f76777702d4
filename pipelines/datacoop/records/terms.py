"""Terms: what a member permits to be done with its rows. ODRL-shaped, checked by machine.

Source of the shape: W3C ODRL Information Model 2.2 (permission, prohibition, constraint).
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from datacoop.records.digest import canonical_json, sha256_hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Licence and conditions under which a submission's rows are pooled."""

    spdx: str
    rights_holder: str
    attribution: str
    permitted_purposes: tuple[str, ...]
    prohibited_purposes: tuple[str, ...]
    derivatives: bool
    text_and_data_mining: bool
    """False where the rights holder has reserved text and data mining."""
    jurisdictions: tuple[str, ...]
    """Where rows may be processed, as ISO 3166 codes; empty for anywhere."""
    expires: str | None
    """The last day on which rows may be published, as `YYYY-MM-DD` in UTC, or none."""

    def to_json(self) -> dict[str, Any]:
        """Give the terms as plain JSON."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @property
    def id(self) -> str:
        """A digest of the terms: equal terms have equal ids."""
        return sha256_hex(canonical_json(self.to_json()))[:32]


def terms_from_json(value: dict[str, Any]) -> Terms:
    """Read what `Terms.to_json` wrote."""
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}
    return Terms(**fields)


def objections(
    terms: Terms, purposes: Iterable[str], today: str, places: Iterable[str] = ()
) -> list[str]:
    """Say why rows under `terms` may not be used for `purposes` on a day.

    Args:
        today: The day of the release or of the reading, `YYYY-MM-DD` in UTC.
        places: The countries in which rows will be processed, as ISO 3166 codes.

    Returns:
        One sentence for each objection; none when the rows may be used.
    """
    found = []
    for purpose in purposes:
        if purpose in terms.prohibited_purposes:
            found.append(f"purpose {purpose} is prohibited")
        elif purpose not in terms.permitted_purposes:
            found.append(f"purpose {purpose} is not among those permitted")
    if not terms.derivatives:
        found.append("derivatives are not permitted, and a scrubbed record is one")
    if not terms.text_and_data_mining:
        found.append("text and data mining is reserved")
    if terms.expires is not None and terms.expires < today:
        found.append(f"the terms expired on {terms.expires}")
    outside = sorted(set(places) - set(terms.jurisdictions)) if terms.jurisdictions else []
    if outside:
        found.append(f"processing in {', '.join(outside)} is not permitted")
    return found


def reading_objections(
    terms: Terms, purpose: str, today: str, jurisdiction: str | None
) -> list[str]:
    """Say why somebody may not read rows under `terms`; who does not say where, may not either.

    Args:
        jurisdiction: The country in which the reader processes the rows, an ISO 3166 code.
    """
    found = objections(terms, [purpose], today, [jurisdiction] if jurisdiction else [])
    if terms.jurisdictions and not jurisdiction:
        found.append(f"rows may be processed in {', '.join(terms.jurisdictions)} only")
    return found
