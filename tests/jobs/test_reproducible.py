"""The same submissions give the same bytes, however a job is cut up and run."""

import json
import shutil
from pathlib import Path

import pytest
from commands import datacoop_each, run_python
from plays import Stage, make_play, make_stage, submissions, write_settings

from datacoop.cli.release import manifest_of
from datacoop.demo.data import DemoSubmission

PATTERNS_AND_CRF = ("de-auental-documents-1", "kr-hanbit-dialogues-1")
WITH_SPACY = ("gb-northmoor-documents-1", "fr-valclair-documents-1")
SMALL, WHOLE = 2000, 8 << 20


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A stage to which all were sent; keys and salts are inputs, so that copies share them."""
    stage = make_stage(tmp_path_factory.mktemp("same") / "first")
    # One that supersedes nothing and shares no rows with the other may come in any order.
    stage.submit(*(submissions()[id_] for id_ in PATTERNS_AND_CRF + WITH_SPACY))
    write_settings(stage)
    return stage


def copied(stage: Stage, name: str) -> Stage:
    shutil.copytree(stage.root, stage.root.parent / name)
    return Stage(root=stage.root.parent / name, keys=stage.keys)


@pytest.fixture(scope="module")
def whole(first: Stage) -> Stage:
    stage = copied(first, "whole")
    for id_ in PATTERNS_AND_CRF + WITH_SPACY:
        stage.intake(submissions()[id_], range_bytes=WHOLE)
    return stage


@pytest.fixture(scope="module")
def cut(first: Stage) -> Stage:
    """Other ranges, and the members in the opposite order."""
    stage = copied(first, "cut")
    for id_ in reversed(PATTERNS_AND_CRF + WITH_SPACY):
        stage.intake(submissions()[id_], range_bytes=SMALL)
    return stage


@pytest.mark.parametrize("id_", PATTERNS_AND_CRF + WITH_SPACY)
def test_other_ranges_and_another_order_give_the_same_rows(
    whole: Stage, cut: Stage, id_: str
) -> None:
    assert whole.records(id_).equals(cut.records(id_))


def test_small_ranges_cut_a_file(whole: Stage, cut: Stage) -> None:
    id_ = PATTERNS_AND_CRF[0]
    assert len(cut.blobs(id_)) > len(whole.blobs(id_))


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_seed_of_hashes_changes_no_byte(
    first: Stage, whole: Stage, tmp_path: Path, seed: str
) -> None:
    stage = Stage(root=tmp_path / "seeded", keys=first.keys)
    shutil.copytree(first.root, stage.root)
    ids = {"1": PATTERNS_AND_CRF[1], "2": WITH_SPACY[1]}
    play = submissions()[ids[seed]]
    script = "from datacoop.cli.main import main; main()"
    command = ("intake", "run", play.member, play.submission_id, "--json")
    seeded = {"PYTHONHASHSEED": seed}
    done = run_python("-c", script, *command, folder=stage.root, environment=seeded)
    assert done.returncode == 0, done.stderr[-1000:]
    assert json.loads(done.stdout)["rows"] == play.total_rows
    assert stage.blobs(play.submission_id) == whole.blobs(play.submission_id)


SENTENCES = {
    "en": "My neighbour Deborah Whitcombe wrote to {mail} on Tuesday and has had no answer about "
    "the permit for her shed, which was promised for week {n}.",
    "fr": "Ma voisine Geneviève Lacombe a écrit à {mail} mardi et attend toujours la réponse au "
    "sujet du permis de sa remise, promise pour la semaine {n}.",
}
APPROVERS = ("gb-northmoor", "de-auental")


def mixed_play() -> DemoSubmission:
    """Make a submission whose one plain file changes its language from row to row."""
    # Words of its own keep each row from being nearly equal to another, which join one split.
    own = [" ".join(f"lot{n * step % 97}" for step in range(3, 40, 3)) for n in range(48)]
    rows = [
        {
            "text": SENTENCES["fr" if n % 3 else "en"].format(n=n, mail=f"desk{n}@example.org")
            + f" ({own[n]})"
        }
        for n in range(48)
    ]
    lines = [json.dumps(row | {"class": "permits"}, ensure_ascii=False) + "\n" for row in rows]
    return make_play(
        "".join(lines).encode(),
        submission_id="ca-laurier-mixed-1",
        member="ca-laurier",
        languages=("en", "fr"),
    )


def publish(first: Stage, name: str, range_bytes: int, seed: str) -> Stage:
    """Play from intake to a published version in a process of its own."""
    stage, play = copied(first, name), mixed_play()
    approve = ["release", "approve", play.collection, "1"]
    done = datacoop_each(
        ["intake", "run", play.member, play.submission_id, f"--range-bytes={range_bytes}"],
        ["release", "build", play.collection],
        ["release", "propose", play.collection],
        *([*approve, f"--key=keys/{member}-approver.key"] for member in APPROVERS),
        ["release", "publish", play.collection, "1"],
        folder=stage.root,
        environment={"PYTHONHASHSEED": seed},
    )
    assert [ended.returncode for ended in done] == [0] * len(done), done[-1].stderr
    return stage


@pytest.mark.slow
def test_ranges_and_the_seed_of_hashes_change_no_published_byte(tmp_path: Path) -> None:
    first, play = make_stage(tmp_path / "first"), mixed_play()
    first.submit(play)
    write_settings(first)
    stages = publish(first, "whole", WHOLE, "0"), publish(first, "cut", 700, "4242")
    one, many = (len(stage.blobs(play.submission_id)) for stage in stages)
    assert one == 1
    assert many > 10
    whole, cut = (manifest_of(stage.pool, play.collection, 1) for stage in stages)
    assert whole.shards == cut.shards
    assert whole.rows == cut.rows == 48
    assert len({shard.split for shard in whole.shards}) > 1
    assert all(shard.sha256 and shard.logical_digest for shard in whole.shards)
