"""The one door: every act on a face asks here first.

The order is an argument, so it is numbered in the code: (1) gather the facts, (2) decide,
(3) record the decision on the ledger, (4) commit, and only then (5) let a refusal out or the
act go on. Nothing has been looked at before (4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.errors import RefusedError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.policy.codec import question_to_json
from countenance.policy.evidence import REPORT_CLAUSE
from countenance.policy.model import (
    Act,
    Camera,
    Condition,
    Decision,
    Denial,
    GalleryFacts,
    ObligationKind,
    Permit,
    Purpose,
    Question,
    Reason,
    Space,
)
from countenance.recognition.basis import (
    EVERYBODY,
    NOBODY,
    Basis,
    basis_of,
    everybody_in,
    missing_words,
    with_whole_consent,
)
from countenance.recognition.model import DecisionRecord, Gallery
from countenance.recognition.ports import Decider, UnitOfWork
from countenance.recognition.standing_evidence import StandingEvidence
from countenance.recognition.stopping import stopping_at
from countenance.vetting.model import Actor, Customer, Lease
from countenance.vetting.terms_of_use import Published, bound_terms, shipped_terms

REFUSALS = {
    Act.DETECT: EventType.DETECTION_REFUSED,
    Act.ENROL: EventType.ENROLMENT_REFUSED,
    Act.VERIFY: EventType.VERIFICATION_REFUSED,
    Act.IDENTIFY: EventType.IDENTIFICATION_REFUSED,
    Act.SEARCH_STORED: EventType.SEARCH_REFUSED,
    Act.MEASURE: EventType.MEASUREMENT_REFUSED,
}
PERMITS = {
    Act.DETECT: EventType.DETECTION_PERMITTED,
    Act.ENROL: EventType.ENROLMENT_PERMITTED,
    Act.VERIFY: EventType.VERIFICATION_PERMITTED,
    Act.IDENTIFY: EventType.IDENTIFICATION_PERMITTED,
    Act.SEARCH_STORED: EventType.SEARCH_PERMITTED,
    Act.MEASURE: EventType.MEASUREMENT_PERMITTED,
}
Value = TypeVar("Value")

_NEEDS_CONSENT = frozenset({Act.ENROL, Act.VERIFY})
_NEEDS_COUNT = frozenset({Act.ENROL, Act.IDENTIFY})
_NO_LEASE = Reason(
    id="lease.none",
    pack="lease",
    text="No lease stands behind this key.",
    source="house",
    valid_from=None,
    valid_until=None,
    reopens="Apply for a lease that covers the act and ask with a key issued under it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody wants to do, as far as the caller says it.

    `gallery_id` is None for acts on loose images. What is left out is answered for the
    strictest value.
    """

    act: Act
    gallery_id: GalleryId | None = None
    subject_id: SubjectId | None = None
    purpose: Purpose | None = None
    space: Space | None = None
    camera: Camera | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """A permit that is durable on the ledger, with what was read on the way to it."""

    permit: Permit
    decision_id: str
    entry: int
    asked: datetime
    actor: Actor
    customer: Customer
    lease: Lease
    gallery: Gallery | None
    subject_commitment: str | None

    def obligation(self, kind: ObligationKind) -> int | None:
        """Return the number that comes with the obligation, 0 where it has none, None if not imposed."""
        for obligation in self.permit.obligations:
            if obligation.kind is kind:
                return obligation.value or 0
        return None

    def covered_gallery(self) -> Gallery:
        """Return the gallery of an act that has one."""
        if self.gallery is None:
            raise ValueError("the act touches no gallery")
        return self.gallery


@dataclass(frozen=True, slots=True)
class Ask:
    """Decide whether an act may happen, and put the answer on the record."""

    decide: Decider
    clock: Callable[[], datetime]
    new_id: Callable[[str], str]
    published: Published = shipped_terms
    evidence: StandingEvidence = field(default_factory=StandingEvidence)

    def __call__(self, work: UnitOfWork, actor: Actor, request: Request) -> Permission:
        """Return the recorded permission, or raise `RefusedError` after recording the refusal.

        `work` is committed here in both cases; the caller may read on in it afterwards.
        """
        work.become_writer()
        asked = self.clock()
        lease, customer, gallery = self._holder(work, actor, request)  # (1)
        basis = self._basis(work, request, gallery, asked)
        question = self._question(work, request, asked, (lease, customer, gallery), basis)
        question, decision = self._decided(work, question, lease, gallery)  # (2)
        commitment = self._commitment(work, gallery, request)
        record = DecisionRecord(
            id=self.new_id("dec"),
            customer_id=customer.id if customer is not None else None,
            actor_id=actor.id,
            question=question,
            decision=decision,
            entry=0,
            asked=asked,
        )
        entry = work.ledger.append(_entry(record, lease, request, commitment))  # (3)
        work.decisions.add(replace(record, entry=entry))
        if isinstance(decision, Denial) or lease is None or customer is None:
            work.commit()  # (4)
            missing = missing_words(self.decide, question, decision, basis)
            raise _refusal(record, entry, missing)  # (5)
        work.commit_ahead()  # (4)
        return Permission(
            permit=decision,
            decision_id=record.id,
            entry=entry,
            asked=asked,
            actor=actor,
            customer=customer,
            lease=lease,
            gallery=gallery,
            subject_commitment=commitment,
        )

    def foresee(
        self, work: UnitOfWork, actor: Actor, request: Request, *, imagined: Gallery | None = None
    ) -> Decision:
        """Return what `request` would be answered now. Nothing may be done on it, so nothing is recorded.

        With `imagined`, what it would be answered if that gallery, which the request names and the
        lease covers, were there.
        """
        lease, customer, gallery = self._holder(work, actor, request)
        return self._foreseen(work, request, (lease, customer, gallery or imagined))[0]

    def missing(self, work: UnitOfWork, actor: Actor, request: Request) -> tuple[Decision, tuple[str, ...]]:
        """Return what `request` would be answered now, and everything that is missing of a basis for it."""
        return self._foreseen(work, request, self._holder(work, actor, request))

    def _foreseen(
        self,
        work: UnitOfWork,
        request: Request,
        holder: tuple[Lease | None, Customer | None, Gallery | None],
    ) -> tuple[Decision, tuple[str, ...]]:
        asked = self.clock()
        basis = self._basis(work, request, holder[2], asked)
        question = self._question(work, request, asked, holder, basis)
        question, decision = self._decided(work, question, holder[0], holder[2])
        return decision, missing_words(self.decide, question, decision, basis)

    def _holder(
        self, work: UnitOfWork, actor: Actor, request: Request
    ) -> tuple[Lease | None, Customer | None, Gallery | None]:
        """Return lease, customer and gallery behind a request, each None where there is none to count."""
        held = work.leases.held(actor.lease_id) if actor.lease_id is not None else None
        if held is None:
            return None, None, None
        lease, customer = held
        return lease, customer, self._covered_gallery(work, lease, request)

    def _covered_gallery(self, work: UnitOfWork, lease: Lease, request: Request) -> Gallery | None:
        """Return the gallery if the lease covers it.

        A gallery that does not exist, one of another customer and one that the lease leaves
        out are the same here, so that a stranger cannot tell them apart.
        """
        if request.gallery_id is None or request.gallery_id not in lease.terms.galleries:
            return None
        gallery = work.galleries.get(request.gallery_id)
        return gallery if gallery is not None and gallery.customer_id == lease.customer_id else None

    def _question(
        self,
        work: UnitOfWork,
        request: Request,
        asked: datetime,
        holder: tuple[Lease | None, Customer | None, Gallery | None],
        basis: Basis,
    ) -> Question:
        lease, customer, gallery = holder
        terms = bound_terms(lease, self.published(), asked) if lease is not None else None
        purpose = _purpose(request, lease, gallery)
        question = Question(
            act=request.act,
            on=asked,
            customer_kind=customer.kind if customer is not None else None,
            acts_for=customer.acts_for | lease.acts_for if customer and lease else frozenset(),
            jurisdictions=customer.jurisdictions if customer is not None else frozenset(),
            purpose=purpose,
            space=request.space or (_only(lease.terms.spaces) if lease is not None else None),
            camera=request.camera or (_only(lease.terms.cameras) if lease is not None else None),
            consent=basis.consent,
            minor=basis.minor,
            instruments=basis.instruments,
            model_digest=gallery.pipeline.model_digest if gallery is not None else None,
            lease=terms,
            gallery=_gallery_facts(work, request, gallery),
            reopenings=work.conditions.reopenings(asked),
            incidents=stopping_at(work, request.act, purpose, lease, gallery),
            evidence=self.evidence(work, request.act, lease, gallery),
        )
        return with_whole_consent(self.decide, question)

    def _decided(
        self, work: UnitOfWork, question: Question, lease: Lease | None, gallery: Gallery | None
    ) -> tuple[Question, Decision]:
        """Return the decision; where a duty alone asks for evidence, with the evidence that there is."""
        decision = leased(self.decide)(question)
        if question.evidence is not None or all(reason.id != REPORT_CLAUSE for reason in decision.reasons):
            return question, decision
        found = self.evidence(work, question.act, lease, gallery, owed=True)
        question = replace(question, evidence=found)
        return question, leased(self.decide)(question)

    def _basis(self, work: UnitOfWork, request: Request, gallery: Gallery | None, asked: datetime) -> Basis:
        """Return on which basis the subject of a request is touched.

        Identification passes over every subject whose consent has lapsed, so whoever takes
        part has agreed; where minors take part, it is asked as of a minor.
        """
        if gallery is None:
            return NOBODY
        if request.act is Act.IDENTIFY:
            return everybody_in(work, gallery.id, asked)
        if request.act not in _NEEDS_CONSENT or request.subject_id is None:
            return EVERYBODY
        return basis_of(work, gallery.id, request.subject_id, asked)

    def _commitment(self, work: UnitOfWork, gallery: Gallery | None, request: Request) -> str | None:
        if gallery is None or request.subject_id is None:
            return None
        commitment = work.references.commitment(gallery.id, request.subject_id)
        return commitment.hex() if commitment is not None else None


def leased(decide: Decider) -> Decider:
    """Return a decider that denies whatever no lease stands behind; `decide` answers the rest.

    Packs and laws answer questions without a lease too, for whoever wants to know what they
    say; an act needs the lease.
    """

    def decide_leased(question: Question) -> Decision:
        if question.lease is not None:
            return decide(question)
        return Denial(reasons=(_NO_LEASE,), conditions=(Condition("lease", _NO_LEASE.text, met=False),))

    return decide_leased


def _purpose(request: Request, lease: Lease | None, gallery: Gallery | None) -> Purpose | None:
    """Return what was said, else what the gallery is for, else the one purpose that the lease allows."""
    if request.purpose is not None or gallery is not None:
        return request.purpose or (gallery.purpose if gallery is not None else None)
    return _only(lease.terms.purposes) if lease is not None else None


def _only(values: frozenset[Value]) -> Value | None:
    """Return the one value that a lease allows: where it leaves no choice, the caller need not say it."""
    return next(iter(values)) if len(values) == 1 else None


def _gallery_facts(work: UnitOfWork, request: Request, gallery: Gallery | None) -> GalleryFacts | None:
    if request.gallery_id is None:
        return None
    if gallery is None:
        purpose = request.purpose or Purpose.IDENTITY_VERIFICATION
        return GalleryFacts(
            id=f"uncovered:{request.gallery_id}", purpose=purpose, model_digest="", subjects=0
        )
    return GalleryFacts(
        id=gallery.id,
        purpose=gallery.purpose,
        model_digest=gallery.pipeline.model_digest,
        subjects=work.references.subject_count(gallery.id) if request.act in _NEEDS_COUNT else 0,
        scraped=gallery.scraped,
    )


def _entry(record: DecisionRecord, lease: Lease | None, request: Request, commitment: str | None) -> Entry:
    """Return the ledger's account of a decision: digests and words of closed lists only."""
    decision = record.decision
    permitted = isinstance(decision, Permit)
    fields: dict[str, JsonValue] = {
        "decision": record.id,
        "permitted": permitted,
        "act": request.act.value,
        "actor": record.actor_id,
        "customer": record.customer_id,
        "lease": lease.terms.id if lease is not None else None,
        "gallery": record.question.gallery.id if permitted and record.question.gallery is not None else None,
        "purpose": record.question.purpose.value if record.question.purpose is not None else None,
        "question": hashlib.sha256(question_to_json(record.question)).hexdigest(),
        "rules": tuple(reason.id for reason in decision.reasons),
        "digests": dict(decision.digests),
        "subject": commitment,
    }
    return Entry((PERMITS if permitted else REFUSALS)[request.act], record.asked, fields)


def _refusal(record: DecisionRecord, entry: int, missing: tuple[str, ...]) -> RefusedError:
    reasons = record.decision.reasons
    texts = " ".join(reason.text for reason in reasons)
    return RefusedError(
        f"refused: {texts}".rstrip("."),
        decision_id=record.id,
        entry=entry,
        reasons=tuple(reason.id for reason in reasons),
        missing=missing,
    )
