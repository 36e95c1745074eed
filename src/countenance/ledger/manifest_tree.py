"""A manifest's tree in tiles, so that a change of a large gallery reads and writes a few small rows.

A tile covers four levels of the tree: it has sixteen places, each of which is empty, holds one
commitment, or stands for a tile below, of which it keeps the hash and how many commitments are in
it. A tile is named by the hexadecimal digits that lead to it; the root's name is empty. A tile
below the root holds two commitments or more, for a place that holds one is its leaf.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from countenance.errors import LedgerError
from countenance.ledger.manifest import (
    BITS,
    COMMITMENT_SIZE,
    EMPTY,
    Absence,
    Manifest,
    Presence,
)
from countenance.ledger.merkle import EMPTY_ROOT, HASH_SIZE, leaf_hash, node_hash

WIDTH: Final = 16
LEVELS: Final = 4
_DEEPEST: Final = BITS // LEVELS
_HEAD: Final = struct.Struct(">BQ")
_TILE_BELOW: Final = 0x10
_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Part:
    """What is in a place: a subtree's hash and size, and the commitment where it is the only one."""

    hash: bytes
    size: int
    commitment: bytes | None


Tile = tuple[Part | None, ...]
"""Sixteen places."""

NO_TILE: Final[Tile] = (None,) * WIDTH


class Tiles(Protocol):
    """Where the tiles of one gallery are kept."""

    def read(self, names: Sequence[str]) -> Mapping[str, Tile]:
        """Return those of the named tiles that there are."""
        ...

    def put(self, name: str, tile: Tile) -> None:
        """Store a tile, in place of an earlier one of that name."""
        ...

    def drop(self, name: str) -> None:
        """Remove a tile that is there."""
        ...


def leaf(commitment: bytes) -> Part:
    """Return what a place holds that one commitment is alone in."""
    if len(commitment) != COMMITMENT_SIZE:
        raise LedgerError("a commitment has 32 bytes")
    return Part(leaf_hash(commitment), 1, commitment)


def tile_to_bytes(tile: Tile) -> bytes:
    """Return a tile as it is stored: for each place in use its number, size, and 32 bytes."""
    parts = []
    for place, part in enumerate(tile):
        if part is not None and part.commitment is not None:
            parts.append(_HEAD.pack(place, 1) + part.commitment)
        elif part is not None:
            parts.append(_HEAD.pack(place | _TILE_BELOW, part.size) + part.hash)
    return b"".join(parts)


def tile_from_bytes(data: bytes) -> Tile:
    """Return the tile of what `tile_to_bytes` gave; raises `LedgerError`."""
    step = _HEAD.size + HASH_SIZE
    if len(data) % step or len(data) > step * WIDTH:
        raise LedgerError("a tile of a manifest is not whole")
    places: list[Part | None] = [None] * WIDTH
    for at in range(0, len(data), step):
        place, size = _HEAD.unpack_from(data, at)
        content = data[at + _HEAD.size : at + step]
        if place & _TILE_BELOW:
            places[place & (WIDTH - 1)] = Part(content, size, None)
        else:
            places[place & (WIDTH - 1)] = leaf(content)
    return tuple(places)


class ManifestTree:
    """The tree of one gallery, on its tiles. For one unit of work."""

    __slots__ = ("_tiles",)

    def __init__(self, tiles: Tiles) -> None:
        self._tiles = tiles

    def manifest(self) -> Manifest:
        """Return root and size."""
        whole = _joined(self._tiles.read([""]).get("", NO_TILE))[0][0]
        return Manifest(whole.hash, whole.size) if whole is not None else EMPTY

    def add(self, commitment: bytes) -> None:
        """Put a commitment in; raises `LedgerError` if it is there."""
        new = leaf(commitment)
        digits = commitment.hex()
        path = self._path(digits)
        held = path[-1][int(digits[len(path) - 1], WIDTH)] if path else None
        if held is not None and held.commitment == commitment:
            raise LedgerError("the commitment is in the manifest already")
        if not path:
            path = [NO_TILE]
        if held is not None and held.commitment is not None:
            part = self._parted(held, new, digits, len(path))
        else:
            part = new
        self._replace(path, digits, part)

    def remove(self, commitment: bytes) -> None:
        """Take a commitment out; raises `LedgerError` if it is not there."""
        digits = commitment.hex()
        path = self._path(digits)
        held = path[-1][int(digits[len(path) - 1], WIDTH)] if path else None
        if held is None or held.commitment != commitment:
            raise LedgerError("the commitment is not in the manifest")
        self._replace(path, digits, None)

    def presence(self, commitment: bytes) -> Presence | None:
        """Return the proof that the commitment is there, or None."""
        return self._proof(commitment)

    def absence(self, commitment: bytes) -> Absence | None:
        """Return the proof that the commitment is not there, or None if it is."""
        digits = commitment.hex()
        path = self._path(digits)
        held = path[-1][int(digits[len(path) - 1], WIDTH)] if path else None
        if held is not None and held.commitment == commitment:
            return None
        before = self._neighbour(path, commitment, step=-1)
        after = self._neighbour(path, commitment, step=1)
        return Absence(
            self._proof(before) if before is not None else None,
            self._proof(after) if after is not None else None,
        )

    def commitments(self) -> Iterator[bytes]:
        """Yield every commitment, in order."""
        yield from self._all("")

    def _all(self, name: str) -> Iterator[bytes]:
        for place, part in enumerate(self._tiles.read([name]).get(name, NO_TILE)):
            if part is not None and part.commitment is not None:
                yield part.commitment
            elif part is not None:
                yield from self._all(f"{name}{place:x}")

    def _path(self, digits: str) -> list[Tile]:
        """Return the tiles from the root to the one that has the place of `digits`."""
        path: list[Tile] = []
        while len(path) < _DEEPEST:
            names = [digits[:length] for length in range(len(path), min(len(path) + _AT_ONCE, _DEEPEST))]
            found = self._tiles.read(names)
            for name in names:
                if name not in found:
                    return path
                path.append(found[name])
        return path

    def _parted(self, held: Part, new: Part, digits: str, depth: int) -> Part:
        """Store the tiles below a place that two commitments share from now on; return what is in it."""
        if held.commitment is None or new.commitment is None:
            raise LedgerError("only commitments can be parted")
        others = held.commitment.hex()
        deepest = depth
        while digits[deepest] == others[deepest]:
            deepest += 1
        places = {int(digits[deepest], WIDTH): new, int(others[deepest], WIDTH): held}
        for length in range(deepest, depth - 1, -1):
            tile = tuple(places.get(place) for place in range(WIDTH))
            self._tiles.put(digits[:length], tile)
            part = _joined(tile)[0][0]
            if part is None:
                raise LedgerError("a tile of two commitments is not empty")
            places = {int(digits[length - 1], WIDTH): part}
        return next(iter(places.values()))

    def _replace(self, path: Sequence[Tile], digits: str, part: Part | None) -> None:
        """Put `part` where the path ends, and what follows from it in every tile above."""
        for depth in range(len(path) - 1, -1, -1):
            places = list(path[depth])
            places[int(digits[depth], WIDTH)] = part
            tile = tuple(places)
            whole = _joined(tile)[0][0]
            alone = whole is None or whole.commitment is not None
            if depth and alone:
                self._tiles.drop(digits[:depth])
            else:
                self._tiles.put(digits[:depth], tile)
            part = whole

    def _proof(self, commitment: bytes) -> Presence | None:
        digits = commitment.hex()
        beside: list[bytes] = []
        for depth, tile in enumerate(self._path(digits)):
            levels = _joined(tile)
            place = int(digits[depth], WIDTH)
            for level in range(LEVELS):
                here = levels[level][place >> (LEVELS - level)]
                if here is not None and here.commitment is not None:
                    return Presence(commitment, tuple(beside)) if here.commitment == commitment else None
                other = levels[level + 1][place >> (LEVELS - level - 1) ^ 1]
                beside.append(other.hash if other is not None else EMPTY_ROOT)
            here = levels[LEVELS][place]
            if here is None or here.commitment is not None:
                found = here is not None and here.commitment == commitment
                return Presence(commitment, tuple(beside)) if found else None
        return None

    def _neighbour(self, path: Sequence[Tile], commitment: bytes, *, step: int) -> bytes | None:
        """Return the next commitment that is smaller (-1) or greater (+1), or None."""
        digits = commitment.hex()
        for depth in range(len(path) - 1, -1, -1):
            place = int(digits[depth], WIDTH)
            held = path[depth][place]
            if depth == len(path) - 1 and held is not None and held.commitment is not None:
                is_beyond = held.commitment > commitment if step > 0 else held.commitment < commitment
                if is_beyond:
                    return held.commitment
            further = range(place + step, WIDTH if step > 0 else -1, step)
            for other in further:
                part = path[depth][other]
                if part is not None:
                    return part.commitment or self._edge(f"{digits[:depth]}{other:x}", step=step)
        return None

    def _edge(self, name: str, *, step: int) -> bytes:
        """Return the smallest (+1) or greatest (-1) commitment below a tile."""
        while True:
            tile = self._tiles.read([name]).get(name, NO_TILE)
            places = range(WIDTH) if step > 0 else range(WIDTH - 1, -1, -1)
            place, part = next(((at, tile[at]) for at in places if tile[at] is not None), (0, None))
            if part is None:
                raise LedgerError("a tile of the manifest is missing")
            if part.commitment is not None:
                return part.commitment
            name = f"{name}{place:x}"


def plant(tiles: Tiles, commitments: Iterable[bytes]) -> Manifest:
    """Store the tree of a whole set where there is none, each tile once; return its manifest."""
    whole = _planted(tiles, sorted(set(commitments)), "")
    return Manifest(whole.hash, whole.size) if whole is not None else EMPTY


def _planted(tiles: Tiles, members: Sequence[bytes], name: str) -> Part | None:
    """Store the tiles from `name` downwards for sorted `members` that begin with it; return their part."""
    if name and len(members) == 1:
        return leaf(members[0])
    if name and not members:
        return None
    places: list[Part | None] = []
    start = 0
    for place in range(WIDTH):
        stop = bisect_left(members, bytes.fromhex(f"{name}{place:x}".ljust(64, "f")), start)
        stop += stop < len(members) and members[stop].hex().startswith(f"{name}{place:x}")
        places.append(_planted(tiles, members[start:stop], f"{name}{place:x}"))
        start = stop
    tile = tuple(places)
    tiles.put(name, tile)
    return _joined(tile)[0][0]


def _joined(tile: Tile) -> list[Tile]:
    """Return the tree inside a tile, level by level: one part, two, four, eight, sixteen."""
    levels = [tile]
    while len(levels[0]) > 1:
        below = levels[0]
        levels.insert(0, tuple(_joint(below[at], below[at + 1]) for at in range(0, len(below), 2)))
    return levels


def _joint(left: Part | None, right: Part | None) -> Part | None:
    """Return the subtree of two: a commitment that is alone stays what it is."""
    if left is None and (right is None or right.commitment is not None):
        return right
    if right is None and left is not None and left.commitment is not None:
        return left
    left_hash, left_size = (left.hash, left.size) if left is not None else (EMPTY_ROOT, 0)
    right_hash, right_size = (right.hash, right.size) if right is not None else (EMPTY_ROOT, 0)
    return Part(node_hash(left_hash, right_hash), left_size + right_size, None)
