"""What a version says of itself suffices to make it again; the members' keys are not needed."""

import base64
import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from plays import CODE_VERSION, CREATED, Stage, make_play, make_stage, quiet

from datacoop.jobs.building import Built, ReleaseOptions, build_release
from datacoop.jobs.stating import write_statements
from datacoop.pool.blobs import FOLDER as BLOBS
from datacoop.pool.landing import PSEUDONYM_KEY
from datacoop.pool.log import entry_key
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.pool.snapshot import SnapshotManifest, snapshot_from_bytes
from datacoop.scrub.pseudonyms import Pseudonymizer

NAME, MEMBER = "classification", "de-auental"
LINES = [
    {"text": f"Anfrage {n} von Frau Ottka Querfurth, 030 9{n:07d}, an das Amt.", "class": "tax"}
    for n in range(12)
]
FIRST = make_play("\n".join(map(json.dumps, LINES)).encode(), submission_id="de-auental-made-1")
LATER = make_play(
    "\n".join(
        json.dumps({**line, "text": f"{line['text']} Bitte bald."}) for line in LINES
    ).encode(),
    submission_id="de-auental-made-2",
)


def build(pool: Pool, work: Path, manifest: SnapshotManifest | None = None) -> Built:
    """Build the next version; given a manifest, with nothing but what it says."""
    options = ReleaseOptions(
        code_version=manifest.code_version if manifest else CODE_VERSION,
        work=open_store(str(work)).address,
    )
    day = manifest.as_of if manifest else CREATED[:10]
    return build_release(
        pool, manifest.collection if manifest else NAME, options, as_of=day, progress=quiet
    )


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    stage = make_stage(tmp_path_factory.mktemp("provenance") / "stage")
    stage.submit(FIRST)
    assert stage.intake(FIRST).outcome == "pass"
    return stage


@pytest.fixture(scope="module")
def built(stage: Stage) -> Built:
    """Give a version that was built from a part of the log; the pool went on after it."""
    made = build(stage.pool, stage.root / "work")
    stage.submit(LATER)
    stage.intake(LATER)
    return made


def test_a_run_from_the_manifest_alone_gives_the_same_bytes(
    stage: Stage, built: Built, tmp_path: Path
) -> None:
    manifest = snapshot_from_bytes("kept", built.manifest.to_bytes())
    assert stage.pool.require().length > manifest.log_length
    again = Pool(open_store(str(tmp_path / "pool")))
    for number in range(manifest.log_length):
        again.store.put(entry_key(number), stage.pool.store.get(entry_key(number)))
    shards = {shard.sha256 for shard in manifest.shards}
    for key in stage.pool.store.list(BLOBS):
        if key.rpartition("/")[2] not in shards:
            again.store.put(key, stage.pool.store.get(key))
    assert again.require().head == manifest.log_head
    made = build(again, tmp_path / "work", manifest)
    assert made.manifest.to_bytes() == manifest.to_bytes()
    for shard in shards:
        key = f"{BLOBS}/{shard}"
        assert again.store.get(key) == stage.pool.store.get(key)
    assert write_statements(again, made.manifest, stage.keys.operator, {}) == write_statements(
        stage.pool, replace(manifest), stage.keys.operator, {}
    )


def test_the_pool_s_side_works_without_the_key_and_holds_nothing_of_it(
    stage: Stage, built: Built, tmp_path: Path
) -> None:
    key = stage.landing(MEMBER).get(PSEUDONYM_KEY)
    forms = {key, key.hex().encode(), base64.b64encode(key), base64.urlsafe_b64encode(key)}
    for folder in ("pool", "work"):
        for path in (stage.root / folder).rglob("*"):
            if path.is_file():
                assert not [form for form in forms if form in path.read_bytes()], path.name
    landing = stage.root / "landing"
    away = landing.rename(tmp_path / "away")
    try:
        assert build(stage.pool, tmp_path / "work").manifest.rows >= built.manifest.rows
    finally:
        away.rename(landing)


def test_a_dictionary_of_all_numbers_finds_none_without_the_key(stage: Stage) -> None:
    key = stage.landing(MEMBER).get(PSEUDONYM_KEY)
    own = Pseudonymizer(key=key)
    known = own.pseudonym("PHONE_NUMBER", "010-5555-0042")
    index = own.value_digest("PHONE_NUMBER", "010-5555-0042")
    space = [f"010-5555-{number:04d}" for number in range(10_000)]

    def found(guess: bytes) -> bool:
        trial = Pseudonymizer(key=guess)
        pairs = ((trial.pseudonym(e, n), trial.value_digest(e, n)) for e, n in entities)
        return any(known == one or index == other for one, other in pairs)

    entities = list(itertools.product(["PHONE_NUMBER"], space))
    assert found(key), "with the key the number is found: the attack itself works"
    state = stage.pool.require()
    # All that lies in the open: ids, digests, public keys.
    public = [bytes(32), MEMBER.encode() * 4, bytes.fromhex(state.head)]
    public += [bytes.fromhex(one.public) for one in state.keys.values()]
    assert not [guess for guess in public[:8] if found(guess)]
