"""What the gateway costs, and what it saves: against Label Studio asked directly, in one run.

Needs Label Studio's environment (`make setup`). Prints a table in Markdown.
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from gateways import GatewayProcess, Offer, Person, record_id  # noqa: E402 - after the path is set
from tests.label.conftest import EXECUTABLE, free_port, prepare  # noqa: E402

from datacoop.demo.label_studio_server import LabelStudioServer  # noqa: E402
from datacoop.label.label_studio import LabelStudio  # noqa: E402
from datacoop.label.routing import Task  # noqa: E402
from datacoop.web.gateway.accounts import make_user  # noqa: E402
from datacoop.web.gateway.database import read_key  # noqa: E402
from datacoop.web.gateway.passwords import hash_password  # noqa: E402
from datacoop.web.gateway.store import Store  # noqa: E402

CONFIGURATION = """<View><Text name="text" value="$text"/><Choices name="area" toName="text">
<Choice value="family"/><Choice value="housing"/></Choices></View>"""
EMAIL = "ada@example.org"


def cpu_seconds(pid: int) -> float:
    """Give the processor time of a process, from the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def rate(ask: Callable[[], None], count: int, threads: int) -> float:
    """Give requests a second."""

    def work() -> None:
        for _ in range(count // threads):
            ask()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return count // threads * threads / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        (folder / "studio").mkdir()
        prepare(folder / "studio")
        with LabelStudioServer(EXECUTABLE, folder / "studio", free_port()) as server:
            server.wait_until_ready()
            measure(server, folder, told)


def measure(server: LabelStudioServer, folder: Path, told: argparse.Namespace) -> None:
    studio = LabelStudio(server.url, server.token)
    project = studio.ensure_project("bench", "Benchmark", CONFIGURATION, "", 3)
    records = {record_id(n): {"text": f"text {n} " * 100} for n in range(200)}
    studio.add_tasks(project, [Task(record_id=k, payload=v) for k, v in records.items()])
    offer = Offer(
        collection="bench",
        project=project,
        configuration=CONFIGURATION,
        records=records,
        tasks=studio.task_numbers(project),
    )
    user = make_user(server.url, server.token, b"key")
    gateway = GatewayProcess(folder / "gateway", server.url, [offer], unlimited=True)
    store = Store(gateway.store_url, read_key(gateway.key_path))
    store.add_account(
        annotator="annotator",
        email=EMAIL,
        name="",
        language="",
        studio_user=user.user_id,
        studio_email=user.email,
        studio_token=user.token,
        password=hash_password("correct horse battery"),
    )
    store.close()
    refresh = {"refresh": user.token}
    access = httpx.post(f"{server.url}/api/token/refresh/", json=refresh).json()["access"]
    bearer = {"Authorization": f"Bearer {access}"}
    with gateway:
        ada = Person(gateway.origin)
        assert ada.sign_in(EMAIL).status == 303
        direct = Person(server.url)
        page = f"/api/projects/{project}"
        following = f"/api/dm/actions?id=next_task&project={project}"
        typed = {**bearer, "Content-Type": "application/json"}
        asks = {
            "relayed": lambda: well(ada.send("GET", page).status),
            "relayed, direct": lambda: well(direct.raw("GET", page, None, bearer).status),
            "next task": lambda: well(ada.next_task(project).status),
            "next task, direct": lambda: well(direct.raw("POST", following, b"{}", typed).status),
            "own": lambda: well(ada.send("GET", "/api/version").status),
            "denied": lambda: ada.send("GET", "/api/projects/1/export"),
        }
        rates: dict[str, list[float]] = {name: [] for name in asks}
        spent: dict[str, list[float]] = {name: [] for name in asks}
        for _ in range(told.rounds):
            for name, ask in asks.items():
                before = cpu_seconds(gateway.pid)
                rates[name].append(rate(ask, told.requests, told.threads))
                used = cpu_seconds(gateway.pid) - before
                spent[name].append(1_000 * used / told.requests)
    print("| request | a second | gateway CPU, ms |\n|---|---|---|")
    for name in asks:
        of = "" if name.endswith("direct") else f"{statistics.median(spent[name]):.2f}"
        print(f"| {name} | {statistics.median(rates[name]):.0f} | {of} |")
    for name in ("relayed", "next task"):
        pairs = zip(rates[name], rates[f"{name}, direct"], strict=True)
        print(f"{name} against direct: {statistics.median(a / b for a, b in pairs):.2f}")


def well(status: int) -> None:
    assert status == 200, status


if __name__ == "__main__":
    main()
