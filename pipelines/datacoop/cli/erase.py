"""`datacoop erase`: a person, records or a submission, everywhere."""

import os
from dataclasses import asdict
from pathlib import Path

import click

from datacoop.cli.common import (
    FOLDER,
    amending_steps,
    config_option,
    emit,
    facts,
    json_option,
    open_pool,
    operator_key,
    pool_option,
    settings_from,
    table,
    utc_now,
)
from datacoop.cli.label_studio import studio_of
from datacoop.cli.proof import (
    also_option,
    asked_identifiers,
    exit_with,
    identifiers_option,
    proof_of,
    proof_value,
    prove_option,
)
from datacoop.errors import RefusedError, SettingsError
from datacoop.jobs.erasure import (
    apply_erasures,
    erase_from_studio,
    erase_from_work,
    erased_records,
    readers_to_tell,
)
from datacoop.jobs.erasure_finding import Wanted, counts, find_records
from datacoop.jobs.erasure_landing import MemberErasure, Purged
from datacoop.jobs.predictions import forget_predictions
from datacoop.jobs.submitting import read_secret
from datacoop.pool.keys import load_signing_key
from datacoop.pool.landing import PSEUDONYM_KEY
from datacoop.pool.pool import Pool
from datacoop.settings import Settings


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
    if key_path is None and (again or not dry_run):
        raise SettingsError("--key is not given", hint="Give --key of a steward of the member.")
    if key_path is not None:
        steward = load_signing_key(key_path)
        if steward.public.member != member:
            raise RefusedError(f"the key is not one of {member!r}")
        job = MemberErasure(pool=pool, landing=landing, steward=steward)
    identifiers: tuple[str, ...] = ()
    done: Purged | None
    if not (again or any(named)) or report is not None:
        identifiers = asked_identifiers(identifiers_fd)
    if again:
        done = job.again(created_utc=utc_now())
        found = {}
    else:
        wanted = Wanted(
            # With ids or submissions given, identifiers are for the search alone.
            identifiers=() if any(named) else identifiers,
            records=_record_ids(named[0]),
            submissions=frozenset(named[1]),
        )
        ledger = find_records(pool, landing, read_secret(landing, PSEUDONYM_KEY), wanted)
        found = dict(counts(ledger))
        done = None if dry_run or not found else job.erase(ledger, created_utc=utc_now())
    value = {"member": member, "rows": found, **(asdict(done) if done else {})}
    rows = table("Rows found", ["submission", "rows"], [list(one) for one in found.items()])
    hint = (
        "nothing was changed" if done is None else "next: the operator runs datacoop erase --apply"
    )
    proof = proof_of(settings, pool, identifiers, report, also, as_json=as_json)
    emit(
        as_json,
        {**value, **proof_value(proof)},
        rows,
        facts({**(asdict(done) if done else {}), "": hint}),
        *(proof.lines() if proof else ()),
    )
    exit_with(proof)


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
        tasks = erase_from_studio(pool, studio_of(settings, os.environ))
    if settings.gateway_store is not None:
        _forget_in_gateway(settings, pool)
    if settings.gold is not None:
        for name in sorted(pool.require().collections):
            forget_predictions(settings.open_gold_store(), name, erased_records(pool, name))
    if settings.work is not None:
        erase_from_work(settings.open_work_store())
    told = {}
    place = accesses or settings.portal_accesses
    if place is not None:
        told = readers_to_tell(settings.open_other(place), pool.require().erased_blobs)
    identifiers = asked_identifiers(identifiers_fd) if report is not None else ()
    proof = proof_of(settings, pool, identifiers, report, also, as_json=as_json)
    steps = amending_steps(pool.require())
    value = {"erased": [asdict(one) for one in done], "tasks": tasks, "readers": told}
    rows = [[one.asked, one.member, one.rows, ", ".join(one.versions)] for one in done]
    emit(
        as_json,
        {**value, "next": steps, **proof_value(proof)},
        table("Erased", ["entry", "member", "rows", "versions withdrawn"], rows),
        table(
            "Grants under which erased rows were read",
            ["grant", "versions"],
            [[grant, ", ".join(versions)] for grant, versions in told.items()],
        ),
        facts({"tasks deleted": tasks}),
        *(f"next: {step}" for step in steps),
        *(proof.lines() if proof else ()),
    )
    exit_with(proof)


def _forget_in_gateway(settings: Settings, pool: Pool) -> None:
    # Loaded here: who has no gateway needs none of its libraries.
    from datacoop.cli.annotator import gateway_store

    store = gateway_store(settings)
    try:
        for name in sorted(pool.require().collections):
            store.forget(erased_records(pool, name))
    finally:
        store.close()


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
