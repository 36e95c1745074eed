"""The use cases of vetting: customers, applications, reviews, leases, terms of use, officers' decisions."""

from __future__ import annotations

import secrets
from datetime import date
from functools import cached_property

from countenance.app.parts import Parts
from countenance.policy.gate import rule_changes, rules_to_reopen
from countenance.vetting.accepting import AcceptTerms, ReadTerms
from countenance.vetting.access import Access
from countenance.vetting.appealing import FileAppeal, JudgeAppeal, ReadAppeals
from countenance.vetting.assessing import Assess
from countenance.vetting.conversation import Converse
from countenance.vetting.drafting import DraftApplication, SubmitApplication, WithdrawApplication
from countenance.vetting.evidence import ReadEvidence, StoreEvidence
from countenance.vetting.leases import ListLeases, ResumeLease, RevokeLease, SuspendLease
from countenance.vetting.officers import DecideConditions
from countenance.vetting.outlook import ForeseeLease
from countenance.vetting.publishing_terms import PublishTerms
from countenance.vetting.reading import ReadApplications
from countenance.vetting.registration import Members, ReadCustomers, RegisterCustomers
from countenance.vetting.reviewing import ApproveApplication, MarkFactors, RefuseApplication
from countenance.vetting.rotation import RotateKey


class VettingCases:
    """Who may use it, and why. Every attribute is a use case; all but `terms` take an `Actor` first."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    # Customers

    @cached_property
    def customers(self) -> RegisterCustomers:
        """Register and amend customers."""
        return RegisterCustomers(self._access, self.parts.unit_of_work)

    @cached_property
    def members(self) -> Members:
        """Say who belongs to a customer, and whom to reach there."""
        return Members(self._access, self.parts.unit_of_work)

    @cached_property
    def read_customers(self) -> ReadCustomers:
        """Show customers."""
        return ReadCustomers(self._access, self.parts.unit_of_work)

    # Applications

    @cached_property
    def draft(self) -> DraftApplication:
        """Begin an application, and write on in it."""
        return DraftApplication(self._access, self.parts.unit_of_work, new_id)

    @cached_property
    def submit(self) -> SubmitApplication:
        """Hand the newest draft to the reviewers."""
        return SubmitApplication(self._access, self._assess, self.parts.unit_of_work)

    @cached_property
    def withdraw(self) -> WithdrawApplication:
        """Take an application back."""
        return WithdrawApplication(self._access, self.parts.unit_of_work)

    @cached_property
    def read_applications(self) -> ReadApplications:
        """Show applications, what is missing in them, and what changed between versions."""
        return ReadApplications(self._access, self._assess, self.parts.unit_of_work)

    @cached_property
    def store_evidence(self) -> StoreEvidence:
        """Keep a file with an application."""
        return StoreEvidence(self._access, self.parts.unit_of_work)

    @cached_property
    def read_evidence(self) -> ReadEvidence:
        """Show a file."""
        return ReadEvidence(self._access, self.parts.unit_of_work)

    @cached_property
    def converse(self) -> Converse:
        """Let customers and reviewers ask each other about an application."""
        return Converse(self._access, self.parts.unit_of_work)

    # Reviews and appeals

    @cached_property
    def mark_factors(self) -> MarkFactors:
        """Put a reviewer's judgement of factors on record."""
        return MarkFactors(self._access, self.parts.unit_of_work)

    @cached_property
    def approve(self) -> ApproveApplication:
        """Vote for an application; the second person's vote grants the lease."""
        return ApproveApplication(self._access, self._assess, self.parts.unit_of_work)

    @cached_property
    def refuse(self) -> RefuseApplication:
        """Refuse an application."""
        return RefuseApplication(self._access, self.parts.unit_of_work)

    @cached_property
    def appeal(self) -> FileAppeal:
        """Ask other people to look at a ruling."""
        return FileAppeal(self._access, self.parts.unit_of_work, new_id)

    @cached_property
    def judge_appeal(self) -> JudgeAppeal:
        """Vote on an appeal."""
        return JudgeAppeal(self._access, self.parts.unit_of_work)

    @cached_property
    def read_appeals(self) -> ReadAppeals:
        """Show appeals."""
        return ReadAppeals(self._access, self.parts.unit_of_work)

    # Leases, terms of use, keys

    @cached_property
    def read_leases(self) -> ListLeases:
        """Show leases, and how each came to be what it is."""
        return ListLeases(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def foresee_lease(self) -> ForeseeLease:
        """Say what a lease permits from now on, and what its permits oblige to."""
        return ForeseeLease(self._access, self.parts.decide, self._changes, self.parts.unit_of_work)

    @cached_property
    def suspend_lease(self) -> SuspendLease:
        """Press the stop button."""
        return SuspendLease(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def resume_lease(self) -> ResumeLease:
        """Let a suspended lease go on."""
        return ResumeLease(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def revoke_lease(self) -> RevokeLease:
        """End a lease for good."""
        return RevokeLease(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def terms(self) -> ReadTerms:
        """Show the terms of use."""
        return ReadTerms(self.parts.terms_of_use)

    @cached_property
    def publish_terms(self) -> PublishTerms:
        """Publish the operator's own terms of use."""
        return PublishTerms(self._access, self.parts.terms_of_use, self.parts.unit_of_work)

    @cached_property
    def accept_terms(self) -> AcceptTerms:
        """Accept the newest terms of use for a lease."""
        return AcceptTerms(self._access, self.parts.terms_of_use, self.parts.unit_of_work)

    @cached_property
    def rotate_key(self) -> RotateKey:
        """Issue a key in the place of another one, which ends a little later."""
        return RotateKey(self.parts.unit_of_work, self.parts.clock)

    # Conditions of vendors

    @cached_property
    def conditions(self) -> DecideConditions:
        """Let officers decide that a condition is met, or is not met any more."""
        return DecideConditions(self._access, self._reopenable, self.parts.unit_of_work, new_id)

    @cached_property
    def _access(self) -> Access:
        return Access(self.parts.clock)

    @cached_property
    def _assess(self) -> Assess:
        p = self.parts
        return Assess(p.decide, p.clock, p.terms_of_use, self._changes)

    def _changes(self) -> frozenset[date]:
        return rule_changes(self.parts.packs)

    def _reopenable(self) -> frozenset[str]:
        return rules_to_reopen(self.parts.packs)


def new_id(prefix: str) -> str:
    """Return an id that nobody can guess and that says what it names: `app_` and 128 random bits."""
    return f"{prefix}_{secrets.token_hex(16)}"
