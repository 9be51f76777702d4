"""A mirror: a full, verified copy of a pool, from which everything goes on without the broker."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from datacoop.errors import IntegrityError, RefusedError
from datacoop.pool import blobs, checkpoint, log, trust
from datacoop.pool.entry_rules import apply_entry
from datacoop.pool.log import entry_key, read_log
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.state import State
from datacoop.records.digest import sha256_hex

Progress = Callable[[int, int], None]
"""Told how many objects of how many are there."""

_LAST = f"{trust.FOLDER}/timestamp.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """What a run of a mirror did."""

    log_length: int
    copied: int
    """Objects that were copied."""
    copied_bytes: int
    present: int
    """Objects that lay in the mirror already, whole."""


def mirror_pool(source: ObjectStore, target: ObjectStore, progress: Progress) -> Mirrored:
    """Bring a mirror up to a pool; killed at any instant, the next run goes on.

    Blobs come first, then the log, then checkpoints, then trust metadata with its timestamp last:
    so what the mirror's log names is in the mirror, and its readers see one whole state. Every
    entry is verified before it is written and every blob against its name; nothing is deleted.

    Args:
        target: An empty store, or an older mirror of the same pool.

    Raises:
        IntegrityError: The source does not verify, or is no extension of what the mirror holds;
            it names the object. The mirror stays as it was.
        RefusedError: The source holds no pool.
    """
    entries = _compared(source, target)
    keys = [*_other_than_log(source, target)]
    copied, size = 0, 0
    total = len(keys) + len(entries)
    blobs_first = sorted(keys, key=_order)
    middle = next((i for i, key in enumerate(blobs_first) if _order(key)[0]), len(blobs_first))
    steps = [
        *((key, None) for key in blobs_first[:middle]),
        *((entry_key(number), content) for number, content in entries),
        *((key, None) for key in blobs_first[middle:]),
    ]
    for done, (key, known) in enumerate(steps, start=1):
        content = _verified(source, key) if known is None else known
        if _is_new(target, key, content, is_log=known is not None):
            copied, size = copied + 1, size + len(content)
        progress(done, total)
    return Mirrored(
        log_length=len(list(target.list(log.FOLDER))),
        copied=copied,
        copied_bytes=size,
        present=len(list(target.list())) - copied,
    )


def _compared(source: ObjectStore, target: ObjectStore) -> list[tuple[int, bytes]]:
    """Verify the source's log, hold the mirror's against it; give the entries that it lacks."""
    held = {number: sha256_hex(content) for number, content in read_log(target)}
    state, missing = State(), []
    for number, content in read_log(source):
        apply_entry(state, content)
        if number not in held:
            missing.append((number, content))
        elif held[number] != sha256_hex(content):
            raise IntegrityError(entry_key(number), "the entry that the mirror holds", "another")
    if state.length == 0:
        raise RefusedError(f"there is no pool at {source.address.url}")
    if state.length < len(held):
        raise IntegrityError(entry_key(state.length), "the entry that the mirror holds", "none")
    return missing


def _other_than_log(source: ObjectStore, target: ObjectStore) -> Iterator[str]:
    """List what is to be copied: blobs that the mirror lacks, and all metadata."""
    yield from (
        key
        for key in source.list(blobs.FOLDER)
        # A blob in place is whole, for it was written whole and under its own digest.
        if target.size(key) is None
    )
    for folder in (checkpoint.FOLDER, trust.FOLDER):
        yield from source.list(folder)


def _order(key: str) -> tuple[int, str]:
    folder = key.split("/")[0]
    places = {blobs.FOLDER.split("/")[0]: 0, checkpoint.FOLDER: 1, trust.FOLDER: 2}
    # A root before the timestamp, the timestamp last: readers come in through these two.
    last = 3 if key.endswith(".root.json") else 4 if key == _LAST else places[folder]
    return last, key


def _verified(source: ObjectStore, key: str) -> bytes:
    if not key.startswith(f"{blobs.FOLDER}/"):
        return source.get(key)
    return blobs.get_blob(source, key.removeprefix(f"{blobs.FOLDER}/"))


def _is_new(target: ObjectStore, key: str, content: bytes, *, is_log: bool) -> bool:
    """Write an object unless it is there; only the timestamp is ever written anew."""
    if is_log:
        if not target.create(key, content):
            raise IntegrityError(key, "the entry of the source", "another")
        return True
    if target.find(key) == content:
        return False
    target.put(key, content)
    return True
