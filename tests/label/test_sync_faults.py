"""Fifty rounds in which something breaks while tasks are sent: none is lost, none is doubled."""

import hashlib
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from fault_proxy import (
    FaultProxy,
    gateway_timeout,
    half_answered,
    half_sent,
    late,
    lost_answer,
    refused,
    reset,
    unavailable,
)

from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.errors import OutsideError
from datacoop.label.label_studio import LabelStudio
from datacoop.label.routing import Task

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(1800)]

ROUNDS = 50
TASKS = 15
TEXT = "<View><Text name='t' value='$text'/><Choices name='c' toName='t'><Choice value='a'/>" \
       "<Choice value='b'/></Choices></View>"  # fmt: skip
Fault = Callable[[Any], None]


class Crash:
    """Kills one side, without a chance to clean up, around one request."""

    def __init__(self, server: LabelStudioServer) -> None:
        self.server = server
        self.child = 0

    def kill_us(self, when: str) -> Fault:
        def fault(handler: Any) -> None:
            if when == "after commit":
                handler.forward()
            if when == "while it is served":
                threading.Thread(target=self._forward_quietly, args=[handler]).start()
                time.sleep(0.02)
            os.kill(self.child, signal.SIGKILL)
            handler.close_connection = True

        return fault

    def kill_server(self, when: str) -> Fault:
        def fault(handler: Any) -> None:
            if when == "after commit":
                handler.forward()
            if when.startswith("while"):
                threading.Thread(target=self._forward_quietly, args=[handler]).start()
                time.sleep(float(when.split()[-2]) / 1000)
            process = self.server._process
            assert process is not None
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            handler.reset()

        return fault

    @staticmethod
    def _forward_quietly(handler: Any) -> None:
        with suppress(OSError, httpx.HTTPError):
            handler.forward()


def plan(crash: Crash) -> Iterator[tuple[str, Fault]]:
    """Give the faults in turn, with the phase that each one hits."""
    ours = ("before it is sent on", "while it is served", "after commit")
    theirs = ("before it arrives", "while 30 ms", "while 90 ms", "after commit")
    faults: list[tuple[str, Fault]] = [
        ("504 after commit", gateway_timeout),
        ("503 before commit", unavailable),
        ("connection closed after commit", lost_answer),
        ("reset before it is sent on", refused),
        ("reset after commit", reset),
        ("request broken off in the middle", half_sent),
        ("answer broken off in the middle", half_answered),
        ("carried out after our time-out", late(4.0)),
    ]
    faults += [(f"kill -9 of us, {when}", crash.kill_us(when)) for when in ours]
    faults += [(f"kill -9 of Label Studio, {when}", crash.kill_server(when)) for when in theirs]
    while True:
        yield from faults


def stored(server: LabelStudioServer, project: int) -> Counter[str]:
    url = f"{server.url}/api/tasks/?project={project}&page_size=10000&include=id,data"
    headers = {"Authorization": f"Token {server.token}"}
    tasks: list[dict[str, Any]] = httpx.get(url, headers=headers, timeout=60).json()["tasks"]
    return Counter(task["data"]["pool_uid"] for task in tasks)


def make_tasks(round: int) -> list[Task]:
    ids = [hashlib.sha256(f"{round} {n}".encode()).digest() for n in range(TASKS)]
    return [Task(record_id=i, payload={"text": f"text of round {round}"}) for i in ids]


def send(url: str, token: str, project: int, tasks: list[Task]) -> bool:
    """Run what a command runs; say whether it ended well."""
    studio = LabelStudio(url, token, timeout_seconds=2.0, tries=2, sleep=lambda _: None)
    try:
        studio.add_tasks(project, tasks)
    except OutsideError:
        return False
    return True


def send_in_a_child(crash: Crash, *arguments: Any) -> None:
    """Do the same in a process that can be killed."""
    crash.child = os.fork()
    if crash.child == 0:
        os._exit(0 if send(*arguments) else 3)
    os.waitpid(crash.child, 0)


def test_in_fifty_rounds_of_faults_no_task_is_lost_or_doubled(
    mortal_server: LabelStudioServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server, crash = mortal_server, Crash(mortal_server)
    project = LabelStudio(server.url, server.token).ensure_project(
        "faults", "Faults", TEXT, "Read.", 1
    )
    met: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    with FaultProxy(server.url) as proxy:
        for round, (phase, fault) in zip(range(ROUNDS), plan(crash), strict=False):
            tasks = make_tasks(round)
            wanted.update(task.key for task in tasks)
            before = proxy.count("POST", "/import")
            proxy.plan("POST", "/import", fault)
            send_in_a_child(crash, proxy.url, server.token, project, tasks)
            assert proxy.count("POST", "/import") > before
            met[phase] += 1
            if phase.startswith("kill -9 of Label Studio"):
                server.__enter__()
                server.wait_until_ready()
            if phase.startswith("carried out"):
                time.sleep(5)  # until the late request is through
            # A person runs the command again: once more where it failed, and where it did not.
            tries = 0
            while not send(proxy.url, server.token, project, tasks):
                tries += 1
                assert tries < 20
            assert stored(server, project) == wanted, phase
    assert sum(met.values()) == ROUNDS
    with capsys.disabled():
        print(*(f"\n  {count} x {phase}" for phase, count in sorted(met.items())))
