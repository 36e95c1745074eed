"""Customers: registered by administrators, with those who belong to them and those to reach."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from countenance.errors import AlreadyExistsError, InvalidInputError, NotFoundError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.policy.places import jurisdiction
from countenance.vetting.access import ADMINISTRATORS, READERS, STAFF, Access
from countenance.vetting.dossier import Application, Contact, Member
from countenance.vetting.listing import CustomerSearch, Listed, Span, customer_place, listed
from countenance.vetting.model import (
    Actor,
    Customer,
    CustomerId,
    Lease,
    LeaseChange,
    LeaseOrigin,
    PersonId,
    Role,
)
from countenance.vetting.persons import checked_person
from countenance.vetting.ports import VettingWork
from countenance.vetting.versions import change_lease

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_MOST_MEMBERS: Final = 500
_MOST_CONTACTS: Final = 50
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerView:
    """A customer with its members, contacts, applications and leases."""

    customer: Customer
    members: tuple[Member, ...]
    contacts: tuple[Contact, ...]
    applications: tuple[Application, ...]
    leases: tuple[Lease, ...]


@dataclass(frozen=True, slots=True)
class RegisterCustomers:
    """Put organisations on record, and change what is on record of them."""

    access: Access
    unit_of_work: Callable[[], VettingWork]

    def __call__(self, actor: Actor, customer: Customer) -> Customer:
        """Register a new customer.

        Raises `ForbiddenError`, `InvalidInputError`, or `AlreadyExistsError` for its id.
        """
        checked = _checked(customer)
        with self.unit_of_work() as work:
            self.access.role(work, actor, ADMINISTRATORS)
            if work.customers.get(checked.id) is not None:
                raise AlreadyExistsError(f"there is a customer `{checked.id}` already")
            self._put(work, actor, checked, EventType.CUSTOMER_REGISTERED)
            work.commit()
        return checked

    def amend(self, actor: Actor, customer: Customer) -> Customer:
        """Change a customer's record.

        Where its kind, its jurisdictions or those for whom it acts change, its leases from
        applications are suspended until reviewers have looked: they were approved for somebody
        else, so to say. Raises `ForbiddenError`, `InvalidInputError` or `NotFoundError`.
        """
        checked = _checked(customer)
        with self.unit_of_work() as work:
            held = self.access.customer(work, actor, checked.id, ADMINISTRATORS)
            self._put(work, actor, checked, EventType.CUSTOMER_AMENDED)
            if replace(held, name=checked.name) != checked:
                self._stop(work, actor, checked.id)
            work.commit()
        return checked

    def _stop(self, work: VettingWork, actor: Actor, customer_id: CustomerId) -> None:
        why = (LeaseChange.SUSPENDED, "the customer's record changed: reviewers have to look again")
        for lease in work.leases.all():
            reviewed = lease.customer_id == customer_id and lease.origin is LeaseOrigin.APPLICATION
            if reviewed and not (lease.terms.suspended or lease.terms.revoked):
                stopped = replace(lease, terms=replace(lease.terms, suspended=True))
                change_lease(work, actor, stopped, why, self.access.clock())

    def _put(self, work: VettingWork, actor: Actor, customer: Customer, event: EventType) -> None:
        work.customers.put(customer)
        fields: dict[str, JsonValue] = {
            "customer": customer.id,
            "kind": customer.kind.value,
            "acts_for": tuple(sorted(customer.acts_for)),
            "jurisdictions": tuple(sorted(customer.jurisdictions)),
            "actor": actor.id,
        }
        work.ledger.append(Entry(event, self.access.clock(), fields))


@dataclass(frozen=True, slots=True)
class Members:
    """Say who belongs to a customer, and whom to reach there."""

    access: Access
    unit_of_work: Callable[[], VettingWork]

    def add(self, actor: Actor, customer_id: CustomerId, person: PersonId, name: str) -> Member:
        """Make a person a member, also one who had left.

        Raises `ForbiddenError`, `InvalidInputError` or `NotFoundError`.
        """
        with self.unit_of_work() as work:
            self.access.customer(work, actor, customer_id, ADMINISTRATORS)
            if len(work.dossiers.members(customer_id)) >= _MOST_MEMBERS:
                raise InvalidInputError(f"a customer has at most {_MOST_MEMBERS} members")
            member = Member(
                customer_id=customer_id,
                person=checked_person(person),
                name=_line(name, "name"),
                since=self.access.clock(),
            )
            work.dossiers.put_member(member)
            work.commit()
        return member

    def end(self, actor: Actor, customer_id: CustomerId, person: PersonId) -> Member:
        """Let a person leave: what they applied for stays, they see it no more.

        Raises `ForbiddenError` or `NotFoundError`.
        """
        with self.unit_of_work() as work:
            self.access.customer(work, actor, customer_id, ADMINISTRATORS)
            members = {member.person: member for member in work.dossiers.members(customer_id)}
            if person not in members:
                raise NotFoundError(f"no member `{person}`")
            left = replace(members[person], until=members[person].until or self.access.clock())
            work.dossiers.put_member(left)
            work.commit()
        return left

    def put_contact(self, actor: Actor, contact: Contact) -> Contact:
        """Store whom to reach, replacing a contact of the same id.

        Raises `ForbiddenError`, `InvalidInputError` or `NotFoundError`.
        """
        if not _ID.fullmatch(contact.id):
            raise InvalidInputError("a contact's id has letters, digits, `.`, `_` and `-`, at most 128")
        for field in ("name", "purpose"):
            _line(getattr(contact, field), field)
        for field in ("email", "phone"):
            if getattr(contact, field):
                _line(getattr(contact, field), field)
        with self.unit_of_work() as work:
            self.access.customer(work, actor, contact.customer_id, ADMINISTRATORS | {Role.APPLICANT})
            held = {one.id for one in work.dossiers.contacts(contact.customer_id)}
            if contact.id not in held and len(held) >= _MOST_CONTACTS:
                raise InvalidInputError(f"a customer has at most {_MOST_CONTACTS} contacts")
            work.dossiers.put_contact(contact)
            work.commit()
        return contact

    def remove_contact(self, actor: Actor, customer_id: CustomerId, contact_id: str) -> None:
        """Remove a contact, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            self.access.customer(work, actor, customer_id, ADMINISTRATORS | {Role.APPLICANT})
            work.dossiers.remove_contact(customer_id, contact_id)
            work.commit()


@dataclass(frozen=True, slots=True)
class ReadCustomers:
    """Show customers to staff, and to their own members."""

    access: Access
    unit_of_work: Callable[[], VettingWork]

    def all(self, actor: Actor) -> tuple[Customer, ...]:
        """Return every customer, ordered by id, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.access.role(work, actor, STAFF)
            return work.customers.all()

    def page(self, actor: Actor, sought: CustomerSearch, span: Span) -> Listed[Customer]:
        """Return a page of the customers that are sought, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.access.role(work, actor, STAFF)
            found = work.customers.page(sought, replace(span, limit=span.limit + 1))
            places = tuple(customer_place(one, sought.order) for one in found)
            return listed(found, work.customers.count(sought), span, places)

    def one(self, actor: Actor, customer_id: CustomerId) -> CustomerView:
        """Return a customer with all that belongs to it, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            customer = self.access.customer(work, actor, customer_id, READERS)
            return CustomerView(
                customer=customer,
                members=work.dossiers.members(customer_id),
                contacts=work.dossiers.contacts(customer_id),
                applications=work.dossiers.of_customer(customer_id),
                leases=tuple(lease for lease in work.leases.all() if lease.customer_id == customer_id),
            )


def _checked(customer: Customer) -> Customer:
    if not _ID.fullmatch(customer.id):
        raise InvalidInputError("a customer's id has letters, digits, `.`, `_` and `-`, at most 128")
    if not customer.jurisdictions:
        raise InvalidInputError("a customer is bound by the law of at least one jurisdiction")
    places = frozenset(jurisdiction(code) for code in customer.jurisdictions)
    return replace(customer, name=_line(customer.name, "name"), jurisdictions=places)


def _line(text: str, field: str) -> str:
    line = text.strip()
    if not 0 < len(line) <= _LONGEST or not line.isprintable():
        raise InvalidInputError(f"`{field}` is one line of 1 to {_LONGEST} characters")
    return line
