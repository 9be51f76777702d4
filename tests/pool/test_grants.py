import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pooling import (
    COLLECTION,
    CREATED,
    OPERATOR,
    PURPOSE,
    STEWARDS,
    TERMS,
    make_pool,
    published_pool,
)

from datacoop.errors import IntegrityError, RefusedError
from datacoop.jobs.granting import give_grant, grant_key, kept_grant, revoke_grant
from datacoop.pool.grants import (
    Grant,
    grant_objections,
    open_grant,
    read_grant,
    sign_grant,
    standing_objections,
)
from datacoop.pool.object_store import open_store
from datacoop.read.open import open_pool
from datacoop.records.digest import sha256_hex

_names = itertools.count()

GRANT = Grant(
    id="ab12",
    pool_id="made-up",
    who="Example Lab",
    collections=(COLLECTION,),
    purposes=(PURPOSE,),
    jurisdiction="KR",
    given="2026-01-01",
    until="2026-12-31",
    secret="0" * 64,
)
DAY = "2026-07-01"


def store() -> Any:
    return open_store(f"memory://grants-{next(_names)}")


def said(terms: Any = TERMS, purpose: str = PURPOSE, day: str = DAY, **changes: Any) -> list[str]:
    return grant_objections(replace(GRANT, **changes), COLLECTION, [terms, terms], purpose, day)


def test_a_grant_covers_what_it_says() -> None:
    assert said() == []
    assert said(day="2026-01-01") == said(day="2026-12-31") == []


@pytest.mark.parametrize(
    ("how", "objection"),
    [
        ({"collections": ("other",)}, f"collection {COLLECTION} is not in the grant"),
        ({"purposes": ("research",)}, f"purpose {PURPOSE} is not in the grant"),
        ({"day": "2025-12-31"}, "the grant begins on 2026-01-01"),
        ({"day": "2027-01-01"}, "the grant ended on 2026-12-31"),
        ({"terms": replace(TERMS, expires="2026-06-30")}, "the terms expired on 2026-06-30"),
        ({"terms": replace(TERMS, jurisdictions=("GB",))}, "processing in KR is not permitted"),
        (
            {"terms": replace(TERMS, jurisdictions=("GB",)), "jurisdiction": ""},
            "rows may be processed in GB only",
        ),
        ({"terms": replace(TERMS, derivatives=False)}, "derivatives are not permitted"),
    ],
)
def test_each_bar_is_one_objection(how: dict[str, Any], objection: str) -> None:
    [found] = said(**how)
    assert found.startswith(objection)


def test_only_the_operator_signs_grants() -> None:
    keys = {key.public.keyid: key.public for key in (OPERATOR, STEWARDS["harbour"])}
    signed = sign_grant(GRANT, OPERATOR)
    assert open_grant("grant", signed, keys) == read_grant("grant", signed) == GRANT
    with pytest.raises(IntegrityError, match="known key"):
        open_grant("grant", sign_grant(GRANT, STEWARDS["harbour"]), keys)
    longer = signed.replace(b"e", b"f", 1)
    with pytest.raises(IntegrityError):
        open_grant("grant", longer, keys)


def test_a_grant_is_given_shown_and_revoked() -> None:
    pool, kept = make_pool(store()), store()
    grant, content = give_grant(pool, kept, GRANT, OPERATOR, created_utc=CREATED)
    assert grant.id != GRANT.id
    assert grant.secret != GRANT.secret
    assert kept_grant(pool, kept, grant.id) == (grant, content)
    state, digest = pool.state(), sha256_hex(content)
    assert standing_objections(state.grants, state.pool_id, grant, digest) == []
    other = replace(grant, until="2099-01-01")
    forged = sha256_hex(sign_grant(other, OPERATOR))
    assert standing_objections(state.grants, state.pool_id, other, forged) == [
        "the log does not know the grant"
    ]
    assert standing_objections(state.grants, "another", grant, digest) == [
        "the grant is one of another pool"
    ]
    for _ in range(2):
        revoke_grant(pool, grant.id, OPERATOR, created_utc=CREATED)
    state = pool.state()
    assert standing_objections(state.grants, state.pool_id, grant, digest) == [
        "the grant was revoked"
    ]


def test_no_name_of_a_trainer_is_in_the_pool() -> None:
    pool, kept = make_pool(store()), store()
    grant, _ = give_grant(pool, kept, GRANT, OPERATOR, created_utc=CREATED)
    revoke_grant(pool, grant.id, OPERATOR, created_utc=CREATED)
    for key in pool.store.list():
        for hidden in (GRANT.who, grant.secret):
            assert hidden.encode() not in pool.store.get(key)
    [entry] = pool.state().grants.values()
    # Who knows all but the secret cannot tell whom the grant is for.
    guess = sha256_hex(sign_grant(replace(grant, secret="0" * 64), OPERATOR))
    assert entry.statement != guess
    assert list(kept.list()) == [grant_key(grant.id)]


def test_what_cannot_be_granted_is_refused() -> None:
    pool, kept = make_pool(store()), store()
    for changes in ({"collections": ("no-such",)}, {"until": "2025-01-01"}):
        with pytest.raises(RefusedError):
            give_grant(pool, kept, replace(GRANT, **changes), OPERATOR, created_utc=CREATED)
    for unknown in ("none", "../ab12"):
        with pytest.raises(RefusedError, match="there is no grant"):
            kept_grant(pool, kept, unknown)
        with pytest.raises(RefusedError, match="there is no grant"):
            revoke_grant(pool, unknown, OPERATOR, created_utc=CREATED)
    assert list(kept.list()) == []
    assert pool.state().grants == {}


def test_a_reader_with_a_grant_reads_what_it_covers(tmp_path: Path) -> None:
    pool = published_pool(store())

    def open_with(grant: Grant) -> Any:
        url, cache = pool.store.address.url, tmp_path / "trust"
        reader = open_pool(url, cache=cache, today=DAY, grant=grant)
        return reader.version(COLLECTION, 1, purpose=PURPOSE)

    assert len(list(open_with(GRANT).rows())) == 80
    with pytest.raises(RefusedError, match="the grant ended on 2026-06-30"):
        open_with(replace(GRANT, until="2026-06-30"))
