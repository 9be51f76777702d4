"""Walk through zip and tar archives, entry by entry, writing nothing anywhere."""

import re
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from datacoop.ingest import limits
from datacoop.ingest.compression import file_blocks
from datacoop.ingest.reasons import (
    FILE_TOO_LARGE,
    FILE_TRUNCATED,
    FILE_UNREADABLE,
    PATH_UNSAFE,
)
from datacoop.ingest.rows import BrokenFileError

ENTRY_SPAN = 2**40
"""The position of a row is its entry's ordinal times this, plus its position inside."""

SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".feather": "arrow",
    ".txt": "text",
}
COMPRESSION_SUFFIXES = {".gz": "gzip", ".zst": "zstd"}
ARCHIVE_SUFFIXES = {".zip", ".tar", ".tgz", ".tzst", ".7z", ".rar"}
ARCHIVE_FORMATS = {"zip", "tar"}

TAR_HEADER_BYTES = 1024**2
TAR_LONG_TYPES = {
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
}
ZIP_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, struct.error)
TAR_FAULTS = (tarfile.TarError, ValueError, OverflowError, EOFError, struct.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry that is no folder. Its blocks must be read before the next entry is asked for."""

    ordinal: int
    reason: str | None = None
    """Why the entry is not read."""
    format: str = ""
    compression: str = "none"
    size: int = 0
    blocks: Iterator[bytes] = field(default=iter(()), repr=False)


@dataclass(slots=True)
class _Walk:
    """How far an archive was read: what is decoded counts over all entries."""

    limit: int
    decoded: int = 0
    is_broken: bool = False

    def add(self, count: int) -> None:
        self.decoded += count
        self.is_broken = self.is_broken or self.decoded > self.limit


def is_safe_path(path: str) -> bool:
    """Say whether a path stays inside its archive, also when read by Windows or after NFKC."""
    folded = unicodedata.normalize("NFKC", path)
    parts = re.split(r"[/\\]", folded)
    has_control = any(ord(character) < 0x20 for character in path)
    is_absolute = folded.startswith("/") or re.match(r"[A-Za-z]:", folded) is not None
    return not (has_control or is_absolute or ".." in parts or "\\" in folded)


def entry_kind(path: str, entry_format: str | None) -> tuple[str, str] | None:
    """Give the format and compression of an entry, or none where it cannot be read.

    The suffix says them; `entry_format` overrides the format. Archives in archives are not read.
    """
    stem = path.lower()
    compression = "none"
    for suffix, name in COMPRESSION_SUFFIXES.items():
        if stem.endswith(suffix):
            stem, compression = stem.removesuffix(suffix), name
    suffix = f".{stem.rpartition('.')[2]}"
    form = entry_format or SUFFIXES.get(suffix)
    if form is None or form in ARCHIVE_FORMATS or suffix in ARCHIVE_SUFFIXES:
        return None
    return form, compression


def zip_entries(reader: BinaryIO, size: int, entry_format: str | None) -> Iterator[Entry]:
    """Give the entries of a zip archive of `size` bytes, in the order of its directory.

    Raises:
        BrokenFileError: The archive cannot be read on; its position is that of the next entry.
    """
    if _zip_directory_bytes(reader, size) > limits.MAX_DIRECTORY_BYTES:
        raise BrokenFileError(FILE_TOO_LARGE, 0)
    try:
        archive = zipfile.ZipFile(reader)
    except ZIP_FAULTS:
        raise BrokenFileError(FILE_UNREADABLE, 0) from None
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > limits.MAX_ENTRIES:
        raise BrokenFileError(FILE_TOO_LARGE, 0)
    walk = _Walk(limit=limits.decoded_limit(size))
    for ordinal, info in enumerate(infos):
        yield _zip_entry(archive, info, ordinal, entry_format, walk)
        if walk.is_broken:
            return


def _zip_entry(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    ordinal: int,
    entry_format: str | None,
    walk: _Walk,
) -> Entry:
    mode = info.external_attr >> 16
    is_file = stat.S_IFMT(mode) in {0, stat.S_IFREG}
    # `filename` is already cut at a NUL; `orig_filename` is what the archive says.
    if not is_file or not is_safe_path(info.orig_filename):
        return Entry(ordinal=ordinal, reason=PATH_UNSAFE)
    kind = entry_kind(info.filename, entry_format)
    if kind is None or info.flag_bits & 1 or info.compress_type not in ZIP_METHODS:
        return Entry(ordinal=ordinal, reason=FILE_UNREADABLE)
    return Entry(
        ordinal=ordinal,
        format=kind[0],
        compression=kind[1],
        size=info.file_size,
        blocks=_zip_blocks(archive, info, walk),
    )


def _zip_blocks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, walk: _Walk) -> Iterator[bytes]:
    count, limit = 0, limits.decoded_limit(info.compress_size)
    try:
        with archive.open(info) as stream:
            while block := stream.read(limits.BLOCK_BYTES):
                count += len(block)
                walk.add(len(block))
                if count > limit or walk.is_broken:
                    raise BrokenFileError(FILE_TOO_LARGE, count)
                yield block
    except ZIP_FAULTS:
        raise BrokenFileError(FILE_TRUNCATED if count else FILE_UNREADABLE, count) from None


def _zip_directory_bytes(reader: BinaryIO, size: int) -> int:
    """Read from the end record how long the directory says it is: `zipfile` reads it whole."""
    tail_start = max(0, size - (1 << 16) - 22)
    reader.seek(tail_start)
    tail = reader.read()
    found = tail.rfind(b"PK\5\6")
    if found < 0 or len(tail) < found + 22:
        return 0
    (directory_bytes,) = struct.unpack_from("<L", tail, found + 12)
    if directory_bytes != 0xFFFFFFFF:
        return int(directory_bytes)
    # Zip64: its own end record stands before the locator, itself before the end record.
    record = tail.rfind(b"PK\6\6", 0, found)
    if record < 0 or len(tail) < record + 48:
        return int(directory_bytes)
    return int(struct.unpack_from("<Q", tail, record + 40)[0])


class _TarInfo(tarfile.TarInfo):
    """Headers that may neither end an archive quietly nor ask for much memory."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> "_TarInfo":
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]  # absent from typeshed
            raise
        except tarfile.HeaderError:
            # `tarfile` takes such a header for the end once it has read an entry.
            is_first = archive.offset == 0
            raise BrokenFileError(FILE_UNREADABLE if is_first else FILE_TRUNCATED, 0) from None

    def _proc_member(self, archive: tarfile.TarFile) -> "_TarInfo":
        if self.size < 0:
            raise BrokenFileError(FILE_UNREADABLE, 0)
        if self.type in TAR_LONG_TYPES and self.size > TAR_HEADER_BYTES:
            raise BrokenFileError(FILE_TOO_LARGE, 0)
        return super()._proc_member(archive)  # type: ignore[misc,no-any-return]  # as above


class _BlockFile:
    """Blocks as the file from which `tarfile` reads a stream."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and (block := next(self._blocks, b"")):
            self._rest += block
        content, self._rest = self._rest[:size], self._rest[size:]
        return content


def tar_entries(blocks: Iterator[bytes], entry_format: str | None) -> Iterator[Entry]:
    """Give the entries of a tar archive, in order. `blocks` are decompressed, within limits.

    Raises:
        BrokenFileError: The archive cannot be read on; its position is that of the next entry.
    """
    ordinal = 0
    walk = _Walk(limit=limits.MAX_DECODED_BYTES)
    try:
        archive = tarfile.open(  # noqa: SIM115  # it owns nothing that needs closing
            fileobj=_BlockFile(blocks),  # type: ignore[call-overload]  # a reader is enough here
            mode="r|",
            tarinfo=_TarInfo,
        )
        for count, info in enumerate(archive):
            if count >= limits.MAX_ENTRIES:
                raise BrokenFileError(FILE_TOO_LARGE, 0)
            if not info.isdir():
                yield _tar_entry(archive, info, ordinal, entry_format, walk)
                ordinal += 1
            if walk.is_broken:
                return
    except BrokenFileError as broken:
        raise BrokenFileError(broken.reason, ordinal * ENTRY_SPAN) from None
    except TAR_FAULTS:
        reason = FILE_TRUNCATED if ordinal else FILE_UNREADABLE
        raise BrokenFileError(reason, ordinal * ENTRY_SPAN) from None


def _tar_entry(
    archive: tarfile.TarFile,
    info: tarfile.TarInfo,
    ordinal: int,
    entry_format: str | None,
    walk: _Walk,
) -> Entry:
    if not info.isreg() or not is_safe_path(info.name):
        return Entry(ordinal=ordinal, reason=PATH_UNSAFE)
    kind = entry_kind(info.name, entry_format)
    if kind is None or info.issparse():
        return Entry(ordinal=ordinal, reason=FILE_UNREADABLE)
    return Entry(
        ordinal=ordinal,
        format=kind[0],
        compression=kind[1],
        size=info.size,
        blocks=_tar_blocks(archive, info, walk),
    )


def _tar_blocks(archive: tarfile.TarFile, info: tarfile.TarInfo, walk: _Walk) -> Iterator[bytes]:
    count = 0
    try:
        stream = archive.extractfile(info)
        for block in file_blocks(stream) if stream else ():  # type: ignore[arg-type]  # readable
            count += len(block)
            yield block
    except BrokenFileError as broken:
        walk.is_broken = True
        raise BrokenFileError(broken.reason, count) from None
    except TAR_FAULTS:
        walk.is_broken = True
        raise BrokenFileError(FILE_TRUNCATED, count) from None
