"""The labelling of the play: accounts, a workforce, hidden gold, and a gateway to work through."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import yaml

from datacoop.demo.annotators import (
    Browser,
    SimulatedAnnotator,
    Truth,
    Truths,
    annotate,
    shown_key,
)
from datacoop.demo.auditor import audit_tasks
from datacoop.demo.data import MEMBERS
from datacoop.demo.gateway_server import GatewayServer, origin_on
from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.jobs.collecting import Collected, collect_votes
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.gold_store import gold_votes, known_gold
from datacoop.jobs.labelling import labelled_records, route_tasks, routed_records
from datacoop.jobs.labels import current_demands
from datacoop.jobs.workforce import add_gold, enter_paused, enter_workforce
from datacoop.label.form import parse_form
from datacoop.label.gold import Use
from datacoop.label.label_studio import LabelStudio
from datacoop.label.routing import make_tasks
from datacoop.pool.keys import SigningKey
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.web.gateway.accounts import add_annotator
from datacoop.web.gateway.database import read_key
from datacoop.web.gateway.passwords import hash_password
from datacoop.web.gateway.store import Store
from datacoop.web.gateway.store_accounts import Account

ERROR_RATES = (0.03, 0.06, 0.1, 0.12, 0.15)
"""Of the simulated annotators who work on every collection."""
CARELESS_RATE = 0.9
"""Of one more, who works where there is gold, until it tells."""
AUDITORS = 2
"""So many must agree before a leak is taken for one."""
GOLD_COLLECTION = "documents"
GOLD_RECORDS = 12
GOLD_PERCENT = 25
"""More than in earnest, so that few tasks are enough to tell."""
KEY = hashlib.sha256(b"datacoop.demo.annotators").digest()
"""Of the play alone, so that it goes the same way each time; in earnest nobody knows it."""
DOMAINS = ("engineering", "finance", "health", "law", "public-service")
FILE = "datacoop.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked in one collection."""

    tasks: int
    """Records that annotators label, gold left out."""
    fixed_votes: int
    """What as many votes for each of them would have been."""
    gold_answers: int
    paused: int
    """Annotators whom their answers to gold paused."""


class Labelling:
    """The labelling of one play."""

    def __init__(
        self,
        root: Path,
        pool: Pool,
        studio: LabelStudio,
        server: LabelStudioServer,
        port: int,
        operator: SigningKey,
        now: Callable[[], str],
    ) -> None:
        """Prepare; nothing is done yet.

        Args:
            root: The folder of the play.
            server: The Label Studio of the play.
            port: The port for the gateway on this machine.
            now: Gives the time for an entry.
        """
        self.collected: dict[str, Collected] = {}
        self.asked: dict[str, Asked] = {}
        self._root, self._pool, self._studio, self._operator = root, pool, studio, operator
        self._url, self._token, self._port, self._now = server.url, server.token, port, now
        self._gold = open_store(str(root / "gold"))
        self._annotators: list[SimulatedAnnotator] = []
        self._auditors: list[SimulatedAnnotator] = []
        self.auditors: frozenset[int] = frozenset()
        """Label Studio's numbers of the users who are cleared for audits."""

    def sign_up(self) -> None:
        """Give annotators Label Studio users, accounts at the gateway, and a workforce file."""
        folder = self._root / "gateway"
        folder.mkdir()
        (self._root / "keys" / "annotators.key").write_bytes(KEY)
        key = read_key(folder / "gateway.key")
        store = Store(f"sqlite:///{folder.resolve() / 'gateway.db'}", key)
        self._annotators = [
            _person("annotator", number, rate)
            for number, rate in enumerate((*ERROR_RATES, CARELESS_RATE))
        ]
        self._auditors = [_person("auditor", number, 0.0) for number in range(AUDITORS)]
        accounts = [self._account(store, key, one) for one in self._annotators]
        cleared = [self._account(store, key, one) for one in self._auditors]
        store.close()
        self.auditors = frozenset(account.studio_user for account in cleared)
        settings = _settings(self._url, self._port, sorted(self.auditors))
        (self._root / FILE).write_text(settings, encoding="utf-8")
        path = self._root / "workforce.yaml"
        path.write_text(_workforce([*accounts, *cleared]), encoding="utf-8")
        enter_workforce(self._pool, path, self._operator, KEY, created_utc=self._now())

    def _account(self, store: Store, key: bytes, annotator: SimulatedAnnotator) -> Account:
        return add_annotator(
            store,
            self._url,
            self._token,
            KEY,
            key,
            email=annotator.email,
            name="",
            language="en",
            password=hash_password(annotator.password),
        )

    def label(
        self,
        names: Sequence[str],
        values: dict[str, str],
        seed: int,
        progress: Callable[[int, int], None],
    ) -> None:
        """Have the annotators label the collections, until nothing more is asked.

        Args:
            names: The collections.
            values: The true value by record id in hex.
            seed: Fixes every answer, and which records are gold.
            progress: Called with the answers given and those that fixed votes would be.
        """
        projects = {name: self._route(name) for name in names}
        self._hide_gold(values, seed)
        truths = {name: task_truths(self._pool, name, values) for name in names}
        expected, given = sum(self._fixed_votes(name) for name in names), 0

        def work(open_now: Sequence[str], people: Sequence[SimulatedAnnotator]) -> None:
            def show(_: int) -> None:
                nonlocal given
                given += 1
                progress(given, max(given, expected))

            with ExitStack() as stack:
                gateway = stack.enter_context(self._gateway())
                browsers = [stack.enter_context(Browser(gateway.origin, one)) for one in people]
                for name in open_now:
                    collection = contract_of(self._pool, self._pool.state(), name)
                    form = parse_form(collection.file("labeling.xml"))
                    policy = collection.labelling
                    annotate(
                        *(browsers, projects[name], truths[name], form, policy),
                        seed=seed,
                        progress=show,
                    )
            for name in open_now:
                self._collect(name)

        # The careless one goes first and alone: the gateway asks again what a pause made fall only
        # after some seconds, and the play is to go the same way each time.
        *careful, careless = self._annotators
        work([GOLD_COLLECTION], [careless])
        open_now, before = list(names), -1
        while open_now and before < given:
            before = given
            work(open_now, careful)
            open_now = [name for name in names if self._is_open(name)]

    def audit(self, project: int) -> int:
        """Have the auditors read all that is open to them; give how much that was.

        What the first one marks is open to the second one at once.
        """
        with ExitStack() as stack:
            gateway = stack.enter_context(self._gateway())
            browsers = [stack.enter_context(Browser(gateway.origin, o)) for o in self._auditors]
            return sum(audit_tasks(browser, project) for browser in browsers)

    def _gateway(self) -> GatewayServer:
        log = self._root / "logs" / "gateway.log"
        return GatewayServer(self._root / FILE, self._port, self._token, log)

    def _route(self, name: str) -> int:
        return route_tasks(
            self._pool, name, self._studio, self._operator, created_utc=self._now()
        ).project

    def _hide_gold(self, values: dict[str, str], seed: int) -> None:
        """Take a few of the records that were sent for gold, with their true values."""
        routed = [record_id.hex() for record_id in routed_records(self._pool, GOLD_COLLECTION)]
        drawn = sorted(routed, key=lambda i: hashlib.sha256(f"gold {seed} {i}".encode()).digest())
        lines = [json.dumps({"record_id": i, "value": values[i]}) for i in drawn[:GOLD_RECORDS]]
        add_gold(
            self._pool,
            self._gold,
            GOLD_COLLECTION,
            "\n".join(lines),
            Use.GOLD,
            self._operator,
            KEY,
            created_utc=self._now(),
        )

    def _collect(self, name: str) -> None:
        """Bring the answers into the pool, and enter who is paused."""
        self.collected[name] = collect_votes(
            self._pool,
            name,
            self._studio,
            self._operator,
            KEY,
            created_utc=self._now(),
            gold=self._gold,
        )
        paused = enter_paused(self._pool, self._gold, name, self._operator, created_utc=self._now())
        self.asked[name] = Asked(
            tasks=len(routed_records(self._pool, name)) - len(known_gold(self._gold, name)),
            fixed_votes=self._fixed_votes(name),
            gold_answers=len(gold_votes(self._gold, name)),
            paused=len(paused),
        )

    def _fixed_votes(self, name: str) -> int:
        collection = contract_of(self._pool, self._pool.state(), name)
        tasks = len(routed_records(self._pool, name)) - len(known_gold(self._gold, name))
        return tasks * collection.labelling.votes

    def _is_open(self, name: str) -> bool:
        collection = contract_of(self._pool, self._pool.state(), name)
        hidden = known_gold(self._gold, name)
        asked = current_demands(self._pool, collection)
        return any(one.votes and one.record_id not in hidden for one in asked)


def task_truths(pool: Pool, name: str, values: Mapping[str, str]) -> Truths:
    """Give what is true of each task of a collection, by what annotators see of it.

    Args:
        values: The true value by record id in hex.
    """
    state = pool.state()
    form = parse_form(contract_of(pool, state, name).file("labeling.xml"))
    routed = routed_records(pool, name)
    tasks = make_tasks(labelled_records(pool, state, name), form.columns, routed)
    return {
        shown_key(task.payload): Truth(key=task.record_id.hex(), value=values[task.record_id.hex()])
        for task in tasks
    }


def _person(role: str, number: int, error_rate: float) -> SimulatedAnnotator:
    return SimulatedAnnotator(
        email=f"{role}-{number + 1:02}@example.org",
        password=secrets.token_urlsafe(16),
        number=number,
        error_rate=error_rate,
    )


def _settings(url: str, port: int, auditors: Sequence[int]) -> str:
    return f"""pool = "pool"
annotator_key = "keys/annotators.key"
workforce = "workforce.yaml"
gold = "gold"

[label_studio]
url = "{url}"
auditors = {list(auditors)}

[gateway]
origin = "{origin_on(port)}"
listen = "{origin_on(port).removeprefix("http://")}"
store = "gateway/gateway.db"
key = "gateway/gateway.key"
"""


def _workforce(accounts: Sequence[Account]) -> str:
    listed = [
        {
            "annotator": account.annotator,
            "member": MEMBERS[number % len(MEMBERS)].id,
            "country": MEMBERS[number % len(MEMBERS)].country,
            "languages": dict.fromkeys(("de", "en", "fr", "ko"), "C1"),
            "domains": list(DOMAINS),
            "clearance": 1,
            "jurisdictions": [],
            "hours_a_week": 10,
        }
        for number, account in enumerate(accounts)
    ]
    content = {"schema": "datacoop.workforce.v1", "annotators": listed}
    return yaml.safe_dump(content, sort_keys=False)
