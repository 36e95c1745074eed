"""Bringing a database's schema up to date, from inside the program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, inspect, text

from countenance.errors import ConfigurationError
from countenance.storage.failures import told_plainly

if TYPE_CHECKING:
    from alembic.config import Config

VERSION: Final = "0019"
"""What the newest migration leads to. A database that is there already is opened without Alembic."""

VERSION_TABLE: Final = "schema_version"
_LOCK_NUMBER: Final = 0x636F756E
_FOLDER: Final = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Run the migrations that this database has not seen, all in one transaction.

    Raises `ConfigurationError` if the database is at a version that is not known here.
    """
    with told_plainly(), engine.connect() as connection:
        if current_version(connection) == VERSION:
            return
        connection.rollback()
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
        _upgrade(connection)
        connection.commit()


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  slow to import, and seldom needed
    from alembic.util import CommandError  # noqa: PLC0415  as above

    try:
        command.upgrade(configuration(connection), "head")
    except CommandError as error:
        raise ConfigurationError("the database was written by a newer version of countenance") from error


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, to run on `connection`."""
    from alembic.config import Config  # noqa: PLC0415  slow to import, and seldom needed

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def current_version(connection: Connection) -> str | None:
    """Return the version that the database is at; None for an empty one."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    row = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).one_or_none()  # noqa: S608  a constant
    return None if row is None else str(row[0])
