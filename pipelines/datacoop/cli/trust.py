"""`datacoop trust`: the keys that readers trust."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
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
    settings_from,
    table,
    utc_moment,
    utc_now,
)
from datacoop.errors import RefusedError, SettingsError
from datacoop.jobs.founding import initialise_trust
from datacoop.jobs.trusting import drop_key, enter_change, enter_key, refresh_trust, trust_facts
from datacoop.pool.keys import PublicKey, Role, load_public_key, load_signing_key
from datacoop.pool.pool import Pool
from datacoop.pool.trust import CURRENT_DAYS
from datacoop.pool.trust_change import (
    TrustChange,
    change_from_bytes,
    plan_change,
    sign_change,
    signatures_missing,
)


@click.group("trust")
def command() -> None:
    """The keys that readers trust.

    \b
    Example:
      datacoop trust init --key keys/gb/approver.key --key keys/ca/approver.key
    """


@command.command("init")
@click.option("--key", "keys", type=FOLDER, multiple=True, required=True, help="An approver's key.")
@pool_option
@config_option
@json_option
def init(keys: tuple[Path, ...], pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Make the first trust root, signed by approvers of two members or more.

    Give the SHA-256 it prints to readers by another way than the pool.

    \b
    Example:
      datacoop trust init --key keys/gb/approver.key --key keys/ca/approver.key
    """
    settings = settings_from(config, pool=pool_url)
    root = initialise_trust(
        open_pool(settings),
        operator=operator_key(settings),
        ceremony=[load_signing_key(path) for path in keys],
        now=utc_moment(),
        created_utc=utc_now(),
    )
    emit(as_json, {"root_sha256": root}, facts({"root sha256": root}))


@command.command("show")
@pool_option
@config_option
@json_option
def show(pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Say whose keys readers trust, and until when the timestamp is good.

    \b
    Example:
      datacoop trust show --pool pool
    """
    known = trust_facts(open_pool(settings_from(config, pool=pool_url)).require())
    ends = datetime.fromisoformat(known.last_refresh_utc) + timedelta(days=CURRENT_DAYS)
    value = {
        "root": known.root_number,
        "operator": known.operator,
        "approvers": [
            {"keyid": key.keyid, "member": key.member, "holder": key.holder}
            for key in known.approvers
        ],
        "revoked": list(known.revoked),
        "members_wanted": known.thresholds,
        "timestamp_until": ends.isoformat(),
    }
    shown = {k: v for k, v in value.items() if k not in {"approvers", "members_wanted"}}
    rows = [(key.member, key.holder, key.keyid) for key in known.approvers]
    emit(as_json, value, facts(shown), table("approvers", ["member", "holder", "key id"], rows))


_KEYS = "An approver's key to sign with; give it again for each who is present."


def change_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of one that begins a change."""
    for option in (
        json_option,
        config_option,
        pool_option,
        click.option("--key", "keys", type=FOLDER, multiple=True, help=_KEYS),
        click.option("--out", type=FOLDER, required=True, help="The file to hand on."),
    ):
        command = option(command)
    return command


@command.command("add-key")
@click.argument("public_key", type=FOLDER)
@click.option("--out", type=FOLDER, help="The file to hand on; not for a witness's or steward's.")
@click.option("--key", "keys", type=FOLDER, multiple=True, help=_KEYS)
@pool_option
@config_option
@json_option
def add_key(
    public_key: Path,
    out: Path | None,
    keys: tuple[Path, ...],
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Let an approver's key in, by signatures of two members; or enter a steward's or witness's.

    A steward's or witness's key is entered at once, with the operator's key.

    \b
    Example:
      datacoop trust add-key new.pub.json --out change.json --key keys/gb-approver.key
    """
    settings = settings_from(config, pool=pool_url)
    pool, key = open_pool(settings), load_public_key(public_key)
    if key.role in {Role.STEWARD, Role.WITNESS}:
        enter_key(pool, key, operator_key(settings), created_utc=utc_now())
        value = {"entered": key.keyid, "role": key.role.value, "member": key.member}
        emit(as_json, value, facts(value))
        return
    if out is None:
        raise click.UsageError("--out is needed: a change of the trust root is handed on as a file")
    change = plan_change(pool.store, pool.require(), add=[key], now=utc_moment())
    _go_on(pool, change, out, keys, as_json=as_json)


@command.command("rotate")
@click.argument("old_keyid")
@click.argument("public_key", type=FOLDER)
@change_options
def rotate(
    old_keyid: str,
    public_key: Path,
    out: Path,
    keys: tuple[Path, ...],
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Put a new key in the place of an approver's, or of the operator's.

    \b
    Example:
      datacoop trust rotate 5f0c… new.pub.json --out change.json --key keys/gb-approver.key
    """
    pool = open_pool(settings_from(config, pool=pool_url))
    state, key = pool.require(), load_public_key(public_key)
    old = _key_id(state.trusted | {state.operator: state.keys[state.operator]}, old_keyid)
    if (state.keys[old].role, state.keys[old].member) != (key.role, key.member):
        raise RefusedError("the new key is of another role or member than the old one")
    remove = [old] if key.role is Role.APPROVER else []
    change = plan_change(pool.store, state, add=[key], remove=remove, now=utc_moment())
    _go_on(pool, change, out, keys, as_json=as_json)


@command.command("revoke")
@click.argument("keyid")
@click.option("--out", type=FOLDER, help="The file to hand on; not for a witness's or steward's.")
@click.option("--key", "keys", type=FOLDER, multiple=True, help=_KEYS)
@pool_option
@config_option
@json_option
def revoke(
    keyid: str,
    out: Path | None,
    keys: tuple[Path, ...],
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Take a key's right away: what it approved and is not published yet does not count.

    \b
    Example:
      datacoop trust revoke 5f0c… --out change.json --key keys/gb-approver.key
    """
    settings = settings_from(config, pool=pool_url)
    pool = open_pool(settings)
    state = pool.require()
    full = _key_id(state.keys, keyid)
    if state.keys[full].role in {Role.STEWARD, Role.WITNESS}:
        drop_key(pool, full, operator_key(settings), created_utc=utc_now())
        emit(as_json, {"revoked": full}, facts({"revoked": full}))
        return
    if out is None:
        raise click.UsageError("--out is needed: a change of the trust root is handed on as a file")
    change = plan_change(pool.store, state, remove=[full], now=utc_moment())
    _go_on(pool, change, out, keys, as_json=as_json)


@command.command("renew")
@change_options
def renew(
    out: Path,
    keys: tuple[Path, ...],
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Renew what approvers sign: root, targets, collections. Once a year; no key changes.

    Collections that were added since the last root get their role by it.

    \b
    Example:
      datacoop trust renew --out change.json --key keys/gb-approver.key
    """
    pool = open_pool(settings_from(config, pool=pool_url))
    change = plan_change(pool.store, pool.require(), now=utc_moment())
    _go_on(pool, change, out, keys, as_json=as_json)


@command.command("sign")
@click.argument("change_file", type=FOLDER)
@click.option("--key", "keys", type=FOLDER, multiple=True, required=True, help=_KEYS)
@pool_option
@config_option
@json_option
def sign(
    change_file: Path,
    keys: tuple[Path, ...],
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Sign a change of the trust root after making it anew from the log; enter it when complete.

    It says what the change does before you hand it on. Readers see an entered change when the
    operator runs `datacoop trust refresh`.

    \b
    Example:
      datacoop trust sign change.json --key keys/ca-approver.key
    """
    pool = open_pool(settings_from(config, pool=pool_url))
    try:
        content = change_file.read_bytes()
    except OSError as error:
        raise SettingsError(f"cannot read {change_file}") from error
    _go_on(pool, change_from_bytes(content), change_file, keys, as_json=as_json)


def _go_on(
    pool: Pool, change: TrustChange, out: Path, keys: tuple[Path, ...], *, as_json: bool
) -> None:
    """Sign with the keys at hand, keep the file, enter the change when it is complete."""
    state = pool.require()
    loaded = [load_signing_key(path) for path in keys]
    for key in loaded:
        change = sign_change(pool.store, state, change, key)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(change.to_bytes())
    missing = signatures_missing(state, change)
    in_force = [key for key in loaded if key.public.keyid in state.trusted]
    is_entered = not missing and bool(in_force)
    if is_entered:
        enter_change(pool, change, in_force[0], created_utc=utc_now())
    value = {
        "root": change.number,
        "adds": [f"{key.role} {key.member} {key.keyid}" for key in change.add],
        "removes": list(change.remove),
        "signed_by": list(change.signers()),
        "missing": missing,
        "entered": is_entered,
        "file": str(out),
    }
    step = "the operator runs: datacoop trust refresh" if is_entered else "hand the file on"
    emit(as_json, value, facts({**value, "next": step}))


@command.command("refresh")
@click.option(
    "--within-days",
    type=click.IntRange(0, CURRENT_DAYS),
    default=0,
    help="Only when the timestamp ends in so many days or fewer.",
)
@pool_option
@config_option
@json_option
def refresh(within_days: int, pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Renew snapshot and timestamp for seven days, and show readers what was changed.

    Run it every day, such as from cron; each renewal is an entry of the log.

    \b
    Example:
      datacoop trust refresh --within-days 4
    """
    settings = settings_from(config, pool=pool_url)
    done = refresh_trust(
        open_pool(settings),
        operator_key(settings),
        now=utc_moment(),
        created_utc=utc_now(),
        within_days=within_days,
    )
    emit(as_json, {"refreshed": done}, facts({"refreshed": done}))


def _key_id(keys: Mapping[str, PublicKey], start: str) -> str:
    """Give the one key id that begins with `start`."""
    found = [keyid for keyid in keys if keyid.startswith(start)]
    if len(found) != 1:
        raise RefusedError(
            f"{len(found)} keys of the pool begin with {start!r}",
            hint="Give the key id, or its first digits, as `datacoop trust show` lists it.",
        )
    return found[0]
