"""Every size and every index to 1,100, and the borders of 256 and 65,536, against an outside reading.

The outside reading follows the ranges of RFC 6962 and shares SHA-256 alone. Every entry is proved in every
tree, and every tree to extend each before it, up to the roots of the outside reading. Its proofs are
compared hash by hash up to 300, and beyond at every size and every index, though not each with
each: set COUNTENANCE_EXHAUSTIVE=1 for those too.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache

import pytest
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from countenance.ledger import merkle
from countenance.ledger.merkle import Node
from unit.ledger.independent import largest_power_below, sha

MOST = 1_100
EVERY_PAIR = MOST if os.environ.get("COUNTENANCE_EXHAUSTIVE") == "1" else 300
STEP = 13
BORDERS = [255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_791, 65_792, 65_793]


def leaf(number: int) -> bytes:
    return b"entry %d" % number


@cache
def mth(start: int, stop: int) -> bytes:
    """MTH(D[start:stop])."""
    if stop - start == 1:
        return sha(b"\x00" + leaf(start))
    k = start + largest_power_below(stop - start)
    return sha(b"\x01" + mth(start, k) + mth(k, stop))


@cache
def path(m: int, start: int, stop: int) -> tuple[bytes, ...]:
    """PATH(m, D[start:stop]); `m` counts from the beginning of the log."""
    if stop - start == 1:
        return ()
    k = start + largest_power_below(stop - start)
    return (*path(m, start, k), mth(k, stop)) if m < k else (*path(m, k, stop), mth(start, k))


def subproof(m: int, start: int, stop: int, *, whole: bool) -> tuple[bytes, ...]:
    """SUBPROOF(m, D[start:stop], whole); `m` counts from the beginning of the log."""
    if m == stop:
        return () if whole else (mth(start, stop),)
    k = start + largest_power_below(stop - start)
    if m <= k:
        return (*subproof(m, start, k, whole=whole), mth(k, stop))
    return (*subproof(m, k, stop, whole=False), mth(start, k))


class Subtrees(dict[Node, bytes]):
    """The outside reading's complete subtrees, each made when it is first asked for."""

    def __missing__(self, node: Node) -> bytes:
        level, position = node
        found = self[node] = mth(position << level, (position + 1) << level)
        return found


SUBTREES = Subtrees()


def read(nodes: Sequence[Node]) -> list[bytes]:
    return list(map(SUBTREES.__getitem__, nodes))


def compared(index: int, size: int) -> bool:
    """Tell whether the proof at this place is compared hash by hash."""
    return size <= EVERY_PAIR or index % STEP == size % STEP


@pytest.mark.parametrize("first", range(1, MOST + 1, 100))
def test_every_entry_is_proved_at_every_size(first: int) -> None:
    for size in range(first, first + 100):
        root = mth(0, size)
        for index in range(size):
            proof = merkle.inclusion_proof(index, size, read)
            assert not compared(index, size) or proof == path(index, 0, size)
            assert merkle.root_from_inclusion(mth(index, index + 1), index, size, proof) == root


@pytest.mark.parametrize("first", range(1, MOST + 1, 100))
def test_every_tree_extends_every_earlier_one(first: int) -> None:
    for new in range(first, first + 100):
        root = mth(0, new)
        assert merkle.consistency_proof(0, new, read) == ()
        for old in range(1, new):
            proof = merkle.consistency_proof(old, new, read)
            assert not compared(old, new) or proof == subproof(old, 0, new, whole=True)
            assert merkle.verify_consistency((old, new), (mth(0, old), root), proof)


@pytest.mark.parametrize("size", BORDERS)
def test_proofs_hold_at_the_borders_of_tiles(size: int) -> None:
    edges = {0, 1, 254, 255, 256, 257, 65_279, 65_280, 65_534, 65_535, 65_536, 65_537, size - 2, size - 1}
    for index in sorted(edge for edge in edges if 0 <= edge < size):
        proof = merkle.inclusion_proof(index, size, read)
        assert proof == path(index, 0, size)
        assert merkle.root_from_inclusion(mth(index, index + 1), index, size, proof) == mth(0, size)
        if index:
            growth = merkle.consistency_proof(index, size, read)
            assert growth == subproof(index, 0, size, whole=True)
            assert merkle.verify_consistency((index, size), (mth(0, index), mth(0, size)), growth)


def test_another_implementation_gives_the_same_roots_and_accepts_the_same_proofs() -> None:
    """pymerkle: its trees and its verification, on the same entries."""
    tree = InmemoryTree(algorithm="sha256")
    hashes: list[bytes] = []
    for size in range(1, 131):
        tree.append_entry(leaf(size - 1))
        hashes.append(merkle.leaf_hash(leaf(size - 1)))
        root = merkle.root_of(hashes)
        assert tree.get_root() == root
        for index in range(0, size, 7):
            theirs = tree.prove_inclusion(index + 1)
            verify_inclusion(hashes[index], root, theirs)
            ours = merkle.inclusion_proof(index, size, read)
            assert list(ours) == [bytes.fromhex(item) for item in theirs.serialize()["path"]][1:]
        for old in range(1, size, 7):
            growth = tree.prove_consistency(old, size)
            verify_consistency(tree.get_root(old), root, growth)
            assert merkle.verify_consistency(
                (old, size), (tree.get_root(old), root), merkle.consistency_proof(old, size, read)
            )
