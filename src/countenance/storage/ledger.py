"""The log in two tables: entries with the hashes they completed, and the head."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import bindparam, select, update

from countenance.errors import ConcurrentWriteError, LedgerError, NotFoundError
from countenance.ledger import merkle
from countenance.ledger.canonical import leaf_bytes, unveiled
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.merkle import HASH_SIZE, Frontier, Node
from countenance.ledger.model import Entry, Person, Veiled
from countenance.ledger.note import Signer, VerifierKey
from countenance.ledger.tiles import TILE_WIDTH
from countenance.storage.group_commit import insert_rows
from countenance.storage.prepared import Row
from countenance.storage.session import Session
from countenance.storage.statements import insert_row
from countenance.storage.tables import ledger_entries, ledger_head

Completed = TypeVar("Completed")
"""The hashes of the subtrees that one entry completed, or those of several."""

_PAGE: Final = 256
_HEAD: Final = select(
    ledger_head.c.size, ledger_head.c.root, ledger_head.c.frontier, ledger_head.c.checkpoint
)
_SWAP: Final = (
    update(ledger_head)
    .where(ledger_head.c.size == bindparam("old_size"), ledger_head.c.root == bindparam("old_root"))
    .values({name: bindparam(name) for name in ("size", "root", "frontier", "checkpoint")})
)
_INSERT: Final = insert_row(ledger_entries)
_LEAF: Final = select(ledger_entries.c.leaf).where(ledger_entries.c.number == bindparam("number"))
_LEAVES: Final = (
    select(ledger_entries.c.number, ledger_entries.c.leaf)
    .where(ledger_entries.c.number >= bindparam("start"), ledger_entries.c.number < bindparam("stop"))
    .order_by(ledger_entries.c.number)
)
_MOST_AT_ONCE: Final = (64, TILE_WIDTH)
"""How many rows are asked for together: a proof needs up to 64, a tile 256."""

_HASHES: Final = {
    most: select(ledger_entries.c.number, ledger_entries.c.hashes).where(
        ledger_entries.c.number.in_([bindparam(f"number_{at}") for at in range(most)])
    )
    for most in _MOST_AT_ONCE
}
_NO_ENTRY: Final = -1
SEAL: Final = "sealed "
"""What the head's proof begins with, unless it is a signed note."""

_LAST_NUMBER: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Head:
    """The head row: the tree's right edge, and what proves it.

    `proof` is empty before the first entry, else the seal of its checkpoint's text; older
    versions of the program wrote the signed note there.
    """

    frontier: Frontier
    root: bytes
    proof: str


def read_head(row: Row) -> Head:
    """Return the head of its row."""
    packed = bytes(row.frontier)
    hashes = tuple(packed[at : at + HASH_SIZE] for at in range(0, len(packed), HASH_SIZE))
    return Head(Frontier(int(row.size), hashes), bytes(row.root), row.checkpoint)


class NewestHead:
    """The head that this process committed last. Another process may have gone on since."""

    __slots__ = ("head",)

    def __init__(self) -> None:
        self.head: Head | None = None


class SqlLedger:
    """The log, inside one unit of work.

    A row holds an entry's leaf and the hashes of every subtree which that entry was the last
    of: `Node(level, position)` is found at `32 * level` in the row of entry
    `(position + 1) * 2**level - 1`. So an append is one row and a proof one query of O(log n) rows.
    """

    __slots__ = (
        "_committed",
        "_frontier",
        "_newest",
        "_session",
        "_signer",
        "_veil",
        "_written",
        "recorded",
    )

    def __init__(
        self,
        session: Session,
        signer: Signer,
        newest: NewestHead | None = None,
        *,
        veil: Callable[[Veiled], str] = unveiled,
    ) -> None:
        self._session = session
        self._signer = signer
        self._veil = veil
        self._newest = newest or NewestHead()
        self._committed: Head | None = None
        self._written: Head | None = None
        self._frontier: Frontier | None = None
        self.recorded: list[bytes] | None = None

    @property
    def key(self) -> VerifierKey:
        """Return the key that checkpoints are verified with."""
        return self._signer.vkey

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """Return every key that checkpoints are signed with now, `key` first."""
        return self._signer.vkeys

    def pseudonym(self, person: str) -> str:
        """Return what stands for a person in entries that are written now."""
        return self._veil(Person(person))

    def append(self, entry: Entry) -> int:
        """Append `entry` and return its index."""
        leaf = leaf_bytes(entry, self._veil)
        self._session.become_writer()
        leaf_hash = merkle.leaf_hash(leaf)
        if self._frontier is None:
            before, self._frontier, completed = self._begin(lambda tree: tree.append(leaf_hash))
            index = before.frontier.size
        else:
            index = self._frontier.size
            self._frontier, completed = self._frontier.append(leaf_hash)
        self._session.write(_INSERT, {"number": index, "hashes": b"".join(completed), "leaf": leaf})
        return index

    def record(self, entry: Entry) -> None:
        """Append `entry` at the commit, together with what others record at the same time."""
        leaf = leaf_bytes(entry, self._veil)
        if self.recorded is None:
            self.recorded = []
        self.recorded.append(leaf)

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Append canonical bytes of entries, one behind the other."""
        if not leaves:
            return
        self._session.become_writer()
        hashes = list(map(merkle.leaf_hash, leaves))
        if self._frontier is None:
            before, self._frontier, completed = self._begin(lambda tree: tree.extend(hashes))
            first = before.frontier.size
        else:
            first = self._frontier.size
            self._frontier, completed = self._frontier.extend(hashes)
        insert_rows(self._session.write, first, list(zip(map(b"".join, completed), leaves, strict=True)))

    def _begin(
        self, grow: Callable[[Frontier], tuple[Frontier, Completed]]
    ) -> tuple[Head, Frontier, Completed]:
        """Return the head before this unit of work, and the tree and subtrees after its first entries.

        The head that this process committed last is the newest one unless another process wrote,
        and then the swap fails and it is read. So an act reads no head.
        """
        newest = self._newest.head
        if newest is not None:
            frontier, completed = grow(newest.frontier)
            if self._swap(newest, frontier):
                self._committed = newest
                return newest, frontier, completed
        before = self._committed = self._head()
        frontier, completed = grow(before.frontier)
        if not self._swap(before, frontier):
            raise ConcurrentWriteError("another writer has grown the ledger; try again")
        return before, frontier, completed

    def _swap(self, before: Head, frontier: Frontier) -> bool:
        """Replace the head by compare-and-swap, sealed; tell whether it was `before`."""
        root = frontier.root()
        after = Head(frontier, root, SEAL + self._signer.seal(self._text(frontier.size, root)))
        swapped = self._session.write(
            _SWAP,
            {
                "old_size": before.frontier.size,
                "old_root": before.root,
                "size": frontier.size,
                "root": root,
                "frontier": b"".join(frontier.hashes),
                "checkpoint": after.proof,
            },
        )
        if swapped == 1:
            self._written = after
        return swapped == 1

    def write_head(self) -> None:
        """Bring the head up to what was appended; the commit makes it durable."""
        frontier, written = self._frontier, self._written
        if frontier is None or written is None or written.frontier == frontier:
            return
        if not self._swap(written, frontier):
            raise ConcurrentWriteError("another writer has grown the ledger; try again")

    def committed(self) -> None:
        """Remember the head that was committed, since the transaction is over."""
        if self._written is not None:
            self._newest.head = self._written
        self.forget()

    def forget(self) -> None:
        """Forget the head that was read, since the transaction that read it is over."""
        self._frontier = self._committed = self._written = self.recorded = None

    def size(self) -> int:
        """Return the number of entries that this unit of work sees."""
        return self._frontier.size if self._frontier is not None else self._head().frontier.size

    def leaf(self, index: int) -> bytes:
        """Return the canonical bytes of entry `index`; or raise `NotFoundError`."""
        rows = self._session.read(_LEAF, {"number": index}) if 0 <= index <= _LAST_NUMBER else ()
        if not rows:
            raise NotFoundError(f"there is no entry `{index}`")
        return bytes(rows[0].leaf)

    def leaves(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the canonical bytes of the entries from `start` up to `stop`, or raise `NotFoundError`."""
        if start < stop > _LAST_NUMBER:
            raise NotFoundError(f"there is no entry `{stop - 1}`")
        while start < stop:
            until = min(start + _PAGE, stop)
            rows = self._session.page(_LEAVES, {"start": start, "stop": until})
            if [row.number for row in rows] != list(range(start, until)):
                raise NotFoundError(f"there are not all entries from `{start}` to `{until - 1}`")
            for row in rows:
                yield bytes(row.leaf)
            start = until

    def nodes(self, nodes: Sequence[Node]) -> tuple[bytes, ...]:
        """Return the hashes of these complete subtrees, in the order asked; `NotFoundError` for others."""
        places = [(((node.position + 1) << node.level) - 1, HASH_SIZE * node.level) for node in nodes]
        rows = dict(self._rows_of(sorted({number for number, _ in places if number <= _LAST_NUMBER})))
        hashes = tuple(rows.get(number, b"")[at : at + HASH_SIZE] for number, at in places)
        if any(len(item) != HASH_SIZE for item in hashes):
            raise NotFoundError("the log has not completed every subtree asked for")
        return hashes

    def _rows_of(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        most = _MOST_AT_ONCE[0] if len(numbers) <= _MOST_AT_ONCE[0] else _MOST_AT_ONCE[1]
        for at in range(0, len(numbers), most):
            asked = dict.fromkeys((f"number_{place}" for place in range(most)), _NO_ENTRY)
            asked.update((f"number_{place}", number) for place, number in enumerate(numbers[at : at + most]))
            for row in self._session.page(_HASHES[most], asked):
                yield row.number, bytes(row.hashes)

    def checkpoint(self) -> str:
        """Return the signed note of the last committed head, signed when it is asked for and on the disk.

        The same head gives the same note each time: Ed25519 has no randomness (RFC 8032).
        """
        head = self._committed if self._committed is not None else self._head()
        self._session.database.settle(head.frontier.size)
        return self._signer.sign(self._text(head.frontier.size, head.root))

    def inclusion_proof(self, index: int, size: int) -> tuple[bytes, ...]:
        """Return the RFC 6962 audit path of an entry in the tree of `size`, or raise `NotFoundError`."""
        self._require(size)
        return merkle.inclusion_proof(index, size, self.nodes)

    def consistency_proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """Return the RFC 6962 proof that the tree of `new` extends that of `old`; or `NotFoundError`."""
        self._require(new)
        return merkle.consistency_proof(old, new, self.nodes)

    def _require(self, size: int) -> None:
        if size > self.size():
            raise NotFoundError(f"the log has not grown to `{size}` entries")

    def _head(self) -> Head:
        rows = self._session.read(_HEAD, {})
        if len(rows) != 1:
            raise LedgerError("the ledger has no head; the database was changed from outside")
        return read_head(rows[0])

    def _text(self, size: int, root: bytes) -> str:
        return Checkpoint(self._signer.vkey.name, size, root).text
