"""The log as everybody may read it: signed head, hashes, proofs. Entries themselves are for those with a key.

An entry names keys, galleries and leases; its hash names nothing. With the hashes anybody can compute
the root that was signed, see that an earlier head was only ever added to, and check that an entry they
were given is in the log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
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

PATIENCE: Final = timedelta(hours=2)
"""How long the last cosigned head stays the published one although the log has grown."""

_TILES_KEPT: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicHead:
    """The head as it was signed, what it says, and the key to verify it with."""

    note: str
    checkpoint: Checkpoint
    key: VerifierKey
    keys: tuple[VerifierKey, ...] = ()


class PublishLog:
    """Show the log's head, hashes and proofs to whoever asks. Safe to call from many threads."""

    def __init__(
        self, unit_of_work: Callable[[], UnitOfWork], clock: Callable[[], datetime] | None = None
    ) -> None:
        """With a `clock`, what witnesses cosigned is published; without one, the head as it is."""
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._full = lru_cache(maxsize=_TILES_KEPT)(self._read)

    def head(self) -> PublicHead:
        """Return the newest head that witnesses cosigned, or else the last committed one."""
        with self._unit_of_work() as work:
            note, keys = self._published(work), work.ledger.keys
        checkpoint = Checkpoint.parse(split_note(note)[0])
        return PublicHead(note=note, checkpoint=checkpoint, key=keys[0], keys=keys)

    def _published(self, work: UnitOfWork) -> str:
        """Return what is published: a head without witnesses only where they have been silent for long."""
        cosigned = work.cosigned.latest() if self._clock is not None else None
        if cosigned is None or self._clock is None:
            return work.ledger.checkpoint()
        late = work.ledger.size() != cosigned.size and self._clock() - cosigned.moment > PATIENCE
        return work.ledger.checkpoint() if late else cosigned.note

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
            note = self._published(work)
            size = Checkpoint.parse(split_note(note)[0]).size
            if not 0 <= index < size:
                raise NotFoundError(f"there is no entry `{index}`")
            hashes = work.ledger.inclusion_proof(index, size)
        return InclusionProof(index, hashes, note).text

    def _read(self, tile: Tile) -> bytes:
        with self._unit_of_work() as work:
            return tile_bytes(work.ledger, tile)
