"""Where tests store: memory, SQLite, PostgreSQL. A conftest imports the fixtures that its folder needs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from countenance.ledger.export import export
from countenance.ledger.note import Signer
from countenance.ledger.verification import Trust, verify_export
from countenance.recognition.ports import UnitOfWork
from countenance.storage import Database, Keyring, check_installation, open_database, unit_of_work_factory
from countenance.storage.schema import VERSION_TABLE
from fakes import MemoryStore
from postgres import binaries, running_server

KEYRING = Keyring(bytes(range(32)))
SIGNER = Signer("log.example/contract", bytes(range(32, 64)))


@dataclass(frozen=True)
class Place:
    """Somewhere to store; `unit` makes units of work. `database` is None for memory."""

    name: str
    unit: Callable[[], UnitOfWork]
    database: Database | None

    def check(self, folder: Path) -> None:
        """Re-verify the whole ledger from its own export, and the database from its own tables."""
        with self.unit() as work:
            head = export(work.ledger, folder).head
        result = verify_export(folder, Trust(keys=(SIGNER.vkey,)))
        assert result.faults == ()
        assert (result.size, result.root) == (head.size, head.root)
        if self.database is not None:
            check_installation(self.database, KEYRING, SIGNER)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated database file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    database = open_database(f"sqlite:///{path}")
    database.migrate()
    check_installation(database, KEYRING, SIGNER)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real server, started once by each process that runs tests."""
    folder = binaries()
    if folder is None:
        pytest.skip("postgresql is not installed: no initdb in /usr/lib/postgresql or on the path")
    with running_server(folder) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_url: str) -> Iterator[Database]:
    database = open_database(postgresql_url)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def sqlite(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "countenance.db"
    shutil.copy(migrated_sqlite, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def postgresql(migrated_postgresql: Database, postgresql_url: str) -> Iterator[Database]:
    """The one database, emptied and opened anew: what a process remembers of one is of one log."""
    empty_out(migrated_postgresql)
    database = open_database(postgresql_url)
    check_installation(database, KEYRING, SIGNER)
    yield database
    database.close()


def empty_out(database: Database) -> None:
    """Bring a PostgreSQL database back to where its migrations left it."""
    with database.engine.begin() as connection:
        # every table that there is: which of them a test has imported is no matter
        found = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        )
        names = ", ".join(name for (name,) in found if name not in {"ledger_head", VERSION_TABLE})
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        connection.execute(
            text("UPDATE ledger_head SET size = 0, root = sha256(''), frontier = '', checkpoint = ''")
        )


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Each place in turn. Whatever a test did there, the whole ledger is verified after it."""
    if request.param == "memory":
        here = Place("memory", MemoryStore(SIGNER), None)
    else:
        database: Database = request.getfixturevalue(request.param)
        here = Place(request.param, unit_of_work_factory(database, KEYRING, SIGNER), database)
    yield here
    here.check(tmp_path / "export")
