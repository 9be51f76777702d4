"""Run `datacoop` as a person does, in a process of its own."""

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from datacoop.cli.main import main
from datacoop.pool.object_store import ObjectStore

SUPPORT = Path(__file__).parent
SECONDS = 120


def datacoop(*arguments: str, folder: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command in `folder`; it must end with `code`."""
    done = run_python("-m", "datacoop.cli.main", *arguments, folder=folder)
    assert done.returncode == code, (done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return done


def datacoop_json(*arguments: str, folder: Path, code: int = 0) -> Any:
    """Run a command with `--json`; give what it printed."""
    return json.loads(datacoop(*arguments, "--json", folder=folder, code=code).stdout)


def run_python(
    *arguments: str, folder: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run this environment's Python in `folder`; the modules of `tests/support` are found."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SUPPORT), **(environment or {})},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def run_and_die(arguments: list[str]) -> None:
    """Run a command and kill this process, with no chance to clean up, at one store operation.

    Args:
        arguments: `before`, `within` or `after`; a part of the key that is written; which such
            write it is, from 1; then the command's own arguments. `within` dies where the bytes
            are written but not in their place yet.
    """
    when, fragment, nth, *command = arguments
    waiting = int(nth)

    def dying(write: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(store: ObjectStore, key: str, *rest: Any) -> Any:
            nonlocal waiting
            waiting -= fragment in key
            is_now = fragment in key and waiting == 0
            if is_now and when == "within":
                os.fsync = lambda _: die()
            if is_now and when == "before":
                die()
            done = write(store, key, *rest)
            if is_now:
                die()
            return done

        return wrapped

    ObjectStore.put = dying(ObjectStore.put)  # type: ignore[method-assign]
    ObjectStore.create = dying(ObjectStore.create)  # type: ignore[method-assign]
    sys.argv = ["datacoop", *command]
    main()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def run_all_and_die(jobs: list[tuple[str, list[str]]]) -> Iterator[int]:
    """Run each command in its folder in a child of its own; give how each one ended.

    A child begins as a copy of this process, which has imported all and opened no store.
    """
    importlib.import_module("datacoop.cli.intake")
    for folder, arguments in jobs:
        child = os.fork()
        if child == 0:
            os.chdir(folder)
            run_and_die(arguments)
        yield os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    print(json.dumps(list(run_all_and_die(json.loads(sys.argv[1])))))
