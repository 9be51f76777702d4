"""What becomes of each row: published in which split, a duplicate, or held back, and why."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datacoop.publish.near_duplicates import components
from datacoop.publish.quasi_identifiers import HELD as NO_LEVEL
from datacoop.publish.quasi_identifiers import choose_levels
from datacoop.publish.splits import SPLITS, split_codes
from datacoop.publish.tasks import Task, digest_numbers, digest_order, found_in, numbers
from datacoop.records.arrays import Numbers
from datacoop.records.columns import CLUSTER_ID, DIGEST, MASKED_DIGEST, RECORD_ID, SPLIT
from datacoop.records.policies import KEEP_ONE, ReleasePolicy

ROW, SAME_AS, FIRST_VERSION, WAS, LEVEL = "row", "same_as", "first_version", "was", "level"

MEMORY_SCHEMA = pa.schema(
    [
        pa.field(RECORD_ID, DIGEST),
        pa.field(MASKED_DIGEST, DIGEST, nullable=False),
        pa.field(CLUSTER_ID, DIGEST, nullable=False),
        pa.field(SPLIT, pa.string(), nullable=False),
        pa.field(FIRST_VERSION, pa.int32(), nullable=False),
    ]
)
"""What is remembered of a row of the version before: of one that was published, and, without a
record id, of one that was kept out, whose first version is 0 where it never was published."""

KNOWN_SCHEMA = pa.schema(
    [
        pa.field(ROW, pa.int64(), nullable=False),
        pa.field(SAME_AS, pa.int64(), nullable=False),
        pa.field(MASKED_DIGEST, DIGEST, nullable=False),
        pa.field(FIRST_VERSION, pa.int32(), nullable=False),
        pa.field(SPLIT, pa.int8(), nullable=False),
        pa.field(WAS, pa.bool_(), nullable=False),
        pa.field(CLUSTER_ID, DIGEST),
    ]
)
"""What is known of a row before clusters are: the row whose text it repeats, itself where none;
the version in which it first appeared, 0 for none; the split remembered of its text, -1 for none;
whether that text was published; and its remembered cluster, where that is not its own digest. Then
its class codes, if any."""

DECISION_SCHEMA = pa.schema(
    [
        pa.field(ROW, pa.int64(), nullable=False),
        pa.field(SPLIT, pa.int8(), nullable=False),
        pa.field(FIRST_VERSION, pa.int32(), nullable=False),
        pa.field(LEVEL, pa.int8(), nullable=False),
        pa.field(CLUSTER_ID, DIGEST),
    ]
)
"""How a row is published; no cluster id says that of its own text."""

CLUSTERS_SCHEMA = pa.schema(
    [
        pa.field(ROW, pa.int64(), nullable=False),
        pa.field(CLUSTER_ID, DIGEST, nullable=False),
        pa.field(MASKED_DIGEST, DIGEST, nullable=False),
        pa.field(SPLIT, pa.int8(), nullable=False),
        pa.field(WAS, pa.bool_(), nullable=False),
    ]
)
"""A row and its cluster; the split to remember of it, and whether its text was ever published."""

GONE, PUBLISHED, DUPLICATE, NEAR, OTHER_SPLIT, TOO_FEW = range(6)
STATES = {
    PUBLISHED: "published",
    DUPLICATE: "duplicate",
    NEAR: "near_duplicate",
    OTHER_SPLIT: "held_split",
    TOO_FEW: "held_quasi_identifiers",
}
"""What a row's state is called in counts."""

Stream = Callable[[], Iterable[pa.Table]]
"""Gives tables anew each time it is called, so that not all are in memory."""


def know_rows(rows: pa.Table, memory: pa.Table) -> pa.Table:
    """Find the exact duplicates among rows, and what is remembered of them.

    Args:
        rows: `row`, `record_id`, `masked_digest` and class codes: all rows that share a digest.
        memory: `MEMORY_SCHEMA` for these digests.

    Returns:
        `KNOWN_SCHEMA` and the class codes, sorted by digest and row.
    """
    if (np.diff(numbers(rows[ROW])) < 0).any():
        rows = rows.sort_by(ROW)
    digests = digest_numbers(rows[MASKED_DIGEST])
    order = digest_order(digests)
    rows, digests = rows.take(pa.array(order)), digests[order]
    at = numbers(rows[ROW])
    is_new = (
        np.r_[True, (digests[1:] != digests[:-1]).any(axis=1)] if len(at) else np.zeros(0, bool)
    )
    same_as = at[np.flatnonzero(is_new)[np.cumsum(is_new) - 1]] if len(at) else at
    # Of a text that was published and one that was kept out, the first tells its split.
    memory = memory.sort_by([(FIRST_VERSION, "descending"), (CLUSTER_ID, "ascending")])
    published = memory.filter(pc.greater(memory[FIRST_VERSION], 0))
    by_text = found_in(rows[MASKED_DIGEST], memory[MASKED_DIGEST])
    by_id = found_in(rows[RECORD_ID], published[RECORD_ID])
    split_codes = pc.index_in(memory[SPLIT], value_set=pa.array(SPLITS)).cast(pa.int8())
    first = published[FIRST_VERSION].take(by_id)
    was = pc.greater(memory[FIRST_VERSION].take(by_text), 0)
    cluster = memory[CLUSTER_ID].take(by_text)
    is_own = pc.fill_null(pc.equal(cluster, rows[MASKED_DIGEST]), True)
    values = {
        ROW: pa.array(at),
        SAME_AS: pa.array(same_as),
        MASKED_DIGEST: rows[MASKED_DIGEST],
        FIRST_VERSION: pc.fill_null(first, 0),
        SPLIT: pc.fill_null(split_codes.take(by_text), -1),
        WAS: pc.fill_null(was, False),
        CLUSTER_ID: pc.if_else(is_own, pa.scalar(None, DIGEST), cluster),
    }
    codes = [name for name in rows.schema.names if name not in (ROW, RECORD_ID, MASKED_DIGEST)]
    found = pa.table([values[name] for name in KNOWN_SCHEMA.names], schema=KNOWN_SCHEMA)
    for name in codes:
        found = found.append_column(name, rows[name])
    return found.combine_chunks()


@dataclass(slots=True, kw_only=True)
class Settled:
    """What was decided of all rows of a build; arrays are by row number."""

    state: Numbers
    split: Numbers
    first: Numbers
    level: Numbers
    clusters: pa.Table
    """`CLUSTERS_SCHEMA` of the rows whose cluster is not that of their own text, or that are kept
    out; sorted by row."""
    counts: dict[str, int] = field(default_factory=dict)
    credits: dict[str, dict[str, int]] = field(default_factory=dict)
    """By member: rows by what became of them, and clusters with a published row to which the
    member gave one, published or not."""


def settle(
    known: Stream, pairs: Numbers, tasks: Sequence[Task], policy: ReleasePolicy, version: int
) -> Settled:
    """Decide what becomes of every row.

    A cluster is the rows whose texts are equal or nearly so. It keeps the split that was
    remembered of one of its texts; with none, a hash of its id decides. Where two were published
    in different splits, the later one in the order of `SPLITS` stays and the rows of the other are
    held back: a published row never changes its split.

    Args:
        known: `KNOWN_SCHEMA` of all rows, in any order.
        pairs: Rows that are nearly equal, two columns.
    """
    total = tasks[-1].first + tasks[-1].rows if tasks else 0
    state = np.full(total, GONE, np.int8)
    split: Numbers = np.full(total, -1, np.int8)
    first, was = np.zeros(total, np.int32), np.zeros(total, bool)
    hashed = np.zeros(total, np.int8)
    root = np.arange(total)
    names: list[str] = []
    codes: list[Numbers] = []
    for table in known():
        at, same = numbers(table[ROW]), numbers(table[SAME_AS])
        root[at] = same
        state[at] = np.where(at == same, PUBLISHED, DUPLICATE)
        first[at], split[at] = numbers(table[FIRST_VERSION]), numbers(table[SPLIT])
        was[at] = numbers(table[WAS])
        hashed[at] = split_codes(digest_numbers(table[MASKED_DIGEST])[:, 0], policy)
        names = names or table.schema.names[len(KNOWN_SCHEMA) :]
        codes = codes or [np.zeros(total, np.uint64) for _ in names]
        for name, column in zip(names, codes, strict=True):
            column[at] = numbers(table[name])
    nodes = np.unique(pairs)
    root[nodes] = components(nodes, pairs)
    # A duplicate goes where the row goes whose text it repeats.
    cluster = root[root]
    ids = _cluster_ids(known, cluster, nodes)
    hashed[numbers(ids[ROW])] = split_codes(digest_numbers(ids[CLUSTER_ID])[:, 0], policy)
    before, split = split, _chosen_splits(cluster, split, was, hashed)
    state[(state == PUBLISHED) & was & (before != split)] = OTHER_SPLIT
    remembered = np.where(state == OTHER_SPLIT, before, split)
    if policy.near_duplicates == KEEP_ONE:
        _keep_one(cluster, nodes, first, state)
    level = np.zeros(total, np.int8)
    if codes:
        there = np.flatnonzero(state == PUBLISHED)
        level[there] = choose_levels([column[there] for column in codes], policy.k)
        state[there[level[there] == NO_LEVEL]] = TOO_FEW
    settled = Settled(
        state=state,
        split=split,
        first=np.where(first > 0, first, version).astype(np.int32),
        level=level,
        clusters=_clusters(known, ids, cluster, state, was, remembered),
    )
    settled.counts = _counts(state)
    settled.credits = _credits(state, cluster, tasks)
    return settled


def _cluster_ids(known: Stream, cluster: Numbers, nodes: Numbers) -> pa.Table:
    """Give `row` of a cluster's first row, and its `cluster_id`, sorted by row.

    The id is the one remembered (of several, that of what was published first), else the smallest
    masked digest. A row without company keeps that of its own text, unless another is remembered.
    """
    grouped = np.zeros(len(cluster), bool)
    grouped[nodes] = True
    found = []
    for table in known():
        own = table.filter(pa.array(numbers(table[ROW]) == numbers(table[SAME_AS])))
        remembered = own[CLUSTER_ID].is_valid()
        wanted = pc.or_(remembered, pa.array(grouped[numbers(own[ROW])]))
        some = own.filter(wanted)
        ids = pc.coalesce(some[CLUSTER_ID], some[MASKED_DIGEST])
        found.append(
            pa.table(
                {
                    ROW: pa.array(cluster[numbers(some[ROW])]),
                    "rank": _rank(some),
                    CLUSTER_ID: ids,
                }
            )
        )
    if not found:
        return pa.table({ROW: pa.array([], pa.int64()), CLUSTER_ID: pa.array([], DIGEST)})
    whole = pa.concat_tables(found).sort_by(
        [(ROW, "ascending"), ("rank", "ascending"), (CLUSTER_ID, "ascending")]
    )
    rows = numbers(whole[ROW])
    begins = np.r_[True, rows[1:] != rows[:-1]] if len(rows) else np.zeros(0, bool)
    return whole.filter(pa.array(begins)).select([ROW, CLUSTER_ID]).combine_chunks()


def _rank(rows: pa.Table) -> pa.Array:
    """Rank by what is remembered: published (the earliest first), kept out, never seen."""
    first, was = numbers(rows[FIRST_VERSION]), numbers(rows[WAS])
    kept_out = np.where(numbers(rows[SPLIT]) >= 0, 1 << 30, (1 << 30) + 1)
    return pa.array(np.where(was, np.where(first > 0, first, 1 << 29), kept_out).astype(np.int64))


def _chosen_splits(cluster: Numbers, before: Numbers, was: Numbers, hashed: Numbers) -> Numbers:
    """Give every row the split of its cluster.

    What was published binds; where nothing was, what was only kept out; else the hash.
    """
    chosen = np.full(len(cluster), -1, np.int8)
    for is_bound in (was, ~was):
        rows = np.flatnonzero((before >= 0) & is_bound & (chosen[cluster] < 0))
        np.maximum.at(chosen, cluster[rows], before[rows])
    return np.asarray(np.where(chosen < 0, hashed, chosen)[cluster])


def _keep_one(cluster: Numbers, nodes: Numbers, first: Numbers, state: Numbers) -> None:
    """Keep of each cluster the row that was published first, else the first in the pool."""
    there = nodes[state[nodes] == PUBLISHED]
    is_new = first[there] == 0
    order = np.lexsort((there, first[there], is_new, cluster[there]))
    sorted_ = cluster[there][order]
    later = np.r_[False, sorted_[1:] == sorted_[:-1]] if len(sorted_) else np.zeros(0, bool)
    state[there[order[later]]] = NEAR


def _clusters(
    known: Stream,
    ids: pa.Table,
    cluster: Numbers,
    state: Numbers,
    was: Numbers,
    remembered: Numbers,
) -> pa.Table:
    named = numbers(ids[ROW])
    found = [CLUSTERS_SCHEMA.empty_table()]
    for table in known():
        at = numbers(table[ROW])
        own = ids[CLUSTER_ID].take(_places(cluster[at], named))
        kept_out = np.isin(state[at], (NEAR, OTHER_SPLIT, TOO_FEW))
        other = pc.fill_null(pc.not_equal(own, table[MASKED_DIGEST]), False)
        wanted = np.where(state[at] == PUBLISHED, numbers(other), kept_out)
        columns = [
            table[ROW],
            pc.coalesce(own, table[MASKED_DIGEST]),
            table[MASKED_DIGEST],
            pa.array(remembered[at]),
            pa.array(was[at]),
        ]
        some = pa.table(columns, schema=CLUSTERS_SCHEMA)
        found.append(some.filter(pa.array(wanted.astype(bool))))
    return pa.concat_tables(found).sort_by(ROW).combine_chunks()


def _places(values: Numbers, among: Numbers) -> pa.Array:
    """Give the place of each value among sorted ones, null where it is not there."""
    if not len(among):
        return pa.nulls(len(values), pa.int64())
    places = np.minimum(np.searchsorted(among, values), len(among) - 1)
    return pa.array(places, mask=among[places] != values)


def _counts(state: Numbers) -> dict[str, int]:
    return {name: int((state == code).sum()) for code, name in STATES.items()}


def _credits(state: Numbers, cluster: Numbers, tasks: Sequence[Task]) -> dict[str, dict[str, int]]:
    is_published = np.zeros(len(cluster), bool)
    is_published[cluster[state == PUBLISHED]] = True
    credits_: dict[str, Counter[str]] = {}
    clusters: dict[str, list[Numbers]] = {}
    for task in tasks:
        rows = slice(task.first, task.first + task.rows)
        credits_.setdefault(task.member, Counter()).update(_counts(state[rows]))
        given = cluster[rows][state[rows] != GONE]
        clusters.setdefault(task.member, []).append(np.unique(given[is_published[given]]))
    return {
        member: {**counts, "clusters": len(np.unique(np.concatenate(clusters[member])))}
        for member, counts in sorted(credits_.items())
    }


def decisions(settled: Settled, tasks: Iterable[Task]) -> Iterator[tuple[str, pa.Table]]:
    """Give for each task the decisions on its published rows."""
    named = numbers(settled.clusters[ROW])
    for task in tasks:
        low, high = task.first, task.first + task.rows
        at = low + np.flatnonzero(settled.state[low:high] == PUBLISHED)
        columns = [
            pa.array(at),
            pa.array(settled.split[at]),
            pa.array(settled.first[at]),
            pa.array(settled.level[at]),
            settled.clusters[CLUSTER_ID].take(_places(at, named)),
        ]
        if len(at):
            yield task.name, pa.table(columns, schema=DECISION_SCHEMA)


def kept_out_memory(settled: Settled) -> pa.Table:
    """Give what is to be remembered of rows that are kept out: none of them is in a shard.

    Without it, a row whose nearly equal companion is withdrawn could come back in another split.
    """
    rows = settled.clusters
    rows = rows.filter(pa.array(settled.state[numbers(rows[ROW])] != PUBLISHED))
    values = [
        pa.nulls(rows.num_rows, DIGEST),
        rows[MASKED_DIGEST],
        rows[CLUSTER_ID],
        pa.array(SPLITS).take(rows[SPLIT]),
        rows[WAS].cast(pa.int8()).cast(pa.int32()),
    ]
    return pa.table(values, schema=MEMORY_SCHEMA).sort_by(MASKED_DIGEST).combine_chunks()
