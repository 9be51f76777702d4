"""A PostgreSQL of a test's own: a process in a temporary folder, as a user that is not root."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from types import TracebackType

import pytest

USER = "datacoop"
READY_SECONDS = 60


@cache
def programs() -> Path:
    """Find the folder of PostgreSQL's programs.

    Where there is none the test is left out by name; where nothing may be left out it fails.
    """
    told = os.environ.get("DATACOOP_POSTGRES")
    found = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found:
        folders.append(Path(found).resolve().parent)
    if told:
        folders = [Path(told)]
    for folder in folders:
        if (folder / "initdb").is_file():
            return folder
    if os.environ.get("DATACOOP_LEAVE_NOTHING_OUT"):
        pytest.fail("no PostgreSQL; install it, or set DATACOOP_POSTGRES")
    pytest.skip("needs PostgreSQL; set DATACOOP_POSTGRES to the folder of its programs")


def as_user() -> list[str]:
    """Give what a command begins with, so that PostgreSQL, which refuses root, runs it."""
    if os.geteuid() != 0:
        return []
    return ["runuser", "-u", _somebody(), "--"]


def _somebody() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Postgres:
    """A server on a port of its own, gone with its data when the `with` block ends."""

    def __init__(self) -> None:
        self._programs = programs()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.password = secrets.token_hex(16)

    def __enter__(self) -> "Postgres":
        # Not pytest's folder, which nobody but root may enter.
        self._folder = Path(tempfile.mkdtemp(prefix="datacoop-postgres-"))
        self._data = self._folder / "data"
        secret = self._folder / "password"
        secret.write_text(self.password)
        if os.geteuid() == 0:
            for path in (self._folder, secret):
                shutil.chown(path, _somebody())
        self._run("initdb", "-D", str(self._data), "-U", USER, "-A", "scram-sha-256",
                  "--pwfile", str(secret), "-E", "UTF8", "--no-sync")  # fmt: skip
        options = f"-p {self.port} -h 127.0.0.1 -k {self._folder} -c fsync=off"
        self._run("pg_ctl", "-D", str(self._data), "-o", options, "-w", "-t", str(READY_SECONDS),
                  "-l", str(self._folder / "log"), "start")  # fmt: skip
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")
        shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*as_user(), str(self._programs / program), *arguments]
        done = subprocess.run(
            command,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            # Not a pipe: the server would hold it open for as long as it runs.
            stdout=subprocess.DEVNULL,
            stderr=(self._folder / "errors").open("ab"),
            check=False,
        )
        assert done.returncode == 0, (self._folder / "errors").read_text()[-2000:]

    def _client(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's own clients."""
        subprocess.run(
            [str(self._programs / program), *arguments],
            env={
                **os.environ,
                "PGHOST": "127.0.0.1",
                "PGPORT": str(self.port),
                "PGUSER": USER,
                "PGPASSWORD": self.password,
            },
            check=True,
            capture_output=True,
        )

    def create(self, name: str) -> str:
        """Make an empty database; give its address for SQLAlchemy."""
        self._client("createdb", name)
        return self.url(name)

    def url(self, name: str) -> str:
        """Give the address of a database for SQLAlchemy."""
        return f"postgresql+psycopg://{USER}:{self.password}@127.0.0.1:{self.port}/{name}"

    def dump(self, name: str, path: Path) -> None:
        """Write a database to a file."""
        self._client("pg_dump", "-Fc", "-f", str(path), name)

    def restore(self, name: str, path: Path) -> None:
        """Fill a database from a file that `dump` wrote."""
        self._client("pg_restore", "--no-owner", "-d", name, str(path))

    def environment(self, name: str) -> dict[str, str]:
        """Give the variables by which Label Studio finds a database."""
        return {
            "POSTGRE_HOST": "127.0.0.1",
            "POSTGRE_PORT": str(self.port),
            "POSTGRE_NAME": name,
            "POSTGRE_USER": USER,
            "POSTGRE_PASSWORD": self.password,
        }
