"""People with accounts, for tests: invited, with a password and codes of the moment, as they would be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pyotp
from argon2 import PasswordHasher

from countenance.app.parts import Parts
from countenance.app.staff_cases import StaffCases
from countenance.staff.invitations import Newcomer
from countenance.staff.model import LOCAL, By, Member, Opened, StaffRole

PASSWORD = "correct horse battery"  # noqa: S105  everybody's in the tests
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashes that cost nothing to make."""


@dataclass
class Person:
    """Somebody with an account; `secret` is in the authenticator app."""

    member: Member
    secret: str
    recovery_codes: tuple[str, ...]
    opened: Opened = field(repr=False)

    @property
    def by(self) -> By:
        return By.of(self.member)

    def code(self, at: Any) -> str:  # noqa: ANN401  a moment or a number, as pyotp takes
        return pyotp.TOTP(self.secret).at(at)


@dataclass
class Staffing:
    """Accounts of an installation; `strangers` counts the tries that belonged to nobody."""

    parts: Parts
    strangers: int = 0

    def __post_init__(self) -> None:
        self.cases = StaffCases(self.parts, self._stranger, QUICK)

    def _stranger(self) -> None:
        self.strangers += 1

    def join(self, login: str, role: StaffRole, customer: str | None = None) -> Person:
        """Invite somebody who sets a password and an authenticator app."""
        newcomer = Newcomer(login=login, name=login.title(), role=role, customer=customer)
        invited = self.cases.invite(LOCAL, newcomer)
        opened = self.cases.accept_invitation(invited.token, PASSWORD)
        secret = self.cases.second_factors.new_code_secret(opened)
        code = pyotp.TOTP(secret).at(self.parts.clock())
        enrolled = self.cases.second_factors.confirm_code(opened, code)
        return Person(enrolled.opened.member, secret, enrolled.recovery_codes, enrolled.opened)

    def sign_in(self, person: Person) -> Opened:
        """Sign in half a minute later, when the app shows another code."""
        self.parts.clock.advance(timedelta(seconds=30))  # type: ignore[attr-defined]  # the fake clock
        opened = self.cases.sign_in(person.member.login, PASSWORD)
        return self.cases.second_factor.with_code(opened, person.code(self.parts.clock()))
