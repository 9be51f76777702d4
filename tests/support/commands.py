"""Run `datacoop` as a person does, in a process of its own."""

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import click

from datacoop.cli.main import main
from datacoop.pool.object_store import ObjectStore

SUPPORT = Path(__file__).parent
SECONDS = 600


def datacoop(*arguments: str, folder: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command in `folder`; it must end with `code`."""
    done = run_python("-m", "datacoop.cli.main", *arguments, folder=folder)
    assert done.returncode == code, (done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return done


def datacoop_json(*arguments: str, folder: Path, code: int = 0) -> Any:
    """Run a command with `--json`; give what it printed."""
    return json.loads(datacoop(*arguments, "--json", folder=folder, code=code).stdout)


def run_python(
    *arguments: str,
    folder: Path,
    environment: dict[str, str] | None = None,
    seconds: float = SECONDS,
) -> subprocess.CompletedProcess[str]:
    """Run this environment's Python in `folder`; the modules of `tests/support` are found."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SUPPORT), **(environment or {})},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def datacoop_each(
    *commands: list[str], folder: Path, environment: dict[str, str] | None = None
) -> list[subprocess.CompletedProcess[str]]:
    """Run commands one after the other, each as a process that need not import all again."""
    done = run_python(
        __file__, "each", json.dumps(commands), folder=folder, environment=environment
    )
    assert done.returncode == 0, done.stderr[-2000:]
    ended = json.loads(done.stdout.splitlines()[-1])
    return [subprocess.CompletedProcess(c, *e) for c, e in zip(commands, ended, strict=True)]


def command_paths(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Give the words of every command and group under one, itself first."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from command_paths(found, (*path, name))


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
    ObjectStore.put_all = dying(ObjectStore.put_all)  # type: ignore[method-assign]
    ObjectStore.create = dying(ObjectStore.create)  # type: ignore[method-assign]
    sys.argv = ["datacoop", *command]
    main()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def run_all_and_die(jobs: list[tuple[str, list[str]]]) -> Iterator[int]:
    """Run each command in its folder in a child of its own; give how each one ended.

    A child begins as a copy of this process, which has imported all and opened no store.
    """
    importlib.import_module("datacoop.jobs.intake")
    for folder, arguments in jobs:
        child = os.fork()
        if child == 0:
            os.chdir(folder)
            run_and_die(arguments)
        yield os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run_and_leave() -> NoReturn:
    """Run the command that `sys.argv` holds and end, without tearing down what was imported."""
    code = 3
    try:
        main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run_each(commands: list[list[str]]) -> Iterator[tuple[int, str, str]]:
    """Run each command in a child of its own; give exit code, standard output and error."""
    importlib.import_module("datacoop.jobs.intake")
    for arguments in commands:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if child == 0:
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                sys.argv = ["datacoop", *arguments]
                run_and_leave()
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            yield code, *(os.pread(file.fileno(), 1 << 24, 0).decode() for file in (out, err))


if __name__ == "__main__":
    jobs = json.loads(sys.argv[2])
    run = {"each": run_each, "die": run_all_and_die}[sys.argv[1]]
    print(json.dumps(list(run(jobs))))
