"""Simulated annotators who label through a gateway while it and Label Studio are killed.

What counts is what an annotator was told: an answer that was taken stands in Label Studio once,
with what they said last, and is collected as one vote.
"""

import hashlib
import math
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import sqlalchemy as sa
from gateways import PASSWORD, Answer, Person, PoolGateway
from pooling import COLLECTION, CREATED, OPERATOR, make_pool, make_records, take_in

from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.jobs.collected import collected_votes
from datacoop.jobs.collecting import collect_votes
from datacoop.jobs.labelling import route_tasks
from datacoop.label.label_studio import LabelStudio
from datacoop.label.votes import pseudonym
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.web.gateway.accounts import make_user
from datacoop.web.gateway.database import read_key
from datacoop.web.gateway.passwords import hash_password
from datacoop.web.gateway.store import Store
from datacoop.web.gateway.store_served import ANSWERED, HELD, PUT_OFF, SENDING

KEY = b"annotators"
VALUES = ("family", "employment", "housing")
VOTES = 3
THINK_SECONDS = 2.0
"""How long a simulated annotator takes for a task."""

SETTLE_SECONDS = 180.0
"""How long annotators go on until each answer that they began is known to be taken."""

THINKING = "thinking"
ASKING = "asking for a task"
_PHASE_OF = {
    HELD: "answer on its way to the gateway",
    PUT_OFF: "answer on its way to the gateway",
    SENDING: "answer on its way to Label Studio",
    ANSWERED: "answer taken, the annotator not told",
}
_STORED = "answer stored in Label Studio, the gateway not told"


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much there is to be of it."""

    annotators: int
    seconds: float
    kills: int
    """How often each side is killed."""


@dataclass(kw_only=True)
class Tally:
    """What became of it."""

    taken: Mapping[tuple[str, bytes], str]
    """What annotators were told was taken: the value by pseudonym and record."""
    stored: Counter[tuple[str, bytes]]
    """Answers in Label Studio's database, by pseudonym and record."""
    collected: Mapping[tuple[str, bytes], str]
    told_late: int = 0
    """Answers whose taking the annotator learnt only by asking again."""
    failures: int = 0
    """Requests that were answered by an error, or not at all."""
    phases: list[tuple[str, Counter[str]]] = field(default_factory=list)
    """For each kill who was killed, and how many annotators it met in which phase."""

    @property
    def lost(self) -> int:
        """Answers that were taken and that Label Studio or the pool has not, or not so."""
        in_studio = self.taken.keys() - self.stored.keys()
        in_pool = {key for key, value in self.taken.items() if self.collected.get(key) != value}
        return len(in_studio | in_pool)

    @property
    def doubled(self) -> int:
        """Answers that stand more than once, or that nobody was told of."""
        more = sum(count - 1 for count in self.stored.values())
        return more + len((self.stored.keys() | self.collected.keys()) - self.taken.keys())


class Worker(threading.Thread):
    """One simulated annotator with a browser."""

    def __init__(self, name: str, number: int, origin: str, project: int, end: float) -> None:
        super().__init__(daemon=True)
        self.annotator = name
        self.number = number
        self.project = project
        self.person = Person(origin)
        self.end = end
        self.doing: str | bytes = THINKING
        """What it waits for: a record while an answer of its own is under way."""
        self.taken: dict[bytes, str] = {}
        self.told_late = 0
        self.failures = 0
        self.error: BaseException | None = None
        self.records: Mapping[str, bytes] = {}

    def run(self) -> None:
        try:
            while not self.person.csrf:
                self._try(lambda: self.person.sign_in(f"a{self.number}@example.org"), {303, 429})
            while time.monotonic() < self.end:
                self.doing = ASKING
                answer = self._next()
                if answer.status == 200:
                    task = answer.json()
                    self._answer(task["id"], self.records[task["data"]["text"]])
                self.doing = THINKING
                time.sleep(THINK_SECONDS)
        except BaseException as error:
            self.error = error

    def _next(self) -> Answer:
        return self._try(lambda: self.person.next_task(self.project), {200, 404})

    def _answer(self, task: int, record: bytes) -> None:
        digest = hashlib.sha256(f"{self.number}".encode() + record).digest()
        value = VALUES[digest[0] % len(VALUES)]
        item = {"from_name": "area", "to_name": "text", "type": "choices"}
        body = {"result": [{**item, "value": {"choices": [value]}}], "lead_time": THINK_SECONDS}
        path = f"/api/tasks/{task}/annotations"
        self.doing = record
        is_known = False
        while not is_known:
            status = self._once(lambda: self.person.send("POST", path, body))
            if status == 201:
                self.taken[record] = value
                return
            assert status in (0, 409, 429, 502, 503), status
            if status != 429:
                is_known = self._is_taken(task, value)
            time.sleep(0.3)
        self.told_late += 1
        self.taken[record] = value

    def _is_taken(self, task: int, value: str) -> bool:
        """Ask again, as somebody does who was told of an error: half of them reload the page."""
        if self.number % 2:
            given = self._next()
            if given.status == 200 and given.json()["id"] == task:
                return False
        shown = self._try(lambda: self.person.send("GET", f"/api/tasks/{task}"), {200})
        annotations = shown.json()["annotations"]
        if annotations:
            assert [one["result"][0]["value"]["choices"] for one in annotations] == [[value]]
        return bool(annotations)

    def _try(self, ask: Callable[[], Answer], wanted: set[int]) -> Answer:
        held: list[Answer] = []

        def keep() -> Answer:
            held[:] = [ask()]
            return held[0]

        limit = self.end + SETTLE_SECONDS
        while (status := self._once(keep)) not in wanted:
            assert status in (0, 429, 502, 503), status
            assert time.monotonic() < limit, "it does not come back"
            time.sleep(0.5)
        return held[0]

    def _once(self, ask: Callable[[], Answer]) -> int:
        """Give the status of one request; 0 where there was no answer."""
        status = 0
        with suppress(OSError, HTTPException):
            status = ask().status
        self.failures += status not in (200, 201, 303, 404, 429)
        return status


def label_under_outages(
    folder: Path, server: LabelStudioServer, studio_database: str, size: Size, store_url: str = ""
) -> Tally:
    """Let annotators label, kill both sides in turns, and count what became of the answers.

    Args:
        folder: An empty one, for pool and gateway.
        server: A running Label Studio that may be killed.
        studio_database: Its database, for SQLAlchemy.
        store_url: The gateway's store; a file in `folder` where nothing is given.
    """
    studio = LabelStudio(server.url, server.token)
    pool = make_pool(open_store(str(folder / "pool")), trust=False)
    count = math.ceil(size.annotators * size.seconds / THINK_SECONDS / VOTES)
    batch = make_records("harbour-1", count)
    take_in(pool, batch, "harbour-1", labelling_wanted=True)
    project = route_tasks(pool, COLLECTION, studio, OPERATOR, created_utc=CREATED).project
    gateway = PoolGateway(folder, server.url, [], store_url=store_url)
    _write_settings(gateway, server)
    users = _add_annotators(gateway, server, size.annotators)
    records = dict(zip(batch["text"].to_pylist(), batch["record_id"].to_pylist(), strict=True))
    tasks = {number: record for record, number in studio.task_numbers(project).items()}
    watch = _Watch(gateway, sa.create_engine(studio_database), users, tasks)
    phases: list[tuple[str, Counter[str]]] = []
    with _environment(server), gateway:
        began = time.monotonic()
        workers = [
            Worker(name, number, gateway.origin, project, began + size.seconds)
            for number, name in enumerate(users.values())
        ]
        for worker in workers:
            worker.records = records
            worker.start()
        for turn in range(2 * size.kills):
            due = began + size.seconds * (turn + 1) / (2 * size.kills + 1)
            time.sleep(max(0.0, due - time.monotonic()))
            if turn % 2 == 0:
                phases.append(("gateway", watch.kill_gateway(workers)))
                gateway.start()
            else:
                phases.append(("Label Studio", watch.kill_studio(workers, server)))
                server.__enter__()
                server.wait_until_ready()
        for worker in workers:
            worker.join(size.seconds + 2 * SETTLE_SECONDS)
            assert not worker.is_alive()
            if worker.error is not None:
                raise worker.error
        stored = watch.stored()
    collect_votes(pool, COLLECTION, studio, OPERATOR, KEY, created_utc=CREATED)
    return Tally(
        taken={(w.annotator, record): v for w in workers for record, v in w.taken.items()},
        stored=stored,
        collected=_collected(pool),
        told_late=sum(worker.told_late for worker in workers),
        failures=sum(worker.failures for worker in workers),
        phases=phases,
    )


class _Watch:
    """Looks into the databases of both sides."""

    def __init__(
        self,
        gateway: PoolGateway,
        studio: sa.Engine,
        users: Mapping[int, str],
        tasks: Mapping[int, bytes],
    ) -> None:
        self.gateway = gateway
        self._studio = studio
        self._users = users
        self._tasks = tasks

    def stored(self) -> Counter[tuple[str, bytes]]:
        """Count Label Studio's answers by pseudonym and record."""
        asked = sa.text("select completed_by_id, task_id from task_completion")
        with self._studio.connect() as database:
            rows = database.execute(asked).all()
        self._studio.dispose()
        return Counter((self._users[u], self._tasks[t]) for u, t in rows if t in self._tasks)

    def kill_gateway(self, workers: Sequence[Worker]) -> Counter[str]:
        doing = [(worker.annotator, worker.doing) for worker in workers]
        self.gateway.kill()
        states = self._states()
        time.sleep(1)  # what it had sent on is carried out
        return self._phases(doing, states)

    def kill_studio(self, workers: Sequence[Worker], server: LabelStudioServer) -> Counter[str]:
        doing = [(worker.annotator, worker.doing) for worker in workers]
        states = self._states()
        server.kill()
        return self._phases(doing, states)

    def _states(self) -> dict[tuple[str, bytes], str]:
        store = Store(self.gateway.store_url, read_key(self.gateway.key_path))
        try:
            return {(s.annotator, s.record_id): s.state for s in store.all_served(COLLECTION)}
        finally:
            store.close()

    def _phases(
        self, doing: Sequence[tuple[str, str | bytes]], states: Mapping[tuple[str, bytes], str]
    ) -> Counter[str]:
        stored = self.stored()
        met: Counter[str] = Counter()
        for annotator, what in doing:
            if isinstance(what, str):
                met[what] += 1
                continue
            state = states.get((annotator, what), HELD)
            is_stored = state == SENDING and stored[annotator, what]
            met[_STORED if is_stored else _PHASE_OF[state]] += 1
        return met


def _add_annotators(gateway: PoolGateway, server: LabelStudioServer, count: int) -> dict[int, str]:
    """Give the pseudonym of each by the number of their Label Studio user."""
    store = Store(gateway.store_url, read_key(gateway.key_path))
    password = hash_password(PASSWORD)
    users = {}
    for number in range(count):
        user = make_user(server.url, server.token, KEY)
        users[user.user_id] = pseudonym(KEY, user.user_id)
        store.add_account(
            annotator=users[user.user_id],
            email=f"a{number}@example.org",
            name=f"Simulated {number}",
            language="",
            studio_user=user.user_id,
            studio_email=user.email,
            studio_token=user.token,
            password=password,
        )
    store.close()
    return users


def _write_settings(gateway: PoolGateway, server: LabelStudioServer) -> None:
    (gateway.folder / "datacoop.toml").write_text(
        f'pool = "pool"\n[label_studio]\nurl = "{server.url}"\n'
        f'[gateway]\norigin = "{gateway.origin}"\nlisten = "127.0.0.1:{gateway.port}"\n'
        f'store = "{gateway.store_url}"\nkey = "gateway.key"\n',
        encoding="utf-8",
    )


@contextmanager
def _environment(server: LabelStudioServer) -> Iterator[None]:
    os.environ["LABEL_STUDIO_TOKEN"] = server.token
    try:
        yield
    finally:
        del os.environ["LABEL_STUDIO_TOKEN"]


def _collected(pool: Pool) -> dict[tuple[str, bytes], str]:
    votes = collected_votes(pool, COLLECTION)
    found = {(vote.annotator, vote.record_id): vote.value for vote in votes}
    assert len(found) == len(votes)
    return found
