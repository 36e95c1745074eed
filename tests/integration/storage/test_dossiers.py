"""What people wrote in a review, on a disk: sealed, sealed anew, and leases from before reviews."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from applying import FILE, use
from contract.examples import NOON
from countenance.errors import StorageError
from countenance.storage import Database, Keyring, open_database, unit_of_work_factory
from countenance.storage.rotation import rotate_master_key
from countenance.storage.schema import configuration
from countenance.vetting.dossier import ApplicationId, Draft, Evidence
from countenance.vetting.model import LeaseId, LeaseOrigin, PersonId
from storing import KEYRING, SIGNER

APP = ApplicationId("app_1")
DRAFT = Draft(application_id=APP, number=1, use=use(NOON), author=PersonId("ada"), written=NOON)


@pytest.fixture
def furnished(sqlite: Database) -> Database:
    held = Evidence(
        application_id=APP,
        digest="ab" * 32,
        name="all.txt",
        media_type="text/plain",
        size=len(FILE),
        added_by=PersonId("ada"),
        added=NOON,
    )
    with unit_of_work_factory(sqlite, KEYRING, SIGNER)() as work:
        work.dossiers.add_draft(DRAFT)
        work.dossiers.add_evidence(held, FILE)
        work.commit()
    return sqlite


@pytest.mark.usefixtures("furnished")
def test_nothing_that_was_applied_for_is_in_a_file_as_it_is(tmp_path: Path) -> None:
    files = [path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("countenance.db")]
    assert files
    for words in (b"porter", b"gatehouse.example", FILE):
        assert not any(words in content for content in files)


def test_dossiers_open_under_the_new_master_key_after_a_rotation_and_not_under_the_old(
    furnished: Database,
) -> None:
    new = Keyring(bytes(range(100, 132)))
    rotate_master_key(furnished, KEYRING, new)
    with unit_of_work_factory(furnished, new, SIGNER)() as work:
        assert work.dossiers.draft(APP, 1) == DRAFT
        assert work.dossiers.evidence_data(APP, "ab" * 32) == FILE
    with unit_of_work_factory(furnished, KEYRING, SIGNER)() as work, pytest.raises(StorageError):
        work.dossiers.draft(APP, 1)


def test_a_row_that_is_moved_to_another_application_does_not_open(furnished: Database) -> None:
    with furnished.engine.begin() as connection:
        connection.execute(text("UPDATE application_drafts SET application_id = 'app_2'"))
    with unit_of_work_factory(furnished, KEYRING, SIGNER)() as work, pytest.raises(StorageError):
        work.dossiers.draft(ApplicationId("app_2"), 1)


def test_leases_from_before_there_were_reviews_come_from_seed_files(tmp_path: Path) -> None:
    from alembic import command  # noqa: PLC0415  only here

    database = open_database(f"sqlite:///{tmp_path / 'old.db'}")
    with database.engine.connect() as connection:
        command.upgrade(configuration(connection), "0003")
        row = "'{}', '{}', 5, '[\"a\",\"b\"]', '[]', '[]', '[]', '[]', '[]', '[]', '[]', 100, 1, 0, "
        ends = "'2026-01-05T12:00:00.000000Z', '2026-01-06T12:00:00.000000Z', 0"
        for name, customer in (("evaluation", "operator"), ("lease", "bank")):
            connection.exec_driver_sql(f"INSERT INTO leases VALUES ({row.format(name, customer)}{ends})")  # noqa: S608  written here
        connection.commit()
    database.migrate()
    with unit_of_work_factory(database, KEYRING, SIGNER)() as work:
        held = {lease.id: lease for lease in work.leases.all()}
    database.close()
    lease = held[LeaseId("lease")]
    assert (lease.origin, lease.version, lease.terms_of_use) == (LeaseOrigin.SEED, 1, "1")
    assert not lease.terms.suspended
    assert held[LeaseId("evaluation")].origin is LeaseOrigin.BUILT_IN
