"""Proofs that a publication stands in the log, for readers who may not read the log."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from datacoop.pool.checkpoint import newest_cosigned, read_checkpoints
from datacoop.pool.evidence import Evidence, make_evidence
from datacoop.pool.keys import PublicKey
from datacoop.pool.log import entry_key, read_log
from datacoop.pool.merkle import Tree
from datacoop.pool.object_store import ObjectStore


@dataclass(slots=True, kw_only=True)
class Proofs:
    """Makes proofs; each entry of the log is read once."""

    store: ObjectStore
    _tree: Tree = field(default_factory=Tree)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def prove(self, number: int, keys: Mapping[str, PublicKey]) -> Evidence:
        """Give the evidence of an entry of the log.

        Args:
            keys: The keys that the log names; the portal has verified it up to the entry.

        Raises:
            IntegrityError: A checkpoint is not one that its key signed.
            OutsideError: The store failed.
        """
        with self._turn:
            self._grow()
            sizes = newest_cosigned(self.store, keys.values(), number)
            known = [size for size in sizes if size <= len(self._tree)]
            signed = read_checkpoints(self.store, keys.values(), sizes=known)
            return make_evidence(number, self.store.get(entry_key(number)), self._tree, signed)

    def grew(self, first: int, second: int) -> list[bytes]:
        """Give the proof that the log of `second` entries begins with that of `first`.

        Raises:
            OutsideError: The store failed.
        """
        with self._turn:
            self._grow()
            return self._tree.consistency_proof(first, second)

    def _grow(self) -> None:
        for _, content in read_log(self.store, start=len(self._tree)):
            self._tree.append(content)
