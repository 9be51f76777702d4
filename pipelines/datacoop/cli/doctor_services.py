"""What `datacoop doctor` looks at elsewhere: Label Studio, the gateway's store, Flink."""

import argparse
import importlib.util
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress

from datacoop.cli.finding import Finding, clock_finding, found, looked, readable_by_others
from datacoop.errors import DatacoopError
from datacoop.jobs.engine import ask_flink, require_listening
from datacoop.pool.store_check import SECONDS, seconds_ahead
from datacoop.settings import Settings

FLINK = "1.19"
"""The Flink that the jobs were tried on."""


def service_findings(settings: Settings, beam_arguments: Sequence[str]) -> Iterator[Finding]:
    """Look at the services that are set, and at those that Beam's options name."""
    url = settings.label_studio_url
    yield looked("Label Studio", url, lambda: _label_studio(settings))
    if url is not None:
        # Where it is not reached, that is told above.
        with suppress(DatacoopError):
            yield clock_finding("Label Studio", seconds_ahead(url, "Label Studio"))
    yield looked("gateway's store", settings.gateway_store, lambda: _gateway_store(settings))
    key = settings.gateway_key
    if key is not None and key.exists():
        yield found("gateway's key", readable_by_others(key))
    yield from _engine(beam_arguments)


def _label_studio(settings: Settings) -> str:
    if importlib.util.find_spec("label_studio_sdk") is None:
        return "Install datacoop[label]."
    from datacoop.label.label_studio import LabelStudio

    token = settings.label_studio_token(os.environ)
    url = settings.require("label_studio_url")
    studio = LabelStudio(url, token, timeout_seconds=SECONDS, tries=1)
    studio.require_version()
    studio.require_access()
    return ""


def _gateway_store(settings: Settings) -> str:
    if importlib.util.find_spec("sqlalchemy") is None:
        return "Install datacoop[web]."
    from datacoop.web.gateway.database import SCHEMA, found_schema

    schema = found_schema(settings.require("gateway_store"))
    # An older one, or none, is seen to by the gateway when it starts.
    if schema is not None and schema > SCHEMA:
        return f"It is of a newer datacoop (schema {schema}, and this one knows {SCHEMA})."
    return ""


def _engine(beam_arguments: Sequence[str]) -> Iterator[Finding]:
    """Look at the job endpoint and the Flink that a job would be given, by Beam's own options."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--job_endpoint")
    parser.add_argument("--flink_master")
    told, _ = parser.parse_known_args(list(beam_arguments))
    if told.job_endpoint:
        yield looked("Beam job endpoint", told.job_endpoint, lambda: _listens(told.job_endpoint))
    if told.flink_master:
        yield looked("Flink", told.flink_master, lambda: _flink(told.flink_master))


def _listens(endpoint: str) -> str:
    require_listening(endpoint)
    return ""


def _flink(master: str) -> str:
    found = ask_flink(master)
    if not found.version.startswith(f"{FLINK}."):
        return f"It is Flink {found.version}; the jobs were tried on {FLINK}."
    if not found.managers:
        return "It has no task manager: jobs would wait for ever. Start some."
    return (
        ""
        if found.free_slots
        else "All its slots are taken: jobs would wait. Start a task manager."
    )
