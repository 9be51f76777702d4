"""A witness: a member that remembers the log it saw and cosigns only what extends it."""

from dataclasses import dataclass
from pathlib import Path

from datacoop.errors import IntegrityError, RefusedError, SettingsError
from datacoop.pool.checkpoint import (
    Checkpoint,
    checkpoint_key,
    open_note,
    read_checkpoints,
    sign_checkpoint,
    signed_at,
)
from datacoop.pool.durable import write_file
from datacoop.pool.entry_rules import apply_entry
from datacoop.pool.keys import Role, SigningKey
from datacoop.pool.log import entry_key, read_log
from datacoop.pool.merkle import Tree, leaf_hash
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.state import State

HASH_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a witness remembers: the last checkpoint it cosigned, and the leaf hashes below it.

    The hashes are what lets it name the first entry that was changed; a root alone cannot.
    """

    checkpoint: Checkpoint
    leaves: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """What a witness cosigned."""

    checkpoint: Checkpoint
    new_entries: int
    """Entries since the checkpoint that it cosigned before."""
    is_first: bool
    """Whether it remembered nothing: then there was nothing to hold the log against."""


def load_memory(path: Path) -> Memory | None:
    """Read a witness's memory, or none where there is none yet.

    Raises:
        SettingsError: It is damaged.
    """
    if not path.exists():
        return None
    try:
        checkpoint, _ = open_note(path.name, path.read_bytes())
        content = _leaves_path(path).read_bytes()[: checkpoint.size * HASH_BYTES]
    except (OSError, IntegrityError) as error:
        raise SettingsError(f"cannot read the witness's memory {path}", hint=_HINT) from error
    starts = range(0, len(content), HASH_BYTES)
    leaves = tuple(content[start : start + HASH_BYTES] for start in starts)
    tree = Tree()
    for leaf in leaves:
        tree.append_hash(leaf)
    if len(tree) != checkpoint.size or tree.root() != checkpoint.root:
        raise SettingsError(f"the witness's memory {path} is damaged", hint=_HINT)
    return Memory(checkpoint=checkpoint, leaves=leaves)


_HINT = "Put it back from a backup. A witness without memory cannot see that a log was rewritten."


def witness_log(store: ObjectStore, path: Path, key: SigningKey, *, unix_seconds: int) -> Witnessed:
    """Verify a pool's log, hold it against what was seen before, and cosign its checkpoint.

    What is cosigned is remembered first: a witness that is killed never forgets a signature.

    Args:
        path: The witness's memory; leaf hashes lie beside it in a file that ends in `.leaves`.

    Raises:
        IntegrityError: The log does not verify, or is not an extension; it names the entry.
        RefusedError: There is nothing to cosign, or the key is no witness's.
    """
    public = key.public
    if public.role is not Role.WITNESS:
        raise RefusedError(
            "only a witness's key cosigns", hint="Make one: `datacoop key new --role witness`."
        )
    memory = load_memory(path)
    state, tree, leaves = _compared(store, memory)
    operators = [known for known in state.keys.values() if known.role is Role.OPERATOR]
    signed = read_checkpoints(store, operators)
    if not signed:
        raise RefusedError(
            "the pool has no checkpoint yet", hint="The operator runs `datacoop log checkpoint`."
        )
    checkpoint = signed[-1].checkpoint
    _refuse_other_log(checkpoint, state, tree, memory)
    if state.keys.get(public.keyid) != public or public.keyid in state.revoked:
        raise RefusedError(
            "the pool does not know this witness's key",
            hint="The operator enters it with `datacoop trust add-key`.",
        )
    note = sign_checkpoint(checkpoint, key, unix_seconds=unix_seconds)
    content = b"".join(leaves[: checkpoint.size])
    write_file(_leaves_path(path), content, exclusive=False)
    write_file(path, note, exclusive=False)
    _publish(store, checkpoint, key, note)
    before = memory.checkpoint.size if memory else 0
    return Witnessed(
        checkpoint=checkpoint, new_entries=checkpoint.size - before, is_first=memory is None
    )


def _compared(store: ObjectStore, memory: Memory | None) -> tuple[State, Tree, list[bytes]]:
    """Read the log, each entry held against what is remembered before its signature is."""
    seen = memory.leaves if memory else ()
    state, tree, leaves = State(), Tree(), []
    for number, content in read_log(store):
        leaf = leaf_hash(content)
        if number < len(seen) and seen[number] != leaf:
            raise IntegrityError(entry_key(number), "the entry seen before", "another entry")
        apply_entry(state, content)
        tree.append_hash(leaf)
        leaves.append(leaf)
    if len(leaves) < len(seen):
        raise IntegrityError(entry_key(len(leaves)), "the entry seen before", "no entry")
    return state, tree, leaves


def _refuse_other_log(
    checkpoint: Checkpoint, state: State, tree: Tree, memory: Memory | None
) -> None:
    name = f"the checkpoint of {checkpoint.size} entries"
    if checkpoint.origin != state.pool_id:
        raise IntegrityError(name, f"that of {state.pool_id}", f"that of {checkpoint.origin}")
    if checkpoint.size > len(tree):
        raise IntegrityError(entry_key(len(tree)), "an entry that the operator signed for", "none")
    if tree.root(checkpoint.size) != checkpoint.root:
        raise IntegrityError(name, "the log beside it", "another log: it was forked")
    if memory is not None and checkpoint.size < memory.checkpoint.size:
        raise IntegrityError(
            name, f"one of {memory.checkpoint.size} entries or more, as seen before", "an older one"
        )
    if memory is not None and checkpoint.origin != memory.checkpoint.origin:
        raise IntegrityError(name, f"that of {memory.checkpoint.origin}", "that of another pool")


def _publish(store: ObjectStore, checkpoint: Checkpoint, key: SigningKey, note: bytes) -> None:
    name = checkpoint_key(checkpoint.size, key.public.keyid)
    if store.create(name, note):
        return
    # An earlier run was killed after it: its cosignature has another time, and stands.
    there, lines = open_note(name, store.get(name))
    if there != checkpoint or signed_at(there, lines[0], key.public) is None:
        raise IntegrityError(name, "this witness's cosignature", "something else")


def _leaves_path(path: Path) -> Path:
    return path.with_name(path.name + ".leaves")
