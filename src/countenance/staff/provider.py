"""Signing in through an identity provider: only an account that was linked by its owner, never a new one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from countenance.errors import InvalidInputError, UnauthenticatedError
from countenance.staff.model import By, Member, Opened, Stage
from countenance.staff.ports import StaffWork
from countenance.staff.sessions import open_session
from countenance.staff.signing_in import WRONG, succeed
from countenance.staff.standing import existing, locked, record_change

_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderOptions:
    """An OpenID Connect provider: what people call it, its issuer, and who we are to it."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody is at a provider: its issuer, and the subject that it never gives to anybody else."""

    issuer: str
    subject: str

    @property
    def name(self) -> str:
        """Return both as one text; raises `InvalidInputError` for one that is not usable."""
        text = f"{self.issuer} {self.subject}"
        if not self.subject or len(text) > _LONGEST or len(text.split()) != 2:  # noqa: PLR2004  issuer and subject
            raise InvalidInputError("the provider names nobody that can be known again")
        return text


@dataclass(frozen=True, slots=True)
class ProviderSignIn:
    """Open a full session for somebody whom the provider vouches for, with its own second factor."""

    unit_of_work: Callable[[], StaffWork]
    clock: Callable[[], datetime]
    record_stranger: Callable[[], None]

    def __call__(self, identity: Identity) -> Opened:
        """Return the session of the account that is linked, or raise `UnauthenticatedError`."""
        now = self.clock()
        with self.unit_of_work() as work:
            member = work.staff.by_subject(identity.name)
            if member is not None and member.disabled is None and not locked(member, now):
                opened = succeed(work, open_session(work, member, Stage.PASSWORD, now), now, "provider")
                work.commit()
                return opened
        self.record_stranger()
        raise UnauthenticatedError(WRONG)

    def link(self, opened: Opened, identity: Identity) -> Member:
        """Let the provider vouch for this account; raises `AlreadyExistsError` if it vouches for another."""
        return self._set(opened, identity.name, "provider_linked")

    def unlink(self, opened: Opened) -> Member:
        """Let the provider vouch for this account no more."""
        return self._set(opened, None, "provider_unlinked")

    def _set(self, opened: Opened, subject: str | None, what: str) -> Member:
        now = self.clock()
        with self.unit_of_work() as work:
            member = replace(existing(work, opened.member.id), subject=subject)
            work.staff.put(member)
            record_change(work, By.of(member), member, now, what)
            work.commit()
        return member
