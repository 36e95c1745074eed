"""Dossiers, reviews, versions of leases and officers' decisions, the same wherever they are stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from applying import DIGEST, FILE, GATE, WHY, use
from contract import examples
from contract.examples import HOUR, NOON
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.policy.model import CustomerKind, ObligationKind
from countenance.policy.reopening import HumanRightsPoint
from countenance.vetting.conditions import (
    ChecklistAnswer,
    ConditionDecision,
    ConditionDecisionId,
    ConditionState,
    Officer,
)
from countenance.vetting.dossier import (
    Appeal,
    AppealId,
    AppealVote,
    Application,
    ApplicationId,
    ApplicationState,
    Contact,
    Draft,
    Evidence,
    Factor,
    FactorMark,
    Member,
    Message,
    Ruling,
    Side,
    Verdict,
    Vote,
)
from countenance.vetting.listing import ApplicationOrder, ApplicationSearch, Span, application_place
from countenance.vetting.model import (
    CustomerId,
    KeyId,
    LeaseChange,
    LeaseId,
    LeaseOrigin,
    LeaseVersion,
    PersonId,
)
from countenance.vetting.terms_of_use import TermsOfUse
from storing import Place

APP = ApplicationId("app_1")
ADA, RUTH, RUDI = PersonId("ada"), PersonId("ruth"), PersonId("rudi")


def application(name: str = "app_1", *, created: int = 0, customer: CustomerId = GATE) -> Application:
    ruling = Ruling(
        verdict=Verdict.APPROVE,
        round=1,
        version=1,
        reviewers=(RUTH, RUDI),
        reasons=(WHY, WHY),
        conditions=("Zürich only.",),
        expires=NOON + HOUR,
        reverify=None,
        reopening="",
        decided=NOON,
        entry=7,
    )
    return Application(
        id=ApplicationId(name),
        customer_id=customer,
        lease_id=LeaseId("lease-1"),
        state=ApplicationState.APPROVED,
        version=2,
        round=1,
        authors=frozenset({ADA, RUDI}),
        created=NOON + created * HOUR,
        changed=NOON,
        submitted=1,
        submitted_by=ADA,
        ruling=ruling,
    )


def vote(reviewer: PersonId, *, hours: int = 0, round_: int = 1) -> Vote:
    return Vote(
        application_id=APP,
        round=round_,
        reviewer=reviewer,
        verdict=Verdict.APPROVE,
        reasons=WHY,
        obligations=frozenset({ObligationKind.NO_SCORES, ObligationKind.LEAD_ONLY}),
        expires=NOON,
        cast=NOON + hours * HOUR,
    )


def test_members_and_contacts_come_back_in_order_and_are_replaced_by_their_key(place: Place) -> None:
    left = Member(customer_id=GATE, person=ADA, name="Ada", since=NOON, until=NOON + HOUR)
    desk = Contact(customer_id=GATE, id="desk", name="Öffnung", purpose="complaints")
    with place.unit() as work:
        for member in (replace(left, until=None), left, replace(left, person=PersonId("Z"))):
            work.dossiers.put_member(member)
        work.dossiers.put_member(replace(left, customer_id=CustomerId("other")))
        work.dossiers.put_contact(replace(desk, name="x"))
        work.dossiers.put_contact(desk)
        work.commit()
    with place.unit() as work:
        assert work.dossiers.members(GATE) == (replace(left, person=PersonId("Z")), left)
        assert work.dossiers.contacts(GATE) == (desk,)
        work.dossiers.remove_contact(GATE, "desk")
        work.commit()
        assert work.dossiers.contacts(GATE) == ()
        with pytest.raises(NotFoundError):
            work.dossiers.remove_contact(GATE, "desk")


@pytest.mark.parametrize("order", ApplicationOrder)
@pytest.mark.parametrize("descending", [False, True])
def test_applications_are_paged_in_every_order_forwards_and_backwards(
    place: Place, order: ApplicationOrder, *, descending: bool
) -> None:
    states = [*ApplicationState]
    every = [
        replace(
            application(f"app_{at}", created=at // 2, customer=CustomerId(f"c{at % 3}")),
            state=states[at % len(states)],
            changed=NOON + (at * 7 % 5) * HOUR,
        )
        for at in range(11)
    ]
    with place.unit() as work:
        for one in (replace(every[3], state=ApplicationState.DRAFT), *every):
            work.dossiers.put(one)
        work.commit()
    placed = [(application_place(one, order), one) for one in every]
    placed.sort(key=lambda one: (one[0].key, one[0].id), reverse=descending)
    expected = tuple(one for _, one in placed)
    sought = ApplicationSearch(order=order, descending=descending)
    with place.unit() as work:
        assert work.dossiers.count(sought) == len(every)
        forwards = walk(lambda span: work.dossiers.page(sought, span), order, back=False)
        assert tuple(one for page in forwards for one in page) == expected
        backwards = walk(lambda span: work.dossiers.page(sought, span), order, back=True)
        assert tuple(one for page in backwards[::-1] for one in page) == expected


def walk(
    page: Callable[[Span], tuple[Application, ...]], order: ApplicationOrder, *, back: bool
) -> list[tuple[Application, ...]]:
    """Every page of four, from one end to the other."""
    pages: list[tuple[Application, ...]] = []
    mark = None
    while rows := page(Span(limit=4, place=mark, back=back)):
        pages.append(rows)
        mark = application_place(rows[0 if back else -1], order)
    return pages


def test_applications_are_found_by_state_and_customer(place: Place) -> None:
    one = application("app_1")
    other = replace(application("app_2", customer=CustomerId("other")), state=ApplicationState.SUBMITTED)
    with place.unit() as work:
        work.dossiers.put(one)
        work.dossiers.put(other)
        work.commit()
    with place.unit() as work:
        for sought, found in (
            (ApplicationSearch(state=ApplicationState.SUBMITTED), (other,)),
            (ApplicationSearch(customer_id=GATE), (one,)),
            (ApplicationSearch(customer_id=GATE, state=ApplicationState.SUBMITTED), ()),
            (ApplicationSearch(), (one, other)),
        ):
            assert work.dossiers.page(sought, Span(limit=9)) == found
            assert work.dossiers.count(sought) == len(found)


def test_questions_and_answers_come_back_in_order_and_are_never_replaced(place: Place) -> None:
    asked = Message(
        application_id=APP,
        number=1,
        side=Side.REVIEWERS,
        author=RUTH,
        text="Whose door is it? Zürich?",
        answers=None,
        said=NOON,
        salt="00" * 32,
        entry=7,
    )
    answered = replace(asked, number=2, side=Side.CUSTOMER, author=ADA, text="Ours.", answers=1)
    with place.unit() as work:
        work.dossiers.add_message(answered)
        work.dossiers.add_message(asked)
        work.dossiers.add_message(replace(asked, application_id=ApplicationId("app_2")))
        with pytest.raises(AlreadyExistsError):
            work.dossiers.add_message(replace(asked, text="Another one"))
        work.commit()
    with place.unit() as work:
        assert work.dossiers.messages(APP) == (asked, answered)


def test_applications_come_back_as_they_were_the_oldest_first(place: Place) -> None:
    later, first = application("app_1", created=2), application("app_2", created=1)
    other = application("app_3", customer=CustomerId("other"))
    with place.unit() as work:
        for one in (replace(later, ruling=None), later, first, other):
            work.dossiers.put(one)
        work.commit()
    with place.unit() as work:
        assert work.dossiers.get(APP) == later
        assert work.dossiers.get(ApplicationId("none")) is None
        assert work.dossiers.all() == (other, first, later)
        assert work.dossiers.of_customer(GATE) == (first, later)


def test_drafts_are_never_replaced(place: Place) -> None:
    drafts = [
        Draft(
            application_id=APP, number=number, use=use(NOON, title=f"Tür {number}"), author=ADA, written=NOON
        )
        for number in (1, 2, 10)
    ]
    with place.unit() as work:
        for draft in reversed(drafts):
            work.dossiers.add_draft(draft)
        with pytest.raises(AlreadyExistsError):
            work.dossiers.add_draft(replace(drafts[0], author=RUTH))
        work.commit()
    with place.unit() as work:
        assert work.dossiers.drafts(APP) == tuple(drafts)
        assert work.dossiers.draft(APP, 2) == drafts[1]
        assert work.dossiers.draft(APP, 3) is None


def test_a_file_is_kept_once_an_application(place: Place) -> None:
    held = Evidence(
        application_id=APP,
        digest=DIGEST,
        name="Bericht.txt",
        media_type="text/plain",
        size=len(FILE),
        added_by=ADA,
        added=NOON,
    )
    with place.unit() as work:
        work.dossiers.add_evidence(held, FILE)
        with pytest.raises(AlreadyExistsError):
            work.dossiers.add_evidence(held, FILE)
        work.dossiers.add_evidence(replace(held, application_id=ApplicationId("other")), FILE)
        work.commit()
    with place.unit() as work:
        assert work.dossiers.evidence(APP) == (held,)
        assert work.dossiers.evidence_data(APP, DIGEST) == FILE
        assert work.dossiers.evidence_data(APP, "0" * 64) is None


def test_marks_are_replaced_and_votes_are_not(place: Place) -> None:
    mark = FactorMark(
        application_id=APP,
        round=1,
        factor=Factor.NOTICE,
        reviewer=RUTH,
        satisfied=False,
        reason=WHY,
        marked=NOON,
    )
    again = replace(mark, satisfied=True)
    with place.unit() as work:
        for one in (mark, again, replace(mark, reviewer=RUDI), replace(mark, factor=Factor.APPEALS)):
            work.reviews.put_mark(one)
        work.reviews.put_mark(replace(mark, round=2))
        for one_vote in (vote(RUTH, hours=1), vote(RUDI), vote(RUTH, round_=2)):
            work.reviews.add_vote(one_vote)
        with pytest.raises(AlreadyExistsError):
            work.reviews.add_vote(vote(RUTH))
        work.commit()
    with place.unit() as work:
        assert work.reviews.marks(APP, 1) == (
            replace(mark, factor=Factor.APPEALS),
            replace(mark, reviewer=RUDI),
            again,
        )
        assert work.reviews.votes(APP, 1) == (vote(RUDI), vote(RUTH, hours=1))
        assert work.reviews.votes(APP, 3) == ()


def test_appeals_come_back_with_their_votes(place: Place) -> None:
    appeal = Appeal(
        id=AppealId("appeal_1"),
        application_id=APP,
        round=1,
        against=Verdict.REFUSE,
        appellant=ADA,
        grounds=WHY,
        filed=NOON + HOUR,
    )
    judged = replace(appeal, votes=(AppealVote(reviewer=RUTH, uphold=True, reasons=WHY, cast=NOON),))
    earlier = replace(appeal, id=AppealId("appeal_2"), filed=NOON)
    with place.unit() as work:
        for one in (appeal, judged, earlier):
            work.reviews.put_appeal(one)
        work.commit()
    with place.unit() as work:
        assert work.reviews.appeals() == (earlier, judged)
        assert work.reviews.appeal(AppealId("appeal_1")) == judged
        assert work.reviews.appeal(AppealId("none")) is None


def test_a_lease_of_an_application_comes_back_with_all_that_binds_it(place: Place) -> None:
    lease = replace(
        examples.lease(),
        terms=replace(
            examples.lease().terms, suspended=True, obligations=frozenset({ObligationKind.NO_SCORES})
        ),
        origin=LeaseOrigin.APPLICATION,
        version=3,
        application_id=APP,
        acts_for=frozenset({CustomerKind.NGO}),
        conditions=("Nur bei Tag.", "b"),
        reverify=NOON,
        terms_of_use="2",
        secret_because="An investigation that the court keeps secret.",  # noqa: S106  no password
    )
    with place.unit() as work:
        work.leases.put(lease)
        for number in (2, 1, 10):
            versioned = replace(lease, version=number)
            work.lease_versions.add(
                LeaseVersion(lease=versioned, change=LeaseChange.SUSPENDED, by="ruth", reason=WHY, at=NOON)
            )
        with pytest.raises(AlreadyExistsError):
            work.lease_versions.add(
                LeaseVersion(
                    lease=replace(lease, version=1), change=LeaseChange.GRANTED, by="x", reason="", at=NOON
                )
            )
        work.commit()
    with place.unit() as work:
        assert work.leases.get(lease.id) == lease
        held = work.lease_versions.of_lease(lease.id)
        assert [one.lease.version for one in held] == [1, 2, 10]
        assert held[0].lease == replace(lease, version=1)


def test_a_key_of_a_person_ends_early_and_never_late(place: Place) -> None:
    held = replace(examples.api_key(), person=RUTH, customer_id=GATE, lease_id=None)
    with place.unit() as work:
        work.keys.add(held)
        work.keys.expire(KeyId("key"), NOON + 2 * HOUR)
        assert work.keys.get(KeyId("key")) == held
        work.keys.expire(KeyId("key"), NOON)
        assert work.keys.get(KeyId("key")) == replace(held, expires=NOON)
        with pytest.raises(NotFoundError):
            work.keys.expire(KeyId("other"), NOON)
        work.commit()


def test_what_officers_met_holds_between_its_moments(place: Place) -> None:
    officers = tuple(
        Officer(person=person, name=name, at=NOON, reasons=WHY)
        for person, name in ((RUTH, "Ada Lovelace"), (RUDI, "Grace Hopper"))
    )
    proposed = ConditionDecision(
        id=ConditionDecisionId("cond_1"),
        rule="house.us-police",
        citation="An Act",
        answers=tuple(ChecklistAnswer(point=point, how=WHY) for point in HumanRightsPoint),
        expires=date(2027, 1, 1),
        state=ConditionState.PROPOSED,
        met_by=officers[:1],
    )
    met = replace(proposed, state=ConditionState.MET, met_by=officers, met=NOON)
    unmet = replace(met, state=ConditionState.UNMET, unmet_by=officers, unmet=NOON + HOUR)
    for decision, expected in ((proposed, (0, 0, 0)), (met, (0, 1, 1)), (unmet, (0, 1, 0))):
        with place.unit() as work:
            work.conditions.put(decision)
            work.commit()
        with place.unit() as work:
            assert work.conditions.get(decision.id) == decision
            assert work.conditions.all() == (decision,)
            moments = (NOON - HOUR, NOON, NOON + HOUR)
            assert tuple(len(work.conditions.reopenings(at)) for at in moments) == expected


def test_published_terms_come_back_in_order_and_once(place: Place) -> None:
    first = TermsOfUse(
        version="zz-1", published=NOON, binding=NOON + 200 * HOUR, summary="Äöü", text="Nobody.\n"
    )
    second = replace(first, version="aa-2", published=NOON + HOUR, binding=None)
    with place.unit() as work:
        assert work.published_terms.all() == ()
        work.published_terms.add(second)
        work.published_terms.add(first)
        work.commit()
    with place.unit() as work:
        assert work.published_terms.all() == (first, second)
        with pytest.raises(AlreadyExistsError):
            work.published_terms.add(replace(first, text="Everybody.\n"))
