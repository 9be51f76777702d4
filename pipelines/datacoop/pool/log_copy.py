"""A copy of a remote log on local disk: shared by processes, never trusted, gone without loss.

A log of years is many small objects, and to fetch each takes a remote store longer than to verify
it. So whole segments of entries are kept as they were fetched. Who reads them verifies every
signature again, as if they came from the store; a segment that does not verify is removed.
"""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from datacoop.pool.blobs import batches_to_bytes, bytes_to_batches
from datacoop.pool.durable import write_file

SEGMENT_ENTRIES = 500
"""Entries in a file; those after the last whole segment are fetched each time."""

_SCHEMA = pa.schema([pa.field("content", pa.binary(), nullable=False)])


class LogCopy:
    """Segments of one store's log, each an Arrow file of `SEGMENT_ENTRIES` entries in order."""

    def __init__(self, folder: Path, url: str) -> None:
        """Keep the copy of the log of the store at `url` below `folder`."""
        self._folder = folder / hashlib.sha256(url.encode()).hexdigest()[:32]

    def entries(self) -> Iterator[bytes]:
        """Give the entries that are kept, from number 0 on, without a gap."""
        number = 0
        while True:
            try:
                (batch,) = bytes_to_batches(self._segment(number).read_bytes())
            except (OSError, ValueError, pa.ArrowException):
                return
            yield from batch.column(0).to_pylist()
            number += 1

    def keep(self, start: int, contents: Sequence[bytes]) -> None:
        """Keep entries from number `start` on, so far as they fill segments that are not here."""
        for first in range(-start % SEGMENT_ENTRIES, len(contents), SEGMENT_ENTRIES):
            some = contents[first : first + SEGMENT_ENTRIES]
            path = self._segment((start + first) // SEGMENT_ENTRIES)
            if len(some) == SEGMENT_ENTRIES and not path.exists():
                batch = pa.record_batch([pa.array(some, pa.binary())], schema=_SCHEMA)
                write_file(path, batches_to_bytes(_SCHEMA, [batch]), exclusive=False)

    def remove(self) -> None:
        """Remove all segments."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _segment(self, number: int) -> Path:
        return self._folder / f"{number:07d}.arrow"
