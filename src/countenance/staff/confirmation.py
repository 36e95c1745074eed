"""Proving once more who it is, before what cannot be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from countenance.errors import UnauthenticatedError
from countenance.ledger import Entry, EventType
from countenance.staff import passkeys
from countenance.staff.model import Opened
from countenance.staff.passkeys import Challenge, RelyingParty
from countenance.staff.passwords import Passwords
from countenance.staff.ports import StaffWork
from countenance.staff.sessions import rotated
from countenance.staff.signing_in import WRONG, fail, taken_code, taken_passkey
from countenance.staff.standing import locked


@dataclass(frozen=True, slots=True)
class Confirm:
    """Ask again for the proofs, and let the session go on under a new id as freshly confirmed."""

    unit_of_work: Callable[[], StaffWork]
    clock: Callable[[], datetime]
    passwords: Passwords

    def with_password(self, opened: Opened, password: str, code: str) -> Opened:
        """Return the session for a password and a code of the moment, or raise `UnauthenticatedError`.

        Whoever has no authenticator app confirms with a passkey instead.
        """
        with self.unit_of_work() as work:
            credentials = work.staff.credentials(opened.member.id)
        right = self.passwords.right(credentials.password, password)
        now = self.clock()
        with self.unit_of_work() as work:
            member = self._listening(work, opened, now)
            after = taken_code(work.staff.credentials(member.member.id), code, now) if right else None
            if after is None:
                fail(work, member.member, now, "confirmation")
            work.staff.put_credentials(opened.member.id, after)
            return self._done(work, member, now)

    def ask_passkey(self, opened: Opened, party: RelyingParty) -> Challenge:
        """Return what one of the member's passkeys is to sign, and remember it in the session."""
        with self.unit_of_work() as work:
            asked = passkeys.ask_to_sign(work.staff.credentials(opened.member.id), party)
            work.sessions.put(replace(opened.session, challenge=asked.challenge))
            work.commit()
        return asked

    def with_passkey(self, opened: Opened, answer: str, party: RelyingParty) -> Opened:
        """Return the session for a signed challenge, or raise `UnauthenticatedError`."""
        now = self.clock()
        with self.unit_of_work() as work:
            member = self._listening(work, opened, now)
            held = work.staff.credentials(opened.member.id)
            after = taken_passkey(held, answer, opened.session.challenge, party)
            if after is None:
                fail(work, member.member, now, "confirmation")
            work.staff.put_credentials(opened.member.id, after)
            return self._done(work, member, now)

    def _listening(self, work: StaffWork, opened: Opened, now: datetime) -> Opened:
        member = work.staff.get(opened.member.id)
        if member is None or locked(member, now):
            raise UnauthenticatedError(WRONG)
        return Opened(opened.token, opened.session, member)

    def _done(self, work: StaffWork, opened: Opened, now: datetime) -> Opened:
        work.staff.put(replace(opened.member, failures=0, locked_until=None))
        after = rotated(work, opened, now)
        work.ledger.append(Entry(EventType.SESSION_CONFIRMED, now, {"staff": opened.member.id}))
        work.commit()
        return after
