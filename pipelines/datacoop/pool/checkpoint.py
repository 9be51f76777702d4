"""Checkpoints: the signed head of the log, and witnesses' cosignatures on it.

Sources: C2SP signed-note (text and signature lines), tlog-checkpoint (the text), tlog-cosignature
(`cosignature/v1`). The origin and the operator's key name are the pool's id; a witness's key name
is its member's id. A file of the pool holds the text with one signature, and is written once.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError
from securesystemslib.signer import Signature

from datacoop.errors import DatacoopError, IntegrityError, RefusedError
from datacoop.pool.entry_rules import apply_entry
from datacoop.pool.keys import PublicKey, Role, SigningKey
from datacoop.pool.log import entry_key, read_log
from datacoop.pool.merkle import Tree
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.state import State
from datacoop.records.digest import sha256_hex

FOLDER = "checkpoints"

_NAME = re.compile(rf"{FOLDER}/([0-9]{{10}})\.([0-9a-f]{{64}})\.txt")
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_KINDS = {Role.OPERATOR: 1, Role.WITNESS: 4}
"""The signature types of C2SP signed-note: Ed25519, and timestamped Ed25519 cosignatures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log was at one size."""

    origin: str
    """The pool's id."""
    size: int
    """How many entries the log had."""
    root: bytes
    """The root of the Merkle tree over them, 32 bytes."""

    def text(self) -> str:
        """Give the text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def checkpoint_key(size: int, keyid: str) -> str:
    """Give the key of the file with one key's signature on the checkpoint of a size."""
    return f"{FOLDER}/{size:010d}.{keyid}.txt"


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey, *, unix_seconds: int = 0) -> bytes:
    """Give the note: the text, an empty line, one signature.

    Args:
        unix_seconds: When a witness cosigns; an operator's signature has no time.
    """
    text, public = checkpoint.text(), key.public
    stamp = unix_seconds.to_bytes(8) if public.role is Role.WITNESS else b""
    signature = bytes.fromhex(str(key.signer.sign(_message(text, stamp)).signature))
    blob = key_hash(public, checkpoint.origin) + stamp + signature
    line = f"— {key_name(public, checkpoint.origin)} {base64.b64encode(blob).decode()}\n"
    return f"{text}\n{line}".encode()


def key_name(key: PublicKey, origin: str) -> str:
    """Give the name of a key in notes."""
    return key.member or origin


def key_hash(key: PublicKey, origin: str) -> bytes:
    """Give the four bytes by which a signature line names its key."""
    kind = bytes([_KINDS[key.role]])
    name = key_name(key, origin).encode()
    return hashlib.sha256(name + b"\n" + kind + bytes.fromhex(key.public)).digest()[:4]


def _message(text: str, stamp: bytes) -> bytes:
    if not stamp:
        return text.encode()
    return f"cosignature/v1\ntime {int.from_bytes(stamp)}\n{text}".encode()


def open_note(name: str, content: bytes) -> tuple[Checkpoint, tuple[str, ...]]:
    """Give what a note says, and its signature lines, none of them verified yet.

    Raises:
        IntegrityError: It is no checkpoint in the one byte form.
    """
    try:
        text, lines = content.decode().split("\n\n")
        origin, size, root = text.split("\n")
        checkpoint = Checkpoint(origin=origin, size=int(size), root=base64.b64decode(root))
        is_plain = len(checkpoint.root) == 32 and checkpoint.text() == f"{text}\n"
    except (ValueError, binascii.Error) as error:
        raise IntegrityError(name, "a checkpoint", "something else") from error
    signatures = tuple(lines.removesuffix("\n").split("\n"))
    if not is_plain or not lines.endswith("\n") or not all(map(_LINE.fullmatch, signatures)):
        raise IntegrityError(name, "a checkpoint", "another byte form")
    return checkpoint, signatures


def signed_at(checkpoint: Checkpoint, line: str, key: PublicKey) -> int | None:
    """Give when `key` signed (Unix seconds; 0 for an operator), or none where it did not."""
    found = _LINE.fullmatch(line)
    if found is None or key.role not in _KINDS or found[1] != key_name(key, checkpoint.origin):
        return None
    try:
        blob = base64.b64decode(found[2], validate=True)
    except binascii.Error:
        return None
    length = 8 if key.role is Role.WITNESS else 0
    is_whole = base64.b64encode(blob).decode() == found[2] and len(blob) == 4 + length + 64
    if not is_whole or blob[:4] != key_hash(key, checkpoint.origin):
        return None
    stamp, signature = blob[4 : 4 + length], blob[4 + length :].hex()
    message = _message(checkpoint.text(), stamp)
    try:
        key.verifier().verify_signature(Signature(key.keyid, signature), message)
    except (UnverifiedSignatureError, VerificationError):
        return None
    return int.from_bytes(stamp)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint of a pool with those who signed it, verified."""

    checkpoint: Checkpoint
    lines: tuple[str, ...]
    """The operator's signature line, then the witnesses'."""
    cosigners: Mapping[str, str]
    """Key id to member of the witnesses."""

    def to_bytes(self) -> bytes:
        """Give the note with all signatures, as other tools of transparency logs read it."""
        return "\n".join([self.checkpoint.text(), *self.lines, ""]).encode()

    @property
    def members(self) -> int:
        """How many members cosigned: two witnesses of one member count once."""
        return len(set(self.cosigners.values()))


def read_checkpoints(
    store: ObjectStore, keys: Iterable[PublicKey], *, sizes: Container[int] | None = None
) -> list[SignedCheckpoint]:
    """Read the checkpoints of a pool, by size, with the signatures of `keys` on them.

    A checkpoint counts only with an operator's signature; files by other keys are passed over.

    Args:
        sizes: Read those of these sizes only.

    Raises:
        IntegrityError: A file is no checkpoint, or its signature does not verify.
    """
    known = {key.keyid: key for key in keys if key.role in _KINDS}
    found: dict[Checkpoint, dict[str, str]] = {}
    for name, size, keyid in _named(store):
        if keyid in known and (sizes is None or size in sizes):
            checkpoint, line = _read(name, store.get(name), known[keyid])
            found.setdefault(checkpoint, {})[keyid] = line
    signed = []
    for checkpoint, lines in sorted(found.items(), key=lambda one: one[0].size):
        by_operator = [line for k, line in lines.items() if known[k].role is Role.OPERATOR]
        witnesses = {k: known[k].member for k in lines if known[k].role is Role.WITNESS}
        if by_operator:
            ordered = (*by_operator, *(lines[k] for k in witnesses))
            signed.append(
                SignedCheckpoint(checkpoint=checkpoint, lines=ordered, cosigners=witnesses)
            )
    return signed


def newest_cosigned(store: ObjectStore, keys: Iterable[PublicKey], entry: int) -> set[int]:
    """Give sizes of checkpoints that hold an entry: of each set of witnesses, the newest.

    Names alone are looked at, so that few of many checkpoints need be read.
    """
    witnesses = {key.keyid for key in keys if key.role is Role.WITNESS}
    signers: dict[int, set[str]] = {}
    for _, size, keyid in _named(store):
        if size > entry and keyid in witnesses:
            signers.setdefault(size, set()).add(keyid)
    return set({frozenset(who): size for size, who in sorted(signers.items())}.values())


def _named(store: ObjectStore) -> Iterator[tuple[str, int, str]]:
    for name in store.list(FOLDER):
        found = _NAME.fullmatch(name)
        if found:
            yield name, int(found[1]), found[2]


def _read(name: str, content: bytes, key: PublicKey) -> tuple[Checkpoint, str]:
    checkpoint, lines = open_note(name, content)
    if name != checkpoint_key(checkpoint.size, key.keyid) or len(lines) != 1:
        raise IntegrityError(name, "one signature on a checkpoint of its size", "another")
    if signed_at(checkpoint, lines[0], key) is None:
        raise IntegrityError(name, "a valid signature", "an invalid one")
    return checkpoint, lines[0]


def grown_log(store: ObjectStore) -> tuple[State, Tree]:
    """Read and verify a whole log; give its state and its tree.

    Raises:
        IntegrityError: An entry does not verify.
    """
    state, tree = State(), Tree()
    for _, content in read_log(store):
        apply_entry(state, content)
        tree.append(content)
    return state, tree


def write_checkpoint(store: ObjectStore, operator: SigningKey) -> Checkpoint:
    """Sign the log as it stands; doing it again at the same size changes nothing.

    Raises:
        IntegrityError: The operator has signed another log of this size: the log has forked.
    """
    state, tree = grown_log(store)
    checkpoint = Checkpoint(origin=state.pool_id, size=state.length, root=tree.root())
    key = checkpoint_key(checkpoint.size, operator.public.keyid)
    if not store.create(key, sign_checkpoint(checkpoint, operator)):
        raise IntegrityError(key, "the checkpoint of this log", "that of another log")
    return checkpoint


def unnamed_checkpoints(store: ObjectStore, state: State) -> dict[str, str]:
    """Give the digests of checkpoints that no entry of the log names yet, by key.

    The next entry that an operator signs a checkpoint after names them. What does not verify is
    passed over: the log must not come to ask for it.
    """
    found = {}
    for name, _, keyid in _named(store):
        key = state.keys.get(keyid)
        if key is None or name in state.checkpoints:
            continue
        content = store.get(name)
        try:
            _read(name, content, key)
        except IntegrityError:
            continue
        found[name] = sha256_hex(content)
    return found


def missing_checkpoints(store: ObjectStore, state: State) -> dict[str, str]:
    """Check that what the log says of checkpoints is there; give what is missing, by key.

    Each file that an entry names must lie there, and one that the operator signed after the last
    publication or renewal. Cosignatures since then are remembered by their witnesses alone.
    """
    present = {name: (size, keyid) for name, size, keyid in _named(store)}
    faults = dict.fromkeys(
        state.checkpoints.keys() - present.keys(),
        "is missing: the log names it; on a mirror run `datacoop pool mirror` again",
    )
    operators = {k for k, key in state.keys.items() if key.role is Role.OPERATOR}
    after = state.signed_after
    if after is not None and not any(
        size > after and keyid in operators for size, keyid in present.values()
    ):
        name = checkpoint_key(after + 1, state.operator)
        faults[name] = (
            "is missing, and every later one; run `datacoop log checkpoint` again, on a mirror "
            "`datacoop pool mirror`"
        )
    return faults


def checkpoint_faults(store: ObjectStore, state: State, tree: Tree) -> dict[str, str]:
    """Check every file under `checkpoints/` against the log; give what is wrong, by key."""
    faults = missing_checkpoints(store, state)
    for name in store.list(FOLDER):
        found = _NAME.fullmatch(name)
        key = state.keys.get(found[2]) if found else None
        if key is None:
            faults[name] = "is by no key that the log names"
            continue
        try:
            content = store.get(name)
            checkpoint, _ = _read(name, content, key)
        except DatacoopError as error:
            faults[name] = str(error)
            continue
        if state.checkpoints.get(name, digest := sha256_hex(content)) != digest:
            faults[name] = "is not the one that the log names"
        elif checkpoint.origin != state.pool_id:
            faults[name] = "is of another pool"
        elif checkpoint.size > len(tree):
            faults[name] = f"is of a longer log: {entry_key(len(tree))} is missing"
        elif tree.root(checkpoint.size) != checkpoint.root:
            faults[name] = "is of another log: this one was forked or rewritten"
    return faults


def require_cosigned(
    signed: Iterable[SignedCheckpoint], tree: Tree, *, entry: int, members: int
) -> None:
    """Refuse an entry unless witnesses of enough members saw the log with it.

    Args:
        signed: The pool's checkpoints with the cosignatures that count.
        tree: The log's tree.
        entry: The number of the entry.

    Raises:
        RefusedError: No checkpoint that covers the entry has that many.
        IntegrityError: One that covers it is of another log.
    """
    most = 0
    for one in signed:
        size = one.checkpoint.size
        if size <= entry:
            continue
        if size > len(tree) or tree.root(size) != one.checkpoint.root:
            raise IntegrityError(
                f"the checkpoint of {size} entries", "that of this log", "that of another"
            )
        most = max(most, one.members)
    if most < members:
        raise RefusedError(
            f"{entry_key(entry)} is cosigned by witnesses of {most} of {members} members",
            hint="The operator runs `datacoop log checkpoint`, then members `datacoop witness`.",
        )


def require_cosigned_version(
    store: ObjectStore, snapshot: str, witnesses: Iterable[PublicKey], members: int
) -> None:
    """Refuse a published version unless witnesses of enough members saw its publication.

    The reader's side: `witnesses` are keys that the reader was given by another way than the
    pool. The whole log is read and verified.

    Args:
        snapshot: Digest of the version's manifest.

    Raises:
        RefusedError: Too few have.
        IntegrityError: The log does not verify, or does not hold the publication.
    """
    state, tree = grown_log(store)
    entries = [
        proposal.published_entry
        for proposal in state.proposals.values()
        if proposal.snapshot == snapshot and proposal.published_entry is not None
    ]
    if not entries:
        raise IntegrityError("the log", f"the publication of {snapshot[:12]}", "none")
    operators = [key for key in state.keys.values() if key.role is Role.OPERATOR]
    given = [key for key in witnesses if key.role is Role.WITNESS]
    signed = read_checkpoints(store, [*operators, *given])
    require_cosigned(signed, tree, entry=entries[0], members=members)
