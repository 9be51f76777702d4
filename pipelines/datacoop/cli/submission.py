"""`datacoop submission`: a steward's commands."""

from dataclasses import asdict
from pathlib import Path

import click

from datacoop.cli.common import (
    FOLDER,
    amending_steps,
    byte_bar,
    config_option,
    emit,
    facts,
    json_option,
    open_pool,
    pool_option,
    settings_from,
    table,
    utc_now,
)
from datacoop.cli.intake import receipt_lines
from datacoop.cli.proof import (
    also_option,
    asked_identifiers,
    exit_with,
    identifiers_option,
    proof_of,
    proof_value,
    prove_option,
)
from datacoop.cli.submission_decide import decide
from datacoop.errors import RefusedError
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.erasure import readers_to_tell
from datacoop.jobs.erasure_landing import erased_rows, states_now
from datacoop.jobs.receipt import read_receipt
from datacoop.jobs.submitting import (
    SubmissionDraft,
    check_submission,
    new_submission,
    read_manifest,
    send_submission,
    sign_submission,
)
from datacoop.jobs.withdrawal import withdraw_submission
from datacoop.pool.keys import Role, load_signing_key
from datacoop.pool.landing import Landing
from datacoop.records.collection import Collection, parse_collection, read_folder
from datacoop.settings import Settings
from datacoop_schemas import collection_folder, collection_names


@click.group("submission")
def command() -> None:
    """Make, check, sign, send, follow, decide and withdraw a submission.

    \b
    Example:
      datacoop submission new my-data court.jsonl
      datacoop submission check my-data
      datacoop submission sign my-data --key keys/steward.key
      datacoop submission send my-data --landing landing/{member}
    """


command.add_command(decide)


@command.command("new")
@click.argument("folder", type=FOLDER)
@click.argument("files", nargs=-1, required=True)
@click.option("--id", "submission_id", prompt="Submission id (lower case, digits, -)")
@click.option("--member", prompt="Member id")
@click.option("--collection", prompt=f"Collection ({', '.join(collection_names())})")
@click.option("--title", prompt=True)
@click.option("--language", "languages", multiple=True, help="ISO 639-1 code; give it again.")
@click.option("--licence", prompt="Licence (SPDX id, such as CC-BY-4.0)")
@click.option("--rights-holder", prompt="Rights holder")
@click.option("--attribution", prompt="Attribution line")
@click.option("--permit", "permitted", multiple=True, default=["model-training"], show_default=True)
@click.option("--prohibit", "prohibited", multiple=True, help="A purpose that is not permitted.")
@click.option("--derivatives/--no-derivatives", default=True, show_default=True)
@click.option("--tdm", type=click.Choice(["allowed", "reserved"]), default="allowed")
@click.option("--jurisdiction", "jurisdictions", multiple=True, help="Where it may be processed.")
@click.option("--expires", help="Last day of the terms, YYYY-MM-DD.")
@click.option("--legal-basis", prompt="Legal basis (consent, public-task, research, …)")
@click.option("--people", multiple=True, help="A category of people in the data, e.g. patients.")
@click.option("--collected-how", prompt="How the data was collected")
@click.option("--collected-from", prompt="First day of collection (YYYY-MM-DD)")
@click.option("--collected-to", prompt="Last day of collection (YYYY-MM-DD)")
@click.option("--labelling/--no-labelling", default=True, show_default=True)
@click.option("--contact", prompt="Contact (e-mail or URL)")
@click.option("--supersedes", help="The id of an earlier submission that this one corrects.")
@click.option("--column", "columns", multiple=True, help="COLLECTION_COLUMN=COLUMN_IN_FILES.")
@json_option
def new(folder: Path, files: tuple[str, ...], as_json: bool, **given: object) -> None:
    """Write submission.yaml for FILES in FOLDER; asks for what is not given.

    \b
    Example:
      datacoop submission new my-data court.jsonl --language de --column text=body
    """
    draft = _draft(given)
    with byte_bar("digests", quiet=as_json) as progress:
        path = new_submission(folder, draft, files, progress)
    value = {"manifest": str(path), "submission": draft.submission_id, "files": len(files)}
    emit(as_json, value, facts(value), "Next: datacoop submission check " + str(folder))


def _draft(given: dict[str, object]) -> SubmissionDraft:
    def texts(name: str) -> list[str]:
        value = given[name]
        assert isinstance(value, tuple)  # noqa: S101 - click gives tuples for multiple options
        return list(value)

    columns = dict(column_pair(text) for text in texts("columns"))
    languages = texts("languages") or [click.prompt("Language (ISO 639-1)")]
    supersedes = given["supersedes"]
    return SubmissionDraft(
        submission_id=str(given["submission_id"]),
        member=str(given["member"]),
        collection=str(given["collection"]),
        title=str(given["title"]),
        languages=tuple(languages),
        licence={
            "spdx": str(given["licence"]),
            "rights_holder": str(given["rights_holder"]),
            "attribution": str(given["attribution"]),
        },
        terms={
            "permitted_purposes": texts("permitted"),
            "prohibited_purposes": texts("prohibited"),
            "derivatives": given["derivatives"],
            "text_and_data_mining": given["tdm"],
            "jurisdictions": texts("jurisdictions"),
            "expires": given["expires"],
        },
        personal_data={
            "legal_basis": given["legal_basis"],
            "people": texts("people"),
            "collected": {
                "how": given["collected_how"],
                "from": given["collected_from"],
                "to": given["collected_to"],
            },
        },
        labelling_wanted=bool(given["labelling"]),
        contact=str(given["contact"]),
        supersedes=str(supersedes) if supersedes else None,
        columns=columns or None,
    )


def column_pair(text: str) -> tuple[str, str]:
    """Read `COLLECTION_COLUMN=COLUMN_IN_FILES`."""
    name, sign, column = text.partition("=")
    if not sign:
        raise click.UsageError(f"--column {text!r} should read COLLECTION_COLUMN=COLUMN_IN_FILES")
    return name, column


def _contract(settings: Settings, name: str) -> Collection | None:
    """Give the pool's contract, else the one that ships, else none."""
    if settings.pool:
        pool = open_pool(settings)
        return contract_of(pool, pool.require(), name)
    return (
        parse_collection(read_folder(collection_folder(name)))
        if name in collection_names()
        else None
    )


@command.command("check")
@click.argument("folder", type=FOLDER)
@pool_option
@config_option
@json_option
def check(folder: Path, pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Check manifest, files and contract; every fault at once, with its path.

    \b
    Example:
      datacoop submission check my-data
    """
    settings = settings_from(config, pool=pool_url)
    value = read_manifest(folder)
    name = value.get("collection", "") if isinstance(value, dict) else ""
    with byte_bar("check", quiet=as_json) as progress:
        manifest = check_submission(
            folder, _contract(settings, str(name)), progress, today=utc_now()[:10]
        )
    result = {"submission": manifest.submission_id, "files": len(manifest.files), "faults": []}
    emit(as_json, result, f"{manifest.submission_id}: sound, {len(manifest.files)} files")


@command.command("sign")
@click.argument("folder", type=FOLDER)
@click.option("--key", "key_path", type=FOLDER, required=True, help="The steward's key file.")
@json_option
def sign(folder: Path, key_path: Path, as_json: bool) -> None:
    """Sign a submission as its member's steward.

    \b
    Example:
      datacoop submission sign my-data --key keys/steward.key
    """
    key = load_signing_key(key_path)
    with byte_bar("check", quiet=as_json) as progress:
        manifest = check_submission(folder, None, progress)
    path = sign_submission(folder, manifest, key)
    value = {"submission": manifest.submission_id, "envelope": str(path), "key": key.public.keyid}
    emit(as_json, value, facts(value))


@command.command("send")
@click.argument("folder", type=FOLDER)
@click.option("--landing", help="Landing stores, with {member} in the place of the id.")
@click.option(
    "--pseudonym-key",
    type=FOLDER,
    default=Path("pseudonym.key"),
    show_default=True,
    help="The member's secret for pseudonyms; made at first use. Keep it.",
)
@config_option
@json_option
def send(
    folder: Path, landing: str | None, pseudonym_key: Path, config: Path | None, as_json: bool
) -> None:
    """Copy a signed submission into the member's landing store; again changes nothing.

    \b
    Example:
      datacoop submission send my-data --landing landing/{member}
    """
    settings = settings_from(config, landing=landing)
    with byte_bar("check", quiet=as_json) as progress:
        member = check_submission(folder, None, progress).member
        store = settings.open_landing(member)
        manifest = send_submission(folder, store, pseudonym_key, progress)
    value = {"submission": manifest.submission_id, "member": member, "files": len(manifest.files)}
    emit(as_json, value, facts(value))


@command.command("status")
@click.argument("member")
@click.argument("submission")
@click.option("--landing", help="Landing stores, with {member} in the place of the id.")
@pool_option
@config_option
@json_option
def status(
    member: str,
    submission: str,
    landing: str | None,
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Say what happened to every row: the signed receipt, and whether it was withdrawn since.

    \b
    Example:
      datacoop submission status de-auental de-auental-documents-1
    """
    settings = settings_from(config, pool=pool_url, landing=landing)
    state = open_pool(settings).require()
    place = Landing(settings.open_landing(member), submission)
    content = place.store.find(place.receipt)
    if content is None:
        sent = place.store.find(place.envelope) is not None
        raise RefusedError(
            f"there is no receipt for {submission!r}: it was {'' if sent else 'not '}sent",
            hint="Wait for the intake job." if sent else "Send it: datacoop submission send.",
        )
    operators = {i: key for i, key in state.keys.items() if key.role is Role.OPERATOR}
    receipt = read_receipt(content, operators)
    known = state.submissions.get(submission)
    withdrawn = known is not None and known.withdrawn_entry is not None
    value = {**asdict(receipt), "withdrawn": withdrawn}
    erased = erased_rows(place)
    value["states"] = states_now(receipt.states, erased, withdrawn=withdrawn)
    lines = [*receipt_lines(receipt)]
    lines += ["The submission has been withdrawn."] if withdrawn else []
    lines += [f"Since erased: {sum(erased)} rows."] if any(erased) else []
    emit(as_json, value, *lines)


@command.command("withdraw")
@click.argument("submission")
@click.option("--key", "key_path", type=FOLDER, required=True, help="The steward's key file.")
@identifiers_option
@prove_option
@also_option
@pool_option
@config_option
@json_option
def withdraw(
    submission: str,
    key_path: Path,
    identifiers_fd: int | None,
    report: Path | None,
    also: tuple[str, ...],
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Take a submission back: the next version lacks it, and it cannot come back.

    Published versions that hold it are withdrawn: readers are told when the operator runs
    `datacoop trust refresh` or publishes the next version, which replaces them. After that,
    `datacoop pool gc --delete` deletes its rows and those shards. Out of the landing store, at
    once: `datacoop erase --submission`.

    \b
    Example:
      datacoop submission withdraw de-auental-documents-1 --key keys/steward.key
    """
    settings = settings_from(config, pool=pool_url)
    pool = open_pool(settings)
    identifiers = asked_identifiers(identifiers_fd) if report is not None else ()
    done = withdraw_submission(pool, submission, load_signing_key(key_path), created_utc=utc_now())
    proof = proof_of(settings, pool, identifiers, report, also, as_json=as_json)
    told = {}
    if settings.portal_accesses is not None:
        read = readers_to_tell(settings.open_access_store(), done.shards)
        told = {who: found for who, of in read.items() if (found := [*set(of) & {*done.versions}])}
    steps = ["datacoop trust refresh"] if done.versions else []
    steps += amending_steps(pool.state())
    versions = table("Versions that are withdrawn", ["version"], [[v] for v in done.versions])
    value = {k: v for k, v in asdict(done).items() if k != "shards"}
    emit(
        as_json,
        {**value, "readers": told, "next": steps, **proof_value(proof)},
        facts({"withdrawn": submission, "rows": done.rows}),
        table(
            "Grants under which they were read",
            ["grant", "versions"],
            [[grant, ", ".join(versions)] for grant, versions in told.items()],
        ),
        versions,
        *(f"next, at the operator's: {step}" for step in steps),
        *(proof.lines() if proof else ()),
    )
    exit_with(proof)
