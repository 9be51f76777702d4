"""Stand between a job and its files and stores, count its calls, and disturb one of them."""

import errno
import json
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import obstore
import obstore.exceptions as store_errors
from obstore.store import MemoryStore

from datacoop.pool import durable

WAYS = ("fails", "fails late", "killed")
"""An error instead of the call; the call, then an error; SIGKILL instead of the call. A write is
half done where it fails or is killed."""

FOLDERS = ("blobs", "checkpoints", "log", "trust", "work")


@dataclass(kw_only=True)
class Faults:
    """Counts the I/O calls on files below a folder, and disturbs one of them."""

    root: str
    way: str = ""
    at: int = 0
    """The call that is disturbed, from 1; none where it is 0."""
    met: Path | None = None
    """A file that tells afterwards which call it was, and what the job was busy with."""
    names: list[str] = field(default_factory=list)
    phase: str = "start"
    """What the job is busy with: the folder that it touched last."""
    lock: Any = field(default_factory=threading.Lock)

    def step(
        self, name: str, call: Callable[[], Any], half: Callable[[], Any] | None = None
    ) -> Any:
        """Do one call, or what is to befall it."""
        with self.lock:
            self.names.append(name)
            is_now = len(self.names) == self.at
        if not is_now:
            return call()
        self._tell(name)
        if self.way == "fails late":
            call()
        elif half is not None:
            half()
        if self.way == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if name.startswith("store "):
            raise store_errors.GenericError("input/output error")
        raise OSError(errno.ENOSPC if name == "write" else errno.EIO, f"{name} failed")

    def _tell(self, name: str) -> None:
        if self.met is not None:
            descriptor = os.open(self.met, os.O_WRONLY | os.O_CREAT)
            os.write(descriptor, json.dumps([name, self.phase]).encode())
            os.close(descriptor)

    def enter(self, place: str) -> None:
        """Note which folder of a pool, or of what else, a call touches."""
        parts = place.removeprefix(self.root).strip("/").split("/")
        folders = [part for part in parts if part in FOLDERS]
        if folders:
            self.phase = folders[-1]

    def install(self) -> None:
        """Stand between the product and the world; for the rest of this process."""
        self._wrap_files()
        self._wrap_paths()
        self._wrap_store()

    def _wrap_files(self) -> None:
        real = os
        durable.os = SimpleNamespace(  # type: ignore[assignment]
            O_RDONLY=real.O_RDONLY,
            open=lambda *a: self.step("open folder", lambda: real.open(*a)),
            close=real.close,
            fsync=lambda d: self.step("fsync", lambda: real.fsync(d)),
            link=lambda *a: self.step("link", lambda: real.link(*a)),
        )

    def _wrap_paths(self) -> None:
        def wrap(name: str) -> None:
            real = getattr(Path, name)

            def wrapped(path: Path, *arguments: Any, **options: Any) -> Any:
                if not str(path).startswith(self.root) or arguments[:1] == ("rb",):
                    return real(path, *arguments, **options)
                self.enter(str(path))
                done = self.step(name, lambda: real(path, *arguments, **options))
                return _CountedFile(done, self) if name == "open" else done

            setattr(Path, name, wrapped)

        for name in ("open", "replace", "mkdir", "unlink"):
            wrap(name)

    def _wrap_store(self) -> None:
        def wrap(name: str) -> None:
            real = getattr(obstore, name)

            def wrapped(store: Any, *arguments: Any, **options: Any) -> Any:
                def call() -> Any:
                    return real(store, *arguments, **options)

                is_memory = isinstance(store, MemoryStore)
                if not is_memory and arguments and isinstance(arguments[0], str):
                    self.enter(arguments[0])
                return call() if is_memory else self.step(f"store {name}", call)

            setattr(obstore, name, wrapped)

        for name in ("get", "head", "list", "delete", "put"):
            wrap(name)


class _CountedFile:
    """A file whose writes are counted; half of one is written where it is disturbed."""

    def __init__(self, file: Any, faults: Faults) -> None:
        self._file = file
        self._faults = faults

    def write(self, content: bytes) -> int:
        def half() -> None:
            self._file.write(content[: len(content) // 2])
            self._file.flush()

        done: int = self._faults.step("write", lambda: self._file.write(content), half)
        return done

    def __enter__(self) -> "_CountedFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
