"""The demo's path on the cluster: the commands of `README.md`, one after the other."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
_BLOCK = re.compile(r"^## Play .*?^```bash\n(.*?)^```", re.DOTALL | re.MULTILINE)
_END = re.compile(r"(?<!\\)\n")


def commands(folder: Path) -> Iterator[str]:
    """Give the commands of `README.md` that play the path, for the cluster in a folder."""
    [block] = _BLOCK.findall((HERE / "README.md").read_text(encoding="utf-8"))
    for command in _END.split(block.strip()):
        yield command.replace(".cluster/", f"{shlex.quote(str(folder))}/")


def play(folder: Path) -> int:
    """Run these commands in one shell, each shown before it; stop at the first that fails.

    Returns:
        The exit code.
    """
    shown = (f"printf '\\n$ %s\\n' {shlex.quote(one)}\n{one}\n" for one in commands(folder))
    command = ["bash", "-eu", "-o", "pipefail", "-c", "".join(shown)]
    return subprocess.run(command, cwd=HERE.parents[1], check=False).returncode  # noqa: S603
