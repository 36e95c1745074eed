"""A log of three levels of tiles, written by hand, and harmed at each of them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.findings import FaultCode
from countenance.ledger.merkle import leaf_hash, node_hash, root_of
from countenance.ledger.note import Signer
from countenance.ledger.tiles import decode_entries, encode_entries, tiles_in
from countenance.ledger.verification import Trust, verify_export

SIZE = 65_536 + 256 + 30
SIGNER = Signer("log.example/large", bytes(range(32)))
KNOWN = Trust(keys=(SIGNER.vkey,))


def parents(hashes: Sequence[bytes]) -> list[bytes]:
    """The hashes eight levels up, of complete subtrees."""
    row = list(hashes[: len(hashes) // 256 * 256])
    for _ in range(8):
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    form = '{{"n":{},"t":"2026-01-05T12:00:00.000000Z","type":"key:issued","v":1}}'
    leaves = [form.format(number).encode() for number in range(SIZE)]
    levels = [list(map(leaf_hash, leaves))]
    levels.append(parents(levels[0]))
    levels.append(parents(levels[1]))
    for tile in tiles_in(SIZE):
        span = slice(tile.index * 256, tile.index * 256 + tile.width)
        entries = tile.level is None
        content = encode_entries(leaves[span]) if entries else b"".join(levels[tile.level or 0][span])
        path = folder / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    head = Checkpoint(SIGNER.vkey.name, SIZE, root_of(levels[0]))
    (folder / "checkpoint").write_text(SIGNER.sign(head.text))
    (folder / "key.pub").write_text(f"{SIGNER.vkey}\n")
    return folder


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_log_of_three_levels_verifies(large: Path) -> None:
    result = verify_export(large, KNOWN)
    assert result.faults == ()
    assert result.size == SIZE


def test_harm_at_every_level_is_named_at_once_and_only_there(large: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(large, tmp_path / "harmed")
    flip(folder / "tile/1/000", 32 * 7)
    flip(folder / "tile/1/001.p/1", 0)
    flip(folder / "tile/0/100", 32 * 3)
    flip(folder / "tile/0/257.p/30", 32 * 29)
    flip(folder / "tile/entries/200", 50)
    found = {(fault.code, fault.where, fault.index) for fault in verify_export(folder, KNOWN).faults}
    assert found == {
        (FaultCode.TILE_HASH, "tile/1/000", 7 * 256),
        (FaultCode.TILE_HASH, "tile/1/001.p/1", 65_536),
        (FaultCode.TILE_HASH, "tile/0/100", 25_603),
        (FaultCode.TILE_HASH, "tile/0/257.p/30", 65_536 + 256 + 29),
        (FaultCode.ENTRY_HASH, "tile/entries/200", 51_200),
    }


def test_a_harmed_top_is_named_as_long_as_the_entries_are_whole(large: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(large, tmp_path / "harmed")
    flip(folder / "tile/2/000.p/1", 5)
    flip(folder / "tile/1/000", 32 * 7)
    found = {(fault.code, fault.where, fault.index) for fault in verify_export(folder, KNOWN).faults}
    assert found == {
        (FaultCode.TILE_HASH, "tile/2/000.p/1", 0),
        (FaultCode.TILE_HASH, "tile/1/000", 7 * 256),
    }


def test_a_history_rewritten_up_to_the_top_is_narrowed_down_by_the_hash_above(
    large: Path, tmp_path: Path
) -> None:
    """Entry, tile and the tile above fit each other; the highest hash, which the root confirms, does not."""
    folder = shutil.copytree(large, tmp_path / "rewritten")
    bundle = folder / "tile/entries/002"
    bundle.write_bytes(bundle.read_bytes().replace(b'{"n":600,', b'{"n":601,'))
    hashes = list(map(leaf_hash, _entries(bundle.read_bytes())))
    (folder / "tile/0/002").write_bytes(b"".join(hashes))
    above = bytearray((folder / "tile/1/000").read_bytes())
    above[64:96] = parents(hashes)[0]
    (folder / "tile/1/000").write_bytes(above)
    (fault,) = verify_export(folder, KNOWN).faults
    assert (fault.code, fault.where, fault.index) == (FaultCode.TILE_HASH, "tile/1/000", 0)


def _entries(bundle: bytes) -> Sequence[bytes]:
    leaves, trouble = decode_entries(bundle)
    assert trouble is None
    return leaves
