"""Where the hashes and entries of a log lie in files, as in c2sp.org/tlog-tiles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 256
_LENGTH_SIZE: Final = 2
_TOP_LEVEL: Final = 63
_PATH: Final = re.compile(r"tile/(entries|0|[1-9][0-9]?)((?:/x[0-9]{3})*/[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Tile:
    """The `index`-th group of 256 hashes at `level`, of which the first `width` exist.

    `level` is None for a bundle of entries, which has the shape of a tile at level 0.
    """

    level: int | None
    index: int
    width: int

    @property
    def path(self) -> str:
        """Return where the tile lies: `tile/0/x001/x234/067`, with `.p/<width>` if it is not full."""
        groups = f"{self.index % 1000:03d}"
        rest = self.index // 1000
        while rest:
            groups = f"x{rest % 1000:03d}/{groups}"
            rest //= 1000
        level = "entries" if self.level is None else str(self.level)
        part = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{groups}{part}"

    @classmethod
    def at(cls, path: str) -> Tile | None:
        """Return the tile that lies at `path`; None if it is no tile's path in its one spelling."""
        match = _PATH.fullmatch(path)
        if match is None:
            return None
        level = None if match[1] == "entries" else int(match[1])
        index = int(match[2].replace("/x", "").replace("/", ""))
        tile = cls(level, index, int(match[3]) if match[3] else TILE_WIDTH)
        if (level or 0) > _TOP_LEVEL or tile.width > TILE_WIDTH or tile.path != path:
            return None
        return tile


def hash_count(level: int, size: int) -> int:
    """Return how many hashes the tiles at `level` hold together in a log of `size` entries."""
    return size >> (TILE_HEIGHT * level)


def tile_in(level: int | None, index: int, size: int) -> Tile | None:
    """Return the tile as a log of `size` entries has it, full or partial; None if it has none there."""
    width = min(hash_count(level or 0, size) - index * TILE_WIDTH, TILE_WIDTH)
    return Tile(level, index, width) if index >= 0 and width > 0 else None


def tiles_in(size: int) -> Iterator[Tile]:
    """Yield every tile of a log of `size` entries: entries first, then hashes level by level."""
    for index in range(-(-size // TILE_WIDTH)):
        yield Tile(None, index, min(size - index * TILE_WIDTH, TILE_WIDTH))
    level = 0
    while count := hash_count(level, size):
        for index in range(-(-count // TILE_WIDTH)):
            yield Tile(level, index, min(count - index * TILE_WIDTH, TILE_WIDTH))
        level += 1


def encode_entries(leaves: Iterable[bytes]) -> bytes:
    """Return a bundle: each leaf after its length in two big-endian bytes."""
    return b"".join(len(leaf).to_bytes(_LENGTH_SIZE, "big") + leaf for leaf in leaves)


def decode_entries(bundle: bytes) -> tuple[tuple[bytes, ...], str | None]:
    """Return the leaves of a bundle, and what is wrong after them; None if nothing is."""
    leaves: list[bytes] = []
    offset, end = 0, len(bundle)
    while offset < end:
        start = offset + _LENGTH_SIZE
        stop = start + (bundle[offset] << 8 | bundle[start - 1]) if start <= end else end + 1
        if stop > end:
            return tuple(leaves), f"it ends within an entry that starts at byte {offset}"
        leaves.append(bundle[start:stop])
        offset = stop
    return tuple(leaves), None
