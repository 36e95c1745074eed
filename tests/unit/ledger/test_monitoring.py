"""Watching a log of somebody else: what is kept, and what is an alarm."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from countenance.errors import LedgerError, StorageError
from countenance.ledger import Entry, EventType
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.cosignature import CosignatureKind, Cosigner
from countenance.ledger.export import export
from countenance.ledger.merkle import Node
from countenance.ledger.monitoring import Alarm, Seen, TileReader, Watch
from countenance.ledger.note import Signer
from countenance.ledger.tiles import encode_entries
from countenance.ledger.trust_policy import TrustPolicy
from countenance.storage.log_watching import LogFolder, WatchFolder
from fakes import MemoryStore
from unit.ledger import independent

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LOG = Signer("log.example/watched", bytes(range(32)))
WITNESS = Cosigner("witness.example/w", CosignatureKind.ED25519, bytes(32))
ALONE = TrustPolicy.parse(f"log {LOG.vkey}\nquorum none\n".encode())
WITNESSED = TrustPolicy.parse(f"log {LOG.vkey}\nwitness w {WITNESS.key}\nquorum w\n".encode())


@dataclass
class Scene:
    """A log that grows and is exported, and a watcher beside it."""

    folder: Path
    store: MemoryStore = field(default_factory=lambda: MemoryStore(LOG))
    now: datetime = NOON
    followed: list[int] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def grow(self, to: int, kind: EventType = EventType.KEY_ISSUED) -> None:
        with self.store() as work:
            for number in range(work.ledger.size(), to):
                work.ledger.append(Entry(kind, NOON, {"n": number}))
            work.commit()
        shutil.rmtree(self.log, ignore_errors=True)
        with self.store() as work:
            export(work.ledger, self.log)

    def cosign(self) -> None:
        path = self.log / "checkpoint"
        note = path.read_text(encoding="utf-8")
        path.write_text(note + WITNESS.cosign(note.partition("\n\n")[0] + "\n", self.now), encoding="utf-8")

    def look(
        self, policy: TrustPolicy = ALONE, *, entries: bool = False, stale: timedelta | None = None
    ) -> Seen:
        return Watch(
            files=LogFolder(self.log),
            kept=WatchFolder(self.folder / "kept"),
            policy=policy,
            clock=lambda: self.now,
            stale_after=stale,
            follow=(lambda index, _: self.followed.append(index)) if entries else None,
        )()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def codes(seen: Seen) -> set[Alarm]:
    return {code for code, _ in seen.alarms}


def test_a_log_that_grows_is_followed_and_its_last_checkpoint_is_kept(scene: Scene) -> None:
    for size, grown in [(3, 3), (3, 0), (256, 253), (300, 44), (700, 400)]:
        scene.grow(size)
        seen = scene.look()
        assert (seen.alarms, seen.size, seen.grown) == ((), size, grown)
        assert (scene.folder / "kept" / "checkpoint").read_bytes() == (scene.log / "checkpoint").read_bytes()
    assert scene.look().to_json() == {
        "ok": True,
        "origin": "log.example/watched",
        "size": 700,
        "grown": 0,
        "alarms": (),
    }


def test_an_empty_log_can_be_watched_from_its_beginning(scene: Scene) -> None:
    scene.grow(0)
    assert scene.look().size == 0
    scene.grow(1)
    assert scene.look().ok


@pytest.mark.parametrize(("first", "then"), [(300, 300), (300, 400), (255, 257), (256, 512), (1, 2)])
def test_a_fork_is_an_alarm_and_both_checkpoints_are_kept_as_proof(
    scene: Scene, first: int, then: int
) -> None:
    scene.grow(first)
    before = (scene.log / "checkpoint").read_text(encoding="utf-8")
    scene.look()
    scene.store = MemoryStore(LOG)
    scene.grow(then, EventType.KEY_REVOKED)
    for _ in range(2):
        assert codes(scene.look()) == {Alarm.FORKED}
    (evidence,) = (scene.folder / "kept" / "evidence").iterdir()
    kept = {path.read_text(encoding="utf-8") for path in evidence.iterdir()}
    assert kept == {before, (scene.log / "checkpoint").read_text(encoding="utf-8")}
    assert (scene.folder / "kept" / "checkpoint").read_text(encoding="utf-8") == before


def test_a_roll_back_is_an_alarm(scene: Scene) -> None:
    scene.grow(300)
    scene.look()
    scene.store = MemoryStore(LOG)
    scene.grow(299)
    assert codes(scene.look()) == {Alarm.ROLLED_BACK}


def test_another_key_or_a_missing_checkpoint_is_an_alarm(scene: Scene) -> None:
    scene.grow(5)
    scene.look()
    scene.store = MemoryStore(Signer("log.example/watched", bytes(range(1, 33))))
    scene.grow(6)
    assert codes(scene.look()) == {Alarm.SIGNATURE}
    (scene.log / "checkpoint").write_bytes(b"\xff")
    assert codes(scene.look()) == {Alarm.SIGNATURE}
    (scene.log / "checkpoint").unlink()
    assert codes(scene.look()) == {Alarm.SIGNATURE}


def test_another_log_under_the_same_address_is_an_alarm(scene: Scene) -> None:
    other = Signer("log.example/other", bytes(32))
    both = TrustPolicy.parse(f"log {LOG.vkey}\nlog {other.vkey}\nquorum none\n".encode())
    scene.grow(5)
    scene.look(both)
    scene.store = MemoryStore(other)
    scene.grow(6)
    assert codes(scene.look(both)) == {Alarm.FORKED}


@pytest.mark.parametrize(
    "harm",
    [
        lambda log: (log / "tile/0/000").unlink(),
        lambda log: (log / "tile/0/000").write_bytes(bytes(8192)),
        lambda log: (log / "tile/0/002.p/188").write_bytes(bytes(188 * 32)),
        lambda log: (log / "tile/1/000.p/2").write_bytes(bytes(3)),
    ],
    ids=["missing", "zeros", "edge", "cut"],
)
def test_tiles_that_do_not_show_the_growth_are_an_alarm(scene: Scene, harm: Callable[[Path], None]) -> None:
    scene.grow(100)
    scene.look()
    scene.grow(700)
    harm(scene.log)
    assert codes(scene.look()) == {Alarm.FORKED}
    scene.grow(700)
    assert scene.look().ok


def test_missing_cosignatures_are_an_alarm(scene: Scene) -> None:
    scene.grow(5)
    scene.cosign()
    assert scene.look(WITNESSED).ok
    scene.grow(9)
    assert codes(scene.look(WITNESSED)) == {Alarm.QUORUM_NOT_MET}
    scene.cosign()
    assert scene.look(WITNESSED).ok


def test_a_log_that_stands_still_becomes_stale_and_one_that_is_cosigned_anew_does_not(scene: Scene) -> None:
    day = timedelta(days=1)
    scene.grow(5)
    assert scene.look(stale=day).ok
    scene.now += day
    assert scene.look(stale=day).ok
    scene.now += timedelta(seconds=1)
    assert codes(scene.look(stale=day)) == {Alarm.STALE}
    scene.grow(6)
    assert scene.look(stale=day).ok
    scene.now += 3 * day
    scene.grow(6)
    scene.cosign()
    assert scene.look(WITNESSED, stale=day).ok


def test_a_witness_whose_clock_is_ahead_is_noticed(scene: Scene) -> None:
    scene.grow(5)
    scene.now += timedelta(hours=1)
    scene.cosign()
    scene.now = NOON
    assert codes(scene.look(WITNESSED)) == {Alarm.FROM_THE_FUTURE}


def test_new_entries_are_followed_once_and_compared_with_the_signed_root(scene: Scene) -> None:
    for size in (3, 300, 700):
        scene.grow(size)
        assert scene.look(entries=True).ok
    assert scene.followed == list(range(700))
    scene.grow(710)
    bundle = scene.log / "tile/entries/002.p/198"
    whole = bundle.read_bytes()
    bundle.write_bytes(whole.replace(b'"n":705', b'"n":795'))
    assert codes(scene.look(entries=True)) == {Alarm.ENTRIES}
    bundle.write_bytes(encode_entries([b"x"]))
    assert codes(scene.look(entries=True)) == {Alarm.ENTRIES}
    bundle.unlink()
    assert codes(scene.look(entries=True)) == {Alarm.ENTRIES}
    bundle.write_bytes(whole)
    seen = scene.look(entries=True)
    assert (seen.ok, seen.grown) == (True, 10)


def test_a_partial_tile_that_is_gone_is_read_from_the_full_one(scene: Scene) -> None:
    """The log has grown between the reading of its checkpoint and that of its tiles."""
    scene.grow(300)
    old = (scene.log / "checkpoint").read_bytes()
    scene.grow(600)
    (scene.log / "checkpoint").write_bytes(old)
    assert scene.look(entries=True).ok


def test_what_was_kept_is_believed_only_under_the_log_s_key(scene: Scene) -> None:
    scene.grow(5)
    scene.look()
    (scene.folder / "kept" / "checkpoint").write_text("nonsense")
    with pytest.raises(LedgerError):
        scene.look()


def test_too_long_a_file_and_no_folder_to_keep_it_in_are_told(scene: Scene) -> None:
    scene.grow(5)
    (scene.folder / "kept").write_text("in the way")
    with pytest.raises(StorageError):
        scene.look()
    (scene.log / "checkpoint").write_bytes(bytes(70_000))
    with pytest.raises(StorageError):
        scene.look()


def test_hashes_of_subtrees_come_from_tiles_of_every_level(scene: Scene) -> None:
    scene.grow(700)
    with scene.store() as work:
        data = list(work.ledger.leaves(0, 700))
    read = TileReader(LogFolder(scene.log), 700)
    nodes = [Node(0, 699), Node(3, 40), Node(8, 1), Node(9, 0), Node(7, 4)]
    spans = [data[p << level : (p + 1) << level] for level, p in nodes]
    assert list(read(nodes)) == [independent.mth(span) for span in spans]
    with pytest.raises(LedgerError):
        read([Node(0, 700)])


def test_an_empty_log_with_another_root_is_an_alarm(scene: Scene) -> None:
    scene.log.mkdir()
    text = Checkpoint("log.example/watched", 0, bytes(32)).text
    (scene.log / "checkpoint").write_text(LOG.sign(text), encoding="utf-8")
    assert codes(scene.look()) == {Alarm.FORKED}
