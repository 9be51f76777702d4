"""The made-up members of the demo, at work: their keys, contracts and submissions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from datacoop.demo import auditor, labelling
from datacoop.demo.data import MEMBERS, DemoSubmission
from datacoop.jobs.contracts import add_collection
from datacoop.jobs.founding import add_member, found_pool, initialise_trust
from datacoop.jobs.submitting import (
    SubmissionDraft,
    check_submission,
    new_submission,
    send_submission,
    sign_submission,
)
from datacoop.label.deciding import UNTIL_SETTLED
from datacoop.pool.keys import Role, SigningKey, load_signing_key, make_key
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.records.collection import Collection, parse_collection, read_folder
from datacoop.records.digest import record_id
from datacoop_schemas import collection_folder

COLLECTIONS = ("documents", "dialogues", "classification")
MAX_ROW_BYTES = 65_536
CLASSES = ("health", "housing", "permits", "tax", "transport")
"""The classes of the made-up requests; another one is quarantined."""
SHARE_PERCENT = 18
"""How many records of a hundred the simulated annotators get, so that the demo stays short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Every private key of the play; in earnest no one person ever holds two of them."""

    operator: SigningKey
    stewards: dict[str, SigningKey]
    approvers: dict[str, SigningKey]


def demo_collection(name: str) -> Collection:
    """Give a collection that ships with the demo's lower limits."""
    files = read_folder(collection_folder(name))
    contract = yaml.safe_load(files["collection.yaml"])
    contract["ingest"]["max_row_bytes"] = MAX_ROW_BYTES
    contract["labelling"]["share_percent"] = SHARE_PERCENT
    contract["labelling"]["deciding"] = {"asking": UNTIL_SETTLED}
    if name == labelling.GOLD_COLLECTION:
        contract["labelling"]["workforce"] = {"gold_percent": labelling.GOLD_PERCENT}
    if name == auditor.COLLECTION:
        contract["release"]["leak_bound_permille"] = auditor.BOUND_PERMILLE
    for column in contract["columns"]:
        if column["name"] == "class":
            column["values"] = list(CLASSES)
    files["collection.yaml"] = yaml.safe_dump(contract, sort_keys=False, allow_unicode=True)
    return parse_collection(files)


def make_keys(folder: Path) -> Keys:
    """Make the keys of the operator and of a steward and an approver at each member."""

    def make(name: str, role: Role, member: str = "") -> None:
        make_key(folder / f"{name}.key", role=role, member=member, holder=name)

    make("operator", Role.OPERATOR)
    for member in MEMBERS:
        make(f"{member.id}-steward", Role.STEWARD, member.id)
        make(f"{member.id}-approver", Role.APPROVER, member.id)
    return load_keys(folder)


def load_keys(folder: Path) -> Keys:
    """Load the keys that were made in a folder."""

    def load(name: str) -> SigningKey:
        return load_signing_key(folder / f"{name}.key")

    return Keys(
        operator=load("operator"),
        stewards={member.id: load(f"{member.id}-steward") for member in MEMBERS},
        approvers={member.id: load(f"{member.id}-approver") for member in MEMBERS},
    )


def set_up_pool(pool: Pool, keys: Keys, created_utc: str) -> None:
    """Found the pool, add collections and members, and hold the ceremony of the first root."""
    found_pool(
        pool,
        pool_id="demo",
        title="A made-up cooperative",
        operator=keys.operator,
        created_utc=created_utc,
    )
    for name in COLLECTIONS:
        add_collection(pool, demo_collection(name), keys.operator, created_utc=created_utc)
    for member in MEMBERS:
        add_member(
            pool,
            member=member.id,
            title=member.title,
            country=member.country,
            keys=[keys.stewards[member.id].public, keys.approvers[member.id].public],
            operator=keys.operator,
            created_utc=created_utc,
        )
    initialise_trust(
        pool,
        operator=keys.operator,
        ceremony=list(keys.approvers.values())[:2],
        now=_moment(created_utc),
        created_utc=created_utc,
    )


def _moment(created_utc: str) -> datetime:
    return datetime.fromisoformat(created_utc).astimezone(UTC)


def submit(play: DemoSubmission, root: Path, keys: Keys) -> None:
    """Do what a steward does: write the files, make the manifest, check, sign, send."""
    folder = root / "sources" / play.member / play.submission_id
    for file in play.files:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    path = new_submission(folder, _draft(play), [file.name for file in play.files], _quiet)
    manifest = yaml.safe_load(path.read_text(encoding="utf-8"))
    for entry, file in zip(manifest["files"], play.files, strict=True):
        if any(name != column for name, column in file.columns.items()):
            entry["columns"] = file.columns
    path.write_text(yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True), encoding="utf-8")
    checked = check_submission(folder, demo_collection(play.collection), _quiet)
    sign_submission(folder, checked, keys.stewards[play.member])
    store = open_store(str(root / "landing" / play.member))
    send_submission(folder, store, root / "keys" / f"{play.member}-pseudonyms.key", _quiet)


def _draft(play: DemoSubmission) -> SubmissionDraft:
    holder = next(member.title for member in MEMBERS if member.id == play.member)
    return SubmissionDraft(
        submission_id=play.submission_id,
        member=play.member,
        collection=play.collection,
        title=play.title,
        languages=play.languages,
        licence={"spdx": "CC-BY-4.0", "rights_holder": holder, "attribution": holder},
        terms={
            "permitted_purposes": ["model-training", "evaluation"],
            "prohibited_purposes": ["re-identification"],
            "derivatives": True,
            "text_and_data_mining": "allowed",
            "jurisdictions": [],
            "expires": None,
        },
        personal_data={
            "legal_basis": "research",
            "people": ["made-up people"],
            "collected": {
                "how": "made by a script with a fixed seed",
                "from": "2026-01-01",
                "to": "2026-06-30",
            },
        },
        labelling_wanted=True,
        contact="steward@example.org",
    )


def _quiet(_: str, __: int) -> None:
    """Show nothing: the files of the demo are small."""


def truths_by_key(plays: Sequence[DemoSubmission]) -> dict[str, str]:
    """Give the true label by record id in hex, for the simulated annotators."""
    return {
        record_id(t.submission, t.file, t.position).hex(): t.value
        for play in plays
        for t in play.labels
    }
