"""Rounds in which something breaks while tasks are sent: none may be lost, none doubled."""

import hashlib
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import httpx
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

OUR_SECONDS = 1.5
"""After how long datacoop gives a request up."""
LATE_SECONDS = 3.0
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
            self.server.kill()
            handler.reset()

        return fault

    @staticmethod
    def _forward_quietly(handler: Any) -> None:
        with suppress(OSError, httpx.HTTPError):
            handler.forward()


OF_CONNECTIONS: dict[str, Fault] = {
    "504 after commit": gateway_timeout,
    "503 before commit": unavailable,
    "connection closed after commit": lost_answer,
    "reset before it is sent on": refused,
    "reset after commit": reset,
    "request broken off in the middle": half_sent,
    "answer broken off in the middle": half_answered,
    "carried out after our time-out": late(LATE_SECONDS),
}
OF_US = ("before it is sent on", "while it is served", "after commit")
"""When datacoop is killed."""
OF_THEM = ("before it arrives", "while 30 ms", "while 90 ms", "after commit")
"""When Label Studio is killed; to start it again takes most of the time."""

PHASES = (
    *OF_CONNECTIONS,
    *(f"kill -9 of us, {when}" for when in OF_US),
    *(f"kill -9 of Label Studio, {when}" for when in OF_THEM),
)


def fault_of(phase: str, crash: Crash) -> Fault:
    if phase in OF_CONNECTIONS:
        return OF_CONNECTIONS[phase]
    victim, when = phase.split(", ")
    return crash.kill_us(when) if victim.endswith(" us") else crash.kill_server(when)


def stored(server: LabelStudioServer, project: int) -> Counter[str]:
    url = f"{server.url}/api/tasks/?project={project}&page_size=10000&include=id,data"
    headers = {"Authorization": f"Token {server.token}"}
    tasks: list[dict[str, Any]] = httpx.get(url, headers=headers, timeout=60).json()["tasks"]
    return Counter(task["data"]["pool_uid"] for task in tasks)


def make_tasks(round: int, count: int) -> list[Task]:
    ids = [hashlib.sha256(f"{round} {n}".encode()).digest() for n in range(count)]
    return [Task(record_id=i, payload={"text": f"text of round {round}"}) for i in ids]


def send(url: str, token: str, project: int, tasks: list[Task]) -> bool:
    """Run what a command runs; say whether it ended well."""
    studio = LabelStudio(url, token, timeout_seconds=OUR_SECONDS, tries=2, sleep=lambda _: None)
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


def run_rounds(server: LabelStudioServer, phases: Iterable[str], tasks_each: int) -> Counter[str]:
    """Let one request fail a round, in these phases; after each round all tasks are there once.

    Args:
        server: A Label Studio that may be killed.
        tasks_each: How many tasks are sent in a round.

    Returns:
        The rounds by phase.
    """
    crash = Crash(server)
    project = LabelStudio(server.url, server.token).ensure_project(
        "faults", "Faults", TEXT, "Read.", 1
    )
    met: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    with FaultProxy(server.url) as proxy:
        for round, phase in enumerate(phases):
            tasks = make_tasks(round, tasks_each)
            wanted.update(task.key for task in tasks)
            before = proxy.count("POST", "/import")
            proxy.plan("POST", "/import", fault_of(phase, crash))
            send_in_a_child(crash, proxy.url, server.token, project, tasks)
            assert proxy.count("POST", "/import") > before
            met[phase] += 1
            if "Label Studio" in phase:
                server.__enter__()
                server.wait_until_ready()
            if phase.startswith("carried out"):
                time.sleep(LATE_SECONDS)  # until the late request is through
            # A person runs the command again: once more where it failed, and where it did not.
            tries = 0
            while not send(proxy.url, server.token, project, tasks):
                tries += 1
                assert tries < 20
            assert stored(server, project) == wanted, phase
    return met
