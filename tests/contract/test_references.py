from __future__ import annotations

import numpy as np
import pytest

from contract import examples
from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.recognition.model import GalleryChange, Reference
from storing import Place

CLIENTS = GalleryId("clients")
DAVE = SubjectId("dave")


def enrol(place: Place, *references: Reference) -> None:
    with place.unit() as work:
        if work.galleries.get(CLIENTS) is None:
            work.galleries.add(examples.gallery())
        for reference in references:
            work.references.add(reference)
        work.commit()


def changes(place: Place, after: int = 0) -> list[GalleryChange]:
    with place.unit() as work:
        return list(work.references.changes(CLIENTS, after=after))


def test_a_reference_comes_back_bit_for_bit(place: Place) -> None:
    stored = examples.reference("r1")
    enrol(place, stored)
    with place.unit() as work:
        (held,) = work.references.of_subject(CLIENTS, DAVE)
    assert held.template.vector.tobytes() == stored.template.vector.tobytes()
    assert held.template.pipeline == stored.template.pipeline
    assert (held.id, held.gallery_id, held.subject_id) == (stored.id, CLIENTS, DAVE)
    assert held.enrolled == stored.enrolled


def test_references_of_a_subject_are_ordered_by_id_and_unknown_subjects_have_none(place: Place) -> None:
    enrol(place, *(examples.reference(name) for name in ("b", "a", "C")), examples.reference("z", "erin"))
    with place.unit() as work:
        assert [r.id for r in work.references.of_subject(CLIENTS, DAVE)] == ["C", "a", "b"]
        assert work.references.of_subject(CLIENTS, SubjectId("nobody")) == ()
        assert work.references.of_subject(GalleryId("nowhere"), DAVE) == ()


def test_a_reference_id_is_given_once_in_the_installation(place: Place) -> None:
    enrol(place, examples.reference("r1"))
    with place.unit() as work:
        work.galleries.add(examples.gallery("staff"))
        with pytest.raises(AlreadyExistsError):
            work.references.add(examples.reference("r1", "erin", "staff"))
        work.commit()
        assert work.references.subject_count(GalleryId("staff")) == 0
        assert work.references.commitment(GalleryId("staff"), SubjectId("erin")) is None


def test_a_reference_without_its_gallery_is_not_stored(place: Place) -> None:
    with place.unit() as work, pytest.raises(NotFoundError):
        work.references.add(examples.reference("r1"))


def test_subjects_come_in_pages_ordered_by_code_points(place: Place) -> None:
    names = ["a", "B", "Z", "é", "aa", "_"]
    enrol(place, *(examples.reference(f"of-{name}", name) for name in names))
    enrol(place, examples.reference("second", "a"))
    with place.unit() as work:
        first = work.references.subjects(CLIENTS, after=None, limit=4)
        rest = work.references.subjects(CLIENTS, after=first[-1], limit=4)
        assert [*first, *rest] == sorted(names)
        assert work.references.subjects(GalleryId("nowhere"), after=None, limit=4) == ()
        assert work.references.subject_count(CLIENTS) == len(names)
        assert work.references.subject_count(GalleryId("nowhere")) == 0


def test_a_subject_counts_once_and_until_its_last_reference_is_removed(place: Place) -> None:
    enrol(place, examples.reference("r1"), examples.reference("r2"))
    for name, left in (("r1", 1), ("r2", 0)):
        with place.unit() as work:
            work.references.remove(ReferenceId(name))
            work.commit()
            assert work.references.subject_count(CLIENTS) == left
            assert len(work.references.subjects(CLIENTS, after=None, limit=9)) == left
    with place.unit() as work, pytest.raises(NotFoundError):
        work.references.remove(ReferenceId("r1"))


def test_removing_one_reference_keeps_the_subjects_key(place: Place) -> None:
    enrol(place, examples.reference("r1"))
    with place.unit() as work:
        before = work.references.commitment(CLIENTS, DAVE)
        work.references.remove(ReferenceId("r1"))
        work.commit()
        assert work.references.commitment(CLIENTS, DAVE) == before


def test_a_commitment_names_one_subject_of_one_gallery(place: Place) -> None:
    enrol(place, examples.reference("r1"), examples.reference("r2", "erin"))
    with place.unit() as work:
        work.galleries.add(examples.gallery("staff"))
        work.references.add(examples.reference("r3", gallery="staff"))
        work.commit()
        names = {
            work.references.commitment(CLIENTS, DAVE),
            work.references.commitment(CLIENTS, SubjectId("erin")),
            work.references.commitment(GalleryId("staff"), DAVE),
        }
        assert len(names) == 3
        assert all(name is not None and len(name) == 32 for name in names)
        assert work.references.commitment(CLIENTS, DAVE) in names
        assert work.references.commitment(CLIENTS, SubjectId("nobody")) is None


def test_an_erased_subject_leaves_no_reference_no_key_and_no_name(place: Place) -> None:
    enrol(place, examples.reference("r2"), examples.reference("r1"), examples.reference("r3", "erin"))
    with place.unit() as work:
        before = work.references.commitment(CLIENTS, DAVE)
        assert work.references.erase(CLIENTS, DAVE) == ("r1", "r2")
        work.commit()
    with place.unit() as work:
        assert work.references.of_subject(CLIENTS, DAVE) == ()
        assert work.references.commitment(CLIENTS, DAVE) is None
        assert work.references.subjects(CLIENTS, after=None, limit=9) == ("erin",)
        assert work.references.subject_count(CLIENTS) == 1
        assert len(work.references.of_subject(CLIENTS, SubjectId("erin"))) == 1
        assert work.references.erase(CLIENTS, DAVE) == ()
    assert all(change.subject_id != DAVE for change in changes(place))
    enrol(place, examples.reference("r1"))
    with place.unit() as work:
        assert work.references.commitment(CLIENTS, DAVE) not in (None, before)


def test_an_erasure_that_is_not_committed_erases_nothing(place: Place) -> None:
    enrol(place, examples.reference("r1"))
    with place.unit() as work:
        before = work.references.commitment(CLIENTS, DAVE)
        work.references.erase(CLIENTS, DAVE)
    with place.unit() as work:
        assert len(work.references.of_subject(CLIENTS, DAVE)) == 1
        assert work.references.commitment(CLIENTS, DAVE) == before


def test_changes_from_the_beginning_are_the_gallery(place: Place) -> None:
    stored = {name: examples.reference(name, subject) for name, subject in (("r1", "dave"), ("r2", "erin"))}
    enrol(place, *stored.values())
    steps = changes(place)
    assert [step.reference_id for step in steps] == ["r1", "r2"]
    assert [step.subject_id for step in steps] == ["dave", "erin"]
    assert [step.sequence for step in steps] == sorted({step.sequence for step in steps})
    assert steps[0].sequence > 0
    for step in steps:
        assert step.template is not None
        assert np.array_equal(step.template.vector, stored[step.reference_id].template.vector)


def test_catching_up_gives_only_what_is_new_and_removals_as_removals(place: Place) -> None:
    enrol(place, examples.reference("r1"), examples.reference("r2"), examples.reference("r3", "erin"))
    position = changes(place)[-1].sequence
    with place.unit() as work:
        work.references.remove(ReferenceId("r1"))
        work.references.add(examples.reference("r4"))
        work.references.erase(CLIENTS, SubjectId("erin"))
        work.commit()
    steps = changes(place, after=position)
    assert [(step.reference_id, step.template is None) for step in steps] == [
        ("r1", True),
        ("r4", False),
        ("r3", True),
    ]
    assert changes(place, after=steps[-1].sequence) == []
    with place.unit() as work:
        assert list(work.references.changes(GalleryId("nowhere"), after=0)) == []


def test_the_log_of_changes_holds_no_template_of_a_removed_reference(place: Place) -> None:
    enrol(place, examples.reference("r1"), examples.reference("r2", "erin"))
    with place.unit() as work:
        work.references.erase(CLIENTS, DAVE)
        work.commit()
    assert [s.reference_id for s in changes(place) if s.template is not None] == ["r2"]


def test_a_number_in_the_log_of_changes_never_returns(place: Place) -> None:
    enrol(place, examples.reference("r1"))
    numbers = [changes(place)[-1].sequence]
    for _ in range(3):
        with place.unit() as work:
            work.references.erase(CLIENTS, DAVE)
            work.commit()
        numbers.append(changes(place)[-1].sequence)
        enrol(place, examples.reference("r1"))
        numbers.append(changes(place)[-1].sequence)
    assert numbers == sorted(set(numbers))


def test_a_gallery_of_more_than_a_page_is_streamed_whole_and_in_order(place: Place) -> None:
    enrol(place, *(examples.reference(f"r{n:04}", f"s{n % 400}", seed=n) for n in range(1203)))
    steps = changes(place)
    assert [step.reference_id for step in steps] == [f"r{n:04}" for n in range(1203)]
    assert steps[777].template is not None
    assert np.array_equal(steps[777].template.vector, examples.template(777).vector)
