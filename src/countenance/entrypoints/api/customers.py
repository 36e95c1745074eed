"""Customers: registered and amended by administrators, with their members and contacts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.cursors import Cursor, Limit, ordered_cursor, ordered_place
from countenance.entrypoints.api.schemas.vetting import (
    ContactAsked,
    ContactPath,
    CustomerAsked,
    CustomerFields,
    CustomerPath,
    CustomersTold,
    CustomerTold,
    MemberAsked,
    PersonPath,
)
from countenance.entrypoints.api.told import told
from countenance.policy.model import CustomerKind
from countenance.vetting.dossier import Contact, Member
from countenance.vetting.listing import CustomerSearch, Span
from countenance.vetting.model import Customer

router = APIRouter(tags=["vetting"])


@router.post(
    "/v1/customers",
    status_code=HTTPStatus.CREATED,
    response_model=Customer,
    summary="Register a customer",
    description="Put an organisation on record: its legal name, kind, jurisdictions, and for whom it acts. "
    "Role: administrator.",
    responses=documents.problems(documents.EVERY, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(CustomerAsked),
)
def register(received: Plain, call: WritingCall) -> Response:
    """Register a customer."""
    asked = received.parse(CustomerAsked)

    def act() -> Answer:
        customer = call.service.vetting.customers(call.actor, asked.customer(asked.customer_id))
        headers = {"Location": f"/v1/customers/{customer.id}"}
        return told(customer, status=HTTPStatus.CREATED, headers=headers)

    return call.once(received.digest(), act)


@router.get(
    "/v1/customers",
    response_model=CustomersTold,
    summary="List customers",
    description="In the order of their ids, a page at a time: pass `next` of one page as `cursor` of the "
    "following. Roles: administrator, reviewer, auditor.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def every(
    call: ReadingCall,
    q: Annotated[
        str,
        Query(
            max_length=200,
            pattern=r"^[^\x00-\x1f\x7f-\x9f]*$",
            description="Only those with these letters in name or id.",
            examples=["gate"],
        ),
    ] = "",
    kind: Annotated[CustomerKind | None, Query(description="Only those of this kind.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List a page of customers."""
    span = Span(limit=limit, place=ordered_place(cursor) if cursor is not None else None)
    sought = CustomerSearch(text=q, kind=kind)
    found = call.service.vetting.read_customers.page(call.actor, sought, span)
    return told(CustomersTold(found.rows, ordered_cursor(found.after))).response()


@router.get(
    "/v1/customers/{customer_id}",
    response_model=CustomerTold,
    summary="Show a customer",
    description="Its record, members, contacts, applications and leases. Roles: administrator, reviewer, "
    "auditor, and applicants of the customer.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def one(customer_id: CustomerPath, call: ReadingCall) -> Response:
    """Show one customer."""
    view = call.service.vetting.read_customers.one(call.actor, customer_id)
    return told(CustomerTold.of(view)).response()


@router.put(
    "/v1/customers/{customer_id}",
    response_model=Customer,
    summary="Amend a customer",
    description="Change what is on record. Where kind, jurisdictions or those for whom it acts change, its "
    "reviewed leases are suspended until reviewers have looked. Role: administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(CustomerFields),
)
def amend(customer_id: CustomerPath, received: Plain, call: WritingCall) -> Response:
    """Amend a customer."""
    asked = received.parse(CustomerFields)
    return call.once(
        received.digest(),
        lambda: told(call.service.vetting.customers.amend(call.actor, asked.customer(customer_id))),
    )


@router.put(
    "/v1/customers/{customer_id}/members/{person}",
    response_model=Member,
    summary="Add a member",
    description="Let a person belong to the customer: applicants' keys are issued to members. "
    "Role: administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(MemberAsked),
)
def add_member(customer_id: CustomerPath, person: PersonPath, received: Plain, call: WritingCall) -> Response:
    """Add a member."""
    asked = received.parse(MemberAsked)
    members = call.service.vetting.members
    return call.once(
        received.digest(), lambda: told(members.add(call.actor, customer_id, person, asked.name))
    )


@router.delete(
    "/v1/customers/{customer_id}/members/{person}",
    response_model=Member,
    summary="End a membership",
    description="The person sees nothing of the customer any more, and never judges it either. "
    "Role: administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
)
def end_member(customer_id: CustomerPath, person: PersonPath, call: WritingCall) -> Response:
    """End a membership."""
    return call.once(b"", lambda: told(call.service.vetting.members.end(call.actor, customer_id, person)))


@router.put(
    "/v1/customers/{customer_id}/contacts/{contact_id}",
    response_model=Contact,
    summary="Store a contact",
    description="Whom to reach at the customer, for what. Roles: administrator, applicant.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(ContactAsked),
)
def put_contact(
    customer_id: CustomerPath, contact_id: ContactPath, received: Plain, call: WritingCall
) -> Response:
    """Store a contact."""
    asked = received.parse(ContactAsked)
    contact = Contact(
        customer_id=customer_id,
        id=contact_id,
        name=asked.name,
        purpose=asked.purpose,
        email=asked.email or "",
        phone=asked.phone or "",
    )
    return call.once(
        received.digest(), lambda: told(call.service.vetting.members.put_contact(call.actor, contact))
    )


@router.delete(
    "/v1/customers/{customer_id}/contacts/{contact_id}",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    summary="Remove a contact",
    description="Roles: administrator, applicant.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
)
def remove_contact(customer_id: CustomerPath, contact_id: ContactPath, call: WritingCall) -> Response:
    """Remove a contact."""

    def act() -> Answer:
        call.service.vetting.members.remove_contact(call.actor, customer_id, contact_id)
        return Answer.of(None, status=HTTPStatus.NO_CONTENT)

    return call.once(b"", act)
