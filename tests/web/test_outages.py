"""Annotators who label while both sides are killed. In full: `benchmarks/bench_outages.py`."""

from pathlib import Path

import pytest
from outages import Size, Tally, label_under_outages
from postgres import Postgres
from studio_on_postgres import StudioOnPostgres, prepare_on
from tests.label.conftest import CACHE_ON_POSTGRES, EXECUTABLE, free_port, mortal_server

from datacoop.demo.label_studio_server import LabelStudioServer

__all__ = ["mortal_server"]

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(600)]


def assert_all_kept(tally: Tally) -> None:
    assert tally.lost == tally.doubled == 0
    assert len(tally.taken) == tally.stored.total() == len(tally.collected) > 0


def test_killed_under_annotators_no_vote_is_lost_or_doubled(
    tmp_path: Path, mortal_server: LabelStudioServer
) -> None:
    database = f"sqlite:///{mortal_server.log.parents[1] / 'label_studio.sqlite3'}"
    size = Size(annotators=6, seconds=40.0, kills=1)
    tally = label_under_outages(tmp_path, mortal_server, database, size)
    assert_all_kept(tally)
    assert [killed for killed, _ in tally.phases] == ["gateway", "Label Studio"]
    assert all(met.total() == size.annotators for _, met in tally.phases)
    assert tally.failures > 0


def test_a_round_of_labelling_on_postgresql_under_gunicorn(
    tmp_path: Path, postgres: Postgres
) -> None:
    if not EXECUTABLE.is_file():
        pytest.skip("needs Label Studio in an environment of its own; see infra/label-studio")
    folder = tmp_path / "round"
    folder.mkdir()
    prepare_on(postgres, folder, EXECUTABLE, CACHE_ON_POSTGRES)
    with StudioOnPostgres(EXECUTABLE, folder, free_port(), postgres) as server:
        server.wait_until_ready()
        store = postgres.create("gateway")
        size = Size(annotators=4, seconds=10.0, kills=0)
        gateway = tmp_path / "gateway"
        tally = label_under_outages(gateway, server, postgres.url("round"), size, store)
    assert_all_kept(tally)
