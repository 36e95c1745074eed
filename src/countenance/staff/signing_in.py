"""Signing in: a password, then something else; every outcome on the record, and no outcome explained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

from countenance.errors import UnauthenticatedError
from countenance.ledger import Entry, EventType
from countenance.ledger.model import JsonValue
from countenance.staff import codes, passkeys
from countenance.staff.model import By, Credentials, Member, Opened, Stage
from countenance.staff.passkeys import Challenge, RelyingParty
from countenance.staff.passwords import Passwords
from countenance.staff.ports import StaffWork
from countenance.staff.sessions import open_session
from countenance.staff.standing import after_failure, locked, record_change

WRONG = "the login, the password or the code is not right, or the account waits after too many tries"
"""One answer for all of it."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Take a login and a password, and open a session that may only go on signing in.

    `record_stranger` puts a try that belongs to no account on the ledger, at a bounded rate.
    """

    unit_of_work: Callable[[], StaffWork]
    clock: Callable[[], datetime]
    passwords: Passwords
    record_stranger: Callable[[], None]

    def __call__(self, login: str, password: str) -> Opened:
        """Return a session that awaits a second factor, or the making of one; or `UnauthenticatedError`.

        The password is compared whether or not there is such an account, and while it waits, so
        that neither answer nor clock tells which it was.
        """
        name = login.strip().casefold()
        with self.unit_of_work() as work:
            member = work.staff.by_login(name)
            credentials = work.staff.credentials(member.id) if member is not None else Credentials()
        right = self.passwords.right(credentials.password, password)
        now = self.clock()
        if member is None or member.disabled is not None or locked(member, now):
            self.record_stranger()
            raise UnauthenticatedError(WRONG)
        with self.unit_of_work() as work:
            if not right:
                fail(work, member, now, "password")
            stage = Stage.PASSWORD if credentials.second_factor else Stage.ENROLLING
            opened = open_session(work, member, stage, now)
            work.commit()
        return opened


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Take the second proof of a session that has the first, and open a full one in its place."""

    unit_of_work: Callable[[], StaffWork]
    clock: Callable[[], datetime]

    def with_code(self, opened: Opened, code: str) -> Opened:
        """Return the full session for a code of the moment, or raise `UnauthenticatedError`."""

        def check(credentials: Credentials, now: datetime) -> Credentials | None:
            return taken_code(credentials, code, now)

        return self._go_on(opened, "code", check)

    def with_recovery(self, opened: Opened, code: str) -> Opened:
        """Return the full session for a recovery code, which is used up; or raise `UnauthenticatedError`."""

        def check(credentials: Credentials, _: datetime) -> Credentials | None:
            kept = codes.without(credentials.recovery, code)
            return None if kept is None else replace(credentials, recovery=kept)

        return self._go_on(opened, "recovery", check)

    def ask_passkey(self, opened: Opened, party: RelyingParty) -> Challenge:
        """Return what one of the member's passkeys is to sign, and remember it in the session."""
        with self.unit_of_work() as work:
            asked = passkeys.ask_to_sign(work.staff.credentials(opened.member.id), party)
            work.sessions.put(replace(opened.session, challenge=asked.challenge))
            work.commit()
        return asked

    def with_passkey(self, opened: Opened, answer: str, party: RelyingParty) -> Opened:
        """Return the full session for a signed challenge, or raise `UnauthenticatedError`."""
        challenge = opened.session.challenge

        def check(credentials: Credentials, _: datetime) -> Credentials | None:
            return taken_passkey(credentials, answer, challenge, party)

        return self._go_on(opened, "passkey", check)

    def _go_on(
        self, opened: Opened, what: str, check: Callable[[Credentials, datetime], Credentials | None]
    ) -> Opened:
        now = self.clock()
        with self.unit_of_work() as work:
            member = work.staff.get(opened.member.id)
            session = work.sessions.get(opened.session.digest)
            if (
                member is None
                or session is None
                or session.stage is not Stage.PASSWORD
                or locked(member, now)
            ):
                raise UnauthenticatedError(WRONG)
            after = check(work.staff.credentials(member.id), now)
            if after is None:
                fail(work, member, now, what)
            work.staff.put_credentials(member.id, after)
            if what == "recovery":
                record_change(work, By.of(member), member, now, "recovery_code_used")
            full = succeed(work, Opened(opened.token, session, member), now, what)
            work.commit()
        return full


def taken_code(credentials: Credentials, code: str, now: datetime) -> Credentials | None:
    """Return the credentials after `code` was taken, or None where it is wrong or was taken before."""
    if credentials.totp is None:
        return None
    step = codes.step_of(credentials.totp, code, now, after=credentials.totp_step)
    return None if step is None else replace(credentials, totp_step=step)


def taken_passkey(
    credentials: Credentials, answer: str, challenge: bytes | None, party: RelyingParty
) -> Credentials | None:
    """Return the credentials after a passkey has signed `challenge`, or None where none has."""
    if challenge is None:
        return None
    held = passkeys.after_use(answer, challenge, party, credentials.passkeys)
    return None if held is None else replace(credentials, passkeys=held)


def succeed(work: StaffWork, opened: Opened, at: datetime, how: str) -> Opened:
    """Put a full session in the place of `opened`, forget the wrong tries, and record it."""
    member = replace(opened.member, failures=0, locked_until=None)
    work.staff.put(member)
    work.sessions.remove(opened.session.digest)
    full = open_session(work, member, Stage.FULL, at)
    fields = {"staff": member.id, "with": how, "role": member.role.value}
    work.ledger.append(Entry(EventType.SESSION_OPENED, at, fields))
    return full


def fail(work: StaffWork, member: Member, at: datetime, what: str) -> NoReturn:
    """Count and record a wrong try, lock the account where it is one too many, commit, and raise."""
    after = after_failure(member, at)
    work.staff.put(after)
    fields: dict[str, JsonValue] = {"staff": member.id, "what": what}
    work.ledger.append(Entry(EventType.SESSION_REFUSED, at, fields))
    if after.locked_until is not None and locked(after, at):
        until: dict[str, JsonValue] = {"staff": member.id, "failures": after.failures}
        until["until"] = after.locked_until.isoformat(timespec="seconds")
        work.ledger.append(Entry(EventType.STAFF_LOCKED, at, until))
    work.commit()
    raise UnauthenticatedError(WRONG)
