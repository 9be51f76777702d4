import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from pooling import APPROVERS, OPERATOR, STEWARDS
from securesystemslib.dsse import Envelope

from datacoop.errors import IntegrityError
from datacoop.pool.signing import (
    PAYLOAD_TYPE,
    Statement,
    open_statement,
    read_unverified,
    sign_statement,
)
from datacoop.records.digest import canonical_json

STATEMENT = Statement(
    predicate_type="urn:datacoop:made-up:v1",
    subjects=(("file", "a" * 64),),
    predicate={"rows": 3, "who": "Jürgen"},
)
SIGNED = sign_statement(STATEMENT, OPERATOR)
KEYS = {key.public.keyid: key.public for key in (OPERATOR, STEWARDS["harbour"])}


def test_a_statement_comes_back_with_its_signer() -> None:
    assert open_statement("it", SIGNED, KEYS) == (STATEMENT, OPERATOR.public)
    assert read_unverified("it", SIGNED) == STATEMENT


def test_every_single_flipped_bit_is_refused() -> None:
    refused, accepted = 0, []
    for bit in range(len(SIGNED) * 8):
        flipped = bytearray(SIGNED)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            open_statement("it", bytes(flipped), KEYS)
        except IntegrityError:
            refused += 1
        else:
            accepted.append(bit)
    assert not accepted, f"{refused} flips refused, accepted at bits {accepted}"
    assert refused == len(SIGNED) * 8 > 3_000, f"{refused} of {len(SIGNED) * 8} flips refused"


def test_a_key_that_nobody_knows_is_refused() -> None:
    with pytest.raises(IntegrityError, match="known key"):
        open_statement("it", sign_statement(STATEMENT, APPROVERS["harbour"]), KEYS)


def test_a_signature_under_the_id_of_another_key_is_refused() -> None:
    envelope = json.loads(SIGNED)
    envelope["signatures"][0]["keyid"] = STEWARDS["harbour"].public.keyid
    with pytest.raises(IntegrityError, match="valid signature"):
        open_statement("it", canonical_json(envelope), KEYS)


def test_two_signatures_are_refused_though_both_are_valid() -> None:
    envelope = Envelope(canonical_json(STATEMENT.to_json()), PAYLOAD_TYPE, {})
    envelope.sign(OPERATOR.signer)
    envelope.sign(STEWARDS["harbour"].signer)
    with pytest.raises(IntegrityError, match="one signature"):
        open_statement("it", canonical_json(envelope.to_dict()), KEYS)


def test_no_signature_is_refused() -> None:
    envelope = {**json.loads(SIGNED), "signatures": []}
    with pytest.raises(IntegrityError, match="found none"):
        open_statement("it", canonical_json(envelope), KEYS)


def _with_spare_bits(envelope: dict[str, Any]) -> dict[str, Any]:
    sig = envelope["signatures"][0]["sig"]
    assert sig.endswith("==")
    other = sig[:-3] + chr(ord(sig[-3]) + 1) + "=="
    assert base64.b64decode(sig) == base64.b64decode(other)
    return {**envelope, "signatures": [{**envelope["signatures"][0], "sig": other}]}


@pytest.mark.parametrize(
    "reform",
    [
        lambda e: json.dumps(e).encode(),
        lambda e: canonical_json(e) + b"\n",
        lambda e: canonical_json({**e, "note": ""}),
        lambda e: canonical_json(_with_spare_bits(e)),
        lambda e: canonical_json(e).replace(b'{"payload"', b'{"payload":"","payload"'),
        lambda e: canonical_json(e).replace(b"urn", b"urn").replace(b"sig", b"s\\u0069g"),
        lambda e: b"\xef\xbb\xbf" + canonical_json(e),
    ],
    ids=["spaces", "newline", "unknown field", "spare bits", "twice", "escape", "mark"],
)
def test_another_byte_form_of_a_valid_envelope_is_refused(
    reform: Callable[[dict[str, Any]], bytes],
) -> None:
    content = reform(json.loads(SIGNED))
    assert content != SIGNED
    with pytest.raises(IntegrityError):
        open_statement("it", content, KEYS)


@pytest.mark.parametrize(
    "payload",
    [
        json.dumps(STATEMENT.to_json()).encode(),
        canonical_json({**STATEMENT.to_json(), "more": 1}),
        canonical_json({**STATEMENT.to_json(), "_type": "another"}),
        canonical_json({**STATEMENT.to_json(), "predicate": []}),
        b"{}",
        b"[]",
        b"not json",
        b"[" * 20_000,
    ],
)
def test_a_signed_payload_that_is_no_canonical_statement_is_refused(payload: bytes) -> None:
    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    envelope.sign(OPERATOR.signer)
    with pytest.raises(IntegrityError):
        open_statement("it", canonical_json(envelope.to_dict()), KEYS)


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"\xff", b"{" * 50_000, b"[" * 50_000])
def test_bytes_that_are_no_envelope_are_refused(content: bytes) -> None:
    with pytest.raises(IntegrityError):
        open_statement("it", content, KEYS)
