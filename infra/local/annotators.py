"""The demo's simulated annotators, who label on the cluster."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from datacoop.demo.annotators import Browser, SimulatedAnnotator, annotate
from datacoop.demo.cast import truths_by_key
from datacoop.demo.data import make_submissions
from datacoop.demo.labelling import ERROR_RATES, task_truths
from datacoop.demo.play import SEED
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.labelling import ensure_project
from datacoop.label.form import parse_form
from datacoop.label.label_studio import LabelStudio
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.settings import Settings, load_settings
from datacoop.web.gateway.accounts import add_annotator
from datacoop.web.gateway.database import read_key
from datacoop.web.gateway.passwords import hash_password
from datacoop.web.gateway.store import Store
from datacoop.web.gateway.works import REFRESH_SECONDS

if TYPE_CHECKING:
    from cluster import Cluster


def label(cluster: "Cluster", name: str) -> int:
    """Have the demo's simulated annotators sign in at the gateway and answer what is open.

    Returns:
        How many answers they gave.
    """
    settings = load_settings(cluster.folder / "datacoop.toml", {})
    token = cluster.secrets["studio_token"]
    people = [
        SimulatedAnnotator(
            email=f"simulated-{number + 1}@example.org",
            password=cluster.secrets["annotators"],
            number=number,
            error_rate=rate,
        )
        for number, rate in enumerate(ERROR_RATES)
    ]
    _add(settings, token, people)
    pool = Pool(open_store("s3://pool", cluster.store_options))
    collection = contract_of(pool, pool.require(), name)
    project = ensure_project(collection, LabelStudio(settings.require("label_studio_url"), token))
    truths = task_truths(pool, name, truths_by_key(make_submissions(SEED)))
    form = parse_form(collection.file("labeling.xml"))
    with ExitStack() as stack:
        origin = settings.require("gateway_origin")
        browsers = [stack.enter_context(Browser(origin, one)) for one in people]
        _wait_for_work(browsers, project)
        return annotate(browsers, project, truths, form, collection.labelling, seed=SEED)


def _add(settings: Settings, token: str, people: Sequence[SimulatedAnnotator]) -> None:
    """Add those who are not known yet."""
    key = read_key(settings.require("gateway_key"))
    store = Store(settings.require("gateway_store"), key)
    for one in people:
        if store.account_of(one.email) is None:
            add_annotator(
                store,
                settings.require("label_studio_url"),
                token,
                settings.require("annotator_key").read_bytes(),
                key,
                email=one.email,
                name="",
                language="en",
                password=hash_password(one.password),
            )
    store.close()


def _wait_for_work(browsers: Sequence[Browser], project: int) -> None:
    """Wait until the gateway, which looks now and then, knows these people and their tasks."""
    limit = time.monotonic() + 3 * REFRESH_SECONDS
    while any(browser.next_task(project) is None for browser in browsers):
        if time.monotonic() > limit:
            break
        time.sleep(1)
