import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from datacoop.pool import durable
from datacoop.pool.durable import (
    TEMPORARY_PREFIX,
    copy_file,
    make_folder,
    write_file,
    write_files,
)

KILLED = """
import os, sys
from pathlib import Path
real = os.fsync
def die_at_fsync(descriptor):
    real(descriptor)
    os.kill(os.getpid(), 9)
from datacoop.pool import durable
durable.make_folder(Path(sys.argv[1]).parent)
os.fsync = die_at_fsync
durable.write_file(Path(sys.argv[1]), b"new", exclusive=sys.argv[2] == "exclusive")
"""


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Records what is fsynced: `file` with the names that its folder then shows, or `folder`."""
    found: list[str] = []
    real = os.fsync

    def record(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        found.append(os.readlink(f"/proc/self/fd/{descriptor}") + "/" * is_folder)
        real(descriptor)

    monkeypatch.setattr(durable.os, "fsync", record)
    return found


@pytest.mark.parametrize("exclusive", [True, False])
def test_file_then_folder_are_on_disk_before_a_write_returns(
    tmp_path: Path, synced: list[str], exclusive: bool
) -> None:
    assert write_file(tmp_path / "entry", b"content", exclusive=exclusive)
    file, folder = synced
    assert Path(file).name.startswith(TEMPORARY_PREFIX), "the file is synced before it is named"
    assert folder == f"{tmp_path}/"


def test_files_written_together_are_each_on_disk_before_the_folder_is(
    tmp_path: Path, synced: list[str]
) -> None:
    contents = {f"blob-{number}": bytes([number]) * 9 for number in range(20)}
    write_files(tmp_path, contents)
    *files, folder = synced
    assert len(files) == 20
    assert all(Path(file).name.startswith(TEMPORARY_PREFIX) for file in files)
    assert folder == f"{tmp_path}/"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == contents
    write_files(tmp_path, {})
    assert {path.name for path in tmp_path.iterdir()} == set(contents)


def test_a_copy_syncs_file_then_folder(tmp_path: Path, synced: list[str]) -> None:
    (tmp_path / "source").write_bytes(b"content")
    copy_file(tmp_path / "source", tmp_path / "copy")
    assert [name.endswith("/") for name in synced] == [False, True]
    assert (tmp_path / "copy").read_bytes() == b"content"


def test_each_new_folder_is_synced_into_its_parent(tmp_path: Path, synced: list[str]) -> None:
    make_folder(tmp_path / "a" / "b")
    assert synced == [f"{tmp_path}/", f"{tmp_path}/a/"]


@pytest.mark.parametrize("mode", ["exclusive", "replace"])
@pytest.mark.parametrize("before", [b"", b"old"])
def test_a_write_killed_before_its_rename_changes_nothing(
    tmp_path: Path, mode: str, before: bytes
) -> None:
    path = tmp_path / "log" / "entry"
    if before:
        write_file(path, before, exclusive=False)
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), mode], check=False)
    assert done.returncode == -9
    assert (path.read_bytes() if path.exists() else b"") == before
    left = [p.name for p in path.parent.iterdir() if p != path]
    assert len(left) == 1
    assert left[0].startswith(TEMPORARY_PREFIX)


def test_an_exclusive_write_leaves_an_existing_file_and_no_rest(tmp_path: Path) -> None:
    assert write_file(tmp_path / "entry", b"first", exclusive=True)
    assert not write_file(tmp_path / "entry", b"second", exclusive=True)
    assert [p.name for p in tmp_path.iterdir()] == ["entry"]
    assert (tmp_path / "entry").read_bytes() == b"first"


def test_a_failed_write_leaves_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_file(tmp_path / "entry", b"content", exclusive=False)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_while_writing_leaves_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_file(tmp_path / "entry", b"content", exclusive=False)
    assert list(tmp_path.iterdir()) == []
