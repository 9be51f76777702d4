import pickle
from pathlib import Path
from typing import Any

import datasets
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pooling import COLLECTION, PURPOSE, published_pool

from datacoop.errors import IntegrityError, OutsideError, RefusedError, SettingsError
from datacoop.pool.blobs import blob_key
from datacoop.pool.object_store import open_store
from datacoop.pool.trust import FOLDER
from datacoop.read.open import Version, open_pool


@pytest.fixture
def version(tmp_path: Path) -> Version:
    published_pool(open_store(str(tmp_path / "pool")), rows=40)
    reader = open_pool(str(tmp_path / "pool"), cache=tmp_path / "cache")
    return reader.version(COLLECTION, 1, purpose=PURPOSE)


def test_columns_and_filters_are_those_of_a_plain_table(version: Version) -> None:
    table = version.to_table()
    where = (pc.field("member") == "meadow") & (pc.field("source_position") < 9)
    chosen = version.select(columns=["source_position", "text"], where=where).to_table()
    assert chosen == table.filter(where).select(["source_position", "text"])
    assert 0 < chosen.num_rows < 10
    assert version.select("test", columns=["text"]).to_table() == version.to_table("test").select(
        ["text"]
    )


def test_a_column_or_split_that_is_not_there_is_named(version: Version) -> None:
    with pytest.raises(SettingsError, match="nonsense") as caught:
        version.select(columns=["text", "nonsense"]).to_table()
    assert "text" in caught.value.hint
    with pytest.raises(RefusedError, match="no split 'dev'"):
        version.select("dev")
    assert version.splits == ("test", "train", "validation")


def test_columns_that_are_not_wanted_are_not_decoded(version: Version) -> None:
    before = pa.total_allocated_bytes()
    narrow = version.select(columns=["source_file"]).to_table()
    narrow_bytes = pa.total_allocated_bytes() - before
    wide = version.to_table()
    assert narrow_bytes < (pa.total_allocated_bytes() - before - narrow_bytes) / 5
    assert narrow.num_rows == wide.num_rows


def test_a_selection_travels_to_another_process_by_pickle(version: Version) -> None:
    chosen = version.select("train", columns=["text"], where=pc.field("source_position") > 3)
    copy = pickle.loads(pickle.dumps(chosen))  # noqa: S301 - our own bytes
    assert copy.to_table() == chosen.to_table()


@pytest.mark.parametrize(
    "read",
    [
        lambda chosen: pl.DataFrame(chosen).to_dicts(),
        lambda chosen: duckdb.from_arrow(pa.RecordBatchReader.from_stream(chosen)).fetchall(),
        lambda chosen: pd.DataFrame.from_arrow(chosen).to_dict("records"),
        lambda chosen: pa.table(chosen).to_pylist(),
        lambda chosen: datasets.Dataset(pa.table(chosen)).to_list(),
    ],
    ids=["polars", "duckdb", "pandas", "pyarrow", "datasets"],
)
def test_other_tools_open_a_selection(version: Version, read: Any) -> None:
    chosen = version.select("train", columns=["text", "member", "source_position"])
    rows = list(chosen.rows())
    assert read(chosen) in (rows, [tuple(row.values()) for row in rows])


def test_polars_and_duckdb_open_a_whole_version(version: Version) -> None:
    assert pl.DataFrame(version).height == len(version)
    assert duckdb.sql("select count(distinct record_id) from version").fetchall() == [(80,)]


def test_a_pinned_version_needs_no_trust_metadata(version: Version, tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "pool"))
    for key in list(store.list(FOLDER)):
        store.delete(key)
    pinned = open_pool(str(tmp_path / "pool"), trust=version.digest, cache=tmp_path / "other")
    assert pinned.versions(COLLECTION) == [1]
    assert pinned.versions("dialogues") == []
    assert pinned.version(COLLECTION, 1, purpose=PURPOSE).to_table() == version.to_table()
    with pytest.raises(IntegrityError, match="that of documents/1"):
        pinned.version(COLLECTION, 2, purpose=PURPOSE)
    with pytest.raises(RefusedError, match="advertising"):
        pinned.version(COLLECTION, 1, purpose="advertising")


def test_a_pinned_version_is_checked_too(version: Version, tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "pool"))
    key = blob_key(version.digest)
    store.put(key, store.get(key).replace(b'"as_of"', b'"bs_of"'))
    pinned = open_pool(str(tmp_path / "pool"), trust=version.digest, cache=tmp_path / "other")
    with pytest.raises(IntegrityError, match=version.digest):
        pinned.version(COLLECTION, 1, purpose=PURPOSE)
    with pytest.raises(OutsideError, match="missing"):
        open_pool(str(tmp_path / "pool"), trust="0" * 64, cache=tmp_path / "other").versions("x")
