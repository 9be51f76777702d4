"""Evidence of one publication: its entry, with the proof that the log of a checkpoint holds it.

For readers who may not read the log: a portal hands it out, and the reader needs no more than the
witnesses' keys. Proofs are those of RFC 6962.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from datacoop.errors import IntegrityError, RefusedError
from datacoop.pool.checkpoint import Checkpoint, SignedCheckpoint, open_note, signed_at
from datacoop.pool.keys import PublicKey, Role
from datacoop.pool.log import entry_key
from datacoop.pool.merkle import Tree, extends, includes, leaf_hash
from datacoop.pool.signing import read_unverified
from datacoop.records.digest import canonical_json

FOLDER = "evidence"
_KIND = "urn:datacoop:log:release_published:v1"


def growth_key(first: int, second: int) -> str:
    """Give the key under which a portal proves that a log of one size grew to another."""
    return f"{FOLDER}/growth/{first}-{second}.json"


def growth_bytes(proof: Sequence[bytes]) -> bytes:
    """Give a consistency proof as it is handed out."""
    return canonical_json([node.hex() for node in proof])


def require_growth(name: str, before: Checkpoint, after: Checkpoint, content: bytes) -> None:
    """Make sure that the log of one checkpoint is the beginning of that of another.

    Args:
        content: What the portal gave under `growth_key`.

    Raises:
        IntegrityError: It is not: the log was forked or rewritten, or is another pool's.
    """
    try:
        proof = [bytes.fromhex(node) for node in json.loads(content)]
    except (ValueError, TypeError) as error:
        raise IntegrityError(name, "a proof that the log grew", "something else") from error
    grew = extends(before.size, before.root, after.size, after.root, proof)
    if before.origin != after.origin or not grew:
        raise IntegrityError(
            name, f"the log that was seen at {before.size} entries, grown", "another log"
        )


def evidence_key(collection: str, version: int) -> str:
    """Give the key under which a portal hands out the evidence of a version's publication."""
    return f"{FOLDER}/{collection}/{version}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """A checkpoint of a log that holds the entry, with its proof."""

    note: bytes
    """The checkpoint with all signatures."""
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What shows that witnesses saw a publication."""

    number: int
    entry: bytes
    """The log entry."""
    cosigned: tuple[Cosigned, ...]

    def to_bytes(self) -> bytes:
        """Give the form in which it is handed out."""
        value = {
            "number": self.number,
            "entry": self.entry.decode(),
            "checkpoints": [
                {"note": one.note.decode(), "proof": [node.hex() for node in one.proof]}
                for one in self.cosigned
            ],
        }
        return canonical_json(value)


def make_evidence(
    number: int, entry: bytes, tree: Tree, signed: Iterable[SignedCheckpoint]
) -> Evidence:
    """Make the evidence of an entry.

    Args:
        tree: The log's tree.
        signed: Checkpoints of the log as it was with the entry, or later.
    """
    return Evidence(
        number=number,
        entry=entry,
        cosigned=tuple(
            Cosigned(
                note=one.to_bytes(),
                proof=tuple(tree.inclusion_proof(number, one.checkpoint.size)),
            )
            for one in signed
        ),
    )


def evidence_from_bytes(name: str, content: bytes) -> Evidence:
    """Read evidence; nothing of it is verified yet.

    Raises:
        IntegrityError: It is none.
    """
    try:
        value = json.loads(content)
        return Evidence(
            number=int(value["number"]),
            entry=value["entry"].encode(),
            cosigned=tuple(
                Cosigned(
                    note=one["note"].encode(),
                    proof=tuple(bytes.fromhex(node) for node in one["proof"]),
                )
                for one in value["checkpoints"]
            ),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(name, "evidence of a publication", "something else") from error


def require_evidence(
    name: str, evidence: Evidence, snapshot: str, witnesses: Iterable[PublicKey], members: int
) -> bytes:
    """Refuse a version unless witnesses of enough members cosigned a log that published it.

    A witness cosigns a log only after it verified every entry, so the entry's own signature need
    not be looked at again.

    Args:
        name: What to call the evidence in an error.
        snapshot: Digest of the version's manifest.
        witnesses: Keys got by another way than the pool.

    Returns:
        The note of the newest checkpoint that so many cosigned, to be remembered.

    Raises:
        RefusedError: Too few have.
        IntegrityError: It is the evidence of something else, or a proof does not hold.
    """
    said = read_unverified(name, evidence.entry)
    if said.predicate_type != _KIND or said.subjects != ((f"blobs/{snapshot}", snapshot),):
        raise IntegrityError(name, f"the publication of {snapshot[:12]}", "another entry")
    given = [key for key in witnesses if key.role is Role.WITNESS]
    leaf = leaf_hash(evidence.entry)
    counted = [_counted(name, evidence, one, leaf, given) for one in evidence.cosigned]
    most = max((count for count, _, _ in counted), default=0)
    if most < members:
        raise RefusedError(
            f"{entry_key(evidence.number)} is cosigned by witnesses of {most} of {members} members",
            hint="The operator runs `datacoop log checkpoint`, then members `datacoop witness`.",
        )
    return max((size, note) for count, size, note in counted if count >= members)[1]


def _counted(
    name: str, evidence: Evidence, one: Cosigned, leaf: bytes, witnesses: Sequence[PublicKey]
) -> tuple[int, int, bytes]:
    """Count the members whose witnesses cosigned a checkpoint that the proof fits.

    Gives with it the checkpoint's size and its note.
    """
    checkpoint, lines = open_note(name, one.note)
    if not includes(checkpoint.root, checkpoint.size, evidence.number, leaf, one.proof):
        raise IntegrityError(name, "a proof that the log holds the publication", "none that holds")
    signers = {
        key.member
        for key in witnesses
        if any(signed_at(checkpoint, line, key) is not None for line in lines)
    }
    return len(signers), checkpoint.size, one.note
