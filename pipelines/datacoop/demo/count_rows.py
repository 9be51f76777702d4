"""Count the rows of raw files without any of the code that ingests them.

Only the standard library and pyarrow: an account that another program has checked is worth more.
"""

import csv
import gzip
import io
import tarfile
import zipfile
import zlib

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

csv.field_size_limit(1 << 30)


_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    pa.ArrowInvalid,
    csv.Error,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    zstandard.ZstdError,
)


def count_rows(name: str, content: bytes) -> int:
    """Count the rows of a file by its name; a file that cannot be read or breaks off is one."""
    if not content:
        return 1
    try:
        return _count(name, content)
    except _UNREADABLE:
        return 1


def _count(name: str, content: bytes) -> int:
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [i for i in archive.infolist() if not i.is_dir()]
            return sum(count_rows(entry.filename, archive.read(entry)) for entry in entries)
    if name.endswith((".tar.gz", ".tar")):
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            files = [(entry.name, tar.extractfile(entry)) for entry in tar if entry.isfile()]
            return sum(count_rows(inner, file.read()) for inner, file in files if file)
    if name.endswith(".gz"):
        unzipper = zlib.decompressobj(wbits=31)
        plain = unzipper.decompress(content)
        plain = gzip.decompress(content) if unzipper.eof else plain
        return _count_decoded(name.removesuffix(".gz"), plain, is_whole=unzipper.eof)
    if name.endswith(".zst"):
        decoder = zstandard.ZstdDecompressor().decompressobj()
        plain = decoder.decompress(content)
        return _count_decoded(name.removesuffix(".zst"), plain, is_whole=decoder.eof)
    return _count_plain(name, content)


def _count_decoded(name: str, plain: bytes, *, is_whole: bool) -> int:
    """Count whole rows, and one more where the stream ended before its end mark."""
    if is_whole:
        return count_rows(name, plain)
    return _count_plain(name, plain.rpartition(b"\n")[0]) + 1


def _count_plain(name: str, content: bytes) -> int:
    if name.endswith(".jsonl"):
        return sum(1 for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip())
    if name.endswith((".csv", ".tsv")):
        text = io.StringIO(content.decode("utf-8", "surrogateescape"), newline="")
        rows = csv.reader(text, delimiter="\t" if name.endswith(".tsv") else ",")
        return sum(1 for row in rows if row) - 1
    if name.endswith(".parquet"):
        return int(pq.ParquetFile(io.BytesIO(content)).metadata.num_rows)
    if name.endswith((".arrow", ".arrows")):
        is_file = content.startswith(b"ARROW1")
        opened = pa.ipc.open_file(content) if is_file else pa.ipc.open_stream(content)
        return int(opened.read_all().num_rows)
    return 1
