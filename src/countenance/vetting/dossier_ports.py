"""What vetting needs of a place that keeps applications, reviews and what officers decided.

All of it is sealed under the master key, durable with the unit of work, and read as it was
committed. Nothing here is ever deleted but contacts: a review must be able to be read again.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from countenance.policy.reopening import Reopening
    from countenance.vetting.conditions import ConditionDecision, ConditionDecisionId
    from countenance.vetting.dossier import (
        Appeal,
        AppealId,
        Application,
        ApplicationId,
        Contact,
        Draft,
        Evidence,
        FactorMark,
        Member,
        Message,
        Vote,
    )
    from countenance.vetting.listing import ApplicationSearch, Span
    from countenance.vetting.model import CustomerId, LeaseId, LeaseVersion
    from countenance.vetting.terms_of_use import TermsOfUse


class LeaseVersions(Protocol):
    """Every version of every lease, in the order of their numbers."""

    def add(self, version: LeaseVersion) -> None:
        """Store a version; raises `AlreadyExistsError` for its number."""
        ...

    def of_lease(self, lease_id: LeaseId) -> tuple[LeaseVersion, ...]:
        """Return the lease's versions, the first one first."""
        ...


class Dossiers(Protocol):
    """Members and contacts of customers, applications with their drafts and evidence."""

    def put_member(self, member: Member) -> None:
        """Store the member, replacing what is stored of the same person at this customer."""
        ...

    def members(self, customer_id: CustomerId) -> tuple[Member, ...]:
        """Return everybody who belongs or ever belonged to the customer, ordered by person."""
        ...

    def put_contact(self, contact: Contact) -> None:
        """Store the contact, replacing one of the same id."""
        ...

    def remove_contact(self, customer_id: CustomerId, contact_id: str) -> None:
        """Remove the contact, or raise `NotFoundError`."""
        ...

    def contacts(self, customer_id: CustomerId) -> tuple[Contact, ...]:
        """Return the customer's contacts, ordered by id."""
        ...

    def put(self, application: Application) -> None:
        """Store the application, replacing one of the same id."""
        ...

    def get(self, application_id: ApplicationId) -> Application | None:
        """Return the application, or None."""
        ...

    def all(self) -> tuple[Application, ...]:
        """Return every application, the oldest first."""
        ...

    def page(self, sought: ApplicationSearch, span: Span) -> tuple[Application, ...]:
        """Return the applications of a span, in the order that is `sought`, found by the database."""
        ...

    def count(self, sought: ApplicationSearch) -> int:
        """Return how many applications are `sought`."""
        ...

    def of_customer(self, customer_id: CustomerId) -> tuple[Application, ...]:
        """Return the customer's applications, the oldest first."""
        ...

    def add_message(self, message: Message) -> None:
        """Store a question or an answer; raises `AlreadyExistsError` for its number."""
        ...

    def messages(self, application_id: ApplicationId) -> tuple[Message, ...]:
        """Return what was asked and answered about an application, in the order of the numbers."""
        ...

    def add_draft(self, draft: Draft) -> None:
        """Store a version; raises `AlreadyExistsError` for its number."""
        ...

    def draft(self, application_id: ApplicationId, number: int) -> Draft | None:
        """Return that version, or None."""
        ...

    def drafts(self, application_id: ApplicationId) -> tuple[Draft, ...]:
        """Return every version, the first one first."""
        ...

    def add_evidence(self, evidence: Evidence, data: bytes) -> None:
        """Store a file; raises `AlreadyExistsError` where the application has it already."""
        ...

    def evidence(self, application_id: ApplicationId) -> tuple[Evidence, ...]:
        """Return the application's files, ordered by digest."""
        ...

    def evidence_data(self, application_id: ApplicationId, digest: str) -> bytes | None:
        """Return a file's bytes, or None."""
        ...


class Reviews(Protocol):
    """Marks, votes and appeals."""

    def put_mark(self, mark: FactorMark) -> None:
        """Store the mark, replacing this reviewer's earlier one of the same factor and round."""
        ...

    def marks(self, application_id: ApplicationId, round_: int) -> tuple[FactorMark, ...]:
        """Return the marks of a round, ordered by factor, then reviewer."""
        ...

    def add_vote(self, vote: Vote) -> None:
        """Store the vote; raises `AlreadyExistsError` where this reviewer has voted in this round."""
        ...

    def votes(self, application_id: ApplicationId, round_: int) -> tuple[Vote, ...]:
        """Return the votes of a round, ordered by the moment, then reviewer."""
        ...

    def put_appeal(self, appeal: Appeal) -> None:
        """Store the appeal, replacing one of the same id."""
        ...

    def appeal(self, appeal_id: AppealId) -> Appeal | None:
        """Return the appeal, or None."""
        ...

    def appeals(self) -> tuple[Appeal, ...]:
        """Return every appeal, the oldest first."""
        ...


class PublishedTerms(Protocol):
    """The operator's own terms of use. A version is never changed or removed. They are public, not sealed."""

    def add(self, terms: TermsOfUse) -> None:
        """Store the version; raises `AlreadyExistsError`."""
        ...

    def all(self) -> tuple[TermsOfUse, ...]:
        """Return every version, the oldest first."""
        ...


class Conditions(Protocol):
    """What officers decided about conditions that vendors and the house have set."""

    def put(self, decision: ConditionDecision) -> None:
        """Store the decision, replacing one of the same id."""
        ...

    def get(self, decision_id: ConditionDecisionId) -> ConditionDecision | None:
        """Return the decision, or None."""
        ...

    def all(self) -> tuple[ConditionDecision, ...]:
        """Return every decision, the oldest first."""
        ...

    def reopenings(self, at: datetime) -> tuple[Reopening, ...]:
        """Return what is re-opened at a moment; read in every act, so it is quick where there is nothing."""
        ...
