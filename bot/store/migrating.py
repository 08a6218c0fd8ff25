"""Brings the database to the newest shape at start, one process at a time."""

from sqlalchemy import Connection, Engine, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.store.database import UnusableDatabase

NEWEST = "0001"
# Any number, the same in every process: who holds it may change the tables.
_LOCK = 6_150_214_077


def migrate(engine: Engine) -> None:
    """Run what is missing, under a lock; nothing is imported for a database that is up to date."""
    try:
        with engine.begin() as connection:
            if _version(connection) == NEWEST:
                return
            _lock(connection)
            if _version(connection) != NEWEST:
                _upgrade(connection)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).strip().splitlines()[0]
        raise UnusableDatabase(f"the database cannot be used: {reason}") from None


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _lock(connection: Connection) -> None:
    """Held until the transaction ends."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN EXCLUSIVE").close()
    else:
        connection.execute(select(text(f"pg_advisory_xact_lock({_LOCK})"))).close()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
