"""What proves who somebody is, on disk: unreadable, bound to its place, sealed anew with the master key."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from contract.test_staff import ANNA, BERT, HELD
from countenance.errors import StorageError
from countenance.storage import Database, Keyring, unit_of_work_factory
from countenance.storage.rotation import rotate_master_key
from storing import KEYRING, SIGNER

OTHER = Keyring(bytes(range(64, 96)))


def furnish(database: Database) -> None:
    with unit_of_work_factory(database, KEYRING, SIGNER)() as work:
        work.staff.add(ANNA)
        work.staff.add(BERT)
        work.staff.put_credentials(ANNA.id, HELD)
        work.commit()


def test_no_proof_of_anybody_is_in_clear_on_disk(sqlite: Database, tmp_path: Path) -> None:
    furnish(sqlite)
    sqlite.close()
    held = b"".join(path.read_bytes() for path in tmp_path.glob("countenance.db*"))
    for secret in (b"argon2id", b"PENDING", HELD.recovery[1], HELD.passkeys[0].public_key, b"Laptop"):
        assert secret not in held


def test_another_master_key_opens_them_only_after_the_change(sqlite: Database) -> None:
    furnish(sqlite)
    with unit_of_work_factory(sqlite, OTHER, SIGNER)() as work, pytest.raises(StorageError):
        work.staff.credentials(ANNA.id)
    rotate_master_key(sqlite, KEYRING, OTHER)
    with unit_of_work_factory(sqlite, OTHER, SIGNER)() as work:
        assert work.staff.credentials(ANNA.id) == HELD
    with unit_of_work_factory(sqlite, KEYRING, SIGNER)() as work, pytest.raises(StorageError):
        work.staff.credentials(ANNA.id)


def test_the_proofs_of_one_account_do_not_open_another(sqlite: Database) -> None:
    furnish(sqlite)
    with sqlite.engine.begin() as connection:
        connection.execute(text("UPDATE staff_credentials SET staff_id = :id"), {"id": BERT.id})
    with unit_of_work_factory(sqlite, KEYRING, SIGNER)() as work, pytest.raises(StorageError):
        work.staff.credentials(BERT.id)
