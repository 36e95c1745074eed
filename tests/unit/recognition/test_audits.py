from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from applying import ADA, ADMIN, AUDITOR, OPERATOR, RUDI, RUTH
from cast import MALLORY
from countenance.biometrics.faces import FaceChoice
from countenance.biometrics.model import SubjectId
from countenance.errors import (
    BusyError,
    ForbiddenError,
    InvalidInputError,
    LimitReachedError,
    NotFoundError,
    RefusedError,
    SeparationError,
    StateError,
)
from countenance.fairness.audits import Audit, AuditState, AuditTerms, AuditVerdict
from countenance.oversight.incidents import IncidentKind
from countenance.policy.model import Jurisdiction, Purpose
from countenance.recognition.acts.comparison import Pair
from countenance.recognition.acts.verification import Claim
from countenance.recognition.watching.audits import Handed, OpenedAudit
from countenance.vetting.model import Actor, PersonId
from fakes_engine import photograph
from world import BANK, DOORS, World

WHY = "an independent test that we can learn from"
TERMS = AuditTerms(
    party="A university",
    contact="audit@example.com",
    protocol="ab" * 32,
    test_days=10,
    window_days=30,
    calls_a_minute=2,
    most_calls=5,
)
PAIR = Pair(reference=photograph("dave", 1), probe=photograph("dave", 2), choice=FaceChoice.ONLY)
FOUND = Handed(verdict=AuditVerdict.FAILED, summary="One group errs four times as often.", report="cd" * 32)


@pytest.fixture
def world() -> World:
    made = World()
    made.jurisdictions = frozenset({Jurisdiction("CH")})
    made.furnish(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, "dave")
    return made


def opened(world: World, terms: AuditTerms = TERMS) -> tuple[Audit, Actor]:
    """Return an audit that may begin, and the outsider with its key."""
    cases = world.acts.gate.administer_audits
    begun: OpenedAudit = cases.approve(RUTH, cases.register(ADMIN, terms, WHY).id, WHY)
    return begun.audit, world.acts.authenticate(begun.issued.text)


def test_the_protocol_is_on_the_ledger_before_anything_can_be_called(world: World) -> None:
    audit = world.acts.gate.administer_audits.register(ADMIN, TERMS, WHY)
    assert audit.state(world.clock()) is AuditState.REGISTERED
    event = world.events()[-1]
    assert (event["type"], event["protocol"]) == ("audit:registered", TERMS.protocol)


def test_two_people_let_an_audit_begin(world: World) -> None:
    cases = world.acts.gate.administer_audits
    audit = cases.register(replace(ADMIN, person=PersonId("ruth")), TERMS, WHY)
    with pytest.raises(SeparationError):
        cases.approve(RUTH, audit.id, WHY)
    assert cases.approve(RUDI, audit.id, WHY).audit.state(world.clock()) is AuditState.OPEN
    with pytest.raises(StateError):
        cases.approve(RUDI, audit.id, WHY)


def test_the_outsider_compares_through_the_counted_door(world: World) -> None:
    audit, outsider = opened(world)
    result = world.acts.gate.run_audit(outsider, PAIR)
    assert result.outcome == "match"
    assert result.score is not None
    record = world.acts.read_decisions(outsider, result.decision_id)
    assert record.customer_id == audit.key_lease
    assert world.acts.gate.run_audit.mine(outsider) == audit
    world.check_ledger()


def test_the_outsiders_key_does_nothing_else_and_nothing_real_can_be_touched(world: World) -> None:
    _, outsider = opened(world)
    with pytest.raises(RefusedError) as direct:
        world.acts.compare(outsider, PAIR)
    assert "lease.act" in direct.value.reasons
    claim = Claim(gallery_id=DOORS, subject_id=SubjectId("dave"), probe=photograph("dave", 2))
    for act in (
        lambda: world.acts.verify(outsider, claim),
        lambda: world.enrol(outsider, DOORS, SubjectId("dave")),
    ):
        with pytest.raises(RefusedError):
            act()
    with pytest.raises((NotFoundError, ForbiddenError)):
        world.acts.create_gallery(outsider, DOORS, Purpose.RESEARCH_MEASUREMENT, scraped=False)
    with pytest.raises(ForbiddenError):
        world.acts.gate.read_audits(outsider)


def test_where_the_law_asks_for_papers_an_audit_without_them_is_refused_like_anybody(world: World) -> None:
    world.jurisdictions = frozenset({Jurisdiction("US-IL")})
    world.acts.__dict__.pop("gate", None)
    _, outsider = opened(world)
    with pytest.raises(RefusedError) as refused:
        world.acts.gate.run_audit(outsider, PAIR)
    assert any(reason.startswith("us-il") for reason in refused.value.reasons)


def test_calls_are_bounded_by_the_minute_and_in_all(world: World) -> None:
    _, outsider = opened(world)
    run = world.acts.gate.run_audit
    for _ in range(2):
        run(outsider, PAIR)
    with pytest.raises(BusyError) as busy:
        run(outsider, PAIR)
    assert 0 < busy.value.retry_after <= 60
    for _ in range(3):
        world.clock.advance(timedelta(minutes=1))
        run(outsider, PAIR)
    world.clock.advance(timedelta(minutes=1))
    with pytest.raises(LimitReachedError):
        run(outsider, PAIR)


@pytest.mark.parametrize("verdict", AuditVerdict)
def test_a_result_is_published_after_the_embargo_whatever_was_found(
    world: World, verdict: AuditVerdict
) -> None:
    _, outsider = opened(world)
    audits = world.acts.gate.read_audits
    reported = world.acts.gate.run_audit.report(outsider, replace(FOUND, verdict=verdict))
    assert reported.state(world.clock()) is AuditState.UNDER_EMBARGO
    assert audits.published() == ()
    assert audits.put_on_record() == 0
    world.clock.advance(timedelta(days=30))
    (told,) = audits.published()
    assert told.result is not None
    assert told.result.verdict is verdict
    assert audits.put_on_record() == 1
    assert audits.put_on_record() == 0
    assert world.types()[-1] == "audit:published"


def test_an_audit_without_a_result_is_published_as_one(world: World) -> None:
    audit, _ = opened(world)
    world.clock.advance(timedelta(days=40))
    (told,) = world.acts.gate.read_audits.published()
    assert (told.id, told.result) == (audit.id, None)


def test_the_operator_answers_within_the_window_and_changes_nothing_of_the_result(world: World) -> None:
    audit, outsider = opened(world)
    respond = world.acts.gate.administer_audits.respond
    with pytest.raises(StateError):
        respond(ADMIN, audit.id, "We have not heard of anything yet.")
    world.acts.gate.run_audit.report(outsider, FOUND)
    answered = respond(ADMIN, audit.id, "We have raised the threshold for that camera.")
    assert answered.result is not None
    assert answered.result.summary == FOUND.summary
    with pytest.raises(StateError):
        world.acts.gate.run_audit.report(outsider, FOUND)
    with pytest.raises(StateError):
        world.acts.gate.run_audit(outsider, PAIR)
    world.clock.advance(timedelta(days=30))
    with pytest.raises(StateError):
        respond(ADMIN, audit.id, "We would like to say more about this.")


def test_an_audit_that_failed_opens_an_incident(world: World) -> None:
    _, outsider = opened(world)
    world.acts.gate.run_audit.report(outsider, FOUND)
    (incident,) = world.acts.gate.read_incidents(AUDITOR)
    assert incident.kind is IncidentKind.AUDIT_FAILED
    assert incident.evidence == FOUND.report


def test_only_a_published_audit_is_repeated(world: World) -> None:
    audit, outsider = opened(world)
    again = replace(TERMS, retest_of=audit.id)
    with pytest.raises(StateError):
        world.acts.gate.administer_audits.register(ADMIN, again, WHY)
    world.acts.gate.run_audit.report(outsider, FOUND)
    world.clock.advance(timedelta(days=30))
    assert opened(world, again)[0].terms.retest_of == audit.id


def test_after_its_days_the_key_is_over(world: World) -> None:
    _, outsider = opened(world)
    world.clock.advance(timedelta(days=10))
    with pytest.raises(StateError):
        world.acts.gate.run_audit(outsider, PAIR)


@pytest.mark.parametrize("actor", [MALLORY, BANK, AUDITOR, ADA, OPERATOR])
def test_strangers_take_no_part_in_audits_and_it_is_on_the_ledger(world: World, actor: Any) -> None:  # noqa: ANN401  an actor
    audit = world.acts.gate.administer_audits.register(ADMIN, TERMS, WHY)
    cases, run = world.acts.gate.administer_audits, world.acts.gate.run_audit
    for attempt in (
        lambda: cases.register(actor, TERMS, WHY),
        lambda: cases.approve(actor, audit.id, WHY),
        lambda: cases.respond(actor, audit.id, WHY),
        lambda: run(actor, PAIR),
        lambda: run.report(actor, FOUND),
        lambda: run.mine(actor),
    ):
        before = len(world.events())
        with pytest.raises((ForbiddenError, NotFoundError)):
            attempt()
        assert [one["type"] for one in world.events()[before:]] == ["request:refused"]


def test_terms_are_within_bounds() -> None:
    for wrong in (
        {"party": ""},
        {"contact": "two\nlines"},
        {"protocol": "AB" * 32},
        {"test_days": 0},
        {"window_days": 181},
        {"calls_a_minute": 601},
        {"most_calls": 0},
    ):
        with pytest.raises(InvalidInputError):
            replace(TERMS, **wrong)  # type: ignore[arg-type]  # wrong on purpose
