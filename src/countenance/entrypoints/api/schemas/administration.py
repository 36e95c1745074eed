"""Keys, leases and cases, as far as they are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from countenance.entrypoints.api.schemas.identifiers import LABEL, NAME
from countenance.entrypoints.api.schemas.model import Asked, Moment, Told
from countenance.oversight.model import Case, CaseState, CloseReason
from countenance.policy.evidence import FairnessCaps
from countenance.policy.model import Act, Camera, CustomerKind, ObligationKind, Purpose, Space
from countenance.vetting.keys import IssuedKey
from countenance.vetting.model import (
    ApiKey,
    CustomerId,
    Lease,
    LeaseChange,
    LeaseId,
    LeaseOrigin,
    LeaseVersion,
    PersonId,
    Role,
)
from countenance.vetting.persons import PERSON_PATTERN


class KeyAsked(Asked):
    """A key to be issued. Operators and examiners need a lease; the others have none."""

    role: Role
    lease_id: Annotated[LeaseId, StringConstraints(pattern=NAME)] | None = Field(
        default=None, description="The lease under which the key acts.", examples=["bank-doors-2026"]
    )
    label: Annotated[str, StringConstraints(pattern=LABEL)] = Field(
        description="What it is for, in one line.", examples=["front door"]
    )
    expires: Moment | None = Field(default=None, description="When it ends by itself; in the future.")
    signs: bool = Field(
        default=False, description="Also make an access key id and a secret, for clients that sign requests."
    )
    person: Annotated[PersonId, StringConstraints(pattern=PERSON_PATTERN)] | None = Field(
        default=None, description="Who holds it; reviewers and applicants act as a person.", examples=["ruth"]
    )
    customer_id: Annotated[CustomerId, StringConstraints(pattern=NAME)] | None = Field(
        default=None, description="Whose applications an applicant writes; of nobody else.", examples=["bank"]
    )


class KeyTold(Told):
    """A key without its secret, which nobody has."""

    key_id: str
    role: Role
    lease_id: str | None
    label: str
    created: Moment
    expires: Moment | None
    revoked: Moment | None
    person: str | None
    customer_id: str | None

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """Return the key's outside."""
        return cls(
            key_id=key.id,
            role=key.role,
            lease_id=key.lease_id,
            label=key.label,
            created=key.created,
            expires=key.expires,
            revoked=key.revoked,
            person=key.person,
            customer_id=key.customer_id,
        )


class IssuedKeyTold(KeyTold):
    """A key at the only moment at which its text is known."""

    key: str = Field(description="The key's text. It is shown once and stored nowhere.")
    access_key_id: str | None = Field(description="Names the key in signed requests, if it can sign.")
    secret_access_key: str | None = Field(description="What signs them. It is shown once.")

    @classmethod
    def of_issued(cls, issued: IssuedKey) -> Self:
        """Return the key with its text."""
        held = issued.credential
        return cls(
            **KeyTold.of(issued.key).model_dump(),
            key=issued.text,
            access_key_id=held.access_key_id if held is not None else None,
            secret_access_key=held.secret if held is not None else None,
        )


class KeysTold(Told):
    """One page of keys, ordered by creation; revoked ones too."""

    keys: list[KeyTold]
    next: str | None = Field(description="The `cursor` of the following page, null on the last.")


class LeaseTold(Told):
    """What an approved use allows."""

    lease_id: str
    customer_id: str
    acts: list[Act]
    purposes: list[Purpose]
    galleries: list[str]
    spaces: list[Space]
    cameras: list[Camera]
    model_digests: list[str] = Field(description="Models that may be used.")
    instruments: list[str]
    fmr_ppb: int = Field(description="Highest false match rate of its threshold, in parts per billion.")
    n_max: int = Field(description="Subjects that a gallery may hold.")
    examiners: int = Field(description="People who judge a held candidate list.")
    caps: FairnessCaps | None = Field(description="What fairness evidence is held against; nothing if null.")
    max_candidates: int
    not_before: Moment
    expires: Moment
    revoked: bool
    suspended: bool = Field(description="Whether a reviewer has stopped it.")
    reverify: Moment | None = Field(description="When reviewers have to look again; refused from then on.")
    origin: LeaseOrigin
    version: int = Field(ge=1, description="Grows with every change.")
    application_id: str | None
    acts_for: list[CustomerKind] = Field(description="For whom the customer acted when it was approved.")
    conditions: list[str]
    obligations: list[ObligationKind] = Field(description="Duties of every permit under it.")
    terms_of_use: str = Field(description="The version of the terms of use that was accepted last.")
    secret_because: str = Field(description="Why it is left out of the public register; empty if it is not.")
    approved_by: list[str]

    @classmethod
    def of(cls, lease: Lease) -> Self:
        """Return the lease's outside."""
        terms = lease.terms
        return cls(
            lease_id=lease.id,
            customer_id=lease.customer_id,
            acts=sorted(terms.acts),
            purposes=sorted(terms.purposes),
            galleries=sorted(terms.galleries),
            spaces=sorted(terms.spaces),
            cameras=sorted(terms.cameras),
            model_digests=sorted(terms.model_digests),
            instruments=sorted(terms.instruments),
            fmr_ppb=terms.fmr_ppb,
            n_max=terms.n_max,
            examiners=terms.examiners,
            caps=terms.caps,
            max_candidates=lease.max_candidates,
            not_before=terms.not_before,
            expires=terms.expires,
            revoked=terms.revoked,
            suspended=terms.suspended,
            reverify=lease.reverify,
            origin=lease.origin,
            version=lease.version,
            application_id=lease.application_id,
            acts_for=sorted(lease.acts_for),
            conditions=list(lease.conditions),
            obligations=sorted(terms.obligations),
            terms_of_use=lease.terms_of_use,
            secret_because=lease.secret_because,
            approved_by=list(lease.approved_by),
        )


class LeaseVersionTold(Told):
    """One version of a lease: what changed, by whom, why, when, and what it was from then on."""

    change: LeaseChange
    by: str
    reason: str
    at: Moment
    lease: LeaseTold

    @classmethod
    def of(cls, version: LeaseVersion) -> Self:
        """Return the version's outside."""
        return cls(
            change=version.change,
            by=version.by,
            reason=version.reason,
            at=version.at,
            lease=LeaseTold.of(version.lease),
        )


class LeaseVersionsTold(Told):
    """Every version of a lease, the first one first."""

    versions: list[LeaseVersionTold]


class LeasesTold(Told):
    """One page of leases, ordered by id; revoked and expired ones too."""

    leases: list[LeaseTold]
    next: str | None = Field(description="The `cursor` of the following page, null on the last.")


class CaseTold(Told):
    """Where a held identification stands. The candidates are for examiners, not for callers."""

    case_id: str
    gallery_id: str
    decision_id: str
    state: CaseState = Field(description="`held` until it is released or has ended.")
    examiners: int = Field(ge=0, description="People who must judge it.")
    opened: Moment
    due: Moment = Field(description="When it ends by itself, unjudged or as a lead.")
    examinable: bool = Field(description="Whether examiners have the probe's image to look at.")
    authorise_by: Moment | None = Field(description="When emergency use is undone, unless it is authorised.")
    reason: CloseReason | None = Field(description="Why it ended without a lead, or lost it.")
    lead: bool = Field(description="Whether there is a lead, under `/lead`.")
    appealed: bool = Field(description="Whether anybody has appealed against the lead.")

    @classmethod
    def of(cls, case: Case) -> Self:
        """Return the case's outside."""
        return cls(
            case_id=case.id,
            gallery_id=case.gallery_id,
            decision_id=case.decision_id,
            state=case.told_state,
            examiners=case.examiners,
            opened=case.opened,
            due=case.due,
            examinable=case.examinable,
            authorise_by=_clock(case),
            reason=case.reason,
            lead=case.state is CaseState.RELEASED,
            appealed=case.appealed,
        )


def _clock(case: Case) -> datetime | None:
    """Return when emergency use is undone, None where no clock runs."""
    clock = case.emergency
    return clock.authorise_by if clock is not None and clock.authorised is None else None
