"""The stop button, who may let go on, terms of use, keys that rotate, and seeds beside reviews."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from applying import ADA, ADMIN, AUDITOR, OPERATOR, REMY, RUTH, WHY, approved, settle_in
from countenance.app import Countenance
from countenance.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    SeparationError,
    StateError,
    UnauthenticatedError,
)
from countenance.recognition.acts.detection import Look
from countenance.vetting.keys import KeyRequest
from countenance.vetting.model import KeyId, LeaseChange, LeaseId, LeaseOrigin, PersonId, Role
from countenance.vetting.seed import parse_seed
from countenance.vetting.terms_of_use import TermsOfUse, accepted_until, shipped_terms
from fakes_engine import photograph
from world import MUSEUM, SEED, START, World

MUSEUMS = LeaseId("museum")
SECOND = TermsOfUse(
    version="2",
    published=START + timedelta(days=10),
    binding=START + timedelta(days=40),
    summary="More of the same.",
    text="Be kind.",
)


@pytest.fixture
def world() -> World:
    here = World()
    settle_in(here.acts)
    return here


def look(world: World) -> None:
    world.acts.detect(MUSEUM, Look(image=photograph("dave")))


def test_any_reviewer_stops_a_lease_at_once_and_another_lets_it_go_on(world: World) -> None:
    vetting = world.acts.vetting
    look(world)
    assert vetting.suspend_lease(RUTH, MUSEUMS, WHY).version == 2
    with pytest.raises(RefusedError) as caught:
        look(world)
    assert caught.value.reasons == ("lease.suspended",)
    with pytest.raises(SeparationError):
        vetting.resume_lease(replace(RUTH, id="another_key"), MUSEUMS, WHY)
    vetting.resume_lease(REMY, MUSEUMS, WHY)
    look(world)
    history = vetting.read_leases.history(AUDITOR, MUSEUMS)
    assert [(one.change, one.by) for one in history] == [
        (LeaseChange.GRANTED, "local"),
        (LeaseChange.SUSPENDED, "ruth"),
        (LeaseChange.RESUMED, "remy"),
    ]
    assert [kind for kind in world.types() if kind.startswith("lease")] == [
        "lease:suspended",
        "lease:resumed",
    ]


def test_a_stop_has_a_reason_and_a_state(world: World) -> None:
    vetting = world.acts.vetting
    for none in ("stop", WHY + "\x00", WHY + "\udcff", "a" * 5001):
        with pytest.raises(InvalidInputError):
            vetting.suspend_lease(RUTH, MUSEUMS, none)
    with pytest.raises(InvalidInputError):
        vetting.revoke_lease(RUTH, MUSEUMS, "\x00")
    with pytest.raises(StateError):
        vetting.resume_lease(RUTH, MUSEUMS, WHY)
    vetting.suspend_lease(ADMIN, MUSEUMS, WHY)
    with pytest.raises(StateError):
        vetting.suspend_lease(RUTH, MUSEUMS, WHY)
    for actor in (AUDITOR, OPERATOR, ADA):
        with pytest.raises(ForbiddenError):
            vetting.suspend_lease(actor, MUSEUMS, WHY)
    with pytest.raises(ForbiddenError):
        vetting.resume_lease(ADMIN, MUSEUMS, WHY)
    with pytest.raises(NotFoundError):
        vetting.suspend_lease(RUTH, LeaseId("nothing"), WHY)


def test_a_lease_that_is_revoked_does_not_go_on(world: World) -> None:
    vetting = world.acts.vetting
    vetting.suspend_lease(RUTH, MUSEUMS, WHY)
    assert vetting.revoke_lease(REMY, MUSEUMS, WHY).terms.revoked
    with pytest.raises(StateError):
        vetting.resume_lease(REMY, MUSEUMS, WHY)
    assert world.types().count("lease:revoked") == 1
    vetting.revoke_lease(REMY, MUSEUMS, WHY)
    assert world.types().count("lease:revoked") == 1


def test_a_seed_file_lets_nothing_go_on_that_was_stopped(world: World) -> None:
    world.acts.vetting.suspend_lease(RUTH, MUSEUMS, WHY)
    longer = SEED.replace("n_max = 1000", "n_max = 2000")
    granted = world.acts.grant_leases(ADMIN, parse_seed(longer))
    assert MUSEUMS not in {lease.id for lease in granted}
    assert {lease.version for lease in granted} == {2}
    assert world.acts.grant_leases(ADMIN, parse_seed(longer)) == ()


def test_a_seed_file_neither_replaces_a_reviewed_lease_nor_changes_who_applied(world: World) -> None:
    application = approved(world.acts, START)
    bank = SEED[: SEED.index("[[customer]]", 5)]
    taken = bank.replace('id = "bank"\ncustomer', f'id = "{application.lease_id}"\ncustomer')
    with pytest.raises(ConflictError, match="does not come from a seed file"):
        world.acts.grant_leases(ADMIN, parse_seed(taken))
    renamed = bank.replace('id = "bank"\nname', 'id = "gatehouse"\nname').replace(
        'customer = "bank"', 'customer = "gatehouse"'
    )
    with pytest.raises(ConflictError, match="its record is amended"):
        world.acts.grant_leases(ADMIN, parse_seed(renamed))
    held = world.acts.vetting.read_leases.one(ADMIN, application.lease_id)
    assert held.origin is LeaseOrigin.APPLICATION


def test_newer_terms_of_use_ask_again_and_bind_after_their_grace(world: World) -> None:
    world.terms_of_use = lambda: (*shipped_terms(), SECOND)
    world.acts = Countenance(world)
    vetting = world.acts.vetting
    world.clock.advance(timedelta(days=39))
    look(world)
    world.clock.advance(timedelta(days=1))
    with pytest.raises(RefusedError) as caught:
        look(world)
    assert caught.value.reasons == ("lease.terms-of-use",)
    record = world.acts.read_decisions(AUDITOR, caught.value.decision_id)
    assert "countenance terms accept" in (record.decision.reasons[0].reopens or "")
    with pytest.raises(InvalidInputError, match="is not the newest"):
        vetting.accept_terms(ADMIN, MUSEUMS, "1")
    assert vetting.accept_terms(ADMIN, MUSEUMS, "2").terms_of_use == "2"
    look(world)
    assert vetting.accept_terms(ADMIN, MUSEUMS, "2").version == 2
    assert world.types().count("terms:accepted") == 1


def test_only_a_member_accepts_for_a_lease_that_was_applied_for(world: World) -> None:
    application = approved(world.acts, START)
    world.terms_of_use = lambda: (*shipped_terms(), SECOND)
    world.acts = Countenance(world)
    vetting = world.acts.vetting
    for actor in (ADMIN, RUTH, OPERATOR):
        with pytest.raises(ForbiddenError):
            vetting.accept_terms(actor, application.lease_id, "2")
    assert vetting.accept_terms(ADA, application.lease_id, "2").terms_of_use == "2"
    with pytest.raises(NotFoundError):
        vetting.accept_terms(ADA, MUSEUMS, "2")


def test_the_grace_of_terms_is_that_of_the_first_newer_version() -> None:
    (first,) = shipped_terms()
    third = replace(SECOND, version="3", binding=START + timedelta(days=90))
    assert accepted_until("1", (first,)) is None
    assert accepted_until("1", (first, SECOND, third)) == SECOND.binding
    assert accepted_until("2", (first, SECOND, third)) == third.binding
    assert accepted_until("forged", (first,)) == first.published


def test_the_shipped_terms_are_those_that_were_accepted() -> None:
    (terms,) = shipped_terms()
    assert "discriminat" in terms.text
    assert terms.digest == "d88cfe48bfa4702b5db8cebe6332125ea8eeb30716effa4a4b4a979e858f5c7d"


def test_a_key_rotates_without_a_moment_in_which_none_is_valid(world: World) -> None:
    request = KeyRequest(
        role=Role.OPERATOR, lease_id=MUSEUMS, label="door", expires=START + timedelta(days=60), signs=True
    )
    old = world.acts.issue_key(ADMIN, request)
    world.clock.advance(timedelta(days=50))
    new = world.acts.vetting.rotate_key(ADMIN, old.key.id, timedelta(hours=2))
    assert (new.key.role, new.key.lease_id, new.key.label) == (Role.OPERATOR, MUSEUMS, "door")
    assert new.key.expires == world.clock() + timedelta(days=60)
    assert new.credential is not None
    for text in (old.text, new.text):
        assert world.acts.authenticate(text).lease_id == MUSEUMS
    world.clock.advance(timedelta(hours=2))
    assert world.acts.authenticate(new.text).id == new.key.id
    with pytest.raises(UnauthenticatedError):
        world.acts.authenticate(old.text)
    with pytest.raises(StateError):
        world.acts.vetting.rotate_key(ADMIN, old.key.id, timedelta(hours=2))


def test_only_an_administrator_rotates_and_no_grace_is_for_ever(world: World) -> None:
    held = world.acts.issue_key(ADMIN, KeyRequest(role=Role.OPERATOR, lease_id=MUSEUMS, label="x")).key
    for grace in (timedelta(days=31), timedelta(seconds=-1)):
        with pytest.raises(InvalidInputError):
            world.acts.vetting.rotate_key(ADMIN, held.id, grace)
    for actor in (RUTH, replace(OPERATOR, id=held.id)):
        with pytest.raises(ForbiddenError):
            world.acts.vetting.rotate_key(actor, held.id, timedelta(0))
    with pytest.raises(NotFoundError):
        world.acts.vetting.rotate_key(ADMIN, KeyId("0" * 16), timedelta(0))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"role": Role.REVIEWER}, InvalidInputError),
        ({"role": Role.REVIEWER, "person": PersonId("Ruth")}, InvalidInputError),
        ({"role": Role.REVIEWER, "person": PersonId("ruth"), "customer_id": "gatehouse"}, InvalidInputError),
        ({"role": Role.APPLICANT, "person": PersonId("ada")}, InvalidInputError),
        ({"role": Role.APPLICANT, "person": PersonId("ruth"), "customer_id": "gatehouse"}, NotFoundError),
        ({"role": Role.APPLICANT, "person": PersonId("ada"), "customer_id": "nowhere"}, NotFoundError),
    ],
)
def test_keys_of_people_name_them(world: World, changes: dict[str, object], error: type[Exception]) -> None:
    request = KeyRequest(lease_id=None, label="x", **changes)  # type: ignore[arg-type]  # fields of the request
    with pytest.raises(error):
        world.acts.issue_key(ADMIN, request)


def test_a_key_of_an_applicant_acts_for_its_customer(world: World) -> None:
    request = KeyRequest(
        role=Role.APPLICANT, lease_id=None, label="ada", person=PersonId("ada"), customer_id=ADA.customer_id
    )
    issued = world.acts.issue_key(ADMIN, request)
    assert world.acts.authenticate(issued.text) == replace(ADA, id=issued.key.id)
