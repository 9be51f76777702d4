"""Intake and release on a real Flink and S3: kills at random moments, parallelism, a store away.

Needs what `infra/local/README.md` names. Prints tables in Markdown. Every row compares the digests
with those of one process on a folder. A run takes some 30 CPU-seconds, mostly to start workers.

    python benchmarks/bench_flink.py [--part faults] [--moments 10] [--megabytes 60]
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from bench_intake_memory import ENTITIES, contract_without_names, write_file  # noqa: E402
from flinks import RANGE_BYTES, FlinkStage, Meanwhile, build, copied, flink_cluster, label  # noqa: E402
from infra.local.cluster import FLINK, JOB_MANAGER, STORE, TASK_MANAGERS, Cluster  # noqa: E402
from plays import CREATED, Stage, make_play, make_stage, submissions  # noqa: E402

from datacoop.demo.data import DemoSubmission  # noqa: E402
from datacoop.errors import DatacoopError  # noqa: E402
from datacoop.ingest.splitting import RANGE_BYTES as BIG_RANGE_BYTES  # noqa: E402
from datacoop.jobs.contracts import add_collection  # noqa: E402
from datacoop.jobs.leftovers import find_leftovers  # noqa: E402
from datacoop.pool.garbage import find_garbage  # noqa: E402
from datacoop.pool.object_store import open_store  # noqa: E402
from datacoop.records.collection import Collection  # noqa: E402

COLLECTION = "documents"
PLAY = submissions(60)["de-auental-documents-1"]
JOBS = ("intake", "release")
AWAY_SECONDS = 60
BUSY = {"intake": "TakeIn", "release": "Place"}
"""What stands in the name of the part of a job that does most of its work."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A cluster, and what one process makes of the same submission."""

    cluster: Cluster
    play: DemoSubmission
    range_bytes: int
    sent: Stage
    done: Stage
    shards: object

    def run(self, job: str, name: str, parallelism: int = 4) -> tuple[FlinkStage, Callable]:
        """Give a stage of its own, and what runs the job there and says if it came out equal."""
        stage = copied(self.sent if job == "intake" else self.done, self.cluster, name)
        submission = self.play.submission_id

        def intake() -> bool:
            stage.take_in(self.play, parallelism=parallelism, range_bytes=self.range_bytes)
            return stage.blobs(submission) == self.done.blobs(submission)

        def release() -> bool:
            return stage.release(COLLECTION, parallelism=parallelism).manifest.shards == self.shards

        return stage, intake if job == "intake" else release

    def left(self, stage: FlinkStage) -> str:
        """Count the objects that a clean run does not leave, and those that nobody would find."""
        pool = set(stage.pool.store.list()) - set(self.done.pool.store.list())
        work = set(stage.store("work").list())
        landing = set(stage.landing(self.play.member).list())
        landing -= set(self.done.landing(self.play.member).list())
        found = {*find_garbage(stage.pool), *find_leftovers(stage.store("work"))}
        lost = (pool | work | landing) - found
        return f"{len(pool) + len(work) + len(landing)}, {len(lost)}"


def prepare(
    cluster: Cluster,
    folder: Path,
    play: DemoSubmission,
    *,
    range_bytes: int = RANGE_BYTES,
    contract: Collection | None = None,
) -> Bench:
    """Have one process take a submission in and release it, on a folder."""
    sent = make_stage(folder / "sent")
    if contract is not None:
        add_collection(sent.pool, contract, sent.keys.operator, created_utc=CREATED)
    sent.submit(play)
    shutil.copytree(sent.root, folder / "done")
    done = Stage(root=folder / "done", keys=sent.keys)
    done.intake(play, range_bytes=range_bytes)
    if contract is None:
        label(done, COLLECTION)
    shards = build(done, COLLECTION, open_store(str(folder / "work"))).manifest.shards
    return Bench(
        cluster=cluster, play=play, range_bytes=range_bytes, sent=sent, done=done, shards=shards
    )


def made_up(folder: Path, megabytes: int, files: int) -> DemoSubmission:
    """Make a submission of so many megabytes in files of about the same size."""
    write_file(folder / "rows", megabytes)
    rows = (folder / "rows").read_bytes().splitlines(keepends=True)
    play = make_play(b"", member="gb-northmoor", collection=COLLECTION, languages=("en",))
    cut = [(f"{n:05d}.jsonl", b"".join(rows[n::files])) for n in range(files)]
    return replace(play, files=tuple(replace(play.files[0], name=n, content=c) for n, c in cut))


def written(job: str, stage: FlinkStage) -> int:
    """Count what the workers of a job have left behind: ranges that are done, or pieces."""
    if job == "intake":
        return stage.files("landing", "*/submissions/*/intake-*/done/*")
    return stage.files("work", "releases/*/*/*")


def outcome(run: Callable[[], bool]) -> str:
    try:
        return "equal" if run() else "DIFFERENT"
    except DatacoopError as error:
        return f"failed: {error}"


def faults(bench: Bench, moments: int, draw: random.Random) -> Iterator[str]:
    """Kill a task manager or a worker of each job at random moments.

    A moment is so much written, and up to a second more: a clock would mostly meet the start of
    the workers.
    """
    yield "| job | killed | when so much was written | restarts | digests | more, lost |"
    yield "|---|---|---|---|---|---|"
    for job in JOBS:
        said, most = clean(bench, job)
        yield said
        for killed in ("task manager", "worker"):
            for number in range(moments):
                yield fault(bench, job, killed, number, most, draw)
                bench.cluster.up((STORE, *FLINK))


def clean(bench: Bench, job: str) -> tuple[str, int]:
    """Run a job without a fault; give its row, and how much it writes."""
    stage, run = bench.run(job, f"{job}-clean")
    most = 0

    def look() -> bool:
        nonlocal most
        most = max(most, written(job, stage))
        return False

    with Meanwhile(look, lambda: None):
        said = outcome(run)
    return f"| {job} | nothing | | 0 | {said} | {bench.left(stage)} |", most


def fault(bench: Bench, job: str, killed: str, number: int, most: int, draw: random.Random) -> str:
    """Run a job that loses a task manager or a worker; give its row."""
    stage, run = bench.run(job, f"{job}-{killed.replace(' ', '-')}-{number}")
    due, met, before = draw.randrange(most), "ended", restarts(bench.cluster)
    # Those of earlier jobs live on for a while.
    older = frozenset(bench.cluster.workers())

    def workers() -> list[int]:
        return [pid for pid in bench.cluster.workers() if pid not in older]

    def kill() -> None:
        nonlocal met
        time.sleep(draw.uniform(0, 1))
        there = workers()
        if there:
            met = f"{written(job, stage)} of {most}"
            if killed == "worker":
                os.kill(draw.choice(there), signal.SIGKILL)
            else:
                bench.cluster.kill(draw.choice(TASK_MANAGERS))

    with Meanwhile(lambda: written(job, stage) >= due and bool(workers()), kill):
        said = outcome(run)
    again = restarts(bench.cluster) - before
    return f"| {job} | {killed} | {met} | {again} | {said} | {bench.left(stage)} |"


def restarts(cluster: Cluster) -> int:
    """Count how often Flink has begun a job again."""
    return cluster.log(JOB_MANAGER).count("RUNNING to RESTARTING")


def parallelism(
    cluster: Cluster, folder: Path, megabytes: int, shapes: Sequence[int], widths: Sequence[int]
) -> Iterator[str]:
    """Count what the busiest worker of each job does, on the same rows in few files and in many."""
    yield "| data | job | parallelism | digests | parts | busiest / mean | bytes | worker, MiB |"
    yield "|---|---|---|---|---|---|---|---|"
    for files in shapes:
        place = folder / f"{files}-files"
        place.mkdir()
        bench = prepare(
            cluster,
            place,
            made_up(place, megabytes, files),
            range_bytes=BIG_RANGE_BYTES,
            contract=contract_without_names(ENTITIES),
        )
        for job in JOBS:
            for width in widths:
                row = measured(bench, job, width, f"{files}-{job}-{width}")
                yield f"| {files} of {megabytes // files} MB | {job} | {width} | {row} |"


def measured(bench: Bench, job: str, width: int, name: str) -> str:
    """Run a job; give what its workers did, and the most memory that one of them took."""
    _, run = bench.run(job, name, width)
    peak = 0

    def look() -> bool:
        nonlocal peak
        time.sleep(1)
        peak = max(peak, *map(peak_mib, bench.cluster.workers()), 0)
        return False

    with Meanwhile(look, lambda: None):
        said = outcome(run)
    parts, share = busiest(bench.cluster, BUSY[job], "read-records")
    _, size = busiest(bench.cluster, BUSY[job], "write-bytes")
    return f"{said} | {parts} | {share:.2f} | {size:.2f} | {peak}"


def busiest(cluster: Cluster, part: str, metric: str) -> tuple[int, float]:
    """Sum up a metric of a part of the last job, and hold the largest against the mean."""
    jobs = cluster.ask("/jobs/overview")["jobs"]
    last = max(jobs, key=lambda one: one["start-time"])["jid"]
    for vertex in cluster.ask(f"/jobs/{last}")["vertices"]:
        if part in vertex["name"]:
            found = cluster.ask(f"/jobs/{last}/vertices/{vertex['id']}")["subtasks"]
            counts = [one["metrics"][metric] for one in found]
            return sum(counts), max(counts) * len(counts) / max(1, sum(counts))
    raise LookupError(part)


def peak_mib(pid: int) -> int:
    """Give the most memory that a process has had; nothing where it ended."""
    with suppress(OSError, StopIteration):
        told = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line for line in told if line.startswith("VmHWM")).split()[1]) // 1024
    return 0


def away(bench: Bench) -> Iterator[str]:
    """Take the object store away for a minute in the middle of each job."""

    def act() -> None:
        bench.cluster.kill(STORE)
        time.sleep(AWAY_SECONDS)
        bench.cluster.start(STORE)

    yield f"| job | store away for {AWAY_SECONDS} s | |\n|---|---|---|"
    for job in JOBS:
        stage, run = bench.run(job, f"{job}-away")

        def is_due(job: str = job, stage: FlinkStage = stage) -> bool:
            return written(job, stage) > 1

        with Meanwhile(is_due, act) as it:
            said = outcome(run)
        yield f"| {job} | {'in mid-job' if it.is_done else 'not met'} | {said} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("faults", "parallelism", "away", "all"), default="all")
    parser.add_argument("--moments", type=int, default=10)
    parser.add_argument("--megabytes", type=int, default=60, help="of the data for parallelism")
    parser.add_argument("--files", type=int, nargs="+", help="of those; one, and one a megabyte")
    parser.add_argument("--widths", type=int, nargs="+", default=(1, 2, 4, 8))
    parser.add_argument("--seed", type=int, default=7)
    told = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="datacoop-flink-") as name,
        flink_cluster(Path(name) / "cluster") as cluster,
    ):
        os.environ |= {k: v for k, v in cluster.environment.items() if k.startswith("AWS_")}
        folder = Path(name)
        draw = random.Random(told.seed)  # noqa: S311 - moments, no secrets
        if told.part != "parallelism":
            small = prepare(cluster, folder / "small", PLAY)
        parts = {
            "faults": lambda: faults(small, told.moments, draw),
            "away": lambda: away(small),
            "parallelism": lambda: parallelism(
                cluster, folder, told.megabytes, told.files or (1, told.megabytes), told.widths
            ),
        }
        for name, part in parts.items():
            if told.part in (name, "all"):
                for line in part():
                    print(line, flush=True)


if __name__ == "__main__":
    main()
