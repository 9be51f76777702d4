"""The whole path on samples of the public corpora: six members, four collections, two versions.

Run as a script it prints one JSON object: `python real_data.py FOLDER RANGE_BYTES`.
"""

import csv
import gzip
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import corpora

from datacoop.jobs.building import ReleaseOptions, build_release
from datacoop.jobs.contracts import add_collection
from datacoop.jobs.founding import add_member, found_pool, initialise_trust
from datacoop.jobs.intake import Intake, IntakeOptions
from datacoop.jobs.release import approve_release, propose_release, publish_release
from datacoop.jobs.submitting import (
    SubmissionDraft,
    check_submission,
    new_submission,
    send_submission,
    sign_submission,
)
from datacoop.pool.keys import Role, SigningKey, load_signing_key, make_key
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.read.open import open_pool
from datacoop.read.verify import verify_pool
from datacoop.records.collection import parse_collection, read_folder
from datacoop_schemas import collection_folder

MOMENT = datetime.now(UTC).replace(microsecond=0)
"""Readers hold metadata against the real clock, so a fixed day would let it expire."""
TIME = MOMENT.isoformat()
COLLECTIONS = ("classification", "dialogues", "documents", "pairs")
ROWS = 150


@dataclass(frozen=True)
class Source:
    """A sample of one corpus, as one member submits it."""

    member: str
    country: str
    name: str
    collection: str
    language: str
    licence: str
    holder: str


SOURCES = (
    Source("gb-a", "GB", "med_mtsdialog", "dialogues", "en", "CC-BY-4.0", "MTS-Dialog authors"),
    Source("ca-a", "CA", "ca_laws_en", "documents", "en", "OGL-Canada-2.0", "Government of Canada"),
    Source("fr-a", "FR", "ca_laws_fr", "documents", "fr", "OGL-Canada-2.0", "Government of Canada"),
    Source("de-a", "DE", "de_court_decisions", "documents", "de", "CC-BY-4.0", "LER authors"),
    Source("kr-a", "KR", "ko_klue", "pairs", "ko", "CC-BY-SA-4.0", "KLUE authors"),
    Source("sg-a", "SG", "fin_banking77", "classification", "en", "CC-BY-4.0", "PolyAI"),
)


def rows_of(name: str) -> Iterator[dict[str, Any]]:
    """Give the rows of a corpus in the form of its collection."""
    if name == "med_mtsdialog":
        path = corpora.path(name) / "Main-Dataset" / "MTS-Dialog-TrainingSet.csv"
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield {"setting": row["section_header"], "turns": list(turns(row["dialogue"]))}
    elif name.startswith("ca_laws"):
        part = "acts.en" if name.endswith("en") else "lois.fr"
        for row in lines(corpora.path("ca_laws") / f"{part}.jsonl.gz"):
            yield {"title": row["title"], "text": row["text"]}
    elif name == "de_court_decisions":
        for row in lines(corpora.path(name) / "decisions.jsonl.gz"):
            yield {"text": row["text"]}
    elif name == "ko_klue":
        path = corpora.path(name) / "klue-sts-v1.1" / "klue-sts-v1.1_dev.json"
        for row in json.loads(path.read_text(encoding="utf-8")):
            score = row["labels"]["real-label"]
            yield {"text_a": row["sentence1"], "text_b": row["sentence2"], "score": score}
    else:
        path = corpora.path(name) / "banking_data" / "train.csv"
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield {"text": row["text"], "class": row["category"]}


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def turns(dialogue: str) -> Iterator[dict[str, str]]:
    for line in dialogue.splitlines():
        speaker, sign, text = line.partition(":")
        if line.strip():
            yield {"speaker": speaker if sign else "", "text": (text if sign else line).strip()}


def key(folder: Path, role: Role, member: str) -> SigningKey:
    path = folder / "keys" / f"{member or 'operator'}-{role}.key"
    make_key(path, role=role, member=member, holder=path.stem)
    return load_signing_key(path)


def quiet(*_: object) -> None:
    """Show nothing."""


def submit(source: Source, folder: Path, steward: SigningKey, rows: int) -> None:
    work = folder / "sources" / source.name
    work.mkdir(parents=True)
    with (work / "data.jsonl").open("w", encoding="utf-8") as file:
        for row in islice(rows_of(source.name), rows):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    draft = SubmissionDraft(
        submission_id=source.name.replace("_", "-"),
        member=source.member,
        collection=source.collection,
        title=f"A sample of {source.name}",
        languages=(source.language,),
        licence={
            "spdx": source.licence,
            "rights_holder": source.holder,
            "attribution": source.holder,
        },
        terms={
            "permitted_purposes": ["model-training"],
            "prohibited_purposes": [],
            "derivatives": True,
            "text_and_data_mining": "allowed",
            "jurisdictions": [],
            "expires": None,
        },
        personal_data={
            "legal_basis": "research",
            "people": ["people named in public texts"],
            "collected": {"how": "published", "from": "2020-01-01", "to": "2025-12-31"},
        },
        labelling_wanted=False,
        contact="https://example.org",
    )
    new_submission(work, draft, ["data.jsonl"], quiet)
    (work / "submission.salt").write_bytes(bytes(32))
    secret = folder / "keys" / f"{source.member}-pseudonyms.key"
    secret.write_bytes(source.member.encode().ljust(32, b"."))
    sign_submission(work, check_submission(work, None, quiet), steward)
    send_submission(work, open_store(str(folder / "landing" / source.member)), secret, quiet)


def play(folder: Path, range_bytes: int, rows: int = ROWS) -> dict[str, Any]:
    """Play the path in an empty folder and give what came out."""
    pool = Pool(open_store(str(folder / "pool")))
    operator = key(folder, Role.OPERATOR, "")
    found_pool(pool, pool_id="real", title="Public corpora", operator=operator, created_utc=TIME)
    for name in COLLECTIONS:
        contract = parse_collection(read_folder(collection_folder(name)))
        add_collection(pool, contract, operator, created_utc=TIME)
    stewards = {s.member: key(folder, Role.STEWARD, s.member) for s in SOURCES}
    approvers = {s.member: key(folder, Role.APPROVER, s.member) for s in SOURCES}
    for source in SOURCES:
        add_member(
            pool,
            member=source.member,
            title=source.member,
            country=source.country,
            keys=[stewards[source.member].public, approvers[source.member].public],
            operator=operator,
            created_utc=TIME,
        )
    ceremony = list(approvers.values())[:2]
    initialise_trust(pool, operator=operator, ceremony=ceremony, now=MOMENT, created_utc=TIME)
    receipts = {}
    options = IntakeOptions(code_version="test", range_bytes=range_bytes)
    for source in SOURCES:
        submit(source, folder, stewards[source.member], rows)
        landing = open_store(str(folder / "landing" / source.member))
        intake = Intake(pool, landing, source.name.replace("_", "-"), operator, options)
        began = time.process_time()
        receipt = intake.run(created_utc=TIME, progress=quiet)
        raw = (folder / "sources" / source.name / "data.jsonl").read_bytes()
        receipts[source.name] = {
            "outcome": receipt.outcome,
            "rows": receipt.rows,
            "rows_counted": sum(1 for line in raw.split(b"\n") if line.strip()),
            "bytes": len(raw),
            "states": receipt.states,
            "reasons": receipt.quarantine_reasons,
            "findings": receipt.findings,
            "cpu_seconds": round(time.process_time() - began, 2),
        }
    versions = {}
    work = open_store(str(folder / "work")).address
    for name in COLLECTIONS:
        release = ReleaseOptions(code_version="test", work=work)
        built = build_release(pool, name, release, as_of="2026-01-01", progress=quiet)
        propose_release(pool, built, operator, now=MOMENT, created_utc=TIME)
        for approver in ceremony:
            approve_release(pool, name, 1, approver, created_utc=TIME)
        manifest = publish_release(pool, name, 1, operator, created_utc=TIME, as_of="2026-01-01")
        reader = open_pool(str(folder / "pool"), cache=folder / "trust-cache")
        read = sum(1 for _ in reader.version(name, 1, purpose="model-training").rows())
        versions[name] = {
            "rows": manifest.rows,
            "rows_read": read,
            "shards": [shard.sha256 for shard in manifest.shards],
            "logical": [shard.logical_digest for shard in manifest.shards],
        }
    sound = verify_pool(pool.store, quiet).is_sound
    return {"receipts": receipts, "versions": versions, "sound": sound}


if __name__ == "__main__":
    print(json.dumps(play(Path(sys.argv[1]), int(sys.argv[2]))))
