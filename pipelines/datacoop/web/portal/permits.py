"""Whether a blob or a file of metadata is handed out: pure rules over grant, terms and holdings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from datacoop.pool.grants import Grant, grant_objections, standing_objections
from datacoop.pool.keys import PublicKey
from datacoop.web.portal.holdings import Held, Holdings, Published


class RefusedReadingError(Exception):
    """A request that is refused, with a reason that readers know."""

    def __init__(self, reason: str, status: int = 403, version: Published | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.version = version
        """The version that was withdrawn, where that is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainer:
    """Who shows a grant."""

    grant: Grant
    digest: str
    """SHA-256 of the grant's file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberOfPool:
    """Who shows a member's pass."""

    key: PublicKey


Visitor = Trainer | MemberOfPool


def require_standing(trainer: Trainer, holdings: Holdings, day: str) -> None:
    """Make sure that a grant stands on a day, by the log.

    Raises:
        RefusedReadingError: It does not.
    """
    state, grant = holdings.state, trainer.grant
    if standing_objections(state.grants, state.pool_id, grant, trainer.digest):
        known = state.grants.get(grant.id)
        is_ours = known is not None and known.statement == trainer.digest
        raise RefusedReadingError("grant_revoked" if is_ours else "grant_unknown")
    if day > grant.until:
        raise RefusedReadingError("grant_ended")
    if day < grant.given:
        raise RefusedReadingError("grant_not_begun")


def may_see(visitor: Visitor, collection: str) -> bool:
    """Say whether somebody may see what is said of a collection, which is no row of it."""
    return isinstance(visitor, MemberOfPool) or collection in visitor.grant.collections


def require_metadata(visitor: Visitor, holdings: Holdings, name: str) -> None:
    """Make sure that a file under `trust/` may be read.

    Raises:
        RefusedReadingError: It is of another collection, or none that the log asks for.
    """
    if name not in holdings.metadata:
        raise RefusedReadingError("not_found", 404)
    role = name.removesuffix(".json").rpartition(".")[2]
    if role in holdings.state.collections and not may_see(visitor, role):
        raise RefusedReadingError("grant_collection")


def versions_to_read(
    visitor: Visitor, holdings: Holdings, digest: str, purpose: str | None, day: str
) -> list[Published]:
    """Say whether a blob may be read, and of which versions its rows then are.

    Args:
        purpose: What it is read for; rows are read for a purpose only.

    Returns:
        The versions under which rows are handed out; none for a blob without rows.

    Raises:
        RefusedReadingError: It may not be read. A blob of collections that the grant is not for
            is answered as one that is not there.
    """
    held = [one for one in holdings.blobs.get(digest, ()) if may_see(visitor, _of(one))]
    if not held:
        raise RefusedReadingError("not_found", 404)
    if purpose is not None and isinstance(visitor, Trainer):
        _require_purpose(visitor.grant, purpose)
    if any(one.is_notice for one in held):
        return []
    standing = [one for one in held if one.version.notice is None]
    if not standing:
        raise RefusedReadingError("version_withdrawn", 410, held[-1].version)
    if any(one.terms is None for one in standing):
        return []
    if not isinstance(visitor, Trainer):
        raise RefusedReadingError("grant_missing")
    if purpose is None:
        raise RefusedReadingError("purpose_missing", 400)
    return _readable(visitor.grant, standing, purpose, day)


def _of(held: Held) -> str:
    return held.version.collection


def _require_purpose(grant: Grant, purpose: str) -> None:
    if purpose not in grant.purposes:
        raise RefusedReadingError("grant_purpose")


def _readable(grant: Grant, held: Sequence[Held], purpose: str, day: str) -> list[Published]:
    found = [one.version for one in held if not _objections(grant, one, purpose, day)]
    if not found:
        raise RefusedReadingError("grant_terms")
    return list(_unique(found))


def _objections(grant: Grant, held: Held, purpose: str, day: str) -> list[str]:
    version, terms = held.version, [] if held.terms is None else [held.terms]
    found = grant_objections(grant, version.collection, terms, purpose, day)
    # A manifest's purposes are what the release was approved for, whatever its terms permit.
    if version.manifest is None or purpose not in version.manifest.purposes:
        found.append(f"purpose {purpose} is not one of the version")
    return found


def _unique(versions: Iterable[Published]) -> Iterable[Published]:
    return {(one.collection, one.version): one for one in versions}.values()
