"""A real Label Studio for the tests of this room, started once a session."""

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from datacoop.demo.accounts import Account
from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.label.label_studio import LabelStudio

VERSION = "1.23.2"
EXECUTABLE = Path(
    os.environ.get(
        "DATACOOP_LABEL_STUDIO",
        Path(__file__).parents[2] / ".venv-label-studio" / "bin" / "label-studio",
    )
)
CACHE = Path.home() / ".cache" / "datacoop-tests"
"""Holds a migrated database, because migrating takes over a minute."""

CACHE_ON_POSTGRES = CACHE / f"label-studio-{VERSION}-postgresql"
"""The same for PostgreSQL: a dump."""

KEPT = ("label_studio.sqlite3", "credentials.json")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare(folder: Path) -> None:
    """Put the migrated database of an earlier session into `folder`; make it where there is none.

    A name is a file's presence and no lock: two sessions that make it at once both succeed.
    """
    cached = CACHE / f"label-studio-{VERSION}"
    if not cached.is_dir():
        with LabelStudioServer(EXECUTABLE, folder, free_port()) as server:
            server.wait_until_ready()
        made = CACHE / f"{cached.name}.{os.getpid()}"
        made.mkdir(parents=True)
        for name in KEPT:
            shutil.copy(folder / name, made / name)
        if not cached.is_dir():
            made.rename(cached)
    for name in KEPT:
        shutil.copy(cached / name, folder / name)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabelStudioServer]:
    if not EXECUTABLE.is_file():
        pytest.skip("needs Label Studio in an environment of its own; see infra/label-studio")
    folder = tmp_path_factory.mktemp("label-studio")
    prepare(folder)
    assert json.loads((folder / "credentials.json").read_text())
    with LabelStudioServer(EXECUTABLE, folder, free_port()) as running:
        running.wait_until_ready()
        yield running


@pytest.fixture(scope="module")
def mortal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabelStudioServer]:
    """Start a Label Studio that tests may stop and kill; they start it again."""
    if not EXECUTABLE.is_file():
        pytest.skip("needs Label Studio in an environment of its own; see infra/label-studio")
    folder = tmp_path_factory.mktemp("mortal-label-studio")
    prepare(folder)
    with LabelStudioServer(EXECUTABLE, folder, free_port()) as running:
        running.wait_until_ready()
        yield running


@pytest.fixture(scope="session")
def accounts(server: LabelStudioServer) -> list[Account]:
    return server.create_annotators(4)


@pytest.fixture(scope="session")
def studio(server: LabelStudioServer) -> LabelStudio:
    return LabelStudio(server.url, server.token)


@pytest.fixture
def new_project(studio: LabelStudio, request: pytest.FixtureRequest) -> Callable[[str], int]:
    """Make a project that only this test uses."""

    def make(configuration: str) -> int:
        return studio.ensure_project(request.node.name, "Test", configuration, "Read this.", 3)

    return make
