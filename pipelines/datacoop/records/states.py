"""The states of a row, and which may follow which."""

from enum import StrEnum


class RowState(StrEnum):
    """At any time a row of a submission is in exactly one of these."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    """The same masked text stands in the pool already, or earlier in the submission."""
    QUARANTINED = "quarantined"
    """Held back by a rule, in the member's landing store, with a reason code."""
    HELD = "held"
    """Sound, but its submission waits for a verdict or a decision."""
    REFUSED = "refused"
    """Gone with its whole submission."""
    BARRED = "barred"
    """Kept out of releases by its terms or by a leak found."""
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


FOLLOWERS: dict[RowState, frozenset[RowState]] = {
    RowState.HELD: frozenset(
        {RowState.ACCEPTED, RowState.DUPLICATE, RowState.QUARANTINED, RowState.REFUSED}
        | {RowState.WITHDRAWN, RowState.ERASED}
    ),
    RowState.ACCEPTED: frozenset(
        {RowState.DUPLICATE, RowState.BARRED, RowState.WITHDRAWN, RowState.ERASED}
    ),
    RowState.DUPLICATE: frozenset(
        {RowState.ACCEPTED, RowState.BARRED, RowState.WITHDRAWN, RowState.ERASED}
    ),
    RowState.QUARANTINED: frozenset(
        {RowState.ACCEPTED, RowState.DUPLICATE, RowState.REFUSED}
        | {RowState.WITHDRAWN, RowState.ERASED}
    ),
    RowState.BARRED: frozenset({RowState.ACCEPTED, RowState.WITHDRAWN, RowState.ERASED}),
    RowState.REFUSED: frozenset({RowState.ERASED}),
    RowState.WITHDRAWN: frozenset({RowState.ERASED}),
    RowState.ERASED: frozenset(),
}
"""The one table of transitions. Erased is final: what is erased cannot come back."""


def may_follow(before: RowState, after: RowState) -> bool:
    """Say whether a row in `before` may next be in `after`."""
    return after in FOLLOWERS[before]
