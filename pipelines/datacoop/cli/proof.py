"""What the commands that search for identifiers share: options, asking, the report."""

import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from datacoop.cli.common import FOLDER, progress_bar
from datacoop.cli.label_studio import studio_of
from datacoop.errors import SettingsError
from datacoop.jobs.proof import Place, Report, Searched, Service, prove
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.read.open import CACHE
from datacoop.settings import Settings

prove_option = click.option(
    "--prove",
    "report",
    type=FOLDER,
    help="Then search every store for the identifiers; write FILE (JSON) and print it.",
)
also_option = click.option(
    "--also",
    multiple=True,
    help="With --prove: another folder or store to search, such as Label Studio's data folder.",
)
identifiers_option = click.option(
    "--identifiers-fd",
    type=int,
    help="Read identifiers, one a line, from this file descriptor instead of asking.",
)


def asked_identifiers(descriptor: int | None) -> tuple[str, ...]:
    """Ask for identifiers, or read them from a file descriptor; none is shown."""
    if descriptor is not None:
        try:
            with os.fdopen(descriptor, encoding="utf-8") as lines:
                given = [line.strip() for line in lines]
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"cannot read identifiers from file descriptor {descriptor}",
                hint="Open it in the shell: datacoop erase … --identifiers-fd 3 3< FILE",
            ) from error
    else:
        given = list(_typed())
    return tuple(one for one in given if one)


def _typed() -> Iterator[str]:
    while True:
        text: str = click.prompt(
            "Identifier (hidden; Enter alone ends)", default="", hide_input=True, show_default=False
        )
        if not text.strip():
            return
        yield text.strip()


_IN_POOL = ("next version", "labels", "duplicate indexes", "checkpoints", "blobs")
_IN_LANDING = ("duplicate indexes", "quarantine")
_IN = {"work": ("next version", "labels", "work store"), "gold": ("labels",)}


def search_places(settings: Settings, pool: Pool, also: tuple[str, ...]) -> list[Searched]:
    """Give every store and service that the settings name, and others."""
    places: list[Searched] = [Place(name="pool", store=pool.store, parts=_IN_POOL)]
    for member in sorted(pool.require().members) if settings.landing is not None else ():
        store = settings.open_landing(member)
        places.append(Place(name=f"landing of {member}", store=store, parts=_IN_LANDING))
    for name, parts in _IN.items():
        url = getattr(settings, name)
        if url is not None:
            places.append(Place(name=name, store=settings.open_other(url), parts=parts))
    if settings.gateway_store is not None:
        places.append(_gateway(settings, settings.gateway_store))
    if settings.label_studio_url is not None:
        places += _label_studio(settings)
    cache = open_store(str(CACHE.expanduser().parent))
    places.append(Place(name="reader's cache", store=cache, parts=("caches",)))
    return places + [Place(name=url, store=settings.open_other(url)) for url in also]


def _gateway(settings: Settings, url: str) -> Searched:
    name, parts = "gateway store", ("gateway store",)
    if url.startswith("sqlite:///"):
        folder = Path(url.removeprefix("sqlite:///")).parent
        return Place(name=name, store=open_store(str(folder)), parts=parts)
    # Loaded here: who has no gateway needs none of its libraries.
    from datacoop.cli.annotator import gateway_store

    return Service(name=name, tell=gateway_store(settings).rows, parts=parts)


def _label_studio(settings: Settings) -> list[Searched]:
    """Give Label Studio by its API; none for a steward, who holds no token."""
    try:
        settings.label_studio_token(os.environ)
    except SettingsError:
        return []
    tell = studio_of(settings, os.environ).everything
    return [Service(name="Label Studio", tell=tell, parts=("tasks", "labels"))]


def proof_of(
    settings: Settings,
    pool: Pool,
    identifiers: tuple[str, ...],
    report: Path | None,
    also: tuple[str, ...],
    *,
    as_json: bool,
) -> Report | None:
    """Search every store for identifiers and write the report, where one is asked for."""
    if report is None:
        return None
    if not identifiers:
        raise SettingsError("there is nothing to search for", hint="Type the identifiers.")
    with progress_bar("search", quiet=as_json) as progress:
        proof = prove(identifiers, search_places(settings, pool, also), progress)
    report.write_bytes(proof.to_bytes())
    return proof


def proof_value(proof: Report | None) -> dict[str, object]:
    """Give a report as a command prints it for machines."""
    return {"proof": {**asdict(proof), "is_clean": proof.is_clean}} if proof else {}


def exit_with(proof: Report | None) -> None:
    """End with 1 where something was found, or could not have been."""
    if proof is not None and not proof.is_clean:
        raise click.exceptions.Exit(1)
