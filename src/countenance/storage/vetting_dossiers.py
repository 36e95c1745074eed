"""Members, contacts, applications, drafts and evidence."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Text, and_, bindparam, delete, or_, select

from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.storage.keyset import Pages
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.vetting_sealing import Kept, KeptStatements, place_of
from countenance.storage.vetting_tables import (
    application_drafts,
    application_evidence,
    application_messages,
    applications,
    customer_contacts,
    customer_members,
    evidence_files,
)
from countenance.vetting.dossier import Application, ApplicationId, Contact, Draft, Evidence, Member, Message
from countenance.vetting.listing import ApplicationOrder, ApplicationSearch, Span
from countenance.vetting.model import CustomerId

_MEMBERS: Final = KeptStatements(customer_members)
_CONTACTS: Final = KeptStatements(customer_contacts)
_APPLICATIONS: Final = KeptStatements(applications)
_DRAFTS: Final = KeptStatements(application_drafts)
_EVIDENCE: Final = KeptStatements(application_evidence)
_MESSAGES: Final = KeptStatements(application_messages)
_FILES: Final = KeptStatements(evidence_files)

_MEMBERS_OF: Final = (
    select(customer_members)
    .where(customer_members.c.customer_id == bindparam("customer_id"))
    .order_by(customer_members.c.person)
)
_CONTACTS_OF: Final = (
    select(customer_contacts)
    .where(customer_contacts.c.customer_id == bindparam("customer_id"))
    .order_by(customer_contacts.c.contact_id)
)
_REMOVE_CONTACT: Final = delete(customer_contacts).where(
    customer_contacts.c.customer_id == bindparam("of_customer"),
    customer_contacts.c.contact_id == bindparam("of_contact"),
)
_ALL: Final = select(applications).order_by(applications.c.created, applications.c.application_id)
_ONE: Final = select(applications).where(applications.c.application_id == bindparam("application_id"))
_OF_CUSTOMER: Final = _ALL.where(applications.c.customer_id == bindparam("customer_id"))
_STATE: Final = bindparam("state", type_=Text)
_OF: Final = bindparam("customer_id", type_=Text)
_PAGES: Final = Pages(
    applications,
    and_(
        or_(_STATE == "", applications.c.state == _STATE),
        or_(_OF == "", applications.c.customer_id == _OF),
    ),
    {
        ApplicationOrder.CREATED: applications.c.created,
        ApplicationOrder.CHANGED: applications.c.changed,
        ApplicationOrder.CUSTOMER: applications.c.customer_id,
        ApplicationOrder.STATE: applications.c.state,
    },
    applications.c.application_id,
)
_MESSAGES_OF: Final = (
    select(application_messages)
    .where(application_messages.c.application_id == bindparam("application_id"))
    .order_by(application_messages.c.number)
)
_DRAFTS_OF: Final = (
    select(application_drafts)
    .where(application_drafts.c.application_id == bindparam("application_id"))
    .order_by(application_drafts.c.number)
)
_DRAFT: Final = _DRAFTS_OF.where(application_drafts.c.number == bindparam("number"))
_EVIDENCE_OF: Final = (
    select(application_evidence)
    .where(application_evidence.c.application_id == bindparam("application_id"))
    .order_by(application_evidence.c.digest)
)
_FILE: Final = select(evidence_files).where(
    evidence_files.c.application_id == bindparam("application_id"),
    evidence_files.c.digest == bindparam("digest"),
)


class SqlDossiers:
    """What customers are and what they apply for, sealed under the master key."""

    __slots__ = (
        "_applications",
        "_contacts",
        "_drafts",
        "_evidence",
        "_keyring",
        "_members",
        "_messages",
        "_session",
    )

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring
        self._members = Kept(session, keyring, _MEMBERS, Member)
        self._contacts = Kept(session, keyring, _CONTACTS, Contact)
        self._applications = Kept(session, keyring, _APPLICATIONS, Application)
        self._drafts = Kept(session, keyring, _DRAFTS, Draft)
        self._messages = Kept(session, keyring, _MESSAGES, Message)
        self._evidence = Kept(session, keyring, _EVIDENCE, Evidence)

    def put_member(self, member: Member) -> None:
        """Store the member, replacing what is stored of the same person at this customer."""
        self._members.put({"customer_id": member.customer_id, "person": member.person}, member)

    def members(self, customer_id: CustomerId) -> tuple[Member, ...]:
        """Return everybody who belongs or ever belonged to the customer, ordered by person."""
        return self._members.read(_MEMBERS_OF, {"customer_id": customer_id})

    def put_contact(self, contact: Contact) -> None:
        """Store the contact, replacing one of the same id."""
        self._contacts.put({"customer_id": contact.customer_id, "contact_id": contact.id}, contact)

    def remove_contact(self, customer_id: CustomerId, contact_id: str) -> None:
        """Remove the contact, or raise `NotFoundError`."""
        if not self._session.write(_REMOVE_CONTACT, {"of_customer": customer_id, "of_contact": contact_id}):
            raise NotFoundError(f"there is no contact `{contact_id}`")
        self._session.leaves_traces()

    def contacts(self, customer_id: CustomerId) -> tuple[Contact, ...]:
        """Return the customer's contacts, ordered by id."""
        return self._contacts.read(_CONTACTS_OF, {"customer_id": customer_id})

    def put(self, application: Application) -> None:
        """Store the application, replacing one of the same id."""
        row = {
            "application_id": application.id,
            "customer_id": application.customer_id,
            "created": application.created,
            "state": application.state.value,
            "changed": application.changed,
        }
        self._applications.put(row, application)

    def get(self, application_id: ApplicationId) -> Application | None:
        """Return the application, or None."""
        return next(iter(self._applications.read(_ONE, {"application_id": application_id})), None)

    def all(self) -> tuple[Application, ...]:
        """Return every application, the oldest first."""
        return self._applications.read(_ALL, {})

    def page(self, sought: ApplicationSearch, span: Span) -> tuple[Application, ...]:
        """Return the applications of a span, in the order that is `sought`, found by the database."""
        statement = _PAGES.statement(sought.order, span, descending=sought.descending)
        found = self._applications.page(statement, {**_wanted(sought), **_PAGES.parameters(span)})
        return found[::-1] if span.back else found

    def count(self, sought: ApplicationSearch) -> int:
        """Return how many applications are `sought`."""
        return int(self._session.page(_PAGES.count, _wanted(sought))[0].number)

    def of_customer(self, customer_id: CustomerId) -> tuple[Application, ...]:
        """Return the customer's applications, the oldest first."""
        return self._applications.read(_OF_CUSTOMER, {"customer_id": customer_id})

    def add_draft(self, draft: Draft) -> None:
        """Store a version; raises `AlreadyExistsError` for its number."""
        if not self._drafts.add({"application_id": draft.application_id, "number": draft.number}, draft):
            raise AlreadyExistsError(f"there is a version {draft.number} already")

    def draft(self, application_id: ApplicationId, number: int) -> Draft | None:
        """Return that version, or None."""
        found = self._drafts.read(_DRAFT, {"application_id": application_id, "number": number})
        return next(iter(found), None)

    def drafts(self, application_id: ApplicationId) -> tuple[Draft, ...]:
        """Return every version, the first one first."""
        return self._drafts.read(_DRAFTS_OF, {"application_id": application_id})

    def add_evidence(self, evidence: Evidence, data: bytes) -> None:
        """Store a file; raises `AlreadyExistsError` where the application has it already."""
        row = {"application_id": evidence.application_id, "digest": evidence.digest}
        if not self._evidence.add(row, evidence):
            raise AlreadyExistsError(f"there is a file `{evidence.digest}` already")
        place = place_of(evidence_files, list(row.values()))
        self._session.insert_new(_FILES.insert, {**row, "sealed": self._keyring.seal(data, *place)})

    def evidence(self, application_id: ApplicationId) -> tuple[Evidence, ...]:
        """Return the application's files, ordered by digest."""
        return self._evidence.read(_EVIDENCE_OF, {"application_id": application_id})

    def evidence_data(self, application_id: ApplicationId, digest: str) -> bytes | None:
        """Return a file's bytes, or None."""
        rows = self._session.page(_FILE, {"application_id": application_id, "digest": digest})
        if not rows:
            return None
        place = place_of(evidence_files, [application_id, digest])
        return self._keyring.open(bytes(rows[0].sealed), *place)

    def add_message(self, message: Message) -> None:
        """Store a question or an answer; raises `AlreadyExistsError` for its number."""
        row = {"application_id": message.application_id, "number": message.number}
        if not self._messages.add(row, message):
            raise AlreadyExistsError(f"there is a message {message.number} already")

    def messages(self, application_id: ApplicationId) -> tuple[Message, ...]:
        """Return what was asked and answered about an application, in the order of the numbers."""
        return self._messages.read(_MESSAGES_OF, {"application_id": application_id})


def _wanted(sought: ApplicationSearch) -> dict[str, object]:
    """Return the parameters of a search; what is left open is empty."""
    return {"state": sought.state or "", "customer_id": sought.customer_id or ""}
