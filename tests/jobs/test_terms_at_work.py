"""Terms are held against every act: submission, release, publishing, reading."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from plays import Stage, make_play, make_stage, many_lines
from pooling import (
    COLLECTION,
    CREATED,
    OPERATOR,
    PURPOSE,
    TERMS,
    TODAY,
    approve,
    make_pool,
    make_records,
    propose,
    publish,
    take_in,
)

from datacoop.demo.cast import demo_collection
from datacoop.errors import RefusedError, SubmissionError
from datacoop.jobs.frame import terms_objections
from datacoop.jobs.release import publish_release
from datacoop.jobs.submitting import (
    check_submission,
    send_submission,
    sign_submission,
    terms_faults,
)
from datacoop.pool.landing import Landing
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.read.open import open_pool
from datacoop.records.collection import Collection
from datacoop.records.terms import Terms

TOMORROW = (date.fromisoformat(TODAY) + timedelta(days=1)).isoformat()
_names = itertools.count()

BARS: dict[str, tuple[dict[str, Any], str]] = {
    "not_permitted": ({"permitted_purposes": ["research"]}, "is not among those permitted"),
    "prohibited": ({"prohibited_purposes": [PURPOSE]}, "is prohibited"),
    "no_derivatives": ({"derivatives": False}, "derivatives are not permitted"),
    "mining": ({"text_and_data_mining": "reserved"}, "text and data mining is reserved"),
    "expired": ({"expires": "2026-06-30"}, "expired on 2026-06-30"),
}


def with_terms(stage: Stage, changes: dict[str, Any]) -> Any:
    """Sign and send a small submission whose terms were changed."""
    play = make_play(many_lines(5), submission_id="de-auental-terms-1")
    stage.submit(play)
    folder = stage.root / "sources" / play.member / play.submission_id
    value = yaml.safe_load((folder / "submission.yaml").read_text(encoding="utf-8"))
    value["terms"] |= changes
    (folder / "submission.yaml").write_text(yaml.safe_dump(value), encoding="utf-8")
    manifest = check_submission(folder, None, lambda _, __: None)
    sign_submission(folder, manifest, stage.keys.stewards[play.member])
    store = stage.landing(play.member)
    store.delete(Landing(store, play.submission_id).envelope)
    key = stage.root / "keys" / f"{play.member}-pseudonyms.key"
    send_submission(folder, store, key, lambda _, __: None)
    return play


@pytest.mark.parametrize("bar", sorted(BARS))
def test_intake_refuses_what_could_never_be_released(tmp_path: Path, bar: str) -> None:
    changes, said = BARS[bar]
    stage = make_stage(tmp_path)
    play, log = with_terms(stage, changes), stage.log()
    with pytest.raises(SubmissionError, match=f"{said}.* @ \\$.terms"):
        stage.intake(play)
    assert stage.log() == log
    folder = stage.root / "sources" / play.member / play.submission_id
    collection = demo_collection(play.collection)
    with pytest.raises(SubmissionError, match=said):
        check_submission(folder, collection, lambda _, __: None, today="2026-07-01")


def restricted(collection: Collection, *countries: str) -> Collection:
    return replace(collection, release=replace(collection.release, jurisdictions=countries))


def test_a_submission_must_permit_every_country_of_the_release_policy(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    play = with_terms(stage, {"jurisdictions": ["DE", "FR"]})
    folder = stage.root / "sources" / play.member / play.submission_id
    manifest = check_submission(folder, None, lambda _, __: None)
    collection = demo_collection(play.collection)
    assert terms_faults(manifest, restricted(collection, "DE", "FR"), "2026-07-01") == []
    [fault] = terms_faults(manifest, restricted(collection, "DE", "KR"), "2026-07-01")
    assert "processing in KR is not permitted" in fault.message


def pool_with(terms: Terms) -> Pool:
    """Make a pool with one submission under `terms`, and one under open ones."""
    pool = make_pool(open_store(f"memory://terms-{next(_names)}"))
    take_in(pool, make_records("harbour-1", 20, terms=terms), "harbour-1", terms=terms.to_json())
    take_in(pool, make_records("meadow-1", 20, member="meadow"), "meadow-1", "meadow")
    return pool


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"permitted_purposes": ("research",)}, "is not among those permitted"),
        ({"prohibited_purposes": (PURPOSE,)}, "is prohibited"),
        ({"derivatives": False}, "derivatives are not permitted"),
        ({"text_and_data_mining": False}, "text and data mining is reserved"),
        ({"expires": "2020-01-01"}, "expired on 2020-01-01"),
        ({"jurisdictions": ("GB",)}, "processing in KR is not permitted"),
    ],
)
def test_a_release_lacks_what_terms_bar(changes: dict[str, Any], said: str) -> None:
    pool = pool_with(replace(TERMS, **changes))
    collection = restricted(demo_collection(COLLECTION), "GB", "KR")
    found = terms_objections(pool.state(), collection, TODAY)
    assert found["meadow-1"] == ()
    assert said in " ".join(found["harbour-1"])


def test_terms_that_expire_between_approval_and_publishing_block_it() -> None:
    pool = pool_with(replace(TERMS, expires=TODAY))
    version = propose(pool)
    approve(pool, version, "harbour", "meadow")
    with pytest.raises(RefusedError, match=f"the terms expired on {TODAY}"):
        publish_release(pool, COLLECTION, version, OPERATOR, created_utc=CREATED, as_of=TOMORROW)
    assert pool.state().versions(COLLECTION) == []
    publish_release(pool, COLLECTION, version, OPERATOR, created_utc=CREATED, as_of=TODAY)
    assert len(pool.state().versions(COLLECTION)) == 1


@pytest.fixture
def reading(tmp_path: Path) -> Callable[..., int]:
    """Publish a version under terms and open it; give its rows."""

    def read(terms: Terms, purpose: str = PURPOSE, **how: Any) -> int:
        pool = pool_with(terms)
        publish(pool)
        cache = tmp_path / f"trust-{next(_names)}"
        reader = open_pool(pool.store.address.url, cache=cache, **how)
        return len(list(reader.version(COLLECTION, 1, purpose=purpose).rows()))

    return read


def test_a_reader_is_held_against_the_terms_of_every_row(reading: Any) -> None:
    assert reading(TERMS) == 40
    with pytest.raises(RefusedError, match="is not for purpose 'advertising'"):
        reading(TERMS, "advertising")


def test_terms_end_for_readers_too(reading: Any) -> None:
    ending = replace(TERMS, expires=TODAY)
    assert reading(ending, today=TODAY) == 40
    with pytest.raises(RefusedError, match=f"the terms expired on {TODAY}"):
        reading(ending, today=TOMORROW)


def test_a_reader_elsewhere_is_refused_and_so_is_who_does_not_say_where(reading: Any) -> None:
    local = replace(TERMS, jurisdictions=("GB", "KR"))
    assert reading(local, jurisdiction="KR") == 40
    with pytest.raises(RefusedError, match="processing in DE is not permitted"):
        reading(local, jurisdiction="DE")
    with pytest.raises(RefusedError, match="may be processed in GB, KR only"):
        reading(local)


def test_the_pool_knows_when_and_on_what_ground_rows_were_collected(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    play = with_terms(stage, {})
    stage.intake(play)
    folder = stage.root / "sources" / play.member / play.submission_id
    manifest = check_submission(folder, None, lambda _, __: None)
    taken = stage.pool.state().submissions[play.submission_id]
    assert taken.collected == (manifest.collected_from, manifest.collected_to)
    assert (taken.legal_basis, taken.people) == (manifest.legal_basis, manifest.people)
