from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from applying import ADA, ADMIN, AUDITOR, OPERATOR, REMY, RUDI, RUTH
from cast import MALLORY
from countenance.biometrics.model import SubjectId
from countenance.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    SeparationError,
    StateError,
)
from countenance.fairness.caps import CapStanding
from countenance.fairness.evidence import Evidence
from countenance.fairness.sealing import content_digest, note_text
from countenance.ledger import Entry, EventType
from countenance.ledger.note import Signer
from countenance.ledger.proof import InclusionProof
from countenance.policy.evidence import FairnessCaps, GalleryBasis, KindOfUse
from countenance.policy.gate import build_policy, installed_policy
from countenance.policy.model import Act, Purpose
from countenance.policy.packs import Pack
from countenance.policy.rules import parse_rules
from countenance.recognition.acts.identification import Search
from countenance.recognition.acts.verification import Claim
from countenance.recognition.model import DecisionSearch
from countenance.recognition.standing_evidence import score_ppb
from countenance.recognition.watching.evidence import Brought
from countenance.vetting.model import Actor, LeaseId
from countenance.vetting.seed import terms_digest
from fakes import MemoryStore
from fakes_engine import FAKE_PIPELINE, fake_threshold, photograph
from world import ARCHIVE, BANK, DOORS, MUSEUM, World

CAPS = FairnessCaps(max_age_days=90, min_subjects=100, fmr_ppb=200_000, fpir_ppb=1_000_000)
WHY = "its data is like the use that we approved"
ONE = frozenset({KindOfUse.ONE_TO_ONE})
BOTH = frozenset(KindOfUse)
THRESHOLD = score_ppb(fake_threshold(100_000))
FIELDS: dict[str, Any] = {
    "decision": "dec_of_a_run",
    "fairness": "ab" * 32,
    "model": FAKE_PIPELINE.model_digest,
    "threshold_ppb": THRESHOLD,
    "groups": 4,
    "least_subjects": 120,
    "fmr_worst_upper_ppb": 150_000,
    "fnmr_worst_upper_ppb": 10_000_000,
    "fta_worst_upper_ppb": None,
    "fte_worst_upper_ppb": None,
    "ratio_upper_ppb": 2_000_000_000,
}


@pytest.fixture
def world() -> World:
    made = World()
    made.furnish(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, "dave")
    made.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave")
    with made.unit_of_work() as work:
        for name in ("bank", "museum"):
            held = work.leases.get(LeaseId(name))
            assert held is not None
            work.leases.put(replace(held, terms=replace(held.terms, caps=CAPS)))
        work.commit()
    return made


def completed(world: World, **changes: object) -> int:
    """Put the completion of a measurement on the ledger, as a run does, and return where it stands."""
    with world.unit_of_work() as work:
        entry = work.ledger.append(
            Entry(EventType.MEASUREMENT_COMPLETED, world.clock(), {**FIELDS, **changes})  # type: ignore[dict-item]  # JSON values
        )
        work.commit()
    return entry


def register(world: World, uses: frozenset[KindOfUse] = BOTH, **changes: object) -> Evidence:
    return world.acts.gate.register_evidence(RUTH, completed(world, **changes), uses, WHY)


def verify(world: World) -> object:
    return world.acts.verify(
        BANK, Claim(gallery_id=DOORS, subject_id=SubjectId("dave"), probe=photograph("dave", 2))
    )


def refusal_of(act: Any) -> tuple[str, ...]:  # noqa: ANN401  any act
    with pytest.raises(RefusedError) as refused:
        act()
    return refused.value.reasons


def test_without_a_registered_report_nothing_is_compared_and_the_refusal_says_what_is_missing(
    world: World,
) -> None:
    with pytest.raises(RefusedError) as refused:
        verify(world)
    assert refused.value.reasons == ("evidence.report",)
    record = world.acts.read_decisions(BANK, refused.value.decision_id)
    (reason,) = record.decision.reasons
    assert FAKE_PIPELINE.model_digest[:12] in reason.source
    assert str(THRESHOLD) in reason.source
    assert world.types()[-1] == "verification:refused"
    assert world.acts.read_decisions.replay(BANK, refused.value.decision_id).same


def test_a_fresh_passing_report_opens_the_gate_and_the_decision_replays(world: World) -> None:
    register(world)
    answer: Any = verify(world)
    assert world.acts.read_decisions.replay(BANK, answer.decision_id).same
    world.clock.advance(timedelta(days=91))
    assert refusal_of(lambda: verify(world)) == ("evidence.fresh",)
    assert world.acts.read_decisions.replay(BANK, answer.decision_id).same
    world.check_ledger()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"fmr_worst_upper_ppb": 200_001}, "evidence.fmr"),
        ({"fmr_worst_upper_ppb": None}, "evidence.fmr"),
        ({"least_subjects": 99}, "evidence.subjects"),
        ({"least_subjects": None}, "evidence.subjects"),
        ({"model": "other"}, "evidence.report"),
        ({"threshold_ppb": THRESHOLD + 1}, "evidence.report"),
    ],
)
def test_a_report_that_does_not_hold_leaves_it_closed(
    world: World, changes: Mapping[str, object], rule: str
) -> None:
    register(world, **changes)
    assert refusal_of(lambda: verify(world)) == (rule,)


def test_a_report_speaks_for_the_kinds_of_use_that_a_reviewer_saw_in_it(world: World) -> None:
    register(world, ONE)
    assert verify(world)
    search = Search(gallery_id=ARCHIVE, probe=photograph("dave", 2))
    assert refusal_of(lambda: world.acts.identify(MUSEUM, search)) == ("evidence.report",)


def test_the_newest_report_counts_even_where_an_older_one_passed(world: World) -> None:
    register(world)
    world.clock.advance(timedelta(hours=1))
    register(world, fmr_worst_upper_ppb=900_000)
    assert refusal_of(lambda: verify(world)) == ("evidence.fmr",)


def test_a_withdrawn_report_brings_no_older_one_back(world: World) -> None:
    register(world)
    world.clock.advance(timedelta(hours=1))
    newer = register(world)
    world.acts.gate.register_evidence.withdraw(RUDI, newer.id, "the photographs were of another kind")
    assert refusal_of(lambda: verify(world)) == ("evidence.report",)
    with pytest.raises(StateError):
        world.acts.gate.register_evidence.withdraw(RUDI, newer.id, "the photographs were of another kind")


def test_a_gallery_that_would_grow_past_what_the_worst_group_supports_refuses_enrolment(world: World) -> None:
    """FMR 150,000 ppb and a cap of FPIR of 0.1 %: six subjects keep within it, seven do not."""
    register(world)
    for number in range(5):
        world.agree(MUSEUM, ARCHIVE, SubjectId(f"person{number}"))
        world.enrol(MUSEUM, ARCHIVE, SubjectId(f"person{number}"))
    world.agree(MUSEUM, ARCHIVE, SubjectId("seventh"))
    assert refusal_of(lambda: world.enrol(MUSEUM, ARCHIVE, SubjectId("seventh"))) == ("evidence.gallery",)
    search = Search(gallery_id=ARCHIVE, probe=photograph("dave", 2))
    assert world.acts.identify(MUSEUM, search)


@pytest.mark.parametrize(
    ("measured", "subjects", "limit", "by"),
    [
        (900_000, 10_000, 10_000, GalleryBasis.MEASURED),
        (1_000_001, 10_000, 0, GalleryBasis.MEASURED),
        (900_000, 9_999, 6, GalleryBasis.PROJECTED),
        (1_000_001, 9_999, 6, GalleryBasis.PROJECTED),
        (None, 10_000, 6, GalleryBasis.PROJECTED),
    ],
)
def test_searches_of_a_gallery_as_large_as_the_leases_outweigh_the_projection_either_way(
    world: World, measured: int | None, subjects: int, limit: int, by: GalleryBasis
) -> None:
    with world.unit_of_work() as work:
        held = work.leases.get(LeaseId("museum"))
        assert held is not None
        work.leases.put(replace(held, terms=replace(held.terms, caps=CAPS, n_max=10_000)))
        work.commit()
    register(world, fpir_worst_upper_ppb=measured, fpir_subjects=subjects)
    _, many = world.acts.gate.read_standing(AUDITOR, LeaseId("museum")).uses
    assert many.report is not None
    assert (many.report.gallery_limit, many.report.gallery_by) == (limit, by)
    shown = {row.name: row.standing for row in many.limits}
    assert shown.get("fpir_ppb") == (
        None if by is GalleryBasis.PROJECTED else CapStanding.HOLDS if limit else CapStanding.NOT_SHOWN
    )
    search = Search(gallery_id=ARCHIVE, probe=photograph("dave", 2))
    if limit:
        answer: Any = world.acts.identify(MUSEUM, search)
        assert world.acts.read_decisions.replay(MUSEUM, answer.decision_id).same
        return
    with pytest.raises(RefusedError) as refused:
        world.acts.identify(MUSEUM, search)
    assert refused.value.reasons == ("evidence.gallery",)
    (reason,) = world.acts.read_decisions(MUSEUM, refused.value.decision_id).decision.reasons
    assert reason.source.endswith("by the searches that were measured")
    world.agree(MUSEUM, ARCHIVE, SubjectId("second"))
    assert refusal_of(lambda: world.enrol(MUSEUM, ARCHIVE, SubjectId("second"))) == ("evidence.gallery",)


def test_who_ran_the_measurement_does_not_register_it(world: World) -> None:
    with world.unit_of_work() as work:
        (record, *_) = work.decisions.search(DecisionSearch(), skip=0, limit=1)
        work.decisions.add(replace(record, id="dec_of_a_run", actor_id=RUTH.id))
        work.commit()
    entry = completed(world)
    with pytest.raises(SeparationError):
        world.acts.gate.register_evidence(RUTH, entry, BOTH, WHY)
    assert world.acts.gate.register_evidence(RUDI, entry, BOTH, WHY).entry == entry


def test_only_a_completed_measurement_by_group_is_registered_and_once(world: World) -> None:
    act = world.acts.gate.register_evidence
    entry = completed(world)
    act(RUTH, entry, BOTH, WHY)
    with pytest.raises(StateError):
        act(RUDI, entry, BOTH, WHY)
    with pytest.raises(InvalidInputError):
        act(RUTH, 0, BOTH, WHY)
    with pytest.raises(NotFoundError):
        act(RUTH, 10_000, BOTH, WHY)
    with pytest.raises(InvalidInputError):
        act(RUTH, completed(world), frozenset(), WHY)
    with pytest.raises(InvalidInputError):
        act(RUTH, completed(world, threshold_ppb="high"), BOTH, WHY)


@pytest.mark.parametrize("actor", [MALLORY, BANK, AUDITOR, ADA, OPERATOR, ADMIN])
def test_strangers_register_and_withdraw_nothing(world: World, actor: Actor) -> None:
    held = register(world)
    act = world.acts.gate.register_evidence
    entry = completed(world)
    for attempt in (
        lambda: act(actor, entry, BOTH, WHY),
        lambda: act.withdraw(actor, held.id, WHY),
        lambda: act.confirm(actor, held.id, WHY),
    ):
        with pytest.raises(ForbiddenError):
            attempt()
        assert world.types()[-1] == "request:refused"
    if actor not in (AUDITOR, ADMIN):
        with pytest.raises(ForbiddenError):
            world.acts.gate.read_evidence(actor)
    assert verify(world)


ELSEWHERE = Signer("log.elsewhere.example", bytes(range(32)))


def made_elsewhere(**changes: object) -> dict[str, Any]:
    """A signed report of another installation, with its entry and the proof."""
    store = MemoryStore(ELSEWHERE)
    content = {"format": 1, "name": "elsewhere", **changes}
    fields = {**FIELDS, "fairness": content_digest(content), **changes}
    with store() as work:
        work.ledger.append(
            Entry(EventType.MEASUREMENT_COMPLETED, World().clock(), fields)  # type: ignore[arg-type]  # JSON values
        )
        work.commit()
    with store() as work:
        leaf = work.ledger.leaf(0)
        proof = InclusionProof(0, work.ledger.inclusion_proof(0, 1), work.ledger.checkpoint())
    record = {"digest": content_digest(content), "entry": 0, "leaf": leaf.decode(), "proof": proof.text}
    document = {**content, "record": record}
    note = ELSEWHERE.sign(note_text(document, {}))
    return {**document, "record": {**record, "signature": note}}


def brought(document: Mapping[str, Any], key: object = ELSEWHERE.vkey) -> Brought:
    return Brought(text=json.dumps(document), key=str(key), uses=BOTH, reason=WHY)


def test_a_report_made_elsewhere_counts_once_a_second_person_has_confirmed_it(world: World) -> None:
    act = world.acts.gate.register_evidence
    proposed = act.propose(ADMIN, brought(made_elsewhere()))
    assert str(ELSEWHERE.vkey) in proposed.signed_by
    assert refusal_of(lambda: verify(world)) == ("evidence.report",)
    act.confirm(REMY, proposed.id, WHY)
    assert verify(world)
    with pytest.raises(StateError):
        act.confirm(RUTH, proposed.id, WHY)
    with pytest.raises(StateError):
        act.propose(ADMIN, brought(made_elsewhere()))
    assert [event for event in world.types() if event.startswith("evidence:")] == [
        "evidence:proposed",
        "evidence:registered",
    ]


def test_a_report_whose_figures_signature_or_proof_do_not_hold_is_not_brought(world: World) -> None:
    act = world.acts.gate.register_evidence
    whole = made_elsewhere()
    wrong = [
        brought({**whole, "name": "changed"}),
        brought({**whole, "record": {**whole["record"], "signature": "none"}}),
        brought({**whole, "record": {**whole["record"], "proof": ""}}),
        brought(whole, key=Signer("log.elsewhere.example", bytes(32)).vkey),
        brought(whole, key="no key"),
        brought({"no": "report"}),
    ]
    for one in wrong:
        with pytest.raises(InvalidInputError):
            act.propose(ADMIN, one)
    with pytest.raises(ForbiddenError):
        act.propose(RUTH, brought(whole))
    assert world.acts.gate.read_evidence(AUDITOR) == ()


def test_the_standing_of_a_lease_is_shown_before_somebody_is_refused(world: World) -> None:
    register(world, ONE, fmr_worst_upper_ppb=300_000)
    standing = world.acts.gate.read_standing(AUDITOR, LeaseId("bank"))
    one_to_one, one_to_many = standing.uses
    assert {row.name: row.standing for row in one_to_one.limits} == {
        "age_days": CapStanding.HOLDS,
        "subjects": CapStanding.HOLDS,
        "fmr_ppb": CapStanding.NOT_SHOWN,
    }
    assert one_to_many.report is None
    assert standing.threshold_ppb == THRESHOLD
    with pytest.raises((NotFoundError, ForbiddenError)):
        world.acts.gate.read_standing(MALLORY, LeaseId("bank"))


def test_caps_are_part_of_what_the_ledger_says_of_a_lease(world: World) -> None:
    with world.unit_of_work() as work:
        held = work.leases.get(LeaseId("bank"))
    assert held is not None
    assert terms_digest(held) != terms_digest(replace(held, terms=replace(held.terms, caps=None)))
    assert Act.VERIFY in held.terms.acts


def test_a_duty_of_a_pack_asks_for_the_evidence_under_a_lease_that_names_no_caps() -> None:
    made = World()
    made.furnish(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, "dave")
    duty = """
    @id("own.evidence")
    @text("Whoever compares faces has measured error rates by group.")
    @source("Rule of the house")
    @obliges("fairness_evidence:30")
    permit (principal, action == Action::"verify", resource);
    """
    rules, faults = parse_rules(duty, pack="own", effect="permit")
    assert not faults
    pack = Pack(name="own", title="own", about="", versions=(), rules=rules, digest="0" * 64)
    policy = build_policy([*installed_policy().packs, pack], register=None)
    ask = replace(made.acts.verify.ask, decide=policy.decide)
    act = replace(made.acts.verify, ask=ask)
    claim = Claim(gallery_id=DOORS, subject_id=SubjectId("dave"), probe=photograph("dave", 2))
    assert refusal_of(lambda: act(BANK, claim)) == ("evidence.report",)
    register(made, ONE)
    answer = act(BANK, claim)
    with made.unit_of_work() as work:
        record = work.decisions.get(answer.decision_id)
    assert record is not None
    assert record.question.evidence is not None
    assert policy.decide(record.question) == record.decision
    made.clock.advance(timedelta(days=31))
    assert refusal_of(lambda: act(BANK, claim)) == ("evidence.fresh",)
    made.check_ledger()
