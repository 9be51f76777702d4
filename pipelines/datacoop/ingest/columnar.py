"""Read Parquet and Arrow through the sandbox; the parent of `sandbox.py`."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Any, BinaryIO, Self

import orjson

from datacoop.ingest import limits, sandbox
from datacoop.ingest.reasons import (
    FILE_TOO_LARGE,
    FILE_TRUNCATED,
    FILE_UNREADABLE,
    ROW_TOO_LARGE,
)
from datacoop.ingest.rows import BrokenFileError, RawRow

FAULTS = {
    sandbox.UNREADABLE: FILE_UNREADABLE,
    sandbox.TOO_LARGE: FILE_TOO_LARGE,
    sandbox.TRUNCATED: FILE_TRUNCATED,
}
FRAME_SLACK_BYTES = 64 * 1024**2
"""What a frame may have over the largest row: many short rows written as JSON."""


class _ChildLost(Exception):  # noqa: N818  # never leaves this module
    """The child died, fell silent or does not keep to the protocol; holds a fault."""


class Sandbox:
    """A child process that parses, started when first needed and again after it died."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def plan(self, reader: BinaryIO, size: int, form: str) -> list[tuple[int, int]]:
        """Give the rows and bytes of each row group or batch; none where it cannot be said."""
        try:
            for kind, payload in self._run(_job("plan", form, size), reader):
                if kind == sandbox.DONE:
                    found = orjson.loads(payload).get("plan", [])
                    return [(int(rows), int(count)) for rows, count in found]
        except (_ChildLost, ValueError, TypeError, AttributeError):
            self._stop()
        return []

    def rows(
        self,
        reader: BinaryIO,
        size: int,
        form: str,
        *,
        start: int,
        end: int,
        first_row: int,
        max_row_bytes: int,
        max_decoded_bytes: int,
    ) -> Iterator[RawRow]:
        """Read the rows of row groups or batches `[start, end)`; the first is `first_row`.

        Raises:
            BrokenFileError: It can be read no further; its position is the next row's number.
        """
        job = _job(
            "rows",
            form,
            size,
            start=start,
            end=end,
            max_row_bytes=max_row_bytes,
            max_decoded_bytes=max_decoded_bytes,
        )
        position, is_done = first_row, False
        try:
            for kind, payload in self._run(job, reader):
                if kind == sandbox.LARGE_ROW:
                    yield RawRow(position, payload[: limits.KEPT_BYTES], None, ROW_TOO_LARGE)
                    position += 1
                for line in payload.split(b"\n") if kind == sandbox.ROWS and payload else ():
                    yield RawRow(position, line, orjson.loads(line), None)
                    position += 1
                if kind == sandbox.DONE:
                    is_done = True
                    fault = orjson.loads(payload).get("fault")
                    if fault:
                        raise BrokenFileError(FAULTS[fault], position)
        except _ChildLost as lost:
            raise BrokenFileError(FAULTS[lost.args[0]], position) from None
        except orjson.JSONDecodeError:
            raise BrokenFileError(FILE_UNREADABLE, position) from None
        finally:
            # A child in the middle of a job would answer the next with the rest of this one.
            if not is_done:
                self._stop()

    def _run(self, job: dict[str, Any], reader: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
        self._start()
        message = orjson.dumps(job)
        self._write(sandbox.LENGTH.pack(len(message)) + message)
        largest = job["max_row_bytes"] + FRAME_SLACK_BYTES
        while True:
            header = self._read(1 + sandbox.LENGTH.size)
            kind, (length,) = header[:1], sandbox.LENGTH.unpack(header[1:])
            if length > largest:
                raise _ChildLost(sandbox.UNREADABLE)
            payload = self._read(length)
            if kind == sandbox.READ:
                self._serve(payload, reader, job["size"])
                continue
            yield kind, payload
            if kind == sandbox.DONE:
                return

    def _serve(self, request: bytes, reader: BinaryIO, size: int) -> None:
        if len(request) != sandbox.REQUEST.size:
            raise _ChildLost(sandbox.UNREADABLE)
        offset, count = sandbox.REQUEST.unpack(request)
        if count > sandbox.READ_BYTES or offset + count > size:
            raise _ChildLost(sandbox.UNREADABLE)
        reader.seek(offset)
        self._write(reader.read(count).ljust(count, b"\0"))

    def _start(self) -> None:
        if self._child is not None:
            return
        # It gets no variable of ours, since those may hold credentials.
        environment = {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "ARROW_DEFAULT_MEMORY_POOL": "system",
            "MALLOC_ARENA_MAX": "1",
            "OMP_NUM_THREADS": "1",
        }
        # By path: as a module it would import the whole package first.
        self._child = subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-P", sandbox.__file__, str(limits.CHILD_MEMORY_BYTES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=environment,
        )
        os.set_blocking(self._descriptor("stdin"), False)

    def _stop(self) -> int:
        child, self._child = self._child, None
        if child is None:
            return 0
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        return child.wait()

    def _descriptor(self, pipe: str) -> int:
        return int(getattr(self._child, pipe).fileno())

    def _wait(self, descriptor: int, event: int) -> None:
        poll = select.poll()
        poll.register(descriptor, event)
        if not poll.poll(limits.CHILD_SILENCE_SECONDS * 1000):
            raise _ChildLost(sandbox.TOO_LARGE)

    def _read(self, count: int) -> bytes:
        descriptor = self._descriptor("stdout")
        content = bytearray()
        while len(content) < count:
            self._wait(descriptor, select.POLLIN)
            piece = os.read(descriptor, min(count - len(content), 1 << 20))
            if not piece:
                raise self._death()
            content += piece
        return bytes(content)

    def _write(self, content: bytes) -> None:
        descriptor = self._descriptor("stdin")
        left = memoryview(content)
        while left:
            self._wait(descriptor, select.POLLOUT)
            try:
                left = left[os.write(descriptor, left) :]
            except BrokenPipeError:
                raise self._death() from None

    def _death(self) -> _ChildLost:
        """Say why the child died: out of time is too large, all else unreadable."""
        child = self._child
        code = child.wait(limits.CHILD_SILENCE_SECONDS) if child else 0
        return _ChildLost(sandbox.TOO_LARGE if code == -signal.SIGXCPU else sandbox.UNREADABLE)


def _job(
    task: str,
    form: str,
    size: int,
    *,
    start: int = 0,
    end: int = 0,
    max_row_bytes: int = 0,
    max_decoded_bytes: int = 0,
) -> dict[str, Any]:
    return sandbox.Job(
        task=task,
        format=form,
        size=size,
        start=start,
        end=end,
        max_decoded_bytes=max_decoded_bytes,
        max_row_bytes=max_row_bytes,
        kept_bytes=limits.KEPT_BYTES,
        cpu_seconds=limits.CHILD_CPU_SECONDS,
    )._asdict()
