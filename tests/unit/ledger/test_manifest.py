"""The manifest's tree: one set has one root, and a proof says what is true of it and nothing else."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countenance.errors import LedgerError
from countenance.ledger.manifest import (
    EMPTY,
    Absence,
    Presence,
    manifest_of,
    verify_absence,
    verify_presence,
)
from countenance.ledger.manifest_tree import (
    ManifestTree,
    Tile,
    plant,
    tile_from_bytes,
    tile_to_bytes,
)
from countenance.ledger.merkle import EMPTY_ROOT, leaf_hash, node_hash


@dataclass
class Shelf:
    """Tiles in a dictionary, as bytes."""

    kept: dict[str, bytes] = field(default_factory=dict)
    reads: int = 0
    writes: int = 0

    def read(self, names: Sequence[str]) -> Mapping[str, Tile]:
        self.reads += 1
        return {name: tile_from_bytes(self.kept[name]) for name in names if name in self.kept}

    def put(self, name: str, tile: Tile) -> None:
        self.writes += 1
        self.kept[name] = tile_to_bytes(tile)

    def drop(self, name: str) -> None:
        self.writes += 1
        del self.kept[name]


def named(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


# Commitments that part late as well: a few first bytes, mostly zeros in between.
commitments = st.one_of(
    st.binary(min_size=32, max_size=32),
    st.builds(
        lambda head, tail: head + bytes(30) + tail,
        st.sampled_from([b"\x00", b"\x10", b"\xff"]),
        st.binary(min_size=1, max_size=1),
    ),
)
sets = st.sets(commitments, max_size=40)


@given(sets, st.randoms(use_true_random=False), st.data())
def test_a_set_has_one_root_whichever_way_it_came_about(
    members: set[bytes], chance: random.Random, data: st.DataObject
) -> None:
    shelf = Shelf()
    tree = ManifestTree(shelf)
    order = sorted(members)
    chance.shuffle(order)
    for one in order:
        tree.add(one)
    gone = data.draw(st.sets(st.sampled_from(order), max_size=len(order))) if order else set()
    for one in sorted(gone, reverse=True):
        tree.remove(one)
    rest = members - gone
    assert tree.manifest() == manifest_of(rest)
    assert list(tree.commitments()) == sorted(rest)
    again = Shelf()
    assert plant(again, rest) == tree.manifest()
    assert {name: tile for name, tile in shelf.kept.items() if tile or name} == {
        name: tile for name, tile in again.kept.items() if tile or name
    }


@given(sets, commitments)
def test_whatever_is_asked_there_is_a_proof_of_presence_or_of_absence_and_never_both(
    members: set[bytes], asked: bytes
) -> None:
    shelf = Shelf()
    root = plant(shelf, members).root
    tree = ManifestTree(shelf)
    present, absent = tree.presence(asked), tree.absence(asked)
    if asked in members:
        assert present is not None
        assert absent is None
        verify_presence(root, asked, present)
    else:
        assert present is None
        assert absent is not None
        verify_absence(root, asked, absent)


@given(st.sets(commitments, min_size=1, max_size=30), st.data())
def test_no_proof_of_absence_can_be_put_together_for_what_is_there(
    members: set[bytes], data: st.DataObject
) -> None:
    """Any two true paths, any end left out: none passes for a member."""
    shelf = Shelf()
    root = plant(shelf, members).root
    tree = ManifestTree(shelf)
    asked = data.draw(st.sampled_from(sorted(members)))
    paths = [None, *(tree.presence(one) for one in sorted(members))]
    before, after = data.draw(st.sampled_from(paths)), data.draw(st.sampled_from(paths))
    with pytest.raises(LedgerError):
        verify_absence(root, asked, Absence(before, after))


def test_roots_are_those_of_hashes_written_out() -> None:
    """Worked by hand: 00..., 40... and 80... stand at depths 2, 2 and 1."""
    low, middle, high = (bytes([first]) + bytes(31) for first in (0x00, 0x40, 0x80))
    assert manifest_of([]) == EMPTY
    assert EMPTY.root == EMPTY_ROOT == hashlib.sha256(b"").digest()
    assert manifest_of([low]).root == leaf_hash(low)
    both = node_hash(leaf_hash(low), leaf_hash(middle))
    assert manifest_of([low, middle]).root == node_hash(both, EMPTY_ROOT)
    assert manifest_of([low, middle, high]).root == node_hash(both, leaf_hash(high))


def test_a_path_of_another_commitment_root_or_length_is_no_proof() -> None:
    members = [named(str(number)) for number in range(20)]
    shelf = Shelf()
    root = plant(shelf, members).root
    proof = ManifestTree(shelf).presence(members[0])
    assert proof is not None
    verify_presence(root, members[0], proof)
    for wrong in (
        Presence(members[1], proof.path),
        Presence(members[0], proof.path[:-1]),
        Presence(members[0], (*proof.path, EMPTY_ROOT)),
        Presence(members[0], (bytes(31),)),
        Presence(members[0][:31], proof.path),
        Presence(members[0], (bytes(32),) * 257),
    ):
        with pytest.raises(LedgerError):
            verify_presence(root, members[0], wrong)
    with pytest.raises(LedgerError):
        verify_presence(bytes(32), members[0], proof)


def test_neighbours_that_are_not_next_to_each_other_prove_nothing() -> None:
    members = sorted(named(str(number)) for number in range(20))
    shelf = Shelf()
    root = plant(shelf, members).root
    tree = ManifestTree(shelf)
    paths = {one: tree.presence(one) for one in members}
    absent = bytes([members[7][0]]) + members[7][1:31] + bytes([members[7][31] ^ 1])
    low, high = (members[7], members[8]) if absent > members[7] else (members[6], members[7])
    verify_absence(root, absent, Absence(paths[low], paths[high]))
    for before, after in (
        (members[5], high),
        (low, members[9]),
        (None, high),
        (low, None),
        (high, low),
        (None, None),
    ):
        with pytest.raises(LedgerError):
            verify_absence(
                root,
                absent,
                Absence(paths[before] if before else None, paths[after] if after else None),
            )


def test_what_is_there_is_not_put_in_twice_and_what_is_not_there_not_taken_out() -> None:
    tree = ManifestTree(Shelf())
    tree.add(named("a"))
    with pytest.raises(LedgerError):
        tree.add(named("a"))
    with pytest.raises(LedgerError):
        tree.remove(named("b"))
    with pytest.raises(LedgerError):
        tree.add(b"short")


def test_a_change_of_a_large_gallery_touches_a_few_tiles() -> None:
    shelf = Shelf()
    plant(shelf, (named(str(number)) for number in range(20_000)))
    tree = ManifestTree(shelf)
    shelf.reads = shelf.writes = 0
    for number in range(100):
        tree.add(named(f"new {number}"))
    assert shelf.reads <= 100
    assert shelf.writes <= 100 * 6


@pytest.mark.parametrize("data", [b"x", bytes(41 * 17), b"\x03" + bytes(10)])
def test_a_tile_that_is_not_whole_is_told(data: bytes) -> None:
    with pytest.raises(LedgerError):
        tile_from_bytes(data)
