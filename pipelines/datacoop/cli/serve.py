"""`datacoop serve`: the programs that people reach with a browser."""

import os
from pathlib import Path

import click

from datacoop import journal
from datacoop.cli.annotator import gateway_store
from datacoop.cli.common import (
    annotator_key,
    config_option,
    emit,
    facts,
    json_option,
    open_pool,
    pool_option,
    settings_from,
)
from datacoop.cli.label_studio import studio_of
from datacoop.jobs.workforce import gold_key
from datacoop.settings import Settings
from datacoop.web.gateway.app import Gateway
from datacoop.web.gateway.database import read_key
from datacoop.web.gateway.door import Options
from datacoop.web.gateway.oidc import Provider, SignIn
from datacoop.web.gateway.serving import Source
from datacoop.web.gateway.studio import Studio
from datacoop.web.portal.app import Options as PortalOptions
from datacoop.web.portal.app import Portal
from datacoop.web.server import run

METRICS_VARIABLE = "DATACOOP_METRICS_TOKEN"
CLIENT_SECRET_VARIABLE = "DATACOOP_OIDC_SECRET"  # noqa: S105 - a name, no secret


@click.group("serve")
def command() -> None:
    """Run what people reach with a browser.

    \b
    Example:
      datacoop serve gateway
      datacoop serve portal
    """


@command.command("gateway")
@pool_option
@config_option
@json_option
def gateway(pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Let annotators sign in and label, and do nothing else.

    Needs Label Studio running, and in the settings `gateway.origin`, `gateway.store`,
    `gateway.key`. In the environment: Label Studio's token, DATACOOP_METRICS_TOKEN for metrics,
    DATACOOP_OIDC_SECRET where annotators sign in at a provider. Serves until it is stopped.

    \b
    Example:
      datacoop serve gateway --config datacoop.toml
    """
    settings = settings_from(config, pool=pool_url)
    origin = str(settings.require("gateway_origin")).rstrip("/")
    studio = studio_of(settings, os.environ)
    studio.require_version()
    store = gateway_store(settings)
    source = Source(
        open_pool(settings),
        studio,
        store,
        workforce=settings.workforce,
        gold=settings.open_gold_store() if settings.gold else None,
        key=gold_key(annotator_key(settings)) if settings.gold else b"",
        auditors=settings.label_studio_auditors or frozenset(),
        experts=settings.label_studio_experts or frozenset(),
    )
    works = source.works(anew=True) or []
    options = Options(
        origin=origin,
        key=read_key(settings.require("gateway_key")),
        metrics_token=os.environ.get(METRICS_VARIABLE, ""),
    )
    app = Gateway(
        options,
        store,
        Studio(settings.require("label_studio_url")),
        works,
        source=lambda anew: source.works(anew=anew),
        sign_in=_sign_in(settings, origin),
    )
    told = {
        "origin": origin,
        "listens": settings.gateway_listen,
        "collections": [work.collection for work in works],
    }
    emit(as_json, told, facts(told))
    journal.write_lines(program="gateway")
    run(app, settings.gateway_listen)


@command.command("portal")
@pool_option
@config_option
@json_option
def portal(pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Hand out versions to trainers under their grants, and show what there is.

    Needs in the settings `portal.origin` and `portal.accesses`, the store of the daily record of
    accesses. Holds no key, and no credentials of Label Studio. In the environment:
    DATACOOP_METRICS_TOKEN for metrics. Serves until it is stopped.

    \b
    Example:
      datacoop serve portal --config datacoop.toml
    """
    settings = settings_from(config, pool=pool_url)
    origin = str(settings.require("portal_origin")).rstrip("/")
    options = PortalOptions(
        origin=origin,
        links=settings.portal_links,
        metrics_token=os.environ.get(METRICS_VARIABLE, ""),
    )
    pool = open_pool(settings)
    pool.require()
    app = Portal(options, pool, settings.open_access_store())
    told = {"origin": origin, "listens": settings.portal_listen}
    emit(as_json, told, facts(told))
    journal.write_lines(program="portal")
    run(app, settings.portal_listen)


def _sign_in(settings: Settings, origin: str) -> SignIn | None:
    if settings.gateway_issuer is None:
        return None
    provider = Provider(
        issuer=settings.gateway_issuer,
        client_id=settings.require("gateway_client_id"),
        client_secret=os.environ.get(CLIENT_SECRET_VARIABLE, ""),
    )
    return SignIn(provider, f"{origin}/oidc/callback")
