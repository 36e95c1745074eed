from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from countenance.biometrics.model import ReferenceId, SubjectId
from countenance.errors import NotFoundError, RefusedError
from countenance.oversight.model import CaseId, CaseState
from countenance.recognition.acts.identification import Search
from countenance.recognition.acts.repeated_search import TOLD_FOR, ToldCase
from countenance.recognition.outcome import Outcome
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import LeaseId
from examining import NGO, Examination
from fakes_engine import photograph
from world import BANK, MISSING, World

LENA = Search(gallery_id=MISSING, probe=photograph("lena", 2))


@pytest.fixture
def desk(world: World) -> Examination:
    world.commit_to = lambda data: hashlib.sha256(data).hexdigest()
    examination = Examination(world)
    examination.pool("v1", "v2", "v3")
    return examination


def again(desk: Examination, search: Search = LENA) -> ToldCase | None:
    return desk.cases.repeat_search(NGO, search)


def told(desk: Examination) -> tuple[CaseId, CaseState]:
    found = again(desk)
    assert found is not None
    return found.case.id, found.case.told_state


def test_a_search_that_was_never_held_is_told_of_nothing_and_nothing_is_asked(desk: Examination) -> None:
    desk.search("lena", 3)
    before = len(desk.world.types())
    assert again(desk) is None
    assert desk.cases.repeat_search(BANK, LENA) is None
    assert len(desk.world.types()) == before


def test_a_waiting_case_is_told_of_as_held_however_far_examiners_are(desk: Examination) -> None:
    case_id = desk.agreed()
    found = again(desk)
    assert found is not None
    assert (found.case.id, found.case.told_state, found.outcome) == (case_id, CaseState.HELD, Outcome.HELD)
    assert (found.lead, found.faces, found.case.candidates) == (None, (), ())
    assert desk.world.types()[-2:] == ["identification:permitted", "identification:held"]


def test_a_lead_is_given_with_whoever_asked_noted_as_a_recipient_once(desk: Examination) -> None:
    case_id = desk.released()
    colleague = replace(NGO, id="key_colleague")
    for actor in (NGO, colleague, NGO):
        found = desk.cases.repeat_search(actor, LENA)
        assert found is not None
        assert (found.subjects, found.outcome) == (("lena",), Outcome.MATCH)
    with desk.world.unit_of_work() as work:
        file = work.cases.file(case_id)
    assert file is not None
    assert [one.actor for one in file.recipients] == [NGO.id, colleague.id]
    assert desk.world.types().count("case:received") == 2


def test_the_subject_sees_that_a_lead_was_told(desk: Examination) -> None:
    desk.released()
    found = again(desk)
    assert found is not None
    opened = desk.world.acts.subjects.open_session(
        desk.world.acts.subjects.issue_code(NGO, MISSING, SubjectId("lena")).text, "192.0.2.1"
    )
    acts = desk.world.acts.subjects.read_record(opened).acts
    assert found.decision_id in {act.decision_id for act in acts}


def test_an_ended_case_is_told_of_for_a_week_and_the_search_is_new_afterwards(desk: Examination) -> None:
    desk.authorise("eve", "bob")
    case_id = desk.search()
    for name in ("eve", "bob"):
        desk.judge(name, None)
    assert told(desk) == (case_id, CaseState.NO_LEAD)
    desk.world.clock.advance(TOLD_FOR - timedelta(seconds=1))
    assert told(desk) == (case_id, CaseState.NO_LEAD)
    desk.world.clock.advance(timedelta(seconds=1))
    assert again(desk) is None


def test_a_lead_whose_time_is_over_is_given_to_nobody_before_anybody_has_put_that_down(
    desk: Examination,
) -> None:
    case_id = desk.released()
    desk.world.clock.set(desk.case(case_id).due)
    found = again(desk)
    assert found is not None
    assert (found.case.told_state, found.lead, found.outcome) == (CaseState.EXPIRED, None, None)
    assert "case:received" not in desk.world.types()


def test_a_refusal_comes_before_anything_is_said_of_the_case(desk: Examination) -> None:
    case_id = desk.released()
    desk.world.acts.vetting.suspend_lease(
        LOCAL_ADMINISTRATOR, LeaseId("ngo"), "Somebody has to look at this first."
    )
    with pytest.raises(RefusedError) as caught:
        again(desk)
    assert case_id not in str(caught.value)
    assert desk.world.types()[-1] == "identification:refused"


def test_a_reference_that_may_be_compared_no_more_is_no_way_to_a_lead(desk: Examination) -> None:
    with desk.world.unit_of_work() as work:
        (held,) = work.references.of_subject(MISSING, SubjectId("mia"))
    desk.world.enrol(NGO, MISSING, SubjectId("mia"), 5)
    search = Search(gallery_id=MISSING, probe=(ReferenceId(held.id),))
    desk.world.acts.identify(NGO, search)
    desk.world.agree(NGO, MISSING, SubjectId("mia"), desk.world.clock() + timedelta(hours=1))
    assert again(desk, search) is not None
    desk.world.clock.advance(timedelta(hours=1))
    with pytest.raises(NotFoundError):
        again(desk, search)
    assert desk.world.types()[-1] == "identification:failed"
