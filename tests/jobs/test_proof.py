"""The search for identifiers, held against values hidden in every way."""

import base64
import gzip
import json
import sqlite3
from pathlib import Path

import pyarrow as pa
import pytest

from datacoop.jobs.proof import CONTROL, Needles, Place, Report, control, hidden_in, prove, views
from datacoop.pool.object_store import open_store

VALUE = "Wilhelmine Überacker-Żuk"
OTHER = "Anneliese Grünwald"


def search(folder: Path, *identifiers: str) -> Report:
    return prove(identifiers, [Place(name="place", store=open_store(str(folder)))])


def test_the_control_finds_a_value_hidden_in_each_way() -> None:
    found = control()
    assert set(found) == set(hidden_in(CONTROL))
    assert [name for name, ok in found.items() if not ok] == []
    assert len(found) >= 35


@pytest.mark.parametrize("way", sorted(hidden_in("x")))
def test_a_value_is_found_in_a_file_and_another_is_not(tmp_path: Path, way: str) -> None:
    (tmp_path / "file").write_bytes(hidden_in(VALUE)[way])
    report = search(tmp_path, VALUE, OTHER)
    assert [(one.key, one.identifier) for one in report.found] == [("file", 1)]
    assert not report.is_clean


def test_wrappings_are_taken_off_one_in_the_other(tmp_path: Path) -> None:
    inner = json.dumps({"text": VALUE.upper()}).encode()
    table = pa.table({"payload": [base64.b64encode(gzip.compress(inner)).decode()]})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(
        sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")
    ) as w:
        w.write_table(table)
    (tmp_path / "file").write_bytes(sink.getvalue().to_pybytes())
    (found,) = search(tmp_path, VALUE).found
    assert found.through == "arrow > base64 > gzip > json"


def test_what_no_row_of_an_arrow_file_shows_any_more_is_found(tmp_path: Path) -> None:
    whole = pa.array([VALUE, "kept"])
    hidden = pa.StringArray.from_buffers(1, whole.buffers()[1].slice(4), whole.buffers()[2])
    assert hidden.to_pylist() == ["kept"]
    batch = pa.record_batch({"text": hidden})
    needles = Needles((VALUE,))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)
    content = sink.getvalue().to_pybytes()
    is_there = VALUE.encode() in content
    assert is_there == any(needles.find(view) for _, view in views(content, lambda _: None))


def test_a_row_deleted_from_a_database_is_found_until_it_is_compacted(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "a.sqlite3")
    database.execute("PRAGMA secure_delete = OFF")
    database.execute("CREATE TABLE task (data TEXT)")
    database.execute("INSERT INTO task VALUES (?)", (VALUE,))
    database.commit()
    database.execute("DELETE FROM task")
    database.commit()
    assert search(tmp_path, VALUE).found
    database.execute("VACUUM")
    database.close()
    assert search(tmp_path, VALUE).is_clean


def test_the_report_holds_no_value_not_even_in_a_file_s_name(tmp_path: Path) -> None:
    (tmp_path / f"{VALUE}.txt").write_text("nothing", encoding="utf-8")
    report = search(tmp_path, VALUE)
    (found,) = report.found
    assert found.through == "its name"
    for text in (report.to_bytes().decode(), "\n".join(report.lines()), repr(report)):
        assert "Wilhelmine" not in text


def test_what_cannot_be_looked_into_is_named_and_its_bytes_are_searched(tmp_path: Path) -> None:
    (tmp_path / "broken.gz").write_bytes(b"\x1f\x8b" + VALUE.encode())
    report = search(tmp_path, VALUE, OTHER)
    assert report.unread == ("place: broken.gz",)
    assert [one.identifier for one in report.found] == [1]


def test_an_identifier_that_is_too_short_is_told_and_never_proven(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"Al")
    report = search(tmp_path, "Al", OTHER)
    assert (report.too_short, report.found, report.is_clean) == ((1,), (), False)
