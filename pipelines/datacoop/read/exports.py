"""Write a version in the forms that other tools open.

Values are written as they are. A text that begins with `=` is no danger in these forms: a program
reads them by type and takes no text for a formula, as a spreadsheet does with CSV.
"""

import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from datacoop.errors import OutsideError, SettingsError
from datacoop.pool.durable import TEMPORARY_PREFIX, make_folder, sync_folder
from datacoop.pool.snapshot import Shard
from datacoop.read.open import Version
from datacoop.records.digest import canonical_json

Progress = Callable[[int], None]
"""Told how many rows have just been written."""


def export(version: Version, form: str, folder: Path, progress: Progress) -> list[Path]:
    """Write a version into a new folder, whole or not at all; give the files written.

    Args:
        form: A key of `FORMS`.

    Raises:
        SettingsError: The form is not known, or the folder is not empty.
        OutsideError: The disk is full, or cannot be written.
    """
    if form not in FORMS:
        raise SettingsError(f"no export {form!r}", hint=f"Choose one of {', '.join(FORMS)}.")
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()):
        raise SettingsError(f"{folder} is not empty", hint="Give a new folder.")
    unfinished = folder.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}")
    try:
        make_folder(unfinished)
        files = FORMS[form](version, unfinished, progress)
        manifest = unfinished / "datacoop-manifest.json"
        manifest.write_bytes(version.manifest.to_bytes())
        unfinished.replace(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise OutsideError(
            "disk", "export", str(folder), hint="Make room, or choose another."
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return [folder / path.relative_to(unfinished) for path in [*files, manifest]]


def _parquet(version: Version, folder: Path, progress: Progress) -> list[Path]:
    files = []
    for shard, batches in _by_shard(version):
        path = folder / f"{shard.split}-{shard.sha256[:16]}.parquet"
        with pq.ParquetWriter(path, version.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
                progress(batch.num_rows)
        files.append(path)
    return files


def _json_lines(version: Version, folder: Path, progress: Progress) -> list[Path]:
    files = []
    for shard, batches in _by_shard(version):
        path = folder / f"{shard.split}-{shard.sha256[:16]}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for batch in batches:
                file.writelines(
                    json.dumps(row, ensure_ascii=False, default=_hex) + "\n"
                    for row in batch.to_pylist()
                )
                progress(batch.num_rows)
        files.append(path)
    return files


def _hex(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _hugging_face(version: Version, folder: Path, progress: Progress) -> list[Path]:
    """Write a folder that `datasets.load_from_disk` opens: a dataset a split.

    `datasets` maps uncompressed Arrow *stream* files into memory.
    """
    splits = sorted({shard.split for shard in version.manifest.shards})
    files = [folder / "dataset_dict.json"]
    files[0].write_bytes(canonical_json({"splits": splits}))
    for split in splits:
        files += _hugging_face_split(version, split, folder / split, progress)
    return files


def _hugging_face_split(
    version: Version, split: str, folder: Path, progress: Progress
) -> list[Path]:
    make_folder(folder.resolve())
    data = folder / "data-00000-of-00001.arrow"
    with pa.OSFile(str(data), "wb") as sink, pa.ipc.new_stream(sink, version.schema) as writer:
        for batch in version.batches(split):
            writer.write_batch(batch)
            progress(batch.num_rows)
    state: dict[str, Any] = {
        "_data_files": [{"filename": data.name}],
        "_fingerprint": version.digest[:16],
        "_format_columns": None,
        "_format_kwargs": {},
        "_format_type": None,
        "_output_all_columns": False,
        "_split": split,
    }
    info: dict[str, Any] = {
        "builder_name": "datacoop",
        "dataset_name": version.manifest.collection,
        "description": f"sha256:{version.digest}",
        "version": {"version_str": f"{version.manifest.version}.0.0"},
    }
    written = [data]
    for name, value in (("state.json", state), ("dataset_info.json", info)):
        (folder / name).write_bytes(canonical_json(value))
        written.append(folder / name)
    return written


def _by_shard(version: Version) -> Iterator[tuple[Shard, Iterator[pa.RecordBatch]]]:
    for shard in version.manifest.shards:
        yield shard, version.shard_batches(shard)


FORMS: dict[str, Callable[[Version, Path, Progress], list[Path]]] = {
    "parquet": _parquet,
    "jsonl": _json_lines,
    "huggingface": _hugging_face,
}
"""Exports by name."""
