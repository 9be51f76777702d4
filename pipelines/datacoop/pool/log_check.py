"""Find the entry at which a log was edited, dropped, reordered or forked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from datacoop.errors import DatacoopError, IntegrityError
from datacoop.pool.checkpoint import FOLDER, missing_checkpoints, read_checkpoints
from datacoop.pool.entry_rules import apply_entry
from datacoop.pool.keys import Role
from datacoop.pool.log import entry_key, read_log
from datacoop.pool.merkle import Tree, leaf_hash
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.signing import read_unverified
from datacoop.pool.state import State
from datacoop.records.digest import sha256_hex


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCheck:
    """What a check of a log found."""

    length: int
    """Entries that verified, from the first on."""
    root: bytes
    """The root of the Merkle tree over them."""
    checkpoints: int
    """Checkpoints that agree with them."""
    entry: int | None = None
    """The first entry at fault; none where nothing is."""
    fault: str = ""


def check_log(store: ObjectStore, seen: Sequence[bytes] = ()) -> LogCheck:
    """Read and verify a log; hold it against its checkpoints and against what was seen before.

    Args:
        seen: Leaf hashes of the log's first entries, from a witness or another copy.
    """
    state, tree = State(), Tree()
    contents: list[bytes] = []
    fault: tuple[int, str] | None = None
    try:
        for number, content in read_log(store):
            contents.append(content)
            if number < len(seen) and leaf_hash(content) != seen[number]:
                fault = number, "is not the entry that was seen before"
                break
            apply_entry(state, content)
            tree.append(content)
    except IntegrityError as error:
        fault = _blamed(store, contents, state, error)
    if fault is None and len(tree) < len(seen):
        fault = len(tree), "is missing: it was seen before"
    agreeing = 0
    if fault is None:
        agreeing, fault = _against_checkpoints(store, state, tree)
    entry, said = fault or (None, "")
    return LogCheck(
        length=len(tree), root=tree.root(), checkpoints=agreeing, entry=entry, fault=said
    )


def _blamed(
    store: ObjectStore, contents: Sequence[bytes], state: State, error: IntegrityError
) -> tuple[int, str]:
    """Tell which entry is at fault where the chain breaks between two."""
    number = state.length
    if len(contents) <= number:
        return number, "is missing, or a foreign file lies in the log"
    said = _said(contents[number])
    if said is None:
        return number, str(error)
    if said.get("number") != number:
        return number, f"is missing: entry {said.get('number')} lies in its place"
    if said.get("previous") == state.head or number == 0:
        return number, str(error)
    # Where the entry after it follows this one, this one is right and the one before was edited.
    after = store.find(entry_key(number + 1))
    follower = _said(after) if after is not None else None
    if follower is not None and follower.get("previous") == sha256_hex(contents[number]):
        return number - 1, f"was edited: entry {number} follows another entry"
    return number, "does not follow the entry before it"


def _said(content: bytes) -> Mapping[str, object] | None:
    try:
        return read_unverified("entry", content).predicate
    except DatacoopError:
        return None


def _against_checkpoints(
    store: ObjectStore, state: State, tree: Tree
) -> tuple[int, tuple[int, str] | None]:
    operators = [key for key in state.keys.values() if key.role is Role.OPERATOR]
    agreed, count = 0, 0
    for signed in read_checkpoints(store, operators):
        size = signed.checkpoint.size
        if size > len(tree):
            return count, (len(tree), f"is missing: the operator signed for {size} entries")
        if tree.root(size) != signed.checkpoint.root:
            where = f"or an entry after it, before entry {size}"
            return count, (agreed, f"{where}, is not the one that the operator signed for")
        agreed, count = size, count + 1
    for name in sorted(missing_checkpoints(store, state)):
        size = int(name.removeprefix(f"{FOLDER}/").partition(".")[0])
        return count, (size - 1, f"is the last one of a checkpoint that is missing: {name}")
    return count, None


def leaves_of(store: ObjectStore) -> list[bytes]:
    """Give the leaf hashes of a log, to hold another copy of it against."""
    return [leaf_hash(content) for _, content in read_log(store)]
