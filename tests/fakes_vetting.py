"""Dossiers, reviews, versions of leases and officers' decisions in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from countenance.errors import AlreadyExistsError, NotFoundError
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
from countenance.vetting.listing import ApplicationSearch, Place, Span, application_place
from countenance.vetting.model import CustomerId, LeaseId, LeaseVersion
from countenance.vetting.terms_of_use import TermsOfUse

Value = TypeVar("Value")


@dataclass
class VettingState:
    """All that vetting stores, by key."""

    members: dict[tuple[str, str], Member] = field(default_factory=dict)
    contacts: dict[tuple[str, str], Contact] = field(default_factory=dict)
    applications: dict[ApplicationId, Application] = field(default_factory=dict)
    drafts: dict[tuple[str, int], Draft] = field(default_factory=dict)
    evidence: dict[tuple[str, str], tuple[Evidence, bytes]] = field(default_factory=dict)
    messages: dict[tuple[str, int], Message] = field(default_factory=dict)
    marks: dict[tuple[str, int, str, str], FactorMark] = field(default_factory=dict)
    votes: dict[tuple[str, int, str], Vote] = field(default_factory=dict)
    appeals: dict[AppealId, Appeal] = field(default_factory=dict)
    lease_versions: dict[tuple[str, int], LeaseVersion] = field(default_factory=dict)
    conditions: dict[ConditionDecisionId, ConditionDecision] = field(default_factory=dict)
    published_terms: dict[str, TermsOfUse] = field(default_factory=dict)


class Unit(Protocol):
    """The part of a unit of work that these need."""

    def read(self, question: Callable[[Any], Value]) -> Value: ...

    def write(self) -> Any: ...  # noqa: ANN401  the whole state, which holds more than this one


@dataclass
class _Repository:
    unit: Unit

    def held(self, name: str, *begin: object) -> tuple[Any, ...]:
        """Return the values whose keys begin so, in the order of their keys."""

        def question(state: object) -> tuple[Any, ...]:
            return tuple(
                value for key, value in sorted(getattr(state, name).items()) if key[: len(begin)] == begin
            )

        return self.unit.read(question)

    def oldest_first(self, name: str, moment: Callable[[Any], datetime]) -> tuple[Any, ...]:
        def question(state: object) -> tuple[Any, ...]:
            items: Iterable[tuple[str, Any]] = getattr(state, name).items()
            return tuple(value for _, value in sorted(items, key=lambda item: (moment(item[1]), item[0])))

        return self.unit.read(question)


class FakeDossiers(_Repository):
    def put_member(self, member: Member) -> None:
        self.unit.write().members[member.customer_id, member.person] = member

    def members(self, customer_id: CustomerId) -> tuple[Member, ...]:
        return self.held("members", customer_id)

    def put_contact(self, contact: Contact) -> None:
        self.unit.write().contacts[contact.customer_id, contact.id] = contact

    def remove_contact(self, customer_id: CustomerId, contact_id: str) -> None:
        if self.unit.write().contacts.pop((customer_id, contact_id), None) is None:
            raise NotFoundError(f"there is no contact `{contact_id}`")

    def contacts(self, customer_id: CustomerId) -> tuple[Contact, ...]:
        return self.held("contacts", customer_id)

    def put(self, application: Application) -> None:
        self.unit.write().applications[application.id] = application

    def get(self, application_id: ApplicationId) -> Application | None:
        found: Application | None = self.unit.read(lambda state: state.applications.get(application_id))
        return found

    def all(self) -> tuple[Application, ...]:
        return self.oldest_first("applications", lambda one: one.created)

    def page(self, sought: ApplicationSearch, span: Span) -> tuple[Application, ...]:
        placed = [(application_place(one, sought.order), one) for one in self._sought(sought)]
        return spanned(placed, span, descending=sought.descending)

    def count(self, sought: ApplicationSearch) -> int:
        return len(self._sought(sought))

    def _sought(self, sought: ApplicationSearch) -> list[Application]:
        return [
            one
            for one in self.all()
            if sought.state in {None, one.state} and sought.customer_id in {None, one.customer_id}
        ]

    def add_message(self, message: Message) -> None:
        _add(self.unit.write().messages, (message.application_id, message.number), message)

    def messages(self, application_id: ApplicationId) -> tuple[Message, ...]:
        return self.held("messages", application_id)

    def of_customer(self, customer_id: CustomerId) -> tuple[Application, ...]:
        return tuple(one for one in self.all() if one.customer_id == customer_id)

    def add_draft(self, draft: Draft) -> None:
        _add(self.unit.write().drafts, (draft.application_id, draft.number), draft)

    def draft(self, application_id: ApplicationId, number: int) -> Draft | None:
        return next(iter(self.held("drafts", application_id, number)), None)

    def drafts(self, application_id: ApplicationId) -> tuple[Draft, ...]:
        return self.held("drafts", application_id)

    def add_evidence(self, evidence: Evidence, data: bytes) -> None:
        _add(self.unit.write().evidence, (evidence.application_id, evidence.digest), (evidence, data))

    def evidence(self, application_id: ApplicationId) -> tuple[Evidence, ...]:
        return tuple(evidence for evidence, _ in self.held("evidence", application_id))

    def evidence_data(self, application_id: ApplicationId, digest: str) -> bytes | None:
        return next((data for _, data in self.held("evidence", application_id, digest)), None)


class FakeReviews(_Repository):
    def put_mark(self, mark: FactorMark) -> None:
        place = (mark.application_id, mark.round, mark.factor.value, mark.reviewer)
        self.unit.write().marks[place] = mark

    def marks(self, application_id: ApplicationId, round_: int) -> tuple[FactorMark, ...]:
        return self.held("marks", application_id, round_)

    def add_vote(self, vote: Vote) -> None:
        _add(self.unit.write().votes, (vote.application_id, vote.round, vote.reviewer), vote)

    def votes(self, application_id: ApplicationId, round_: int) -> tuple[Vote, ...]:
        found: list[Vote] = [*self.held("votes", application_id, round_)]
        return tuple(sorted(found, key=lambda vote: (vote.cast, vote.reviewer)))

    def put_appeal(self, appeal: Appeal) -> None:
        self.unit.write().appeals[appeal.id] = appeal

    def appeal(self, appeal_id: AppealId) -> Appeal | None:
        found: Appeal | None = self.unit.read(lambda state: state.appeals.get(appeal_id))
        return found

    def appeals(self) -> tuple[Appeal, ...]:
        return self.oldest_first("appeals", lambda one: one.filed)


class FakeLeaseVersions(_Repository):
    def add(self, version: LeaseVersion) -> None:
        _add(self.unit.write().lease_versions, (version.lease.id, version.lease.version), version)

    def of_lease(self, lease_id: LeaseId) -> tuple[LeaseVersion, ...]:
        return self.held("lease_versions", lease_id)


class FakePublishedTerms(_Repository):
    def add(self, terms: TermsOfUse) -> None:
        _add(self.unit.write().published_terms, terms.version, terms)

    def all(self) -> tuple[TermsOfUse, ...]:
        return self.oldest_first("published_terms", lambda one: one.published)


class FakeConditions(_Repository):
    def put(self, decision: ConditionDecision) -> None:
        self.unit.write().conditions[decision.id] = decision

    def get(self, decision_id: ConditionDecisionId) -> ConditionDecision | None:
        found: ConditionDecision | None = self.unit.read(lambda state: state.conditions.get(decision_id))
        return found

    def all(self) -> tuple[ConditionDecision, ...]:
        return self.oldest_first("conditions", lambda one: one.met_by[0].at)

    def reopenings(self, at: datetime) -> tuple[Reopening, ...]:
        return tuple(one for decision in self.all() if (one := decision.reopening(at)) is not None)


def spanned(placed: Iterable[tuple[Place, Value]], span: Span, *, descending: bool) -> tuple[Value, ...]:
    """The rows of a span of rows with their places."""
    backwards = descending is not span.back
    ordered = sorted(placed, key=lambda one: (one[0].key, one[0].id), reverse=backwards)
    if span.place is not None:
        mark = (span.place.key, span.place.id)
        ordered = [
            one
            for one in ordered
            if ((one[0].key, one[0].id) < mark if backwards else (one[0].key, one[0].id) > mark)
        ]
    found = tuple(value for _, value in ordered[: span.limit])
    return found[::-1] if span.back else found


def _add(values: dict[Any, Any], key: object, value: object) -> None:
    if key in values:
        raise AlreadyExistsError(f"there is `{key}` already")
    values[key] = value
