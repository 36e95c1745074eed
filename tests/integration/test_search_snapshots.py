"""Snapshots on a real disk: what comes back, what is passed over, and what is gone."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from countenance.app import Countenance
from countenance.biometrics.model import (
    Comparison,
    ComparisonScore,
    GalleryId,
    Pipeline,
    ReferenceId,
    SubjectId,
    Template,
)
from countenance.engine.search import ExactSearch
from countenance.engine.search_snapshot import MAGIC, SALT_BYTES, Snapshot, SnapshotUnusableError
from countenance.engine.snapshot_folder import SnapshotFolder
from countenance.errors import ConfigurationError, StorageError, StorageFullError
from countenance.policy.model import Purpose
from countenance.recognition.acts.identification import Search as IdentifySearch
from countenance.recognition.acts.snapshots import SaveSnapshots
from countenance.recognition.model import GalleryChange
from fakes_engine import photograph
from world import ARCHIVE, MUSEUM, World

PIPELINE = Pipeline(model_digest="12" * 32, version="1")
GALLERY = GalleryId("gallery of a bank")
KEY = bytes(range(32))
COUNT = 60


def template(seed: int) -> Template:
    vector = np.random.default_rng(seed).standard_normal(128)
    return Template((vector / np.linalg.norm(vector)).astype(np.float32), PIPELINE)


def change(sequence: int, number: int, *, gone: bool = False) -> GalleryChange:
    return GalleryChange(
        sequence=sequence,
        reference_id=ReferenceId(f"reference-{number:03}"),
        subject_id=SubjectId(f"subject-{number}"),
        template=None if gone else template(number),
    )


def index_over(folder: Path, key: bytes = KEY) -> ExactSearch:
    return ExactSearch(threads=1, snapshots=SnapshotFolder(folder, key), block_rows=16)


def everybody(index: ExactSearch) -> tuple[Comparison, ...]:
    return index.search(GALLERY, template(0), threshold=ComparisonScore(-1.0), limit=1000)


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[ExactSearch]:
    index = index_over(tmp_path)
    index.apply(GALLERY, [change(i, i) for i in range(1, COUNT + 1)])
    yield index
    index.close()


def snapshots(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("snapshot") if path.is_file()]


def test_a_gallery_starts_from_its_snapshot_and_goes_on_from_there(
    filled: ExactSearch, tmp_path: Path
) -> None:
    assert filled.save(GALLERY)
    fresh = index_over(tmp_path)
    assert fresh.position(GALLERY) == COUNT
    assert everybody(fresh) == everybody(filled)
    fresh.apply(GALLERY, [change(COUNT + 1, 500)])
    assert len(everybody(fresh)) == COUNT + 1


def test_nothing_of_a_template_a_subject_or_a_gallery_is_legible_on_disk(
    filled: ExactSearch, tmp_path: Path
) -> None:
    filled.save(GALLERY)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 1
    for path in files:
        content = path.read_bytes()
        for secret in (template(7).vector.tobytes()[:16], b"subject", b"reference", b"bank"):
            assert secret not in content
        assert "bank" not in str(path.relative_to(tmp_path))
        if path.name == "snapshot":
            assert path.stat().st_mode & 0o077 == 0


def cut_off(content: bytes) -> bytes:
    return content[:-100]


def cut_after_the_header(content: bytes) -> bytes:
    return content[: len(MAGIC) + SALT_BYTES + 2]


def emptied(_: bytes) -> bytes:
    return b""


def a_bit_turned(content: bytes) -> bytes:
    return content[:2000] + bytes([content[2000] ^ 1]) + content[2001:]


def longer(content: bytes) -> bytes:
    return content + b"more"


def with_an_endless_frame(content: bytes) -> bytes:
    start = len(MAGIC) + SALT_BYTES
    return content[:start] + b"\xff\xff\xff\xff" + content[start + 4 :]


def of_another_program(content: bytes) -> bytes:
    return b"x" + content[1:]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (cut_off, "torn"),
        (cut_after_the_header, "torn"),
        (emptied, "another form"),
        (a_bit_turned, "altered"),
        (longer, "longer than what was written"),
        (with_an_endless_frame, "longer than any"),
        (of_another_program, "another form"),
    ],
)
def test_a_damaged_snapshot_is_passed_over_with_a_reason(
    filled: ExactSearch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    damage: Callable[[bytes], bytes],
    reason: str,
) -> None:
    filled.save(GALLERY)
    (path,) = snapshots(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    fresh = index_over(tmp_path)
    with caplog.at_level(logging.WARNING):
        assert fresh.position(GALLERY) == 0
    assert reason in caplog.text
    assert everybody(fresh) == ()
    fresh.apply(GALLERY, [change(i, i) for i in range(1, COUNT + 1)])
    assert everybody(fresh) == everybody(filled)


def read_whole(folder: SnapshotFolder) -> int:
    snapshot = folder.read(GALLERY)
    return 0 if snapshot is None else len(list(snapshot.parts))


def test_no_change_of_any_byte_goes_unnoticed(tmp_path: Path) -> None:
    index = index_over(tmp_path)
    index.apply(GALLERY, [change(1, 1), change(2, 2)])
    index.save(GALLERY)
    (path,) = snapshots(tmp_path)
    content = path.read_bytes()
    folder = SnapshotFolder(tmp_path, KEY)
    for at in range(0, len(content), 5):
        path.write_bytes(content[:at] + bytes([content[at] ^ (1 << at % 8)]) + content[at + 1 :])
        with pytest.raises(SnapshotUnusableError):
            read_whole(folder)
    for length in range(0, len(content), 29):
        path.write_bytes(content[:length])
        assert index_over(tmp_path).position(GALLERY) == 0


def test_a_snapshot_of_another_gallery_is_not_taken_for_this_one(filled: ExactSearch, tmp_path: Path) -> None:
    other = GalleryId("gallery of somebody else")
    filled.apply(other, [change(1, 900)])
    filled.save(GALLERY)
    filled.save(other)
    folder = SnapshotFolder(tmp_path, KEY)
    (folder._place(GALLERY) / "snapshot").replace(folder._place(other) / "snapshot")
    with pytest.raises(SnapshotUnusableError, match="another gallery"):
        folder.read(other)


def test_under_another_key_there_is_no_snapshot(filled: ExactSearch, tmp_path: Path) -> None:
    filled.save(GALLERY)
    assert index_over(tmp_path, key=bytes(32)).position(GALLERY) == 0


def test_a_snapshot_is_read_once_and_only_when_the_gallery_is_touched(
    filled: ExactSearch, tmp_path: Path
) -> None:
    filled.save(GALLERY)
    (path,) = snapshots(tmp_path)
    content = path.read_bytes()
    fresh = index_over(tmp_path)
    path.write_bytes(b"")
    assert fresh.position(GALLERY) == 0
    path.write_bytes(content)
    assert fresh.position(GALLERY) == 0
    assert index_over(tmp_path).position(GALLERY) == COUNT


def test_a_gallery_that_has_not_changed_is_not_written_again(filled: ExactSearch, tmp_path: Path) -> None:
    assert filled.save(GALLERY)
    assert not filled.save(GALLERY)
    fresh = index_over(tmp_path)
    fresh.position(GALLERY)
    assert not fresh.save(GALLERY)
    filled.apply(GALLERY, [change(COUNT + 1, 500)])
    assert filled.save(GALLERY)


def test_an_erasure_deletes_the_snapshot(filled: ExactSearch, tmp_path: Path) -> None:
    filled.save(GALLERY)
    filled.apply(GALLERY, [change(COUNT + 1, 5, gone=True)])
    assert snapshots(tmp_path) == []
    assert filled.save(GALLERY)
    assert len(everybody(index_over(tmp_path))) == COUNT - 1


def test_an_addition_leaves_the_snapshot(filled: ExactSearch, tmp_path: Path) -> None:
    filled.save(GALLERY)
    filled.apply(GALLERY, [change(COUNT + 1, 500)])
    assert len(snapshots(tmp_path)) == 1


def test_what_is_deleted_cannot_be_decrypted_from_the_disk_either(
    filled: ExactSearch, tmp_path: Path
) -> None:
    filled.save(GALLERY)
    (path,) = snapshots(tmp_path)
    kept = tmp_path / "what the disk still has"
    os.link(path, kept)
    filled.apply(GALLERY, [change(COUNT + 1, 5, gone=True)])
    assert not kept.read_bytes()[: len(MAGIC) + SALT_BYTES].strip(b"\0")


def test_a_process_that_has_not_seen_the_erasure_cannot_write_it_back(
    filled: ExactSearch, tmp_path: Path
) -> None:
    behind = index_over(tmp_path)
    behind.apply(GALLERY, [change(i, i) for i in range(1, COUNT + 1)])
    filled.apply(GALLERY, [change(COUNT + 1, 5, gone=True)])
    assert not behind.save(GALLERY)
    assert snapshots(tmp_path) == []
    assert not list(tmp_path.rglob("*.part"))
    behind.apply(GALLERY, [change(COUNT + 1, 5, gone=True)])
    assert behind.save(GALLERY)


def test_a_snapshot_dropped_ahead_of_an_erasure_is_not_written_again_before_it(
    filled: ExactSearch, tmp_path: Path
) -> None:
    filled.save(GALLERY)
    filled.drop(GALLERY)
    assert snapshots(tmp_path) == []
    assert not filled.save(GALLERY)
    filled.apply(GALLERY, [change(COUNT + 1, 5, gone=True)])
    assert filled.save(GALLERY)


def test_a_snapshot_put_back_from_a_backup_is_older_than_the_erasure(
    filled: ExactSearch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filled.save(GALLERY)
    (path,) = snapshots(tmp_path)
    backup = path.read_bytes()
    filled.apply(GALLERY, [change(COUNT + 1, 5, gone=True)])
    path.write_bytes(backup)
    assert index_over(tmp_path).position(GALLERY) == 0
    assert "older than an erasure" in caplog.text


def test_an_unreadable_mark_of_erasure_keeps_every_snapshot_out(filled: ExactSearch, tmp_path: Path) -> None:
    filled.apply(GALLERY, [change(COUNT + 1, 5, gone=True)])
    assert filled.save(GALLERY)
    (mark,) = tmp_path.rglob("erased-through")
    mark.write_text("?")
    assert index_over(tmp_path).position(GALLERY) == 0
    assert not filled.save(GALLERY)


def test_a_forgotten_gallery_has_no_snapshot_and_gets_none_again(filled: ExactSearch, tmp_path: Path) -> None:
    filled.save(GALLERY)
    filled.forget(GALLERY)
    assert snapshots(tmp_path) == []
    assert filled.position(GALLERY) == 0
    assert not filled.save(GALLERY)


def test_an_empty_gallery_and_an_index_without_a_folder_save_nothing(tmp_path: Path) -> None:
    assert not index_over(tmp_path).save(GALLERY)
    without = ExactSearch(threads=1)
    without.apply(GALLERY, [change(1, 1)])
    without.drop(GALLERY)
    assert not without.save(GALLERY)


def test_a_snapshot_that_fails_half_way_leaves_the_earlier_one(filled: ExactSearch, tmp_path: Path) -> None:
    filled.save(GALLERY)
    folder = SnapshotFolder(tmp_path, KEY)

    def parts() -> Iterator[tuple[list[ReferenceId], list[SubjectId], np.ndarray]]:
        yield [ReferenceId("r")], [SubjectId("s")], np.ones((1, 128), dtype=np.float32)
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageFullError, match="no space left"):
        folder.write(GALLERY, Snapshot(COUNT + 9, PIPELINE, 2, parts()))
    assert not list(tmp_path.rglob("*.part"))
    assert index_over(tmp_path).position(GALLERY) == COUNT


def test_a_snapshot_that_cannot_be_deleted_stops_the_erasure_from_passing_as_done(
    filled: ExactSearch, tmp_path: Path
) -> None:
    filled.save(GALLERY)
    (path,) = snapshots(tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(StorageError):
        filled.apply(GALLERY, [change(COUNT + 1, 5, gone=True)])
    assert filled.position(GALLERY) == COUNT


def test_a_key_of_the_wrong_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        SnapshotFolder(tmp_path, b"short")


class Process:
    """One of several programs on one database and one folder of snapshots."""

    def __init__(self, folder: Path, world: World) -> None:
        self.world = world
        self.index = index_over(folder)
        world.index = self.index
        self.acts = Countenance(world)
        self.save = SaveSnapshots(self.index, self.index, world.unit_of_work)

    def identify(self, subject: str) -> list[str]:
        search = IdentifySearch(gallery_id=ARCHIVE, probe=photograph(subject, 9))
        found = self.acts.identify(MUSEUM, search).candidates
        return [one.subject_id for one in found.candidates] if found is not None else []


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[tuple[Process, Process]]:
    """Two programs; the first has the gallery of dave and erin in memory."""
    world, beside = World(), World()
    beside.store = beside.unit_of_work = world.store
    one, other = Process(tmp_path, world), Process(tmp_path, beside)
    world.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave", "erin")
    assert one.identify("dave") == ["dave"]
    yield one, other
    world.check_ledger()


def test_what_is_saved_at_the_end_is_there_at_the_next_start(
    processes: tuple[Process, Process], tmp_path: Path
) -> None:
    one, other = processes
    assert one.save() == 1
    assert len(snapshots(tmp_path)) == 1
    assert other.index.position(ARCHIVE) == one.index.position(ARCHIVE)
    assert other.identify("erin") == ["erin"]


def test_who_was_erased_by_another_process_is_not_saved(
    processes: tuple[Process, Process], tmp_path: Path
) -> None:
    one, other = processes
    other.acts.withdraw(MUSEUM, ARCHIVE, SubjectId("dave"))
    assert one.save() == 1
    fresh = index_over(tmp_path)
    fresh.position(ARCHIVE)
    (held,) = [len(gallery.shard) for gallery in fresh._galleries.values()]
    assert held == 1


def test_who_is_erased_while_the_snapshot_is_written_does_not_stay_in_it(
    processes: tuple[Process, Process], tmp_path: Path
) -> None:
    one, other = processes

    class Overtaken:
        """Saves, and lets the other process erase before anything else happens."""

        def loaded(self) -> tuple[GalleryId, ...]:
            return one.index.loaded()

        def save(self, gallery_id: GalleryId) -> bool:
            saved = one.index.save(gallery_id)
            with other.world.unit_of_work() as work:
                work.references.erase(gallery_id, SubjectId("dave"))
                work.commit()
            return saved

        def drop(self, gallery_id: GalleryId) -> None:
            one.index.drop(gallery_id)

    assert SaveSnapshots(one.index, Overtaken(), one.world.unit_of_work)() == 1
    assert snapshots(tmp_path) == []


def test_a_gallery_that_was_deleted_by_another_process_is_forgotten(
    processes: tuple[Process, Process], tmp_path: Path
) -> None:
    one, other = processes
    assert one.save() == 1
    other.acts.delete_gallery(MUSEUM, ARCHIVE)
    assert snapshots(tmp_path) == []
    assert one.save() == 0
    assert one.index.loaded() == ()
    assert snapshots(tmp_path) == []
