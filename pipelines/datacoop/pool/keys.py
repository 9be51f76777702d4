"""Signing keys in files: ed25519, one private key file, one public key file beside it."""

import json
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.signer import (
    SIGNER_FOR_URI_SCHEME,
    CryptoSigner,
    Signer,
    SSlibKey,
)

from datacoop.errors import SettingsError
from datacoop.pool.pkcs11 import SCHEME, TokenSigner
from datacoop.records.digest import canonical_json


class Role(StrEnum):
    """What a key may sign."""

    OPERATOR = "operator"
    STEWARD = "steward"
    APPROVER = "approver"
    WITNESS = "witness"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key and whose it is."""

    keyid: str
    public: str
    """The ed25519 public key, 64 hex digits."""
    role: Role
    member: str
    """The member whose key it is; empty for the operator."""
    holder: str
    """A pseudonym for the person who holds it: one person may hold keys of two roles."""

    def to_json(self) -> dict[str, str]:
        """Give the key as plain JSON."""
        return {
            "keyid": self.keyid,
            "public": self.public,
            "role": self.role.value,
            "member": self.member,
            "holder": self.holder,
        }

    def verifier(self) -> SSlibKey:
        """Give the key in the form that securesystemslib and python-tuf verify with."""
        return SSlibKey(self.keyid, "ed25519", "ed25519", {"public": self.public})


def key_from_json(value: dict[str, Any]) -> PublicKey:
    """Read what `PublicKey.to_json` wrote.

    Raises:
        SettingsError: It is not a public key file.
    """
    try:
        return PublicKey(
            keyid=value["keyid"],
            public=value["public"],
            role=Role(value["role"]),
            member=value["member"],
            holder=value["holder"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            "this is not a public key file of datacoop",
            hint="Give the file that ends in .pub.json, made by `datacoop key new`.",
        ) from error


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, or what signs in its place, with its public half."""

    signer: Signer
    public: PublicKey


def make_key(path: Path, *, role: Role, member: str, holder: str) -> PublicKey:
    """Make a key pair: `path` for the private half, `path` + `.pub.json` for the public one.

    Raises:
        SettingsError: `path` exists; a key is never overwritten.
    """
    public_path = path.with_name(path.name + ".pub.json")
    if path.exists() or public_path.exists():
        raise SettingsError(f"{path} exists already", hint="Choose another name for the new key.")
    signer = CryptoSigner.generate_ed25519()
    public = PublicKey(
        keyid=signer.public_key.keyid,
        public=signer.public_key.keyval["public"],
        role=role,
        member=member,
        holder=holder,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(signer.private_bytes)
    public_path.write_bytes(canonical_json(public.to_json()) + b"\n")
    return public


def load_public_key(path: Path) -> PublicKey:
    """Read a public key file.

    Raises:
        SettingsError: The file is missing or is something else.
    """
    try:
        return key_from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"cannot read the public key {path}",
            hint="It is made by `datacoop key new` and lies beside the private key.",
        ) from error


def load_signing_key(path: Path) -> SigningKey:
    """Read a private key file and the public one beside it.

    In the place of a key the file may hold the URI of one, for securesystemslib's signers:
    `pkcs11:…` for a token. What it signs is verified with the public key like any signature.

    Raises:
        SettingsError: A file is missing, is something else, or the two halves do not match.
    """
    public = load_public_key(path.with_name(path.name + ".pub.json"))
    uri = _signer_uri(path)
    if uri is not None:
        SIGNER_FOR_URI_SCHEME.setdefault(SCHEME, TokenSigner)
        try:
            return SigningKey(Signer.from_priv_key_uri(uri, public.verifier()), public)
        except ValueError as error:
            raise SettingsError(f"{path} names a key of a kind that is not known") from error
    try:
        private = load_pem_private_key(path.read_bytes(), None)
        actual = CryptoSigner(private).public_key.keyval["public"]
    except (OSError, ValueError, TypeError) as error:
        raise SettingsError(
            f"cannot read the private key {path}",
            hint="Give the key file that `datacoop key new` made.",
        ) from error
    if actual != public.public:
        raise SettingsError(
            f"{path} and its .pub.json are not one pair",
            hint="Put the two files that one `datacoop key new` made beside each other.",
        )
    return SigningKey(CryptoSigner(private, public.verifier()), public)


def _signer_uri(path: Path) -> str | None:
    """Give the URI that a key file holds in the place of a key, or none."""
    try:
        lines = path.read_text(encoding="utf-8").strip().splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return lines[0] if len(lines) == 1 and ":" in lines[0] else None
