"""What services need of a place that keeps the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from countenance.ledger.merkle import Node
    from countenance.ledger.model import Entry
    from countenance.ledger.note import VerifierKey


class Ledger(Protocol):
    """The log, inside one unit of work.

    Durability: an entry is durable when the unit of work that appended it has committed,
    together with everything else that was done there; before that, no reader sees it.
    Ordering: indexes are consecutive from 0, in commit order, without gaps.
    Concurrency: the head is one row, replaced by compare-and-swap. Of two writers that
    started from the same head one commits, and the other waits or gets
    `ConcurrentWriteError`; a fork cannot be written.
    """

    @property
    def key(self) -> VerifierKey:
        """Return the key that checkpoints are verified with; its name is the log's origin."""
        ...

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """Return every key that checkpoints are signed with now, `key` first: two while it is changed."""
        ...

    def pseudonym(self, person: str) -> str:
        """Return what stands for a person in entries that are written now."""
        ...

    def append(self, entry: Entry) -> int:
        """Append `entry` and return its index."""
        ...

    def record(self, entry: Entry) -> None:
        """Append `entry` at the commit: where it will stand, nobody needs to know.

        A unit of work that does nothing else is written together with others that come at the same
        time, in one transaction and with one wait for the disk. It keeps its own outcome: what it has
        read still holds then, or its commit raises `ConcurrentWriteError` and those of the others do not.
        Before the commit no reader sees the entry, this unit of work included.
        """
        ...

    def size(self) -> int:
        """Return the number of entries that this unit of work sees."""
        ...

    def leaf(self, index: int) -> bytes:
        """Return the canonical bytes of entry `index`; or raise `NotFoundError`."""
        ...

    def leaves(self, start: int, stop: int) -> Iterable[bytes]:
        """Yield the canonical bytes of the entries from `start` up to `stop`.

        Raises `NotFoundError` if the log ends before.
        """
        ...

    def nodes(self, nodes: Sequence[Node]) -> tuple[bytes, ...]:
        """Return the hashes of these complete subtrees, in the order asked, in O(1) reads each.

        Raises `NotFoundError` for a subtree that the log has not completed. Tiles and proofs
        are made of these.
        """
        ...

    def checkpoint(self) -> str:
        """Return the signed note of the last committed head.

        Entries that this unit of work appended are not in it: what may still be rolled back is
        never signed for others to see.
        """
        ...

    def inclusion_proof(self, index: int, size: int) -> tuple[bytes, ...]:
        """Return the RFC 6962 audit path of an entry in the tree of `size`, or raise `NotFoundError`."""
        ...

    def consistency_proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the RFC 6962 proof that the tree of `new` extends that of `old`; or `NotFoundError`."""
        ...


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A checkpoint of `size` entries with the cosignatures that it was given, and when that was."""

    size: int
    note: str
    moment: datetime


class CosignedCheckpoints(Protocol):
    """What witnesses have made of the log, inside one unit of work; durable when that has committed."""

    def standing(self) -> Mapping[str, int]:
        """Return how many entries each witness has cosigned, by its key."""
        ...

    def stands_at(self, key: str, size: int) -> None:
        """Note how many entries the witness of this key has cosigned."""
        ...

    def publish(self, cosigned: Cosigned) -> None:
        """Keep a cosigned checkpoint; one of the same size gives way, and very old ones are forgotten."""
        ...

    def latest(self) -> Cosigned | None:
        """Return the newest cosigned checkpoint; None if there is none."""
        ...

    def newest(self, limit: int) -> tuple[Cosigned, ...]:
        """Return up to `limit` cosigned checkpoints, the newest first."""
        ...
