"""Selections over small stores, without a pool around them; and servers that hold such stores."""

import functools
import http.server
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from datacoop.pool.blobs import batches_to_bytes, put_blob
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.snapshot import Shard
from datacoop.read.cache import BlobCache
from datacoop.read.fetch import Fetcher
from datacoop.read.selection import Selection

LANGUAGES = ("en", "ko", "fr")


def make_selection(
    store: ObjectStore, folder: Path, sizes: Sequence[int], *, batch_rows: int = 1_000, **how: Any
) -> Selection:
    """Write a shard for each of `sizes`; rows are numbered through all in column `n`."""
    shards, start = [], 0
    for bucket, rows in enumerate(sizes):
        numbers = range(start, start + rows)
        table = pa.table(
            {
                "n": pa.array(numbers, pa.int64()),
                "text": [f"row {number} says {number * 7919 % 1009}" for number in numbers],
                "language": [LANGUAGES[number % 3] for number in numbers],
            }
        )
        content = batches_to_bytes(table.schema, table.to_batches(max_chunksize=batch_rows))
        shard = Shard(
            split="train",
            terms_id="t",
            first_version=1,
            bucket=bucket,
            sha256=put_blob(store, content),
            size_bytes=len(content),
            rows=rows,
            logical_digest="",
        )
        shards.append(shard)
        start += rows
    cache = BlobCache(folder=folder)
    fetcher = Fetcher(address=store.address, cache=cache)
    return Selection(digest="d", shards=tuple(shards), fetcher=fetcher, **how)


def numbers(batches: Any) -> list[int]:
    return [n for batch in batches for n in batch.column("n").to_pylist()]


class _RangeHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files as any static server does, ranges too."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        path = Path(self.translate_path(self.path))
        if wanted is None or not path.is_file():
            super().do_GET()
            return
        first, last = int(wanted[1]), int(wanted[2])
        content = path.read_bytes()
        part = content[first : last + 1]
        self.send_response(206)
        self.send_header("Content-Length", str(len(part)))
        self.send_header("Content-Range", f"bytes {first}-{first + len(part) - 1}/{len(content)}")
        self.end_headers()
        self.wfile.write(part)


@contextmanager
def http_server(folder: Path) -> Iterator[str]:
    """Serve a folder; give its address."""
    handler = functools.partial(_RangeHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
