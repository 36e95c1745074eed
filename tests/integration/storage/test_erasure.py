"""What is erased is gone from the bytes of the files, not only from what a query returns."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from contract import examples
from contract.examples import NOON
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.ledger.export import export
from countenance.ledger.verification import Trust, verify_export
from countenance.storage import Database, open_database, unit_of_work_factory
from countenance.storage.rotation import rotate_master_key
from countenance.storage.secrecy import Keyring
from storing import KEYRING, SIGNER

CLIENTS = GalleryId("clients")


@pytest.fixture(autouse=True)
def ledger_is_whole(sqlite: Database, tmp_path: Path) -> Iterator[None]:
    """Whatever was erased, the log is what it was."""
    yield
    with unit_of_work_factory(sqlite, KEYRING, SIGNER)() as work:
        export(work.ledger, tmp_path / "log")
    assert verify_export(tmp_path / "log", Trust(keys=(SIGNER.vkey,))).faults == ()


_SECRETS = text(
    "SELECT t.sealed, k.wrapped FROM reference_templates t"
    " JOIN subjects s ON s.id = t.subject JOIN subject_keys k ON k.id = s.key_id"
    " WHERE s.gallery_id = :gallery AND s.subject_id = :subject"
)


def on_disk(database: Database) -> bytes:
    """Return the bytes of the database, its write-ahead log and its shared memory, joined."""
    path = Path(database.engine.url.database or "")
    files = [path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")]
    return b"\n".join(file.read_bytes() for file in files if file.exists())


def secrets_of(database: Database, subject: str, gallery: str = "clients") -> set[bytes]:
    with database.engine.connect() as connection:
        rows = connection.execute(_SECRETS, {"gallery": gallery, "subject": subject}).all()
    return {bytes(value) for row in rows for value in row}


def plain(*names: str) -> Iterator[bytes]:
    for name in names:
        vector = examples.reference(name).template.vector
        yield vector.tobytes()
        yield np.ascontiguousarray(vector[16:80]).tobytes()


def test_no_template_is_ever_in_clear_on_disk(sqlite: Database) -> None:
    with unit_of_work_factory(sqlite, KEYRING, SIGNER)() as work:
        work.galleries.add(examples.gallery())
        work.references.add(examples.reference("r1"))
        work.cases.add(examples.case())
        work.idempotency.claim(actor_id="alice", key="k", request_digest=bytes(32), at=NOON)
        work.idempotency.complete(actor_id="alice", key="k", answer=b'{"score":0.7312345}')
        work.commit()
    content = on_disk(sqlite)
    assert not [piece for piece in plain("r1") if piece in content]
    assert b"0.71234567891" not in content
    assert "élodie".encode() not in content
    assert b"0.7312345" not in content
    assert all(secret in content for secret in secrets_of(sqlite, "dave"))


def test_what_is_erased_is_in_no_file_anymore(sqlite: Database) -> None:
    """Ciphertext and wrapped key as well: whoever steals the disk and the master key later finds nothing."""
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)
    with unit() as work:
        work.galleries.add(examples.gallery())
        for name, subject in (("r1", "dave"), ("r2", "dave"), ("r3", "erin")):
            work.references.add(examples.reference(name, subject))
        work.commit()
    gone, kept = secrets_of(sqlite, "dave"), secrets_of(sqlite, "erin")
    assert len(gone) == 3
    with unit() as work:
        work.references.erase(CLIENTS, SubjectId("dave"))
        work.commit()
    content = on_disk(sqlite)
    assert not [secret for secret in gone if secret in content]
    assert b"dave" not in content
    assert all(secret in content for secret in kept)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_database_that_grew_and_shrank_keeps_no_copy_of_the_erased(sqlite: Database, seed: int) -> None:
    """Pages split and merge as rows come and go; a copy left behind by that would be found here."""
    chance = random.Random(seed)  # noqa: S311  the order of a test is no secret
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)
    enrolled: list[str] = []
    with unit() as work:
        work.galleries.add(examples.gallery())
        work.commit()
    for step in range(60):
        with unit() as work:
            for number in range(chance.randrange(1, 5)):
                subject = f"subject-{step}-{number}-{'x' * chance.randrange(40)}"
                enrolled.append(subject)
                for _ in range(chance.randrange(1, 4)):
                    name = f"ref-{chance.randrange(10**12):012}"
                    work.references.add(examples.reference(name, subject))
            work.commit()
        if step % 2:
            subject = enrolled.pop(chance.randrange(len(enrolled)))
            gone = secrets_of(sqlite, subject)
            with unit() as work:
                work.references.erase(CLIENTS, SubjectId(subject))
                work.commit()
            content = on_disk(sqlite)
            assert gone
            assert not [secret for secret in gone if secret in content]


def test_a_removed_gallery_leaves_no_keys_and_no_templates(sqlite: Database) -> None:
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)
    with unit() as work:
        for name in ("clients", "staff"):
            work.galleries.add(examples.gallery(name))
            work.references.add(examples.reference(f"of-{name}", gallery=name))
        work.commit()
    gone, kept = secrets_of(sqlite, "dave"), secrets_of(sqlite, "dave", "staff")
    with unit() as work:
        work.galleries.remove(CLIENTS)
        work.commit()
    content = on_disk(sqlite)
    assert not [secret for secret in gone if secret in content]
    assert all(secret in content for secret in kept)


def test_while_somebody_reads_old_pages_they_stay_and_go_with_the_next_commit(sqlite: Database) -> None:
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)
    with unit() as work:
        work.galleries.add(examples.gallery())
        work.references.add(examples.reference("r1"))
        work.commit()
    gone = secrets_of(sqlite, "dave")
    with unit() as reader:
        assert reader.ledger.size() == 0
        with unit() as work:
            work.references.erase(CLIENTS, SubjectId("dave"))
            work.commit()
        assert sqlite.has_traces
    with unit() as work:
        work.ledger.append(examples.entry())
        work.commit()
    assert not sqlite.has_traces
    content = on_disk(sqlite)
    assert not [secret for secret in gone if secret in content]


def test_what_a_crash_left_in_the_write_ahead_log_is_gone_at_the_next_start(sqlite: Database) -> None:
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)
    with unit() as work:
        work.galleries.add(examples.gallery())
        work.references.add(examples.reference("r1"))
        work.commit()
    gone = secrets_of(sqlite, "dave")
    with unit() as reader:
        assert reader.ledger.size() == 0
        with unit() as work:
            work.references.erase(CLIENTS, SubjectId("dave"))
            work.commit()
        assert [secret for secret in gone if secret in on_disk(sqlite)]
    again = open_database(str(sqlite.engine.url))
    again.migrate()
    assert not [secret for secret in gone if secret in on_disk(again)]
    again.close()


def test_a_rotated_master_key_opens_everything_and_the_old_one_nothing(sqlite: Database) -> None:
    new = Keyring(bytes(range(1, 33)))
    with unit_of_work_factory(sqlite, KEYRING, SIGNER)() as work:
        work.galleries.add(examples.gallery())
        for number in range(3):
            work.references.add(examples.reference(f"r{number}", f"subject-{number}"))
        work.cases.add(examples.case())
        work.idempotency.claim(actor_id="alice", key="k", request_digest=bytes(32), at=NOON)
        work.idempotency.complete(actor_id="alice", key="k", answer=b"created")
        work.ledger.append(examples.entry())
        work.commit()
        names = [work.references.commitment(CLIENTS, SubjectId(f"subject-{n}")) for n in range(3)]
        case = work.cases.get(examples.case().id)
        assert case is not None
        assert len(case.candidates) == 2
    old_wraps = secrets_of(sqlite, "subject-0") - secrets_of_templates(sqlite)
    assert rotate_master_key(sqlite, KEYRING, new) == 3
    with unit_of_work_factory(sqlite, new, SIGNER)() as work:
        assert [work.references.commitment(CLIENTS, SubjectId(f"subject-{n}")) for n in range(3)] == names
        assert len(list(work.references.changes(CLIENTS, after=0))) == 3
        assert work.cases.get(case.id) == case
        held = work.idempotency.claim(actor_id="alice", key="k", request_digest=bytes(32), at=NOON)
        assert held == b"created"
    assert old_wraps
    assert not [secret for secret in old_wraps if secret in on_disk(sqlite)]


def secrets_of_templates(database: Database) -> set[bytes]:
    with database.engine.connect() as connection:
        return {bytes(row[0]) for row in connection.execute(text("SELECT sealed FROM reference_templates"))}
