"""Memory of a build: kept by the process from one step to the next.

Tables of tens of megabytes come and go. Allocators give each back to the system when it is freed,
and the system clears every page of the next one. On Linux with glibc, Arrow and Python are told to
keep what they freed; elsewhere nothing changes.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

# Of mallopt(3), as <malloc.h> numbers them, and their values where nothing is set.
_TRIM_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -4, -8
_TRIM_BYTES, _MMAPS = 128 << 10, 65_536
_NEVER = (1 << 31) - 1


@contextmanager
def kept_memory() -> Iterator[None]:
    """Keep freed memory while this is open, and give it back then."""
    pool = pa.default_memory_pool()
    keep_memory()
    try:
        yield
    finally:
        pa.set_memory_pool(pool)
        if library := _glibc():
            library.mallopt(_TRIM_THRESHOLD, _TRIM_BYTES)
            library.mallopt(_MMAP_MAX, _MMAPS)
            library.malloc_trim(0)


def keep_memory() -> None:
    """Keep freed memory for as long as the process lives: a worker's, which ends with its job."""
    if library := _glibc():
        library.mallopt(_TRIM_THRESHOLD, _NEVER)
        library.mallopt(_MMAP_MAX, 0)
        # What one thread freed another may use: an engine runs steps in several.
        library.mallopt(_ARENA_MAX, 1)
        # Told to keep memory, Arrow's own default still spends half as much again on pages.
        pa.set_memory_pool(pa.system_memory_pool())


def _glibc() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") else None
