"""`datacoop annotator`: who may label, known by name in the gateway's store only."""

import os
import sys
import time
from pathlib import Path

import click

from datacoop.cli.annotator_check import check
from datacoop.cli.common import (
    annotator_key,
    config_option,
    emit,
    facts,
    json_option,
    settings_from,
    table,
)
from datacoop.errors import RefusedError
from datacoop.settings import Settings
from datacoop.web.gateway.accounts import add_annotator, remove_annotator
from datacoop.web.gateway.database import read_key
from datacoop.web.gateway.passwords import LONGEST, SHORTEST, fault_of, hash_password
from datacoop.web.gateway.store import Store
from datacoop.web.gateway.store_accounts import Account

INVITATION_SECONDS = 7 * 86_400.0


@click.group("annotator")
def command() -> None:
    """Add, list and remove annotators; check the workforce file.

    Names and e-mail addresses stay in the gateway's store; the pool knows pseudonyms.

    \b
    Example:
      datacoop annotator add ada@example.org --name Ada
    """


command.add_command(check)


def gateway_store(settings: Settings) -> Store:
    """Open the gateway's store."""
    key = read_key(settings.require("gateway_key"))
    return Store(settings.require("gateway_store"), key)


@command.command("add")
@click.argument("email")
@click.option("--name", default="", help="What their pages call them (default: nothing).")
@click.option("--language", default="", help="Of their pages: en, fr, de, ko.")
@click.option("--password-stdin", is_flag=True, help="Read their password from standard input.")
@click.option("--provider", is_flag=True, help="They sign in at the OpenID Connect provider.")
@click.option("--lead", is_flag=True, help="They lead the labelling, and see the pages for that.")
@config_option
@json_option
def add(
    email: str,
    name: str,
    language: str,
    password_stdin: bool,
    provider: bool,
    lead: bool,
    config: Path | None,
    as_json: bool,
) -> None:
    """Add an annotator, and a Label Studio user that is theirs alone.

    Prints the address at which they choose a password, once, within a week; unless the password
    is given, or they sign in at a provider.

    \b
    Example:
      datacoop annotator add ada@example.org --name Ada --language en
    """
    if password_stdin and provider:
        raise click.UsageError("give one of --password-stdin and --provider")
    settings = settings_from(config)
    password = _password() if password_stdin else None
    store = gateway_store(settings)
    account = add_annotator(
        store,
        settings.require("label_studio_url"),
        settings.label_studio_token(os.environ),
        annotator_key(settings),
        read_key(settings.require("gateway_key")),
        email=email,
        name=name,
        language=language,
        password=password,
        is_lead=lead,
    )
    told: dict[str, object] = {
        "annotator": account.annotator,
        "email": account.email,
        "user": account.studio_user,
    }
    if not (password_stdin or provider):
        token = store.invite(account.id, time.time() + INVITATION_SECONDS)
        origin = str(settings.require("gateway_origin")).rstrip("/")
        told["invitation"] = f"{origin}/invitation?token={token}"
    emit(as_json, told, facts(told))


@command.command("invite")
@click.argument("email")
@config_option
@json_option
def invite(email: str, config: Path | None, as_json: bool) -> None:
    """Print a new address at which an annotator chooses a password; older ones end.

    \b
    Example:
      datacoop annotator invite ada@example.org
    """
    settings = settings_from(config)
    store = gateway_store(settings)
    account = _account(store, email)
    token = store.invite(account.id, time.time() + INVITATION_SECONDS)
    origin = str(settings.require("gateway_origin")).rstrip("/")
    told = {"annotator": account.annotator, "invitation": f"{origin}/invitation?token={token}"}
    emit(as_json, told, facts(told))


@command.command("list")
@config_option
@json_option
def list_(config: Path | None, as_json: bool) -> None:
    """List the annotators.

    \b
    Example:
      datacoop annotator list
    """
    store = gateway_store(settings_from(config))
    paused = sorted(store.paused())
    rows = [
        (
            *(account.annotator, account.studio_user, account.email, account.name),
            *(account.language, account.is_lead),
            ", ".join(name for annotator, name in paused if annotator == account.annotator),
        )
        for account in store.accounts()
    ]
    names = ["annotator", "user", "email", "name", "language", "lead", "paused in"]
    emit(as_json, [dict(zip(names, row, strict=True)) for row in rows], table("", names, rows))


@command.command("remove")
@click.argument("email")
@click.option("--sign-out-only", is_flag=True, help="End their sessions; keep the account.")
@config_option
@json_option
def remove(email: str, sign_out_only: bool, config: Path | None, as_json: bool) -> None:
    """Remove an annotator: signed out at once, name and address forgotten, answers kept.

    \b
    Example:
      datacoop annotator remove ada@example.org
    """
    settings = settings_from(config)
    store = gateway_store(settings)
    account = _account(store, email)
    told: dict[str, object] = {"annotator": account.annotator, "removed": not sign_out_only}
    if sign_out_only:
        store.end_sessions(account.id)
    else:
        url = settings.require("label_studio_url")
        told["token_taken_back"] = remove_annotator(store, url, account)
    emit(as_json, told, facts(told))


def _account(store: Store, email: str) -> Account:
    account = store.account_of(email)
    if account is None:
        raise RefusedError("there is no such annotator", hint="See `datacoop annotator list`.")
    return account


def _password() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if fault_of(password):
        raise RefusedError(
            "this password is not taken", hint=f"It has to have {SHORTEST} to {LONGEST} characters."
        )
    return hash_password(password)
