"""Durable writes on a local disk: a file is whole and on the platter, or it is not there.

obstore's local store never calls fsync, so an acknowledged write could be lost with the power.
"""

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

TEMPORARY_PREFIX = ".tmp-"
"""Files with this prefix are unfinished; no listing shows them, `datacoop pool gc` removes them."""
WRITERS = 8
"""Files that wait for the disk at a time."""


def write_file(path: Path, content: bytes | memoryview, *, exclusive: bool) -> bool:
    """Write `content` at `path`, whole or not at all, and wait until it is on disk.

    Args:
        exclusive: Leave an existing file alone.

    Returns:
        Whether the file was written; false only when `exclusive` met an existing file.
    """
    make_folder(path.parent)
    with _temporary(path) as temporary:
        _write_synced(temporary, content)
        return _settle(temporary, path, exclusive=exclusive)


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into one folder, each whole or not at all, and wait once until all are on disk.

    The disk is asked for all of them at a time and for the folder once: two waits, where file by
    file it would be two for each.
    """
    make_folder(folder)
    with ExitStack() as stack:
        files = {name: stack.enter_context(_temporary(folder / name)) for name in contents}
        wanted = list(zip(files.values(), contents.values(), strict=True))
        with ThreadPoolExecutor(WRITERS) as writers:
            waited = [writers.submit(_write_synced, *one) for one in wanted[1:]]
            # To start a thread costs more than a small file: this one writes too.
            for one in wanted[:1]:
                _write_synced(*one)
            for other in waited:
                other.result()
        for name, temporary in files.items():
            temporary.replace(folder / name)
    sync_folder(folder)


def _write_synced(path: Path, content: bytes | memoryview) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def copy_file(source: Path, path: Path) -> None:
    """Copy a file of any size to `path`, whole or not at all, and wait until it is on disk."""
    make_folder(path.parent)
    with _temporary(path) as temporary:
        with source.open("rb") as reader, temporary.open("xb") as writer:
            shutil.copyfileobj(reader, writer, 1 << 20)
            writer.flush()
            os.fsync(writer.fileno())
        _settle(temporary, path, exclusive=False)


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents; each new entry is on disk when this returns."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the entries of `folder` are on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}")
    try:
        yield temporary
    finally:
        # On a full disk above all, a write that failed must not leave its bytes behind.
        temporary.unlink(missing_ok=True)


def _settle(temporary: Path, path: Path, *, exclusive: bool) -> bool:
    try:
        if exclusive:
            # link(2) fails where the name exists, in one atomic step; rename(2) would replace.
            os.link(temporary, path)
        else:
            temporary.replace(path)
    except FileExistsError:
        return False
    sync_folder(path.parent)
    return True
