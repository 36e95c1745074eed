from __future__ import annotations

import base64
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from contract import examples
from countenance.errors import ConfigurationError, InvalidInputError, LedgerError, StorageError
from countenance.ledger.note import Signer
from countenance.storage import (
    Database,
    Keyring,
    check_installation,
    open_database,
    partial_indexes,
    unit_of_work_factory,
)
from countenance.storage.rotation import rotate_master_key
from countenance.storage.schema import VERSION, VERSION_TABLE, configuration
from countenance.storage.tables import metadata
from countenance.vetting.model import CustomerId
from storing import KEYRING, SIGNER

PLACES = ["sqlite", "postgresql"]


@pytest.fixture(params=PLACES)
def database(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(request.param)
    return found


def append(database: Database, count: int) -> None:
    with unit_of_work_factory(database, KEYRING, SIGNER)() as work:
        for number in range(count):
            work.ledger.append(examples.entry(number))
        work.commit()


def change(database: Database, statement: str, **values: object) -> None:
    with database.engine.connect() as connection:
        connection.execute(text(statement), values)
        connection.commit()


def test_the_migrations_lead_to_the_tables_that_the_code_uses(database: Database) -> None:
    def ours(_object: object, name: str | None, kind: str, *_: object) -> bool:
        return not (kind == "table" and name == VERSION_TABLE)

    assert partial_indexes.VACANT_KEYS.table is not None
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_start_on_sqlite_loads_nothing_of_postgresql() -> None:
    program = (
        "import sys, countenance.storage; print(*(name for name in sys.modules if 'postgresql' in name))"
    )

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603  our own program

    assert loaded.stdout.strip() == ""


def test_the_version_that_needs_no_migration_is_the_newest() -> None:
    assert ScriptDirectory.from_config(configuration()).get_current_head() == VERSION


def test_migrating_again_changes_nothing(database: Database) -> None:
    append(database, 3)
    database.migrate()
    check_installation(database, KEYRING, SIGNER)


def test_a_database_of_a_newer_version_is_not_touched(database: Database) -> None:
    change(database, "UPDATE schema_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError):
        database.migrate()
    change(database, "UPDATE schema_version SET version_num = :now", now=VERSION)
    database.migrate()


@pytest.mark.parametrize("count", [0, 1, 255, 256, 300])
def test_a_whole_ledger_passes(sqlite: Database, count: int) -> None:
    if count:
        append(sqlite, count)
    check_installation(sqlite, KEYRING, SIGNER)


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM ledger_head",
        "UPDATE ledger_head SET size = 299",
        "UPDATE ledger_head SET size = 301",
        "UPDATE ledger_head SET size = 0",
        "UPDATE ledger_head SET root = (SELECT hashes FROM ledger_entries WHERE number = 0)",
        "UPDATE ledger_head SET frontier = root",
        "UPDATE ledger_head SET checkpoint = ''",
        "UPDATE ledger_head SET checkpoint = replace(checkpoint, 'sealed ', 'sealed A')",
        "UPDATE ledger_head SET checkpoint = 'sealed '",
        "UPDATE ledger_head SET checkpoint = replace(checkpoint, 'sealed ', '')",
        "DELETE FROM ledger_entries WHERE number = 299",
        "DELETE FROM ledger_entries WHERE number = 270",
        "DELETE FROM ledger_entries WHERE number = 255",
        (
            "UPDATE ledger_entries SET leaf = (SELECT leaf FROM ledger_entries WHERE number = 7)"
            " WHERE number = 299"
        ),
        "UPDATE ledger_entries SET hashes = (SELECT root FROM ledger_head) WHERE number = 280",
        "UPDATE ledger_entries SET hashes = (SELECT root FROM ledger_head) WHERE number = 255",
        "INSERT INTO ledger_entries SELECT 300, hashes, leaf FROM ledger_entries WHERE number = 299",
    ],
)
def test_a_ledger_that_is_not_what_it_signed_does_not_start(database: Database, harm: str) -> None:
    append(database, 300)
    change(database, harm)
    with pytest.raises(LedgerError):
        check_installation(database, KEYRING, SIGNER)
    if harm.startswith("DELETE FROM ledger_head"):
        restore = "INSERT INTO ledger_head VALUES (1, 0, :empty, :empty, '')"
        change(database, restore, empty=b"")


def test_a_head_that_an_older_version_signed_is_taken_and_sealed_from_then_on(database: Database) -> None:
    append(database, 3)
    with unit_of_work_factory(database, KEYRING, SIGNER)() as work:
        note = work.ledger.checkpoint()
    change(database, "UPDATE ledger_head SET checkpoint = :note", note=note)
    check_installation(database, KEYRING, SIGNER)
    append(database, 1)
    check_installation(database, KEYRING, SIGNER)
    change(database, "UPDATE ledger_head SET checkpoint = :note", note=note)
    with pytest.raises(LedgerError):
        check_installation(database, KEYRING, SIGNER)


def test_the_keys_of_another_installation_are_refused(database: Database) -> None:
    append(database, 3)
    check_installation(database, KEYRING, SIGNER)
    with pytest.raises(ConfigurationError):
        check_installation(database, Keyring(bytes(32)), SIGNER)
    for other in (Signer("log.example/other", bytes(range(32, 64))), Signer(SIGNER.vkey.name, bytes(32))):
        with pytest.raises(ConfigurationError):
            check_installation(database, KEYRING, other)
    with pytest.raises(ConfigurationError):
        rotate_master_key(database, Keyring(bytes(32)), KEYRING)
    check_installation(database, KEYRING, SIGNER)


def test_after_a_rotation_only_the_new_master_key_starts(database: Database) -> None:
    new = Keyring(bytes(32))
    rotate_master_key(database, KEYRING, new)
    check_installation(database, new, SIGNER)
    with pytest.raises(ConfigurationError):
        check_installation(database, KEYRING, SIGNER)


def test_sqlite_forgets_and_leaves_it_to_each_commit_to_wait_for_the_disk(sqlite: Database) -> None:
    expected = {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "secure_delete": 1}
    with sqlite.engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected}
    assert found == expected


@pytest.mark.parametrize(
    "url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory", "mysql://a/b"]
)
def test_an_address_that_cannot_keep_a_ledger_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        open_database(url)


def test_what_is_no_database_is_told_without_a_crash(tmp_path: Path) -> None:
    (tmp_path / "letter").write_bytes(b"Dear Dave, this is not a database at all. " * 200)
    for path in (tmp_path / "letter", tmp_path, tmp_path / "no" / "such" / "folder" / "x.db"):
        database = open_database(f"sqlite:///{path}")
        with pytest.raises(StorageError):
            database.migrate()
        with pytest.raises(StorageError), unit_of_work_factory(database, KEYRING, SIGNER)() as work:
            work.customers.all()
        database.close()


def test_what_no_database_can_hold_is_bad_input(database: Database) -> None:
    with unit_of_work_factory(database, KEYRING, SIGNER)() as work, pytest.raises(InvalidInputError):
        work.customers.get(CustomerId("\ud800"))


def test_the_files_are_their_owners_alone(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    database.migrate()
    append(database, 1)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes["x.db"] == 0o600
    assert set(modes.values()) == {0o600}
    database.close()


def test_a_server_that_is_not_there_is_told_without_its_password(tmp_path: Path) -> None:
    database = open_database(f"postgresql://user:hunter2@/name?host={tmp_path}")
    with pytest.raises(StorageError) as caught:
        database.migrate()
    assert "hunter2" not in caught.value.message


def test_the_question_who_has_lapsed_reads_no_subject_whose_consent_holds(sqlite: Database) -> None:
    statement = (
        "EXPLAIN QUERY PLAN SELECT subject_id FROM subjects"
        " WHERE gallery_id = 'a' AND reference_count > 0 AND consent_until <= 'x'"
        " UNION SELECT subject_id FROM subjects"
        " WHERE gallery_id = 'a' AND reference_count > 0 AND consent_from > 'x'"
    )
    with sqlite.engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(statement)]
    searches = [step for step in plan if "subjects" in step]
    assert [step.split("(")[0].split()[-1] for step in searches] == ["ix_subjects_until", "ix_subjects_from"]
    assert all(step.startswith("SEARCH") for step in searches)


def test_a_row_of_one_subject_put_in_the_place_of_another_does_not_open(sqlite: Database) -> None:
    with unit_of_work_factory(sqlite, KEYRING, SIGNER)() as work:
        work.galleries.add(examples.gallery())
        work.references.add(examples.reference("r1", "dave"))
        work.references.add(examples.reference("r2", "mallory"))
        work.commit()
    change(
        sqlite,
        "UPDATE reference_templates SET sealed = (SELECT sealed FROM reference_templates WHERE id = 'r2')",
    )
    with unit_of_work_factory(sqlite, KEYRING, SIGNER)() as work, pytest.raises(StorageError):
        work.references.of_subject(examples.gallery().id, examples.reference("r1").subject_id)


def test_a_master_key_in_the_environment_and_in_a_file_are_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    from_file = Keyring.from_file(path, create=True)
    from_text = Keyring.from_base64(base64.b64encode(base64.b64decode(path.read_text())).decode())
    assert from_file.fingerprint == from_text.fingerprint
