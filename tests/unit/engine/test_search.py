from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from countenance.biometrics.model import (
    ComparisonScore,
    GalleryId,
    Pipeline,
    ReferenceId,
    SubjectId,
    Template,
)
from countenance.engine.read_write_lock import ReadWriteLock
from countenance.engine.search import ExactSearch
from countenance.engine.search_block import Block, Rows, Scores, rounded_probe
from countenance.errors import InvalidInputError
from countenance.recognition.model import GalleryChange

PIPELINE = Pipeline(model_digest="ef" * 32, version="1")
GALLERY = GalleryId("gallery")
ANYTHING = ComparisonScore(-1.0)


def template(seed: int, dimension: int = 32) -> Template:
    vector = np.random.default_rng(seed).standard_normal(dimension)
    return Template((vector / np.linalg.norm(vector)).astype(np.float32), PIPELINE)


def added(sequence: int, name: str, vector: Template) -> GalleryChange:
    return GalleryChange(
        sequence=sequence, reference_id=ReferenceId(name), subject_id=SubjectId(name), template=vector
    )


def removed(sequence: int, name: str) -> GalleryChange:
    return GalleryChange(
        sequence=sequence, reference_id=ReferenceId(name), subject_id=SubjectId(name), template=None
    )


def test_an_index_without_threads_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        ExactSearch(threads=0)


def test_the_answer_does_not_depend_on_the_number_of_threads() -> None:
    rng = np.random.default_rng(0)
    changes = [added(i + 1, f"r{i:05}", template(i)) for i in range(500)]
    names = rng.permutation(40_000)
    vectors = rng.standard_normal((40_000, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    changes += [added(1000 + i, f"x{name}", Template(vectors[i], PIPELINE)) for i, name in enumerate(names)]
    answers = set()
    for threads, block_rows in ((1, 65_536), (2, 4096), (3, 4096), (2, 1000)):
        index = ExactSearch(threads=threads, block_rows=block_rows)
        index.apply(GALLERY, changes)
        answers.add(index.search(GALLERY, template(3), threshold=ANYTHING, limit=25))
        index.close()
    (answer,) = answers
    assert answer[0].reference_id == "r00003"


def large_index(block_rows: int = 1024) -> ExactSearch:
    """An index with enough rows to be scanned by two threads."""
    index = ExactSearch(threads=2, block_rows=block_rows)
    vectors = np.random.default_rng(0).standard_normal((20_000, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    changes = [added(1 + i, f"r{i:05}", Template(vector, PIPELINE)) for i, vector in enumerate(vectors)]
    index.apply(GALLERY, changes)
    return index


def test_a_thread_that_is_busy_elsewhere_is_not_waited_for() -> None:
    index, release = large_index(), threading.Event()
    free = index.search(GALLERY, template(1, dimension=8), threshold=ANYTHING, limit=5)
    busy = index._pool.submit(release.wait)
    alone = index.search(GALLERY, template(1, dimension=8), threshold=ANYTHING, limit=5)
    assert not busy.done()
    release.set()
    assert alone == free
    index.close()


def test_a_fault_on_another_thread_is_not_swallowed() -> None:
    index = large_index()
    caller = threading.get_ident()

    def scan(block: Block) -> tuple[Scores, Rows]:
        if threading.get_ident() != caller:
            raise MemoryError
        time.sleep(0.01)
        return block.nearest(rounded_probe(template(1, dimension=8).vector), 1)

    blocks = index._galleries[GALLERY].shard._blocks
    with pytest.raises(MemoryError):
        index._spread_out(scan, blocks)
    index.close()


def test_changes_of_a_gallery_that_was_forgotten_meanwhile_do_not_bring_a_part_of_it_back() -> None:
    index = ExactSearch(threads=1)
    index.apply(GALLERY, [added(i, f"r{i}", template(i)) for i in range(1, 4)])
    assert index.position(GALLERY) == 3
    index.forget(GALLERY)
    index.apply(GALLERY, [added(4, "r4", template(4))])  # continues what was forgotten
    assert index.search(GALLERY, template(4), threshold=ANYTHING, limit=5) == ()
    assert index.position(GALLERY) == 0
    index.apply(GALLERY, [added(9, "r9", template(9))])
    assert len(index.search(GALLERY, template(9), threshold=ANYTHING, limit=5)) == 1


def test_a_gallery_that_is_forgotten_while_it_is_filled_stays_empty() -> None:
    index = ExactSearch(threads=1)

    def changes() -> Iterator[GalleryChange]:
        for i in range(1, 10_001):
            if i == 9_000:
                index.forget(GALLERY)
            yield added(i, f"r{i}", template(i % 50, dimension=4))

    index.apply(GALLERY, changes())
    assert index.position(GALLERY) == 0
    assert index.search(GALLERY, template(1, dimension=4), threshold=ANYTHING, limit=1) == ()


def test_a_closed_index_holds_nothing() -> None:
    index = ExactSearch(threads=2)
    index.apply(GALLERY, [added(1, "r1", template(1))])
    shard = index._galleries[GALLERY].shard
    (block,) = shard._blocks
    index.close()
    assert block.is_clear(0)
    assert len(shard) == 0


def test_searches_meet_only_whole_states_while_others_write() -> None:
    index = ExactSearch(threads=2, block_rows=64)
    steady = [added(i, f"steady-{i}", template(i)) for i in range(1, 201)]
    index.apply(GALLERY, steady)
    stop = threading.Event()
    faults: list[str] = []

    def write() -> None:
        sequence = 1000
        while not stop.is_set():
            names = [f"guest-{i}" for i in range(50)]
            for name in names:
                index.apply(GALLERY, [added(sequence := sequence + 1, name, template(7))])
            for name in reversed(names):
                index.apply(GALLERY, [removed(sequence := sequence + 1, name)])

    def read() -> None:
        for i in range(150):
            (best,) = index.search(GALLERY, template(1 + i % 200), threshold=ComparisonScore(0.99), limit=1)
            if not best.reference_id.startswith(("steady", "guest")) or best.score < 0.999:
                faults.append(f"{i}: {best}")

    writer = threading.Thread(target=write)
    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in (writer, *readers):
        thread.start()
    for thread in readers:
        thread.join()
    stop.set()
    writer.join()
    assert faults == []
    assert len(index.search(GALLERY, template(1), threshold=ANYTHING, limit=1000)) == 200
    index.close()


def test_two_that_catch_up_at_once_apply_every_change_once() -> None:
    index = ExactSearch(threads=1)
    changes = [added(i, f"r{i % 300}", template(i, dimension=8)) for i in range(1, 6000)]
    threads = [threading.Thread(target=index.apply, args=(GALLERY, changes)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert index.position(GALLERY) == 5999
    everybody = index.search(GALLERY, template(1, dimension=8), threshold=ANYTHING, limit=1000)
    assert len(everybody) == 300


def test_a_writer_is_not_kept_waiting_by_readers_that_keep_coming() -> None:
    lock, stop, wrote = ReadWriteLock(), threading.Event(), threading.Event()

    def read() -> None:
        while not stop.is_set():
            with lock.reading():
                time.sleep(0.002)

    def write() -> None:
        with lock.writing():
            wrote.set()

    readers = [threading.Thread(target=read) for _ in range(4)]
    writer = threading.Thread(target=write)
    for thread in (*readers, writer):
        thread.start()
    assert wrote.wait(timeout=10)
    stop.set()
    for thread in (*readers, writer):
        thread.join()


def test_readers_share_the_lock_and_a_writer_has_it_alone() -> None:
    lock = ReadWriteLock()
    seen: list[str] = []

    def write() -> None:
        with lock.writing():
            seen.append("written")

    with lock.reading(), lock.reading():
        writer = threading.Thread(target=write)
        writer.start()
        writer.join(timeout=0.05)
        assert seen == []
    writer.join()
    assert seen == ["written"]
