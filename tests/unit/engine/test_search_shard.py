from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pytest

from countenance.biometrics.model import ComparisonScore, Pipeline, ReferenceId, SubjectId, Template
from countenance.biometrics.similarity import cosine_similarities
from countenance.engine.search_block import Block, Rows, Scores, rounded_probe
from countenance.engine.search_shard import Scan, Search, Shard

PIPELINE = Pipeline(model_digest="cd" * 32, version="1")
DIMENSION = 128


def unit_rows(count: int, seed: int = 0, dimension: int = DIMENSION) -> npt.NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((count, dimension))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def filled(rows: npt.NDArray[np.float32], block_rows: int = 1024, *, a_subject: int = 1) -> Shard:
    shard = Shard(block_rows)
    shard.pipeline = PIPELINE
    names = [ReferenceId(f"r{i:06}") for i in range(len(rows))]
    shard.add(names, [SubjectId(f"s{i // a_subject}") for i in range(len(rows))], rows)
    return shard


def one_thread(scan: Scan, blocks: Sequence[Block]) -> list[tuple[Scores, Rows]]:
    return [scan(block) for block in blocks]


class Counting:
    """Scans on one thread and counts how often the blocks were gone through."""

    def __init__(self) -> None:
        self.scans = 0

    def __call__(self, scan: Scan, blocks: Sequence[Block]) -> list[tuple[Scores, Rows]]:
        self.scans += 1
        return one_thread(scan, blocks)


def looking_for(
    probe: npt.NDArray[np.float32], limit: int = 10, at_least: float = -1.0, without: Iterable[str] = ()
) -> Search:
    excluded = frozenset(map(SubjectId, without))
    return Search(Template(probe, PIPELINE), ComparisonScore(at_least), limit, excluded)


def plain_order(rows: npt.NDArray[np.float32], probe: npt.NDArray[np.float32]) -> list[int]:
    scores = cosine_similarities(rows, probe)
    return sorted(range(len(rows)), key=lambda i: (-scores[i], i))


def blocks_of(shard: Shard) -> list[Block]:
    """The shard's blocks, kept alive so that their memory can be looked at when the shard has let go."""
    return list(shard._blocks)


def memory_of(blocks: list[Block]) -> list[npt.NDArray[np.uint8]]:
    """All bytes that the blocks own, used or not."""
    return [form.view(np.uint8).ravel() for block in blocks for form in (block.vectors, block._codes)]


def test_the_best_of_many_are_found_in_one_scan() -> None:
    rows = unit_rows(5000)
    shard, counting = filled(rows), Counting()
    probe = unit_rows(1, seed=9)[0]
    answer = shard.search(looking_for(probe), counting)
    assert [one.reference_id for one in answer] == [f"r{i:06}" for i in plain_order(rows, probe)[:10]]
    assert [one.score for one in answer] == [
        float(cosine_similarities(rows[i : i + 1], probe)[0]) for i in plain_order(rows, probe)[:10]
    ]
    assert counting.scans == 1


def test_scores_closer_than_the_scan_can_tell_are_still_in_order() -> None:
    probe = unit_rows(1, seed=1)[0]
    noise = unit_rows(4000, seed=2)
    rows = probe + 1e-5 * noise
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    scores = cosine_similarities(rows, probe)
    assert scores.max() - scores.min() < 1e-4
    shard, counting = filled(rows), Counting()
    answer = shard.search(looking_for(probe, limit=20), counting)
    assert [one.reference_id for one in answer] == [f"r{i:06}" for i in plain_order(rows, probe)[:20]]
    assert counting.scans == 2


def test_a_subject_with_thousands_of_references_does_not_hide_the_others() -> None:
    probe = unit_rows(1, seed=3)[0]
    crowd = probe + 0.02 * unit_rows(3000, seed=4)
    rows = np.concatenate([crowd / np.linalg.norm(crowd, axis=1, keepdims=True), unit_rows(20000, seed=5)])
    rows = rows.astype(np.float32)
    shard = Shard(4096)
    shard.pipeline = PIPELINE
    subjects = [SubjectId("dave" if i < 3000 else f"s{i}") for i in range(len(rows))]
    shard.add([ReferenceId(f"r{i:06}") for i in range(len(rows))], subjects, rows)
    answer = shard.search(looking_for(probe, limit=5), one_thread)
    order = plain_order(rows, probe)
    others = [i for i in order if i >= 3000][:4]
    assert [one.reference_id for one in answer] == [f"r{i:06}" for i in (order[0], *others)]
    without_dave = shard.search(looking_for(probe, limit=4, without=["dave"]), one_thread)
    assert [one.reference_id for one in without_dave] == [f"r{i:06}" for i in others]


def test_no_second_scan_is_made_where_few_subjects_are_left_to_be_found() -> None:
    shard, counting = filled(unit_rows(3000), a_subject=1000), Counting()
    answer = shard.search(looking_for(unit_rows(1, seed=6)[0], limit=10), counting)
    assert {one.subject_id for one in answer} == {"s0", "s1", "s2"}
    assert counting.scans <= 2


@pytest.mark.parametrize("dimension", [3, 64, 128, 512])
def test_no_rounded_score_is_further_from_the_exact_one_than_the_bound(dimension: int) -> None:
    rows = unit_rows(3000, seed=dimension, dimension=dimension)
    shard = filled(rows)
    for seed in range(20):
        probe = unit_rows(1, seed=1000 + seed, dimension=dimension)[0]
        for start, block in zip(range(0, len(rows), 1024), shard._blocks, strict=True):
            rough = rounded_probe(probe)
            rounded, places = block.nearest(rough, len(block))
            exact = cosine_similarities(rows[start + places], probe)
            assert np.abs(rounded.astype(np.float64) - exact).max() <= shard._bound(rough) < 0.035
    assert not any(block.unfit for block in shard._blocks)


def peaked(count: int, seed: int) -> npt.NDArray[np.float32]:
    """Unit rows with one component that is too large for a byte."""
    rows = unit_rows(count, seed=seed)
    rows[np.arange(count), np.arange(count) % DIMENSION] = 2.0
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def test_rows_that_bytes_cannot_hold_are_found_all_the_same_and_cost_no_second_scan() -> None:
    rows = np.concatenate([unit_rows(4000), peaked(200, seed=1)])
    shard, counting = filled(rows), Counting()
    probe = peaked(1, seed=77)[0]

    answer = shard.search(looking_for(probe, limit=20), counting)

    assert sum(len(block.unfit) for block in shard._blocks) == 200
    assert [one.reference_id for one in answer] == [f"r{i:06}" for i in plain_order(rows, probe)[:20]]
    assert counting.scans == 1


def test_rows_that_bytes_cannot_hold_are_remembered_where_they_are_moved_to() -> None:
    rows = np.concatenate([unit_rows(3), peaked(2, seed=1)])
    shard = filled(rows, block_rows=2)

    for gone in ("r000000", "r000001"):
        shard.remove(ReferenceId(gone))

    held = [(reference, at) for at, reference in enumerate(shard._references)]
    assert sorted(shard._unfit().tolist()) == sorted(
        at for reference, at in held if reference in {"r000003", "r000004"}
    )
    shard.remove(ReferenceId("r000004"))
    shard.remove(ReferenceId("r000003"))
    assert not len(shard._unfit())


def test_the_scan_sums_whole_numbers_without_rounding() -> None:
    rows = unit_rows(300, dimension=1024)
    block = filled(rows)._blocks[0]
    probe = rounded_probe(unit_rows(1, seed=3, dimension=1024)[0])

    rounded, places = block.nearest(probe, 300)

    codes = block._codes[places].astype(np.int64) - 128
    assert np.array_equal(
        rounded, (codes @ probe.codes[0].astype(np.int64)).astype(np.float32) * block._scale(probe)
    )


def test_a_scan_that_rounds_otherwise_than_provided_for_is_not_relied_on() -> None:
    rows = unit_rows(2000)
    shard = filled(rows)
    probe = unit_rows(1, seed=9)[0]

    def coarse(scan: Scan, blocks: Sequence[Block]) -> list[tuple[Scores, Rows]]:
        noise = np.random.default_rng(0)
        return [(s + noise.normal(0, 0.05, s.shape).astype(np.float32), r) for s, r in map(scan, blocks)]

    answer = shard.search(looking_for(probe), coarse)
    assert [one.reference_id for one in answer] == [f"r{i:06}" for i in plain_order(rows, probe)[:10]]


def test_growth_keeps_every_row_and_adds_blocks_beside_the_full_ones() -> None:
    rows = unit_rows(2500, dimension=8)
    shard = Shard(1024)
    shard.pipeline = PIPELINE
    for start in range(0, 2500, 7):
        names = [ReferenceId(f"r{i:06}") for i in range(start, min(start + 7, 2500))]
        shard.add(names, [SubjectId(name) for name in names], rows[start : start + 7])
    assert [len(block) for block in shard._blocks] == [1024, 1024, 452]
    assert np.array_equal(np.concatenate([part for _, _, part in shard.parts()]), rows)
    assert [name for names, _, _ in shard.parts() for name in names] == [f"r{i:06}" for i in range(2500)]


def test_a_small_gallery_takes_little_memory() -> None:
    assert sum(form.nbytes for form in memory_of(blocks_of(filled(unit_rows(10))))) < 256 * DIMENSION * 5 + 1


def test_what_was_removed_is_nowhere_in_memory() -> None:
    rows = unit_rows(2100)
    shard = filled(rows)
    gone = [0, 5, 1023, 1024, 2047, 2048, 2099]
    before = blocks_of(shard)
    codes = np.concatenate([block._codes[: len(block)] for block in before])
    for i in gone:
        shard.remove(ReferenceId(f"r{i:06}"))
    for i in gone:
        for form in (rows[i], codes[i]):
            assert not any(form.tobytes() in piece.tobytes() for piece in memory_of(before))
    kept = [i for i in range(2100) if i not in gone]
    assert len(shard) == len(kept)
    for i in kept[::97]:
        (best,) = shard.search(looking_for(rows[i], limit=1), one_thread)
        assert best.reference_id == f"r{i:06}"


def test_the_row_that_moved_into_the_hole_leaves_nothing_behind() -> None:
    rows = unit_rows(300, dimension=8)
    shard = filled(rows)
    shard.remove(ReferenceId("r000003"))
    (block,) = shard._blocks
    assert len(block) == 299
    assert block.is_clear(299)
    assert np.array_equal(block.vectors[3], rows[299])


def test_a_shard_that_was_emptied_holds_no_blocks() -> None:
    shard = filled(unit_rows(1030, dimension=8))
    blocks = blocks_of(shard)
    for i in range(1030):
        shard.remove(ReferenceId(f"r{i:06}"))
    assert len(shard) == 0
    assert shard._blocks == []
    assert not any(piece.any() for piece in memory_of(blocks))


def test_a_wiped_shard_leaves_nothing_in_memory() -> None:
    shard = filled(unit_rows(1500))
    blocks = blocks_of(shard)
    shard.wipe()
    assert not any(piece.any() for piece in memory_of(blocks))
    assert len(shard) == 0


def test_the_smaller_block_that_growth_leaves_is_wiped() -> None:
    shard = filled(unit_rows(256))
    blocks = blocks_of(shard)
    shard.add([ReferenceId("new")], [SubjectId("new")], unit_rows(1, seed=8))
    assert not any(piece.any() for piece in memory_of(blocks))
    assert len(shard) == 257
