from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from datetime import timedelta

import pytest

from countenance.biometrics.model import SubjectId
from countenance.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    SeparationError,
    StateError,
)
from countenance.ledger.proof import InclusionProof
from countenance.oversight.model import CaseState, CloseReason, EmergencyReason, Paper
from countenance.oversight.notices import Notice, NoticeKind
from countenance.recognition.acts.identification import Search
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import PersonId, Role
from countenance.vetting.seed import parse_seed
from examining import EXAMINERS, NGO, OLIVIA, RITA, RUBEN, RUTH, Examination, person
from fakes_engine import photograph
from world import BANK, MISSING, SEED, World

CAROL = person("carol", Role.AUDITOR)
GROUNDS = "this is my sister, and she is at home"


@pytest.fixture
def desk(world: World) -> Examination:
    examination = Examination(world)
    examination.pool("v1", "v2", "v3")
    return examination


def notices(desk: Examination) -> list[Notice]:
    with desk.world.unit_of_work() as work:
        return [one.notice for one in work.notices.after(0, limit=50)]


def test_a_lead_is_given_to_its_customer_alone_and_says_what_it_is_not(desk: Examination) -> None:
    case_id = desk.agreed()
    with pytest.raises(StateError, match="`held`"):
        desk.cases.read_lead(NGO, case_id)
    desk.cases.release_lead(RITA, case_id, "two examiners agree, each alone")
    told = desk.cases.read_lead(NGO, case_id)
    assert told.subjects == ("lena",)
    assert told.statement.startswith("Investigative lead only")
    assert told.no_sole_basis
    assert told.still_needed
    assert "arrest" in told.banned_on_this_alone
    assert told.expires == desk.world.clock() + timedelta(days=30)
    assert not any("score" in name or "rank" in name for name in told.__dataclass_fields__)
    with pytest.raises(NotFoundError):
        desk.cases.read_lead(BANK, case_id)


def test_a_lead_ends_and_nothing_of_it_is_kept_then(desk: Examination) -> None:
    case_id = desk.released()
    desk.world.clock.advance(timedelta(days=30))
    with pytest.raises(StateError):
        desk.cases.read_lead(NGO, case_id)
    assert desk.world.acts.read_cases(NGO, case_id).state is CaseState.EXPIRED
    assert desk.cases.keep_time() == 1
    assert desk.cases.keep_time() == 0
    case = desk.case(case_id)
    assert (case.state, case.reason) == (CaseState.EXPIRED, CloseReason.LEAD_OVER)
    with desk.world.unit_of_work() as work:
        assert work.cases.file(case_id) is None
    assert notices(desk)[-1].kind is NoticeKind.EXPIRED


def test_a_case_that_nobody_judges_ends(desk: Examination) -> None:
    desk.authorise("eve")
    case_id = desk.search()
    taken = desk.take("eve")
    desk.world.clock.advance(timedelta(days=14))
    assert desk.cases.take_next.queue(EXAMINERS["eve"]).waiting == 0
    assert desk.cases.keep_time() == 1
    assert desk.case(case_id).reason is CloseReason.TIME_OVER
    with pytest.raises(StateError):
        desk.cases.read_list(EXAMINERS["eve"], taken)


def test_whoever_withdraws_is_in_no_lead_any_more(desk: Examination) -> None:
    case_id = desk.released()
    desk.world.acts.withdraw(NGO, MISSING, SubjectId("lena"))
    assert desk.cases.read_lead(NGO, case_id).subjects == ()


def test_a_lead_of_nobody_who_is_left_is_not_released(desk: Examination) -> None:
    case_id = desk.agreed()
    desk.world.acts.withdraw(NGO, MISSING, SubjectId("lena"))
    with pytest.raises(StateError, match="no candidate left"):
        desk.cases.release_lead(RITA, case_id, "two examiners agree, each alone")
    assert desk.case(case_id).state is CaseState.WITHDRAWN


def test_two_who_took_no_part_overturn_a_lead_and_everybody_who_had_it_is_told(desk: Examination) -> None:
    case_id = desk.released()
    desk.cases.read_lead(NGO, case_id)
    desk.cases.read_lead(NGO, case_id)
    colleague = dataclasses.replace(NGO, id="key_colleague")
    desk.cases.read_lead(colleague, case_id)
    desk.cases.appeal(CAROL, case_id, GROUNDS)
    with pytest.raises(StateError, match="open already"):
        desk.cases.appeal(NGO, case_id, GROUNDS)
    for apart in (RITA, dataclasses.replace(RUBEN, person=PersonId("eve"))):
        with pytest.raises(SeparationError):
            desk.cases.judge_appeal(apart, case_id, uphold=True, reasons="she is indeed at home")
    desk.cases.judge_appeal(RUBEN, case_id, uphold=True, reasons="she is indeed at home")
    assert desk.case(case_id).state is CaseState.RELEASED
    with pytest.raises(SeparationError):
        desk.cases.judge_appeal(RUBEN, case_id, uphold=True, reasons="she is indeed at home")
    case = desk.cases.judge_appeal(RUTH, case_id, uphold=True, reasons="she is indeed at home")
    assert (case.state, case.appealed) == (CaseState.OVERTURNED, True)
    told = notices(desk)[-1]
    assert (told.kind, told.recipients) == (NoticeKind.OVERTURNED, (NGO.id, "key_colleague"))
    with pytest.raises(StateError):
        desk.cases.read_lead(NGO, case_id)
    assert desk.world.types().count("case:received") == 2
    desk.world.clock.advance(timedelta(days=30))
    desk.cases.keep_time()
    assert desk.case(case_id).state is CaseState.OVERTURNED
    with desk.world.unit_of_work() as work:
        assert work.cases.file(case_id) is None


def test_an_appeal_that_is_dismissed_leaves_the_lead_and_another_can_be_filed(desk: Examination) -> None:
    case_id = desk.released()
    desk.cases.appeal(NGO, case_id, GROUNDS)
    for judge in (RUBEN, RUTH):
        desk.cases.judge_appeal(judge, case_id, uphold=False, reasons="both sheets stand to reason")
    assert desk.case(case_id).state is CaseState.RELEASED
    assert desk.world.types()[-1] == "case:confirmed"
    with pytest.raises(StateError, match="no open appeal"):
        desk.cases.judge_appeal(RUTH, case_id, uphold=False, reasons="both sheets stand to reason")
    desk.cases.appeal(NGO, case_id, GROUNDS)


def test_strangers_neither_appeal_nor_judge(desk: Examination) -> None:
    case_id = desk.released()
    with pytest.raises(NotFoundError):
        desk.cases.appeal(BANK, case_id, GROUNDS)
    with pytest.raises(ForbiddenError):
        desk.cases.appeal(EXAMINERS["eve"], case_id, GROUNDS)
    with pytest.raises(ForbiddenError):
        desk.cases.judge_appeal(NGO, case_id, uphold=True, reasons="she is indeed at home")
    with pytest.raises(InvalidInputError):
        desk.cases.appeal(NGO, case_id, "no")


def urgent(desk: Examination, hours_are_given: bool = True) -> None:  # noqa: FBT001, FBT002  one switch of a story
    """Let the NGO's lease rest on urgency, so that permits come with a clock."""
    text = SEED.replace('instruments = ["alternative_offered"]', 'instruments = ["urgency"]')
    desk.world.acts.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(text if hours_are_given else SEED))


def emergency(desk: Examination) -> str:
    search = Search(gallery_id=MISSING, probe=photograph("lena", 2), emergency=EmergencyReason.MISSING_CHILD)
    result = desk.world.acts.identify(NGO, search)
    assert result.case_id is not None
    return result.case_id


def test_urgent_use_names_its_reason_and_no_other_use_has_one(desk: Examination) -> None:
    with pytest.raises(InvalidInputError, match="nothing here waits"):
        emergency(desk)
    urgent(desk)
    with pytest.raises(InvalidInputError, match="closed list"):
        desk.search()


@pytest.mark.parametrize("released", [False, True])
def test_emergency_use_that_nobody_authorises_is_undone_with_all_that_came_of_it(
    desk: Examination, *, released: bool
) -> None:
    urgent(desk)
    desk.authorise("eve", "bob")
    case_id = emergency(desk)
    if released:
        desk.judge("eve", "lena")
        desk.judge("bob", "lena")
        desk.cases.release_lead(RITA, case_id, "two examiners agree, each alone")
        desk.cases.read_lead(NGO, case_id)
    clock = desk.case(case_id).emergency
    assert clock is not None
    desk.world.clock.set(clock.authorise_by)
    assert desk.world.acts.read_cases(NGO, case_id).state is CaseState.WITHDRAWN
    with pytest.raises(StateError):
        desk.cases.read_lead(NGO, case_id)
    with pytest.raises(StateError):
        desk.cases.authorise_emergency(RITA, case_id, Paper.WARRANT, "12/2026")
    assert desk.cases.keep_time() == 1
    case = desk.case(case_id)
    assert (case.state, case.reason) == (CaseState.WITHDRAWN, CloseReason.NOT_AUTHORISED)
    told = notices(desk)[-1]
    assert (told.kind, told.recipients) == (NoticeKind.WITHDRAWN, (NGO.id,) if released else ())
    with desk.world.unit_of_work() as work:
        assert work.cases.probe(case_id) is None


def test_an_authorisation_in_time_stops_the_clock(desk: Examination) -> None:
    urgent(desk)
    case_id = emergency(desk)
    desk.world.clock.advance(timedelta(hours=47))
    with pytest.raises(ForbiddenError):
        desk.cases.authorise_emergency(NGO, case_id, Paper.WARRANT, "12/2026")
    with pytest.raises(InvalidInputError):
        desk.cases.authorise_emergency(RITA, case_id, Paper.WARRANT, " ")
    desk.cases.authorise_emergency(RITA, case_id, Paper.WARRANT, "12/2026")
    with pytest.raises(StateError, match="no clock runs"):
        desk.cases.authorise_emergency(RITA, case_id, Paper.WARRANT, "12/2026")
    desk.world.clock.advance(timedelta(hours=2))
    assert desk.cases.keep_time() == 0
    assert desk.case(case_id).state is CaseState.HELD


def test_those_who_decide_see_what_was_said_once_examiners_are_done_and_not_before(desk: Examination) -> None:
    desk.authorise("eve", "bob")
    case_id = desk.search()
    desk.judge("eve", "lena")
    with pytest.raises(StateError, match="at work"):
        desk.cases.read_bench.dossier(RITA, case_id)
    desk.judge("bob", "lena")
    dossier = desk.cases.read_bench.dossier(RITA, case_id)
    assert [one.examiner for one in dossier.judged] == ["eve", "bob"]
    assert all(one.counts and len(one.places) == 3 for one in dossier.judged)
    assert dossier.candidates[0].score > 0.5
    assert desk.cases.read_bench.probe(RITA, case_id) == b"portrait: " + photograph("lena", 2)
    with pytest.raises(SeparationError):
        desk.cases.read_bench.dossier(dataclasses.replace(RITA, person=PersonId("bob")), case_id)
    with pytest.raises(ForbiddenError):
        desk.cases.read_bench.dossier(OLIVIA, case_id)
    assert [one.id for one in desk.cases.read_bench.all(OLIVIA, frozenset())] == [case_id]
    assert desk.cases.read_bench.all(CAROL, frozenset({CaseState.HELD})) == ()
    assert desk.cases.read_bench.one(CAROL, case_id).candidates == ()
    for who in (NGO, EXAMINERS["eve"]):
        with pytest.raises(ForbiddenError):
            desk.cases.read_bench.all(who, frozenset())


def test_the_bundle_holds_what_a_defence_needs_and_its_proofs_hold(desk: Examination) -> None:
    case_id = desk.agreed()
    with pytest.raises(StateError, match="no lead to disclose"):
        desk.cases.disclose(CAROL, case_id)
    desk.cases.release_lead(RITA, case_id, "two examiners agree, each alone")
    with zipfile.ZipFile(io.BytesIO(desk.cases.disclose(CAROL, case_id))) as bundle:
        parts = {name: bundle.read(name) for name in bundle.namelist()}
    told = {name: json.loads(data) for name, data in parts.items() if name.endswith(".json")}
    assert parts["probe.jpg"] == b"portrait: " + photograph("lena", 2)
    assert told["case.json"]["probe"]["edits"] == ["cut out around the face"]
    assert told["case.json"]["search"]["threshold"] == 0.5
    assert [one["subject_id"] for one in told["candidates.json"]] == ["lena"]
    assert told["candidates.json"][0]["score"] > 0.5
    assert [one["examiner"] for one in told["sheets.json"]] == ["eve", "bob"]
    assert told["examiners.json"][0]["rates"]["false_positives"]["trials"] == 2
    assert told["policy.json"]["digests"]
    assert all(pack["same"] for pack in told["policy.json"]["packs"])
    assert told["lead.json"]["no_sole_basis"] is True
    proofs = [name for name in parts if name.endswith(".tlog-proof")]
    assert len(proofs) == 4
    for name in proofs:
        leaf = parts[name.replace(".tlog-proof", ".json")]
        InclusionProof.parse(parts[name].decode()).verify(leaf, [desk.world.store.signer.vkey])
    assert desk.world.types()[-1] == "case:disclosed"
    with pytest.raises(ForbiddenError):
        desk.cases.disclose(NGO, case_id)


def test_what_becomes_of_held_results_is_counted_with_its_interval(desk: Examination) -> None:
    desk.authorise("eve", "bob")
    assert desk.cases.figures(NGO) == ()
    desk.search("lena")
    desk.judge("eve", "lena")
    desk.judge("bob", "lena")
    desk.search("mia")
    desk.judge("eve", None)
    desk.judge("bob", None)
    (told,) = desk.cases.figures(OLIVIA)
    assert (told.gallery_id, told.held, told.decided, told.judged, told.non_mated) == (MISSING, 2, 2, 2, 1)
    assert told.non_mated_rate is not None
    assert told.non_mated_rate.lower < 0.5 < told.non_mated_rate.upper
    assert (told.override_rate, told.appeal_rate) == (None, None)
    lead = next(one for one in desk.cases.read_bench.all(OLIVIA, frozenset({CaseState.AGREED})))
    desk.cases.release_lead(RITA, lead.id, "two examiners agree, each alone")
    desk.cases.appeal(NGO, lead.id, GROUNDS)
    (told,) = desk.cases.figures(NGO)
    assert (told.released, told.appealed, told.overridden) == (1, 1, 0)
    assert told.override_rate is not None
    assert (told.override_rate.rate, told.override_rate.trials) == (0.0, 1)
    assert desk.cases.figures(BANK) == ()


def test_a_customer_can_take_its_case_back(desk: Examination) -> None:
    case_id = desk.search()
    with pytest.raises(NotFoundError):
        desk.cases.answer_for_case.take_back(BANK, case_id)
    case = desk.cases.answer_for_case.take_back(NGO, case_id)
    assert (case.state, case.reason) == (CaseState.WITHDRAWN, CloseReason.BY_REQUESTER)
    with pytest.raises(StateError):
        desk.cases.answer_for_case.take_back(NGO, case_id)


def test_a_search_without_an_image_waits_for_the_one_it_was_made_with(desk: Examination) -> None:
    desk.authorise("eve")
    desk.world.enrol(NGO, MISSING, SubjectId("lena"), 2)
    with desk.world.unit_of_work() as work:
        references = work.references.of_subject(MISSING, SubjectId("lena"))
    result = desk.world.acts.identify(NGO, Search(gallery_id=MISSING, probe=(references[0].id,)))
    case_id = result.case_id
    assert case_id is not None
    assert not desk.case(case_id).examinable
    assert desk.cases.take_next(EXAMINERS["eve"]) is None
    with pytest.raises(InvalidInputError, match="not the one"):
        desk.cases.answer_for_case.send_probe(NGO, case_id, photograph("mia", 3))
    desk.cases.answer_for_case.send_probe(NGO, case_id, photograph("lena", 3))
    taken = desk.take("eve")
    assert desk.cases.read_list.probe(EXAMINERS["eve"], taken) == b"portrait: " + photograph("lena", 3)
    with pytest.raises(StateError):
        desk.cases.answer_for_case.send_probe(NGO, case_id, photograph("lena", 3))
