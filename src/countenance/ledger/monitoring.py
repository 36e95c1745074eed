"""Watching a log of somebody else: did it only grow, do its witnesses agree, is it still alive.

What was seen is kept, so that the log cannot show this watcher one past today and another tomorrow.
A contradiction is kept as the log signed it: two notes that prove to anybody what it did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from countenance.errors import InvalidInputError, LedgerError, NotFoundError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.cosignature import moment_of
from countenance.ledger.merkle import (
    EMPTY_ROOT,
    HASH_SIZE,
    Frontier,
    Node,
    consistency_proof,
    cover,
    leaf_hash,
    node_hash,
    verify_consistency,
)
from countenance.ledger.model import JsonValue
from countenance.ledger.narrative import TOLERANCE
from countenance.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, Tile, decode_entries, tile_in
from countenance.ledger.trust_policy import Judged, LogKey, TrustPolicy

NOTE_LIMIT: Final = 65_536
BUNDLE_LIMIT: Final = 16_777_728
"""Most bytes of a bundle: 256 entries of 65,535 bytes, each with its length."""


class LogFiles(Protocol):
    """Where a log's files are: a folder, or an address."""

    def read(self, path: str, limit: int) -> bytes | None:
        """Return the file at `path`; None if there is none.

        Raises `StorageError` if it cannot be read now, or is longer than `limit` bytes.
        """
        ...


class Watched(Protocol):
    """What a watcher keeps of a log. What was kept is on the disk before it returns."""

    def last(self) -> str | None:
        """Return the last checkpoint that was seen to follow from those before it."""
        ...

    def since(self) -> datetime | None:
        """Return since when the log has had the size of the last checkpoint."""
        ...

    def keep(self, note: str, at: datetime) -> None:
        """Keep a checkpoint as the last one."""
        ...

    def keep_evidence(self, notes: Sequence[str]) -> str:
        """Keep notes that contradict each other, and return where."""
        ...


class Alarm(StrEnum):
    """What a watcher can find, the worst first."""

    FORKED = "forked"
    ROLLED_BACK = "rolled_back"
    SIGNATURE = "signature"
    QUORUM_NOT_MET = "quorum_not_met"
    ENTRIES = "entries"
    STALE = "stale"
    FROM_THE_FUTURE = "from_the_future"


@dataclass(frozen=True, slots=True)
class Seen:
    """The outcome of one look. `alarms` are codes with what is told of them; empty if all is well."""

    origin: str | None
    size: int | None
    grown: int
    alarms: tuple[tuple[Alarm, str], ...]

    @property
    def ok(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.alarms

    def to_json(self) -> dict[str, JsonValue]:
        """Return the outcome for a program."""
        alarms = tuple({"code": code.value, "text": text} for code, text in self.alarms)
        return {
            "ok": self.ok,
            "origin": self.origin,
            "size": self.size,
            "grown": self.grown,
            "alarms": alarms,
        }


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks at a log. `stale_after` is how long it may show nothing new, `also` keys beside the policy's.

    With `follow`, every new entry is read, given to it with its index, and compared with the signed root.
    """

    files: LogFiles
    kept: Watched
    policy: TrustPolicy
    clock: Callable[[], datetime]
    also: tuple[LogKey, ...] = ()
    stale_after: timedelta | None = None
    follow: Callable[[int, bytes], None] | None = None

    def __call__(self) -> Seen:
        """Read the checkpoint, compare it with what was seen, and keep it if it follows from that.

        Raises `StorageError` if files or what was kept cannot be read, and `LedgerError` if what was kept
        is not what a watcher keeps.
        """
        content = self.files.read("checkpoint", NOTE_LIMIT)
        last = self.kept.last()
        before = self.policy.judge(last, also=self.also).checkpoint if last is not None else None
        if content is None:
            return Seen(None, None, 0, ((Alarm.SIGNATURE, "the log has no checkpoint"),))
        try:
            note = content.decode("utf-8")
            judged = self.policy.judge(note, also=self.also)
        except (LedgerError, UnicodeDecodeError) as error:
            told = error.message if isinstance(error, LedgerError) else "the checkpoint is not text"
            return Seen(None, None, 0, ((Alarm.SIGNATURE, told),))
        return self._compare(note, judged, last, before)

    def _compare(self, note: str, judged: Judged, last: str | None, before: Checkpoint | None) -> Seen:
        now = judged.checkpoint
        before = before or Checkpoint(now.origin, 0, EMPTY_ROOT)
        contradiction = self._contradiction(before, now)
        if contradiction is not None:
            code, text = contradiction
            place = self.kept.keep_evidence([one for one in (last, note) if one is not None])
            return Seen(now.origin, now.size, 0, ((code, f"{text}; both are kept in {place}"),))
        alarms: list[tuple[Alarm, str]] = []
        if self.follow is not None:
            alarms.extend(self._read_entries(before, now))
        if not judged.quorum_met:
            names = ", ".join(judged.witnesses) or "no known witness"
            alarms.append((Alarm.QUORUM_NOT_MET, f"the policy asks for more witnesses than {names}"))
        at, since = self.clock(), self.kept.since()
        if not any(code is Alarm.ENTRIES for code, _ in alarms):
            still = last is not None and now.size == before.size and since is not None
            self.kept.keep(note, since if still and since is not None else at)
        alarms.extend(self._age(judged, at, since if now.size == before.size else None))
        return Seen(now.origin, now.size, now.size - before.size, tuple(alarms))

    def _contradiction(self, before: Checkpoint, now: Checkpoint) -> tuple[Alarm, str] | None:
        if before.origin != now.origin:
            return Alarm.FORKED, f"this was the log `{before.origin}` and is now `{now.origin}`"
        if now.size < before.size:
            return Alarm.ROLLED_BACK, f"the log had {before.size} entries and now has {now.size}"
        try:
            proof = consistency_proof(before.size, now.size, TileReader(self.files, now.size))
        except (LedgerError, NotFoundError) as error:
            text = f"its tiles do not show that {now.size} entries extend {before.size}: {error.message}"
            return Alarm.FORKED, text
        if not verify_consistency((before.size, now.size), (before.root, now.root), proof):
            return Alarm.FORKED, f"the tree of {now.size} entries does not extend that of {before.size}"
        if not now.size and now.root != EMPTY_ROOT:
            return Alarm.FORKED, "an empty log has another root than nothing"
        return None

    def _read_entries(self, before: Checkpoint, now: Checkpoint) -> list[tuple[Alarm, str]]:
        """Give every new entry to `follow` as it is read; return what is wrong with them all together."""
        try:
            frontier = Frontier(before.size, TileReader(self.files, now.size)(cover(0, before.size)))
            for leaf in entries_of(self.files, before.size, now.size):
                if self.follow is not None:
                    self.follow(frontier.size, leaf)
                frontier, _ = frontier.append(leaf_hash(leaf))
        except (LedgerError, NotFoundError) as error:
            return [(Alarm.ENTRIES, error.message)]
        if now.size and frontier.root() != now.root:
            return [(Alarm.ENTRIES, f"the entries from {before.size} on are not those of the signed tree")]
        return []

    def _age(self, judged: Judged, at: datetime, since: datetime | None) -> list[tuple[Alarm, str]]:
        alarms = []
        times = [
            moment for seconds in judged.witnesses.values() if (moment := moment_of(seconds)) is not None
        ]
        if times and max(times) - at > TOLERANCE:
            text = f"a witness says that it cosigned at {max(times):%Y-%m-%dT%H:%M:%SZ}, which is yet to come"
            alarms.append((Alarm.FROM_THE_FUTURE, text))
        newest = max(times, default=since)
        if self.stale_after is not None and newest is not None and at - newest > self.stale_after:
            text = f"nothing new has been seen since {newest:%Y-%m-%dT%H:%M:%SZ}"
            alarms.append((Alarm.STALE, text))
        return alarms


@dataclass(frozen=True, slots=True)
class TileReader:
    """Gives the hashes of complete subtrees of a log of `size` entries, as its tiles have them."""

    files: LogFiles
    size: int

    def __call__(self, nodes: Sequence[Node]) -> tuple[bytes, ...]:
        """Return the hashes of `nodes` in order; raises `LedgerError` where a tile is missing or cut."""
        tiles: dict[Tile, bytes] = {}
        return tuple(self._hash(node, tiles) for node in nodes)

    def _hash(self, node: Node, tiles: dict[Tile, bytes]) -> bytes:
        level, height = divmod(node.level, TILE_HEIGHT)
        first = node.position << height
        tile = tile_in(level, first // TILE_WIDTH, self.size)
        if tile is None or first % TILE_WIDTH + (1 << height) > tile.width:
            raise LedgerError("a hash beyond the end of the log was asked for")
        if tile not in tiles:
            tiles[tile] = self._tile(tile)
        start = first % TILE_WIDTH
        content = tiles[tile]
        row = [content[at * HASH_SIZE : (at + 1) * HASH_SIZE] for at in range(start, start + (1 << height))]
        while len(row) > 1:
            row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
        return row[0]

    def _tile(self, tile: Tile) -> bytes:
        wanted = tile.width * HASH_SIZE
        content = read_tile(self.files, tile, TILE_WIDTH * HASH_SIZE)[:wanted]
        if len(content) != wanted:
            raise LedgerError(f"`{tile.path}` has {len(content)} bytes instead of {wanted}")
        return content


def read_tile(files: LogFiles, tile: Tile, limit: int) -> bytes:
    """Return the content of a tile, or of the full one if a partial one is not there any more.

    Raises `LedgerError` if there is neither.
    """
    for path in dict.fromkeys((tile.path, Tile(tile.level, tile.index, TILE_WIDTH).path)):
        content = files.read(path, limit)
        if content is not None:
            return content
    raise LedgerError(f"`{tile.path}` is not there")


def entries_of(files: LogFiles, start: int, stop: int) -> Iterator[bytes]:
    """Yield the entries from `start` up to `stop` of a log, as its bundles have them; or `LedgerError`."""
    while start < stop:
        tile = tile_in(None, start // TILE_WIDTH, stop)
        if tile is None:
            raise InvalidInputError("entries are read from the first to the last")
        leaves, trouble = decode_entries(read_tile(files, tile, BUNDLE_LIMIT))
        if trouble is not None or len(leaves) < tile.width:
            raise LedgerError(f"`{tile.path}` does not hold {tile.width} entries")
        yield from leaves[start % TILE_WIDTH : tile.width]
        start = (tile.index + 1) * TILE_WIDTH
