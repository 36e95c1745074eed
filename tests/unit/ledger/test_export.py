"""Exports that are cut off: what is in the folder stays whole, and the next one makes it good."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from countenance.errors import InvalidInputError, StorageError, StorageFullError
from countenance.ledger import Entry, EventType
from countenance.ledger import export as exporting
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.cosignature import CosignatureKind, Cosigner
from countenance.ledger.export import export
from countenance.ledger.note import Signer, open_note
from countenance.ledger.tiles import tiles_in
from countenance.ledger.verification import Trust, verify_export
from fakes import MemoryStore

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
SIGNER = Signer("log.example/exported", bytes(range(32)))
KNOWN = Trust(keys=(SIGNER.vkey,))


def grown(store: MemoryStore, size: int) -> MemoryStore:
    with store() as work:
        for number in range(work.ledger.size(), size):
            work.ledger.append(Entry(EventType.KEY_ISSUED, NOON, {"n": number}))
        work.commit()
    return store


def written(store: MemoryStore, folder: Path) -> None:
    with store() as work:
        export(work.ledger, folder)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("after", [0, 1, 3, 6])
def test_an_export_that_the_disk_cuts_off_leaves_the_one_before_and_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, after: int
) -> None:
    """The last file before the end is torn: its content never reached the disk."""
    folder, store = tmp_path / "log", grown(MemoryStore(SIGNER), 300)
    written(store, folder)
    before = (folder / "checkpoint").read_bytes()
    grown(store, 800)
    done = 0
    write = exporting._write

    def torn(path: Path, content: bytes) -> Path:
        nonlocal done
        if done == after:
            write(path, bytes(len(content)))
            raise OSError(number, "it ends here")
        done += 1
        return write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(exporting, "_write", torn)
        with pytest.raises(StorageFullError if number == errno.ENOSPC else StorageError):
            written(store, folder)
    assert (folder / "checkpoint").read_bytes() == before

    if after:
        written(store, folder)
    else:  # the key itself was torn: what is no export of this log is not written over
        with pytest.raises(InvalidInputError):
            written(store, folder)
        (folder / "key.pub").write_text(f"{SIGNER.vkey}\n")
        written(store, folder)
    result = verify_export(folder, KNOWN)
    assert (result.faults, result.size) == ((), 800)


def test_everything_that_a_checkpoint_vouches_for_is_on_the_disk_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, store = tmp_path / "log", grown(MemoryStore(SIGNER), 300)
    steps: list[tuple[str, str]] = []
    synchronise, write = os.fsync, exporting._write

    def seen(file: int) -> None:
        steps.append(("disk", Path(f"/proc/self/fd/{file}").readlink().relative_to(folder).as_posix()))
        synchronise(file)

    def told(path: Path, content: bytes) -> Path:
        steps.append(("written", path.relative_to(folder).as_posix()))
        return write(path, content)

    monkeypatch.setattr(os, "fsync", seen)
    monkeypatch.setattr(exporting, "_write", told)
    written(store, folder)
    at = steps.index(("written", "checkpoint"))
    files = {name for what, name in steps[:at] if what == "written"}
    assert files == {"key.pub", *(tile.path for tile in tiles_in(300))}
    assert files | {".", "tile", "tile/0", "tile/entries"} <= {
        name for what, name in steps[:at] if what == "disk"
    }
    assert {("disk", "checkpoint"), ("disk", ".")} <= set(steps[at:])


def test_tiles_that_do_not_reach_the_disk_get_no_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, store = tmp_path / "log", grown(MemoryStore(SIGNER), 300)
    written(store, folder)
    before = (folder / "checkpoint").read_bytes()
    grown(store, 800)

    def fail(_: int) -> None:
        raise OSError(errno.EIO, "the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(StorageError):
            written(store, folder)
    assert (folder / "checkpoint").read_bytes() == before
    written(store, folder)
    assert verify_export(folder, KNOWN).faults == ()


def test_full_tiles_that_the_checkpoint_vouches_for_are_not_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, store = tmp_path / "log", grown(MemoryStore(SIGNER), 300)
    written(store, folder)
    names: list[str] = []
    write = exporting._write

    def told(path: Path, content: bytes) -> Path:
        names.append(path.relative_to(folder).as_posix())
        return write(path, content)

    monkeypatch.setattr(exporting, "_write", told)
    written(grown(store, 600), folder)
    full = {"tile/entries/000", "tile/0/000"}
    assert set(names) == {"key.pub", "checkpoint", *(tile.path for tile in tiles_in(600))} - full
    assert names[-1] == "checkpoint"
    assert verify_export(folder, KNOWN).faults == ()


def test_an_export_lays_out_files_as_the_specification_says(tmp_path: Path) -> None:
    """c2sp.org/tlog-tiles; its worked example of 70,000 entries is in test_tiles.py."""
    store = grown(MemoryStore(SIGNER), 600)
    written(store, tmp_path / "log")
    found = {
        path.relative_to(tmp_path / "log").as_posix()
        for path in (tmp_path / "log").rglob("*")
        if path.is_file()
    }
    assert found == {
        "checkpoint",
        "key.pub",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/88",
    }
    assert (tmp_path / "log/tile/0/000").stat().st_size == 8_192
    assert (tmp_path / "log/tile/1/000.p/2").stat().st_size == 64


@pytest.mark.parametrize("left", [0, 1, 5_000])
@pytest.mark.parametrize("name", ["tile/entries/000", "tile/0/000"])
def test_a_tile_that_a_crash_has_torn_is_written_anew(tmp_path: Path, name: str, left: int) -> None:
    folder, store = tmp_path / "log", grown(MemoryStore(SIGNER), 300)
    written(store, folder)
    path = folder / name
    path.write_bytes(path.read_bytes()[:left])
    assert not verify_export(folder, KNOWN).ok
    written(store, folder)
    assert verify_export(folder, KNOWN).ok


def test_a_cosigned_head_is_written_unless_the_folder_or_the_log_knows_better(tmp_path: Path) -> None:
    folder, store = tmp_path / "log", grown(MemoryStore(SIGNER), 5)
    stranger = Signer("log.example/exported", bytes(31) + b"1")

    def sizes(cosigned: str) -> tuple[int, bool]:
        with store() as work:
            done = export(work.ledger, folder, cosigned=cosigned)
        assert (folder / "checkpoint").read_text("utf-8") == done.note
        assert verify_export(folder, KNOWN).faults == ()
        return done.head.size, done.note == cosigned

    with store() as work:
        head = Checkpoint.parse(open_note(work.ledger.checkpoint(), [SIGNER.vkey])[0])
    witness = Cosigner.generate("witness.example/w", CosignatureKind.ED25519)
    cosigned = SIGNER.sign(head.text) + witness.cosign(head.text, NOON)
    grown(store, 8)
    assert sizes(cosigned) == (5, True)
    assert sizes(stranger.sign(head.text)) == (8, False)
    assert sizes(cosigned) == (8, False)
    beyond = SIGNER.sign(Checkpoint(head.origin, 9, head.root).text)
    assert sizes(beyond) == (8, False)
