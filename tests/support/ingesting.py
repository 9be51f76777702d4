"""Builders of manifests and files for the tests of ingest."""

import gzip
import io
import tarfile
import zipfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from datacoop.ingest.read import Ingested, read_range
from datacoop.ingest.splitting import plan_ranges
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.records.collection import Collection, Column
from datacoop.records.policies import (
    IngestPolicy,
    LabellingPolicy,
    ReleasePolicy,
    ScrubPolicy,
)
from datacoop.records.submission import Manifest, SourceFile
from datacoop.records.terms import Terms

CLEANING = ("strip_bom", "newlines", "zero_width", "markup", "unicode_nfc", "white_space")

COLUMNS = (
    Column(name="text", type="string", required=True, is_text=True),
    Column(name="count", type="integer", required=False, is_text=False),
    Column(name="share", type="number", required=False, is_text=False),
    Column(name="open", type="boolean", required=False, is_text=False),
    Column(name="day", type="date", required=False, is_text=False),
    Column(name="turns", type="turns", required=False, is_text=True),
)

KEY = "raw/file"


def make_collection(
    columns: tuple[Column, ...] = COLUMNS,
    cleaning: tuple[str, ...] = CLEANING,
    max_row_bytes: int = 100_000_000,
) -> Collection:
    return Collection(
        name="made-up",
        title="",
        description="",
        languages=("en", "de", "fr", "ko"),
        domains=(),
        columns=columns,
        ingest=IngestPolicy(cleaning=cleaning, max_row_bytes=max_row_bytes),
        scrub=ScrubPolicy(name="none", version=1, countries=(), names=False, entities={}),
        labelling=LabellingPolicy(
            question="q", kind="choices", values=("a",), share_percent=0, votes=1
        ),
        release=ReleasePolicy(
            purposes=(),
            validation_percent=0,
            test_percent=0,
            shard_bytes=1,
            publish_votes=False,
        ),
        files=(),
    )


def make_file(
    form: str = "jsonl",
    compression: str = "none",
    columns: tuple[tuple[str, str], ...] = (),
    ignored: tuple[str, ...] = (),
    entry_format: str | None = None,
) -> SourceFile:
    return SourceFile(
        path="file",
        sha256="",
        size_bytes=0,
        format=form,
        compression=compression,
        columns=columns,
        ignored_columns=ignored,
        entry_format=entry_format,
    )


def make_manifest(file: SourceFile, languages: tuple[str, ...] = ("en",)) -> Manifest:
    return Manifest(
        submission_id="sub-made-up",
        member="member-made-up",
        collection="made-up",
        title="",
        languages=languages,
        files=(file,),
        terms=Terms(
            spdx="CC-BY-4.0",
            rights_holder="",
            attribution="",
            permitted_purposes=(),
            prohibited_purposes=(),
            derivatives=True,
            text_and_data_mining=True,
            jurisdictions=(),
            expires=None,
        ),
        legal_basis="",
        people=(),
        collected_how="",
        collected_from="",
        collected_to="",
        labelling_wanted=False,
        supersedes=None,
        contact="",
    )


def make_store(content: bytes, name: str = "ingest") -> ObjectStore:
    store = open_store(f"memory://{name}")
    store.put(KEY, content)
    return store


def ingest(
    content: bytes,
    file: SourceFile,
    *,
    collection: Collection | None = None,
    languages: tuple[str, ...] = ("en",),
    range_bytes: int = 8 * 1024**2,
) -> list[Ingested]:
    """Plan and read a file, range after range."""
    store = make_store(content)
    return [
        piece
        for file_range in plan_ranges(file, 0, store, KEY, range_bytes)
        for piece in read_range(
            manifest=make_manifest(file, languages),
            collection=collection or make_collection(),
            file_range=file_range,
            store=store,
            key=KEY,
        )
    ]


def records(pieces: list[Ingested]) -> list[dict[str, Any]]:
    return [row for piece in pieces for row in piece.records.to_pylist()]


def held(pieces: list[Ingested]) -> list[tuple[int, str, bytes]]:
    """Position, reason and raw bytes of each quarantined row."""
    rows = [row for piece in pieces for row in piece.quarantined.to_pylist()]
    return [(row["source_position"], row["quarantine_reason"], row["row"]) for row in rows]


def texts(pieces: list[Ingested]) -> list[tuple[int, str]]:
    return [(row["source_position"], row["text"]) for row in records(pieces)]


def reasons(pieces: list[Ingested]) -> list[str]:
    return [reason for _, reason, _ in held(pieces)]


def compress(content: bytes, compression: str) -> bytes:
    if compression == "gzip":
        return gzip.compress(content, mtime=0)
    if compression == "zstd":
        return zstandard.ZstdCompressor().compress(content)
    return content


def parquet_bytes(table: pa.Table, row_group_size: int | None = None) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=row_group_size)
    return sink.getvalue()


def arrow_bytes(table: pa.Table, *, stream: bool, batch_rows: int | None = None) -> bytes:
    sink = io.BytesIO()
    new = pa.ipc.new_stream if stream else pa.ipc.new_file
    with new(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=batch_rows)
    return sink.getvalue()


def zip_bytes(entries: list[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return sink.getvalue()


def tar_bytes(entries: list[tuple[str, bytes]], **attributes: Any) -> bytes:
    """Pack entries; `attributes` are set on the headers of entries without content."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for key, value in attributes.items() if not content else ():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(content))
    return sink.getvalue()
