"""What people do with their own account: password, codes, passkeys, recovery codes."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from countenance.errors import InvalidInputError, UnauthenticatedError
from countenance.staff import codes, passkeys
from countenance.staff.model import By, Credentials, Opened, Passkey, Stage
from countenance.staff.passkeys import Challenge, RelyingParty
from countenance.staff.passwords import Passwords
from countenance.staff.ports import StaffWork
from countenance.staff.sessions import rotated
from countenance.staff.signing_in import WRONG, fail, succeed
from countenance.staff.standing import locked, record_change

MOST_PASSKEYS: Final = 10
_LONGEST_LABEL: Final = 50


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What came of making a second factor: the first brings recovery codes, shown now and kept nowhere."""

    opened: Opened
    recovery_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """Set another password, knowing the one before."""

    unit_of_work: Callable[[], StaffWork]
    clock: Callable[[], datetime]
    passwords: Passwords

    def __call__(self, opened: Opened, old: str, new: str) -> Opened:
        """Return this session under a new id, every other one ended.

        Raises `UnauthenticatedError` for a wrong password and `InvalidInputError` for a weak one.
        """
        with self.unit_of_work() as work:
            held = work.staff.credentials(opened.member.id)
        right = self.passwords.right(held.password, old)
        hashed = self.passwords.hash(new, login=opened.member.login) if right else ""
        now = self.clock()
        with self.unit_of_work() as work:
            member = work.staff.get(opened.member.id)
            if member is None or locked(member, now):
                raise UnauthenticatedError(WRONG)
            if not right:
                fail(work, member, now, "password")
            credentials = work.staff.credentials(member.id)
            work.staff.put_credentials(member.id, replace(credentials, password=hashed))
            work.sessions.remove_of(member.id)
            after = rotated(work, opened, now)
            record_change(work, By.of(member), member, now, "password")
            work.commit()
        return after


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """Make and remove second factors, in a full session or while the first is being made."""

    unit_of_work: Callable[[], StaffWork]
    clock: Callable[[], datetime]

    def new_code_secret(self, opened: Opened) -> str:
        """Return a secret for an authenticator app; it counts once a code of it was given."""
        with self.unit_of_work() as work:
            held = work.staff.credentials(opened.member.id)
            secret = held.pending_totp or codes.new_secret()
            if held.pending_totp is None:
                work.staff.put_credentials(opened.member.id, replace(held, pending_totp=secret))
                work.commit()
        return secret

    def confirm_code(self, opened: Opened, code: str) -> Enrolled:
        """Let the new secret count; or raise `InvalidInputError` for a code that is not one of it."""
        now = self.clock()
        with self.unit_of_work() as work:
            held = work.staff.credentials(opened.member.id)
            step = (
                codes.step_of(held.pending_totp, code, now, after=0)
                if held.pending_totp is not None
                else None
            )
            if step is None:
                raise InvalidInputError("the code is not the one that the app shows now")
            after = replace(held, totp=held.pending_totp, pending_totp=None, totp_step=step)
            return self._enrolled(work, opened, after, now, "code_added")

    def ask_for_passkey(self, opened: Opened, party: RelyingParty) -> Challenge:
        """Return what a device is asked to make, and remember the challenge in the session."""
        with self.unit_of_work() as work:
            asked = passkeys.ask_to_make(opened.member, work.staff.credentials(opened.member.id), party)
            work.sessions.put(replace(opened.session, challenge=asked.challenge))
            work.commit()
        return asked

    def add_passkey(self, opened: Opened, answer: str, label: str, party: RelyingParty) -> Enrolled:
        """Keep the passkey that a device has made, or raise `InvalidInputError`."""
        now = self.clock()
        named = " ".join(label.split())[:_LONGEST_LABEL] or "Passkey"
        with self.unit_of_work() as work:
            session = work.sessions.get(opened.session.digest)
            if session is None or session.challenge is None:
                raise InvalidInputError("no passkey was asked for in this session")
            made = passkeys.made(answer, session.challenge, party, label=named, at=now)
            held = work.staff.credentials(opened.member.id)
            if len(held.passkeys) >= MOST_PASSKEYS or made.id in {key.id for key in held.passkeys}:
                raise InvalidInputError(f"this device is known, or there are {MOST_PASSKEYS} passkeys")
            after = replace(held, passkeys=(*held.passkeys, made))
            return self._enrolled(work, opened, after, now, "passkey_added")

    def remove_passkey(self, opened: Opened, key_id: str) -> None:
        """Forget a passkey by its id (base64url); the last second factor stays. `InvalidInputError`."""
        with self.unit_of_work() as work:
            held = work.staff.credentials(opened.member.id)
            kept = tuple(key for key in held.passkeys if name_of(key) != key_id)
            after = replace(held, passkeys=kept)
            if len(kept) == len(held.passkeys) or not after.second_factor:
                raise InvalidInputError("there is no such passkey, or it is the only second factor")
            self._keep(work, opened, after, "passkey_removed")

    def new_recovery_codes(self, opened: Opened) -> tuple[str, ...]:
        """Return new recovery codes, shown now and kept nowhere; those before open nothing any more."""
        fresh = codes.new_recovery_codes()
        with self.unit_of_work() as work:
            held = work.staff.credentials(opened.member.id)
            after = replace(held, recovery=tuple(map(codes.recovery_digest, fresh)))
            self._keep(work, opened, after, "recovery_codes")
        return fresh

    def passkeys(self, opened: Opened) -> tuple[Passkey, ...]:
        """Return the member's passkeys."""
        with self.unit_of_work() as work:
            return work.staff.credentials(opened.member.id).passkeys

    def _keep(self, work: StaffWork, opened: Opened, after: Credentials, what: str) -> None:
        work.staff.put_credentials(opened.member.id, after)
        record_change(work, By.of(opened.member), opened.member, self.clock(), what)
        work.commit()

    def _enrolled(
        self, work: StaffWork, opened: Opened, after: Credentials, now: datetime, what: str
    ) -> Enrolled:
        fresh = () if after.recovery else codes.new_recovery_codes()
        recovery = tuple(map(codes.recovery_digest, fresh)) or after.recovery
        work.staff.put_credentials(opened.member.id, replace(after, recovery=recovery))
        record_change(work, By.of(opened.member), opened.member, now, what)
        first = opened.session.stage is Stage.ENROLLING
        full = succeed(work, opened, now, what) if first else rotated(work, opened, now)
        work.commit()
        return Enrolled(full, fresh)


def name_of(key: Passkey) -> str:
    """Return the passkey's id as text (base64url)."""
    return base64.urlsafe_b64encode(key.id).rstrip(b"=").decode()
