from __future__ import annotations

import json
from datetime import timedelta

import pyotp
import pytest

from countenance.errors import (
    AlreadyExistsError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
)
from countenance.staff.codes import step_of
from countenance.staff.invitations import Newcomer
from countenance.staff.model import CONFIRMED_FOR, GOOD_FOR, LOCAL, StaffRole, Stage
from countenance.staff.provider import Identity
from countenance.staff.sessions import (
    IDLE,
    LONGEST,
    SIGNING_IN,
    csrf_token,
    right_csrf_token,
)
from countenance.staff.standing import FREE_TRIES, LONGEST_DELAY
from staffing import PASSWORD, Person, Staffing
from world import World

WRONG = "wrong horse battery"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def staffing(world: World) -> Staffing:
    return Staffing(world)


@pytest.fixture
def anna(staffing: Staffing) -> Person:
    return staffing.join("anna", StaffRole.REVIEWER)


@pytest.fixture
def olga(staffing: Staffing) -> Person:
    return staffing.join("olga", StaffRole.ADMINISTRATOR)


def test_somebody_invited_sets_a_password_and_a_second_factor_and_only_then_is_signed_in(
    staffing: Staffing, world: World
) -> None:
    invited = staffing.cases.invite(LOCAL, Newcomer(login="Anna", name=" Anna  A ", role=StaffRole.REVIEWER))
    assert (invited.member.login, invited.member.name) == ("anna", "Anna A")
    opened = staffing.cases.accept_invitation(invited.token, PASSWORD)
    with pytest.raises(UnauthenticatedError):
        staffing.cases.read_session(opened.token)
    secret = staffing.cases.second_factors.new_code_secret(opened)
    with pytest.raises(InvalidInputError):
        staffing.cases.second_factors.confirm_code(opened, "000000x")
    enrolled = staffing.cases.second_factors.confirm_code(opened, pyotp.TOTP(secret).at(world.clock()))
    assert len(enrolled.recovery_codes) == len(set(enrolled.recovery_codes)) == 10
    assert staffing.cases.read_session(enrolled.opened.token).member.id == invited.member.id
    with pytest.raises(UnauthenticatedError):
        staffing.cases.read_session(opened.token, stages=frozenset(Stage))
    assert world.types()[-4:] == ["staff:invited", "staff:joined", "staff:changed", "session:opened"]


def test_an_invitation_works_once_and_not_for_ever(staffing: Staffing, world: World) -> None:
    newcomer = Newcomer(login="anna", name="Anna", role=StaffRole.AUDITOR)
    first = staffing.cases.invite(LOCAL, newcomer)
    with pytest.raises(AlreadyExistsError):
        staffing.cases.invite(LOCAL, newcomer)
    staffing.cases.accept_invitation(first.token, PASSWORD)
    late = staffing.cases.invite(LOCAL, Newcomer(login="bert", name="Bert", role=StaffRole.AUDITOR))
    world.clock.advance(GOOD_FOR)
    for token in (first.token, late.token, "x" * 43, ""):
        with pytest.raises(NotFoundError, match="used, has expired or was never made"):
            staffing.cases.accept_invitation.look(token)
        with pytest.raises(NotFoundError):
            staffing.cases.accept_invitation(token, PASSWORD)


@pytest.mark.parametrize(
    ("login", "name", "role", "customer"),
    [
        ("a", "A", StaffRole.AUDITOR, None),
        ("an na", "A", StaffRole.AUDITOR, None),
        ("<anna>", "A", StaffRole.AUDITOR, None),
        ("anna", " ", StaffRole.AUDITOR, None),
        ("anna", "a" * 101, StaffRole.AUDITOR, None),
        ("anna", "A", StaffRole.APPLICANT, None),
        ("anna", "A", StaffRole.REVIEWER, "bank"),
    ],
)
def test_an_account_that_says_too_little_is_not_made(
    staffing: Staffing, login: str, name: str, role: StaffRole, customer: str | None
) -> None:
    with pytest.raises(InvalidInputError):
        staffing.cases.invite(LOCAL, Newcomer(login=login, name=name, role=role, customer=customer))


@pytest.mark.parametrize("password", ["short", "a" * 257, "my anna password", "aaaaaaaaaaaaaaaa", ""])
def test_a_weak_password_is_not_taken(staffing: Staffing, password: str) -> None:
    invited = staffing.cases.invite(LOCAL, Newcomer(login="anna", name="Anna", role=StaffRole.REVIEWER))
    with pytest.raises(InvalidInputError):
        staffing.cases.accept_invitation(invited.token, password)
    staffing.cases.accept_invitation(invited.token, PASSWORD)


def test_a_wrong_password_an_unknown_login_and_a_closed_account_are_one_answer(
    staffing: Staffing, world: World, anna: Person, olga: Person
) -> None:
    staffing.cases.change_account.disable(olga.by, anna.member.id)
    answers = set()
    for login, password in (
        ("olga", WRONG),
        ("nobody", PASSWORD),
        ("anna", PASSWORD),
        ("", ""),
        ("olga", "a" * 9999),
    ):
        with pytest.raises(UnauthenticatedError) as refused:
            staffing.cases.sign_in(login, password)
        answers.add(refused.value.message)
    assert len(answers) == 1
    assert staffing.strangers == 3
    assert world.types()[-2:] == ["session:refused"] * 2


def test_each_wait_is_twice_the_last_and_the_lock_is_on_the_record(
    staffing: Staffing, world: World, anna: Person
) -> None:
    waits = []
    for _ in range(FREE_TRIES + 8):
        with pytest.raises(UnauthenticatedError):
            staffing.cases.sign_in("anna", WRONG)
        with world.unit_of_work() as work:
            held = work.staff.by_login("anna")
        assert held is not None
        if held.locked_until is not None and held.locked_until > world.clock():
            waits.append(held.locked_until - world.clock())
            with pytest.raises(UnauthenticatedError):
                staffing.cases.sign_in("anna", PASSWORD)
            world.clock.set(held.locked_until)
    assert waits[:4] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert waits[-1] == LONGEST_DELAY
    assert world.types().count("staff:locked") == len(waits)
    assert staffing.sign_in(anna).member.failures == 0


def test_codes_of_the_moment_are_taken_once_and_wrong_ones_count(
    staffing: Staffing, world: World, anna: Person
) -> None:
    world.clock.advance(timedelta(seconds=60))
    code = anna.code(world.clock())
    first = staffing.cases.sign_in("anna", PASSWORD)
    full = staffing.cases.second_factor.with_code(first, code)
    assert full.token != first.token
    again = staffing.cases.sign_in("anna", PASSWORD)
    for wrong in (code, "", "abcdef", "0" * 6 if code != "0" * 6 else "1" * 6):
        with pytest.raises(UnauthenticatedError):
            staffing.cases.second_factor.with_code(again, wrong)
    with world.unit_of_work() as work:
        assert work.staff.credentials(anna.member.id).second_factor
        held = work.staff.by_login("anna")
    assert held is not None
    assert held.failures == 4


def test_a_code_is_taken_from_a_clock_that_drifts_by_half_a_minute_and_no_more() -> None:
    secret = pyotp.random_base32()
    world = World()
    now = world.clock()
    for seconds, good in ((-30, True), (0, True), (30, True), (-61, False), (61, False)):
        code = pyotp.TOTP(secret).at(now + timedelta(seconds=seconds))
        assert (step_of(secret, code, now, after=0) is not None) is good


def test_a_recovery_code_works_once_however_it_is_typed(staffing: Staffing, anna: Person) -> None:
    code = anna.recovery_codes[3]
    opened = staffing.cases.sign_in("anna", PASSWORD)
    staffing.cases.second_factor.with_recovery(opened, f" {code.lower().replace('-', ' ')} ")
    opened = staffing.cases.sign_in("anna", PASSWORD)
    with pytest.raises(UnauthenticatedError):
        staffing.cases.second_factor.with_recovery(opened, code)
    assert staffing.cases.read_accounts.own(anna.member).recovery == 9
    fresh = staffing.cases.second_factors.new_recovery_codes(anna.opened)
    with pytest.raises(UnauthenticatedError):
        staffing.cases.second_factor.with_recovery(opened, anna.recovery_codes[4])
    staffing.cases.second_factor.with_recovery(opened, fresh[0])


def test_a_session_ends_when_it_is_not_used_and_in_any_case_after_half_a_day(
    staffing: Staffing, world: World, anna: Person
) -> None:
    token = anna.opened.token
    for _ in range(int(LONGEST / (IDLE - MINUTE))):
        staffing.cases.read_session(token)
        world.clock.advance(IDLE - MINUTE)
    world.clock.advance(MINUTE * 25)
    with pytest.raises(UnauthenticatedError):
        staffing.cases.read_session(token)
    idle = staffing.sign_in(anna)
    world.clock.advance(IDLE)
    with pytest.raises(UnauthenticatedError):
        staffing.cases.read_session(idle.token)


def test_whoever_stops_between_the_factors_begins_anew(
    staffing: Staffing, world: World, anna: Person
) -> None:
    opened = staffing.cases.sign_in(anna.member.login, PASSWORD)
    staffing.cases.read_session(opened.token, stages=frozenset({Stage.PASSWORD}))
    world.clock.advance(SIGNING_IN)
    with pytest.raises(UnauthenticatedError):
        staffing.cases.read_session(opened.token, stages=frozenset({Stage.PASSWORD}))


def test_a_full_session_cannot_be_made_from_a_full_one_by_a_second_factor(
    staffing: Staffing, world: World, anna: Person
) -> None:
    world.clock.advance(timedelta(seconds=60))
    with pytest.raises(UnauthenticatedError):
        staffing.cases.second_factor.with_code(anna.opened, anna.code(world.clock()))


def test_signing_out_ends_the_session_and_ending_all_leaves_one_under_a_new_id(
    staffing: Staffing, anna: Person
) -> None:
    second = staffing.sign_in(anna)
    after = staffing.cases.sign_out.everywhere(second)
    for token in (anna.opened.token, second.token):
        with pytest.raises(UnauthenticatedError):
            staffing.cases.read_session(token)
    staffing.cases.sign_out(staffing.cases.read_session(after.token))
    with pytest.raises(UnauthenticatedError):
        staffing.cases.read_session(after.token)


def test_before_a_dangerous_act_one_proves_again_who_one_is(
    staffing: Staffing, world: World, anna: Person
) -> None:
    world.clock.advance(CONFIRMED_FOR)
    opened = staffing.cases.read_session(anna.opened.token)
    assert not opened.session.freshly_confirmed(world.clock())
    with pytest.raises(UnauthenticatedError):
        staffing.cases.confirm.with_password(opened, WRONG, anna.code(world.clock()))
    with pytest.raises(UnauthenticatedError):
        staffing.cases.confirm.with_password(opened, PASSWORD, "000000x")
    after = staffing.cases.confirm.with_password(opened, PASSWORD, anna.code(world.clock()))
    assert after.session.freshly_confirmed(world.clock())
    assert after.session.expires == opened.session.expires
    with pytest.raises(UnauthenticatedError):
        staffing.cases.read_session(opened.token)


def test_a_changed_password_ends_every_other_session(staffing: Staffing, anna: Person) -> None:
    other = staffing.sign_in(anna)
    with pytest.raises(UnauthenticatedError):
        staffing.cases.change_password(anna.opened, WRONG, "another horse battery")
    with pytest.raises(InvalidInputError):
        staffing.cases.change_password(anna.opened, PASSWORD, "short")
    after = staffing.cases.change_password(anna.opened, PASSWORD, "another horse battery")
    staffing.cases.read_session(after.token)
    with pytest.raises(UnauthenticatedError):
        staffing.cases.read_session(other.token)
    with pytest.raises(UnauthenticatedError):
        staffing.cases.sign_in("anna", PASSWORD)


def test_nobody_but_an_administrator_invites_or_changes_accounts_and_the_try_is_on_record(
    staffing: Staffing, world: World, anna: Person, olga: Person
) -> None:
    cases = staffing.cases
    acts = [
        lambda: cases.invite(anna.by, Newcomer(login="eve", name="Eve", role=StaffRole.REVIEWER)),
        lambda: cases.invite.again(anna.by, olga.member.id),
        lambda: cases.change_account.role(anna.by, olga.member.id, StaffRole.EXAMINER),
        lambda: cases.change_account.disable(anna.by, olga.member.id),
        lambda: cases.change_account.enable(anna.by, olga.member.id),
        lambda: cases.change_account.unlock(anna.by, olga.member.id),
        lambda: cases.read_accounts(anna.by),
        lambda: cases.read_accounts.one(anna.by, olga.member.id),
    ]
    for act in acts:
        with pytest.raises(ForbiddenError):
            act()
        assert world.events()[-1]["type"] == "request:refused"
        assert world.events()[-1]["actor"] == anna.member.id


def test_nobody_changes_the_standing_of_the_own_account(staffing: Staffing, olga: Person) -> None:
    cases, own = staffing.cases, olga.member.id
    for act in (
        lambda: cases.change_account.role(olga.by, own, StaffRole.REVIEWER),
        lambda: cases.change_account.disable(olga.by, own),
        lambda: cases.change_account.unlock(olga.by, own),
        lambda: cases.invite.again(olga.by, own),
    ):
        with pytest.raises(ForbiddenError):
            act()
    assert staffing.sign_in(olga).member.role is StaffRole.ADMINISTRATOR


def test_a_changed_role_and_a_closed_account_end_the_sessions_at_once(
    staffing: Staffing, anna: Person, olga: Person
) -> None:
    staffing.cases.change_account.role(olga.by, anna.member.id, StaffRole.EXAMINER)
    with pytest.raises(UnauthenticatedError):
        staffing.cases.read_session(anna.opened.token)
    opened = staffing.sign_in(anna)
    staffing.cases.change_account.disable(olga.by, anna.member.id)
    with pytest.raises(UnauthenticatedError):
        staffing.cases.read_session(opened.token)
    staffing.cases.change_account.enable(olga.by, anna.member.id)
    assert staffing.sign_in(anna).member.role is StaffRole.EXAMINER
    with pytest.raises(InvalidInputError):
        staffing.cases.change_account.role(olga.by, anna.member.id, StaffRole.APPLICANT)


def test_a_reset_takes_every_proof_away_and_its_link_begins_anew(
    staffing: Staffing, anna: Person, olga: Person
) -> None:
    invited = staffing.cases.invite.again(olga.by, anna.member.id)
    with pytest.raises(UnauthenticatedError):
        staffing.cases.read_session(anna.opened.token)
    with pytest.raises(UnauthenticatedError):
        staffing.cases.sign_in("anna", PASSWORD)
    opened = staffing.cases.accept_invitation(invited.token, PASSWORD)
    assert opened.session.stage is Stage.ENROLLING
    account = staffing.cases.read_accounts.one(olga.by, anna.member.id)
    assert (account.password, account.code, account.recovery) == (True, False, 0)


def test_a_provider_opens_only_accounts_that_their_owners_linked(
    staffing: Staffing, anna: Person, olga: Person
) -> None:
    identity = Identity(issuer="https://id.example", subject="4711")
    with pytest.raises(UnauthenticatedError):
        staffing.cases.provider_sign_in(identity)
    staffing.cases.provider_sign_in.link(anna.opened, identity)
    with pytest.raises(AlreadyExistsError):
        staffing.cases.provider_sign_in.link(olga.opened, identity)
    assert staffing.cases.provider_sign_in(identity).member.id == anna.member.id
    staffing.cases.change_account.disable(olga.by, anna.member.id)
    with pytest.raises(UnauthenticatedError):
        staffing.cases.provider_sign_in(identity)
    with pytest.raises(InvalidInputError):
        staffing.cases.provider_sign_in(Identity(issuer="https://id.example", subject=""))


def test_the_ledger_names_nobody_beyond_the_id_and_holds_no_secret(
    staffing: Staffing, world: World, anna: Person, olga: Person
) -> None:
    staffing.sign_in(anna)
    staffing.cases.change_account.role(olga.by, anna.member.id, StaffRole.EXAMINER)
    with pytest.raises(UnauthenticatedError):
        staffing.cases.sign_in("anna", WRONG)
    told = json.dumps(world.events())
    for secret in ("anna", "Anna", "olga", PASSWORD, WRONG, anna.secret, anna.recovery_codes[0]):
        assert secret not in told
    assert anna.member.id in told
    world.check_ledger()


def test_nothing_that_opens_something_is_in_a_repr(staffing: Staffing, anna: Person) -> None:
    with staffing.parts.unit_of_work() as work:
        held = work.staff.credentials(anna.member.id)
    for shown in (repr(held), repr(anna.opened)):
        assert anna.secret not in shown
        assert anna.opened.token not in shown


def test_a_form_of_one_session_is_none_of_another(anna: Person, olga: Person) -> None:
    mine, other = anna.opened.token, olga.opened.token
    assert right_csrf_token(mine, csrf_token(mine))
    assert not right_csrf_token(mine, csrf_token(other))
    assert not right_csrf_token(mine, "")
    assert not right_csrf_token(mine, "é")
