import errno
import itertools
import json
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest
from pooling import COLLECTION, PURPOSE, published_pool

from datacoop.errors import IntegrityError, OutsideError, SettingsError
from datacoop.pool.blobs import blob_key
from datacoop.pool.object_store import open_store
from datacoop.read.exports import FORMS, export
from datacoop.read.open import Version, open_pool

_names = itertools.count()


@pytest.fixture
def version(tmp_path: Path) -> Version:
    pool = published_pool(open_store(f"memory://exports-{next(_names)}"), rows=20)
    reader = open_pool(pool.store.address.url, cache=tmp_path / "trust")
    return reader.version(COLLECTION, 1, purpose=PURPOSE)


def by_id(rows: Any) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row["record_id"])


def quiet(_: int) -> None:
    """Show nothing."""


def test_parquet_has_the_same_rows(version: Version, tmp_path: Path) -> None:
    files = export(version, "parquet", tmp_path / "out", quiet)
    rows = [row for f in files if f.suffix == ".parquet" for row in pq.read_table(f).to_pylist()]
    assert by_id(rows) == by_id(version.rows())
    assert {f.name.split("-")[0] for f in files} >= {"train", "validation", "test"}


def test_json_lines_has_the_same_rows(version: Version, tmp_path: Path) -> None:
    files = export(version, "jsonl", tmp_path / "out", quiet)
    lines = [line for f in files if f.suffix == ".jsonl" for line in f.read_text().splitlines()]
    rows = [json.loads(line) for line in lines]
    expected = [
        {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
        for row in version.rows()
    ]
    assert by_id(rows) == by_id(expected)


def test_hugging_face_datasets_opens_the_same_rows(
    version: Version, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    export(version, "huggingface", tmp_path / "out", quiet)
    opened = datasets.load_from_disk(str(tmp_path / "out"))
    assert set(opened) == {"train", "validation", "test"}
    for split in opened:
        assert by_id(opened[split]) == by_id(version.rows(split))


@pytest.mark.parametrize("form", FORMS)
def test_every_export_tells_its_rows_and_keeps_the_manifest(
    version: Version, tmp_path: Path, form: str
) -> None:
    told: list[int] = []
    files = export(version, form, tmp_path / "out", told.append)
    assert sum(told) == len(version)
    assert all(file.is_file() for file in files)
    written = {path for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert written == set(files)
    manifest = (tmp_path / "out" / "datacoop-manifest.json").read_bytes()
    assert manifest == version.manifest.to_bytes()


@pytest.mark.parametrize("form", FORMS)
def test_an_export_made_again_has_the_same_bytes(
    version: Version, tmp_path: Path, form: str
) -> None:
    one = export(version, form, tmp_path / "one", quiet)
    other = export(version, form, tmp_path / "other", quiet)
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in other]


@pytest.mark.parametrize("form", FORMS)
def test_a_folder_that_is_not_empty_is_refused(version: Version, tmp_path: Path, form: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious").write_bytes(b"x")
    with pytest.raises(SettingsError, match="not empty"):
        export(version, form, tmp_path / "out", quiet)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["precious"]


def test_an_unknown_form_is_refused_before_a_folder_is_made(
    version: Version, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="no export 'xlsx'"):
        export(version, "xlsx", tmp_path / "out", quiet)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", FORMS)
def test_no_export_is_made_of_a_shard_that_was_changed(
    version: Version, tmp_path: Path, form: str
) -> None:
    key = blob_key(version.manifest.shards[-1].sha256)
    store = open_store(f"memory://exports-{next(_names) - 1}")
    store.put(key, store.get(key)[:-1] + b"!")
    with pytest.raises(IntegrityError):
        export(version, form, tmp_path / "out", quiet)
    assert [path.name for path in tmp_path.iterdir() if path.name != "trust"] == []


@pytest.mark.parametrize("form", FORMS)
def test_an_export_that_breaks_off_leaves_nothing(
    version: Version, tmp_path: Path, form: str
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    with pytest.raises(OutsideError, match="out"):
        export(version, form, tmp_path / "out", full)
    assert [path.name for path in tmp_path.iterdir() if path.name != "trust"] == []
    export(version, form, tmp_path / "out", quiet)


@pytest.mark.parametrize(
    ("form", "builder", "files"),
    [
        ("parquet", "parquet", "{split}-*.parquet"),
        ("jsonl", "json", "{split}-*.jsonl"),
        ("huggingface", "arrow", "{split}/*.arrow"),
    ],
)
def test_hugging_face_loads_every_export_by_its_files(
    version: Version,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    builder: str,
    files: str,
) -> None:
    export(version, form, tmp_path / "out", quiet)
    patterns = {
        split: str(tmp_path / "out" / files.format(split=split)) for split in version.splits
    }
    opened = datasets.load_dataset(builder, data_files=patterns, cache_dir=str(tmp_path / "hf"))
    assert {split: len(opened[split]) for split in opened} == {
        split: version.to_table(split).num_rows for split in version.splits
    }
    texts = {row["text"] for split in opened for row in opened[split]}
    assert texts == {row["text"] for row in version.rows()}
