"""A review from the first draft to the lease, and who may not take part in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from applying import (
    ADA,
    ADMIN,
    AUDITOR,
    GATE,
    OPERATOR,
    REFUSAL,
    REMY,
    RUDI,
    RUTH,
    WHY,
    applicant,
    approval,
    approve,
    approved,
    customer,
    drafted,
    marks,
    reviewer,
    settle_in,
    submitted,
    use,
)
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.errors import (
    ConcurrentWriteError,
    ForbiddenError,
    IncompleteError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    SeparationError,
    StateError,
)
from countenance.policy.model import CustomerKind, ObligationKind, Purpose
from countenance.recognition.acts.verification import Claim, VerificationResult
from countenance.vetting.dossier import ApplicationState, Factor, Verdict
from countenance.vetting.listing import ApplicationSearch, Span
from countenance.vetting.model import Actor, CustomerId, LeaseId, LeaseOrigin, PersonId, Role
from countenance.vetting.reviewing import Marked
from countenance.vetting.use import Use
from fakes_engine import photograph
from world import START, World

STAFF_DOOR = GalleryId("gate-staff")


@pytest.fixture
def world() -> World:
    here = World()
    settle_in(here.acts)
    return here


def verify(world: World, operator: Actor) -> VerificationResult:
    """Compare another photograph of dave with his reference."""
    claim = Claim(gallery_id=STAFF_DOOR, subject_id=SubjectId("dave"), probe=photograph("dave", 2))
    return world.acts.verify(operator, claim)


def under(lease: LeaseId) -> Actor:
    return Actor(id="key_gate", role=Role.OPERATOR, lease_id=lease)


def furnish(world: World, lease: LeaseId) -> Actor:
    """Enrol dave under a lease, and return its operator."""
    operator = under(lease)
    world.furnish(operator, STAFF_DOOR, Purpose.IDENTITY_VERIFICATION, "dave")
    return operator


def test_two_reviewers_approve_and_the_lease_that_they_grant_permits(world: World) -> None:
    vetting = world.acts.vetting
    application_id = submitted(world.acts, START)
    vetting.mark_factors(RUTH, application_id, marks())
    half = vetting.approve(RUTH, application_id, approval(START))
    assert half.state is ApplicationState.SUBMITTED
    assert world.acts.list_leases(ADMIN)[-1].id != half.lease_id
    whole = vetting.approve(RUDI, application_id, approval(START, expires=START + timedelta(days=150)))
    assert whole.state is ApplicationState.APPROVED
    lease = vetting.read_leases.one(ADMIN, whole.lease_id)
    assert (lease.origin, lease.application_id, lease.version) == (LeaseOrigin.APPLICATION, whole.id, 1)
    assert lease.approved_by == ("rudi", "ruth")
    assert lease.terms.expires == START + timedelta(days=150), "the earlier of the two"
    operator = furnish(world, whole.lease_id)
    verified = verify(world, operator)
    assert verified.entry > 0
    assert [kind for kind in world.types() if kind.startswith(("application", "lease"))] == [
        "application:submitted",
        "application:reviewed",
        "application:reviewed",
        "lease:granted",
        "application:approved",
    ]
    world.check_ledger()


def test_without_a_second_person_there_is_no_lease_however_often_one_approves(world: World) -> None:
    vetting = world.acts.vetting
    application_id = submitted(world.acts, START)
    vetting.mark_factors(RUTH, application_id, marks())
    application = vetting.approve(RUTH, application_id, approval(START))
    other_key = replace(RUTH, id="key_of_ruth_too")
    for same in (RUTH, other_key):
        with pytest.raises(SeparationError, match="another one has to look"):
            vetting.approve(same, application_id, approval(START))
    with pytest.raises(NotFoundError):
        vetting.read_leases.one(ADMIN, application.lease_id)
    assert world.types().count("request:refused") == 3


@pytest.mark.parametrize(
    "actor",
    [
        replace(ADA, role=Role.REVIEWER),
        reviewer("left"),
        Actor(id="key_none", role=Role.REVIEWER, lease_id=None),
        ADA,
        ADMIN,
        AUDITOR,
        OPERATOR,
    ],
    ids=["author", "former-member", "nobody", "applicant", "administrator", "auditor", "operator"],
)
def test_whoever_has_a_part_in_it_judges_nothing(world: World, actor: Actor) -> None:
    vetting = world.acts.vetting
    vetting.members.add(ADMIN, GATE, PersonId("left"), "Left")
    vetting.members.end(ADMIN, GATE, PersonId("left"))
    application_id = submitted(world.acts, START)
    before = world.types()
    for judge in (
        lambda: vetting.mark_factors(actor, application_id, marks()),
        lambda: vetting.approve(actor, application_id, approval(START)),
        lambda: vetting.refuse(actor, application_id, REFUSAL),
    ):
        with pytest.raises(ForbiddenError):
            judge()
    assert world.types()[len(before) :] == ["request:refused"] * 3


def test_an_administrator_who_drafts_for_a_customer_does_not_judge_as_a_reviewer(world: World) -> None:
    vetting = world.acts.vetting
    ruth_administers = replace(RUTH, role=Role.ADMINISTRATOR)
    application = vetting.draft.begin(ruth_administers, GATE, use(START))
    vetting.store_evidence(ruth_administers, application.id, "x.txt", b"not the file that is named")
    with pytest.raises(IncompleteError) as caught:
        vetting.submit(ADA, application.id)
    assert "organisation:missing:attestation.evidence" in caught.value.reasons
    with pytest.raises(SeparationError):
        vetting.mark_factors(RUTH, application.id, marks())


def test_a_refusal_says_why_and_how_to_go_on_and_one_is_enough(world: World) -> None:
    vetting = world.acts.vetting
    application_id = submitted(world.acts, START)
    vetting.mark_factors(RUTH, application_id, marks())
    vetting.approve(RUTH, application_id, approval(START))
    refused = vetting.refuse(RUDI, application_id, REFUSAL)
    assert refused.state is ApplicationState.REFUSED
    assert refused.ruling is not None
    assert (refused.ruling.verdict, refused.ruling.reopening) == (Verdict.REFUSE, REFUSAL.reopening)
    with pytest.raises(StateError):
        vetting.approve(REMY, application_id, approval(START))
    with pytest.raises(NotFoundError):
        vetting.read_leases.one(ADMIN, refused.lease_id)


def test_a_refused_application_is_amended_and_looked_at_afresh(world: World) -> None:
    vetting = world.acts.vetting
    application_id = submitted(world.acts, START)
    vetting.refuse(RUTH, application_id, REFUSAL)
    better = use(START, description="Staff open the door by face. The porter looks, and nobody else.")
    again = vetting.draft.save(ADA, application_id, better, based_on=1)
    assert (again.version, again.state) == (2, ApplicationState.DRAFT)
    assert vetting.submit(ADA, application_id).round == 2
    changed = vetting.read_applications.compare(ADA, application_id, 1, 2)
    assert [one.field for one in changed] == ["description"]
    assert approve(vetting, application_id, START).state is ApplicationState.APPROVED


def test_votes_of_an_earlier_round_count_for_nothing(world: World) -> None:
    vetting = world.acts.vetting
    application_id = submitted(world.acts, START)
    vetting.mark_factors(RUTH, application_id, marks())
    vetting.approve(RUTH, application_id, approval(START))
    vetting.withdraw(ADA, application_id)
    vetting.draft.save(ADA, application_id, use(START, title="Another door"), based_on=1)
    vetting.submit(ADA, application_id)
    with pytest.raises(IncompleteError, match="unmarked"):
        vetting.approve(RUDI, application_id, approval(START))
    vetting.mark_factors(RUDI, application_id, marks())
    assert vetting.approve(RUDI, application_id, approval(START)).state is ApplicationState.SUBMITTED


def test_nothing_is_approved_while_a_factor_has_no_mark_or_is_not_satisfied(world: World) -> None:
    vetting = world.acts.vetting
    application_id = submitted(world.acts, START)
    vetting.mark_factors(RUTH, application_id, marks(without=Factor.NOTICE))
    with pytest.raises(IncompleteError) as caught:
        vetting.approve(RUTH, application_id, approval(START))
    assert caught.value.reasons == ("notice:unmarked:",)
    vetting.mark_factors(RUDI, application_id, marks(unsatisfied=Factor.FAIRNESS))
    with pytest.raises(IncompleteError) as caught:
        vetting.approve(RUTH, application_id, approval(START))
    assert caught.value.reasons == ("fairness:not_satisfied:",)
    vetting.mark_factors(RUDI, application_id, marks())
    assert vetting.approve(RUTH, application_id, approval(START)).state is ApplicationState.SUBMITTED


def test_what_went_stale_during_the_review_is_not_approved(world: World) -> None:
    application_id = submitted(world.acts, START)
    world.clock.advance(timedelta(days=200))
    world.acts.vetting.mark_factors(RUTH, application_id, marks())
    with pytest.raises(IncompleteError) as caught:
        world.acts.vetting.approve(RUTH, application_id, approval(world.clock()))
    assert "retention:stale:retention.erasure_tested" in caught.value.reasons


def test_of_two_approvals_the_stricter_terms_hold(world: World) -> None:
    vetting = world.acts.vetting
    application_id = submitted(world.acts, START)
    vetting.mark_factors(RUTH, application_id, marks())
    condition = "The camera looks at the mat before the door and no further."
    early = START + timedelta(days=30)
    vetting.approve(RUTH, application_id, approval(START, conditions=(condition,), reverify=early))
    duties = frozenset({ObligationKind.NO_SCORES})
    application = vetting.approve(RUDI, application_id, approval(START, obligations=duties, examiners=2))
    lease = vetting.read_leases.one(ADA, application.lease_id)
    assert (lease.conditions, lease.reverify) == ((condition,), early)
    assert (lease.terms.obligations, lease.terms.examiners) == (duties, 2)
    verified = verify(world, furnish(world, lease.id))
    assert verified.score is None


def test_a_lease_whose_verification_is_overdue_permits_nothing(world: World) -> None:
    application = approved(world.acts, START)
    operator = furnish(world, application.lease_id)
    world.clock.advance(timedelta(days=100))
    with pytest.raises(RefusedError) as caught:
        verify(world, operator)
    assert caught.value.reasons == ("lease.reverification",)


def test_a_renewal_is_a_new_version_of_the_lease_and_the_old_one_holds_until_then(world: World) -> None:
    vetting = world.acts.vetting
    application = approved(world.acts, START)
    operator = furnish(world, application.lease_id)
    world.clock.advance(timedelta(days=90))
    now = world.clock()
    vetting.draft.save(ADA, application.id, use(now), based_on=1)
    vetting.submit(ADA, application.id)
    verify(world, operator)
    approve(vetting, application.id, now)
    lease = vetting.read_leases.one(ADMIN, application.lease_id)
    assert (lease.version, lease.reverify) == (2, now + timedelta(days=100))
    assert [one.lease.version for one in vetting.read_leases.history(ADMIN, lease.id)] == [1, 2]
    world.clock.advance(timedelta(days=20))
    verify(world, operator)


def test_a_renewal_lets_nothing_go_on_that_was_stopped_and_revokes_no_revocation(world: World) -> None:
    vetting = world.acts.vetting
    application = approved(world.acts, START)
    vetting.suspend_lease(REMY, application.lease_id, WHY)
    vetting.draft.save(ADA, application.id, use(START, title="Renewed"), based_on=1)
    vetting.submit(ADA, application.id)
    approve(vetting, application.id, START)
    lease = vetting.read_leases.one(ADMIN, application.lease_id)
    assert (lease.version, lease.terms.suspended) == (3, True)
    vetting.draft.save(ADA, application.id, use(START, title="Again"), based_on=2)
    vetting.submit(ADA, application.id)
    vetting.revoke_lease(REMY, lease.id, WHY)
    with pytest.raises(StateError, match="revoked for good"):
        vetting.mark_factors(RUTH, application.id, marks())
    vetting.withdraw(ADA, application.id)
    vetting.draft.save(ADA, application.id, use(START, title="And again"), based_on=3)
    with pytest.raises(StateError, match="revoked for good"):
        vetting.submit(ADA, application.id)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reasons": "ok"}, "`reasons` is a reason"),
        ({"expires": START}, "`expires` is a moment to come"),
        ({"reverify": START}, "`reverify` is a moment to come"),
        ({"reverify": START + timedelta(days=201)}, "no later than `expires`"),
        ({"conditions": ("short",)}, "`conditions` is a reason"),
        ({"conditions": (WHY,) * 21}, "at most 20 conditions"),
        ({"obligations": frozenset({ObligationKind.EXPIRE_RESULT})}, "`obligations` are some of"),
        ({"examiners": 6}, "`examiners` is a number from 0 to 5"),
    ],
)
def test_an_approval_says_all_of_it(world: World, changes: dict[str, object], message: str) -> None:
    application_id = submitted(world.acts, START)
    with pytest.raises(InvalidInputError, match=message):
        world.acts.vetting.approve(RUTH, application_id, approval(START, **changes))


def test_a_mark_has_a_reason_and_is_of_a_factor_that_people_judge(world: World) -> None:
    application_id = submitted(world.acts, START)
    for factor, reason in ((Factor.NOTICE, "fine"), (Factor.RETENTION, WHY)):
        with pytest.raises(InvalidInputError):
            world.acts.vetting.mark_factors(
                RUTH, application_id, [Marked(factor=factor, satisfied=True, reason=reason)]
            )


def test_a_draft_is_kept_and_tells_what_is_missing_and_why(world: World) -> None:
    vetting = world.acts.vetting
    application = vetting.draft.begin(ADA, GATE, Use(title="A door"))
    view = vetting.read_applications.one(ADA, application.id)
    wrong = [one for one in view.findings if one.blocks]
    assert {one.factor for one in wrong} >= {Factor.ORGANISATION, Factor.LEGAL_BASIS, Factor.APPEALS}
    assert all(one.about.why and one.text for one in wrong)
    with pytest.raises(IncompleteError) as caught:
        vetting.submit(ADA, application.id)
    assert len(caught.value.reasons) == len(wrong)
    assert view.foreseen == ()


def test_a_draft_with_what_is_no_text_is_not_kept_whoever_hands_it_in(world: World) -> None:
    vetting = world.acts.vetting
    with pytest.raises(InvalidInputError, match=r"`use\.title` has characters that are no text"):
        vetting.draft.begin(ADA, GATE, Use(title="a\x00"))
    name = vetting.draft.begin(ADA, GATE, Use(title="Ein Tor\u00a0für alle")).id
    with pytest.raises(InvalidInputError, match=r"`use\.fallback` has more than"):
        vetting.draft.save(ADA, name, Use(fallback="a" * 20_001), based_on=1)


def test_a_draft_written_on_an_old_version_is_not_kept(world: World) -> None:
    vetting = world.acts.vetting
    application_id = drafted(world.acts, START)
    vetting.draft.save(ADA, application_id, use(START, title="Second"), based_on=1)
    with pytest.raises(ConcurrentWriteError, match="version 2"):
        vetting.draft.save(ADA, application_id, use(START, title="Third"), based_on=1)
    assert vetting.draft.save(ADA, application_id, use(START, title="Second"), based_on=2).version == 2


def test_an_application_under_review_does_not_change_below_the_reviewers(world: World) -> None:
    application_id = submitted(world.acts, START)
    with pytest.raises(StateError):
        world.acts.vetting.draft.save(ADA, application_id, use(START, title="x"), based_on=1)


def test_a_reviewer_sees_no_vote_before_casting_one_and_the_customer_sees_none(world: World) -> None:
    vetting = world.acts.vetting
    application_id = submitted(world.acts, START)
    vetting.mark_factors(RUTH, application_id, marks())
    vetting.approve(RUTH, application_id, approval(START))
    assert len(vetting.read_applications.one(RUTH, application_id).votes) == 1
    for other in (RUDI, ADA, ADMIN):
        assert vetting.read_applications.one(other, application_id).votes == ()
    assert vetting.read_applications.one(ADA, application_id).marks == ()
    vetting.approve(RUDI, application_id, approval(START))
    assert len(vetting.read_applications.one(ADA, application_id).votes) == 2


def test_the_members_of_one_customer_see_nothing_of_another(world: World) -> None:
    vetting = world.acts.vetting
    rival = CustomerId("rival")
    vetting.customers(ADMIN, customer(rival))
    vetting.members.add(ADMIN, rival, PersonId("mallory"), "Mallory")
    mallory = applicant("mallory", rival)
    application_id = submitted(world.acts, START)
    for look in (
        lambda name: vetting.read_applications.one(mallory, name),
        lambda name: vetting.draft.save(mallory, name, use(START), based_on=1),
        lambda name: vetting.submit(mallory, name),
        lambda name: vetting.withdraw(mallory, name),
        lambda name: vetting.store_evidence(mallory, name, "x.txt", b"x"),
        lambda name: vetting.appeal(mallory, name, WHY),
    ):
        messages = []
        for name in (application_id, type(application_id)("app_unknown")):
            with pytest.raises(NotFoundError) as caught:
                look(name)
            messages.append(caught.value.message.replace(name, "..."))
        assert messages[0] == messages[1]
    assert vetting.read_applications.all(mallory) == ()
    assert vetting.read_applications.page(mallory, ApplicationSearch(), Span(limit=9)).total == 0
    pretends = replace(mallory, customer_id=GATE)
    with pytest.raises(NotFoundError):
        vetting.read_applications.one(pretends, application_id)


def test_a_member_who_left_sees_no_more(world: World) -> None:
    vetting = world.acts.vetting
    application_id = submitted(world.acts, START)
    vetting.members.end(ADMIN, GATE, PersonId("ada"))
    with pytest.raises(NotFoundError):
        vetting.read_applications.one(ADA, application_id)


def test_a_customer_that_becomes_another_has_its_leases_stopped(world: World) -> None:
    vetting = world.acts.vetting
    application = approved(world.acts, START)
    operator = furnish(world, application.lease_id)
    vetting.customers.amend(ADMIN, customer(acts_for=frozenset({CustomerKind.POLICE})))
    with pytest.raises(RefusedError) as caught:
        verify(world, operator)
    assert "lease.suspended" in caught.value.reasons
    vetting.customers.amend(
        ADMIN, customer(name="Gatehouse Limited", acts_for=frozenset({CustomerKind.POLICE}))
    )
    assert vetting.read_leases.one(ADMIN, application.lease_id).version == 2


def test_whom_a_customer_acted_for_at_approval_binds_it_whatever_its_record_says_later(world: World) -> None:
    vetting = world.acts.vetting
    acting = frozenset({CustomerKind.NGO})
    vetting.customers.amend(ADMIN, customer(acts_for=acting))
    attested = use(START).attestation
    assert attested is not None
    application = approved(world.acts, START, attestation=replace(attested, acts_for=acting))
    operator = furnish(world, application.lease_id)
    vetting.customers.amend(ADMIN, customer())
    vetting.resume_lease(RUTH, application.lease_id, WHY)
    verified = verify(world, operator)
    record = world.acts.read_decisions(AUDITOR, verified.decision_id)
    assert record.question.acts_for == acting
