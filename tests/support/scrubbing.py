"""Builders for the tests of scrubbing, and one valid value of every number, all made up."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from datacoop.records.collection import Collection, Column
from datacoop.records.columns import LANGUAGE, SOURCE_FIELDS
from datacoop.records.policies import (
    EntityPolicy,
    IngestPolicy,
    LabellingPolicy,
    ReleasePolicy,
    ScrubPolicy,
)
from datacoop.scrub.pseudonyms import Pseudonymizer
from datacoop.scrub.recognizers.catalogue import entities

COUNTRIES = ("KR", "GB", "CA", "SG", "DE", "FR")
MEMBER = Pseudonymizer(key=b"k" * 32)
OTHER_MEMBER = Pseudonymizer(key=b"o" * 32)

TEXT = Column(name="text", type="string", required=True, is_text=True)

SPARED = frozenset({"URL", "DATE_TIME", "LOCATION", "ORGANIZATION", "NRP", "QUANTITY"})
"""Entities that the policy of these tests leaves out."""

VALUES: dict[str, tuple[str, ...]] = {
    "EMAIL_ADDRESS": ("kim@example.com", "jean.dupont+x@mail.example.co.uk"),
    "CREDIT_CARD": (
        "4111 1111 1111 1111", "4111111111111111", "378282246310005", "3782 822463 10005",
        "5500-0000-0000-0004", "30569309025904", "2223003122003222",
    ),
    "IBAN_CODE": (
        "DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "GB82 WEST 1234 5698 7654 32",
        "FR14 2004 1010 0505 0001 3M02 606", "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
    ),
    "IP_ADDRESS": ("192.0.2.10", "2001:db8::ff00:42:8329"),
    "PHONE_NUMBER": (
        "010-1234-5678", "02-123-4567", "+82 10-1234-5678", "9123 4567", "+65 9123 4567",
        "020 7946 0123", "07700 900123", "+44 7700 900123", "(613) 555-0123", "613-555-0123",
        "030 12345678", "+49 30 123456", "0151 23456789", "06 12 34 56 78", "+33 6 12 34 56 78",
    ),
    "KR_RRN": ("900101-1234568", "9001011234568", "050101-3123456"),
    "KR_FRN": ("900101-5234567",),
    "KR_BRN": ("120-81-47521",),
    "KR_DRIVER_LICENSE": ("11-19-123456-12", "111912345612"),
    "KR_PASSPORT": ("M12345678", "M123A4567"),
    "UK_NHS": ("943 476 5919", "9434765919"),
    "UK_NINO": ("AB123456C", "AB 12 34 56 C"),
    "UK_PASSPORT": ("AB1234567",),
    "UK_DRIVING_LICENCE": ("MORGA657054SM9IJ",),
    "UK_POSTCODE": ("SW1A 1AA", "M1 1AE"),
    "UK_VEHICLE_REGISTRATION": ("AB51 ABC",),
    "CA_SIN": ("130 692 544", "130-692-544", "130692544"),
    "CA_POSTAL_CODE": ("K1A 0B1", "K1A0B1"),
    "SG_NRIC_FIN": ("S1234567D", "M1234567K"),
    "SG_UEN": ("00192200M", "197401143C", "T01FC6132D"),
    "DE_TAX_ID": ("86095742719",),
    "DE_TAX_NUMBER": ("181/815/08155", "0281508150000"),
    "DE_PASSPORT": ("C01X00T47", "C01X00T478"),
    "DE_ID_CARD": ("L01X00T47", "L01X00T471", "T22000129"),
    "DE_SOCIAL_SECURITY": ("15070649C103",),
    "DE_HEALTH_INSURANCE": ("A123456780",),
    "DE_LANR": ("123456601",),
    "DE_BSNR": ("021234568",),
    "DE_VAT_ID": ("DE136695976",),
    "DE_HANDELSREGISTER": ("HRB 12345",),
    "DE_FUEHRERSCHEIN": ("BE12345678A",),
    "DE_KFZ": ("M-AB 1234",),
    "FR_NIR": ("255081416802538", "2 55 08 14 168 025 38"),
    "FR_SIREN": ("732829320", "732 829 320"),
    "FR_SIRET": ("73282932000074", "732 829 320 00074"),
}  # fmt: skip
"""By entity; from ranges kept for examples, or random with the check digits right."""

FRAGMENTS: tuple[str, ...] = (
    *(value for values in VALUES.values() for value in values),
    *(" and ", "은 ", " ", "\n", "_", "-", ".", "/", "@", "é", "x", "A", "7", " 12", "1990"),
    *("번호", " number ", "passport ", "Postleitzahl 10115 "),
    *("<PHONE_NUMBER>", "<PERSON_abcdefghijkl>"),
)
"""What texts are put together from, to find what a neighbour hides or bares."""


def make_policy(
    *,
    names: bool = False,
    operator: str = "replace",
    columns: Mapping[str, str] | None = None,
    operators: Mapping[str, str] | None = None,
    spared: frozenset[str] = SPARED,
) -> ScrubPolicy:
    """Make a policy of all six countries that finds every number."""
    found = dict.fromkeys(sorted(entities(COUNTRIES) - spared), operator)
    found.update(operators or {})
    return ScrubPolicy(
        name="test",
        version=1,
        countries=COUNTRIES,
        names=names,
        entities={entity: EntityPolicy(operator=name) for entity, name in found.items()},
        columns=dict(columns or {}),
    )


def make_collection(policy: ScrubPolicy, columns: Sequence[Column] = (TEXT,)) -> Collection:
    """Make a collection around a policy."""
    return Collection(
        name="documents",
        title="Documents",
        description="",
        languages=("en", "fr", "de", "ko"),
        domains=("law",),
        columns=tuple(columns),
        ingest=IngestPolicy(cleaning=()),
        scrub=policy,
        labelling=LabellingPolicy(
            question="fits", kind="choices", values=("yes",), share_percent=0, votes=1
        ),
        release=ReleasePolicy(
            purposes=(), validation_percent=0, test_percent=0, shard_bytes=1, publish_votes=False
        ),
        files=(),
    )


def make_batch(
    collection: Collection, rows: Sequence[Mapping[str, Any]], languages: Sequence[str] | str = "en"
) -> pa.RecordBatch:
    """Make a batch of records as ingest gives it."""
    if isinstance(languages, str):
        languages = [languages] * len(rows)
    source = {
        "record_id": [at.to_bytes(32, "big") for at in range(len(rows))],
        "member": ["m"] * len(rows),
        "submission_id": ["s"] * len(rows),
        "source_file": [0] * len(rows),
        "source_position": list(range(len(rows))),
    }
    payload = collection.payload_schema
    arrays = [pa.array([row.get(field.name) for row in rows], field.type) for field in payload]
    arrays += [pa.array(source[field.name], field.type) for field in SOURCE_FIELDS]
    language = pa.field(LANGUAGE, pa.string(), nullable=False)
    schema = pa.schema([*payload, *SOURCE_FIELDS, language])
    return pa.record_batch([*arrays, pa.array(languages, pa.string())], schema=schema)
