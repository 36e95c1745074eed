"""What a gallery holds, as one root: an ordered tree of commitments, and proofs of presence and absence.

The tree is binary. From the root downwards, the bits of a commitment (32 bytes, the most
significant first) say left or right, and a subtree that holds one commitment alone is its leaf:
so a set has one tree, whichever way it came about, and its leaves stand in order. Hashes are
those of RFC 6962: a leaf is SHA-256(0x00 || commitment), a node SHA-256(0x01 || left || right),
and a subtree that holds nothing SHA-256 of nothing.

A commitment is present if its path leads to the root. It is absent if the next smaller and the
next greater one are present and nothing stands between their paths. There is one place only
where a commitment can be, so no tree has proofs of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from countenance.errors import LedgerError
from countenance.ledger.merkle import EMPTY_ROOT, HASH_SIZE, leaf_hash, node_hash

COMMITMENT_SIZE: Final = 32
BITS: Final = COMMITMENT_SIZE * 8


@dataclass(frozen=True, slots=True)
class Manifest:
    """The root over a gallery's commitments, and how many there are."""

    root: bytes
    size: int


EMPTY: Final = Manifest(EMPTY_ROOT, 0)
"""The manifest of a gallery that holds nothing."""


@dataclass(frozen=True, slots=True)
class Presence:
    """That `commitment` is in the tree: the hashes beside its path, from the root downwards."""

    commitment: bytes
    path: tuple[bytes, ...]

    def root(self) -> bytes:
        """Return the root that the path leads to; raises `LedgerError` for what can be no path."""
        if len(self.commitment) != COMMITMENT_SIZE:
            raise LedgerError("a commitment has 32 bytes")
        if len(self.path) > BITS or any(len(item) != HASH_SIZE for item in self.path):
            raise LedgerError("the path is not one of a manifest")
        result = leaf_hash(self.commitment)
        for depth in range(len(self.path) - 1, -1, -1):
            beside = self.path[depth]
            to_the_right = bit(self.commitment, depth)
            result = node_hash(beside, result) if to_the_right else node_hash(result, beside)
        return result

    def nothing_beside(self, side: int, *, below: int) -> bool:
        """Tell whether every subtree on one side of the path (0 left, 1 right) is empty, below a depth."""
        return all(
            self.path[depth] == EMPTY_ROOT
            for depth in range(below, len(self.path))
            if bit(self.commitment, depth) != side
        )


@dataclass(frozen=True, slots=True)
class Absence:
    """That a commitment is not in the tree: its neighbours are, and nothing stands between them.

    `before` is None where it would come first, `after` where it would come last.
    """

    before: Presence | None
    after: Presence | None


def verify_presence(manifest_root: bytes, commitment: bytes, proof: Presence) -> None:
    """Return if `commitment` is in the tree of `manifest_root`, or raise `LedgerError`."""
    if proof.commitment != commitment:
        raise LedgerError("the path is that of another commitment")
    if proof.root() != manifest_root:
        raise LedgerError("the path does not lead to the manifest's root")


def verify_absence(manifest_root: bytes, commitment: bytes, proof: Absence) -> None:
    """Return if `commitment` is not in the tree of `manifest_root`, or raise `LedgerError`."""
    before, after = proof.before, proof.after
    if len(commitment) != COMMITMENT_SIZE:
        raise LedgerError("a commitment has 32 bytes")
    for neighbour in (before, after):
        if neighbour is not None and neighbour.root() != manifest_root:
            raise LedgerError("a neighbour's path does not lead to the manifest's root")
    if before is not None and not before.commitment < commitment:
        raise LedgerError("the neighbour before is not smaller")
    if after is not None and not commitment < after.commitment:
        raise LedgerError("the neighbour after is not greater")
    if before is None and after is None:
        if manifest_root != EMPTY_ROOT:
            raise LedgerError("no neighbour is named, and the manifest is not empty")
        return
    if not _adjacent(before, after):
        raise LedgerError("something may stand between the neighbours")


def _adjacent(before: Presence | None, after: Presence | None) -> bool:
    """Tell whether nothing stands between two paths; None stands for the end of the tree."""
    if before is None or after is None:
        return (before is None or before.nothing_beside(1, below=0)) and (
            after is None or after.nothing_beside(0, below=0)
        )
    parting = first_difference(before.commitment, after.commitment)
    if parting >= min(len(before.path), len(after.path)):
        return False
    return before.nothing_beside(1, below=parting + 1) and after.nothing_beside(0, below=parting + 1)


def bit(commitment: bytes, depth: int) -> int:
    """Return the bit that says left (0) or right (1) at a depth."""
    return commitment[depth >> 3] >> (7 - (depth & 7)) & 1


def first_difference(one: bytes, other: bytes) -> int:
    """Return the depth at which two different commitments part."""
    differing = int.from_bytes(one) ^ int.from_bytes(other)
    return BITS - differing.bit_length()


def manifest_of(commitments: Iterable[bytes]) -> Manifest:
    """Return the manifest of a set, computed from nothing but its members.

    Raises `LedgerError` for a member that is not 32 bytes.
    """
    members = sorted(set(commitments))
    if any(len(member) != COMMITMENT_SIZE for member in members):
        raise LedgerError("a commitment has 32 bytes")
    return Manifest(_root_of(members, 0), len(members))


def _root_of(members: Sequence[bytes], depth: int) -> bytes:
    """Return the hash of the subtree of sorted `members`, which are alike up to `depth`."""
    if not members:
        return EMPTY_ROOT
    if len(members) == 1:
        return leaf_hash(members[0])
    middle = next((at for at, member in enumerate(members) if bit(member, depth)), len(members))
    return node_hash(_root_of(members[:middle], depth + 1), _root_of(members[middle:], depth + 1))
