"""The cache of blobs on local disk: shared by processes, bounded, never trusted.

A file is named by its digest, written beside and renamed. It is not synced: 64 MB take a disk
longer to sync than a processor to digest (`docs/reading.md`), and a digest finds more: what a
power cut, a bad disk or another program did to it. So every process digests a file before its
first use, and one that does not verify is removed and fetched again.
"""

import fcntl
import hashlib
import mmap
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from datacoop.errors import IntegrityError
from datacoop.pool.durable import TEMPORARY_PREFIX

CACHE_BYTES = 20 << 30
MARK_SECONDS = 3_600
"""A file is marked as used at most so often: a mark changes what tells that it is the same."""
STALE_SECONDS = 24 * 3_600
"""A temporary file this old was left by a killed process."""

_verified: dict[tuple[int, int], tuple[str, int, int, int]] = {}
"""What this process has digested: by device and inode, digest and what tells a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobCache:
    """A folder of blobs. Reading marks a file as used; the least recently used goes first."""

    folder: Path
    limit_bytes: int = CACHE_BYTES

    def find(self, digest: str) -> pa.Buffer | None:
        """Give the blob, every byte checked, or none where it is not here or was spoilt."""
        path = self.folder / digest
        try:
            buffer = map_verified(path, digest)
            _mark_used(path)
        except OSError:
            return None
        except IntegrityError:
            path.unlink(missing_ok=True)
            return None
        return buffer

    def add(self, digest: str, content: pa.Buffer) -> None:
        """Keep a blob, then remove others until the cache is within its bound.

        Raises:
            OSError: There is no room, or the folder cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
        try:
            temporary.write_bytes(content)
            temporary.replace(self.folder / digest)
        finally:
            temporary.unlink(missing_ok=True)
        self._shrink(keep=digest)

    @contextmanager
    def fetching(self, digest: str) -> Iterator[None]:
        """Let one process at a time fetch a blob; the others wait, then find it."""
        locks = self.folder / "locks"
        locks.mkdir(parents=True, exist_ok=True)
        # One of 256 files that are never removed: a lock on a removed file would guard nothing.
        with (locks / digest[:2]).open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _shrink(self, *, keep: str) -> None:
        with (self.folder / "locks" / "eviction").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            files = []
            for entry in os.scandir(self.folder):
                with suppress(FileNotFoundError):
                    status = entry.stat()
                    if entry.is_file():
                        files.append((status.st_atime, entry.name, status.st_size))
            total = sum(size for _, _, size in files)
            for used, name, size in sorted(files):
                unfinished = name.startswith(TEMPORARY_PREFIX)
                if unfinished and used > time.time() - STALE_SECONDS:
                    continue
                if (unfinished or total > self.limit_bytes) and name != keep:
                    total -= size if _remove_unused(self.folder / name) else 0


def map_verified(path: Path, digest: str) -> pa.Buffer:
    """Map a file into memory and check every byte, once a process as long as it stays the same.

    While the buffer lives, a shared lock on the file says that it is in use.

    Raises:
        IntegrityError: The file has another digest.
        OSError: There is no such file, or it cannot be read.
    """
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        status = os.fstat(file.fileno())
        if status.st_size == 0:
            content: mmap.mmap | bytes = b""
        else:
            # The mapping duplicates the descriptor, and so holds the lock when `file` is closed.
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    place = (status.st_dev, status.st_ino)
    seen = (digest, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    if _verified.get(place) != seen:
        actual = hashlib.sha256(content).hexdigest()  # lets other threads run meanwhile
        if actual != digest:
            raise IntegrityError(f"blob {digest}", digest, actual)
        _verified[place] = seen
    return pa.py_buffer(content)


def _mark_used(path: Path) -> None:
    status = path.stat()
    if status.st_atime < time.time() - MARK_SECONDS:
        os.utime(path, ns=(time.time_ns(), status.st_mtime_ns))


def _remove_unused(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
    except OSError:
        return False
    return True
