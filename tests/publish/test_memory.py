import platform
import resource

import pyarrow as pa
import pytest

from datacoop.publish.memory import kept_memory

SIZE, TIMES = 64 << 20, 8


def faults() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def fill() -> None:
    """Have a large piece of memory, write to all of it, and free it."""
    bytes(bytearray(SIZE))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_freed_memory_is_used_again() -> None:
    with kept_memory():
        assert pa.default_memory_pool().backend_name == "system"
        fill()
        before = faults()
        for _ in range(TIMES):
            fill()
        assert faults() - before < SIZE / resource.getpagesize()


def test_the_memory_pool_is_as_it_was_afterwards() -> None:
    before = pa.default_memory_pool().backend_name
    with pytest.raises(ZeroDivisionError), kept_memory():
        _ = 1 / 0
    assert pa.default_memory_pool().backend_name == before
