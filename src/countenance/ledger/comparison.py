"""Entries against tiles against the root: which of them is wrong, and where.

Two trees are known of an exported log: the one that follows from the entries and the one
that the tiles hold. Where they differ, the root that was signed says who is right: from it
the hashes are confirmed downwards, tile by tile, each by the hash above it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Final

from countenance.ledger.findings import FaultCode, Findings
from countenance.ledger.folder import Folder, first_entry
from countenance.ledger.merkle import EMPTY_ROOT, cover, fold
from countenance.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, Tile, hash_count, tile_in

Follow = Callable[[int, Sequence[bytes]], None]
"""Takes the entries of a bundle and the index of the first."""

Hashes = Sequence[bytes | None]
"""Hashes side by side at one level; None where one is not known."""

_ROOT_TILES: Final = 10
"""Most levels of tiles that a log can have: its size has 63 bits at most."""

_MIXED_IN_TILE: Final = 8
_MIXED_IN_EDGE: Final = 3
_COMBINATIONS: Final = 4096
"""Bounds of what is tried to find out which hashes are right where several are wrong."""


def roll_up(hashes: Hashes) -> bytes | None:
    """Return the hash over a power of two of hashes; None unless all are known."""
    row = [item for item in hashes if item is not None]
    if len(row) != len(hashes) or not row:
        return None
    sha256 = hashlib.sha256
    while len(row) > 1:
        pairs = zip(row[::2], row[1::2], strict=True)
        row = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return row[0]


def root_of_edges(edges: Sequence[Sequence[bytes]]) -> bytes:
    """Return the root from the hashes of the partial tiles, those of the highest level first."""
    subtrees = []
    for hashes in edges:
        for level, position in cover(0, len(hashes)):
            subtree = roll_up(hashes[position << level : (position + 1) << level])
            if subtree is not None:
                subtrees.append(subtree)
    return fold(subtrees)


@dataclass(slots=True)
class Trees:
    """Both trees of a log of `size` entries, from level 1 of the tiles upwards.

    `derived` follows from the entries, `stored` is what the tiles hold; both are indexed by
    level, and at level 0 hold the last, partial tile alone. `differing` lists the full tiles
    of level 0 that do not hold what follows from their entries. Not `surveyed`, if there were
    too many faults to go on.
    """

    size: int
    derived: list[list[bytes | None]]
    stored: list[list[bytes | None]]
    differing: list[int]
    surveyed: bool = True

    @property
    def root(self) -> bytes | None:
        """Return the root that follows from the entries; None if they cannot all be read."""
        edges = [self.edge(self.derived, level) for level in self.levels_down()]
        known = [[item for item in edge if item is not None] for edge in edges]
        if not self.surveyed or list(map(len, edges)) != list(map(len, known)):
            return None
        return root_of_edges(known) if self.size else EMPTY_ROOT

    def levels_down(self) -> Iterator[int]:
        """Yield the levels of tiles, the highest first."""
        yield from range(len(self.derived) - 1, -1, -1)

    def edge(self, tree: list[list[bytes | None]], level: int) -> list[bytes | None]:
        """Return what `tree` has for the partial tile at the right end of `level`; empty if there is none."""
        width = hash_count(level, self.size) % TILE_WIDTH
        return tree[level][-width:] if width else []


def survey(folder: Folder, size: int, follow: Follow | None, tell: Callable[[int], None]) -> Trees:
    """Read every bundle and tile once; `follow` gets all entries, `tell` how many entries are done."""
    trees = Trees(size, [[], []], [[]], [])
    for index in range(-(-size // TILE_WIDTH)):
        if folder.findings.full:
            return Trees(size, [[]], [[]], [], surveyed=False)
        width = min(size - index * TILE_WIDTH, TILE_WIDTH)
        derived = derived_hashes(folder, Tile(None, index, width), follow)
        stored = _stored(folder, Tile(0, index, width))
        if width == TILE_WIDTH:
            trees.derived[1].append(roll_up(derived))
            if derived != stored:
                trees.differing.append(index)
        else:
            trees.derived[0], trees.stored[0] = derived, stored
        tell(index * TILE_WIDTH + width)
    level = 1
    while count := hash_count(level, size):
        tiles = [tile_in(level, index, size) for index in range(-(-count // TILE_WIDTH))]
        trees.stored.append([item for tile in tiles if tile is not None for item in _stored(folder, tile)])
        row = trees.derived[level]
        trees.derived.append([roll_up(row[at : at + TILE_WIDTH]) for at in range(0, count - 255, TILE_WIDTH)])
        level += 1
    del trees.derived[level:]
    return trees


def derived_hashes(folder: Folder, bundle: Tile, follow: Follow | None = None) -> list[bytes | None]:
    """Return the leaf hashes that follow from a bundle; None for each entry that cannot be read."""
    leaves = folder.leaves(bundle) or ()
    sha256 = hashlib.sha256
    hashes: list[bytes | None] = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    if follow is not None:
        follow(bundle.index * TILE_WIDTH, leaves)
    return hashes + [None] * (bundle.width - len(hashes))


def _stored(folder: Folder, tile: Tile) -> list[bytes | None]:
    return list(folder.hashes(tile) or [None] * tile.width)


def mixtures(both: tuple[Hashes, Hashes], most: int) -> Iterator[list[bytes | None]]:
    """Yield what hashes can be if each is as one tree or as the other has it.

    Both trees as they are come first; mixtures only where they differ in at most `most` places.
    """
    first, second = both
    yield list(first)
    if first == second:
        return
    yield list(second)
    places = [at for at, (one, other) in enumerate(zip(first, second, strict=True)) if one != other]
    if not 1 < len(places) <= most:
        return
    for choice in product(both, repeat=len(places)):
        mixed = list(first)
        for at, chosen in zip(places, choice, strict=True):
            mixed[at] = chosen[at]
        yield mixed


def confirmed_edges(trees: Trees, root: bytes) -> dict[int, list[bytes | None]] | None:
    """Return the hashes of the partial tiles that lead to `root`; None if neither tree's do.

    Each may be right in the entries and wrong in its tile, or the other way round, so
    combinations are tried: a log has at most one partial tile a level.
    """
    if not trees.surveyed:
        return None
    levels = list(trees.levels_down())[:_ROOT_TILES]
    options = []
    for level in levels:
        both = (trees.edge(trees.derived, level), trees.edge(trees.stored, level))
        options.append([edge for edge in mixtures(both, _MIXED_IN_EDGE) if None not in edge])
    for choice in islice(product(*options), _COMBINATIONS):
        edges = [[item for item in edge if item is not None] for edge in choice]
        if (root_of_edges(edges) if trees.size else EMPTY_ROOT) == root:
            return dict(zip(levels, choice, strict=True))
    return None


@dataclass(slots=True)
class Comparison:
    """Names what is wrong, given the partial tiles that the signed root confirms (None if none are).

    `wrong_entries` collects the indexes of entries that are not what they were.
    """

    trees: Trees
    folder: Folder
    findings: Findings
    edges: dict[int, list[bytes | None]] | None
    wrong_entries: set[int]

    def run(self) -> None:
        """Note a fault for every hash and entry that is not confirmed."""
        if not self.trees.surveyed:
            return
        above: list[bytes | None] = []
        for level in self.trees.levels_down():
            count = hash_count(level, self.trees.size)
            if level == 0:
                self._entries(above)
                return
            confirmed: list[bytes | None] = []
            for index in range(-(-count // TILE_WIDTH)):
                tile = tile_in(level, index, self.trees.size)
                if tile is not None:
                    span = slice(index * TILE_WIDTH, index * TILE_WIDTH + tile.width)
                    both = (self.trees.derived[level][span], self.trees.stored[level][span])
                    known = self._known(tile, both, above)
                    self._compare_tile(tile, both, known)
                    confirmed.extend(known or [None] * tile.width)
            above = confirmed

    def _known(self, tile: Tile, both: tuple[Hashes, Hashes], above: Hashes) -> list[bytes | None] | None:
        """Return the confirmed hashes of a tile; None if neither tree's are."""
        level = tile.level or 0
        if tile.width < TILE_WIDTH:
            return self.edges[level] if self.edges is not None else None
        parent = above[tile.index]
        if parent is None:
            return None
        return next((mixed for mixed in mixtures(both, _MIXED_IN_TILE) if roll_up(mixed) == parent), None)

    def _entries(self, above: Hashes) -> None:
        """Compare the full tiles of level 0 that are in doubt, and the partial one."""
        doubted = set(self.trees.differing)
        for index, (parent, derived) in enumerate(
            zip(above, self.trees.derived[1] if above else [], strict=True)
        ):
            if parent is not None and parent != derived:
                doubted.add(index)
        last = hash_count(1, self.trees.size)
        if self.trees.size % TILE_WIDTH:
            doubted.add(last)
        for index in sorted(doubted):
            tile = tile_in(0, index, self.trees.size)
            bundle = tile_in(None, index, self.trees.size)
            if tile is None or bundle is None:
                continue
            both = (derived_hashes(self.folder, bundle), _stored(self.folder, tile))
            known = self._known(tile, both, above)
            self._compare_tile(tile, both, known)
            self._compare_entries(bundle, both, known)

    def _compare_tile(self, tile: Tile, both: tuple[Hashes, Hashes], known: Hashes | None) -> None:
        derived, stored = both
        if None in stored:
            return  # noted when it was read
        if known is None:
            if derived == stored and tile.width == TILE_WIDTH and self.edges is not None:
                text = "the tile fits what lies under it, but not the hash above it"
                self.findings.add(FaultCode.TILE_HASH, tile.path, text, index=first_entry(tile))
            elif derived != stored and tile.level:
                text = "the tile does not fit what lies under it, and nothing above confirms either"
                self.findings.add(FaultCode.TILE_HASH, tile.path, text, index=first_entry(tile))
            return
        for place, (held, right) in enumerate(zip(stored, known, strict=True)):
            if held != right:
                under = TILE_HEIGHT * (tile.level or 0)
                first = (tile.index * TILE_WIDTH + place) << under
                last = first + (1 << under) - 1
                span = f"entry {first}" if first == last else f"entries {first} to {last}"
                text = f"hash {place} of the tile is not that of {span}"
                self.findings.add(FaultCode.TILE_HASH, tile.path, text, index=first)

    def _compare_entries(self, bundle: Tile, both: tuple[Hashes, Hashes], known: Hashes | None) -> None:
        derived, stored = both
        start = bundle.index * TILE_WIDTH
        right = stored if known is None else known
        wrong = [
            place
            for place, (held, other) in enumerate(zip(derived, right, strict=True))
            if held is not None and other is not None and held != other
        ]
        self.wrong_entries.update(start + place for place in wrong)
        broken = None in derived
        for place in wrong[:1] if broken else wrong:
            text = (
                "the entry is not the one that was written here"
                if known is not None
                else f"the entry does not fit hash {place} of its tile, and nothing above confirms either"
            )
            self.findings.add(FaultCode.ENTRY_HASH, bundle.path, text, index=start + place)
