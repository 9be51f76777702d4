import json
from collections import Counter
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from datacoop.publish.statistics import (
    AGREEMENT_EDGES,
    LENGTH_EDGES,
    Statistics,
    joined_clusters,
    shared_rows,
    table_statistics,
)
from datacoop.records.collection import TURN
from datacoop.records.columns import release_schema

SCHEMA = release_schema(
    pa.schema([pa.field("text", pa.string()), pa.field("turns", pa.list_(TURN))])
)
TEXTS = ("text", "turns")

words = st.sampled_from(["a", "b", "\N{HANGUL SYLLABLE HAN}"])
rows = st.lists(
    st.fixed_dictionaries(
        {
            "text": st.none() | st.text(max_size=400),
            "turns": st.none() | st.lists(st.none() | st.text(max_size=9), max_size=3),
            "member": words,
            "language": words,
            "split": words,
            "label": st.none() | words,
            "agreement": st.integers(0, 1_000),
            "findings": st.dictionaries(words, st.integers(0, 3), max_size=2),
        }
    ),
    max_size=12,
)


def table(found: list[dict[str, Any]]) -> pa.Table:
    """Make rows of a version of made-up ones; a cluster is a row."""
    made = [
        {
            "text": row["text"],
            "turns": row["turns"] and [{"speaker": "s", "text": text} for text in row["turns"]],
            "record_id": bytes([place]) * 32,
            "member": row["member"],
            "submission_id": row["member"],
            "source_file": 0,
            "source_position": place,
            "language": row["language"],
            "terms_id": "t",
            "scrub_policy": "p@1",
            "finding_counts": [{"entity": e, "count": n} for e, n in row["findings"].items()],
            "masked_digest": bytes([place]) * 32,
            "cluster_id": row.get("cluster", bytes([place]) * 32),
            "split": row["split"],
            "label": row["label"],
            "agreement": row["agreement"] / 1_000 if row["label"] else None,
            "decided_by": "majority" if row["label"] else None,
        }
        for place, row in enumerate(found)
    ]
    return pa.Table.from_pylist(made, SCHEMA)


def count(found: list[dict[str, Any]]) -> Statistics:
    return table_statistics(table(found), TEXTS, spans=False)


@settings(deadline=None, max_examples=50)
@given(rows)
def test_counts_are_those_of_a_plain_loop(found: list[dict[str, Any]]) -> None:
    told = count(found)
    texts = [[row["text"] or "", *(t or "" for t in row["turns"] or ())] for row in found]
    lengths = [sum(map(len, one)) for one in texts]
    assert told.rows == len(found)
    assert told.characters == sum(lengths)
    assert told.utf8_bytes == sum(len(text.encode()) for one in texts for text in one)
    assert told.lengths == Counter(max(e for e in LENGTH_EDGES if e <= n) for n in lengths)
    assert told.labels == Counter(row["label"] for row in found if row["label"])
    agreed = [row["agreement"] for row in found if row["label"]]
    assert told.agreement == Counter(max(e for e in AGREEMENT_EDGES if e <= n) for n in agreed)
    if found:
        assert told.rows_by["language"] == Counter(row["language"] for row in found)
        by_member: Counter[str] = Counter()
        for row, length in zip(found, lengths, strict=True):
            by_member[row["member"]] += length
        assert told.characters_by["member"] == by_member
    entities: Counter[str] = Counter()
    for row in found:
        entities.update(row["findings"])
    assert told.findings == +entities


@settings(deadline=None, max_examples=50)
@given(rows, st.integers(0, 12))
def test_parts_add_up_to_the_whole(found: list[dict[str, Any]], cut: int) -> None:
    parts = count(found[:cut]) + count(found[cut:])
    assert parts == count(found) + Statistics()
    assert parts == count(found[cut:]) + count(found[:cut])


def test_spans_are_counted_by_their_label() -> None:
    marked = json.dumps([[0, 3, "place"], [5, 9, "time"], [10, 12, "place"]])
    row = {"text": "x", "turns": None, "member": "m", "language": "en", "split": "train"}
    found = table([row | {"label": marked, "agreement": 1_000, "findings": {}}])
    told = table_statistics(found, TEXTS, spans=True)
    assert told.labels == {"place": 2, "time": 1}
    assert told.labelled == 1


def test_rows_that_two_members_gave_are_shared() -> None:
    row = {"text": "x", "turns": None, "language": "en", "split": "train", "label": None}
    row |= {"agreement": 0, "findings": {}}
    first, alone = bytes([0]) * 32, bytes([3]) * 32
    found = table(
        [
            row | {"member": "one", "cluster": first},
            row | {"member": "two", "cluster": first},
            row | {"member": "two", "cluster": first},
            row | {"member": "two", "cluster": alone},
            # Of one member alone, though two rows.
            row | {"member": "two", "cluster": alone},
        ]
    )
    halves = [found.slice(0, 2), found.slice(2)]
    clusters = joined_clusters(halves[0]) | joined_clusters(halves[1])
    assert clusters == {first, alone}
    assert shared_rows(clusters, halves) == {"one": 1, "two": 2}
