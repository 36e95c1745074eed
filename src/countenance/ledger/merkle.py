"""The tree of RFC 6962: hashes, growth by one leaf, and both kinds of proof.

A complete subtree is addressed by `Node(level, position)`: it covers the leaves
from `position * 2**level` up to `(position + 1) * 2**level`. Proofs are computed from complete subtrees
alone, so whoever keeps those can answer any proof in one read of O(log n) hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from countenance.errors import NotFoundError

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
_sha256: Final = hashlib.sha256


class Node(NamedTuple):
    """A complete subtree of 2**level leaves; `position` counts from the left, from 0."""

    level: int
    position: int


ReadNodes = Callable[[Sequence[Node]], Sequence[bytes]]
"""Returns the hashes of complete subtrees, in the order asked."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return SHA-256(0x00 || leaf)."""
    return _sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right)."""
    return _sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the hash of a range from its complete subtrees, the largest first; the empty root for none."""
    if not hashes:
        return EMPTY_ROOT
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root of the tree over these leaf hashes, computed leaf by leaf."""
    frontier = Frontier(0, ())
    for item in leaf_hashes:
        frontier, _ = frontier.append(item)
    return frontier.root()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: all that is needed to append and to know the root.

    `hashes` are those of the complete subtrees that make up the tree, the largest first; one
    for each bit that is set in `size`.
    """

    size: int
    hashes: tuple[bytes, ...]

    def append(self, leaf: bytes) -> tuple[Frontier, tuple[bytes, ...]]:
        """Return the tree grown by one leaf hash, and the hashes of the subtrees which that completed.

        The completed ones stand in order of level: first the leaf itself, then its parent if
        it is a right child, and so on.
        """
        hashes = list(self.hashes)
        completed = [leaf]
        size = self.size
        while size & 1:
            completed.append(node_hash(hashes.pop(), completed[-1]))
            size >>= 1
        hashes.append(completed[-1])
        return Frontier(self.size + 1, tuple(hashes)), tuple(completed)

    def extend(self, leaves: Sequence[bytes]) -> tuple[Frontier, list[list[bytes]]]:
        """Return the tree grown by these leaf hashes, and for each the hashes of what it completed."""
        hashes = list(self.hashes)
        grown = []
        for size, leaf in enumerate(leaves, self.size):
            completed = [leaf]
            rest = size
            while rest & 1:
                completed.append(node_hash(hashes.pop(), completed[-1]))
                rest >>= 1
            hashes.append(completed[-1])
            grown.append(completed)
        return Frontier(self.size + len(leaves), tuple(hashes)), grown

    def root(self) -> bytes:
        """Return the tree's root hash."""
        return fold(self.hashes)


def cover(start: int, stop: int) -> tuple[Node, ...]:
    """Return the complete subtrees that make up the leaves from `start` to `stop`, the largest first.

    `start` is a multiple of the greatest power of two that is not above `stop - start`, as it
    is for every range in a proof.
    """
    nodes = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return tuple(nodes)


def inclusion_proof(index: int, size: int, read: ReadNodes) -> tuple[bytes, ...]:
    """Return the audit path of leaf `index` in the tree of `size`, from the leaf upwards (RFC 6962, 2.1.1).

    Raises `NotFoundError` unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise NotFoundError(f"there is no entry `{index}` in a log of {size}")
    ranges = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            ranges.append((middle, stop))
            stop = middle
        else:
            ranges.append((start, middle))
            start = middle
    return _hashes_of(ranges[::-1], read)


def consistency_proof(old: int, new: int, read: ReadNodes) -> tuple[bytes, ...]:
    """Return the proof that the tree of `new` extends that of `old` (RFC 6962, 2.1.2).

    Empty if `old` is 0 or equals `new`. Raises `NotFoundError` unless 0 <= old <= new.
    """
    if not 0 <= old <= new:
        raise NotFoundError(f"a log of {new} entries does not extend one of `{old}`")
    if old in (0, new):
        return ()
    ranges = []
    start, stop = 0, new
    while stop != old:
        middle = start + _split(stop - start)
        if old <= middle:
            ranges.append((middle, stop))
            stop = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start > 0:
        ranges.append((start, stop))
    return _hashes_of(ranges[::-1], read)


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that the audit path of leaf hash `leaf` leads to (RFC 9162, 2.1.3.2).

    None if the path has the wrong length for that place.
    """
    if not 0 <= index < size:
        return None
    node, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if node & 1 or node == last:
            result = node_hash(sibling, result)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            result = node_hash(result, sibling)
        node >>= 1
        last >>= 1
    return result if last == 0 else None


def verify_consistency(sizes: tuple[int, int], roots: tuple[bytes, bytes], proof: Sequence[bytes]) -> bool:
    """Tell whether the proof shows that the second tree extends the first (RFC 9162, 2.1.4.2)."""
    old, new = sizes
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not proof and roots[0] == EMPTY_ROOT
    if old == new:
        return not proof and roots[0] == roots[1]
    return _roots_from_consistency(sizes, roots[0], proof) == roots


def _roots_from_consistency(
    sizes: tuple[int, int], old_root: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    """Return the two roots that a proof leads to; None if it has the wrong length."""
    node, last = sizes[0] - 1, sizes[1] - 1
    while node & 1:
        node >>= 1
        last >>= 1
    path = [old_root, *proof] if node == 0 else list(proof)
    if not path:
        return None
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            second = node_hash(second, sibling)
        node >>= 1
        last >>= 1
    return (first, second) if last == 0 else None


def _split(count: int) -> int:
    """Return the greatest power of two below `count` (which is at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _hashes_of(ranges: Sequence[tuple[int, int]], read: ReadNodes) -> tuple[bytes, ...]:
    covers = [cover(start, stop) for start, stop in ranges]
    hashes = iter(read([node for nodes in covers for node in nodes]))
    return tuple(fold([next(hashes) for _ in nodes]) for nodes in covers)
