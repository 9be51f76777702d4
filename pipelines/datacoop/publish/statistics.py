"""Count what is in shards: rows, characters, languages, lengths, labels. One shard at a time."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from datacoop.records.columns import (
    AGREEMENT,
    CLUSTER_ID,
    DECIDED_BY,
    FINDING_COUNTS,
    LABEL,
    LANGUAGE,
    MASKED_DIGEST,
    MEMBER,
    SPLIT,
    SUBMISSION_ID,
    TERMS_ID,
)

LENGTH_EDGES = (0, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
"""The least characters of a row in each class of length."""

AGREEMENT_EDGES = (0, 500, 600, 700, 800, 900, 1_000)
"""The least agreement of a labelled row in each class, in thousandths."""

CHARACTERS, UTF8_BYTES = "characters", "utf8_bytes"
_COUNTED = (SPLIT, LANGUAGE, MEMBER, SUBMISSION_ID, TERMS_ID, DECIDED_BY)
_WEIGHED = (LANGUAGE, MEMBER)
COLUMNS = (*_COUNTED, LABEL, AGREEMENT, FINDING_COUNTS, CLUSTER_ID, MASKED_DIGEST)
"""The system columns that are read; the columns of text are read beside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What is in some shards. Parts add up to the whole, in any order."""

    rows: int = 0
    characters: int = 0
    """Of all free text, after the scrub."""
    utf8_bytes: int = 0
    rows_by: dict[str, Counter[str]] = field(default_factory=dict)
    """By column, then by value."""
    characters_by: dict[str, Counter[str]] = field(default_factory=dict)
    lengths: Counter[int] = field(default_factory=Counter)
    """Rows by the least characters of their class, of `LENGTH_EDGES`."""
    labels: Counter[str] = field(default_factory=Counter)
    """Rows by label; for marked spans, spans by label."""
    labelled: int = 0
    agreement: Counter[int] = field(default_factory=Counter)
    """Labelled rows by the least agreement of their class, of `AGREEMENT_EDGES`."""
    findings: Counter[str] = field(default_factory=Counter)
    """Personal values that were replaced, by entity."""

    def __add__(self, other: "Statistics") -> "Statistics":
        return Statistics(
            rows=self.rows + other.rows,
            characters=self.characters + other.characters,
            utf8_bytes=self.utf8_bytes + other.utf8_bytes,
            rows_by=_added(self.rows_by, other.rows_by),
            characters_by=_added(self.characters_by, other.characters_by),
            lengths=self.lengths + other.lengths,
            labels=self.labels + other.labels,
            labelled=self.labelled + other.labelled,
            agreement=self.agreement + other.agreement,
            findings=self.findings + other.findings,
        )


def _added(one: dict[str, Counter[str]], other: dict[str, Counter[str]]) -> dict[str, Counter[str]]:
    names = sorted({*one, *other})
    return {name: one.get(name, Counter()) + other.get(name, Counter()) for name in names}


def table_statistics(table: pa.Table, text_columns: Sequence[str], *, spans: bool) -> Statistics:
    """Count what is in rows of a version.

    Columns read: `COLUMNS` and `text_columns`.

    Args:
        text_columns: Those that hold free text: strings, or turns; one may be missing.
        spans: Whether a label is a JSON list of marked spans.
    """
    if table.num_rows == 0:
        return Statistics()
    measured = [_measure(table[name]) for name in text_columns if name in table.column_names]
    characters = _total((characters for characters, _ in measured), table.num_rows)
    size = _total((size for _, size in measured), table.num_rows)
    labels = table[LABEL].drop_null()
    weighed = pa.table({name: table[name] for name in _WEIGHED} | {CHARACTERS: characters})
    agreed = table[AGREEMENT].drop_null()
    return Statistics(
        rows=table.num_rows,
        characters=pc.sum(characters).as_py(),
        utf8_bytes=pc.sum(size).as_py(),
        rows_by={name: _counts(table[name].drop_null()) for name in _COUNTED},
        characters_by={
            name: Counter(_sums(weighed.group_by(name).aggregate([(CHARACTERS, "sum")]), name))
            for name in _WEIGHED
        },
        lengths=_classes(characters, LENGTH_EDGES),
        labels=_span_counts(labels) if spans else _counts(labels),
        labelled=len(labels),
        agreement=_classes(
            pc.cast(pc.round(pc.multiply(agreed, 1_000.0)), pa.int64()), AGREEMENT_EDGES
        ),
        findings=_findings(table[FINDING_COUNTS]),
    )


def _measure(column: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """Give characters and UTF-8 bytes of each row of a column of text."""
    if not pa.types.is_list(column.type):
        found = (length(column).combine_chunks() for length in (pc.utf8_length, pc.binary_length))
        return tuple(_filled(lengths) for lengths in found)
    whole = pa.concat_arrays(column.chunks)
    texts = pc.struct_field(pc.list_flatten(whole), "text")
    parents = pc.list_parent_indices(whole)
    return tuple(
        _spread(parents, _filled(length(texts)), len(whole))
        for length in (pc.utf8_length, pc.binary_length)
    )


def _filled(lengths: pa.Array) -> pa.Array:
    return pc.fill_null(pc.cast(lengths, pa.int64()), 0)


def _spread(parents: pa.Array, lengths: pa.Array, rows: int) -> pa.Array:
    """Sum up the lengths of the turns of each row."""
    turns = pa.table({"row": parents, "length": lengths})
    summed = turns.group_by("row").aggregate([("length", "sum")])
    places = pc.index_in(pa.array(range(rows), parents.type), summed["row"].combine_chunks())
    return pc.fill_null(summed["length_sum"].combine_chunks().take(places), 0)


def _total(parts: Iterable[pa.Array], rows: int) -> pa.Array:
    total = pa.array([0] * rows, pa.int64())
    for part in parts:
        total = pc.add(total, part)
    return total


def _counts(values: pa.ChunkedArray) -> Counter[str]:
    return Counter({pair["values"]: pair["counts"] for pair in pc.value_counts(values).to_pylist()})


def _sums(table: pa.Table, name: str) -> dict[str, int]:
    sums = table[f"{CHARACTERS}_sum"].to_pylist()
    return dict(zip(table[name].to_pylist(), sums, strict=True))


def _classes(values: pa.Array, edges: Sequence[int]) -> Counter[int]:
    """Count values by the last edge that is not above them."""
    reached = [pc.sum(pc.greater_equal(values, edge)).as_py() or 0 for edge in edges]
    beyond = [*reached[1:], 0]
    counts = {e: r - b for e, r, b in zip(edges, reached, beyond, strict=True)}
    return Counter({edge: count for edge, count in counts.items() if count})


def _span_counts(labels: pa.ChunkedArray) -> Counter[str]:
    return Counter(span[2] for text in labels.to_pylist() for span in json.loads(text))


def _findings(column: pa.ChunkedArray) -> Counter[str]:
    found: Counter[str] = Counter()
    for chunk in column.chunks:
        for finding in pc.list_flatten(chunk).to_pylist():
            found[finding["entity"]] += finding["count"]
    return +found


def joined_clusters(table: pa.Table) -> set[bytes]:
    """Give the clusters of more than one row, of those that the rows tell.

    Most clusters are one row, whose masked digest names the cluster: of any other cluster, all
    rows but one tell.

    Columns read: `CLUSTER_ID`, `MASKED_DIGEST`.
    """
    joined = table.filter(pc.not_equal(table[CLUSTER_ID], table[MASKED_DIGEST]))
    return set(joined[CLUSTER_ID].to_pylist())


def shared_rows(clusters: AbstractSet[bytes], tables: Iterable[pa.Table]) -> Counter[str]:
    """Count, by member, the rows whose cluster also holds a row of another member.

    Columns read: `CLUSTER_ID`, `MEMBER`.

    Args:
        clusters: Those of more than one row, as `joined_clusters` gives them.
        tables: The rows of a version, table by table; none is read where there are no clusters.
    """
    if not clusters:
        return Counter()
    wanted = pa.array(sorted(clusters), pa.binary(32))
    rows: Counter[tuple[bytes, str]] = Counter()
    for table in tables:
        found = table.filter(pc.is_in(table[CLUSTER_ID], wanted))
        pairs = zip(found[CLUSTER_ID].to_pylist(), found[MEMBER].to_pylist(), strict=True)
        rows.update(pairs)
    members = Counter(cluster for cluster, _ in rows)
    shared: Counter[str] = Counter()
    for (cluster, member), count in rows.items():
        if members[cluster] > 1:
            shared[member] += count
    return shared
