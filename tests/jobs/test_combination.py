"""Data of several Korean members is combined only where the contract names a record of it."""

from pathlib import Path

import pytest
import yaml
from pooling import (
    COLLECTION,
    CREATED,
    OPERATOR,
    TODAY,
    make_records,
    make_signing_key,
    shipped_collection,
    take_in,
)

from datacoop.errors import RefusedError
from datacoop.jobs.building import Built, ReleaseOptions, build_release
from datacoop.jobs.contracts import add_collection
from datacoop.jobs.founding import add_member, found_pool
from datacoop.pool.keys import Role
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.records.collection import parse_collection

COUNTRIES = {"hanbat": "KR", "narae": "KR", "meadow": "GB"}


@pytest.fixture
def pool(tmp_path: Path) -> Pool:
    pool = Pool(open_store(str(tmp_path / "pool")))
    found_pool(pool, pool_id="made-up", title="", operator=OPERATOR, created_utc=CREATED)
    add_collection(pool, shipped_collection(), OPERATOR, created_utc=CREATED)
    for member, country in COUNTRIES.items():
        keys = [make_signing_key(Role.STEWARD, member).public]
        add_member(
            pool,
            member=member,
            title=member,
            country=country,
            keys=keys,
            operator=OPERATOR,
            created_utc=CREATED,
        )
    return pool


def give(pool: Pool, *members: str) -> None:
    for member in members:
        name = f"{member}-1"
        take_in(pool, make_records(name, 4, member=member), name, member)


def build(pool: Pool, folder: Path) -> Built:
    options = ReleaseOptions(code_version="test", work=open_store(str(folder)).address)
    return build_release(pool, COLLECTION, options, as_of=TODAY, progress=lambda _, __: None)


def test_two_korean_members_are_not_combined_without_a_record(pool: Pool, tmp_path: Path) -> None:
    give(pool, "hanbat", "narae", "meadow")
    with pytest.raises(RefusedError, match="hanbat, narae") as refused:
        build(pool, tmp_path / "work")
    assert "combination_record" in refused.value.hint
    files = dict(shipped_collection().files)
    contract = yaml.safe_load(files["collection.yaml"])
    contract["release"]["combination_record"] = "decision 2026-14 of the expert institution"
    files["collection.yaml"] = yaml.safe_dump(contract)
    add_collection(pool, parse_collection(files), OPERATOR, created_utc=CREATED)
    assert build(pool, tmp_path / "work").manifest.rows == 12


def test_one_korean_member_beside_others_needs_none(pool: Pool, tmp_path: Path) -> None:
    give(pool, "hanbat", "meadow")
    assert build(pool, tmp_path / "work").manifest.rows == 8
