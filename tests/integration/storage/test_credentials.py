"""Secrets of keys that sign, on a disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract import examples
from contract.examples import NOON
from countenance.errors import StorageError
from countenance.storage import Database, Keyring, unit_of_work_factory
from countenance.storage.rotation import rotate_master_key
from countenance.vetting.model import AccessCredential, KeyId
from storing import KEYRING, SIGNER

HELD = AccessCredential(key_id=KeyId("key"), secret="4fac6b1e" * 5, created=NOON)


@pytest.fixture
def furnished(sqlite: Database) -> Database:
    with unit_of_work_factory(sqlite, KEYRING, SIGNER)() as work:
        work.keys.add(examples.api_key())
        work.credentials.add(HELD)
        work.commit()
    return sqlite


@pytest.mark.usefixtures("furnished")
def test_a_secret_is_in_no_file_as_it_is(tmp_path: Path) -> None:
    files = [path for path in tmp_path.iterdir() if path.name.startswith("countenance.db")]
    assert files
    assert not any(HELD.secret.encode() in path.read_bytes() for path in files)


def test_a_secret_opens_under_the_new_master_key_after_a_rotation_and_not_under_the_old(
    furnished: Database,
) -> None:
    new = Keyring(bytes(range(100, 132)))
    rotate_master_key(furnished, KEYRING, new)
    with unit_of_work_factory(furnished, new, SIGNER)() as work:
        assert work.credentials.get(KeyId("key")) == HELD
    with unit_of_work_factory(furnished, KEYRING, SIGNER)() as work, pytest.raises(StorageError):
        work.credentials.get(KeyId("key"))
