"""`datacoop erase`: a person, records or a submission, everywhere."""

import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from datacoop.cli.common import (
    FOLDER,
    config_option,
    emit,
    facts,
    json_option,
    open_pool,
    operator_key,
    pool_option,
    progress_bar,
    settings_from,
    table,
    utc_now,
)
from datacoop.errors import RefusedError, SettingsError
from datacoop.jobs.erasure import (
    apply_erasures,
    erase_from_studio,
    erase_from_work,
    readers_to_tell,
)
from datacoop.jobs.erasure_finding import Wanted, counts, find_records
from datacoop.jobs.erasure_landing import MemberErasure
from datacoop.jobs.proof import Place, Report, prove
from datacoop.jobs.submitting import read_secret
from datacoop.label.label_studio import LabelStudio
from datacoop.pool.keys import load_signing_key
from datacoop.pool.landing import PSEUDONYM_KEY
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


@click.command("erase")
@click.option("--member", help="The member whose data it is; at the steward's.")
@click.option("--key", "key_path", type=FOLDER, help="The steward's key file.")
@identifiers_option
@click.option("--records", type=FOLDER, help="A file with record ids in hex, one a line.")
@click.option("--submission", "submissions", multiple=True, help="Everything in a submission.")
@click.option("--dry-run", is_flag=True, help="Say what would be erased; change nothing.")
@click.option("--again", is_flag=True, help="Carry out all erasures of the member once more.")
@click.option("--apply", "is_operator", is_flag=True, help="The operator's half.")
@click.option("--accesses", help="With --apply: the store with the daily records of accesses.")
@prove_option
@also_option
@click.option("--landing", help="Landing stores, with {member} in the place of the id.")
@pool_option
@config_option
@json_option
def command(
    member: str | None,
    key_path: Path | None,
    identifiers_fd: int | None,
    records: Path | None,
    submissions: tuple[str, ...],
    dry_run: bool,
    again: bool,
    is_operator: bool,
    accesses: str | None,
    report: Path | None,
    also: tuple[str, ...],
    landing: str | None,
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Erase a person, records or a submission, and prove that they are gone.

    The steward types identifiers (names, addresses, numbers) at the prompt; they are never given on
    the command line and never leave the member. Then the operator runs it with --apply.

    \b
    Example:
      datacoop erase --member de-auental --key keys/steward.key --dry-run
      datacoop erase --member de-auental --key keys/steward.key
      datacoop erase --apply
      datacoop erase --member de-auental --again --key keys/steward.key
    """
    settings = settings_from(config, pool=pool_url, landing=landing)
    if is_operator == (member is not None):
        raise SettingsError(
            "give either --member or --apply",
            hint="The steward gives --member, the operator --apply.",
        )
    if is_operator:
        _apply(settings, accesses, report, also, identifiers_fd, as_json)
        return
    _erase(
        settings,
        member or "",
        key_path,
        identifiers_fd,
        (records, submissions),
        dry_run=dry_run,
        again=again,
        report=report,
        also=also,
        as_json=as_json,
    )


def _erase(
    settings: Settings,
    member: str,
    key_path: Path | None,
    identifiers_fd: int | None,
    named: tuple[Path | None, tuple[str, ...]],
    *,
    dry_run: bool,
    again: bool,
    report: Path | None,
    also: tuple[str, ...],
    as_json: bool,
) -> None:
    pool, landing = open_pool(settings), settings.open_landing(member)
    if key_path is None and not dry_run:
        raise SettingsError("--key is not given", hint="Give --key of a steward of the member.")
    if key_path is not None:
        steward = load_signing_key(key_path)
        if steward.public.member != member:
            raise RefusedError(f"the key is not one of {member!r}")
        job = MemberErasure(pool=pool, landing=landing, steward=steward)
    identifiers: tuple[str, ...] = ()
    if not (again or any(named)) or report is not None:
        identifiers = asked_identifiers(identifiers_fd)
    if again:
        done = job.again(created_utc=utc_now())
        found = {}
    else:
        wanted = Wanted(
            identifiers=identifiers,
            records=_record_ids(named[0]),
            submissions=frozenset(named[1]),
        )
        ledger = find_records(pool, landing, read_secret(landing, PSEUDONYM_KEY), wanted)
        found = dict(counts(ledger))
        if dry_run or not found:
            done = None
        else:
            done = job.erase(ledger, created_utc=utc_now())
    value = {"member": member, "rows": found, **(asdict(done) if done else {})}
    rows = table("Rows found", ["submission", "rows"], [list(one) for one in found.items()])
    hint = (
        "nothing was changed" if done is None else "next: the operator runs datacoop erase --apply"
    )
    proof = _prove(settings, pool, identifiers, report, also, as_json=as_json)
    emit(
        as_json,
        {**value, **_proof_value(proof)},
        rows,
        facts({**(asdict(done) if done else {}), "": hint}),
        *(proof.lines() if proof else ()),
    )
    _exit(proof)


def _apply(
    settings: Settings,
    accesses: str | None,
    report: Path | None,
    also: tuple[str, ...],
    identifiers_fd: int | None,
    as_json: bool,
) -> None:
    pool = open_pool(settings)
    done = apply_erasures(pool, operator_key(settings), created_utc=utc_now())
    tasks = 0
    if settings.label_studio_url is not None:
        token = settings.label_studio_token(os.environ)
        tasks = erase_from_studio(pool, LabelStudio(settings.label_studio_url, token))
    if settings.work is not None:
        erase_from_work(settings.open_work_store())
    told = {}
    if accesses is not None:
        told = readers_to_tell(pool, open_store(accesses, settings.store_options))
    identifiers = asked_identifiers(identifiers_fd) if report is not None else ()
    proof = _prove(settings, pool, identifiers, report, also, as_json=as_json)
    value = {"erased": [asdict(one) for one in done], "tasks": tasks, "readers": told}
    rows = [[one.asked, one.member, one.rows, ", ".join(one.versions)] for one in done]
    emit(
        as_json,
        {**value, **_proof_value(proof)},
        table("Erased", ["entry", "member", "rows", "versions withdrawn"], rows),
        table(
            "Grants under which erased rows were read",
            ["grant", "versions"],
            [[grant, ", ".join(versions)] for grant, versions in told.items()],
        ),
        facts({"tasks deleted": tasks}),
        *(proof.lines() if proof else ()),
    )
    _exit(proof)


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


def _record_ids(path: Path | None) -> frozenset[bytes]:
    if path is None:
        return frozenset()
    try:
        found = frozenset(map(bytes.fromhex, path.read_text(encoding="ascii").split()))
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"cannot read record ids from {path}", hint="Hex, one a line."
        ) from error
    if any(len(one) != 32 for one in found):
        raise SettingsError(f"{path} holds something else than record ids", hint="64 hex digits.")
    return found


def search_places(settings: Settings, pool: Pool, also: tuple[str, ...]) -> list[Place]:
    """Give every store that the settings name, and others."""
    options = settings.store_options
    places = [Place(name="pool", store=pool.store)]
    if settings.landing is not None:
        members = sorted(pool.require().members)
        places += [Place(name=f"landing of {m}", store=settings.open_landing(m)) for m in members]
    for name in ("work", "gold"):
        url = getattr(settings, name)
        if url is not None:
            places.append(Place(name=name, store=open_store(url, options)))
    if settings.gateway_store is not None and settings.gateway_store.startswith("sqlite:///"):
        folder = Path(settings.gateway_store.removeprefix("sqlite:///")).parent
        places.append(Place(name="gateway store", store=open_store(str(folder))))
    places.append(Place(name="reader's cache", store=open_store(str(CACHE.expanduser().parent))))
    return places + [Place(name=url, store=open_store(url, options)) for url in also]


def _prove(
    settings: Settings,
    pool: Pool,
    identifiers: tuple[str, ...],
    report: Path | None,
    also: tuple[str, ...],
    *,
    as_json: bool,
) -> Report | None:
    if report is None:
        return None
    return write_proof(settings, pool, identifiers, report, also, as_json=as_json)


def write_proof(
    settings: Settings,
    pool: Pool,
    identifiers: tuple[str, ...],
    report: Path,
    also: tuple[str, ...],
    *,
    as_json: bool,
) -> Report:
    """Search every store for identifiers and write the report."""
    if not identifiers:
        raise SettingsError("there is nothing to search for", hint="Type the identifiers.")
    with progress_bar("search", quiet=as_json) as progress:
        proof = prove(identifiers, search_places(settings, pool, also), progress)
    report.write_bytes(proof.to_bytes())
    return proof


def _proof_value(proof: Report | None) -> dict[str, object]:
    return {"proof": {**asdict(proof), "is_clean": proof.is_clean}} if proof else {}


def _exit(proof: Report | None) -> None:
    if proof is not None and not proof.is_clean:
        raise click.exceptions.Exit(1)
