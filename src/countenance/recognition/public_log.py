"""The log as everybody may read it: signed head, hashes, proofs. Entries themselves are for those with a key.

An entry names keys, galleries and leases; its hash names nothing. With the hashes anybody can compute
the root that was signed, see that an earlier head was only ever added to, and check that an entry they
were given is in the log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from countenance.errors import LimitReachedError, NotFoundError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.export import tile_bytes
from countenance.ledger.note import VerifierKey, split_note
from countenance.ledger.proof import InclusionProof
from countenance.ledger.tiles import TILE_WIDTH, Tile, tiles_in
from countenance.recognition.ports import UnitOfWork

MOST_LISTED: Final = 100_000
"""Tiles at the lowest level of a log whose files are listed; whoever reads more counts them alone."""

_TILES_KEPT: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicHead:
    """The head as it was signed, what it says, and the key to verify it with."""

    note: str
    checkpoint: Checkpoint
    key: VerifierKey


class PublishLog:
    """Show the log's head, hashes and proofs to whoever asks. Safe to call from many threads."""

    def __init__(self, unit_of_work: Callable[[], UnitOfWork]) -> None:
        self._unit_of_work = unit_of_work
        self._full = lru_cache(maxsize=_TILES_KEPT)(self._read)

    def head(self) -> PublicHead:
        """Return the last committed head."""
        with self._unit_of_work() as work:
            note, key = work.ledger.checkpoint(), work.ledger.key
        return PublicHead(note=note, checkpoint=Checkpoint.parse(split_note(note)[0]), key=key)

    def tile(self, path: str) -> bytes:
        """Return the hashes of the tile at `path` (`tile/0/x001/067`), or raise `NotFoundError`.

        A bundle of entries is not found, whether there is one or not. Whole tiles are kept in
        memory: they never change.
        """
        tile = Tile.at(path)
        if tile is None or tile.level is None:
            raise NotFoundError(f"there is no tile `{path}`")
        return self._full(tile) if tile.width == TILE_WIDTH else self._read(tile)

    def files(self, size: int) -> tuple[str, ...]:
        """Return the paths of the tiles of hashes of a log of `size` entries.

        Raises `NotFoundError` where the log has not grown so far, `LimitReachedError` where it has more
        than a hundred thousand tiles.
        """
        if not 0 <= size <= self.head().checkpoint.size:
            raise NotFoundError(f"the log has not grown to `{size}` entries")
        if size > MOST_LISTED * TILE_WIDTH:
            raise LimitReachedError("the log has too many tiles to list them")
        return tuple(tile.path for tile in tiles_in(size) if tile.level is not None)

    def proof(self, index: int) -> str:
        """Return the proof that entry `index` is in the log (`.tlog-proof`), or raise `NotFoundError`."""
        with self._unit_of_work() as work:
            note = work.ledger.checkpoint()
            size = Checkpoint.parse(split_note(note)[0]).size
            if not 0 <= index < size:
                raise NotFoundError(f"there is no entry `{index}`")
            hashes = work.ledger.inclusion_proof(index, size)
        return InclusionProof(index, hashes, note).text

    def _read(self, tile: Tile) -> bytes:
        with self._unit_of_work() as work:
            return tile_bytes(work.ledger, tile)
