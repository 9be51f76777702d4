"""The schema of the gateway's store: known, brought up to date, refused where it is newer."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from datacoop.errors import DatacoopError, SettingsError
from datacoop.web.gateway.database import SCHEMA
from datacoop.web.gateway.store import Store

KEY = Fernet.generate_key()
RECORD = b"\x01" * 32

FIRST = """
CREATE TABLE account (id INTEGER NOT NULL, annotator VARCHAR(64) NOT NULL, email VARCHAR(254)
    NOT NULL, name VARCHAR(200) NOT NULL, language VARCHAR(8) NOT NULL, is_lead BOOLEAN NOT
    NULL, password VARCHAR(200), subject VARCHAR(600), studio_user INTEGER NOT NULL,
    studio_email VARCHAR(254) NOT NULL, studio_token TEXT NOT NULL, PRIMARY KEY (id), UNIQUE
    (annotator), UNIQUE (email), UNIQUE (subject));
CREATE TABLE complaint (id INTEGER NOT NULL, annotator VARCHAR(64) NOT NULL, collection
    VARCHAR(200) NOT NULL, day VARCHAR(10) NOT NULL, word TEXT NOT NULL, at FLOAT NOT NULL,
    is_settled BOOLEAN NOT NULL, PRIMARY KEY (id));
CREATE TABLE draft (id INTEGER NOT NULL, served INTEGER NOT NULL, PRIMARY KEY (id), FOREIGN
    KEY(served) REFERENCES served (id));
CREATE TABLE invitation (digest VARCHAR(64) NOT NULL, account INTEGER NOT NULL, ends FLOAT NOT
    NULL, PRIMARY KEY (digest), FOREIGN KEY(account) REFERENCES account (id) ON DELETE CASCADE);
CREATE TABLE paused (annotator VARCHAR(64) NOT NULL, collection VARCHAR(200) NOT NULL,
    paused_utc VARCHAR(32) NOT NULL, PRIMARY KEY (annotator, collection));
CREATE TABLE report (id INTEGER NOT NULL, annotator VARCHAR(64) NOT NULL, collection
    VARCHAR(200) NOT NULL, record VARCHAR(64) NOT NULL, kind VARCHAR(16) NOT NULL, at FLOAT NOT
    NULL, state VARCHAR(16) NOT NULL, decided_by VARCHAR(64), PRIMARY KEY (id));
CREATE TABLE served (id INTEGER NOT NULL, annotator VARCHAR(64) NOT NULL, collection
    VARCHAR(200) NOT NULL, record VARCHAR(64) NOT NULL, since FLOAT NOT NULL, state VARCHAR(16)
    NOT NULL, annotation INTEGER, has_draft BOOLEAN NOT NULL, value TEXT NOT NULL, answered_utc
    VARCHAR(32) NOT NULL, done_at FLOAT, seconds FLOAT NOT NULL, PRIMARY KEY (id), UNIQUE
    (annotator, collection, record), UNIQUE (annotation));
CREATE TABLE session (digest VARCHAR(64) NOT NULL, account INTEGER NOT NULL, ends FLOAT NOT
    NULL, PRIMARY KEY (digest), FOREIGN KEY(account) REFERENCES account (id) ON DELETE CASCADE);
"""
"""Schema 1, as it was made."""


def make_first(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(FIRST)
        db.execute(
            "INSERT INTO served VALUES (7, 'a', 'documents', ?, 1.5, 'answered', 9, 0, 'family', "
            "'2026-01-01T00:00:00.000Z', 2.5, 3.5)",
            (RECORD.hex(),),
        )
        db.commit()


def schema_of(path: Path) -> set[tuple[str, str, str]]:
    """Give what stands in the database, by kind and name, whatever its layout."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
    return {(kind, name, "".join(sql.split())) for kind, name, sql in rows}


def test_an_older_store_becomes_what_a_new_one_is_and_keeps_what_it_holds(tmp_path: Path) -> None:
    make_first(tmp_path / "old.db")
    for _ in range(2):
        store = Store(f"sqlite:///{tmp_path / 'old.db'}", KEY)
        [one] = store.done("a")
        assert (one.id, one.record_id, one.annotation, one.value) == (7, RECORD, 9, "family")
        store.close()
    Store(f"sqlite:///{tmp_path / 'new.db'}", KEY).close()
    assert schema_of(tmp_path / "old.db") == schema_of(tmp_path / "new.db")
    for name in ("old.db", "new.db"):
        with closing(sqlite3.connect(tmp_path / name)) as db:
            assert db.execute("SELECT version FROM schema_version").fetchall() == [(SCHEMA,)]


def test_a_newer_store_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    Store(f"sqlite:///{path}", KEY).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE schema_version SET version = ?", (SCHEMA + 1,))
        db.commit()
    with pytest.raises(SettingsError, match=f"schema {SCHEMA + 1}, and this .* knows {SCHEMA}"):
        Store(f"sqlite:///{path}", KEY)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT version FROM schema_version").fetchall() == [(SCHEMA + 1,)]


def test_two_that_open_an_older_store_at_once_bring_it_up_to_date_once(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    make_first(path)
    failed: list[DatacoopError] = []

    def open_it() -> None:
        try:
            Store(f"sqlite:///{path}", KEY).close()
        except DatacoopError as error:
            failed.append(error)

    openers = [threading.Thread(target=open_it) for _ in range(8)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join()
    assert failed == []
