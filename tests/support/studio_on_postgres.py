"""Label Studio as it runs for many people: on PostgreSQL, under gunicorn."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from gateways import free_port
from postgres import Postgres

from datacoop.demo.label_studio_server import HOST, LabelStudioServer

SERVE = Path(__file__).parents[2] / "infra" / "label-studio" / "serve.py"


class StudioOnPostgres(LabelStudioServer):
    """What `infra/label-studio/serve.py` starts."""

    def __init__(self, executable: Path, folder: Path, port: int, database: Postgres) -> None:
        super().__init__(executable, folder, port)
        self._database = database

    def _command(self) -> list[str]:
        python = str(self._executable.with_name("python"))
        return [python, str(SERVE), "--host", HOST, "--port", str(self._port)]

    def _environment(self, outer: Mapping[str, str]) -> dict[str, str]:
        return super()._environment(outer) | self._database.environment(self._folder.name)


def prepare_on(database: Postgres, folder: Path, executable: Path, cached: Path) -> None:
    """Fill the database that is named as `folder` with what an earlier session has migrated.

    Where there is none it is migrated now, which takes about a minute.

    Args:
        cached: Where it lies, or is to lie.
    """
    database.create(folder.name)
    if not cached.is_dir():
        with StudioOnPostgres(executable, folder, free_port(), database) as server:
            server.wait_until_ready()
        made = cached.with_name(f"{cached.name}.{os.getpid()}")
        made.mkdir(parents=True)
        shutil.copy(folder / "credentials.json", made)
        database.dump(folder.name, made / "dump")
        if not cached.is_dir():
            made.rename(cached)
        return
    shutil.copy(cached / "credentials.json", folder)
    database.restore(folder.name, cached / "dump")
