"""Appeals are judged by people who took no part in the ruling."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from applying import (
    ADA,
    ADMIN,
    AUDITOR,
    OPERATOR,
    REFUSAL,
    REMY,
    RUDI,
    RUTH,
    WHY,
    approve,
    approved,
    drafted,
    reviewer,
    settle_in,
    submitted,
)
from countenance.errors import ForbiddenError, InvalidInputError, NotFoundError, SeparationError, StateError
from countenance.vetting.dossier import AppealId, AppealState, ApplicationState
from world import START, World

RITA = reviewer("rita")


@pytest.fixture
def world() -> World:
    here = World()
    settle_in(here.acts)
    return here


def test_a_refusal_that_two_others_find_wrong_gets_a_new_review(world: World) -> None:
    vetting = world.acts.vetting
    application_id = submitted(world.acts, START)
    vetting.refuse(RUTH, application_id, REFUSAL)
    appeal = vetting.appeal(ADA, application_id, WHY)
    half = vetting.judge_appeal(REMY, appeal.id, uphold=True, reasons=WHY)
    assert half.state is AppealState.OPEN
    assert vetting.read_appeals.one(RITA, appeal.id).votes == (), "the first judgement is not shown"
    whole = vetting.judge_appeal(RITA, appeal.id, uphold=True, reasons=WHY)
    assert whole.state is AppealState.UPHELD
    application = vetting.read_applications.one(ADA, application_id).application
    assert (application.state, application.round) == (ApplicationState.SUBMITTED, 2)
    assert approve(vetting, application_id, START).state is ApplicationState.APPROVED
    assert [kind for kind in world.types() if kind.startswith("appeal")] == ["appeal:filed", "appeal:upheld"]


def test_an_appeal_that_two_dismiss_changes_nothing(world: World) -> None:
    vetting = world.acts.vetting
    application_id = submitted(world.acts, START)
    vetting.refuse(RUTH, application_id, REFUSAL)
    appeal = vetting.appeal(ADA, application_id, WHY)
    for judge, uphold in ((REMY, True), (RITA, False), (RUDI, False)):
        appeal = vetting.judge_appeal(judge, appeal.id, uphold=uphold, reasons=WHY)
    assert appeal.state is AppealState.DISMISSED
    with pytest.raises(StateError):
        vetting.judge_appeal(reviewer("rosa"), appeal.id, uphold=True, reasons=WHY)
    with pytest.raises(StateError, match="appealed against already"):
        vetting.appeal(ADA, application_id, WHY)
    assert vetting.read_applications.one(ADA, application_id).application.state is ApplicationState.REFUSED


def test_an_approval_that_two_others_find_wrong_ends_its_lease(world: World) -> None:
    vetting = world.acts.vetting
    application = approved(world.acts, START)
    appeal = vetting.appeal(AUDITOR, application.id, WHY)
    for judge in (REMY, RITA):
        vetting.judge_appeal(judge, appeal.id, uphold=True, reasons=WHY)
    lease = vetting.read_leases.one(ADMIN, application.lease_id)
    assert lease.terms.revoked
    assert not lease.in_force(START + timedelta(days=1))


def test_who_took_part_does_not_judge_nor_the_same_person_twice(world: World) -> None:
    vetting = world.acts.vetting
    application = approved(world.acts, START)
    appeal = vetting.appeal(AUDITOR, application.id, WHY)
    appellant = replace(REMY, person=AUDITOR.person)
    for part in (RUTH, RUDI, appellant, replace(REMY, person=ADA.person)):
        with pytest.raises(SeparationError):
            vetting.judge_appeal(part, appeal.id, uphold=False, reasons=WHY)
    vetting.judge_appeal(REMY, appeal.id, uphold=False, reasons=WHY)
    with pytest.raises(SeparationError):
        vetting.judge_appeal(replace(REMY, id="another_key"), appeal.id, uphold=False, reasons=WHY)


def test_an_appeal_is_against_a_ruling_and_has_grounds(world: World) -> None:
    vetting = world.acts.vetting
    undecided = drafted(world.acts, START)
    with pytest.raises(StateError, match="nothing was decided"):
        vetting.appeal(ADA, undecided, WHY)
    application = approved(world.acts, START)
    with pytest.raises(InvalidInputError):
        vetting.appeal(ADA, application.id, "no")
    for stranger in (RUTH, OPERATOR):
        with pytest.raises(ForbiddenError):
            vetting.appeal(stranger, application.id, WHY)
    with pytest.raises(NotFoundError):
        vetting.judge_appeal(RUTH, AppealId("appeal_none"), uphold=True, reasons=WHY)
    with pytest.raises(ForbiddenError):
        vetting.judge_appeal(OPERATOR, AppealId("appeal_none"), uphold=True, reasons=WHY)


def test_appeals_are_shown_to_staff_and_to_the_customer(world: World) -> None:
    vetting = world.acts.vetting
    application = approved(world.acts, START)
    appeal = vetting.appeal(AUDITOR, application.id, WHY)
    for reader in (ADA, ADMIN, RUTH, AUDITOR):
        assert [one.id for one in vetting.read_appeals.all(reader)] == [appeal.id]
    other = replace(ADA, person=None)
    assert vetting.read_appeals.all(other) == ()
    with pytest.raises(NotFoundError):
        vetting.read_appeals.one(other, appeal.id)
    with pytest.raises(ForbiddenError):
        vetting.read_appeals.all(OPERATOR)
