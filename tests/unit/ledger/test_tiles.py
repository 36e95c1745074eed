from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countenance.ledger.tiles import Tile, decode_entries, encode_entries, hash_count, tile_in, tiles_in


def paths(size: int) -> list[str]:
    return [tile.path for tile in tiles_in(size)]


def test_the_example_of_the_format_with_70_000_entries() -> None:
    """c2sp.org/tlog-tiles: 273 full tiles and one of 112, then one full and one of 17, then one of 1."""
    hashes = [path for path in paths(70_000) if not path.startswith("tile/entries")]
    assert hashes[0] == "tile/0/000"
    assert hashes[:273] == [f"tile/0/{number:03}" for number in range(273)]
    assert hashes[273:] == ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]
    entries = [path for path in paths(70_000) if path.startswith("tile/entries")]
    assert len(entries) == 274
    assert entries[-1] == "tile/entries/273.p/112"


def test_the_example_of_the_format_with_256_entries() -> None:
    assert paths(256) == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]


def test_a_log_of_nothing_has_no_tiles_and_one_entry_has_two_files() -> None:
    assert paths(0) == []
    assert paths(1) == ["tile/entries/000.p/1", "tile/0/000.p/1"]


def test_large_numbers_are_written_in_groups_of_three() -> None:
    assert Tile(0, 1_234_067, 256).path == "tile/0/x001/x234/067"
    assert Tile(None, 1000, 5).path == "tile/entries/x001/000.p/5"
    assert Tile.at("tile/0/x001/x234/067") == Tile(0, 1_234_067, 256)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.none(), st.integers(0, 63)), st.integers(0, 2**55), st.integers(1, 256))
def test_a_path_names_one_tile_and_a_tile_has_one_path(level: int | None, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert Tile.at(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "checkpoint",
        "tile/0/1",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/0/001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/000.p/01",
        "tile/0/000/",
        "tile/0/000\n",
        "/tile/0/000",
        "tile/0/\u0660\u0660\u0660",
        "tile/other/000",
    ],
)
def test_other_spellings_name_no_tile(path: str) -> None:
    assert Tile.at(path) is None


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 200_000))
def test_tiles_hold_every_hash_once(size: int) -> None:
    widths: dict[int | None, int] = {}
    for tile in tiles_in(size):
        assert tile_in(tile.level, tile.index, size) == tile
        widths[tile.level] = widths.get(tile.level, 0) + tile.width
    assert widths.get(None, 0) == size
    for level in range(4):
        assert widths.get(level, 0) == hash_count(level, size) == size // 256**level


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=8))
def test_a_bundle_gives_back_its_entries(leaves: list[bytes]) -> None:
    assert decode_entries(encode_entries(leaves)) == (tuple(leaves), None)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=8), st.data())
def test_a_cut_bundle_is_told_apart_from_a_shorter_one(leaves: list[bytes], data: st.DataObject) -> None:
    whole = encode_entries(leaves)
    cut = data.draw(st.integers(1, len(leaves[-1]) + 1))
    read, trouble = decode_entries(whole[:-cut])
    assert read == tuple(leaves[:-1])
    assert trouble is not None


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_garbage_is_told_and_never_a_crash(bundle: bytes) -> None:
    leaves, trouble = decode_entries(bundle)
    assert trouble is not None or encode_entries(leaves) == bundle
