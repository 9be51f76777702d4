"""Settings: one TOML file and the environment, read once."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datacoop.errors import SettingsError
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.store_options import IN_FILE, IN_VARIABLE, is_secret
from datacoop.records.quotas import LIMITS, Quotas, parse_quotas

FILE_NAME = "datacoop.toml"
VARIABLE = "DATACOOP_CONFIG"
"""Names the settings file; without it, `datacoop.toml` in the working folder is read."""

_OPTIONS = {"pool", "landing", "work"}
"""Settings that the commands which need them take as options too."""

_KEYS = frozenset(
    {
        *("pool", "landing", "work", "operator_key", "annotator_key", "label_studio", "stores"),
        *("workforce", "gold", "gateway", "grants", "openlineage", "portal", "quotas"),
    }
)
_PLACES = ("pool", "landing", "work", "gold", "grants", "accesses", "mirror")
"""Stores that may have options of their own; `mirror` is any other that a command names."""
_PORTAL_KEYS = frozenset({"origin", "listen", "accesses", "links"})
_GATEWAY_KEYS = frozenset({"origin", "listen", "store", "key", "issuer", "client_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where things are. Secrets are named, not held."""

    pool: str | None = None
    """The pool's store: a folder or a URL."""
    landing: str | None = None
    """The members' landing stores, with `{member}` in the place of the member's id."""
    work: str | None = None
    """A store of the operator's own for jobs' work; can be thrown away."""
    operator_key: Path | None = None
    annotator_key: Path | None = None
    """A file with the secret under which annotators get their pseudonyms."""
    workforce: Path | None = None
    """The workforce file."""
    gold: str | None = None
    """A store of the operator's own for gold answers, which nobody who labels may read."""
    grants: str | None = None
    """A store of the operator's own for grants, which name trainers."""
    openlineage: str | None = None
    """Where OpenLineage events of releases are sent, such as `http://lineage.example.org:5000`."""
    label_studio_url: str | None = None
    label_studio_auditors: frozenset[int] | None = None
    """Label Studio's numbers of the users who are cleared for leak audits."""
    label_studio_experts: frozenset[int] | None = None
    """The same of those who decide what is disputed."""
    label_studio_token_variable: str = "LABEL_STUDIO_TOKEN"  # noqa: S105 - a name, no secret
    """The environment variable that holds Label Studio's token."""
    store_options: Mapping[str, str] = field(default_factory=dict)
    """Options of all remote stores by obstore's names, such as `endpoint`."""
    place_options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Further options of one store, by `pool`, `landing` and so on. Secrets are named by them."""
    gateway_origin: str | None = None
    """Where browsers reach the gateway, such as `https://label.example.org`."""
    gateway_listen: str = "127.0.0.1:8300"
    """Address and port on which it listens."""
    gateway_store: str | None = None
    """An SQLAlchemy URL, or a file for SQLite."""
    gateway_key: Path | None = None
    """A file with the secret that the gateway's store is encrypted with."""
    gateway_issuer: str | None = None
    """The OpenID Connect provider at which annotators may sign in."""
    gateway_client_id: str | None = None
    """What that provider knows the gateway as."""
    portal_origin: str | None = None
    """Where trainers and members reach the portal, such as `https://portal.example.org`."""
    portal_listen: str = "127.0.0.1:8400"
    """Address and port on which it listens."""
    portal_accesses: str | None = None
    """A store of the operator's own for the daily records of accesses."""
    portal_links: bool = False
    """Whether shards are fetched from the store by short-lived addresses, where it can sign."""
    quotas: Quotas = field(default_factory=Quotas)
    """How much members may send."""

    def require(self, name: str) -> Any:  # noqa: ANN401 - the type of the setting named
        """Give a setting that must be there.

        Raises:
            SettingsError: It is not set.
        """
        value = getattr(self, name)
        if value is None:
            key = name.replace("label_studio_", "label_studio.").replace("gateway_", "gateway.")
            key = key.replace("portal_", "portal.")
            option = f", or give --{name}" if name in _OPTIONS else ""
            raise SettingsError(f"{key} is not set", hint=f"Set `{key}` in {FILE_NAME}{option}.")
        return value

    def open_pool_store(self) -> ObjectStore:
        """Open the pool's store."""
        return open_store(self.require("pool"), self.options_of("pool"))

    def open_work_store(self) -> ObjectStore:
        """Open the operator's work store."""
        return open_store(self.require("work"), self.options_of("work"))

    def open_gold_store(self) -> ObjectStore:
        """Open the operator's store for gold answers."""
        return open_store(self.require("gold"), self.options_of("gold"))

    def open_grant_store(self) -> ObjectStore:
        """Open the operator's store for grants."""
        return open_store(self.require("grants"), self.options_of("grants"))

    def open_access_store(self) -> ObjectStore:
        """Open the operator's store for the daily records of accesses."""
        return open_store(self.require("portal_accesses"), self.options_of("accesses"))

    def open_landing(self, member: str) -> ObjectStore:
        """Open a member's landing store."""
        template = self.require("landing")
        if "{member}" not in template:
            raise SettingsError(
                "landing names no {member}", hint="Write it as landing/{member}: one store each."
            )
        options = self.options_of("landing", member)
        return open_store(template.replace("{member}", member), options)

    def open_other(self, url: str) -> ObjectStore:
        """Open a store by its address: one that the settings name, or another, such as a mirror."""
        addresses = {"pool": self.pool, "work": self.work, "gold": self.gold}
        addresses |= {"grants": self.grants, "accesses": self.portal_accesses}
        place = next((name for name, known in addresses.items() if known == url), "mirror")
        return open_store(url, self.options_of(place) if "://" in url else {})

    def options_of(self, place: str, member: str = "") -> dict[str, str]:
        """Give the options of a store: those of all stores, and its own before them.

        Args:
            member: Whose landing store it is.
        """
        options = {**self.store_options, **self.place_options.get(place, {})}
        return {name: _of_member(value, member) for name, value in options.items()}

    def label_studio_token(self, environment: Mapping[str, str]) -> str:
        """Give Label Studio's token.

        Raises:
            SettingsError: The variable is not set.
        """
        token = environment.get(self.label_studio_token_variable)
        if not token:
            raise SettingsError(
                f"the environment variable {self.label_studio_token_variable} is not set",
                hint="Set it to the legacy token of a Label Studio account.",
            )
        return token


def load_settings(path: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings file.

    Args:
        path: The file; else the one that `DATACOOP_CONFIG` names, else `datacoop.toml` here,
            else no file.

    Raises:
        SettingsError: The file is missing, is not TOML, or has a key that is not known.
    """
    named = path or (Path(environment[VARIABLE]) if environment.get(VARIABLE) else None)
    file = named or Path(FILE_NAME)
    if named is None and not file.is_file():
        return Settings()
    try:
        value = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"cannot read settings from {file}") from error
    unknown = sorted(set(value) - _KEYS)
    if unknown:
        raise SettingsError(
            f"{file} has unknown keys: {', '.join(unknown)}",
            hint=f"Known keys: {', '.join(sorted(_KEYS))}.",
        )
    return _settings(value, file.resolve().parent)


def _settings(value: Mapping[str, Any], base: Path) -> Settings:
    studio = value.get("label_studio", {})
    places = {k: v for k, v in value.get("stores", {}).items() if isinstance(v, dict)}
    stores = {k: v for k, v in value.get("stores", {}).items() if k not in places}
    strange = sorted(places.keys() - set(_PLACES))
    if strange:
        raise SettingsError(
            f"stores has unknown tables: {', '.join(strange)}",
            hint=f"Known tables: {', '.join(_PLACES)}.",
        )
    gateway = value.get("gateway", {})
    portal = value.get("portal", {})
    for name, given, keys in (
        ("gateway", gateway, _GATEWAY_KEYS),
        ("portal", portal, _PORTAL_KEYS),
    ):
        unknown = sorted(set(given) - keys)
        if unknown:
            raise SettingsError(
                f"{name} has unknown keys: {', '.join(unknown)}",
                hint=f"Known keys: {', '.join(sorted(keys))}.",
            )
    if not isinstance(portal.get("links", False), bool):
        raise SettingsError("portal.links is not true or false", hint="Write links = true.")
    return Settings(
        pool=_place(value.get("pool"), base),
        landing=_place(value.get("landing"), base),
        work=_place(value.get("work"), base),
        operator_key=_path(value.get("operator_key"), base),
        annotator_key=_path(value.get("annotator_key"), base),
        workforce=_path(value.get("workforce"), base),
        gold=_place(value.get("gold"), base),
        grants=_place(value.get("grants"), base),
        openlineage=value.get("openlineage"),
        label_studio_url=studio.get("url"),
        label_studio_auditors=_users("auditors", studio.get("auditors")),
        label_studio_experts=_users("experts", studio.get("experts")),
        label_studio_token_variable=studio.get("token_variable", "LABEL_STUDIO_TOKEN"),
        store_options=_options("stores", stores, base),
        place_options={
            name: _options(f"stores.{name}", options, base) for name, options in places.items()
        },
        gateway_origin=gateway.get("origin"),
        gateway_listen=gateway.get("listen", "127.0.0.1:8300"),
        gateway_store=_database(gateway.get("store"), base),
        gateway_key=_path(gateway.get("key"), base),
        gateway_issuer=gateway.get("issuer"),
        gateway_client_id=gateway.get("client_id"),
        portal_origin=portal.get("origin"),
        portal_listen=portal.get("listen", "127.0.0.1:8400"),
        portal_accesses=_place(portal.get("accesses"), base),
        portal_links=portal.get("links", False),
        quotas=_quotas(value.get("quotas", {})),
    )


def _options(table: str, options: Mapping[str, Any], base: Path) -> dict[str, str]:
    """Read the options of a store; a file with a secret is relative to the settings file.

    Raises:
        SettingsError: A secret is written down, where it should be named.
    """
    found = {}
    for name, value in options.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if is_secret(name, text):
            raise SettingsError(
                f"{table}.{name} is a secret, which does not belong into a settings file",
                hint=f'Name where it lies: {name} = "{IN_VARIABLE}VARIABLE" or "{IN_FILE}PATH".',
            )
        if text.startswith(IN_FILE):
            text = f"{IN_FILE}{base / text.removeprefix(IN_FILE)}"
        found[name] = text
    return found


def _of_member(value: str, member: str) -> str:
    """Put a member's id in its place: in a variable's name in capitals, with `_` for `-`."""
    name = member.upper().replace("-", "_") if value.startswith(IN_VARIABLE) else member
    return value.replace("{member}", name)


def _users(name: str, value: object) -> frozenset[int] | None:
    if value is None:
        return None
    if not isinstance(value, list) or any(type(user) is not int for user in value):
        raise SettingsError(
            f"label_studio.{name} is no list of numbers",
            hint=f"Write it as {name} = [4, 7]: Label Studio's numbers of users.",
        )
    return frozenset(value)


def _place(url: str | None, base: Path) -> str | None:
    """Take a folder as relative to the settings file."""
    return url if url is None or "://" in url else str(base / url)


def _database(url: str | None, base: Path) -> str | None:
    """Take a file as one of SQLite, relative to the settings file."""
    return url if url is None or "://" in url else f"sqlite:///{base / url}"


def _path(path: str | None, base: Path) -> Path | None:
    return None if path is None else base / path


def _quotas(value: object) -> Quotas:
    try:
        return parse_quotas(value if isinstance(value, Mapping) else {"quotas": value})
    except ValueError as error:
        raise SettingsError(
            f"quotas: {error}", hint=f"Known limits, as whole numbers: {', '.join(LIMITS)}."
        ) from error
