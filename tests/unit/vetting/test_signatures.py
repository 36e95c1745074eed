"""Whose signature it is, and when it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from countenance.errors import NotFoundError, SignatureError, UnauthenticatedError
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.keys import IssuedKey, KeyRequest
from countenance.vetting.model import AccessCredential, Actor, LeaseId, Role
from world import START, World


@pytest.fixture
def world() -> World:
    return World()


def issue(world: World, *, signs: bool = True) -> IssuedKey:
    request = KeyRequest(
        role=Role.OPERATOR,
        lease_id=LeaseId("bank"),
        label="boto",
        expires=START + timedelta(days=1),
        signs=signs,
    )
    return world.acts.issue_key(LOCAL_ADMINISTRATOR, request)


def credential_of(issued: IssuedKey) -> AccessCredential:
    assert issued.credential is not None
    return issued.credential


def test_a_signature_made_with_the_keys_secret_stands_for_its_holder(world: World) -> None:
    issued = issue(world)
    held = credential_of(issued)
    actor = world.acts.authenticate_signed(held.access_key_id, lambda secret: secret == held.secret)
    assert actor == Actor(id=issued.key.id, role=Role.OPERATOR, lease_id=LeaseId("bank"))
    assert len(held.access_key_id) == 20
    assert held.secret not in repr(issued)


def test_another_signature_is_wrong_and_on_the_record(world: World) -> None:
    held = credential_of(issue(world))
    with pytest.raises(SignatureError):
        world.acts.authenticate_signed(held.access_key_id, lambda _: False)
    assert world.types()[-1] == "request:refused"


def test_a_key_that_does_not_sign_has_no_credential(world: World) -> None:
    issued = issue(world, signs=False)
    assert issued.credential is None
    with pytest.raises(UnauthenticatedError):
        world.acts.authenticate_signed(f"AKCN{issued.key.id.upper()}", lambda _: True)


@pytest.mark.parametrize("name", ["", "AKCN", "AKIA0011223344556677", "AKCN0011223344556677"])
def test_an_unknown_access_key_is_nobodys(world: World, name: str) -> None:
    with pytest.raises(UnauthenticatedError):
        world.acts.authenticate_signed(name, lambda _: True)


def test_a_revoked_key_signs_no_more_and_its_secret_is_gone(world: World) -> None:
    issued = issue(world)
    world.acts.revoke_key(LOCAL_ADMINISTRATOR, issued.key.id)
    with pytest.raises(UnauthenticatedError):
        world.acts.authenticate_signed(credential_of(issued).access_key_id, lambda _: True)
    with world.unit_of_work() as work:
        assert work.credentials.get(issued.key.id) is None


def test_an_expired_key_signs_no_more(world: World) -> None:
    held = credential_of(issue(world))
    world.clock.advance(timedelta(days=2))
    with pytest.raises(UnauthenticatedError):
        world.acts.authenticate_signed(held.access_key_id, lambda _: True)


def test_no_credential_is_stored_for_a_key_that_is_not_there(world: World) -> None:
    held = credential_of(issue(world))
    stray = AccessCredential(key_id=type(held.key_id)("0" * 16), secret=held.secret, created=START)
    with pytest.raises(NotFoundError), world.unit_of_work() as work:
        work.credentials.add(stray)
