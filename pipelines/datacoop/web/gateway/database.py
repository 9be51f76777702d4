"""The gateway's database: one file of SQLite by default, PostgreSQL by URL.

Its tables stand in the files of what they hold: `store_accounts.py`, `store_served.py`,
`store_reports.py`. Only these four use SQLAlchemy.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet
from sqlalchemy.engine import Connection, Engine, make_url

from datacoop.errors import OutsideError, SettingsError

SERVICE = "the gateway's store"
META = sa.MetaData()

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    ("CREATE INDEX served_collection ON served (collection)",),
)
"""What brings a store from each schema to the next one, in order, the first from schema 1."""

SCHEMA = 1 + len(MIGRATIONS)
"""The schema that this code reads and writes."""

_SCHEMAS = sa.Table("schema_version", META, sa.Column("version", sa.Integer, primary_key=True))
_LOCK = 0x646174616367
"""The number under which PostgreSQL lets one process at a time see to the schema."""


class Database:
    """What all parts of the gateway's store stand on."""

    def __init__(self, url: str, key: bytes) -> None:
        """Open the database; make its tables, or bring them to the schema of this code.

        Args:
            url: SQLAlchemy's address, such as `sqlite:////var/lib/datacoop/gateway.db`.
            key: What Label Studio's tokens are encrypted with, 32 bytes in URL-safe base64.

        Raises:
            OutsideError: It cannot be opened.
            SettingsError: It is of a newer datacoop.
        """
        # Encrypted, and not only in a file of mode 600: PostgreSQL has no file mode, and a
        # database is backed up and copied more often than the key that lies beside it.
        self._cipher = Fernet(key)
        self._engine = _open(url)
        try:
            with self._engine.begin() as db:
                _bring_up_to_date(db)
        except sa.exc.SQLAlchemyError as error:
            raise OutsideError(SERVICE, "open", type(error).__name__) from None

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def rows(self) -> Iterator[tuple[str, bytes]]:
        """Give every row of every table, its values one a line, with the table's name."""
        with self._read() as db:
            for table in META.sorted_tables:
                for row in db.execute(sa.select(table)):
                    values = (v if isinstance(v, bytes) else str(v).encode() for v in row)
                    yield table.name, b"\n".join(values)

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._guard(), self._engine.connect() as db:
            yield db

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._guard(), self._engine.begin() as db:
            yield db

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.IntegrityError:
            raise
        except sa.exc.SQLAlchemyError as error:
            # Its own text quotes statements with their values.
            raise OutsideError(SERVICE, "query", type(error).__name__) from None


def _bring_up_to_date(db: Connection) -> None:
    """See to the schema in one transaction, so that a kill leaves the old one or the new one."""
    if db.dialect.name == "sqlite":
        # Its driver begins none for statements about tables.
        db.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    is_new = not sa.inspect(db).has_table("account")
    META.create_all(db, tables=None if is_new else [_SCHEMAS])
    told = db.execute(sa.select(_SCHEMAS.c.version)).scalar()
    # The first schema did not say which one it is.
    found = SCHEMA if is_new else told or 1
    if found > SCHEMA:
        raise SettingsError(
            f"the gateway's store has schema {found}, and this datacoop knows {SCHEMA}",
            hint="Run a datacoop as new as the one that used it last, or restore a copy of before.",
        )
    for statements in MIGRATIONS[found - 1 :]:
        for statement in statements:
            db.exec_driver_sql(statement)
    if told != SCHEMA:
        db.execute(sa.delete(_SCHEMAS))
        db.execute(sa.insert(_SCHEMAS).values(version=SCHEMA))


def found_schema(url: str) -> int | None:
    """Give the schema of a store without changing it, or none where there is no store yet.

    Raises:
        OutsideError: It cannot be opened.
        SettingsError: `url` is no address of a database.
    """
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
            return None
    except sa.exc.SQLAlchemyError as error:
        raise _unusable() from error
    engine = _open(url)
    try:
        with engine.connect() as db:
            if not sa.inspect(db).has_table("account"):
                return None
            known = sa.inspect(db).has_table(_SCHEMAS.name)
            return (db.execute(sa.select(_SCHEMAS.c.version)).scalar() if known else None) or 1
    except sa.exc.SQLAlchemyError as error:
        raise OutsideError(
            SERVICE, "open", type(error).__name__, hint="Is its server running and reachable?"
        ) from None
    finally:
        engine.dispose()


def read_key(path: Path) -> bytes:
    """Read the gateway's key; make it at the first start, for its owner alone.

    Raises:
        SettingsError: It cannot be read, or others may read it.
    """
    try:
        with suppress(FileExistsError):
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(made, "wb") as file:
                file.write(Fernet.generate_key())
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"others may read {path}", hint=f"Run: chmod 600 {path}")
        key = path.read_bytes().strip()
        Fernet(key)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"cannot read the gateway's key {path}",
            hint="Name a file in a folder that the gateway can write, or restore the key.",
        ) from error
    return key


def _open(url: str) -> Engine:
    try:
        address = make_url(url)
        if address.get_backend_name() != "sqlite":
            return sa.create_engine(address, pool_pre_ping=True)
        if address.database and address.database != ":memory:":
            # Made here, so that nobody else can open it before its mode is set.
            os.close(os.open(address.database, os.O_RDWR | os.O_CREAT, 0o600))
        engine = sa.create_engine(address)
    except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
        raise _unusable() from error
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _unusable() -> SettingsError:
    return SettingsError(
        "cannot open the gateway's store",
        hint="Set gateway.store to an SQLAlchemy URL, such as sqlite:///gateway.db.",
    )


def _prepare_sqlite(connection: Any, _: object) -> None:  # noqa: ANN401 - sqlite3's, untyped here
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
