"""A process that fetches blobs for one that was forked, such as a worker of a PyTorch DataLoader.

obstore's threads do not survive a fork: in the child every call hangs if the parent had made one.
A fresh process fetches into the cache; the forked one reads, and verifies, from there.
"""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, cast

import pyarrow as pa

from datacoop.errors import DatacoopError, IntegrityError, OutsideError
from datacoop.pool.object_store import ObjectStore, StoreAddress
from datacoop.read.cache import BlobCache
from datacoop.read.download import download


class Helper:
    """The forked process's side: asks by a line, waits for a line."""

    def __init__(self, address: StoreAddress, cache: BlobCache) -> None:
        self._cache = cache
        self._turn = threading.Lock()
        self._process = subprocess.Popen(  # noqa: S603 - this very file, by this interpreter
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._asks = cast(IO[str], self._process.stdin)
        self._answers = cast(IO[str], self._process.stdout)
        # Through the pipe, not the command line, which others can read: options may hold secrets.
        options = [list(option) for option in address.options]
        self._write({"url": address.url, "options": options})
        self._write({"folder": str(cache.folder.resolve()), "limit_bytes": cache.limit_bytes})

    def get(self, digest: str) -> pa.Buffer:
        """Let the blob be fetched, then map and check it.

        Raises:
            IntegrityError: The store holds other bytes.
            OutsideError: The fetch failed, or the cache cannot keep the blob.
        """
        with self._turn:
            self._write(digest)
            answer = json.loads(self._read())
        if answer["actual"]:
            raise IntegrityError(f"blob {digest}", digest, answer["actual"])
        buffer = None if answer["fault"] else self._cache.find(digest)
        if buffer is None:
            detail = answer["fault"] or f"the cache {self._cache.folder} does not keep blobs"
            raise OutsideError(
                "object store", "get", detail, hint="Look at the store and the disk."
            )
        return buffer

    def _write(self, value: object) -> None:
        try:
            self._asks.write(json.dumps(value) + "\n")
            self._asks.flush()
        except BrokenPipeError:
            raise OutsideError("fetching process", "ask", hint="Read its error output.") from None

    def _read(self) -> str:
        line = self._answers.readline()
        if not line:
            raise OutsideError("fetching process", "answer", hint="Read its error output.")
        return line


def main() -> None:
    """Fetch what standard input names until it ends."""
    address = json.loads(sys.stdin.readline())
    options = tuple((name, value) for name, value in address["options"])
    store = ObjectStore(StoreAddress(url=address["url"], options=options))
    kept = json.loads(sys.stdin.readline())
    cache = BlobCache(folder=Path(kept["folder"]), limit_bytes=kept["limit_bytes"])
    for line in sys.stdin:
        answer = {"fault": "", "actual": ""}
        try:
            download(store, cache, json.loads(line))
        except IntegrityError as error:
            answer["actual"] = error.actual
        except DatacoopError as error:
            answer["fault"] = str(error)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
