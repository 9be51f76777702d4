"""Signed statements: an in-toto Statement in a DSSE envelope, as canonical JSON.

Sources: in-toto Attestation Framework v1 (Statement), DSSE v1.0.2 (envelope, pre-authentication
encoding).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import FormatError, VerificationError

from datacoop.errors import IntegrityError
from datacoop.pool.keys import PublicKey, SigningKey
from datacoop.records.digest import canonical_json

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What was said, about which contents."""

    predicate_type: str
    """A URN of datacoop: `urn:datacoop:<kind>:v1`."""
    subjects: tuple[tuple[str, str], ...]
    """Name and SHA-256 (hex) of each thing the statement is about, sorted by name."""
    predicate: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Give the statement as plain JSON."""
        return {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": n, "digest": {"sha256": d}} for n, d in self.subjects],
            "predicateType": self.predicate_type,
            "predicate": dict(self.predicate),
        }


def sign_statement(statement: Statement, key: SigningKey) -> bytes:
    """Give the signed envelope of `statement` in its one byte form."""
    envelope = Envelope(canonical_json(statement.to_json()), PAYLOAD_TYPE, {})
    envelope.sign(key.signer)
    return canonical_json(envelope.to_dict())


def open_statement(
    name: str, content: bytes, keys: Mapping[str, PublicKey]
) -> tuple[Statement, PublicKey]:
    """Verify an envelope and give what it says and who signed it.

    The bytes must be the ones that `sign_statement` would write: spare base64 bits, the case of
    hex digits, white space and unknown fields could else be changed unseen.

    Args:
        name: What to call the envelope in an error.
        keys: The keys that may have signed it, by key id.

    Raises:
        IntegrityError: The bytes, the form or the signature are not right.
    """
    envelope = _envelope(name, content)
    signers = [keys[keyid] for keyid in envelope.signatures if keyid in keys]
    if len(envelope.signatures) != 1 or not signers:
        found = ", ".join(keyid[:12] for keyid in envelope.signatures) or "none"
        raise IntegrityError(name, "one signature by a known key", found)
    try:
        envelope.verify([signers[0].verifier()], 1)
    except (VerificationError, ValueError) as error:
        raise IntegrityError(name, "a valid signature", "an invalid one") from error
    return _statement(name, envelope.payload), signers[0]


def read_unverified(name: str, content: bytes) -> Statement:
    """Give what an envelope says without asking who signed it: to learn whose keys to ask for.

    Raises:
        IntegrityError: The bytes or the form are not right.
    """
    return _statement(name, _envelope(name, content).payload)


def _envelope(name: str, content: bytes) -> Envelope:
    try:
        envelope = Envelope.from_dict(json.loads(content))
        same = canonical_json(envelope.to_dict()) == content
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, FormatError) as error:
        raise IntegrityError(name, "a signed envelope", "something else") from error
    if not same or envelope.payload_type != PAYLOAD_TYPE:
        raise IntegrityError(name, "canonical JSON", "another byte form")
    return envelope


def _statement(name: str, payload: bytes) -> Statement:
    try:
        value = json.loads(payload)
        statement = Statement(
            predicate_type=value["predicateType"],
            subjects=tuple((s["name"], s["digest"]["sha256"]) for s in value["subject"]),
            predicate=value["predicate"],
        )
        same = canonical_json(statement.to_json()) == payload
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise IntegrityError(name, "an in-toto statement", "something else") from error
    if not same:
        raise IntegrityError(name, "canonical JSON", "another byte form")
    return statement
