"""Near-duplicates: which records' signatures agree, and the clusters that follow.

Signatures are cut into bands (Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4): two
records that agree in all numbers of one band are compared number by number. Clusters are the
connected components of the pairs that agree enough. All is a function of the signatures and of the
order of the rows, on arrays: nothing is done row by row.
"""

import numpy as np
import pyarrow as pa

from datacoop.records.arrays import Numbers
from datacoop.records.columns import MINHASH_PERMUTATIONS

SIMILAR = 0.8
"""Least share of a signature's numbers that agree: an estimate of the Jaccard similarity."""

BANDS, BAND_NUMBERS = 18, 7
"""Two records at `SIMILAR` meet in a band with probability .985, at .85 with .999."""

PIVOTS = 8
"""Each record of a bucket is compared with so many of its first ones."""

CROWD = 1_000
"""In a bucket of more, each is compared with the first alone: pairs stay as many as records."""

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_COMPARED_AT_ONCE = 20_000


def signature_rows(column: pa.Array) -> Numbers:
    """Give signatures as a matrix: a row each, `MINHASH_PERMUTATIONS` numbers wide."""
    size = MINHASH_PERMUTATIONS * 4
    values = np.frombuffer(column.buffers()[1], np.uint8)
    whole = values[column.offset * size : (column.offset + len(column)) * size]
    return whole.view("<u4").reshape(len(column), MINHASH_PERMUTATIONS)


def has_signature(signatures: Numbers) -> Numbers:
    """Say of which rows there is a signature: a record without free text has zeros."""
    return np.asarray(signatures.any(axis=1))


def band_keys(signatures: Numbers) -> Numbers:
    """Give each row's `BANDS` bucket numbers: equal in a band where its numbers are equal."""
    cut = signatures[:, : BANDS * BAND_NUMBERS].reshape(-1, BANDS, BAND_NUMBERS)
    keys = np.broadcast_to(np.arange(1, BANDS + 1, dtype=np.uint64), cut.shape[:2]) * _PRIME
    for at in range(BAND_NUMBERS):
        keys = (keys ^ cut[:, :, at]) * _PRIME
        keys ^= keys >> np.uint64(29)
    return keys


def candidate_pairs(keys: Numbers, rows: Numbers) -> Numbers:
    """Give the pairs of rows to compare: two columns, the lower row first, sorted, none twice.

    Args:
        keys: Bucket numbers.
        rows: The row of each.
    """
    order = np.lexsort((rows, keys))
    keys, rows = keys[order], rows[order]
    begins = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.zeros(0, int)
    sizes = np.diff(np.r_[begins, len(keys)])
    crowded = sizes > 1
    begins, sizes = begins[crowded], sizes[crowded]
    # Of the rows of buckets with company: where the bucket begins, and the place within it.
    start = np.repeat(begins, sizes)
    place = np.arange(len(start)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    pivots = np.where(np.repeat(sizes, sizes) > CROWD, 1, PIVOTS)
    pairs = [np.zeros((0, 2), np.int64)]
    for pivot in range(PIVOTS):
        met = (place > pivot) & (pivot < pivots)
        pairs.append(np.stack([rows[start[met] + pivot], rows[(start + place)[met]]], axis=1))
    found = np.concatenate(pairs)
    return unique_pairs(found[found[:, 0] != found[:, 1]])


def unique_pairs(pairs: Numbers) -> Numbers:
    """Give each pair once, sorted."""
    ordered = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    if len(ordered) < 2:
        return np.asarray(ordered)
    return np.asarray(ordered[np.r_[True, (ordered[1:] != ordered[:-1]).any(axis=1)]])


def agree(signatures: Numbers, others: Numbers, left: Numbers, right: Numbers) -> Numbers:
    """Say of which pairs the signatures agree in `SIMILAR` of their numbers or more.

    Args:
        left: Places in `signatures`.
        right: Places in `others`, one for each of `left`.
    """
    found = [np.zeros(0, bool)]
    for at in range(0, len(left), _COMPARED_AT_ONCE):
        some = slice(at, at + _COMPARED_AT_ONCE)
        same = (signatures[left[some]] == others[right[some]]).sum(axis=1)
        found.append(same >= SIMILAR * MINHASH_PERMUTATIONS)
    return np.concatenate(found)


def components(nodes: Numbers, pairs: Numbers) -> Numbers:
    """Give for each node the lowest node that pairs lead to, itself where there is none lower.

    Args:
        nodes: Sorted, none twice; every row of `pairs` is among them.
    """
    left, right = (np.searchsorted(nodes, pairs[:, side]) for side in (0, 1))
    roots = np.arange(len(nodes))
    while True:
        low = np.minimum(roots[left], roots[right])
        before = roots.copy()
        # Each end's root, not only the end itself, moves to the lower root: few rounds do.
        np.minimum.at(roots, before[left], low)
        np.minimum.at(roots, before[right], low)
        while (roots[roots] != roots).any():
            roots = roots[roots]
        if (roots == before).all():
            return np.asarray(nodes[roots])


def near_duplicates(signatures: Numbers) -> Numbers:
    """Give for each row the first row of its cluster.

    The whole of what a build does in parts, for what fits into memory.
    """
    rows = np.flatnonzero(has_signature(signatures))
    keys = band_keys(signatures[rows])
    pairs = candidate_pairs(keys.ravel(), np.repeat(rows, BANDS))
    found = pairs[agree(signatures, signatures, pairs[:, 0], pairs[:, 1])]
    return components(np.arange(len(signatures)), found)
