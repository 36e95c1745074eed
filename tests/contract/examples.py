"""Values that the contract suites store, each different wherever a mix-up could hide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np

from countenance.biometrics.model import (
    Candidate,
    ComparisonScore,
    GalleryId,
    Pipeline,
    ReferenceId,
    SubjectId,
    Template,
)
from countenance.consent.model import Consent
from countenance.ledger import Entry, EventType, JsonValue
from countenance.oversight.model import Case, CaseId, CaseState
from countenance.policy.model import (
    Act,
    Camera,
    Condition,
    CustomerKind,
    Denial,
    GalleryFacts,
    Jurisdiction,
    LeaseTerms,
    Obligation,
    ObligationKind,
    Permit,
    Purpose,
    Question,
    Reason,
    Space,
)
from countenance.recognition.model import DecisionRecord, Gallery, Reference
from countenance.vetting.model import ApiKey, Customer, CustomerId, KeyId, Lease, LeaseId, Role

NOON = datetime(2026, 1, 5, 12, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOKYO = timezone(timedelta(hours=9))
PIPELINE = Pipeline(model_digest="ab" * 32, version="7")


def customer(name: str = "bank", *, kind: CustomerKind = CustomerKind.PRIVATE) -> Customer:
    return Customer(
        id=CustomerId(name),
        name=f"The {name} of Zürich",
        kind=kind,
        jurisdictions=frozenset({Jurisdiction("CH"), Jurisdiction("US-OR-PDX")}),
        acts_for=frozenset({CustomerKind.POLICE, CustomerKind.NGO}),
    )


def lease(name: str = "lease", *, revoked: bool = False) -> Lease:
    terms = LeaseTerms(
        id=name,
        acts=frozenset({Act.VERIFY, Act.ENROL}),
        purposes=frozenset({Purpose.IDENTITY_VERIFICATION}),
        galleries=frozenset({"clients", "staff"}),
        spaces=frozenset({Space.CONTROLLED, Space.OWN_DEVICE}),
        cameras=frozenset({Camera.DOCUMENT}),
        model_digests=frozenset({PIPELINE.model_digest}),
        fmr_ppb=100_000,
        n_max=3_000_000_000,
        examiners=2,
        instruments=frozenset({"written release"}),
        not_before=NOON,
        expires=(NOON + 24 * HOUR).astimezone(TOKYO),
        revoked=revoked,
    )
    return Lease(
        customer_id=CustomerId("bank"), terms=terms, max_candidates=20, approved_by=("olivia", "carol")
    )


def api_key(name: str = "key", *, created: datetime = NOON) -> ApiKey:
    return ApiKey(
        id=KeyId(name),
        secret_digest=bytes(range(32)),
        role=Role.OPERATOR,
        lease_id=LeaseId("lease"),
        label="the branch in Zürich",
        created=created,
        expires=NOON + HOUR,
        revoked=None,
    )


def consent(subject: str = "dave", gallery: str = "clients", **changes: datetime | None) -> Consent:
    return Consent(
        gallery_id=GalleryId(gallery),
        subject_id=SubjectId(subject),
        notice="2026-01",
        method="signed on paper",
        instruments=frozenset({"written release", "guardian"}),
        given=changes.get("given") or NOON,
        expires=changes.get("expires"),
        withdrawn=changes.get("withdrawn"),
    )


def gallery(name: str = "clients", owner: str = "bank") -> Gallery:
    return Gallery(
        id=GalleryId(name),
        customer_id=CustomerId(owner),
        lease_id=LeaseId("lease"),
        purpose=Purpose.IDENTITY_VERIFICATION,
        pipeline=PIPELINE,
        scraped=False,
        created=NOON,
    )


def template(seed: int) -> Template:
    vector = np.random.default_rng(seed).standard_normal(128).astype(np.float32)
    return Template(vector / np.linalg.norm(vector), PIPELINE)


def reference(
    name: str, subject: str = "dave", gallery: str = "clients", *, seed: int | None = None
) -> Reference:
    return Reference(
        id=ReferenceId(name),
        gallery_id=GalleryId(gallery),
        subject_id=SubjectId(subject),
        template=template(sum(name.encode()) if seed is None else seed),
        enrolled=NOON,
    )


def case(name: str = "case", gallery: str = "clients") -> Case:
    return Case(
        id=CaseId(name),
        gallery_id=GalleryId(gallery),
        customer_id="bank",
        decision_id="dec",
        candidates=(
            Candidate(1, SubjectId("dave"), ReferenceId("r1"), ComparisonScore(0.71234567891)),
            Candidate(2, SubjectId("élodie"), ReferenceId("r2"), ComparisonScore(-0.25)),
        ),
        examiners=2,
        state=CaseState.HELD,
        opened=NOON,
        kind=Purpose.MISSING_CHILDREN,
        lease_id="lease",
        requested_by="key_alice",
        due=NOON + timedelta(days=14),
    )


def question() -> Question:
    facts = GalleryFacts(id="clients", purpose=Purpose.ACCESS_CONTROL, model_digest="ab" * 32, subjects=7)
    return Question(
        act=Act.VERIFY,
        on=NOON.astimezone(TOKYO),
        customer_kind=CustomerKind.PRIVATE,
        acts_for=frozenset({CustomerKind.NGO}),
        jurisdictions=frozenset({Jurisdiction("CH")}),
        purpose=Purpose.IDENTITY_VERIFICATION,
        space=Space.CONTROLLED,
        camera=Camera.DOCUMENT,
        consent=True,
        instruments=frozenset({"written release"}),
        model_digest="ab" * 32,
        lease=lease().terms,
        gallery=facts,
    )


def decision_record(name: str = "dec", *, permitted: bool = True) -> DecisionRecord:
    reasons = (Reason("house.1", "house", "Because.", "ADR 1", NOON.date(), None, "Nothing re-opens it."),)
    conditions = (Condition("consent", "Dave agreed.", met=permitted),)
    digests = {"house": "cd" * 32}
    decision = (
        Permit(reasons, conditions, (Obligation(ObligationKind.HOLD_FOR_EXAMINERS, 2),), digests)
        if permitted
        else Denial(reasons, conditions, digests)
    )
    return DecisionRecord(
        id=name,
        customer_id=CustomerId("bank"),
        actor_id="key",
        question=question(),
        decision=decision,
        entry=3,
        asked=NOON,
    )


def entry(number: int = 0, **fields: JsonValue) -> Entry:
    return Entry(EventType.KEY_ISSUED, NOON, {"number": number, **fields})
