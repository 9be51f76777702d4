"""A Label Studio on a disk of its own that a test can fill: a small tmpfs."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from datacoop.demo.label_studio_server import LabelStudioServer

NAMESPACE = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
SIZE = "48m"


class StudioOnSmallDisk(LabelStudioServer):
    """Sees in the place of its folder a small disk, which begins with a copy of `kept`."""

    def __init__(self, executable: Path, folder: Path, port: int, kept: Path) -> None:
        allowed = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False)
        if allowed.returncode:
            pytest.skip("this machine lets nobody mount a small disk in a namespace of their own")
        super().__init__(executable, folder, port)
        self._kept = kept

    def _command(self) -> list[str]:
        folder, kept = shlex.quote(str(self._folder)), shlex.quote(str(self._kept))
        prepare = (
            f"mount -t tmpfs -o size={SIZE},mode=700 tmpfs {folder} && cp -a {kept}/. {folder}"
        )
        return [*NAMESPACE, "sh", "-c", f'{prepare} && exec "$@"', "sh", *super()._command()]

    @property
    def _filler(self) -> Path:
        assert self._process is not None
        # Seen as the server sees it, whose disk nobody else has mounted.
        return Path(f"/proc/{self._process.pid}/root{self._folder}/filler")

    def fill(self) -> None:
        """Leave no room on the disk."""
        block = b"0" * 65536
        with self._filler.open("wb", buffering=0) as file:
            for part in (block, block[:512]):
                try:
                    while file.write(part):
                        pass
                except OSError:
                    continue

    def empty(self) -> None:
        """Give the room back."""
        self._filler.unlink()
