"""Intake and release on a real Flink and S3: kills at random moments, parallelism, a store away.

Needs what `infra/local/README.md` names. Prints tables in Markdown. Every row compares the digests
with those of one process on a folder. Takes about half an hour on two idle cores.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from flinks import RANGE_BYTES, FlinkStage, Meanwhile, build, copied, flink_cluster, label  # noqa: E402
from infra.local.cluster import STORE, TASK_MANAGERS, Cluster  # noqa: E402
from plays import Stage, make_stage, submissions  # noqa: E402

from datacoop.errors import DatacoopError  # noqa: E402
from datacoop.pool.object_store import open_store  # noqa: E402

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
    sent: Stage
    done: Stage
    shards: object

    def run(self, job: str, name: str, parallelism: int = 4) -> tuple[FlinkStage, Callable]:
        """Give a stage of its own, and what runs the job there and says if it came out equal."""
        stage = copied(self.sent if job == "intake" else self.done, self.cluster, name)

        def intake() -> bool:
            stage.take_in(PLAY, parallelism=parallelism)
            return stage.blobs(PLAY.submission_id) == self.done.blobs(PLAY.submission_id)

        def release() -> bool:
            return stage.release(COLLECTION, parallelism=parallelism).manifest.shards == self.shards

        return stage, intake if job == "intake" else release


def phase(stage: FlinkStage) -> str:
    """Say how far a job is, by what its workers have left behind."""
    ranges = stage.files("landing", f"{PLAY.member}/submissions/*/intake-*/done/*")
    folders = (stage.cluster.folder / "s3" / "work" / stage.name).glob("releases/*/*/")
    steps = sorted((one for one in folders if one.is_dir()), key=lambda one: one.stat().st_ctime)
    return steps[-1].name if steps else f"{ranges} ranges done"


def outcome(run: Callable[[], bool]) -> str:
    try:
        return "equal" if run() else "DIFFERENT"
    except DatacoopError as error:
        return f"failed: {error}"


def faults(bench: Bench, moments: int, draw: random.Random) -> Iterator[str]:
    """Kill a task manager or a worker at random moments of each job."""

    def kill_worker() -> None:
        workers = bench.cluster.workers()
        if workers:
            os.kill(draw.choice(workers), signal.SIGKILL)

    def kill_task_manager() -> None:
        bench.cluster.kill(draw.choice(TASK_MANAGERS))

    yield "| job | killed | after s | phase | outcome |\n|---|---|---|---|---|"
    for job in JOBS:
        _, run = bench.run(job, f"{job}-clean")
        began = time.monotonic()
        clean = outcome(run)
        lasts = time.monotonic() - began
        yield f"| {job} | nothing | | | {clean} in {lasts:.0f} s |"
        for kill in (kill_task_manager, kill_worker):
            for number in range(moments):
                stage, run = bench.run(job, f"{job}-{kill.__name__}-{number}")
                due, met = time.monotonic() + draw.uniform(0.1, 0.9) * lasts, [""]

                def act(stage: FlinkStage = stage, kill: Callable = kill, met: list = met) -> None:
                    met[0] = phase(stage)
                    kill()

                with Meanwhile(lambda due=due: time.monotonic() > due, act):
                    began = time.monotonic()
                    said = outcome(run)
                name = kill.__name__.removeprefix("kill_").replace("_", " ")
                yield f"| {job} | {name} | {due - began:.0f} | {met[0] or 'ended'} | {said} |"
                for one in TASK_MANAGERS:
                    bench.cluster.start(one)
                bench.cluster.wait(*TASK_MANAGERS)


def parallelism(bench: Bench) -> Iterator[str]:
    """Count what the busiest worker of each job does, at parallelism 1 to 8."""
    yield "| job | parallelism | digests | elements | busiest / mean |\n|---|---|---|---|---|"
    for job in JOBS:
        for width in (1, 2, 4, 8):
            _, run = bench.run(job, f"{job}-{width}", width)
            said = outcome(run)
            counts = elements(bench.cluster, BUSY[job])
            share = max(counts) / (sum(counts) / len(counts)) if sum(counts) else 0
            yield f"| {job} | {width} | {said} | {sum(counts)} | {share:.2f} |"


def elements(cluster: Cluster, name: str) -> list[int]:
    """Give the elements that each worker of the last job's busiest part was given."""
    jobs = cluster.ask("/jobs/overview")["jobs"]
    last = max(jobs, key=lambda one: one["start-time"])["jid"]
    for vertex in cluster.ask(f"/jobs/{last}")["vertices"]:
        if name in vertex["name"]:
            found = cluster.ask(f"/jobs/{last}/vertices/{vertex['id']}")["subtasks"]
            return [one["metrics"]["read-records"] for one in found]
    return [0]


def away(bench: Bench) -> Iterator[str]:
    """Take the object store away for a minute in the middle of each job."""

    def act() -> None:
        bench.cluster.kill(STORE)
        time.sleep(AWAY_SECONDS)
        bench.cluster.start(STORE)

    yield f"| job | store away for {AWAY_SECONDS} s | |\n|---|---|---|"
    for job in JOBS:
        stage, run = bench.run(job, f"{job}-away")

        def is_due(stage: FlinkStage = stage) -> bool:
            return phase(stage) not in ("0 ranges done", "1 ranges done")

        with Meanwhile(is_due, act) as it:
            said = outcome(run)
        yield f"| {job} | {'in mid-job' if it.is_done else 'not met'} | {said} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("faults", "parallelism", "away", "all"), default="all")
    parser.add_argument("--moments", type=int, default=10)
    parser.add_argument("--seed", type=int, default=7)
    told = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="datacoop-flink-") as folder,
        flink_cluster(Path(folder) / "cluster") as cluster,
    ):
        os.environ |= {k: v for k, v in cluster.environment.items() if k.startswith("AWS_")}
        sent = make_stage(Path(folder) / "sent")
        sent.submit(PLAY)
        done = make_copy(sent, Path(folder) / "done")
        done.intake(PLAY, range_bytes=RANGE_BYTES)
        label(done, COLLECTION)
        shards = build(done, COLLECTION, open_store(f"{folder}/work")).manifest.shards
        bench = Bench(cluster=cluster, sent=sent, done=done, shards=shards)
        draw = random.Random(told.seed)  # noqa: S311 - moments, no secrets
        parts = {
            "faults": lambda: faults(bench, told.moments, draw),
            "parallelism": lambda: parallelism(bench),
            "away": lambda: away(bench),
        }
        for name, part in parts.items():
            if told.part in (name, "all"):
                for line in part():
                    print(line, flush=True)


def make_copy(stage: Stage, root: Path) -> Stage:
    shutil.copytree(stage.root, root)
    return Stage(root=root, keys=stage.keys)


if __name__ == "__main__":
    main()
