"""Intake of the demo's submissions, held against what is known of every row."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest
from plays import ROWS, Stage, make_play, make_stage, many_lines, quarantined, submissions

from datacoop.demo.count_rows import count_rows
from datacoop.demo.data import DemoSubmission
from datacoop.errors import IntegrityError, RefusedError, SubmissionError
from datacoop.jobs.receipt import Receipt
from datacoop.pool.landing import PSEUDONYM_KEY, Landing

IDS = tuple(submissions())


class Taken:
    """All submissions of the demo taken in, one after the other."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.receipts: dict[str, Receipt] = {}
        for play in submissions().values():
            stage.submit(play)
            self.receipts[play.submission_id] = stage.intake(play)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    return Taken(make_stage(tmp_path_factory.mktemp("taken")))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return make_stage(tmp_path)


@pytest.mark.parametrize("id_", IDS)
def test_rows_are_conserved(taken: Taken, id_: str) -> None:
    play, receipt = submissions()[id_], taken.receipts[id_]
    counted = [count_rows(file.name, file.content) for file in play.files]
    assert [account["rows"] for account in receipt.files] == counted
    assert receipt.rows == sum(receipt.states.values()) == sum(counted) == play.total_rows
    clean = receipt.states["accepted"] + receipt.states["duplicate"]
    assert clean == play.sound_rows == taken.stage.records(id_).num_rows
    assert sum(receipt.quarantine_reasons.values()) == receipt.states["quarantined"]


@pytest.mark.parametrize("id_", IDS)
def test_the_broken_rows_and_no_others_are_quarantined(taken: Taken, id_: str) -> None:
    play, receipt = submissions()[id_], taken.receipts[id_]
    found = quarantined(taken.stage.landing(play.member), receipt.quarantine)
    expected = {(b.file, b.position): b.reason for b in play.broken}
    assert found == expected
    assert receipt.quarantine_reasons == Counter(expected.values())


def test_copies_are_counted_once_within_and_across_members(taken: Taken) -> None:
    for id_, play in submissions().items():
        copies = len(play.exact_duplicates)
        assert taken.receipts[id_].states["duplicate"] == copies, id_
    across = [
        (original[0], copy[0])
        for play in submissions().values()
        for original, copy in play.exact_duplicates
    ]
    assert any(original != copy for original, copy in across)


def test_a_second_run_changes_nothing(taken: Taken) -> None:
    log = taken.stage.log()
    for id_ in IDS[:3]:
        again = taken.stage.intake(submissions()[id_])
        assert json.dumps(asdict(again)) == json.dumps(asdict(taken.receipts[id_]))
    assert taken.stage.log() == log


def test_a_lost_receipt_is_made_again_without_an_entry(taken: Taken) -> None:
    play = submissions()[IDS[0]]
    store, log = taken.stage.landing(play.member), taken.stage.log()
    store.delete(Landing(store, play.submission_id).receipt)
    assert taken.stage.intake(play) == taken.receipts[play.submission_id]
    assert taken.stage.log() == log


def small(stage: Stage, id_: str = "de-auental-small-1") -> DemoSubmission:
    play = make_play(many_lines(ROWS), submission_id=id_)
    stage.submit(play)
    return play


def test_a_file_that_is_not_the_signed_one_is_refused(stage: Stage) -> None:
    play, log = small(stage), stage.log()
    store = stage.landing(play.member)
    store.put(Landing(store, play.submission_id).raw_file(0), many_lines(ROWS) + b"\n")
    with pytest.raises(SubmissionError, match=r"\$\.files\[0\]\.sha256"):
        stage.intake(play)
    assert stage.log() == log


def test_a_file_that_is_missing_is_refused(stage: Stage) -> None:
    play, log = small(stage), stage.log()
    store = stage.landing(play.member)
    store.delete(Landing(store, play.submission_id).raw_file(0))
    with pytest.raises(SubmissionError, match=r"\$\.files\[0\]"):
        stage.intake(play)
    assert stage.log() == log


def test_a_key_that_no_member_has_is_refused(stage: Stage, tmp_path: Path) -> None:
    play, log = small(stage), stage.log()
    stranger = make_stage(tmp_path / "stranger")
    stranger.submit(play)
    envelope = Landing(stage.landing(play.member), play.submission_id).envelope
    stage.landing(play.member).put(envelope, stranger.landing(play.member).get(envelope))
    with pytest.raises(IntegrityError, match=f"{play.submission_id}/submission"):
        stage.intake(play)
    assert stage.log() == log


def test_nothing_is_scrubbed_without_the_pseudonym_key(stage: Stage) -> None:
    play, log = small(stage), stage.log()
    stage.landing(play.member).delete(PSEUDONYM_KEY)
    with pytest.raises(IntegrityError):
        stage.intake(play)
    assert stage.log() == log


def test_what_was_not_sent_signed_is_refused(stage: Stage) -> None:
    play, log = small(stage), stage.log()
    store = stage.landing(play.member)
    store.delete(Landing(store, play.submission_id).envelope)
    with pytest.raises(RefusedError):
        stage.intake(play)
    assert stage.log() == log


def test_a_correction_takes_the_place_of_the_older_submission(stage: Stage) -> None:
    older = small(stage)
    stage.intake(older)
    newer = make_play(many_lines(ROWS + 1), submission_id="de-auental-small-2")
    stage.submit(newer, supersedes=older.submission_id)
    stage.intake(newer)
    state = stage.pool.require()
    assert state.submissions[older.submission_id].withdrawn_entry is not None
    assert [s.id for s in state.active(newer.collection)] == [newer.submission_id]


def test_an_unknown_member_has_nothing_to_take_in(stage: Stage) -> None:
    log = stage.log()
    with pytest.raises(RefusedError):
        stage.intake(make_play(many_lines(ROWS), member="xx-nobody"))
    assert stage.log() == log
