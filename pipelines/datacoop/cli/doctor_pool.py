"""What `datacoop doctor` looks at in a pool: stores, keys, trust metadata, erasures."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from datacoop.cli.common import annotator_key, operator_key, utc_moment
from datacoop.cli.finding import (
    MISSING,
    UNSET,
    Finding,
    clock_finding,
    found,
    looked,
    readable_by_others,
)
from datacoop.errors import DatacoopError
from datacoop.pool.garbage import erased_blobs
from datacoop.pool.landing import PSEUDONYM_KEY
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.release_rules import open_erasures
from datacoop.pool.state import State
from datacoop.pool.store_check import refuses_overwriting, store_seconds_ahead
from datacoop.pool.trust_dates import last_days
from datacoop.settings import Settings

ANNOTATOR_KEY_BYTES = 32
REFRESHED = frozenset({"timestamp", "snapshot", "withdrawn"})
REFRESH_DAYS = 2
"""Days that metadata which is refreshed daily must be valid for."""
RENEW_DAYS = 30
"""Days that the rest must be: approvers of two members have to meet."""


def pool_findings(settings: Settings) -> Iterator[Finding]:
    """Look at all stores that are set, then at the pool."""
    stores = {
        "pool": (settings.pool, settings.open_pool_store),
        "work": (settings.work, settings.open_work_store),
        "gold": (settings.gold, settings.open_gold_store),
        "grants": (settings.grants, settings.open_grant_store),
        "accesses": (settings.portal_accesses, settings.open_access_store),
    }
    reached = True
    for name, (url, open_it) in stores.items():
        if url is None:
            yield looked(f"store {name}", None, str)
            continue
        try:
            yield from _store(name, open_it())
        except DatacoopError as error:
            yield _failed(f"store {name}", error)
            reached = reached and name != "pool"
    if settings.pool is None or not reached:
        yield from _keys(settings, None)
        return
    try:
        state = Pool(settings.open_pool_store()).state()
    except DatacoopError as error:
        yield _failed("pool", error)
        yield from _keys(settings, None)
        return
    yield found("pool", "" if state.length else "It is empty. Run `datacoop pool init`.")
    yield from _keys(settings, state)
    if state.length:
        yield from _trust(settings, state)
        yield _erasure(settings, state)
        yield from _landing(settings, state)


def _failed(what: str, error: DatacoopError) -> Finding:
    return Finding(what, MISSING, f"{error}. {error.hint}".rstrip())


def _store(name: str, store: ObjectStore) -> Iterator[Finding]:
    folder = store.local_path("")
    if folder is not None and not folder.is_dir():
        yield found(f"store {name}", _unmade(folder))
        return
    if folder is None:
        yield clock_finding(f"store {name}", store_seconds_ahead(store))
    advice = "It writes over what is there: use a store that honours If-None-Match on writes."
    yield found(f"store {name}", "" if refuses_overwriting(store) else advice)


def _unmade(folder: Path) -> str:
    """Say what to do about a folder that is not there yet, or nothing if it can be made."""
    parent = next(parent for parent in folder.parents if parent.exists())
    return "" if os.access(parent, os.W_OK) else f"{parent} cannot be written by this user."


def _keys(settings: Settings, state: State | None) -> Iterator[Finding]:
    yield looked("operator key", settings.operator_key, lambda: _operator(settings, state))
    yield looked("annotator key", settings.annotator_key, lambda: _annotator(settings))


def _operator(settings: Settings, state: State | None) -> str:
    key = operator_key(settings)
    if state is not None and state.operator not in {"", key.public.keyid}:
        return "It is not the key of this pool's operator; see `datacoop trust show`."
    return readable_by_others(settings.require("operator_key"))


def _annotator(settings: Settings) -> str:
    if len(annotator_key(settings)) < ANNOTATOR_KEY_BYTES:
        return f"It is shorter than {ANNOTATOR_KEY_BYTES} bytes: pseudonyms could be guessed."
    return readable_by_others(settings.require("annotator_key"))


def _trust(settings: Settings, state: State) -> Iterator[Finding]:
    if state.trust_root is None:
        yield Finding("trust metadata", UNSET, "Run `datacoop trust init` before a release.")
        return
    try:
        days = last_days(settings.open_pool_store())
    except DatacoopError as error:
        yield _failed("trust metadata", error)
        return
    faults = []
    for role, end in days.items():
        is_refreshed = role in REFRESHED
        wanted = timedelta(days=REFRESH_DAYS if is_refreshed else RENEW_DAYS)
        if end - utc_moment() < wanted:
            verb = "datacoop trust refresh" if is_refreshed else "datacoop trust renew"
            faults.append(f"{role} ends on {end.date().isoformat()}: {verb}")
    yield found("trust metadata", "; ".join(faults))


def _erasure(settings: Settings, state: State) -> Finding:
    """Look for what a member asked to erase, and what a restored backup brought back."""
    waits = len(open_erasures(state))
    try:
        back = len(erased_blobs(Pool(settings.open_pool_store())))
    except DatacoopError as error:
        return _failed("erasure", error)
    advice = f"{waits} requests wait and {back} erased blobs are there: datacoop erase --apply"
    return found("erasure", advice if waits or back else "")


def _landing(settings: Settings, state: State) -> Iterator[Finding]:
    if settings.landing is None:
        yield looked("landing stores", None, str)
        return
    for member in sorted(state.members):
        what = f"landing store of {member}"
        try:
            size = settings.open_landing(member).size(PSEUDONYM_KEY)
        except DatacoopError as error:
            yield _failed(what, error)
            continue
        yield found(what, "") if size else Finding(what, UNSET, "The member has sent nothing yet.")
