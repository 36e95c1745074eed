"""The dry run says of each combination what the real gate would say, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from applying import ADA, ADMIN, RUTH, customer, drafted, settle_in, use
from countenance.errors import IncompleteError
from countenance.policy.gate import installed_policy, rule_changes
from countenance.policy.model import Act, Camera, CustomerKind, Jurisdiction, Permit, Purpose, Space
from countenance.vetting.foresight import MOST_QUESTIONS, DryRun, foresee
from countenance.vetting.minting import terms_of
from countenance.vetting.model import LeaseId
from world import START, World

POLICY = installed_policy()


def run(**changes: object) -> DryRun:
    terms = terms_of(use(START, **changes), LeaseId("lease-x"), START)
    assert terms is not None
    return DryRun(customer=customer(), terms=terms, begins=START)


def test_what_is_permitted_lasts_as_long_as_the_lease() -> None:
    foreseen = foresee(POLICY.decide, run(), rule_changes())
    assert [(one.act, one.permitted) for one in foreseen] == [(Act.ENROL, True), (Act.VERIFY, True)]
    assert {one.until for one in foreseen} == {START + timedelta(days=300)}
    assert all(one.reasons == () for one in foreseen)


def test_what_no_lease_can_allow_is_named_with_its_rule() -> None:
    police = replace(
        run(acts=frozenset({Act.IDENTIFY}), purposes=frozenset({Purpose.CRIMINAL_INVESTIGATION})),
        customer=customer(kind=CustomerKind.POLICE, jurisdictions=frozenset({Jurisdiction("US-NY")})),
    )
    (one,) = foresee(POLICY.decide, police, rule_changes())
    assert (one.permitted, one.until) == (False, None)
    assert "house.us-police" in {reason.id for reason in one.reasons}
    assert all(reason.reopens for reason in one.reasons)


def test_a_law_that_begins_during_the_lease_ends_what_it_forbids() -> None:
    """Virginia's permission of 2022 ends on 2026-07-01, and the ban of 2021 returns."""
    begins = datetime(2026, 6, 1, tzinfo=UTC)
    asked = use(
        begins,
        acts=frozenset({Act.VERIFY}),
        purposes=frozenset({Purpose.MISSING_PERSONS}),
        cameras=frozenset({Camera.FILE}),
    )
    terms = terms_of(asked, LeaseId("lease-va"), begins)
    assert terms is not None
    everything = frozenset(
        word for rule in POLICY.rules.values() for group in rule.needs for word in group
    ) - {"statute_authorises"}
    run_in_virginia = DryRun(
        customer=customer(kind=CustomerKind.POLICE, jurisdictions=frozenset({Jurisdiction("US-VA")})),
        terms=replace(terms, instruments=everything),
        begins=begins,
    )

    def lenient(question):  # noqa: ANN001, ANN202  a decider without the house's own refusal
        decision = POLICY.decide(question)
        if isinstance(decision, Permit):
            return decision
        reasons = tuple(one for one in decision.reasons if one.pack == "laws")
        return replace(decision, reasons=reasons) if reasons else Permit((), (), ())

    (one,) = foresee(lenient, run_in_virginia, rule_changes())
    assert one.permitted
    assert one.until == datetime(2026, 7, 1, tzinfo=UTC)
    assert any(reason.id.startswith("us-va") for reason in one.reasons)


def test_as_many_questions_are_asked_as_there_are_combinations_within_bounds() -> None:
    every = run(
        acts=frozenset(Act), purposes=frozenset(Purpose), spaces=frozenset(Space), cameras=frozenset(Camera)
    )
    asked: list[object] = []

    def decide(question):  # noqa: ANN001, ANN202  a decider that counts
        asked.append(question)
        return Permit((), (), ())

    assert len(foresee(decide, every, [date(2026, 8, 1)])) == MOST_QUESTIONS
    assert len(asked) == 2 * MOST_QUESTIONS


def test_a_use_that_the_gate_would_refuse_whole_goes_no_further() -> None:
    world = World()
    settle_in(world.acts)
    vetting = world.acts.vetting
    vetting.customers.amend(
        ADMIN, customer(kind=CustomerKind.POLICE, jurisdictions=frozenset({Jurisdiction("US-NY")}))
    )
    application_id = drafted(
        world.acts,
        START,
        acts=frozenset({Act.IDENTIFY}),
        purposes=frozenset({Purpose.CRIMINAL_INVESTIGATION}),
    )
    for reader in (ADA, RUTH):
        foreseen = vetting.read_applications.one(reader, application_id).foreseen
        assert foreseen
        assert not any(one.permitted for one in foreseen)
    with pytest.raises(IncompleteError) as caught:
        vetting.submit(ADA, application_id)
    assert "legal_basis:prohibited:acts" in caught.value.reasons
