"""The connection to SQLite or PostgreSQL."""

import os
import time
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import OperationalError

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import StaticPool

POSTGRES_CONNECTIONS = 4
BUSY_SECONDS = 30
RETRY_SECONDS = 0.02
_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
)


class UnusableDatabase(Exception):  # noqa: N818 - what was found, for one line to the operator
    """The database cannot be opened; the message holds no password."""


def connect(address: str) -> Engine:
    """An engine for this address; a file of SQLite is made readable by its owner only."""
    url = make_url(address)
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_size=POSTGRES_CONNECTIONS, max_overflow=0, pool_pre_ping=True)
    if url.database:
        _private_file(Path(url.database))
    engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    return engine


def truncate_log(connection: Connection) -> None:
    """Empty SQLite's write-ahead log, so that erased words do not rest in it."""
    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()
    connection.rollback()


def _private_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise UnusableDatabase(f"cannot write {path}: {error.strerror}") from None


def _prepare(connection: SQLiteConnection, _: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()
    _write_ahead(connection)


def _write_ahead(connection: SQLiteConnection) -> None:
    """Turn the write-ahead log on; SQLite does not wait here for others that do so, whatever its busy timeout."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            return
