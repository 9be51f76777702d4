"""Intake of one large JSON Lines file under a policy without names: memory and speed.

Prints peak resident memory, and MB per CPU-second as a ratio against reading the same file with
`json.loads` line by line in the same run (the named reference, standard library, one thread).

With `--gzip` the file is compressed, so that it cannot be cut and is one range.

    python benchmarks/bench_intake_memory.py [--megabytes 2000] [--gzip] [--dir FOLDER]
"""

import argparse
import gzip
import json
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, cast

import yaml

from datacoop.jobs.contracts import add_collection
from datacoop.jobs.founding import add_member, found_pool
from datacoop.jobs.intake import Intake, IntakeOptions
from datacoop.jobs.submitting import (
    SubmissionDraft,
    check_submission,
    new_submission,
    send_submission,
    sign_submission,
)
from datacoop.pool.keys import Role, SigningKey, load_signing_key, make_key
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool
from datacoop.records.collection import POLICY_FILE, Collection, parse_collection, read_folder
from datacoop_schemas import collection_folder

TIME = "2026-01-01T00:00:00Z"
LIMIT_MIB = 1536
ENTITIES = ("EMAIL_ADDRESS", "PHONE_NUMBER", "IP_ADDRESS")
"""What other tools find too."""
SENTENCE = (
    "the hearing was moved to another day because a witness could not travel and both sides "
    "agreed that the file would be completed by the office before it goes to the chamber"
)


def quiet(*_: object) -> None:
    """Show nothing."""


def opened(path: Path, mode: str) -> BinaryIO:
    """Open a file, compressed where its name says so."""
    if path.suffix == ".gz":
        return cast("BinaryIO", gzip.open(path, mode, compresslevel=1))
    return cast("BinaryIO", path.open(mode))


def write_file(path: Path, megabytes: int) -> None:
    """Write made-up rows of about 1 kB, one in ten with a phone and an e-mail."""
    vocabulary = SENTENCE.split()
    chance = random.Random(7)  # noqa: S311 - made-up text
    with opened(path, "wb") as file:
        while file.tell() < megabytes * 1_000_000:
            words = [chance.choice(vocabulary) for _ in range(180)]
            if chance.random() < 0.1:
                number = chance.randrange(1000)
                words.insert(90, f"call 020 7946 0{number:03d} or mail p{number}@example.org")
            file.write(json.dumps({"text": " ".join(words)}).encode() + b"\n")


def contract_without_names(only: Sequence[str] = ()) -> Collection:
    """Give the `documents` contract with a policy of patterns only, of all or of some entities."""
    files = read_folder(collection_folder("documents"))
    policy = yaml.safe_load(files[POLICY_FILE])
    entities = policy["entities"].items()
    policy["entities"] = {name: one for name, one in entities if not only or name in only}
    return parse_collection(files | {POLICY_FILE: yaml.safe_dump(policy | {"names": False})})


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=2000)
    parser.add_argument("--gzip", action="store_true")
    parser.add_argument("--dir", type=Path)
    arguments = parser.parse_args()
    root = Path(tempfile.mkdtemp(dir=arguments.dir))
    try:
        run(root, arguments.megabytes, "data.jsonl.gz" if arguments.gzip else "data.jsonl")
    finally:
        shutil.rmtree(root)


def submit(
    root: Path, name: str, write: Callable[[Path], None], only: Sequence[str] = ()
) -> tuple[Pool, ObjectStore, SigningKey]:
    """Found a pool and submit a file; give pool, landing store and the operator's key."""
    keys = {}
    for role, member in ((Role.OPERATOR, ""), (Role.STEWARD, "m-one")):
        make_key(root / role.value, role=role, member=member, holder="h")
        keys[role] = load_signing_key(root / role.value)
    operator, steward = keys[Role.OPERATOR], keys[Role.STEWARD]
    pool = Pool(open_store(str(root / "pool")))
    found_pool(pool, pool_id="bench", title="Benchmark", operator=operator, created_utc=TIME)
    add_collection(pool, contract_without_names(only), operator, created_utc=TIME)
    add_member(
        pool,
        member="m-one",
        title="A made-up member",
        country="GB",
        keys=[steward.public],
        operator=operator,
        created_utc=TIME,
    )
    folder = root / "data"
    folder.mkdir()
    write(folder / name)
    draft = SubmissionDraft(
        submission_id="bench-one",
        member="m-one",
        collection="documents",
        title="Made-up rows",
        languages=("en",),
        licence={"spdx": "CC0-1.0", "rights_holder": "nobody", "attribution": "nobody"},
        terms={
            "permitted_purposes": ["model-training"],
            "prohibited_purposes": [],
            "derivatives": True,
            "text_and_data_mining": "allowed",
            "jurisdictions": [],
            "expires": None,
        },
        personal_data={
            "legal_basis": "not-personal",
            "people": [],
            "collected": {"how": "by script", "from": "2026-01-01", "to": "2026-01-01"},
        },
        labelling_wanted=False,
        contact="https://example.org",
    )
    new_submission(folder, draft, [name], quiet)
    sign_submission(folder, check_submission(folder, None, quiet), steward)
    landing = open_store(str(root / "landing"))
    send_submission(folder, landing, root / "pseudonym.key", quiet)
    return pool, landing, operator


def run(root: Path, megabytes: int, name: str) -> None:
    """Submit a file, take it in, and print what it took."""
    pool, landing, operator = submit(root, name, lambda path: write_file(path, megabytes))
    folder = root / "data"

    began = time.process_time()
    with opened(folder / name, "rb") as file:
        rows = sum(1 for line in file if json.loads(line))
        size = file.tell() / 1e6
    reference = time.process_time() - began

    began, clock = time.process_time(), time.monotonic()
    options = IntakeOptions(code_version="bench")
    receipt = Intake(pool, landing, "bench-one", operator, options).run(
        created_utc=TIME, progress=quiet
    )
    spent = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"rows {rows:,}, {size:,.0f} MB, states {receipt.states}")
    print(f"peak memory {peak:,.0f} MiB (limit {LIMIT_MIB})")
    print(f"intake {size / spent:.2f} MB per CPU-second, {time.monotonic() - clock:.0f} s")
    print(f"json.loads {size / reference:.2f} MB per CPU-second; ratio {reference / spent:.4f}")
    sys.exit(0 if peak < LIMIT_MIB and receipt.rows == rows else 1)


if __name__ == "__main__":
    main()
