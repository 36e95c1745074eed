"""What every search index must do, whichever way it does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
from countenance.errors import InvalidInputError, TemplateMismatchError
from countenance.recognition.model import GalleryChange
from countenance.recognition.ports import SearchIndex
from plain_index import PlainIndex

PIPELINE = Pipeline(model_digest="ab" * 32, version="1")
OTHER_PIPELINE = Pipeline(model_digest="ab" * 32, version="2")
GALLERY = GalleryId("gallery")
ANYTHING = ComparisonScore(-1.0)
DIMENSION = 16


def small_blocks() -> ExactSearch:
    """Blocks of eight rows, so that a few dozen references already lie in several."""
    return ExactSearch(threads=2, block_rows=8)


KINDS: dict[str, Callable[[], SearchIndex]] = {
    "plain": PlainIndex,
    "exact": lambda: ExactSearch(threads=2),
    "exact, small blocks": small_blocks,
}


@pytest.fixture(params=KINDS.values(), ids=KINDS.keys())
def index(request: pytest.FixtureRequest) -> Iterator[SearchIndex]:
    made = request.param()
    yield made
    if isinstance(made, ExactSearch):
        made.close()


def template(values: npt.ArrayLike, pipeline: Pipeline = PIPELINE) -> Template:
    vector = np.asarray(values, dtype=np.float64)
    return Template((vector / np.linalg.norm(vector)).astype(np.float32), pipeline)


def drawn(seed: int, dimension: int = DIMENSION) -> Template:
    return template(np.random.default_rng(seed).standard_normal(dimension))


def added(sequence: int, reference: str, subject: str, vector: Template) -> GalleryChange:
    return GalleryChange(
        sequence=sequence,
        reference_id=ReferenceId(reference),
        subject_id=SubjectId(subject),
        template=vector,
    )


def removed(sequence: int, reference: str, subject: str) -> GalleryChange:
    return GalleryChange(
        sequence=sequence,
        reference_id=ReferenceId(reference),
        subject_id=SubjectId(subject),
        template=None,
    )


def search(
    index: SearchIndex,
    probe: Template,
    limit: int = 10,
    without: frozenset[SubjectId] = frozenset(),
    at_least: ComparisonScore = ANYTHING,
) -> tuple[Comparison, ...]:
    return index.search(GALLERY, probe, threshold=at_least, limit=limit, without=without)


def found(comparisons: tuple[Comparison, ...]) -> list[str]:
    return [one.reference_id for one in comparisons]


def test_an_unknown_gallery_is_at_position_0_and_holds_nobody(index: SearchIndex) -> None:
    assert index.position(GALLERY) == 0
    assert search(index, drawn(1)) == ()


def test_what_was_added_is_found_by_the_next_search(index: SearchIndex) -> None:
    index.apply(GALLERY, [added(3, "r1", "dave", drawn(1))])
    assert index.position(GALLERY) == 3
    (only,) = search(index, drawn(1))
    assert (only.reference_id, only.subject_id, only.score) == ("r1", "dave", pytest.approx(1.0, abs=1e-6))


def test_what_was_removed_is_not_found_by_the_next_search(index: SearchIndex) -> None:
    index.apply(GALLERY, [added(i, f"r{i}", f"s{i}", drawn(i)) for i in range(1, 40)])
    index.apply(GALLERY, [removed(40, "r1", "s1"), removed(41, "r39", "s39"), removed(42, "r20", "s20")])
    everybody = found(search(index, drawn(1), limit=100))
    assert sorted(everybody) == sorted(f"r{i}" for i in range(2, 39) if i != 20)


def test_changes_at_or_below_the_position_are_passed_over(index: SearchIndex) -> None:
    changes = [added(1, "r1", "dave", drawn(1)), removed(2, "r1", "dave"), added(3, "r2", "dave", drawn(2))]
    index.apply(GALLERY, changes)
    index.apply(GALLERY, changes)
    assert found(search(index, drawn(1))) == ["r2"]
    assert index.position(GALLERY) == 3


def test_a_removal_of_what_was_never_added_only_moves_the_position(index: SearchIndex) -> None:
    index.apply(GALLERY, [removed(7, "r1", "dave")])
    assert index.position(GALLERY) == 7
    assert search(index, drawn(1)) == ()


def test_a_reference_that_is_added_again_has_its_new_template(index: SearchIndex) -> None:
    index.apply(GALLERY, [added(1, "r1", "dave", drawn(1)), added(2, "r2", "erin", drawn(3))])
    index.apply(GALLERY, [added(3, "r1", "dave", drawn(2)), added(4, "r1", "dave", drawn(5))])
    scores = {one.reference_id: one.score for one in search(index, drawn(5))}
    assert scores["r1"] == pytest.approx(1.0, abs=1e-6)
    assert len(scores) == 2


def test_galleries_know_nothing_of_each_other(index: SearchIndex) -> None:
    index.apply(GALLERY, [added(1, "r1", "dave", drawn(1))])
    index.apply(GalleryId("another"), [added(2, "r2", "dave", drawn(1))])
    assert found(search(index, drawn(1))) == ["r1"]
    assert (index.position(GALLERY), index.position(GalleryId("another"))) == (1, 2)


def test_a_forgotten_gallery_is_as_if_it_had_never_been(index: SearchIndex) -> None:
    index.apply(GALLERY, [added(1, "r1", "dave", drawn(1))])
    index.forget(GALLERY)
    assert search(index, drawn(1)) == ()
    assert index.position(GALLERY) == 0
    index.apply(GALLERY, [added(1, "r2", "dave", drawn(1))])
    assert found(search(index, drawn(1))) == ["r2"]


def test_forgetting_an_unknown_gallery_is_no_error(index: SearchIndex) -> None:
    index.forget(GalleryId("never heard of"))


def test_a_subject_with_many_references_appears_once_at_its_best_score(index: SearchIndex) -> None:
    probe = drawn(0)
    near = [template(probe.vector + 0.01 * drawn(100 + i).vector) for i in range(60)]
    changes = [added(1 + i, f"dave-{i:02}", "dave", one) for i, one in enumerate(near)]
    changes += [added(100 + i, f"other-{i}", f"subject-{i}", drawn(500 + i)) for i in range(5)]
    index.apply(GALLERY, changes)
    answer = search(index, probe, limit=3)
    best = max(range(60), key=lambda i: (near[i].compare(probe), -i))
    assert answer[0].reference_id == f"dave-{best:02}"
    assert len({one.subject_id for one in answer}) == 3


def test_equal_scores_are_ordered_by_reference_id(index: SearchIndex) -> None:
    names = [f"r{i:03}" for i in range(50)]
    shuffled = np.random.default_rng(4).permutation(names).tolist()
    changes = [added(1 + i, name, f"subject of {name}", drawn(1)) for i, name in enumerate(shuffled)]
    index.apply(GALLERY, changes)
    assert found(search(index, drawn(2), limit=7)) == names[:7]


def test_of_equal_references_of_one_subject_the_lowest_id_is_returned(index: SearchIndex) -> None:
    index.apply(GALLERY, [added(1 + i, name, "dave", drawn(1)) for i, name in enumerate(["c", "a", "b"])])
    assert found(search(index, drawn(1))) == ["a"]


def test_a_score_equal_to_the_threshold_is_enough(index: SearchIndex) -> None:
    index.apply(GALLERY, [added(1, "r1", "dave", drawn(1)), added(2, "r2", "erin", drawn(2))])
    reached = {one.reference_id: one.score for one in search(index, drawn(3))}
    at = max(reached.values())
    assert [one.score for one in search(index, drawn(3), at_least=at)] == [at]
    assert search(index, drawn(3), at_least=ComparisonScore(float(np.nextafter(at, 2.0)))) == ()


def test_subjects_that_are_left_out_take_no_part(index: SearchIndex) -> None:
    probe = drawn(0)
    changes = [
        added(1 + i, f"dave-{i}", "dave", template(probe.vector + 0.01 * drawn(i).vector)) for i in range(50)
    ]
    changes += [added(100, "erin-0", "erin", drawn(7)), added(101, "frank-0", "frank", drawn(8))]
    index.apply(GALLERY, changes)
    without = frozenset({SubjectId("dave"), SubjectId("nobody")})
    assert {one.subject_id for one in search(index, probe, without=without)} == {"erin", "frank"}
    assert search(index, probe, without=frozenset(map(SubjectId, ("dave", "erin", "frank")))) == ()


def test_a_probe_of_another_pipeline_is_refused(index: SearchIndex) -> None:
    index.apply(GALLERY, [added(1, "r1", "dave", drawn(1))])
    with pytest.raises(TemplateMismatchError):
        search(index, template(np.arange(1, DIMENSION + 1), OTHER_PIPELINE))
    with pytest.raises(TemplateMismatchError):
        search(index, drawn(1, dimension=DIMENSION * 2))


def test_a_change_of_another_pipeline_is_refused_and_what_came_before_it_counts(index: SearchIndex) -> None:
    odd = template(np.arange(1, DIMENSION + 1), OTHER_PIPELINE)
    changes = [added(1, "r1", "dave", drawn(1)), added(2, "r2", "erin", odd)]
    with pytest.raises(TemplateMismatchError):
        index.apply(GALLERY, changes)
    assert index.position(GALLERY) == 1
    assert found(search(index, drawn(1))) == ["r1"]


def test_an_emptied_gallery_takes_templates_of_a_new_pipeline(index: SearchIndex) -> None:
    index.apply(GALLERY, [added(1, "r1", "dave", drawn(1)), removed(2, "r1", "dave")])
    probe = template(np.arange(1, DIMENSION + 1), OTHER_PIPELINE)
    index.apply(GALLERY, [added(3, "r2", "dave", probe)])
    assert found(search(index, probe)) == ["r2"]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_list_of_no_candidates_is_refused(index: SearchIndex, limit: int) -> None:
    with pytest.raises(InvalidInputError):
        search(index, drawn(1), limit=limit)


def close_to(probe: Template, gaps: list[float]) -> list[Template]:
    """Templates whose scores differ by the given gaps from the first one's, all of them within 1e-4."""
    side = drawn(999).vector.astype(np.float64)
    along = probe.vector.astype(np.float64)
    side -= side @ along * along
    side /= np.linalg.norm(side)
    cosines = 0.6 + np.asarray(gaps)
    return [template(c * along + np.sqrt(1 - c * c) * side) for c in cosines]


@st.composite
def galleries(draw: st.DrawFn) -> tuple[list[GalleryChange], Template]:
    """Histories with exact duplicates, scores within 1e-4 of each other, and many references a subject."""
    probe = drawn(draw(st.integers(0, 5)))
    gaps = draw(st.lists(st.floats(-5e-5, 5e-5), min_size=1, max_size=12))
    pool = [*close_to(probe, gaps), drawn(50), drawn(51), template(-probe.vector)]
    count = draw(st.integers(1, 90))
    picks = draw(st.lists(st.integers(0, len(pool) - 1), min_size=count, max_size=count))
    subjects = draw(st.integers(1, 12))
    names = draw(st.permutations([f"r{i:02}" for i in range(count)]))
    changes = [
        added(i + 1, name, f"s{i % subjects}", pool[pick])
        for i, (name, pick) in enumerate(zip(names, picks, strict=True))
    ]
    for gone in draw(st.lists(st.integers(0, count - 1), max_size=20)):
        changes.append(removed(len(changes) + 1, names[gone], f"s{gone % subjects}"))
    return changes, probe


@given(
    galleries(),
    st.integers(1, 15),
    st.frozensets(st.integers(0, 11).map(lambda i: SubjectId(f"s{i}")), max_size=4),
    st.sampled_from([-1.0, 0.0, 0.59999, 0.6, 0.60001, 0.9]).map(ComparisonScore),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_answer_is_that_of_a_plain_scan(
    history: tuple[list[GalleryChange], Template],
    limit: int,
    without: frozenset[SubjectId],
    at_least: ComparisonScore,
) -> None:
    changes, probe = history
    plain, exact = PlainIndex(), small_blocks()
    for index in (plain, exact):
        index.apply(GALLERY, changes)
    expected = search(plain, probe, limit, without, at_least)
    assert search(exact, probe, limit, without, at_least) == expected
    exact.close()
