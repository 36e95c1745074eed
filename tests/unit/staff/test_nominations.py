"""Two people make a reviewer or an administrator; one alone makes none, whatever they try."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from countenance.errors import CountenanceError, ForbiddenError, NotFoundError, SeparationError, StateError
from countenance.staff.invitations import Newcomer
from countenance.staff.model import (
    GOOD_FOR,
    LOCAL,
    OUTSIDE,
    WEIGHTY,
    By,
    Invited,
    Member,
    NominationState,
    StaffRole,
)
from staffing import PASSWORD, Person, Staffing
from world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def staffing(world: World) -> Staffing:
    return Staffing(world)


@pytest.fixture
def olga(staffing: Staffing) -> Person:
    return staffing.join("olga", StaffRole.ADMINISTRATOR)


@pytest.fixture
def rita(staffing: Staffing) -> Person:
    return staffing.join("rita", StaffRole.REVIEWER)


def invited(staffing: Staffing, by: By, login: str, role: StaffRole = StaffRole.REVIEWER) -> Invited:
    return staffing.cases.invite(by, Newcomer(login=login, name=login.title(), role=role))


def held(staffing: Staffing, member: Member) -> Member:
    return staffing.cases.read_accounts.one(LOCAL, member.id).member


@pytest.mark.parametrize("role", sorted(WEIGHTY))
def test_an_invited_reviewer_or_administrator_waits_for_a_second_person(
    staffing: Staffing, world: World, olga: Person, rita: Person, role: StaffRole
) -> None:
    made = invited(staffing, olga.by, "nora", role)
    assert made.member.disabled is not None
    with pytest.raises(StateError, match="when a second person has confirmed it"):
        staffing.cases.accept_invitation(made.token, PASSWORD)
    with pytest.raises(SeparationError, match="another person has to look"):
        staffing.cases.nominations.confirm(olga.by, made.member.id)
    assert world.types()[-1] == "request:refused"
    with pytest.raises(SeparationError):
        staffing.cases.change_account.enable(olga.by, made.member.id)
    world.clock.advance(GOOD_FOR * 2)
    confirmed = staffing.cases.nominations.confirm(rita.by, made.member.id)
    assert (confirmed.role, confirmed.disabled) == (role, None)
    assert staffing.cases.accept_invitation(made.token, PASSWORD).member.id == made.member.id
    with pytest.raises(StateError, match="nothing waits"):
        staffing.cases.nominations.confirm(rita.by, made.member.id)


def test_the_first_reviewer_of_an_installation_needs_nobody_and_the_second_does(
    staffing: Staffing, world: World, olga: Person
) -> None:
    first = invited(staffing, olga.by, "nora")
    assert first.member.disabled is None
    assert world.events()[-1]["confirmation"] == "alone"
    assert invited(staffing, olga.by, "omar").member.disabled is not None
    staffing.cases.change_account.disable(olga.by, first.member.id)
    assert invited(staffing, olga.by, "paul").member.disabled is not None
    staffing.cases.change_account.role(olga.by, first.member.id, StaffRole.AUDITOR)
    assert invited(staffing, olga.by, "quin").member.disabled is not None


def test_a_raised_account_keeps_its_role_until_somebody_else_agrees(
    staffing: Staffing, olga: Person, rita: Person
) -> None:
    carol = staffing.join("carol", StaffRole.AUDITOR)
    after = staffing.cases.change_account.role(olga.by, carol.member.id, StaffRole.REVIEWER)
    assert after.role is StaffRole.AUDITOR
    assert staffing.cases.read_session(carol.opened.token).member.role is StaffRole.AUDITOR
    waiting = staffing.cases.nominations.all(rita.by)[0]
    assert (waiting.member.id, waiting.nomination.by) == (carol.member.id, olga.member.id)
    assert waiting.nomination.waits
    assert staffing.cases.nominations.confirm(rita.by, carol.member.id).role is StaffRole.REVIEWER
    down = staffing.cases.change_account.role(olga.by, carol.member.id, StaffRole.AUDITOR)
    assert down.role is StaffRole.AUDITOR
    (ended,) = [one for one in staffing.cases.nominations.all(rita.by) if one.member.id == carol.member.id]
    assert ended.nomination.state is NominationState.ENDED


def test_a_reviewer_who_is_given_a_new_link_is_closed_until_somebody_else_agrees(
    staffing: Staffing, olga: Person, rita: Person
) -> None:
    sven = staffing.join("sven", StaffRole.REVIEWER)
    again = staffing.cases.invite.again(olga.by, rita.member.id)
    assert held(staffing, rita.member).disabled is not None
    with pytest.raises(StateError):
        staffing.cases.accept_invitation.look(again.token)
    staffing.cases.nominations.confirm(sven.by, rita.member.id)
    staffing.cases.accept_invitation(again.token, PASSWORD)


def test_what_is_declined_stays_closed_and_is_named_anew(
    staffing: Staffing, olga: Person, rita: Person
) -> None:
    made = invited(staffing, olga.by, "nora")
    staffing.cases.nominations.decline(olga.by, made.member.id)
    with pytest.raises(NotFoundError):
        staffing.cases.accept_invitation.look(made.token)
    with pytest.raises(SeparationError):
        staffing.cases.change_account.enable(olga.by, made.member.id)
    again = staffing.cases.invite.again(olga.by, made.member.id)
    staffing.cases.nominations.confirm(rita.by, made.member.id)
    staffing.cases.accept_invitation(again.token, PASSWORD)


def test_who_confirms_nobody_is_refused_on_the_record(
    staffing: Staffing, world: World, olga: Person, rita: Person
) -> None:
    made = invited(staffing, olga.by, "nora")
    carol = staffing.join("carol", StaffRole.AUDITOR)
    bob = staffing.join("bob", StaffRole.EXAMINER)
    assert staffing.cases.nominations.all(carol.by)
    for act in (staffing.cases.nominations.confirm, staffing.cases.nominations.decline):
        for person in (carol, bob):
            with pytest.raises(ForbiddenError):
                act(person.by, made.member.id)
            assert world.types()[-1] == "request:refused"
    with pytest.raises(ForbiddenError):
        staffing.cases.nominations.all(bob.by)
    with pytest.raises(StateError):
        staffing.cases.nominations.confirm(olga.by, rita.member.id)


@dataclass
class Attempt:
    """An account that the straw men hold, or hope to."""

    member: Member
    tokens: list[str] = field(default_factory=list)
    by: By | None = None


ROLES = st.sampled_from([role for role in StaffRole if role not in OUTSIDE])


class OneAlone(RuleBasedStateMachine):
    """An administrator tries with straw men to get a second say; two honest reviewers confirm nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.staffing = Staffing(self.world)
        self.cases = self.staffing.cases
        self.straw: list[Attempt] = []

    @initialize()
    def settle(self) -> None:
        self.olga = self.staffing.join("olga", StaffRole.ADMINISTRATOR)
        self.honest = [self.staffing.join(name, StaffRole.REVIEWER) for name in ("rita", "ruben")]

    def attempt(self, act: Callable[[], object]) -> object:
        with contextlib.suppress(CountenanceError):
            return act()
        return None

    def hands(self) -> list[By]:
        """Everybody who does what the administrator wants."""
        return [self.olga.by, *(one.by for one in self.straw if one.by is not None)]

    @rule(role=ROLES, hand=st.integers(0, 9))
    def invite(self, role: StaffRole, hand: int) -> None:
        by = self.hands()[hand % len(self.hands())]
        newcomer = Newcomer(login=f"straw{len(self.straw)}", name="Straw", role=role)
        made = self.attempt(lambda: self.cases.invite(by, newcomer))
        if isinstance(made, Invited):
            self.straw.append(Attempt(made.member, [made.token]))

    @precondition(lambda self: self.straw)
    @rule(which=st.integers(0, 9))
    def join(self, which: int) -> None:
        one = self.straw[which % len(self.straw)]
        for token in one.tokens:
            if self.attempt(lambda text=token: self.cases.accept_invitation(text, PASSWORD)):  # type: ignore[misc]  # bound per turn
                one.by = By.of(held(self.staffing, one.member))

    @rule(which=st.integers(0, 9), role=ROLES, hand=st.integers(0, 9))
    def change_a_role(self, which: int, role: StaffRole, hand: int) -> None:
        self._upon(which, hand, lambda by, member: self.cases.change_account.role(by, member.id, role))

    @rule(which=st.integers(0, 9), hand=st.integers(0, 9))
    def enable(self, which: int, hand: int) -> None:
        self._upon(which, hand, lambda by, member: self.cases.change_account.enable(by, member.id))

    @rule(which=st.integers(0, 9), hand=st.integers(0, 9))
    def disable(self, which: int, hand: int) -> None:
        self._upon(which, hand, lambda by, member: self.cases.change_account.disable(by, member.id))

    @rule(which=st.integers(0, 9), hand=st.integers(0, 9))
    def confirm(self, which: int, hand: int) -> None:
        self._upon(which, hand, lambda by, member: self.cases.nominations.confirm(by, member.id))

    @rule(which=st.integers(0, 9), hand=st.integers(0, 9))
    def decline(self, which: int, hand: int) -> None:
        self._upon(which, hand, lambda by, member: self.cases.nominations.decline(by, member.id))

    @rule(which=st.integers(0, 9), hand=st.integers(0, 9))
    def reset(self, which: int, hand: int) -> None:
        def act(by: By, member: Member) -> None:
            made = self.cases.invite.again(by, member.id)
            known = next((one for one in self.straw if one.member.id == member.id), None)
            if known is None:
                known = Attempt(made.member)
                self.straw.append(known)
            known.tokens.append(made.token)
            known.by = None

        self._upon(which, hand, act)

    def _upon(self, which: int, hand: int, act: Callable[[By, Member], object]) -> None:
        targets = [*(one.member for one in self.honest), *(one.member for one in self.straw)]
        by = self.hands()[hand % len(self.hands())]
        self.attempt(lambda: act(by, targets[which % len(targets)]))
        for one in self.straw:
            if one.by is not None:
                one.by = By.of(held(self.staffing, one.member))

    @invariant()
    def no_straw_man_has_a_say(self) -> None:
        for one in self.straw:
            member = held(self.staffing, one.member)
            if one.by is not None:
                assert member.role not in WEIGHTY or member.disabled is not None


def test_one_administrator_alone_never_gets_a_second_say() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis leaves it so
        OneAlone, settings=settings(max_examples=30, stateful_step_count=16, deadline=None)
    )
