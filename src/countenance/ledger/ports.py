"""What services need of a place that keeps the log."""

from __future__ import annotations

from typing import Protocol

from countenance.ledger.model import Entry


class Ledger(Protocol):
    """The log, inside one unit of work.

    Durability: an entry is durable when the unit of work that appended it has committed,
    together with everything else that was done there; before that, no reader sees it.
    Ordering: indexes are consecutive from 0, in commit order, without gaps.
    Concurrency: the head is one row, replaced by compare-and-swap. Of two writers that
    started from the same head one commits, and the other waits or gets
    `ConcurrentWriteError`; a fork cannot be written.
    """

    def append(self, entry: Entry) -> int:
        """Append `entry` and return its index."""
        ...

    def size(self) -> int:
        """Return the number of entries that this unit of work sees."""
        ...

    def leaf(self, index: int) -> bytes:
        """Return the canonical bytes of entry `index`; or raise `NotFoundError`."""
        ...

    def checkpoint(self) -> str:
        """Return the signed note of the current head."""
        ...

    def inclusion_proof(self, index: int, size: int) -> tuple[bytes, ...]:
        """Return the RFC 6962 audit path of entry `index` in the tree of `size`, or raise `NotFoundError`."""
        ...

    def consistency_proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the RFC 6962 proof that the tree of `new` extends that of `old`, or raise `NotFoundError`."""
        ...
