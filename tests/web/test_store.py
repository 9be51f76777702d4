"""What the gateway's store promises, on SQLite and on PostgreSQL."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from postgres import Postgres

from datacoop.errors import OutsideError, RefusedError, SettingsError
from datacoop.web.gateway.store import Store
from datacoop.web.gateway.store_reports import BARRED, LET_BACK
from datacoop.web.gateway.store_served import HELD, PUT_OFF, SENDING

KEY = Fernet.generate_key()
RECORD = bytes(range(32))
AT_ONCE = 8


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'gateway.db'}"
    database: Postgres = request.getfixturevalue("postgres")
    return database.create(f"store_{time.monotonic_ns()}")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(url, KEY)
    yield opened
    opened.close()


def add(store: Store, name: str = "ada", **changes: Any) -> int:
    values = {
        "annotator": f"pseudonym of {name}",
        "email": f"{name}@example.org",
        "name": name,
        "language": "en",
        "studio_user": 7,
        "studio_email": "a@annotators.invalid",
        "studio_token": "the token",
    }
    store.add_account(**(values | changes))
    account = store.account_of(f"{name}@example.org")
    assert account is not None
    return account.id


def at_once(act: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [done.result() for done in [pool.submit(act) for _ in range(AT_ONCE)]]


def answer(store: Store, served: int, annotation: int = 5, **changes: Any) -> None:
    values = {"skipped": False, "value": "family", "answered_utc": "2026", "now": 9.0}
    store.answered(served, annotation, **(values | {"seconds": 3.5} | changes))


def test_an_account_is_found_in_any_case_and_taken_once(store: Store) -> None:
    add(store)
    found = store.account_of("Ada@Example.org")
    assert found is not None
    assert (found.name, found.studio_token) == ("ada", "the token")
    with pytest.raises(RefusedError):
        add(store, annotator="another")
    assert len(store.accounts()) == 1


def test_a_token_is_not_readable_in_the_database(store: Store, url: str) -> None:
    add(store)
    engine = sa.create_engine(url)
    with engine.connect() as database:
        held = database.execute(sa.text("select studio_token from account")).scalar_one()
    engine.dispose()
    assert "the token" not in held
    with pytest.raises(SettingsError, match="key"):
        Store(url, Fernet.generate_key()).accounts()


def test_a_session_ends_by_itself_when_revoked_and_with_its_account(store: Store) -> None:
    account = add(store)
    now = 1_790_000_000.123456
    one, other = (store.begin_session(account, now + 1) for _ in range(2))
    assert store.account_in_session(one, now) is not None
    assert store.account_in_session(one, now + 1) is None
    store.end_session(one)
    assert store.account_in_session(one, now) is None
    assert store.account_in_session(other, now) is not None
    store.remove_account(account)
    assert store.account_in_session(other, now) is None
    assert store.account_of("ada@example.org") is None


def test_an_invitation_is_used_once_even_at_once(store: Store) -> None:
    account = add(store)
    token = store.invite(account, 10.0)
    assert store.accept(token, "hash", 10.0) is None
    used = at_once(lambda: store.accept(token, "hash", 9.0))
    assert sorted(used, key=str) == [account] + [None] * (AT_ONCE - 1)


def test_served_at_once_it_is_one_and_one_may_send_it(store: Store) -> None:
    served = at_once(lambda: store.serve("ada", "docs", RECORD, 1.5))
    assert len({one.id for one in served}) == 1
    assert served[0].since == 1.5
    assert sorted(at_once(lambda: store.reserve(served[0].id))) == [False] * 7 + [True]
    store.release(served[0].id)
    assert store.reserve(served[0].id)
    assert not store.reserve(served[0].id)
    assert [one.state for one in store.all_served("docs")] == [SENDING]


def test_an_answer_keeps_the_time_of_the_first_and_the_value_of_the_last(store: Store) -> None:
    served = store.serve("ada", "docs", RECORD, 1.0)
    answer(store, served.id, now=9.0)
    answer(store, served.id, now=11.0, value="housing", answered_utc="2027")
    [done] = store.done("ada")
    assert (done.done_at, done.value, done.answered_utc) == (9.0, "housing", "2027")
    assert (done.record_id, done.annotation, done.seconds) == (RECORD, 5, 3.5)
    assert store.served_of_annotation("bob", 5) is None
    assert store.count_done("ada", "docs") == 1


def test_what_is_put_off_is_held_anew_and_what_is_answered_is_not(store: Store) -> None:
    served = store.serve("ada", "docs", RECORD, 1.0)
    store.put_off(served.id)
    assert [one.state for one in store.all_served("docs")] == [PUT_OFF]
    store.serve("ada", "docs", RECORD, 2.0)
    assert [(one.state, one.since) for one in store.all_served("docs")] == [(HELD, 2.0)]
    answer(store, served.id)
    assert store.serve("ada", "docs", RECORD, 3.0).annotation == 5
    assert not store.reserve(served.id)


def test_the_first_pause_stands_until_it_is_lifted(store: Store) -> None:
    store.pause("ada", "docs", "2026-01-01")
    store.pause("ada", "docs", "2026-02-02")
    assert store.paused() == {("ada", "docs"): "2026-01-01"}
    store.pause_only("docs", {"bob": "2026-03-03"})
    assert store.paused() == {("bob", "docs"): "2026-03-03"}
    store.pause_only("docs", {})
    assert store.paused() == {}


def test_a_draft_is_its_owners(store: Store) -> None:
    served = store.serve("ada", "docs", RECORD, 1.0)
    store.expect_draft(served.id)
    for draft in (3, 4, 4):
        store.add_draft(served.id, draft)
    assert store.latest_draft(served.id) == 4
    found = store.served_of_draft("ada", 3)
    assert found is not None
    assert found.has_draft
    assert store.served_of_draft("bob", 3) is None


def test_a_report_takes_the_record_out_of_all_hands_until_it_is_decided(store: Store) -> None:
    served = store.serve("bob", "docs", RECORD, 1.0)
    for at in (2.0, 3.0):
        store.report("ada", "docs", RECORD, "personal", at)
    assert [(one.at, one.state) for one in store.reports()] == [(2.0, HELD)]
    assert store.closed_records("docs") == {RECORD}
    assert [one.state for one in store.all_served("docs")] == [PUT_OFF]
    assert store.decide_reports("docs", RECORD, LET_BACK, "lea") == 1
    assert store.closed_records("docs") == set()
    store.report("ada", "docs", RECORD, "harmful", 4.0)
    assert store.decide_reports("docs", RECORD, BARRED, "lea") == 1
    assert store.closed_records("docs") == {RECORD}
    assert store.serve("bob", "docs", RECORD, 5.0).id == served.id


def test_a_word_on_a_count_is_kept_until_it_is_settled(store: Store) -> None:
    store.complain("ada", "docs", "2026-01-31", "it was 12 - 한국어 ’;--", 1.0)
    [word] = store.complaints("ada")
    assert word.word.startswith("it was 12 - 한국어")
    assert store.complaints("bob") == []
    assert store.settle(word.id)
    assert not store.settle(word.id + 1)
    assert [one.is_settled for one in store.complaints()] == [True]


def test_all_is_there_after_it_was_closed_and_opened(store: Store, url: str) -> None:
    add(store)
    served = store.serve("ada", "docs", RECORD, 1_790_000_000.25)
    store.reserve(served.id)
    store.close()
    again = Store(url, KEY)
    assert again.all_served("docs")[0].since == 1_790_000_000.25
    assert [one.state for one in again.all_served("docs")] == [SENDING]
    assert again.annotators() == ["pseudonym of ada"]
    again.close()


def test_a_lost_connection_is_made_again(store: Store, url: str) -> None:
    if url.startswith("sqlite"):
        pytest.skip("SQLite has no connection to lose")
    add(store)
    engine = sa.create_engine(url)
    end_the_others = """select pg_terminate_backend(pid) from pg_stat_activity
        where pid <> pg_backend_pid() and datname = current_database()"""
    with engine.connect() as database:
        database.execute(sa.text(end_the_others))
    engine.dispose()
    assert store.annotators() == ["pseudonym of ada"]


@given(email=st.text(max_size=300))
@example(email="a\0@example.org")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_as_an_address_is_looked_up(store: Store, email: str) -> None:
    assert store.account_of(email) is None


def test_a_database_that_cannot_be_reached_is_told_without_its_password() -> None:
    with pytest.raises(OutsideError) as told:
        Store("postgresql+psycopg://datacoop:hidden@127.0.0.1:1/none", KEY)
    assert "hidden" not in str(told.value)
    assert told.value.__context__ is None or "hidden" not in str(told.value.__context__)


def test_a_driver_that_is_not_there_is_told() -> None:
    with pytest.raises(SettingsError):
        Store("postgresql+nothing://127.0.0.1/none", KEY)
