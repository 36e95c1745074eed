"""Verifying hashes alone: a log that only grew passes, and each way of changing it is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from countenance.errors import LedgerError
from countenance.ledger import Entry, EventType
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.export import export
from countenance.ledger.findings import FaultCode
from countenance.ledger.hashes import verify_hashes
from countenance.ledger.note import Signer
from countenance.ledger.verification import Trust
from fakes import MemoryStore

SIGNER = Signer("log.example/hashes", bytes(range(32)))
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def grow(store: MemoryStore, number: int) -> str:
    with store() as work:
        for at in range(number):
            work.ledger.append(Entry(EventType.KEY_REVOKED, NOON, {"key": f"key{at}"}))
        work.commit()
        return work.ledger.checkpoint()


def published(store: MemoryStore, folder: Path) -> Path:
    """An export without its entries."""
    with store() as work:
        export(work.ledger, folder)
    for path in sorted((folder / "tile" / "entries").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    return folder


def codes(folder: Path, trust: Trust | None = None) -> set[FaultCode]:
    return {fault.code for fault in verify_hashes(folder, trust).faults}


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 600])
def test_the_hashes_of_every_size_lead_to_the_signed_root(tmp_path: Path, size: int) -> None:
    store = MemoryStore(SIGNER)
    grow(store, size)
    result = verify_hashes(published(store, tmp_path), Trust(keys=(SIGNER.vkey,)))
    assert (result.faults, result.size) == ((), size)


@pytest.mark.parametrize("earlier", [1, 256, 300, 520])
def test_a_log_that_only_grew_contains_every_earlier_checkpoint(tmp_path: Path, earlier: int) -> None:
    store = MemoryStore(SIGNER)
    seen = grow(store, earlier)
    grow(store, 520 - earlier)
    assert codes(published(store, tmp_path), Trust(keys=(SIGNER.vkey,), seen=(seen,))) == set()


def test_another_history_and_a_shorter_one_are_named(tmp_path: Path) -> None:
    store, other = MemoryStore(SIGNER), MemoryStore(SIGNER)
    grow(store, 10)
    with other() as work:
        work.ledger.append(Entry(EventType.KEY_REVOKED, NOON, {"key": "another"}))
        work.commit()
        forked = work.ledger.checkpoint()
    folder = published(store, tmp_path / "a")
    assert codes(folder, Trust(seen=(forked,))) == {FaultCode.HISTORY_REWRITTEN}
    longer = grow(store, 1)
    assert codes(folder, Trust(seen=(longer,))) == {FaultCode.ROLLED_BACK}


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[5] ^= 1
    path.write_bytes(bytes(content))


SPOILT: list[tuple[Callable[[Path], object], FaultCode]] = [
    (lambda folder: flip(folder / "tile/0/000"), FaultCode.CHECKPOINT_ROOT),
    (lambda folder: flip(folder / "tile/1/000.p/1"), FaultCode.TILE_HASH),
    (lambda folder: (folder / "tile/0/000").unlink(), FaultCode.FILE_MISSING),
    (lambda folder: (folder / "tile/1/000.p/1").unlink(), FaultCode.FILE_MISSING),
    (lambda folder: (folder / "tile/0/000").write_bytes(b"short"), FaultCode.FILE_SIZE),
    (lambda folder: flip(folder / "checkpoint"), FaultCode.CHECKPOINT_SIGNATURE),
    (lambda folder: (folder / "checkpoint").unlink(), FaultCode.CHECKPOINT_MISSING),
    (lambda folder: (folder / "key.pub").unlink(), FaultCode.KEY_MISSING),
]


@pytest.mark.parametrize(("spoil", "code"), SPOILT)
def test_whatever_was_changed_is_named(
    tmp_path: Path, spoil: Callable[[Path], object], code: FaultCode
) -> None:
    store = MemoryStore(SIGNER)
    grow(store, 300)
    folder = published(store, tmp_path)
    spoil(folder)
    assert code in codes(folder)


def test_a_checkpoint_of_a_larger_log_than_the_hashes_is_not_taken(tmp_path: Path) -> None:
    store = MemoryStore(SIGNER)
    grow(store, 3)
    folder = published(store, tmp_path)
    forged = SIGNER.sign(Checkpoint(SIGNER.vkey.name, 3, bytes(32)).text)
    (folder / "checkpoint").write_text(forged, encoding="utf-8")
    assert codes(folder) == {FaultCode.CHECKPOINT_ROOT}


def test_a_checkpoint_seen_before_must_be_signed_by_a_known_key(tmp_path: Path) -> None:
    store = MemoryStore(SIGNER)
    grow(store, 3)
    stranger = Signer("log.example/hashes", bytes(32))
    with pytest.raises(LedgerError):
        verify_hashes(
            published(store, tmp_path), Trust(seen=(stranger.sign(Checkpoint("x", 0, bytes(32)).text),))
        )


def test_a_folder_that_is_not_there_is_no_log(tmp_path: Path) -> None:
    assert codes(tmp_path / "nothing") == {FaultCode.NOT_AN_EXPORT}
