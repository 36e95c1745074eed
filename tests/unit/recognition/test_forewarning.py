"""Holders of leases are told what comes: once for each change and lease, each their own."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from countenance.app.policy_cases import forewarning_clock
from countenance.errors import ForbiddenError
from countenance.policy.packs import HeldPack
from countenance.vetting.model import Actor, CustomerId, Role
from world import BANK, NGO, World

CAROL = Actor(id="carol", role=Role.AUDITOR, lease_id=None)
RULE = """
@id("own.{act}") @text("t") @source("s") @reopens("no") @from("{day}")
forbid (principal, action == Action::"{act}", resource);
"""


def ahead(world: World, days: int, act: str = "identify") -> HeldPack:
    """A pack whose one rule begins some days from now."""
    day = world.clock().date() + timedelta(days=days)
    return HeldPack("own", (("prohibitions.cedar", RULE.format(act=act, day=day)),))


@pytest.fixture
def world() -> World:
    world = World()
    world.packs = (ahead(world, 30),)
    return world


def test_each_holder_whose_lease_is_touched_is_told_once(world: World) -> None:
    told = world.acts.policy.forewarn()
    notices = world.acts.policy.forewarnings(CAROL)
    assert told == len(notices) == 2
    assert {one.lease for one in notices} == {"museum", "ngo"}
    assert all("own.identify" in one.rules and one.refused > 0 for one in notices)
    assert world.types() == ["lease:forewarned"] * 2
    assert world.acts.policy.forewarn() == 0
    world.clock.advance(timedelta(days=1))
    del world.acts.policy.__dict__["forewarn"]
    assert world.acts.policy.forewarn() == 0
    assert world.types() == ["lease:forewarned"] * 2
    world.check_ledger()


def test_another_change_is_told_of_anew_and_what_is_past_is_not_shown(world: World) -> None:
    world.acts.policy.forewarn()
    world.packs = (ahead(world, 60),)
    assert world.acts.policy.forewarn() == 2
    world.clock.advance(timedelta(days=31))
    assert {(one.day - world.clock().date()).days for one in world.acts.policy.forewarnings(CAROL)} == {29}


def test_what_lies_beyond_half_a_year_is_not_told_yet(world: World) -> None:
    world.packs = (ahead(world, 181),)
    assert world.acts.policy.forewarn() == 0
    world.packs = (ahead(world, 180),)
    assert world.acts.policy.forewarn() >= 0


def test_everybody_sees_their_own_and_strangers_nothing(world: World) -> None:
    world.acts.policy.forewarn()
    assert {one.lease for one in world.acts.policy.forewarnings(NGO)} == {"ngo"}
    assert world.acts.policy.forewarnings(BANK) == ()
    nobody = Actor(id="ann", role=Role.APPLICANT, lease_id=None)
    assert world.acts.policy.forewarnings(nobody) == ()
    former = Actor(id="ann", role=Role.APPLICANT, lease_id=None, customer_id=CustomerId("ngo"))
    assert world.acts.policy.forewarnings(former) == ()
    with pytest.raises(ForbiddenError):
        world.acts.policy.forewarnings(Actor(id="eve", role=Role.EXAMINER, lease_id=None))


def test_a_server_tells_after_its_start_has_settled() -> None:
    rounds: list[float] = []
    begun = time.monotonic()

    def tell() -> int:
        rounds.append(time.monotonic() - begun)
        return 0

    clock = forewarning_clock(tell, first=0.05, seconds=0.01)
    clock.start()
    while len(rounds) < 2 and time.monotonic() - begun < 5:
        time.sleep(0.005)
    clock.stop()
    assert rounds[0] >= 0.05
    assert len(rounds) >= 2
