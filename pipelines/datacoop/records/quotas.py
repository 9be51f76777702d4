"""How much a member may send: limits that intake holds every submission against."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """One member's limits; none is no limit."""

    submission_bytes: int | None = None
    """Bytes of the files of one submission, as they are sent."""
    pool_rows: int | None = None
    """Rows that the member has in the pool, over all submissions that stand."""

    def size_objection(self, size_bytes: int) -> str:
        """Say why a submission of so many bytes is too large, or nothing."""
        if self.submission_bytes is None or size_bytes <= self.submission_bytes:
            return ""
        return f"may send {self.submission_bytes} bytes in a submission, and this has {size_bytes}"

    def rows_objection(self, standing: int, rows: int) -> str:
        """Say why so many rows more are too many, or nothing."""
        if self.pool_rows is None or standing + rows <= self.pool_rows:
            return ""
        return (
            f"may have {self.pool_rows} rows in the pool; it has {standing}, and these are {rows}"
        )


LIMITS = ("submission_bytes", "pool_rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """The limits of all members."""

    usual: Quota = field(default_factory=Quota)
    members: Mapping[str, Quota] = field(default_factory=dict)
    """Limits of members that have their own."""

    def of(self, member: str) -> Quota:
        """Give the limits of a member."""
        return self.members.get(member, self.usual)


def parse_quotas(value: Mapping[str, object]) -> Quotas:
    """Read quotas: limits for everybody, and below the ids of members their own.

    Raises:
        ValueError: A key is not known, or a limit is no whole number; says which.
    """
    own = {name: one for name, one in value.items() if isinstance(one, Mapping)}
    usual = {name: one for name, one in value.items() if name not in own}
    members = {name: _quota({**usual, **one}, f"{name}.") for name, one in own.items()}
    return Quotas(usual=_quota(usual, ""), members=members)


def _quota(value: Mapping[str, object], where: str) -> Quota:
    for name, limit in value.items():
        if name not in LIMITS:
            raise ValueError(f"{where}{name} is not known")
        if type(limit) is not int or limit < 0:
            raise ValueError(f"{where}{name} is no whole number")
    return Quota(**{name: value[name] for name in LIMITS if name in value})  # type: ignore[arg-type]
