"""The whole path on a real S3 server, each step with the credentials of its own role."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import datacoop_each
from plays import CODE_VERSION, CREATED, Stage, quiet, submissions
from s3_roles import Roles, make_roles, write_settings
from versitygw import BUILD_SECONDS, Versitygw

from datacoop.cli.common import utc_now
from datacoop.demo.cast import demo_collection, make_keys, set_up_pool, truths_by_key
from datacoop.jobs.building import ReleaseOptions, build_release
from datacoop.jobs.collecting import enter_votes
from datacoop.label.votes import Vote
from datacoop.pool.pool import Pool
from datacoop.read.open import open_pool

pytestmark = [pytest.mark.integration, pytest.mark.timeout(BUILD_SECONDS)]

COLLECTION = "classification"
PLAYS = [submissions()["de-auental-classification-1"]]
TRUTHS = truths_by_key(PLAYS)


def votes() -> list[Vote]:
    """Give what two made-up annotators said."""
    question = demo_collection(COLLECTION).labelling.question
    return [
        Vote(
            record_id=bytes.fromhex(key),
            annotator=f"{annotator:016x}",
            question=question,
            value=value,
            round=1,
            annotation_id=2 * number + annotator,
            created_utc="2026-07-02T00:00:00.000000Z",
            withdrawn=False,
        )
        for number, (key, value) in enumerate(sorted(TRUTHS.items()))
        for annotator in (0, 1)
    ]


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roles]:
    with Versitygw(tmp_path_factory.mktemp("versitygw")) as server:
        yield make_roles(server)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A stage in a local folder, whose files were submitted and taken in."""
    root = tmp_path_factory.mktemp("local")
    stage = Stage(root=root, keys=make_keys(root / "keys"))
    set_up_pool(stage.pool, stage.keys, CREATED)
    stage.submit(*PLAYS)
    for play in PLAYS:
        assert stage.intake(play).outcome == "pass"
    return stage


def local_shards(stage: Stage) -> list[dict[str, Any]]:
    """Build the release of a local stage; give its shards."""
    pool, work = stage.pool, stage.landing("work")
    label(pool, stage)
    options = ReleaseOptions(code_version=CODE_VERSION, work=work.address)
    built = build_release(pool, COLLECTION, options, as_of=utc_now()[:10], progress=quiet)
    return [shard_facts(shard) for shard in built.manifest.shards]


def label(pool: Pool, stage: Stage) -> None:
    collection = demo_collection(COLLECTION)
    told = enter_votes(pool, collection, votes(), [], stage.keys.operator, created_utc=CREATED)
    assert told.labels > 0


def shard_facts(shard: Any) -> dict[str, Any]:
    return {name: getattr(shard, name) for name in ("sha256", "rows", "split")}


def test_the_whole_path_on_s3_by_roles_gives_the_shards_of_a_local_folder(
    roles: Roles, local: Stage, tmp_path: Path
) -> None:
    root = local.root
    # A home of its own: there a reader keeps the trust roots of the pools that it has seen.
    environment = {**write_settings(root, roles), "HOME": str(tmp_path)}
    set_up_pool(Pool(roles.open("pool", "operator")), local.keys, CREATED)

    def run(*commands: list[str]) -> list[Any]:
        done = datacoop_each(
            *([*one, "--json"] for one in commands), folder=root, environment=environment
        )
        for one in done:
            assert one.returncode == 0, (one.args, one.stdout[-1000:], one.stderr[-1000:])
        return [json.loads(one.stdout) for one in done]

    def send(member: str, submission: str) -> list[str]:
        key = f"keys/{member}-pseudonyms.key"
        folder = f"sources/{member}/{submission}"
        return ["submission", "send", folder, "--config=stewards.toml", f"--pseudonym-key={key}"]

    plays = [(play.member, play.submission_id) for play in PLAYS]
    run(*(send(member, submission) for member, submission in plays))
    run(*(["intake", "run", *play, f"--config=intake-{play[0]}.toml"] for play in plays))
    label(Pool(roles.open("pool", "labelling")), local)
    as_operator = ["--config=operator.toml"]
    approve = [
        ["release", "approve", COLLECTION, "1", "--config=signer.toml", f"--key={path}"]
        for path in ("keys/kr-hanbit-approver.key", "keys/fr-valclair-approver.key")
    ]
    found = run(
        ["release", "build", COLLECTION, *as_operator],
        ["release", "propose", COLLECTION, *as_operator],
        *approve,
        ["release", "publish", COLLECTION, "1", *as_operator],
        ["verify", "s3://pool", "--config=reader.toml"],
        ["export", COLLECTION, "1", "out", "--config=reader.toml", "--purpose=model-training"],
        ["pool", "gc", *as_operator],
    )
    assert found[-1]["found"] == []
    assert found[-3]["faults"] == []
    options = roles.server.options(roles.users["reader"])
    version = open_pool("s3://pool", options=options, cache=tmp_path / "cache").version(
        COLLECTION, 1, purpose="model-training"
    )
    assert version.to_table().num_rows == found[-2]["rows"] > 0
    on_s3 = [shard_facts(shard) for shard in version.shards()]
    assert on_s3 == local_shards(local)
