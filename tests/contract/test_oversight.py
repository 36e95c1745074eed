from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from contract import examples
from contract.examples import NOON
from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.oversight.assignments import (
    Assignment,
    AssignmentFile,
    AssignmentId,
    AssignmentState,
    KnownFace,
    ListEntry,
    SheetOfSlot,
    Trial,
)
from countenance.oversight.checklist import Feature, Observation, sheet_of
from countenance.oversight.model import (
    Case,
    CaseFile,
    CaseId,
    CaseState,
    CloseReason,
    Emergency,
    EmergencyReason,
    KnownFaceId,
    Recipient,
    Release,
)
from countenance.oversight.notices import Notice, NoticeKind
from countenance.oversight.qualification import Authorisation, Conflict
from countenance.policy.model import Camera, Purpose, Space
from storing import Place

CASE = CaseId("case")
CLIENTS = GalleryId("clients")
SHEET = sheet_of(dict.fromkeys(Feature, Observation.SIMILAR), 3)
FILE = CaseFile(
    fillers=("known_1",),
    agreed=("r1",),
    entries=(3, 4),
    release=Release(released_by="rita", reasons="as agreed", released=NOON, entry=9),
    recipients=(Recipient(actor="key_alice", since=NOON),),
)


def settled(place: Place) -> Case:
    """A gallery with two subjects, and a case of both."""
    case = examples.case()
    with place.unit() as work:
        work.galleries.add(examples.gallery())
        for candidate in case.candidates:
            work.references.add(examples.reference(candidate.reference_id, candidate.subject_id))
        work.cases.add(case, FILE, b"probe")
        work.commit()
    return case


def test_a_case_comes_back_with_its_candidates_its_file_and_its_probe(place: Place) -> None:
    case = settled(place)
    with place.unit() as work:
        assert work.cases.get(CASE) == case
        assert work.cases.file(CASE) == FILE
        assert work.cases.probe(CASE) == b"probe"
        assert work.cases.get(CaseId("other")) is None
        with pytest.raises(AlreadyExistsError):
            work.cases.add(case)


def test_what_is_said_of_a_case_is_replaced_and_its_candidates_are_not(place: Place) -> None:
    case = settled(place)
    changed = replace(
        case,
        state=CaseState.RELEASED,
        space=Space.PUBLIC,
        camera=Camera.FILE,
        emergency=Emergency(
            reason=EmergencyReason.ABDUCTION, authorise_by=NOON + timedelta(hours=48), authorised=NOON
        ),
        closed=NOON,
        reason=CloseReason.APPEAL_UPHELD,
        requester="pia",
        judged=2,
        supported=1,
        appealed=True,
    )
    with place.unit() as work:
        work.cases.put(replace(changed, candidates=()))
        work.commit()
        assert work.cases.get(CASE) == changed
        with pytest.raises(NotFoundError):
            work.cases.put(replace(changed, id=CaseId("other")))


def test_a_subject_whose_references_are_erased_is_in_no_case_any_more(place: Place) -> None:
    case = settled(place)
    with place.unit() as work:
        work.references.erase(CLIENTS, SubjectId("dave"))
        work.commit()
    with place.unit() as work:
        held = work.cases.get(CASE)
        assert held is not None
        assert held.candidates == case.candidates[1:]
        assert work.cases.probe(CASE) == b"probe"


def test_a_subject_who_is_enrolled_anew_does_not_come_back_into_a_case(place: Place) -> None:
    settled(place)
    with place.unit() as work:
        work.references.erase(CLIENTS, SubjectId("dave"))
        work.references.add(examples.reference("r1", "dave"))
        work.commit()
        if place.database is not None:
            held = work.cases.get(CASE)
            assert held is not None
            assert [one.subject_id for one in held.candidates] == ["élodie"]


def test_of_a_destroyed_case_nothing_can_be_read_but_that_it_was(place: Place) -> None:
    case = settled(place)
    with place.unit() as work:
        work.examining.add(assignment("one", "bob"), AssignmentFile(entries=()))
        work.cases.destroy(CASE)
        work.commit()
    with place.unit() as work:
        assert work.cases.get(CASE) == replace(case, candidates=())
        assert work.cases.file(CASE) is None
        assert work.cases.probe(CASE) is None
        assert work.examining.file(assignment("one", "bob")) is None
        with pytest.raises(NotFoundError):
            work.cases.put_file(CASE, FILE)
        with pytest.raises(NotFoundError):
            work.cases.put_probe(CASE, b"probe")
        with pytest.raises(NotFoundError):
            work.examining.add(assignment("two", "eve"), AssignmentFile(entries=()))


def test_cases_are_found_by_state_and_by_what_has_run_out(place: Place) -> None:
    case = settled(place)
    clock = Emergency(reason=EmergencyReason.DISASTER, authorise_by=NOON + timedelta(hours=24))
    with place.unit() as work:
        work.cases.add(replace(case, id=CaseId("urgent"), emergency=clock, opened=NOON - timedelta(hours=1)))
        work.cases.add(replace(case, id=CaseId("done"), state=CaseState.NO_LEAD))
        work.cases.destroy(CaseId("done"))
        work.commit()
        assert [one.id for one in work.cases.in_states({CaseState.HELD}, limit=9)] == ["urgent", "case"]
        assert [one.id for one in work.cases.in_states({CaseState.HELD}, limit=1)] == ["urgent"]
        assert work.cases.due(NOON, limit=9) == ()
        assert work.cases.due(NOON + timedelta(hours=24), limit=9) == ("urgent",)
        assert set(work.cases.due(NOON + timedelta(days=14), limit=9)) == {"urgent", "case"}


def test_how_cases_ended_is_counted_by_place_and_camera(place: Place) -> None:
    case = settled(place)
    with place.unit() as work:
        for number, appealed in enumerate((True, False, False)):
            ended = replace(case, id=CaseId(f"c{number}"), state=CaseState.NO_LEAD, judged=2, supported=1)
            work.cases.add(replace(ended, camera=Camera.FIXED, appealed=appealed))
        work.commit()
        told = work.cases.outcomes("bank")
        assert work.cases.outcomes("shop") == ()
        assert work.cases.outcomes(None) == told
    counted = {(one.camera, one.state, one.appealed): (one.cases, one.judged, one.supported) for one in told}
    assert counted == {
        (None, "held", 0): (1, 0, 0),
        ("fixed", "no_lead", 0): (2, 4, 2),
        ("fixed", "no_lead", 1): (1, 2, 1),
    }


def assignment(name: str, examiner: str, case_id: str | None = "case") -> Assignment:
    return Assignment(
        id=AssignmentId(name),
        examiner=examiner,
        state=AssignmentState.TAKEN,
        taken=NOON,
        case_id=None if case_id is None else CaseId(case_id),
    )


def test_an_assignment_comes_back_with_its_sheets_and_nobody_has_a_case_twice(place: Place) -> None:
    settled(place)
    held, file = (
        assignment("one", "bob"),
        AssignmentFile(
            entries=(ListEntry(slot=1, reference_id="r1"), ListEntry(slot=2, known_face="k", mated=False)),
            sheets=(SheetOfSlot(slot=1, sheet=SHEET, written=NOON),),
        ),
    )
    with place.unit() as work:
        work.examining.add(held, file)
        work.commit()
        with pytest.raises(AlreadyExistsError):
            work.examining.add(assignment("two", "bob"), file)
    with place.unit() as work:
        assert work.examining.get(AssignmentId("one")) == held
        assert work.examining.file(held) == file
        assert work.examining.get(AssignmentId("two")) is None
        done = replace(
            held, state=AssignmentState.CONCLUDED, concluded=NOON, counts=True, sealed_sheet="ab" * 32
        )
        work.examining.put(done)
        work.commit()
        assert work.examining.of_case(CASE) == (done,)
        assert work.examining.file(done) == file
        assert work.examining.of_examiner("bob", since=NOON) == (done,)
        assert work.examining.of_examiner("bob", since=NOON + timedelta(seconds=1)) == ()
        with pytest.raises(NotFoundError):
            work.examining.put(assignment("other", "bob"))


def test_a_list_with_a_known_answer_goes_with_the_face_it_is_of(place: Place) -> None:
    face = KnownFace(id=KnownFaceId("known_1"), person="v1", added=NOON, added_by="olivia")
    held = replace(assignment("one", "bob", None), known_probe=face.id)
    again = replace(assignment("two", "bob", None), known_probe=face.id)
    with place.unit() as work:
        work.portraits.add_known(face, b"image")
        with pytest.raises(AlreadyExistsError):
            work.portraits.add_known(face, b"image")
        work.examining.add(held, AssignmentFile(entries=(ListEntry(slot=1, known_face="k", mated=True),)))
        work.examining.add(again, AssignmentFile(entries=()))
        work.examining.put(replace(again, state=AssignmentState.CONCLUDED, concluded=NOON))
        work.commit()
        assert work.portraits.known() == (face,)
        assert work.portraits.of_known(face.id) == b"image"
        assert work.examining.known_concluded("bob", since=NOON) == 1
        assert work.examining.known_concluded("eve", since=NOON) == 0
        assert work.examining.file(held) is not None
    with place.unit() as work:
        work.portraits.remove_known(face.id)
        work.commit()
        assert work.portraits.of_known(face.id) is None
        assert work.examining.file(held) is None
        with pytest.raises(NotFoundError):
            work.portraits.remove_known(face.id)


def test_the_image_of_a_reference_goes_with_the_reference(place: Place) -> None:
    settled(place)
    with place.unit() as work:
        work.portraits.keep(ReferenceId("r1"), b"first")
        work.portraits.keep(ReferenceId("r1"), b"image")
        work.portraits.keep(ReferenceId("r2"), b"other")
        with pytest.raises(NotFoundError):
            work.portraits.keep(ReferenceId("r9"), b"image")
        work.commit()
        assert work.portraits.of_reference(ReferenceId("r1")) == b"image"
        work.references.erase(CLIENTS, SubjectId("dave"))
        work.commit()
        assert work.portraits.of_reference(ReferenceId("r1")) is None
        assert work.portraits.forget(CLIENTS) in {1, 2}
        work.commit()
        assert work.portraits.of_reference(ReferenceId("r2")) is None


def test_trials_and_authorisations_and_conflicts_come_back(place: Place) -> None:
    trial = Trial(
        assignment_id=AssignmentId("one"), slot=1, examiner="bob", mated=True, supported=False, at=NOON
    )
    authorised = Authorisation(
        person="bob",
        kinds=frozenset({Purpose.MISSING_CHILDREN}),
        training="course 12",
        trained=NOON,
        expires=NOON + timedelta(days=365),
        authorised_by="olivia",
        since=NOON,
    )
    with place.unit() as work:
        work.examining.add_trials((trial, replace(trial, slot=2, mated=False)))
        work.examining.put_authorisation(authorised)
        work.examining.put_authorisation(replace(authorised, suspended=NOON))
        work.examining.put_conflict(Conflict(person="bob", customer_id="bank", declared=NOON))
        work.examining.put_conflict(
            Conflict(person="bob", customer_id="bank", declared=NOON + timedelta(days=1))
        )
        work.commit()
        assert [one.slot for one in work.examining.trials("bob", since=NOON)] == [1, 2]
        assert work.examining.trials("bob", since=NOON + timedelta(seconds=1)) == ()
        assert work.examining.authorisation("bob") == replace(authorised, suspended=NOON)
        assert work.examining.authorisations() == (replace(authorised, suspended=NOON),)
        assert work.examining.authorisation("eve") is None
        assert [one.declared for one in work.examining.conflicts("bob")] == [NOON]


def test_notices_come_in_the_order_in_which_they_were_committed(place: Place) -> None:
    notice = Notice(kind=NoticeKind.HELD, customer_id="bank", case_id="case", at=NOON)
    told = replace(notice, kind=NoticeKind.OVERTURNED, reason="appeal_upheld", recipients=("key_alice",))
    with place.unit() as work:
        work.notices.announce(notice)
        work.notices.announce(told)
        work.commit()
    with place.unit() as work:
        first, second = work.notices.after(0, limit=9)
        assert (first.notice, second.notice) == (notice, told)
        assert work.notices.after(first.number, limit=9) == (second,)
        assert work.notices.after(0, limit=1) == (first,)


def test_the_newest_case_that_a_search_has_opened_is_found_by_it_in_its_gallery_alone(place: Place) -> None:
    case = settled(place)
    later = replace(case, id=CaseId("later"), opened=NOON + timedelta(days=1))
    with place.unit() as work:
        work.cases.add(later)
        for held in (case, later):
            work.cases.keep_search(held.id, "sought")
        work.commit()
    with place.unit() as work:
        assert work.cases.of_search(CLIENTS, "sought") == later.id
        assert work.cases.of_search(CLIENTS, "another") is None
        assert work.cases.of_search(GalleryId("staff"), "sought") is None
        work.galleries.remove(CLIENTS)
        assert work.cases.of_search(CLIENTS, "sought") is None
