"""A file that cannot be cut is written in pieces as it is read, never held whole."""

import gzip
from pathlib import Path

import pyarrow as pa
import pytest
from plays import Stage, make_play, make_stage, many_lines, quarantined

from datacoop.demo.data import DemoSubmission
from datacoop.jobs import intake_results

COUNT = 400
PLAY = make_play(gzip.compress(many_lines(COUNT), mtime=0), name="rows.jsonl.gz")


def taken(root: Path, play: DemoSubmission = PLAY) -> Stage:
    stage = make_stage(root)
    stage.submit(play)
    return stage


def test_pieces_hold_the_rows_that_one_piece_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A batch has fifty rows, and a limit of one byte makes each a piece.
    monkeypatch.setattr("datacoop.ingest.limits.BATCH_ROWS", 50)
    whole = taken(tmp_path / "whole")
    one = whole.intake(PLAY)
    monkeypatch.setattr(intake_results, "PIECE_BYTES", 1)
    cut = taken(tmp_path / "cut")
    many = cut.intake(PLAY)
    assert len(whole.blobs(PLAY.submission_id)) == 1
    assert len(cut.blobs(PLAY.submission_id)) == COUNT // 50
    assert cut.records(PLAY.submission_id) == whole.records(PLAY.submission_id)
    store = PLAY.member
    assert quarantined(cut.landing(store), many.quarantine) == quarantined(
        whole.landing(store), one.quarantine
    )
    assert (many.states, many.findings, many.files) == (one.states, one.findings, one.files)
    assert cut.intake(PLAY) == many, "done pieces are counted again, not made again"


def test_a_writer_holds_no_more_than_a_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datacoop.ingest.limits.BATCH_ROWS", 10)
    monkeypatch.setattr(intake_results, "PIECE_BYTES", 20_000)
    sizes = []
    write = intake_results.batches_to_bytes

    def measured(schema: pa.Schema, batches: list[pa.RecordBatch]) -> bytes:
        sizes.append(sum(batch.nbytes for batch in batches))
        return write(schema, batches)

    monkeypatch.setattr(intake_results, "batches_to_bytes", measured)
    taken(tmp_path).intake(PLAY)
    assert len(sizes) > 4 * 3
    assert max(sizes) < 2 * 20_000
