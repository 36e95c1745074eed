from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from consent_stage import DAVE, MINUTE, agreement, bank_with_notice, capture, release
from countenance.biometrics.model import SubjectId
from countenance.consent.notice import Notice, RetentionStart
from countenance.consent.retention import HoldReason, Source
from countenance.errors import (
    InvalidInputError,
    LegalHoldError,
    NotFoundError,
    SeparationError,
    StateError,
    StorageError,
)
from countenance.policy.model import CustomerKind, Jurisdiction, Purpose
from countenance.policy.register import shipped_register
from countenance.policy.retention_terms import TERMS, terms_for
from countenance.recognition.acts.identification import Search
from countenance.recognition.acts.verification import Claim
from countenance.recognition.erasure.holds import LONGEST_HOLD, HoldAsked
from countenance.recognition.retention.deadlines import Sweep
from countenance.recognition.retention.schedule import retention_schedule
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import Actor, CustomerId, PersonId, Role
from fakes_engine import photograph
from world import ARCHIVE, BANK, DOORS, MUSEUM, NGO, START, World

DAY = timedelta(days=1)
ERIN = SubjectId("erin")
YEARS_ON = datetime(2036, 1, 1, tzinfo=UTC)


def enrolled(*codes: str, **changes: object) -> tuple[World, Notice]:
    """The bank in a place, with Dave enrolled under a lease that lasts for ten years."""
    world, notice = bank_with_notice(**changes)
    with world.unit_of_work() as work:
        bank = work.customers.get(CustomerId("bank"))
        lease = work.leases.get(BANK.lease_id)  # type: ignore[arg-type]  # the bank has one
        assert bank is not None
        assert lease is not None
        work.customers.put(replace(bank, jurisdictions=frozenset(map(Jurisdiction, codes or ("CH",)))))
        work.leases.put(replace(lease, terms=replace(lease.terms, expires=YEARS_ON)))
        work.commit()
    world.acts.give_consent(BANK, agreement(world, notice, capture=capture(world, release=release(world))))
    world.enrol(BANK, DOORS, DAVE)
    return world, notice


def hold(world: World, subject: SubjectId | None = DAVE, days: int = 30) -> HoldAsked:
    return HoldAsked(
        gallery_id=DOORS,
        subject_id=subject,
        reason=HoldReason.LITIGATION,
        matter="Bank v. Example",
        until=world.clock() + days * DAY,
    )


def contact(world: World) -> datetime | None:
    with world.unit_of_work() as work:
        return work.retention.interactions(DOORS, DAVE).last_interaction


def templates(world: World, subject: SubjectId = DAVE) -> int:
    with world.unit_of_work() as work:
        return len(work.references.of_subject(DOORS, subject))


# Deadlines --------------------------------------------------------------------------------


def test_the_earliest_of_law_policy_consent_and_lease_is_the_deadline_and_says_why() -> None:
    world, _ = enrolled("US-IL", "US-TX", consent_days=1_800, retention_days=1_500)
    found = world.acts.consent.retention.one(BANK, DOORS, DAVE)
    assert [(one.source, one.rule) for one in found.deadlines] == [
        (Source.LAW, "us-il-bipa"),
        (Source.POLICY, "doors/1"),
        (Source.CONSENT, "doors/1"),
        (Source.LEASE, "bank"),
    ]
    assert found.deadline is not None
    assert found.deadline.at == world.clock().replace(year=2029)
    assert "three years" in found.deadline.text
    assert len(found.references) == 1


@pytest.mark.parametrize(
    ("codes", "days", "rule"),
    [(("US-IL",), 0, "us-il-bipa"), (("DE",), 0, "eu-gdpr-9"), (("US-TX",), 365, "us-tx-cubi")],
)
def test_the_end_of_the_purpose_starts_the_laws_clock(codes: tuple[str, ...], days: int, rule: str) -> None:
    world, _ = enrolled(*codes, retention_days=3_000, consent_days=3_000)
    ended = world.clock.advance(DAY)
    world.acts.consent.contact.purpose_satisfied(BANK, DOORS, DAVE)
    world.clock.advance(DAY)
    world.acts.consent.contact.purpose_satisfied(BANK, DOORS, DAVE)
    deadline = world.acts.consent.retention.one(BANK, DOORS, DAVE).deadline
    assert deadline is not None
    assert (deadline.rule, deadline.at) == (rule, ended + days * DAY)
    assert world.types().count("purpose:satisfied") == 1


def test_contact_with_the_subject_moves_what_counts_from_it_and_nothing_else() -> None:
    world, _ = enrolled("US-IL", retention_from=RetentionStart.CAPTURE, retention_days=100)
    before = {one.source: one.at for one in world.acts.consent.retention.one(BANK, DOORS, DAVE).deadlines}
    later = world.clock.advance(50 * DAY)
    world.acts.consent.contact.interaction(BANK, DOORS, DAVE)
    after = {one.source: one.at for one in world.acts.consent.retention.one(BANK, DOORS, DAVE).deadlines}
    assert after[Source.LAW] == later.replace(year=2029)
    assert after[Source.POLICY] == before[Source.POLICY]


def test_a_claim_that_is_verified_is_contact_and_one_that_is_not_is_none() -> None:
    world, _ = enrolled("US-IL")
    world.clock.advance(30 * DAY)
    world.acts.verify(BANK, Claim(gallery_id=DOORS, subject_id=DAVE, probe=photograph("mallory")))
    assert contact(world) is None
    seen = world.clock.advance(30 * DAY)
    world.acts.verify(BANK, Claim(gallery_id=DOORS, subject_id=DAVE, probe=photograph("dave", 2)))
    world.clock.advance(DAY / 2)
    world.acts.verify(BANK, Claim(gallery_id=DOORS, subject_id=DAVE, probe=photograph("dave", 3)))
    assert contact(world) == seen
    found = world.acts.consent.retention.one(BANK, DOORS, DAVE).deadlines
    assert {one.at for one in found if one.source is Source.LAW} == {seen.replace(year=2029)}


def test_nothing_of_a_subjects_contacts_is_left_after_an_erasure() -> None:
    world, _ = enrolled("US-IL")
    world.acts.consent.contact.interaction(BANK, DOORS, DAVE)
    world.acts.withdraw(BANK, DOORS, DAVE)
    assert contact(world) is None


def test_three_years_from_a_leap_day_end_on_the_twenty_eighth() -> None:
    bipa = TERMS[0]
    assert bipa.last_day(datetime(2028, 2, 29, 9, tzinfo=UTC)) == datetime(2031, 2, 28, 9, tzinfo=UTC)


def test_every_term_belongs_to_a_law_of_the_register_that_speaks_of_retention() -> None:
    laws = {law.id: law for law in shipped_register().laws}
    assert all(
        any(word in laws[term.law].summary for word in ("destroyed", "destroy", "storage")) for term in TERMS
    )
    assert terms_for({CustomerKind.POLICE}, {Jurisdiction("US-IL")}, START.date()) == ()
    assert terms_for({CustomerKind.PRIVATE}, {Jurisdiction("US-IL")}, date(2007, 1, 1)) == ()
    assert [one.law for one in terms_for({CustomerKind.NGO}, {Jurisdiction("FR")}, START.date())] == [
        "eu-gdpr-9"
    ]


def test_mallory_learns_nothing_of_deadlines() -> None:
    world, _ = enrolled()
    for act in (world.acts.consent.retention.one, world.acts.consent.contact.interaction):
        with pytest.raises(NotFoundError):
            act(MUSEUM, DOORS, DAVE)
    with pytest.raises(NotFoundError):
        world.acts.consent.retention.page(NGO, DOORS, after=None, limit=9)


# Destruction ------------------------------------------------------------------------------


def test_nothing_is_destroyed_before_its_time_and_everything_at_it() -> None:
    world, _ = enrolled(retention_days=100)
    world.clock.set(world.clock() + 100 * DAY - MINUTE)
    assert world.acts.consent.destroy_due() == Sweep(destroyed=0, held=0, busy=0)
    assert templates(world) == 1
    world.clock.advance(MINUTE)
    assert world.acts.consent.destroy_due() == Sweep(destroyed=1, held=0, busy=0)
    assert templates(world) == 0
    told = [one for one in world.events() if one["type"] == "subject:erased"]
    assert [(one["cause"], one["actor"]) for one in told] == [("retention_ended", "retention")]
    assert not world.acts.read_consent(BANK, DOORS, DAVE).valid_at(world.clock())
    world.check_ledger()


def test_a_pass_after_a_long_sleep_catches_up_and_another_one_does_nothing_more() -> None:
    world, _ = enrolled(retention_days=100)
    world.clock.set(YEARS_ON - DAY)
    assert world.acts.consent.destroy_due().destroyed == 1
    size = len(world.events())
    assert world.acts.consent.destroy_due() == Sweep(destroyed=0, held=0, busy=0)
    assert len(world.events()) == size


@pytest.mark.parametrize("start", list(RetentionStart))
def test_whatever_the_policy_counts_from_the_pass_finds_who_is_due(start: RetentionStart) -> None:
    world, notice = enrolled(retention_days=100, retention_from=start, consent_days=None)
    world.acts.consent.contact.purpose_satisfied(BANK, DOORS, DAVE)
    world.clock.advance(60 * DAY)
    world.acts.give_consent(BANK, agreement(world, notice))
    world.clock.advance(41 * DAY)
    due = world.acts.consent.retention.one(BANK, DOORS, DAVE).due(world.clock())
    assert due is (start is not RetentionStart.LAST_INTERACTION)
    assert world.acts.consent.destroy_due().destroyed == due


def test_references_end_with_the_last_lease_that_covers_their_gallery() -> None:
    world, _ = enrolled(retention_days=30_000, consent_days=None)
    world.clock.set(YEARS_ON - MINUTE)
    assert world.acts.consent.destroy_due().destroyed == 0
    world.clock.set(YEARS_ON)
    assert world.acts.consent.destroy_due().destroyed == 1


def test_who_gave_consent_again_in_time_stays() -> None:
    world, notice = enrolled(consent_days=10)
    world.clock.advance(9 * DAY)
    world.acts.give_consent(BANK, agreement(world, notice))
    world.clock.advance(9 * DAY)
    assert world.acts.consent.destroy_due().destroyed == 0
    world.clock.advance(2 * DAY)
    assert world.acts.consent.destroy_due().destroyed == 1


def test_only_whoever_runs_the_installation_makes_a_pass_by_hand() -> None:
    world, _ = enrolled(retention_days=1)
    world.clock.advance(DAY)
    with pytest.raises(Exception, match="does not include"):
        world.acts.consent.run_retention(BANK)
    assert world.acts.consent.run_retention(LOCAL_ADMINISTRATOR).destroyed == 1
    assert world.events()[-1]["type"] == "subject:erased" or "erasure" in str(world.events()[-1])


# Legal holds ------------------------------------------------------------------------------


def test_a_hold_stops_the_destruction_and_not_the_ban_on_use() -> None:
    world = World()
    world.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE)
    world.agree(MUSEUM, ARCHIVE, DAVE, until=world.clock() + DAY)
    world.enrol(MUSEUM, ARCHIVE, DAVE)
    search = Search(gallery_id=ARCHIVE, probe=photograph("dave", 1))
    assert world.acts.identify(MUSEUM, search).candidates
    asked = replace(hold(world), gallery_id=ARCHIVE)
    world.acts.consent.place_hold(MUSEUM, asked)
    world.clock.advance(2 * DAY)
    assert world.acts.consent.destroy_due() == Sweep(destroyed=0, held=1, busy=0)
    found = world.acts.identify(MUSEUM, search).candidates
    assert found is not None
    assert found.candidates == ()
    with world.unit_of_work() as work:
        assert work.references.of_subject(ARCHIVE, DAVE) != ()


def test_a_held_reference_whose_term_is_over_is_not_used_any_more_and_goes_when_the_hold_ends() -> None:
    world, _ = enrolled(retention_days=10)
    placed = world.acts.consent.place_hold(BANK, hold(world, None, days=20))
    world.clock.advance(10 * DAY)
    assert world.acts.read_consent(BANK, DOORS, DAVE).valid_at(world.clock())
    assert world.acts.consent.destroy_due() == Sweep(destroyed=0, held=1, busy=0)
    assert world.acts.consent.destroy_due() == Sweep(destroyed=0, held=1, busy=0)
    assert not world.acts.read_consent(BANK, DOORS, DAVE).valid_at(world.clock())
    (told,) = [one for one in world.events() if one["type"] == "retention:held"]
    assert (told["holds"], told["because"], told["rule"]) == ([placed.id], "policy", "doors/1")
    world.clock.set(placed.until)
    assert world.acts.consent.destroy_due() == Sweep(destroyed=1, held=0, busy=0)


def test_whoever_placed_a_hold_does_not_release_it() -> None:
    world, _ = enrolled(retention_days=10)
    placed = world.acts.consent.place_hold(BANK, hold(world))
    with pytest.raises(SeparationError):
        world.acts.consent.release_hold(BANK, DOORS, placed.id)
    assert world.events()[-1]["what"] == "hold"
    ended = world.acts.consent.release_hold(LOCAL_ADMINISTRATOR, DOORS, placed.id)
    assert (ended.released, ended.released_by) == (world.clock(), "local")
    with pytest.raises(StateError):
        world.acts.consent.release_hold(LOCAL_ADMINISTRATOR, DOORS, placed.id)
    assert world.types()[-1] == "hold:released"
    assert "Example" not in str(world.events())


def test_two_keys_of_one_person_are_one_person() -> None:
    world, _ = enrolled()
    one = replace(BANK, person=PersonId("pat"))
    placed = world.acts.consent.place_hold(one, hold(world))
    with pytest.raises(SeparationError):
        world.acts.consent.release_hold(replace(one, id="key_other"), DOORS, placed.id)


def test_a_hold_says_why_and_ends() -> None:
    world, _ = enrolled()
    for wrong in (
        replace(hold(world), matter="  "),
        replace(hold(world), until=world.clock()),
        replace(hold(world), until=world.clock() + LONGEST_HOLD + DAY),
    ):
        with pytest.raises(InvalidInputError):
            world.acts.consent.place_hold(BANK, wrong)


def test_a_gallery_under_a_hold_is_not_deleted() -> None:
    world, _ = enrolled()
    world.acts.consent.place_hold(BANK, hold(world))
    with pytest.raises(LegalHoldError):
        world.acts.delete_gallery(BANK, DOORS)
    assert templates(world) == 1


def test_a_withdrawal_under_a_hold_ends_the_use_at_once_and_the_references_with_the_hold() -> None:
    world, _ = enrolled()
    placed = world.acts.consent.place_hold(BANK, hold(world))
    with pytest.raises(LegalHoldError, match="destroyed when it ends"):
        world.acts.withdraw(BANK, DOORS, DAVE)
    assert templates(world) == 1
    assert world.acts.read_consent(BANK, DOORS, DAVE).withdrawn == world.clock()
    assert "consent:withdrawn" in world.types()
    assert world.acts.consent.destroy_due().held == 1
    world.clock.set(placed.until)
    assert world.acts.consent.destroy_due().destroyed == 1


def test_mallory_cannot_tell_whether_anything_is_held() -> None:
    world, _ = enrolled()
    placed = world.acts.consent.place_hold(BANK, hold(world))
    mallory = Actor(id="key_m", role=Role.OPERATOR, lease_id=MUSEUM.lease_id)
    for attempt in (
        lambda: world.acts.consent.holds(mallory, DOORS),
        lambda: world.acts.consent.place_hold(mallory, hold(world)),
        lambda: world.acts.consent.release_hold(mallory, DOORS, placed.id),
    ):
        with pytest.raises(NotFoundError):
            attempt()


# The schedule -----------------------------------------------------------------------------


def test_the_schedule_makes_a_pass_at_once_and_goes_on_after_a_fault() -> None:
    made = threading.Semaphore(0)
    outcomes = iter([StorageError("down"), RuntimeError("unforeseen"), Sweep(destroyed=1, held=0, busy=0)])

    def sweep() -> Sweep:
        made.release()
        outcome = next(outcomes, Sweep(destroyed=0, held=0, busy=0))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    schedule = retention_schedule(sweep, seconds=0.001)
    schedule.start()
    schedule.start()
    try:
        assert all(made.acquire(timeout=10) for _ in range(4))
    finally:
        schedule.stop()
    schedule.stop()
    while made.acquire(blocking=False):
        pass
    assert not made.acquire(timeout=0.05)
