"""Releases as jobs: on Beam as without it, rows that walk back, and what a rescan bars."""

import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from plays import CODE_VERSION, CREATED, Stage, make_play, make_stage, quiet
from pooling import run_steps

from datacoop.demo.data import DemoFile, DemoSubmission
from datacoop.errors import RefusedError
from datacoop.jobs.building import Built, ReleaseOptions, build_release
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.rescanning import RescanOptions, rescan
from datacoop.pool.blobs import (
    BlobRef,
    batches_to_bytes,
    bytes_to_batches,
    get_blob,
    get_blob_list,
    put_blob_list,
)
from datacoop.pool.log import Draft
from datacoop.pool.object_store import open_store
from datacoop.publish.shards import LABEL_SCHEMA, ShardPlan
from datacoop.publish.stage import Build, Steps
from datacoop.publish.tasks import plan_tasks

NAME, MEMBER, SUBMISSION, TODAY = "classification", "de-auental", "de-auental-small-1", CREATED[:10]
ROWS = 30


def line(number: int) -> dict[str, str]:
    topic = ("Abfuhr", "Spielplatz", "Parkausweis", "Meldestelle", "Hundesteuer")[number % 5]
    words = " ".join(f"{topic}{(number * step) % 97}" for step in (3, 7, 11, 13, 17, 19, 23))
    return {"text": f"Anfrage {number}: Es geht um {words} und eine Antwort.", "class": "tax"}


def made_of_formats() -> DemoSubmission:
    """Make a submission of three files: lines, compressed lines, and columns."""
    rows = [line(number) for number in range(3 * ROWS)]
    texts = ["".join(json.dumps(row) + "\n" for row in rows[at : at + ROWS]) for at in (0, ROWS)]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows[2 * ROWS :]), sink, row_group_size=7)
    play = make_play(texts[0].encode())
    files = (
        *play.files,
        DemoFile(
            name="more.jsonl.gz",
            format="jsonl",
            content=gzip.compress(texts[1].encode(), mtime=0),
            columns={},
        ),
        DemoFile(name="rest.parquet", format="parquet", content=sink.getvalue(), columns={}),
    )
    changes: dict[str, Any] = {"files": files}
    return DemoSubmission(**({n: getattr(play, n) for n in play.__dataclass_fields__} | changes))


PLAY = made_of_formats()


def raw_row(source_file: int, position: int) -> dict[str, str]:
    """Read one raw row by its place, with nothing of datacoop's."""
    file = PLAY.files[source_file]
    if file.format == "parquet":
        found: dict[str, str] = pq.read_table(io.BytesIO(file.content)).to_pylist()[position]
        return found
    content = gzip.decompress(file.content) if file.name.endswith(".gz") else file.content
    row: dict[str, str] = json.loads(content[position:].split(b"\n", 1)[0])
    return row


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    stage = make_stage(tmp_path_factory.mktemp("release"))
    stage.submit(PLAY)
    stage.intake(PLAY, range_bytes=1_000)
    return stage


def build(stage: Stage, work: str = "work") -> Built:
    address = open_store(str(stage.root / work)).address
    options = ReleaseOptions(code_version=CODE_VERSION, work=address)
    return build_release(stage.pool, NAME, options, as_of=TODAY, progress=quiet)


@pytest.fixture(scope="module")
def built(stage: Stage) -> Built:
    return build(stage)


def rows_of(stage: Stage, built: Built) -> list[dict[str, Any]]:
    contents = [get_blob(stage.pool.store, shard.sha256) for shard in built.manifest.shards]
    return [row for one in contents for batch in bytes_to_batches(one) for row in batch.to_pylist()]


def test_every_published_row_walks_back_to_its_raw_row(stage: Stage, built: Built) -> None:
    rows = rows_of(stage, built)
    assert len(rows) == 3 * ROWS
    assert {row["source_file"] for row in rows} == {0, 1, 2}
    for row in rows:
        assert (row["member"], row["submission_id"]) == (MEMBER, SUBMISSION)
        raw = raw_row(row["source_file"], row["source_position"])
        assert row["text"].split(":")[0] == raw["text"].split(":")[0]


def test_a_build_leaves_nothing_in_the_work_store(stage: Stage, built: Built) -> None:
    assert list(open_store(str(stage.root / "work")).list("releases")) == []
    assert built.manifest.row_counts["published"] == built.manifest.rows


def test_an_engine_makes_what_the_steps_make_alone(stage: Stage, built: Built) -> None:
    pool, work = stage.pool, open_store(str(stage.root / "alone"))
    state = pool.require()
    work.put("labels", batches_to_bytes(LABEL_SCHEMA, []))
    collection = contract_of(pool, state, NAME)
    sources = [(s.member, get_blob_list(pool.store, s.records or "")) for s in state.active(NAME)]
    steps = Steps(
        Build(
            plan=ShardPlan(
                version=1, policy=collection.release, bucket_counts=built.manifest.bucket_counts
            ),
            pool=pool.store.address,
            work=work.address,
            folder="build",
            tasks=plan_tasks(sources),
            barred=(),
            labels="labels",
            counts="counts",
        )
    )
    assert tuple(run_steps(steps)) == built.manifest.shards


def plant(stage: Stage, edit: Callable[[str], str]) -> None:
    """Take in a submission whose texts a scrub of another day left otherwise."""
    (batch,) = pa.Table.to_batches(stage.records(SUBMISSION).slice(0, 3).combine_chunks())
    at = batch.schema.get_field_index("text")
    texts = pa.array([edit(text) for text in batch.column("text").to_pylist()])
    ids = [bytes([7]) * 31 + bytes([number]) for number in range(3)]
    batch = batch.set_column(at, batch.schema.field(at), texts)
    for name in ("record_id", "masked_digest"):
        at = batch.schema.get_field_index(name)
        batch = batch.set_column(at, batch.schema.field(at), pa.array(ids, pa.binary(32)))
    pool = stage.pool
    ref = pool.put_blob(batches_to_bytes(batch.schema, [batch]))
    records = put_blob_list(pool.store, [BlobRef(ref, 3)])
    older = pool.require().submissions[SUBMISSION]
    body = {
        "submission": "older",
        "member": MEMBER,
        "collection": NAME,
        "steward": older.steward.keyid,
        "outcome": "pass",
        "reasons": [],
        "languages": ["de"],
        "terms": older.terms.to_json(),
        "labelling_wanted": False,
        "supersedes": None,
        "records": records,
        "rows": 3,
    }
    draft = Draft(kind="submission_taken", body=body, blobs=(records,))
    pool.append(lambda _: draft, stage.keys.operator, created_utc=CREATED)


def test_what_a_rescan_finds_is_in_no_later_version(stage: Stage, built: Built) -> None:
    before = {row["record_id"] for row in rows_of(stage, built)}
    value = "max.muster@example.net"
    plant(stage, lambda text: f"{text} Schreiben Sie an {value}.")
    assert any(value in row["text"] for row in rows_of(stage, build(stage)))
    options = RescanOptions(
        code_version=CODE_VERSION, work=open_store(str(stage.root / "work")).address
    )
    found = rescan(
        stage.pool, NAME, stage.keys.operator, options, created_utc=CREATED, progress=quiet
    )
    assert found.rows == 3 * ROWS + 3
    # A model of names may doubt a row or two more; every one with the address is found.
    assert 3 <= found.barred <= 5
    assert found.missed["EMAIL_ADDRESS"] == 3
    after = build(stage)
    rows = rows_of(stage, after)
    assert not any(value in row["text"] for row in rows)
    assert {row["record_id"] for row in rows} <= before
    assert len(rows) == 3 * ROWS + 3 - found.barred
    assert after.row_counts["barred"] == found.barred
    assert after.manifest.row_counts["barred"] == 0, "readers are not told of few"
    log = b"".join(stage.pool.store.get(key) for key in stage.log())
    assert value.encode() not in log


def test_a_collection_that_is_not_there_is_not_rescanned(stage: Stage) -> None:
    options = RescanOptions(code_version="1", work=open_store("memory://no").address)
    with pytest.raises(RefusedError, match="no collection"):
        rescan(
            stage.pool, "none", stage.keys.operator, options, created_utc=CREATED, progress=quiet
        )
