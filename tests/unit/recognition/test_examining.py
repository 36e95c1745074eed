from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from countenance.biometrics.model import SubjectId
from countenance.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    NothingToExamineError,
    NotQualifiedError,
    SeparationError,
    StateError,
    TooSoonError,
)
from countenance.oversight.assignments import AssignmentId, ReturnReason
from countenance.oversight.checklist import Feature, Observation, sheet_of
from countenance.oversight.model import CaseState, CloseReason
from countenance.oversight.notices import NoticeKind
from countenance.oversight.qualification import Unfit
from countenance.policy.model import Purpose
from countenance.recognition.acts.identification import Search
from countenance.recognition.cases.examiners import Training
from countenance.vetting.documents import document_of
from countenance.vetting.model import PersonId
from examining import EXAMINERS, NGO, OLIVIA, OTHER, RITA, SAME, UNSURE, Examination, subjects_of
from fakes_engine import photograph
from world import MISSING, World


@pytest.fixture
def desk(world: World) -> Examination:
    examination = Examination(world)
    examination.pool("v1", "v2", "v3", "v4")
    return examination


def test_two_who_agree_make_a_lead_that_waits_to_be_released(desk: Examination) -> None:
    case_id = desk.agreed()
    case = desk.case(case_id)
    assert (case.state, case.told_state, case.judged, case.supported) == (CaseState.AGREED, "held", 1, 1)
    told = desk.cases.release_lead(RITA, case_id, "two examiners agree, each alone")
    assert (told.subjects, told.no_sole_basis, told.examiners) == (("lena",), True, 2)
    assert desk.case(case_id).state is CaseState.RELEASED


def test_two_who_see_nobody_end_the_case_and_nothing_of_it_is_kept(desk: Examination) -> None:
    desk.authorise("eve", "bob")
    case_id = desk.search()
    desk.judge("eve", None)
    desk.judge("bob", None)
    case = desk.case(case_id)
    assert (case.state, case.reason, case.candidates) == (CaseState.NO_LEAD, CloseReason.NO_AGREEMENT, ())
    with desk.world.unit_of_work() as work:
        assert work.cases.probe(case_id) is None
        assert work.cases.file(case_id) is None


@pytest.mark.parametrize(("third", "state"), [("lena", CaseState.AGREED), (None, CaseState.NO_LEAD)])
def test_where_two_differ_a_third_decides_who_is_as_blind(
    desk: Examination, third: str | None, state: CaseState
) -> None:
    desk.authorise("eve", "bob", "fay")
    case_id = desk.search()
    desk.judge("eve", "lena")
    desk.judge("bob", None)
    assert desk.case(case_id).state is CaseState.ADJUDICATION
    assert desk.case(case_id).told_state is CaseState.HELD
    desk.judge("fay", third)
    assert desk.case(case_id).state is state


def everything_shown(desk: Examination, name: str, taken: AssignmentId) -> str:
    view = desk.cases.read_list(EXAMINERS[name], taken)
    queue = desk.cases.take_next.queue(EXAMINERS[name])
    return json.dumps([document_of(view), document_of(queue)])


def test_nothing_an_examiner_is_shown_tells_score_rank_subject_case_or_verdict(desk: Examination) -> None:
    desk.authorise("eve", "bob")
    case_id = desk.search()
    before = desk.take("eve")
    alone = everything_shown(desk, "eve", before)
    desk.judge("bob", "lena")
    shown = everything_shown(desk, "eve", before)
    assert shown == alone, "whether somebody else has judged changes nothing"
    case = desk.case(case_id)
    secrets = [case_id, case.customer_id, case.gallery_id, case.decision_id, "missing_children", "bob"]
    secrets += [
        text for one in case.candidates for text in (one.subject_id, one.reference_id, str(one.score))
    ]
    with desk.world.unit_of_work() as work:
        secrets += [face.id for face in work.portraits.known()]
    assert [secret for secret in secrets if secret in shown] == []
    assert not {"rank", "score", "subject", "case", "threshold", "candidate"} & set(
        json.dumps(shown).split('"')
    )


def test_the_ledger_names_neither_the_verdicts_nor_the_case_of_a_list_while_it_is_open(
    desk: Examination,
) -> None:
    desk.authorise("eve", "bob")
    case_id = desk.search()
    desk.judge("eve", "lena")
    said = [one for one in desk.world.events() if one["type"] in {"case:assigned", "case:judged"}]
    assert len(said) == 2
    assert not any(case_id in json.dumps(one) for one in said)
    assert all("verdict" not in one and "supported" not in one for one in said)


def test_each_examiner_gets_the_same_faces_in_an_order_of_their_own(desk: Examination) -> None:
    desk.pool(*(f"w{number}" for number in range(6)), each=1)
    many = desk.with_rules(fillers=7)
    many.authorise("eve", "bob")
    many.search()
    orders = []
    for name in ("eve", "bob"):
        taken = many.take(name)
        places = many.cases.read_list(EXAMINERS[name], taken).places
        orders.append([many.cases.read_list.image(EXAMINERS[name], taken, place.slot) for place in places])
        assert many.cases.read_list.probe(EXAMINERS[name], taken) == b"portrait: " + photograph("lena", 2)
    assert sorted(orders[0]) == sorted(orders[1])
    assert len(orders[0]) == 8
    assert orders[0] != orders[1]


def test_a_checklist_is_whole_before_there_is_a_verdict(desk: Examination) -> None:
    seen = dict.fromkeys(Feature, Observation.SIMILAR)
    del seen[Feature.EARS]
    with pytest.raises(InvalidInputError, match="`ears`"):
        sheet_of(seen, 2)
    with pytest.raises(InvalidInputError, match="no verdict"):
        sheet_of(dict.fromkeys(Feature, Observation.SIMILAR), 4)
    with pytest.raises(InvalidInputError, match="nothing can be determined"):
        sheet_of(dict.fromkeys(Feature, Observation.NOT_VISIBLE), 0)
    desk.authorise("eve")
    desk.search()
    taken = desk.take("eve")
    desk.write("eve", taken, 1, UNSURE)
    desk.world.clock.advance(timedelta(hours=1))
    with pytest.raises(InvalidInputError, match="not judged yet"):
        desk.cases.conclude(EXAMINERS["eve"], taken)
    with pytest.raises(NotFoundError):
        desk.write("eve", taken, 9, SAME)


def test_nobody_concludes_faster_than_they_can_look(desk: Examination) -> None:
    desk.authorise("eve")
    desk.search()
    taken = desk.take("eve")
    desk.fill("eve", taken, supporting=None)
    desk.world.clock.advance(timedelta(seconds=59))
    with pytest.raises(TooSoonError, match="in 1 s"):
        desk.cases.conclude(EXAMINERS["eve"], taken)
    desk.world.clock.advance(timedelta(seconds=1))
    desk.cases.conclude(EXAMINERS["eve"], taken)
    desk.cases.conclude(EXAMINERS["eve"], taken)
    with pytest.raises(StateError):
        desk.write("eve", taken, 1, SAME)
    with pytest.raises(StateError):
        desk.cases.read_list.image(EXAMINERS["eve"], taken, 1)


def test_a_shift_holds_so_many_lists_and_no_more(desk: Examination) -> None:
    short = desk.with_rules(most_in_shift=1)
    short.authorise("eve")
    short.search("lena")
    short.search("mia")
    short.judge("eve", None)
    with pytest.raises(NotQualifiedError) as raised:
        short.take("eve")
    assert raised.value.reasons == (Unfit.SHIFT_OVER.value,)
    assert short.cases.take_next.queue(EXAMINERS["eve"]).unfit is Unfit.SHIFT_OVER
    desk.world.clock.advance(timedelta(hours=8, seconds=1))
    short.take("eve")


def test_only_the_authorised_judge_and_only_what_they_are_authorised_for(desk: Examination) -> None:
    desk.search()
    with pytest.raises(NotQualifiedError) as raised:
        desk.take("eve")
    assert raised.value.reasons == (Unfit.NOT_AUTHORISED.value,)
    assert desk.world.events()[-1]["what"] == "examiner:not_authorised"
    now = desk.world.clock()
    other = Training(
        person="eve",
        kinds=frozenset({Purpose.BORDER}),
        training="course 3",
        trained=now,
        expires=now + timedelta(days=9),
    )
    desk.cases.authorise_examiners(OLIVIA, other)
    assert desk.cases.take_next(EXAMINERS["eve"]) is None
    with pytest.raises(ForbiddenError):
        desk.cases.take_next(NGO)
    with pytest.raises(ForbiddenError):
        desk.cases.take_next(dataclasses.replace(EXAMINERS["eve"], person=None))


def test_an_authorisation_ends(desk: Examination) -> None:
    desk.authorise("eve", days=1)
    desk.search()
    desk.world.clock.advance(timedelta(days=1))
    with pytest.raises(NotQualifiedError) as raised:
        desk.take("eve")
    assert raised.value.reasons == (Unfit.TRAINING_OVER.value,)


@pytest.mark.parametrize(
    "change",
    [
        lambda asked, _: dataclasses.replace(asked, kinds=frozenset()),
        lambda asked, _: dataclasses.replace(asked, training=" "),
        lambda asked, now: dataclasses.replace(asked, trained=now + timedelta(seconds=1)),
        lambda asked, now: dataclasses.replace(asked, expires=now),
        lambda asked, now: dataclasses.replace(asked, expires=now + timedelta(days=800)),
        lambda asked, now: dataclasses.replace(asked, expires=now.replace(tzinfo=None) + timedelta(days=8)),
        lambda asked, _: dataclasses.replace(asked, person="Eve!"),
    ],
)
def test_an_authorisation_rests_on_training_and_has_an_end(
    desk: Examination, change: Callable[..., Training]
) -> None:
    now = desk.world.clock()
    asked = Training(
        person="eve",
        kinds=frozenset({Purpose.BORDER}),
        training="course",
        trained=now,
        expires=now + timedelta(days=9),
    )
    with pytest.raises(InvalidInputError):
        desk.cases.authorise_examiners(OLIVIA, change(asked, now))


def test_nobody_authorises_themselves_and_only_administrators_do(desk: Examination) -> None:
    now = desk.world.clock()
    asked = Training(
        person="olivia",
        kinds=frozenset({Purpose.BORDER}),
        training="course",
        trained=now,
        expires=now + timedelta(days=9),
    )
    with pytest.raises(SeparationError):
        desk.cases.authorise_examiners(OLIVIA, asked)
    for who in (RITA, NGO, EXAMINERS["eve"]):
        with pytest.raises(ForbiddenError):
            desk.cases.authorise_examiners(who, asked)


def test_who_asked_approved_or_has_to_do_with_the_customer_judges_nothing_of_it(desk: Examination) -> None:
    desk.authorise("eve", "bob", "fay", "first")
    asked = dataclasses.replace(NGO, person=PersonId("eve"))
    desk.world.acts.identify(asked, Search(gallery_id=MISSING, probe=photograph("lena", 2)))
    desk.cases.authorise_examiners.conflict(EXAMINERS["bob"], "bob", "ngo")
    approver = dataclasses.replace(EXAMINERS["gus"], person=PersonId("first"))
    for who in (EXAMINERS["eve"], EXAMINERS["bob"], approver):
        assert desk.cases.take_next.queue(who).waiting == 0
        assert desk.cases.take_next(who) is None
    assert desk.cases.take_next.queue(EXAMINERS["fay"]).waiting == 1
    with pytest.raises(SeparationError):
        desk.cases.authorise_examiners.conflict(EXAMINERS["bob"], "fay", "ngo")
    with pytest.raises(NotFoundError):
        desk.cases.authorise_examiners.conflict(OLIVIA, "fay", "nobody")


def test_a_conflict_that_comes_to_light_while_judging_makes_the_verdict_count_for_nothing(
    desk: Examination,
) -> None:
    desk.authorise("eve", "bob", "fay")
    case_id = desk.search()
    taken = desk.take("eve")
    desk.fill("eve", taken, supporting=photograph("lena"))
    desk.cases.authorise_examiners.conflict(OLIVIA, "eve", "ngo")
    desk.conclude("eve", taken)
    desk.judge("bob", "lena")
    assert desk.case(case_id).state is CaseState.IN_REVIEW
    desk.judge("fay", "lena")
    assert desk.case(case_id).state is CaseState.AGREED


def test_whoever_supports_somebody_known_to_be_another_counts_for_nothing(desk: Examination) -> None:
    desk.authorise("eve", "bob", "fay")
    case_id = desk.search()
    taken = desk.take("eve")
    for place in desk.cases.read_list(EXAMINERS["eve"], taken).places:
        desk.write("eve", taken, place.slot, SAME)
    desk.conclude("eve", taken)
    desk.judge("bob", "lena")
    assert desk.case(case_id).state is CaseState.IN_REVIEW
    (view,) = desk.cases.read_examiners.all(EXAMINERS["eve"])
    assert view.rates.false_positives is not None
    assert (view.rates.false_positives.rate, view.rates.false_positives.trials) == (1.0, 2)


def test_lists_with_known_answers_look_like_any_other_and_suspend_who_errs(desk: Examination) -> None:
    trying = desk.with_rules(known_share=100, empty_share=0, false_positives=100, false_negatives=300)
    trying.authorise("eve", "bob")
    trying.search()
    taken = trying.take("eve")
    assert set(json.loads(everything_shown(trying, "eve", taken))[0]) == {
        "id", "state", "taken", "not_before", "places",
    }  # fmt: skip
    for place in trying.cases.read_list(EXAMINERS["eve"], taken).places:
        trying.write("eve", taken, place.slot, SAME)
    trying.conclude("eve", taken)
    (view,) = trying.cases.read_examiners.all(EXAMINERS["eve"])
    assert view.authorisation.suspended is not None
    assert "examiner:suspended" in trying.world.types()
    with pytest.raises(NotQualifiedError) as raised:
        trying.take("eve")
    assert raised.value.reasons == (Unfit.SUSPENDED.value,)
    trying.world.clock.advance(timedelta(seconds=1))
    trying.authorise("eve")
    (again,) = trying.cases.read_examiners.all(EXAMINERS["eve"])
    assert (again.authorisation.suspended, again.rates.false_positives) == (None, None)


def test_verdicts_of_somebody_suspended_before_the_case_is_decided_count_no_more(desk: Examination) -> None:
    desk.authorise("eve", "bob", "fay")
    case_id = desk.search()
    desk.judge("eve", "lena")
    trying = desk.with_rules(known_share=100, empty_share=0)
    trying.search("mia")
    taken = trying.take("eve")
    for place in trying.cases.read_list(EXAMINERS["eve"], taken).places:
        trying.write("eve", taken, place.slot, SAME)
    trying.conclude("eve", taken)
    plain = Examination(desk.world)
    plain.judge("bob", "lena")
    assert plain.case(case_id).state is CaseState.IN_REVIEW


def test_proof_comes_before_the_first_real_list_where_the_rules_say_so(desk: Examination) -> None:
    strict = desk.with_rules(least_known=2, empty_share=100)
    strict.authorise("eve")
    case_id = strict.search()
    for _ in range(2):
        strict.judge("eve", None)
        assert strict.case(case_id).state is CaseState.HELD
    strict.judge("eve", None)
    assert strict.case(case_id).state is CaseState.IN_REVIEW


def test_a_list_given_back_is_given_to_somebody_else(desk: Examination) -> None:
    desk.authorise("eve", "bob", "fay")
    desk.search()
    taken = desk.take("eve")
    assert desk.take("eve") == taken
    desk.cases.give_back(EXAMINERS["eve"], taken, ReturnReason.KNOWS_A_PERSON)
    assert desk.cases.take_next(EXAMINERS["eve"]) is None
    desk.take("bob")
    desk.take("fay")


def test_no_more_examiners_are_given_a_case_than_it_takes(desk: Examination) -> None:
    desk.authorise("eve", "bob", "fay")
    desk.search()
    desk.take("eve")
    desk.take("bob")
    assert desk.cases.take_next(EXAMINERS["fay"]) is None


def test_somebody_elses_list_does_not_exist(desk: Examination) -> None:
    desk.authorise("eve", "bob")
    desk.search()
    taken = desk.take("eve")
    for call in (
        lambda: desk.cases.read_list(EXAMINERS["bob"], taken),
        lambda: desk.cases.read_list.probe(EXAMINERS["bob"], taken),
        lambda: desk.cases.write_sheet(EXAMINERS["bob"], taken, 1, SAME),
        lambda: desk.cases.conclude(EXAMINERS["bob"], taken),
        lambda: desk.cases.give_back(EXAMINERS["bob"], taken, ReturnReason.UNWELL),
        lambda: desk.cases.read_list(EXAMINERS["eve"], AssignmentId("list_other")),
    ):
        with pytest.raises(NotFoundError):
            call()


def test_whoever_withdraws_is_gone_from_an_open_case_and_takes_it_with_them_if_nobody_is_left(
    desk: Examination,
) -> None:
    desk.authorise("eve", "bob")
    case_id = desk.search()
    assert subjects_of(desk.case(case_id)) == ["lena"]
    taken = desk.take("eve")
    before = len(desk.cases.read_list(EXAMINERS["eve"], taken).places)
    desk.fill("eve", taken, supporting=photograph("lena"))
    desk.world.acts.withdraw(NGO, MISSING, SubjectId("lena"))
    assert len(desk.cases.read_list(EXAMINERS["eve"], taken).places) == before - 1
    assert subjects_of(desk.case(case_id)) == []
    desk.conclude("eve", taken)
    case = desk.case(case_id)
    assert (case.state, case.reason) == (CaseState.WITHDRAWN, CloseReason.NOBODY_LEFT)


def test_a_gallery_without_images_holds_nothing_that_nobody_could_judge(desk: Examination) -> None:
    desk.cases.keep_images(NGO, MISSING, keep=False)
    desk.world.engine.seen.clear()
    with pytest.raises(NothingToExamineError):
        desk.search()
    assert desk.world.engine.seen == []
    assert desk.world.types()[-1] == "identification:failed"
    desk.cases.keep_images(NGO, MISSING, keep=True)
    desk.world.enrol(NGO, MISSING, SubjectId("lena"))
    desk.authorise("eve")
    desk.search()
    desk.take("eve")


def test_who_releases_has_no_part_in_the_case(desk: Examination) -> None:
    case_id = desk.agreed()
    examined = dataclasses.replace(RITA, person=PersonId("eve"))
    with pytest.raises(SeparationError):
        desk.cases.release_lead(examined, case_id, "two examiners agree, each alone")
    for who in (EXAMINERS["fay"], OLIVIA, NGO):
        with pytest.raises(ForbiddenError):
            desk.cases.release_lead(who, case_id, "two examiners agree, each alone")
    with pytest.raises(InvalidInputError):
        desk.cases.release_lead(RITA, case_id, "ok")


def test_a_lead_that_is_not_to_leave_ends(desk: Examination) -> None:
    case_id = desk.agreed()
    ended = desk.cases.release_lead.refuse(RITA, case_id, "the probe shows somebody else")
    assert (ended.state, ended.reason) == (CaseState.NO_LEAD, CloseReason.RELEASE_REFUSED)
    with pytest.raises(StateError):
        desk.cases.release_lead(RITA, case_id, "two examiners agree, each alone")


def test_a_case_that_nobody_has_judged_is_no_lead_to_release(desk: Examination) -> None:
    case_id = desk.search()
    with pytest.raises(StateError, match="`held`"):
        desk.cases.release_lead(RITA, case_id, "two examiners agree, each alone")


def test_the_customer_is_told_of_what_becomes_of_a_case(desk: Examination) -> None:
    desk.released()
    with desk.world.unit_of_work() as work:
        told = [one.notice.kind for one in work.notices.after(0, limit=9)]
    assert told == [NoticeKind.HELD, NoticeKind.RELEASED]


def test_a_known_face_has_a_face_and_a_pseudonym_and_goes_when_its_person_says_so(desk: Examination) -> None:
    with pytest.raises(InvalidInputError):
        desk.cases.known_faces.add(OLIVIA, "no name", photograph("v9"))
    with pytest.raises(ForbiddenError):
        desk.cases.known_faces.add(RITA, "v9", photograph("v9"))
    first = desk.cases.known_faces.all(OLIVIA)[0]
    desk.cases.known_faces.remove(OLIVIA, first.id)
    assert first not in desk.cases.known_faces.all(OLIVIA)
    with pytest.raises(NotFoundError):
        desk.cases.known_faces.remove(OLIVIA, first.id)
    assert OTHER.supports is False
