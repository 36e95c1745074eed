"""The use cases of accounts and sessions, built once from an installation's parts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from argon2 import PasswordHasher

from countenance.app.parts import Parts
from countenance.staff.accounts import ChangeAccount, ReadAccounts
from countenance.staff.confirmation import Confirm
from countenance.staff.invitations import AcceptInvitation, Invite
from countenance.staff.nominations import Nominations
from countenance.staff.own_account import ChangePassword, SecondFactors
from countenance.staff.passwords import Passwords
from countenance.staff.provider import ProviderSignIn
from countenance.staff.sessions import ReadSession, SignOut
from countenance.staff.signing_in import SecondFactor, SignIn


class StaffCases:
    """Who works here: signing in, sessions, invitations, accounts.

    `record_stranger` puts a try that belongs to no account on the ledger, at a bounded rate.
    `hasher` decides what a password costs to try; RFC 9106's second choice where none is given.
    """

    def __init__(
        self, parts: Parts, record_stranger: Callable[[], None], hasher: PasswordHasher | None = None
    ) -> None:
        self.parts = parts
        self._record_stranger = record_stranger
        self._hasher = hasher if hasher is not None else PasswordHasher()

    @cached_property
    def sign_in(self) -> SignIn:
        """Take a login and a password."""
        p = self.parts
        return SignIn(p.unit_of_work, p.clock, self._passwords, self._record_stranger)

    @cached_property
    def second_factor(self) -> SecondFactor:
        """Take a code, a passkey or a recovery code."""
        return SecondFactor(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def provider_sign_in(self) -> ProviderSignIn:
        """Take the word of an identity provider."""
        return ProviderSignIn(self.parts.unit_of_work, self.parts.clock, self._record_stranger)

    @cached_property
    def confirm(self) -> Confirm:
        """Ask once more who it is."""
        return Confirm(self.parts.unit_of_work, self.parts.clock, self._passwords)

    @cached_property
    def read_session(self) -> ReadSession:
        """Tell whose browser it is."""
        return ReadSession(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def sign_out(self) -> SignOut:
        """End a session."""
        return SignOut(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def invite(self) -> Invite:
        """Make an account and its link, or a link to begin anew."""
        return Invite(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def accept_invitation(self) -> AcceptInvitation:
        """Set the password of an account that one was invited to."""
        return AcceptInvitation(self.parts.unit_of_work, self.parts.clock, self._passwords)

    @cached_property
    def read_accounts(self) -> ReadAccounts:
        """Show accounts."""
        return ReadAccounts(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def change_account(self) -> ChangeAccount:
        """Change the role of an account, close, open or unlock it."""
        return ChangeAccount(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def nominations(self) -> Nominations:
        """Confirm or decline that somebody holds a role on which permits rest."""
        return Nominations(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def change_password(self) -> ChangePassword:
        """Set another password."""
        return ChangePassword(self.parts.unit_of_work, self.parts.clock, self._passwords)

    @cached_property
    def second_factors(self) -> SecondFactors:
        """Make and remove second factors."""
        return SecondFactors(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def _passwords(self) -> Passwords:
        return Passwords.of(self._hasher)
