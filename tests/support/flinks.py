"""A real Flink with an object store, and a stage whose jobs run there."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from infra.local import programs
from infra.local.cluster import FLINK, STORE, Cluster
from plays import CODE_VERSION, CREATED, Stage, quiet

from datacoop.demo.data import DemoSubmission
from datacoop.jobs.building import Built, ReleaseOptions, build_release
from datacoop.jobs.collecting import enter_votes
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.frame import pooled_batches
from datacoop.jobs.receipt import Receipt
from datacoop.label.votes import Vote
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool
from datacoop.records.columns import RECORD_ID

RANGE_BYTES = 2000
NOTHING_OUT = "DATACOOP_LEAVE_NOTHING_OUT"


def require(*needed: Callable[[], object]) -> None:
    """Leave the test out, by name, where a program is missing; where nothing may be, fail."""
    # What is not in the cache is only fetched where nothing may be left out.
    is_complete = os.environ.get(NOTHING_OUT) or programs.is_cached()
    missing = "" if is_complete else "Flink is not in the cache: `make cluster-up` fetches it"
    try:
        for one in needed if is_complete else ():
            one()
    except programs.MissingError as error:
        missing = str(error)
    if missing and os.environ.get(NOTHING_OUT):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


@contextmanager
def flink_cluster(folder: Path, names: Sequence[str] = (STORE, *FLINK)) -> Iterator[Cluster]:
    """Run a cluster; nothing of it is left when the block ends."""
    require(programs.java, programs.versitygw, programs.flink_jars, programs.job_server)
    cluster = Cluster(folder)
    try:
        cluster.up(names)
        yield cluster
    finally:
        assert cluster.down() == []


@dataclass(frozen=True, kw_only=True)
class FlinkStage(Stage):
    """A stage whose pool and landing stores are on S3, with the keys of another one."""

    cluster: Cluster
    name: str
    """Sets it apart from other stages in the same buckets."""

    @property
    def pool(self) -> Pool:
        return Pool(self.store("pool"))

    def landing(self, member: str) -> ObjectStore:
        return self.store("landing", f"/{member}")

    def store(self, bucket: str, path: str = "") -> ObjectStore:
        return open_store(f"s3://{bucket}/{self.name}{path}", self.cluster.endpoint)

    def take_in(
        self,
        play: DemoSubmission,
        *more: str,
        parallelism: int = 4,
        range_bytes: int = RANGE_BYTES,
    ) -> Receipt:
        arguments = (*self.cluster.beam_arguments(parallelism), *more)
        return self.intake(
            play, range_bytes=range_bytes, runner="PortableRunner", beam_arguments=arguments
        )

    def release(self, collection: str, *more: str, parallelism: int = 4) -> Built:
        arguments = (*self.cluster.beam_arguments(parallelism), *more)
        work = self.store("work")
        built = build(self, collection, work, "PortableRunner", arguments)
        assert list(work.list()) == []
        return built

    def files(self, bucket: str, pattern: str) -> int:
        """Count files of this stage where the object store keeps them, without asking it."""
        return sum(1 for _ in (self.cluster.folder / "s3" / bucket / self.name).glob(pattern))


def copied(stage: Stage, cluster: Cluster, name: str) -> FlinkStage:
    """Copy a local stage to the object store."""
    other = FlinkStage(root=stage.root, keys=stage.keys, cluster=cluster, name=name)
    for path in sorted(stage.root.glob("landing/*")):
        copy(stage.landing(path.name), other.landing(path.name))
    copy(stage.pool.store, other.pool.store)
    return other


def copy(source: ObjectStore, target: ObjectStore) -> None:
    for key in source.list():
        target.put(key, source.get(key))


def build(
    stage: Stage,
    collection: str,
    work: ObjectStore,
    runner: str = "FnApiRunner",
    arguments: tuple[str, ...] = (),
) -> Built:
    options = ReleaseOptions(
        code_version=CODE_VERSION, work=work.address, runner=runner, beam_arguments=arguments
    )
    return build_release(stage.pool, collection, options, as_of=CREATED[:10], progress=quiet)


def label(stage: Stage, collection: str) -> None:
    """Have two annotators answer for every third record."""
    pool = stage.pool
    state = pool.require()
    contract = contract_of(pool, state, collection)
    values = contract.labelling.values
    ids = [
        record_id
        for batch in pooled_batches(pool, state.active(collection), [RECORD_ID])
        for record_id in batch.column(0).to_pylist()
    ]
    votes = [
        Vote(
            record_id=record_id,
            annotator=f"{number:016x}",
            question=contract.labelling.question,
            value=values[record_id[1] % len(values)],
            round=1,
            annotation_id=number,
            created_utc="2026-07-02T00:00:00.000000Z",
            withdrawn=False,
        )
        for record_id in sorted(ids)
        if record_id[0] % 3 == 0
        for number in (1, 2)
    ]
    enter_votes(pool, contract, votes, [], stage.keys.operator, created_utc=CREATED)


class Meanwhile:
    """Does something once while a job runs: as soon as `is_due`, looked at fifty times a second."""

    def __init__(self, is_due: Callable[[], bool], act: Callable[[], None]) -> None:
        self.is_done = False
        self._is_due, self._act, self._ended = is_due, act, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._ended.wait(0.02):
            if self._is_due():
                self._act()
                self.is_done = True
                return

    def __enter__(self) -> "Meanwhile":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


@contextmanager
def kept_files(source: Path, kept: Path) -> Iterator[None]:
    """Keep every file that comes to be in a folder, even one that is deleted a moment later."""
    ended = threading.Event()
    kept.mkdir()

    def watch() -> None:
        while not ended.is_set():
            for folder, _, names in os.walk(source):
                for name in names:
                    path = Path(folder) / name
                    with suppress(OSError):
                        (kept / f"{path.stat().st_ino}-{name}").hardlink_to(path)
            time.sleep(0.01)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
