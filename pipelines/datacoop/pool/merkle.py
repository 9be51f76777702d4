"""The Merkle tree over the entries of a log, and proofs about it.

Source: RFC 6962 section 2.1 (tree, inclusion and consistency proofs), RFC 9162 sections 2.1.3.2
and 2.1.4.2 (how a proof is verified). A leaf is the bytes of an entry.
"""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """Give the hash of a leaf, 32 bytes."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the hash of an inner node, 32 bytes."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """A tree that grows at its end; appending costs two hashes on average.

    All hashes of full subtrees are kept, 64 bytes an entry, so that a root of any earlier size
    and any proof cost a number of hashes that grows with the logarithm of the size.
    """

    def __init__(self, entries: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for entry in entries:
            self.append(entry)

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, entry: bytes) -> None:
        """Add an entry."""
        self.append_hash(leaf_hash(entry))

    def append_hash(self, leaf: bytes) -> None:
        """Add an entry of which only the leaf hash is known."""
        value, level = leaf, 0
        self._levels[0].append(value)
        while len(self._levels[level]) % 2 == 0:
            value = node_hash(self._levels[level][-2], value)
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(value)

    def root(self, size: int | None = None) -> bytes:
        """Give the root of the first `size` leaves, by default of all."""
        size = self._known(len(self) if size is None else size)
        return self._hash(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """Give the proof that leaf `index` is in the tree of the first `size` leaves."""
        if not 0 <= index < self._known(size):
            raise ValueError(f"no leaf {index} in a tree of {size}")
        return self._path(index, 0, size)

    def consistency_proof(self, first: int, second: int) -> list[bytes]:
        """Give the proof that the tree of `second` leaves begins with that of `first`."""
        if not 0 <= first <= self._known(second):
            raise ValueError(f"a tree of {second} does not hold one of {first}")
        return self._subproof(first, 0, second, whole=True) if 0 < first < second else []

    def _known(self, size: int) -> int:
        if not 0 <= size <= len(self):
            raise ValueError(f"the tree has {len(self)} leaves, not {size}")
        return size

    def _hash(self, start: int, end: int) -> bytes:
        """Give the hash of leaves `[start, end)`, a range that the RFC's recursion makes."""
        size = end - start
        if size & (size - 1) == 0:
            level = size.bit_length() - 1
            return self._levels[level][start >> level]
        middle = start + split_size(size)
        return node_hash(self._hash(start, middle), self._hash(middle, end))

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        middle = start + split_size(end - start)
        if index < middle:
            return [*self._path(index, start, middle), self._hash(middle, end)]
        return [*self._path(index, middle, end), self._hash(start, middle)]

    def _subproof(self, first: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        if first == end:
            return [] if whole else [self._hash(start, end)]
        middle = start + split_size(end - start)
        if first <= middle:
            rest = self._subproof(first, start, middle, whole=whole)
            return [*rest, self._hash(middle, end)]
        rest = self._subproof(first, middle, end, whole=False)
        return [*rest, self._hash(start, middle)]


def split_size(size: int) -> int:
    """Give the largest power of two that is less than `size`, which is 2 or more."""
    return 1 << ((size - 1).bit_length() - 1)


def includes(root: bytes, size: int, index: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether `proof` shows that the leaf hash `leaf` stands at `index` below `root`."""
    if not 0 <= index < size:
        return False
    position, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            value = node_hash(sibling, value)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and value == root


def extends(
    first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether `proof` shows that the tree of `second` leaves begins with that of `first`."""
    if first == second:
        return not proof and first_root == second_root
    if not 0 <= first < second:
        return False
    if first == 0:
        # Every tree extends the empty one; there is nothing to prove.
        return not proof and first_root == EMPTY_ROOT
    # The root of a full first tree is not repeated in the proof.
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    position, last = first - 1, second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = path[0]
    for value in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(value, old), node_hash(value, new)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, value)
        position, last = position >> 1, last >> 1
    return last == 0 and (old, new) == (first_root, second_root)
