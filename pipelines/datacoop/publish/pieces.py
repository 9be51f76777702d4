"""Pieces: rows on their way between the steps of a build, in the work store and not in a shuffle.

A step writes one object with its rows parted by the step that reads them; what an engine shuffles
are references. So an engine that keeps its shuffles in memory holds no rows, and a step holds
those of its part alone.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby

import pyarrow as pa

from datacoop.pool.object_store import ObjectStore

Ref = tuple[str, int, int]
"""Where rows lie: the key of an object, the offset and the length in bytes."""


def write_pieces(
    store: ObjectStore, key: str, parts: Iterable[tuple[str, pa.Table]]
) -> list[tuple[str, Ref]]:
    """Write tables, each for a part, as one object; give the reference of each with its part.

    The same tables give the same bytes at the same key, so a step that is run twice is harmless.
    """
    held = list(parts)
    if not held:
        return []
    # Measured first: a buffer that grows is copied, into fresh memory, each time it does.
    size = pa.MockOutputStream()
    _write(size, held)
    content = pa.allocate_buffer(size.size())
    places = _write(pa.FixedSizeBufferWriter(content), held)
    store.put(key, memoryview(content).cast("B"))
    return [(part, (key, *place)) for (part, _), place in zip(held, places, strict=True)]


def _write(sink: pa.NativeFile, parts: Iterable[tuple[str, pa.Table]]) -> list[tuple[int, int]]:
    """Write tables one after the other; give the offset and length of each."""
    places = []
    for _, table in parts:
        start = sink.tell()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        places.append((start, sink.tell() - start))
    return places


def read_pieces(store: ObjectStore, refs: Iterable[Ref]) -> Iterable[pa.Table]:
    """Give the tables that references name, sorted by reference: not as they arrived."""
    for key, found in groupby(sorted(refs), key=lambda ref: ref[0]):
        path = store.local_path(key)
        with pa.memory_map(str(path)) if path else pa.PythonFile(store.reader(key)) as reader:
            for _, offset, size in found:
                reader.seek(offset)
                yield pa.ipc.open_stream(reader.read_buffer(size)).read_all()


def read_table(store: ObjectStore, refs: Iterable[Ref], schema: pa.Schema) -> pa.Table:
    """Give the rows of all references as one table of `schema`; other columns are left out."""
    found = (table.select(schema.names).cast(schema) for table in read_pieces(store, refs))
    return pa.concat_tables([schema.empty_table(), *found]).combine_chunks()


def step_of(ref: Ref) -> str:
    """Give the name of the step that wrote a reference's rows."""
    return ref[0].split("/")[-2]


def by_step(refs: Iterable[Ref]) -> Mapping[str, list[Ref]]:
    """Sort references by the step that wrote them."""
    found: dict[str, list[Ref]] = {}
    for ref in sorted(refs):
        found.setdefault(step_of(ref), []).append(ref)
    return found
