"""Search every byte of stores for identifiers, and prove that such a search would have found them.

A file is looked into as it is, and through all that can be taken off it: compression, archives,
Arrow and Parquet (every buffer), SQLite (rows, beside the raw pages), base64, hex, percent and JSON
escapes, UTF-16. What comes out is folded (compatibility forms, small letters) and searched. Where
base64 or hex does not stand in a run of its own, the encoded forms of each identifier are searched.

Privacy: takes identifiers; a report holds their numbers, never a value.
"""

import base64
import gzip
import html
import io
import json
import re
import sqlite3
import tarfile
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from datacoop.pool.object_store import ObjectStore
from datacoop.records.digest import canonical_json, sha256_hex

DEPTH = 5
"""Wrappings that are taken off, one in the other."""
LEAST_BYTES = 4
"""UTF-8 bytes of the shortest identifier that is searched for: shorter ones stand everywhere."""
LEAST_ENCODED = 8
"""Characters of the shortest encoded form that is searched for as such."""
MOST_BYTES = 1 << 30
"""Decoded bytes of one wrapping; what is larger is named in the report as not looked into."""

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{11,}(?:\r?\n[A-Za-z0-9+/_-]+)*={0,2}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){6,}")
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_ESCAPE = re.compile(r"\\+u([0-9a-fA-F]{4})")
_WIDE = re.compile(rb"(?:[\x01-\xff]\x00){4}|(?:\x00[\x01-\xff]){4}")

CASES: dict[str, Callable[[str], str]] = {
    "as given": str,
    "small letters": str.lower,
    "capitals": str.upper,
    "mixed case": str.swapcase,
}
Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
FORMS: tuple[Form, ...] = ("NFC", "NFD", "NFKC", "NFKD")
CODINGS = ("utf-8", "utf-16-le", "utf-16-be")


PARTS = (
    *("next version", "labels", "tasks", "duplicate indexes", "caches", "checkpoints", "blobs"),
    *("quarantine", "work store", "gateway store"),
)
"""What an erasure must reach: a report says of each where it was searched."""


class Searched(Protocol):
    """Something to search."""

    @property
    def name(self) -> str:
        """What a report calls it."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Those of `PARTS` that lie in it."""

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Give all that is in it, each with a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A store to search."""

    name: str
    store: ObjectStore = field(repr=False)
    parts: tuple[str, ...] = ()

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Give every file, unfinished ones too."""
        for key in [*self.store.list(), *self.store.unfinished()]:
            content = self.store.find(key)
            # Where there is none, it is gone since it was listed.
            if content is not None:
                yield key, content


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service to search, by what it tells: what it keeps and does not tell is not searched."""

    name: str
    tell: Callable[[], Iterator[tuple[str, bytes]]] = field(repr=False)
    parts: tuple[str, ...] = ()

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Give all that it tells."""
        return self.tell()


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """An identifier that was found."""

    place: str
    key: str
    identifier: int
    """Its number, from 1, in the order given."""
    through: str
    """What was taken off to find it, such as `base64 > gzip`; empty where it stands as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCount:
    """What was searched of a store."""

    name: str
    files: int
    bytes: int
    decoded_bytes: int
    """All that was taken out of wrappings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a search found. It holds no value."""

    identifiers: int
    too_short: tuple[int, ...]
    """Numbers of the identifiers that were not searched for, because they are too short."""
    places: tuple[PlaceCount, ...]
    parts: dict[str, tuple[str, ...]]
    """For each of `PARTS` the places that were searched for it; none where it was not."""
    through: dict[str, int]
    """How often each wrapping was taken off."""
    unread: tuple[str, ...]
    """Files of which a wrapping could not be taken off; their bytes were searched."""
    control: dict[str, bool]
    """For each way to hide a value whether the search found a made-up one hidden so."""
    found: tuple[Find, ...]

    @property
    def is_clean(self) -> bool:
        """Whether the search could find everything, and found nothing."""
        return not self.found and not self.too_short and all(self.control.values())

    def to_bytes(self) -> bytes:
        """Write the report as canonical JSON."""
        return canonical_json({**asdict(self), "is_clean": self.is_clean})

    def lines(self) -> list[str]:
        """Give the report for people."""
        worked = sum(self.control.values())
        lines = [
            f"identifiers: {self.identifiers}",
            f"stores: {len(self.places)}, files: {sum(p.files for p in self.places)}, "
            f"bytes: {sum(p.bytes for p in self.places)}, "
            f"taken out of wrappings: {sum(p.decoded_bytes for p in self.places)}",
            f"control: {worked} of {len(self.control)} ways to hide a value were seen through",
        ]
        lines += [f"  {p.name}: {p.files} files, {p.bytes} bytes" for p in self.places]
        lines += [f"{part}: searched in {', '.join(of)}" for part, of in self.parts.items() if of]
        lines += [f"{part}: NOT SEARCHED" for part, of in self.parts.items() if not of]
        lines += [f"  not seen through: {name}" for name, ok in self.control.items() if not ok]
        lines += [f"not looked into further: {name}" for name in self.unread]
        lines += [f"too short to be searched for: identifier {n}" for n in self.too_short]
        lines += [
            f"FOUND identifier {f.identifier} in {f.place}: {f.key}"
            + (f" (through {f.through})" if f.through else "")
            for f in self.found
        ]
        return [*lines, "found: nothing" if not self.found else f"found: {len(self.found)}"]


def prove(
    identifiers: Sequence[str],
    places: Iterable[Searched],
    progress: Callable[[int, int], None] = lambda _, __: None,
) -> Report:
    """Search all that is in some places for identifiers, and run the control."""
    needles = Needles(tuple(identifiers))
    places = list(places)
    found: list[Find] = []
    counts: list[PlaceCount] = []
    through: Counter[str] = Counter()
    unread: set[str] = set()
    for done, place in enumerate(places, start=1):
        files = size = decoded = 0
        for key, content in place.files():
            files, size = files + 1, size + len(content)
            hits: dict[int, str] = {}
            unreadable: set[str] = set()
            for at, view in views(content, unreadable.add):
                decoded += len(view) if at else 0
                through[at[-1] if at else "as it is"] += 1
                for number in needles.find(view):
                    hits.setdefault(number, " > ".join(at))
            if unreadable:
                unread.add(f"{place.name}: {_told(key, needles)}")
            # A name can tell as much as a file.
            for number in needles.find(key.encode()):
                hits.setdefault(number, "its name")
            found += [
                Find(place=place.name, key=_told(key, needles), identifier=n, through=how)
                for n, how in sorted(hits.items())
            ]
        counts.append(PlaceCount(name=place.name, files=files, bytes=size, decoded_bytes=decoded))
        progress(done, len(places))
    return Report(
        identifiers=len(identifiers),
        too_short=needles.too_short,
        places=tuple(counts),
        parts={part: tuple(p.name for p in places if part in p.parts) for part in PARTS},
        through=dict(sorted(through.items())),
        unread=tuple(sorted(unread)),
        control=control(),
        found=tuple(found),
    )


def _told(key: str, needles: "Needles") -> str:
    """Give a key as the report may say it: without a value in it."""
    return f"a key of digest {sha256_hex(key.encode())[:12]}" if needles.find(key.encode()) else key


@dataclass(frozen=True)
class Needles:
    """Identifiers, in every form in which they are searched for."""

    identifiers: tuple[str, ...] = field(repr=False)

    @property
    def too_short(self) -> tuple[int, ...]:
        """Numbers of those that are not searched for."""
        return tuple(
            number
            for number, one in enumerate(self.identifiers, start=1)
            if len(folded(one).encode()) < LEAST_BYTES
        )

    @cached_property
    def _folded(self) -> dict[int, bytes]:
        return {
            number: folded(one).encode("utf-8", "surrogatepass")
            for number, one in enumerate(self.identifiers, start=1)
            if number not in self.too_short
        }

    @cached_property
    def _encoded(self) -> dict[int, tuple[bytes, ...]]:
        return {
            number: tuple(sorted(_encoded_forms(self.identifiers[number - 1])))
            for number in self._folded
        }

    def find(self, content: bytes) -> list[int]:
        """Give the numbers of the identifiers that stand in bytes."""
        text = folded(content.decode("utf-8", "replace")).encode("utf-8", "replace")
        return [
            number
            for number, needle in self._folded.items()
            if needle in text or any(one in content for one in self._encoded[number])
        ]


def folded(text: str) -> str:
    """Give a text in the one form in which it is searched: NFKC, casefolded, single spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        return " ".join(text.split())
    return " ".join(text.casefold().split())


def _encoded_forms(value: str) -> set[bytes]:
    """Give a value in forms that folding a text does not reach."""
    plain = {
        form.encode(coding, "surrogatepass")
        for case in CASES.values()
        for name in FORMS
        for form in (unicodedata.normalize(name, case(value)),)
        for coding in CODINGS
    }
    legacy = {"euc-kr", "gb18030", "latin-1", "cp1252"}
    for coding in legacy:
        with suppress(UnicodeEncodeError):
            plain.add(value.encode(coding))
    encoded = {one for one in plain if not one.isascii() or b"\0" in one}
    for one in plain:
        encoded |= {one.hex().encode(), one.hex().upper().encode()}
        for shift in range(3):
            # A value may begin at any of three places in a group; edges depend on neighbours.
            whole = base64.b64encode(bytes(shift) + one)
            first = -(-shift * 4 // 3)
            core = whole[first : (shift + len(one)) * 8 // 6]
            encoded |= {core, core.translate(bytes.maketrans(b"+/", b"-_"))}
    return {one for one in encoded if len(one) >= LEAST_ENCODED}


Through = tuple[str, ...]


def views(content: bytes, unread: Callable[[str], object]) -> Iterator[tuple[Through, bytes]]:
    """Give bytes as they are, and all that can be taken out of them.

    Args:
        unread: Called with the name of a wrapping that could not be taken off.
    """
    waiting: list[tuple[Through, bytes]] = [((), content)]
    seen: set[bytes] = set()
    while waiting:
        at, view = waiting.pop()
        digest = bytes.fromhex(sha256_hex(view))
        if digest in seen:
            continue
        seen.add(digest)
        yield at, view
        if len(at) < DEPTH:
            for name, unwrap in WRAPPINGS.items():
                try:
                    waiting += [((*at, name), one) for one in unwrap(view) if one]
                except (_TooLargeError, *_FAULTS):
                    unread(name)


class _TooLargeError(Exception):
    """What a wrapping holds is too large to be taken off."""


_FAULTS = (
    ValueError,
    OSError,
    EOFError,
    KeyError,
    MemoryError,
    RecursionError,
    pa.ArrowException,
    sqlite3.Error,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


def _bounded(stream: Any) -> bytes:  # noqa: ANN401 - any reader
    content: bytes = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise _TooLargeError
    return content


def _gzip(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"\x1f\x8b"):
        yield _bounded(gzip.GzipFile(fileobj=io.BytesIO(content)))


def _zstd(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"\x28\xb5\x2f\xfd"):
        yield _bounded(pa.CompressedInputStream(pa.BufferReader(content), "zstd"))


def _zip(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                yield entry.filename.encode("utf-8", "surrogateescape")
                with archive.open(entry) as stream:
                    yield _bounded(stream)


def _tar(content: bytes) -> Iterator[bytes]:
    if content[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for entry in archive:
                stream = archive.extractfile(entry) if entry.isfile() else None
                if stream is not None:
                    yield _bounded(stream)


def _arrow(content: bytes) -> Iterator[bytes]:
    """Give every buffer of an Arrow file or stream: what no row shows any more is there too."""
    if content.startswith(b"ARROW1\0\0"):
        file = pa.ipc.open_file(pa.BufferReader(content))
        batches: Iterable[pa.RecordBatch] = map(file.get_batch, range(file.num_record_batches))
    elif content.startswith(b"\xff\xff\xff\xff"):
        batches = pa.ipc.open_stream(pa.BufferReader(content))
    else:
        return
    for batch in batches:
        for column in batch.columns:
            yield from _buffers(column)


def _parquet(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"PAR1"):
        for batch in pq.ParquetFile(pa.BufferReader(content)).iter_batches():
            for column in batch.columns:
                yield from _buffers(column)


def _buffers(array: pa.Array) -> Iterator[bytes]:
    if isinstance(array, pa.DictionaryArray):
        yield from _buffers(array.dictionary)
        return
    if isinstance(array, pa.StructArray):
        for at in range(array.type.num_fields):
            yield from _buffers(array.field(at))
        return
    if isinstance(array, pa.ListArray | pa.LargeListArray | pa.FixedSizeListArray):
        yield from _buffers(array.values)
        return
    if pa.types.is_string(array.type) or pa.types.is_binary(array.type) or _is_large(array.type):
        # The whole buffer: neighbours stand side by side, which hides nothing.
        data = array.buffers()[-1]
        yield data.to_pybytes() if data is not None else b""


def _is_large(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_large_string(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _sqlite(content: bytes) -> Iterator[bytes]:
    """Give the rows of a database: in its file a long text is scattered over pages."""
    if not content.startswith(b"SQLite format 3\0"):
        return
    # A copy in memory cannot use a write-ahead log; the log's file is searched by itself.
    plain = content[:18] + b"\1\1" + content[20:]
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(plain)
        database.text_factory = bytes
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            name = table.decode().replace('"', '""')
            for row in database.execute(f'SELECT * FROM "{name}"'):  # noqa: S608 - a quoted name
                yield b"\n".join(
                    one if isinstance(one, bytes) else str(one).encode() for one in row
                )


def _base64(content: bytes) -> Iterator[bytes]:
    if b"\0" in content[:1024]:
        return
    for match in _BASE64.finditer(content):
        run = b"".join(match.group().split()).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        whole = run[: len(run) - (len(run) % 4 == 1)]
        yield base64.b64decode(whole + b"=" * (-len(whole) % 4))


def _hex(content: bytes) -> Iterator[bytes]:
    if b"\0" in content[:1024]:
        return
    for match in _HEX.finditer(content):
        yield bytes.fromhex(match.group().decode())


def _percent(content: bytes) -> Iterator[bytes]:
    if _PERCENT.search(content) and b"\0" not in content[:1024]:
        yield _PERCENT.sub(lambda m: bytes.fromhex(m.group()[1:].decode()), content)


def _escapes(content: bytes) -> Iterator[bytes]:
    """Take off the escapes of JSON, with surrogates joined."""
    if b"\\u" in content or b'\\"' in content or b"\\/" in content:
        text = _ESCAPE.sub(lambda m: chr(int(m[1], 16)), content.decode("utf-8", "replace"))
        text = text.replace('\\"', '"').replace("\\/", "/").replace("\\n", "\n")
        yield text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _entities(content: bytes) -> Iterator[bytes]:
    if b"&#" in content or b"&amp;" in content:
        yield html.unescape(content.decode("utf-8", "replace")).encode()


def _wide(content: bytes) -> Iterator[bytes]:
    """Read as UTF-16 from either byte on."""
    if _WIDE.search(content) or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        for coding in ("utf-16-le", "utf-16-be"):
            for start in (0, 1):
                yield content[start:].decode(coding, "replace").encode("utf-8", "replace")


WRAPPINGS: Mapping[str, Callable[[bytes], Iterable[bytes]]] = {
    "gzip": _gzip,
    "zstd": _zstd,
    "zip": _zip,
    "tar": _tar,
    "arrow": _arrow,
    "parquet": _parquet,
    "sqlite": _sqlite,
    "base64": _base64,
    "hex": _hex,
    "percent": _percent,
    "json": _escapes,
    "html": _entities,
    "utf-16": _wide,
}
"""What is taken off, by name."""

CONTROL = "Ævar Ødegård-Ñíguez, 제갈 미르, ævar.odegard@ñiguez.example 7Q"
"""A made-up value in several scripts: hidden in every way, the search must find it."""


def control() -> dict[str, bool]:
    """Hide a made-up value in every way, and say for each whether the search finds it."""
    needles = Needles((CONTROL,))
    return {
        name: any(needles.find(view) for _, view in views(hidden, lambda _: None))
        for name, hidden in hidden_in(CONTROL).items()
    }


def hidden_in(value: str) -> dict[str, bytes]:
    """Give files that hold a value, each in another way."""
    plain = value.encode()
    around = b"In front of it, " + plain + b" and behind."
    table = pa.table({"n": [1, 2], "nested": [[{"text": "x"}], [{"text": f"in {value} it"}]]})
    files = {
        "plain": around,
        **{f"case, {name}": case(value).encode() for name, case in CASES.items()},
        **{name: unicodedata.normalize(name, value).encode() for name in FORMS},
        **{coding: b"\1\2\3" + value.encode(coding) for coding in CODINGS[1:]},
        **{f"base64, shifted by {n}": base64.b64encode(b"." * n + around) for n in range(3)},
        "base64, url": base64.urlsafe_b64encode(b"?>?" + around),
        "base64, in lines": base64.encodebytes(around * 3),
        "base64, within binary": b"\0\1" + base64.b64encode(b".." + plain) + b"\0",
        "hex": around.hex().encode(),
        "hex, capitals, within binary": b"\0\1" + plain.hex().upper().encode() + b"\0",
        "percent": quote(value, safe="").encode(),
        "percent, every byte": "".join(f"%{byte:02x}" for byte in plain).encode(),
        "json": json.dumps({"a": [value]}).encode(),
        "json, twice": json.dumps({"a": json.dumps([value])}).encode(),
        "html": "".join(f"&#{ord(one)};" for one in value).encode(),
        "full width": _full_width(value).encode(),
        "gzip": gzip.compress(around, mtime=0),
        "zstd": bytes(pa.Codec("zstd").compress(around, asbytes=True)),
        "gzip in base64": base64.b64encode(gzip.compress(around, mtime=0)),
        "sqlite": _sqlite_file(value),
        "sqlite, a long text": _sqlite_file("x" * 9000 + value + "y" * 9000),
    }
    for name, codec in (("plain", None), ("zstd", "zstd"), ("lz4", "lz4")):
        files[f"arrow file, {name}"] = _arrow_file(table, codec)
    stream = pa.BufferOutputStream()
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    files["arrow stream"] = stream.getvalue().to_pybytes()
    for codec in ("zstd", "snappy", "gzip"):
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression=codec)
        files[f"parquet, {codec}"] = sink.getvalue().to_pybytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", around)
    files["zip"] = packed.getvalue()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive_tar:
        entry = tarfile.TarInfo("a.txt")
        entry.size = len(around)
        archive_tar.addfile(entry, io.BytesIO(around))
    files["tar in gzip"] = packed.getvalue()
    return files


def _full_width(value: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in value)


def _arrow_file(table: pa.Table, codec: str | None) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=codec)
    with pa.ipc.new_file(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _sqlite_file(value: str) -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE t (a TEXT)")
        database.execute("INSERT INTO t VALUES (?)", (value,))
        database.commit()
        return database.serialize()
