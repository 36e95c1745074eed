"""Who may come in: keys, signatures, leases."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from countenance.app.parts import Parts
    from countenance.vetting.authority import RecordStranger
    from countenance.vetting.evaluation import EnsureEvaluationLease
    from countenance.vetting.keys import Authenticate, IssueKey, ListKeys, RevokeKey
    from countenance.vetting.leases import GrantLeases, ListLeases, RevokeLease
    from countenance.vetting.persons import ReadPseudonyms
    from countenance.vetting.signatures import AuthenticateSigned


_STRANGERS_A_MINUTE = 60


class Access:
    """How callers are known and what they are let in by. Every attribute is a use case."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    @cached_property
    def authenticate(self) -> Authenticate:
        """Turn the text of a key into an actor."""
        from countenance.vetting.keys import Authenticate

        return Authenticate(self.parts.unit_of_work, self.parts.clock, self._record_stranger)

    @cached_property
    def authenticate_signed(self) -> AuthenticateSigned:
        """Turn a signature into an actor."""
        from countenance.vetting.signatures import AuthenticateSigned

        return AuthenticateSigned(self.parts.unit_of_work, self.parts.clock, self._record_stranger)

    @cached_property
    def issue_key(self) -> IssueKey:
        """Make a key."""
        from countenance.vetting.keys import IssueKey

        return IssueKey(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def revoke_key(self) -> RevokeKey:
        """End a key."""
        from countenance.vetting.keys import RevokeKey

        return RevokeKey(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def list_keys(self) -> ListKeys:
        """Show every key but its secret."""
        from countenance.vetting.keys import ListKeys

        return ListKeys(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def read_pseudonyms(self) -> ReadPseudonyms:
        """Tell who is meant on the ledger."""
        from countenance.vetting.persons import ReadPseudonyms

        return ReadPseudonyms(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def grant_leases(self) -> GrantLeases:
        """Store customers and leases from a seed file."""
        from countenance.vetting.leases import GrantLeases

        return GrantLeases(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def revoke_lease(self) -> RevokeLease:
        """End a lease."""
        from countenance.vetting.leases import RevokeLease

        return RevokeLease(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def list_leases(self) -> ListLeases:
        """Show every lease."""
        from countenance.vetting.leases import ListLeases

        return ListLeases(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def ensure_evaluation_lease(self) -> EnsureEvaluationLease:
        """Grant the local command line its lease."""
        from countenance.vetting.evaluation import EnsureEvaluationLease

        p = self.parts
        return EnsureEvaluationLease(p.unit_of_work, p.clock, p.jurisdictions, p.evaluation_fmr_ppb)

    @cached_property
    def _record_stranger(self) -> RecordStranger:
        from countenance.vetting.authority import RecordStranger, Throttle

        p = self.parts
        return RecordStranger(p.unit_of_work, p.clock, Throttle(_STRANGERS_A_MINUTE, timedelta(minutes=1)))
