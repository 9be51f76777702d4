"""How fast tasks reach Label Studio through `LabelStudio.add_tasks`, against bare bulk POST.

Both send the same tasks, 1,000 a request, to new projects of one real Label Studio with SQLite on
this machine. Bare: the JSON of every request is made before the clock starts, and nothing is asked
or checked. The two take turns; the figures are medians of the rounds. Beside the seconds stands
the CPU time of both sides (Linux only): on a busy machine only that compares.

    python benchmarks/bench_label_studio.py [tasks] [rounds]
"""

import hashlib
import json
import os
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx

from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.label.label_studio import BATCH_TASKS, KEY, VERSION, LabelStudio
from datacoop.label.routing import Task

BESIDE = Path(sys.prefix).parent / ".venv-label-studio" / "bin" / "label-studio"
CONFIGURATION = (
    '<View><Text name="text" value="$text"/><Choices name="c" toName="text">'
    '<Choice value="a"/><Choice value="b"/></Choices></View>'
)
WORDS = "the court held that a notice sent by post counts on the third day after it was posted"


def make_tasks(count: int, name: str) -> list[Task]:
    """Make tasks of about 500 characters."""
    ids = [hashlib.sha256(f"{name} {number}".encode()).digest() for number in range(count)]
    return [Task(record_id=i, payload={"text": f"{i.hex()[:9]} {WORDS} " * 5}) for i in ids]


def bare(server: LabelStudioServer, project: int, tasks: list[Task]) -> float:
    """Send tasks as the server's manual says; give the seconds."""
    rows = [{"data": {KEY: task.key, **task.payload}} for task in tasks]
    parts = [rows[at : at + BATCH_TASKS] for at in range(0, len(rows), BATCH_TASKS)]
    bodies = [json.dumps(part).encode() for part in parts]
    headers = {"Authorization": f"Token {server.token}", "Content-Type": "application/json"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=120) as client:
        began = time.perf_counter()
        for body in bodies:
            client.post(f"/api/projects/{project}/import", content=body).raise_for_status()
        return time.perf_counter() - began


def ours(studio: LabelStudio, project: int, tasks: list[Task]) -> float:
    """Send tasks as the labelling job does; give the seconds."""
    began = time.perf_counter()
    studio.add_tasks(project, tasks)
    return time.perf_counter() - began


def cpu_seconds(server: LabelStudioServer) -> float:
    """Give the CPU time that this process and the server have spent so far."""
    process = server._process
    assert process is not None
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Give a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Run the benchmark and print its figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    executable = Path(os.environ.get("DATACOOP_LABEL_STUDIO", BESIDE))
    with (
        tempfile.TemporaryDirectory() as folder,
        LabelStudioServer(executable, Path(folder), free_port()) as server,
    ):
        server.wait_until_ready()
        studio = LabelStudio(server.url, server.token, timeout_seconds=120)
        seconds: dict[str, list[float]] = {"bare": [], "ours": []}
        cpu: dict[str, list[float]] = {"bare": [], "ours": []}
        warm = studio.ensure_project("warm", "warm", CONFIGURATION, "Read.", 1)
        studio.add_tasks(warm, make_tasks(BATCH_TASKS, "warm"))
        for number in range(rounds):
            # In turns, and first each other time: the machine is not always equally busy.
            for way in ("bare", "ours") if number % 2 else ("ours", "bare"):
                name = f"bench-{way}-{number}"
                project = studio.ensure_project(name, name, CONFIGURATION, "Read.", 1)
                tasks = make_tasks(count, name)
                before = cpu_seconds(server)
                spent = (
                    bare(server, project, tasks) if way == "bare" else ours(studio, project, tasks)
                )
                cpu[way].append(cpu_seconds(server) - before)
                seconds[way].append(spent)
                assert studio.count_tasks(project) == count
    medians = {way: statistics.median(spent) for way, spent in seconds.items()}
    print(f"Label Studio {VERSION}, SQLite; {count} tasks, {rounds} rounds")
    for way, spent in seconds.items():
        rounded = [round(s, 2) for s in spent], [round(s, 2) for s in cpu[way]]
        print(f"{way}: {count / medians[way]:.0f} tasks/s, seconds {rounded[0]}, CPU {rounded[1]}")
    ratio = statistics.median(cpu["bare"]) / statistics.median(cpu["ours"])
    print(f"ratio {medians['bare'] / medians['ours']:.2f} by the clock, {ratio:.2f} by CPU time")


if __name__ == "__main__":
    main()
