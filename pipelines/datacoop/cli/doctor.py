"""`datacoop doctor`: check what the commands need, and say what to do."""

import importlib.util
import platform
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import click

from datacoop import __version__
from datacoop.cli.common import (
    beam_arguments_argument,
    config_option,
    emit,
    json_option,
    settings_from,
    table,
)
from datacoop.cli.doctor_pool import pool_findings
from datacoop.cli.doctor_services import service_findings
from datacoop.cli.finding import MISSING, OK, UNSET, Finding, found

EXTRAS = {
    "pipeline": "apache_beam",
    "scrub": "presidio_analyzer",
    "checks": "great_expectations",
    "label": "label_studio_sdk",
    "web": "starlette",
}
"""Each extra with a module by which it is known."""


@click.command("doctor", context_settings={"ignore_unknown_options": True})
@beam_arguments_argument
@config_option
@json_option
def command(beam_arguments: tuple[str, ...], config: Path | None, as_json: bool) -> None:
    """Check installation, models, stores, keys, services and clocks; say what to do.

    Stores are tried with one small object that is deleted again. What follows -- are the options
    of Beam that you give to jobs: the job endpoint and the Flink master named there are looked at
    too. Exits with 1 when something is missing.

    \b
    Example:
      datacoop doctor
      datacoop doctor -- --job_endpoint=HOST:8099 --flink_master=HOST:8081
    """
    settings = settings_from(config)
    findings = [
        *_installation(),
        *_models(),
        *pool_findings(settings),
        *service_findings(settings, beam_arguments),
    ]
    value = [finding._asdict() for finding in findings]
    emit(as_json, value, table("", ["what", "state", "what to do"], findings))
    if any(finding.state == MISSING for finding in findings):
        raise click.exceptions.Exit(1)


def _installation() -> Iterator[Finding]:
    yield Finding(f"datacoop {__version__}", OK)
    supported = (3, 11) <= sys.version_info[:2] < (3, 14)
    yield found(
        f"Python {platform.python_version()}", "" if supported else "Use Python 3.11, 3.12 or 3.13."
    )
    known = [extra for extra, module in EXTRAS.items() if importlib.util.find_spec(module)]
    for extra in EXTRAS:
        advice = "" if extra in known else f"Install datacoop[{extra}] to run a pool."
        yield Finding(f"extra {extra}", OK if extra in known else UNSET, advice)
    yield from _versions(known)


def _versions(extras: list[str]) -> Iterator[Finding]:
    """Hold the packages that are there against what datacoop asks for."""
    if importlib.util.find_spec("packaging") is None:
        yield Finding("versions of packages", UNSET, "Install packaging to have them looked at.")
        return
    from packaging.requirements import Requirement

    wrong = []
    for line in metadata.requires("datacoop") or ():
        wanted = Requirement(line)
        applies = any(
            wanted.marker is None or wanted.marker.evaluate({"extra": extra})
            for extra in ("", *extras)
        )
        if not applies:
            continue
        try:
            present = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{wanted.name} is not there")
            continue
        if not wanted.specifier.contains(present, prereleases=True):
            wrong.append(f"{wanted.name} is {present}, and {wanted.specifier} is wanted")
    advice = f"{'; '.join(wrong)}. Install datacoop {__version__} anew, with its lock file."
    yield found("versions of packages", advice if wrong else "")


def _models() -> Iterator[Finding]:
    if importlib.util.find_spec("presidio_analyzer") is None:
        return
    from datacoop.scrub.names import installed_models
    from datacoop.scrub.spacy_models import SPACY_MODELS, has_spacy_model

    known = {*installed_models(), *(name for name in SPACY_MODELS if has_spacy_model(name))}
    for language in ("de", "en", "fr", "ko"):
        advice = "" if language in known else "Install datacoop[scrub] with datacoop-names."
        yield found(f"names in {language}", advice)
