"""`datacoop doctor`: check what the commands need, and say what to do."""

import importlib.util
import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import click

from datacoop import __version__
from datacoop.cli.common import config_option, emit, json_option, operator_key, settings_from, table
from datacoop.errors import DatacoopError
from datacoop.pool.garbage import erased_blobs
from datacoop.pool.log import entry_key
from datacoop.pool.pool import Pool
from datacoop.pool.state import open_erasures
from datacoop.settings import Settings


class Finding(NamedTuple):
    """One thing looked at."""

    what: str
    state: str
    """`ok`, `missing` (something will not work) or `unset` (not needed by everybody)."""
    advice: str


EXTRAS = {
    "pipeline": "apache_beam",
    "scrub": "presidio_analyzer",
    "checks": "great_expectations",
    "label": "label_studio_sdk",
    "web": "starlette",
}
"""Each extra with a module by which it is known."""


@click.command("doctor")
@config_option
@json_option
def command(config: Path | None, as_json: bool) -> None:
    """Check installation, keys, models, stores and Label Studio; say what to do.

    Exits with 1 when something is missing.

    \b
    Example:
      datacoop doctor
    """
    found = [*_installation(), *_models(), *_settings(settings_from(config))]
    value = [finding._asdict() for finding in found]
    emit(as_json, value, table("", ["what", "state", "what to do"], found))
    if any(finding.state == "missing" for finding in found):
        raise click.exceptions.Exit(1)


def _installation() -> Iterator[Finding]:
    yield Finding(f"datacoop {__version__}", "ok", "")
    supported = (3, 11) <= sys.version_info[:2] < (3, 14)
    advice = "" if supported else "Use Python 3.11, 3.12 or 3.13."
    yield Finding(f"Python {platform.python_version()}", "ok" if supported else "missing", advice)
    for extra, module in EXTRAS.items():
        known = importlib.util.find_spec(module) is not None
        advice = "" if known else f"Install datacoop[{extra}] to run a pool."
        yield Finding(f"extra {extra}", "ok" if known else "unset", advice)


def _models() -> Iterator[Finding]:
    if importlib.util.find_spec("presidio_analyzer") is None:
        return
    from datacoop.scrub.names import installed_models
    from datacoop.scrub.spacy_names import SPACY_MODELS, has_spacy_model

    known = {*installed_models(), *(name for name in SPACY_MODELS if has_spacy_model(name))}
    for language in ("de", "en", "fr", "ko"):
        advice = "" if language in known else "Install datacoop[scrub] with datacoop-names."
        state = "ok" if language in known else "missing"
        yield Finding(f"names in {language}", state, advice)


def _settings(settings: Settings) -> Iterator[Finding]:
    yield _try("pool", settings.pool, lambda: settings.open_pool_store().find(entry_key(0)))
    yield _try("operator key", settings.operator_key, lambda: operator_key(settings))
    if settings.pool is not None:
        yield from _erasure(settings)
    url = settings.label_studio_url
    yield _try("Label Studio", url, lambda: settings.label_studio_token(os.environ))


def _erasure(settings: Settings) -> Iterator[Finding]:
    """Look for what a member asked to erase, and what a restored backup brought back."""
    try:
        pool = Pool(settings.open_pool_store())
        waits = len(open_erasures(pool.state()))
        back = len(erased_blobs(pool)) if pool.state().length else 0
    except DatacoopError as error:
        yield Finding("erasure", "missing", error.hint or str(error))
        return
    advice = f"{waits} requests wait and {back} erased blobs are there: datacoop erase --apply"
    yield Finding("erasure", "missing" if waits or back else "ok", advice if waits or back else "")


def _try(what: str, value: object, look: Callable[[], object]) -> Finding:
    if value is None:
        return Finding(what, "unset", "Set it in datacoop.toml when you need it.")
    try:
        found = look()
    except DatacoopError as error:
        return Finding(what, "missing", error.hint or str(error))
    return Finding(what, "ok" if found is not None else "missing", "" if found else "It is empty.")
