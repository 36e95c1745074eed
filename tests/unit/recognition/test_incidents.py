from __future__ import annotations

from typing import Any

import pytest

from applying import ADA, ADMIN, AUDITOR, OPERATOR, REMY, RUDI, RUTH
from cast import MALLORY
from countenance.app.gate_cases import GateCases
from countenance.biometrics.model import SubjectId
from countenance.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    SeparationError,
    StateError,
)
from countenance.oversight.incidents import (
    EVERYWHERE,
    Incident,
    IncidentKind,
    Scope,
    ScopeKind,
)
from countenance.policy.model import Act, ObligationKind, Purpose, Stop
from countenance.recognition.acts.identification import Search
from countenance.recognition.acts.verification import Claim
from countenance.recognition.incidents import Found
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.dossier import Member
from countenance.vetting.model import Actor, CustomerId, LeaseId, PersonId
from countenance.vetting.narrowing import Narrowing
from countenance.vetting.seed import parse_seed
from fakes_engine import photograph
from world import ARCHIVE, BANK, DOORS, MISSING, MUSEUM, NGO, SEED, World

DRILL = Found(
    kind=IncidentKind.ERASURE_DRILL_FAILED,
    reason="the probe of an erased canary found something",
    stops=Stop.ENROLMENT,
)


@pytest.fixture
def world() -> World:
    made = World()
    made.furnish(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, "dave")
    made.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave")
    made.furnish(NGO, MISSING, Purpose.MISSING_CHILDREN, "dave")
    return made


def gate(world: World) -> GateCases:
    return world.acts.gate


def lease(name: str) -> Scope:
    return Scope(kind=ScopeKind.LEASE, of=name)


def found(**changes: Any) -> Found:  # noqa: ANN401  any field
    plain: dict[str, Any] = {"kind": IncidentKind.OTHER, "reason": "somebody saw something odd"}
    return Found(**{**plain, **changes})


def identify(world: World) -> Any:  # noqa: ANN401  a candidate list
    return world.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=photograph("dave", 2), limit=1))


def verify(world: World) -> Any:  # noqa: ANN401  an answer
    claim = Claim(gallery_id=DOORS, subject_id=SubjectId("dave"), probe=photograph("dave", 2))
    return world.acts.verify(BANK, claim)


def examiners(world: World) -> int:
    return world.acts.vetting.read_leases.one(AUDITOR, LeaseId("museum")).terms.examiners


def enrol(world: World, number: int = 3) -> None:
    world.enrol(BANK, DOORS, SubjectId("dave"), number)


def test_an_incident_that_stops_enrolment_stops_it_for_everybody_and_says_what_ends_it(world: World) -> None:
    incident = gate(world).open_incident.by_machine(DRILL, by="canary")
    with pytest.raises(RefusedError) as refusal:
        enrol(world)
    assert refusal.value.reasons == ("incident.enrolment",)
    record = world.acts.read_decisions(BANK, refusal.value.decision_id)
    (reason,) = record.decision.reasons
    assert incident.id in reason.source
    assert "erasure_drill_failed" in reason.source
    assert reason.reopens is not None
    assert "resolve" in reason.reopens
    assert [one.id for one in record.decision.conditions if not one.met] == ["incident.enrolment"]
    assert world.types()[-1] == "enrolment:refused"
    assert world.acts.read_decisions.replay(BANK, refusal.value.decision_id).same
    assert verify(world)
    assert identify(world)


def test_enrolment_goes_on_once_a_reviewer_has_resolved_it(world: World) -> None:
    incident = gate(world).open_incident.by_machine(DRILL, by="canary")
    gate(world).resolve_incident(RUTH, incident.id, "the copy that was found is destroyed")
    enrol(world)
    assert [event["type"] for event in world.events() if "incident" in event["type"]] == [
        "incident:opened",
        "incident:resolved",
    ]
    world.check_ledger()


def test_nothing_but_enrolment_is_told_of_an_incident_that_stops_enrolment(world: World) -> None:
    gate(world).open_incident.by_machine(DRILL, by="canary")
    answer = verify(world)
    record = world.acts.read_decisions(BANK, answer.decision_id)
    assert record.question.incidents == ()
    assert not [one for one in record.decision.conditions if one.id.startswith("incident")]


def test_searches_stop_where_much_hangs_is_stopped_and_plain_claims_go_on(world: World) -> None:
    gate(world).open_incident.by_machine(found(stops=Stop.CONSEQUENTIAL_ACTS), by="monitor")
    with pytest.raises(RefusedError) as refusal:
        identify(world)
    assert refusal.value.reasons == ("incident.consequential",)
    assert verify(world)
    enrol(world)


@pytest.mark.parametrize(
    "scope",
    [
        Scope(kind=ScopeKind.CUSTOMER, of="bank"),
        lease("bank"),
        Scope(kind=ScopeKind.GALLERY, of="doors"),
    ],
)
def test_an_incident_counts_where_its_scope_lies_and_nowhere_else(world: World, scope: Scope) -> None:
    gate(world).open_incident.by_machine(found(stops=Stop.ENROLMENT, scope=scope), by="canary")
    with pytest.raises(RefusedError):
        enrol(world)
    world.enrol(MUSEUM, ARCHIVE, SubjectId("dave"), 4)


def test_the_same_finding_opens_one_incident(world: World) -> None:
    first = gate(world).open_incident.by_machine(DRILL, by="canary")
    assert gate(world).open_incident.by_machine(DRILL, by="canary") == first
    assert world.types().count("incident:opened") == 1


def test_who_opened_an_incident_does_not_resolve_it(world: World) -> None:
    incident = gate(world).open_incident(RUTH, found(stops=Stop.ENROLMENT))
    with pytest.raises(SeparationError):
        gate(world).resolve_incident(RUTH, incident.id, "it was nothing, I think")
    resolved = gate(world).resolve_incident(RUDI, incident.id, "I looked at the log; it was nothing")
    assert resolved.resolution is not None
    assert resolved.resolution.by == "rudi"
    with pytest.raises(StateError):
        gate(world).resolve_incident(REMY, incident.id, "a second time changes nothing")


def test_who_belongs_to_the_customer_does_not_resolve_what_concerns_it(world: World) -> None:
    incident = gate(world).open_incident(RUTH, found(scope=lease("bank"), stops=Stop.ENROLMENT))
    with world.unit_of_work() as work:
        work.dossiers.put_member(
            Member(
                customer_id=CustomerId("bank"),
                person=PersonId("rudi"),
                name="Rudi",
                since=world.clock(),
                until=None,
            )
        )
        work.commit()
    with pytest.raises(SeparationError):
        gate(world).resolve_incident(RUDI, incident.id, "our own lease, and all is well")
    seen = gate(world).resolve_incident(REMY, incident.id, "looked at it from outside")
    assert seen.resolution is not None


@pytest.mark.parametrize("actor", [MALLORY, BANK, AUDITOR, ADA, OPERATOR, ADMIN])
def test_nobody_but_a_reviewer_resolves_and_the_try_is_on_the_ledger(world: World, actor: Actor) -> None:
    incident = gate(world).open_incident.by_machine(DRILL, by="canary")
    with pytest.raises(ForbiddenError):
        gate(world).resolve_incident(actor, incident.id, "let it go on at once")
    assert world.types()[-1] == "request:refused"
    with pytest.raises(RefusedError):
        enrol(world)


@pytest.mark.parametrize("actor", [MALLORY, BANK, AUDITOR, ADA])
def test_strangers_open_no_incident(world: World, actor: Actor) -> None:
    with pytest.raises(ForbiddenError):
        gate(world).open_incident(actor, DRILL)
    enrol(world)


def test_mallory_cannot_tell_an_unknown_incident_from_a_forbidden_one(world: World) -> None:
    incident = gate(world).open_incident(RUTH, found(scope=lease("bank")))
    texts = set()
    for name in (incident.id, "inc_unknown"):
        with pytest.raises(NotFoundError) as refusal:
            gate(world).read_incidents.one(MALLORY, name)  # type: ignore[arg-type]  # any text
        texts.add(str(refusal.value).replace(name, ""))
    assert len(texts) == 1
    assert gate(world).read_incidents(MALLORY) == ()


def test_an_operator_sees_what_concerns_its_customer(world: World) -> None:
    theirs = gate(world).open_incident(RUTH, found(scope=lease("bank")))
    everybodys = gate(world).open_incident.by_machine(DRILL, by="canary")
    gate(world).open_incident(RUTH, found(scope=lease("museum")))
    seen = gate(world).read_incidents(BANK)
    assert {one.id for one in seen} == {theirs.id, everybodys.id}
    assert gate(world).read_incidents.one(BANK, theirs.id) == theirs
    assert len(gate(world).read_incidents(AUDITOR)) == 3


def test_a_scope_names_what_is_there(world: World) -> None:
    for scope in (
        lease("none"),
        Scope(kind=ScopeKind.GALLERY, of="x"),
        Scope(kind=ScopeKind.CUSTOMER, of="x"),
    ):
        with pytest.raises(NotFoundError):
            gate(world).open_incident(RUTH, found(scope=scope))
    with pytest.raises(InvalidInputError):
        Scope(kind=ScopeKind.LEASE)
    with pytest.raises(InvalidInputError):
        Scope(kind=ScopeKind.INSTALLATION, of="bank")
    with pytest.raises(InvalidInputError):
        gate(world).open_incident(RUTH, found(reason=" "))
    with pytest.raises(InvalidInputError):
        gate(world).open_incident(RUTH, found(narrowing=Narrowing.STOPPED))


def narrow(world: World, name: str, narrowing: Narrowing) -> Incident:
    alarm = found(kind=IncidentKind.ERROR_RATE_ALARM, scope=lease(name), narrowing=narrowing)
    return gate(world).open_incident.by_machine(alarm, by="monitor")


def test_an_alarm_raises_searches_to_held_until_people_give_the_lease_back(world: World) -> None:
    incident = narrow(world, "museum", Narrowing.HELD)
    held = world.acts.vetting.read_leases.one(AUDITOR, LeaseId("museum"))
    assert held.terms.examiners == 2
    assert held.terms.obligations == {ObligationKind.LEAD_ONLY, ObligationKind.NO_SCORES}
    assert incident.narrowed_version == held.version
    gate(world).resolve_incident(RUTH, incident.id, "the camera was moved; rates are as before", restore=True)
    given = world.acts.vetting.read_leases.one(AUDITOR, LeaseId("museum"))
    assert given.terms.examiners == 0
    assert given.version == held.version + 1
    assert identify(world).case_id is None
    assert [event for event in world.types() if event.startswith("lease:")] == [
        "lease:narrowed",
        "lease:restored",
    ]


def test_a_lease_can_be_taken_down_to_claims_or_stopped(world: World) -> None:
    narrow(world, "museum", Narrowing.ONE_TO_ONE)
    assert Act.IDENTIFY not in world.acts.vetting.read_leases.one(AUDITOR, LeaseId("museum")).terms.acts
    narrow(world, "bank", Narrowing.STOPPED)
    with pytest.raises(RefusedError) as refusal:
        verify(world)
    assert refusal.value.reasons == ("lease.suspended",)


def test_a_narrowed_lease_is_not_given_back_by_its_seed_file(world: World) -> None:
    narrow(world, "museum", Narrowing.HELD)
    assert world.acts.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(SEED)) == ()
    assert examiners(world) == 2


def test_resolving_without_restoring_leaves_the_lease_narrow(world: World) -> None:
    incident = narrow(world, "museum", Narrowing.HELD)
    gate(world).resolve_incident(RUTH, incident.id, "understood; it stays held for now")
    assert examiners(world) == 2


def test_a_lease_that_changed_since_is_not_restored(world: World) -> None:
    incident = narrow(world, "museum", Narrowing.HELD)
    world.acts.vetting.suspend_lease(RUTH, LeaseId("museum"), "stopped while we look at it")
    with pytest.raises(StateError):
        gate(world).resolve_incident(RUDI, incident.id, "give it back as it was", restore=True)
    untouched = gate(world).read_incidents.one(AUDITOR, incident.id)
    assert untouched.resolution is None


def test_an_incident_that_narrowed_nothing_restores_nothing(world: World) -> None:
    incident = gate(world).open_incident(RUTH, found(scope=EVERYWHERE))
    with pytest.raises(StateError):
        gate(world).resolve_incident(RUDI, incident.id, "give it back as it was", restore=True)
