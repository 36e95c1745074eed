from __future__ import annotations

import pytest

from countenance.biometrics.model import SubjectId
from countenance.oversight.model import CaseState
from countenance.recognition.subjects.model import OpenedSession, RequestKind
from countenance.recognition.subjects.record import OwnAct
from examining import NGO, RUBEN, RUTH, Examination
from world import MISSING, World

WORDS = "I was at work that day, and others saw me there."


@pytest.fixture
def desk(world: World) -> Examination:
    examination = Examination(world)
    examination.pool("v1", "v2", "v3")
    return examination


def come_in(desk: Examination, subject: str = "lena") -> OpenedSession:
    subjects = desk.world.acts.subjects
    return subjects.open_session(subjects.issue_code(NGO, MISSING, SubjectId(subject)).text, "192.0.2.1")


def listed(desk: Examination, opened: OpenedSession) -> OwnAct:
    (act,) = [one for one in desk.world.acts.subjects.read_record(opened).acts if one.listed]
    return act


def test_a_subject_finds_the_list_that_held_it_and_not_how_far_examiners_are(desk: Examination) -> None:
    desk.authorise("eve", "bob")
    case_id = desk.search("lena")
    desk.judge("eve", "lena")
    act = listed(desk, come_in(desk))
    assert (act.case_id, act.case_state, act.outcome) == (case_id, "held", "held")


def test_an_appeal_against_a_released_lead_is_judged_by_people_who_took_no_part(desk: Examination) -> None:
    case_id = desk.released("lena")
    opened = come_in(desk)
    act = listed(desk, opened)
    assert act.case_state == "released"
    desk.world.acts.subjects.file_request(opened, RequestKind.APPEAL, WORDS, about=act.decision_id)
    assert desk.case(case_id).appealed
    for reviewer in (RUTH, RUBEN):
        desk.cases.judge_appeal(reviewer, case_id, uphold=True, reasons="She was elsewhere; it is shown.")
    assert desk.case(case_id).state is CaseState.OVERTURNED
    assert listed(desk, opened).case_state == "overturned"
    assert WORDS not in str(desk.world.events())


def test_a_second_appeal_waits_at_the_customer_alone_while_the_first_is_open(desk: Examination) -> None:
    case_id = desk.released("lena")
    desk.cases.appeal(NGO, case_id, "somebody else has asked for this already")
    opened = come_in(desk)
    about = listed(desk, opened).decision_id
    request = desk.world.acts.subjects.file_request(opened, RequestKind.APPEAL, WORDS, about=about)
    assert desk.world.acts.subjects.answer_requests.one(NGO, request.id).text == WORDS
    with desk.world.unit_of_work() as work:
        file = work.cases.file(case_id)
    assert file is not None
    assert len(file.appeals) == 1
