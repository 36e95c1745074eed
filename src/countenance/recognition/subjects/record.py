"""What a subject is shown of itself: what is held and why, and every act in which it was compared.

Nothing here reads a template's values or anybody else's rows: the session's place is the only key
that anything is looked up by.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from countenance.biometrics.model import Pipeline, ReferenceId
from countenance.consent.model import Consent
from countenance.consent.receipt import Receipt
from countenance.consent.retention import Retention
from countenance.errors import NotFoundError, UnauthenticatedError
from countenance.fairness.labels import RecordedGroups
from countenance.ledger import JsonValue
from countenance.ledger.proof import InclusionProof
from countenance.oversight.model import CaseId
from countenance.policy.model import Act, Purpose
from countenance.recognition.consents.receipts import IssueReceipt
from countenance.recognition.erasure.model import ErasureId
from countenance.recognition.erasure.receipts import receipt_of
from countenance.recognition.following import FollowLog
from countenance.recognition.model import Gallery
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.retention.deadlines import retention_of, terms_of
from countenance.recognition.standing import Standing
from countenance.recognition.subjects.access import commitment_of
from countenance.recognition.subjects.model import (
    Appearance,
    OpenedSession,
    Place,
    RequestKind,
    SubjectRequest,
)
from countenance.vetting.model import Customer, Lease

MOST_SHOWN: Final = 500
"""Entries, and candidate lists, that a page tells of at most: the newest."""

_CATCH_UP: Final = 20_000
"""Entries that opening a page follows at most; a running server follows by itself."""

_ACTS: Final[Mapping[str, Act]] = {
    "enrolment": Act.ENROL,
    "verification": Act.VERIFY,
    "identification": Act.IDENTIFY,
    "search": Act.SEARCH_STORED,
    "measurement": Act.MEASURE,
    "detection": Act.DETECT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReference:
    """One reference, without its template: when it was made and by which pipeline."""

    id: ReferenceId
    enrolled: datetime
    pipeline: Pipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAct:
    """One act in which the subject was compared, or was to be.

    `outcome` is `permitted` while nothing more is known, `refused`, `failed`, `completed`, or what
    the comparison came to: `match`, `no_match`, `held`. `listed` says that a candidate list named
    the subject, `case_state` where the people who judge it stand. `entries` are the log's, the
    first one first.
    """

    act: Act
    decision_id: str
    at: datetime
    customer: str
    purpose: Purpose | None
    outcome: str
    listed: bool
    case_id: str | None
    case_state: str | None
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEvent:
    """Something else on the log about the subject: the type of its entry, when, and which."""

    type: str
    at: datetime
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRecord:
    """All that a session shows. `complete_to` is the entry (excluded) up to which acts are known."""

    place: Place
    read: datetime
    gallery: Gallery
    customer: Customer | None
    lease: Lease | None
    consent: Consent | None
    retention: Retention | None
    references: tuple[OwnReference, ...]
    acts: tuple[OwnAct, ...]
    events: tuple[OwnEvent, ...]
    requests: tuple[SubjectRequest, ...]
    commitment: str | None
    complete_to: int
    size: int
    groups: RecordedGroups | None = None

    @property
    def in_use(self) -> bool:
        """Tell whether references take part in comparisons at the moment of reading."""
        return bool(self.references) and self.consent is not None and self.consent.valid_at(self.read)

    @property
    def entries(self) -> frozenset[int]:
        """Return every entry that this record names; no other one is disclosed."""
        found = {entry for act in self.acts for entry in act.entries}
        found.update(event.entry for event in self.events)
        for request in self.requests:
            found.update(e for e in (request.entry, request.answer_entry) if e is not None)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class ReadOwnRecord:
    """Gather what is held of one subject and what was done with it."""

    unit_of_work: Callable[[], UnitOfWork]
    clock: Callable[[], datetime]
    follow: FollowLog

    def __call__(self, opened: OpenedSession) -> OwnRecord:
        """Return the record, or raise `UnauthenticatedError` where the gallery is gone."""
        self.follow(most=_CATCH_UP)
        place = opened.place
        with self.unit_of_work() as work:
            gallery = work.galleries.get(place.gallery_id)
            if gallery is None:
                raise UnauthenticatedError("the gallery of this session is gone")
            commitment = commitment_of(work, place)
            documents = _documents(work, commitment)
            references = work.references.of_subject(place.gallery_id, place.subject_id)
            now = self.clock()
            return OwnRecord(
                place=place,
                read=now,
                gallery=gallery,
                customer=work.customers.get(gallery.customer_id),
                lease=work.leases.get(gallery.lease_id),
                consent=work.consents.get(place.gallery_id, place.subject_id),
                retention=retention_of(work, terms_of(work, gallery, now), place.subject_id, now),
                references=tuple(
                    OwnReference(id=held.id, enrolled=held.enrolled, pipeline=held.template.pipeline)
                    for held in references
                ),
                acts=_acts(work, place, documents),
                events=_events(documents),
                requests=work.subject_requests.of_subject(place),
                commitment=commitment,
                groups=work.group_labels.get(place.gallery_id, place.subject_id),
                complete_to=work.subject_entries.followed(),
                size=work.ledger.size(),
            )

    def consent_receipt(self, opened: OpenedSession) -> Receipt:
        """Return the receipt of the subject's consent.

        Raises `NotFoundError` without a consent, `StateError` where it was given on a notice that is not
        published here.
        """
        place = opened.place
        with self.unit_of_work() as work:
            consent = work.consents.get(place.gallery_id, place.subject_id)
            if consent is None:
                raise NotFoundError("no consent")
            return IssueReceipt(Standing(self.clock), self.unit_of_work).of(work, consent)

    def erasure_receipt(self, opened: OpenedSession, request_id: str) -> dict[str, JsonValue]:
        """Return the receipt of what a withdrawal of the subject's own erased.

        Raises `NotFoundError` for any other request, and `StateError` while not every process has told
        that its memory followed.
        """
        with self.unit_of_work() as work:
            held = work.subject_requests.get(request_id)
            mine = held is not None and held.place == opened.place and held.kind is RequestKind.WITHDRAWAL
            about = held.about if held is not None and mine else None
            record = work.erasures.get(ErasureId(about)) if about is not None else None
            if record is None:
                raise NotFoundError("no such withdrawal")
            return receipt_of(work, record)

    def proof(self, opened: OpenedSession, entry: int) -> str:
        """Return the proof of one of the subject's own entries (`.tlog-proof`), or raise `NotFoundError`."""
        self._require_own(opened, entry)
        with self.unit_of_work() as work:
            return _proof(work, entry)

    def leaf(self, opened: OpenedSession, entry: int) -> bytes:
        """Return the bytes of one of the subject's own entries, which its proof is about."""
        self._require_own(opened, entry)
        with self.unit_of_work() as work:
            return work.ledger.leaf(entry)

    def evidence(self, entries: Iterable[int]) -> tuple[tuple[int, bytes, str], ...]:
        """Return index, bytes and proof of entries, all under one checkpoint."""
        with self.unit_of_work() as work:
            return tuple((entry, work.ledger.leaf(entry), _proof(work, entry)) for entry in entries)

    def _require_own(self, opened: OpenedSession, entry: int) -> None:
        if entry not in self(opened).entries:
            raise NotFoundError(f"no entry `{entry}`")


def _proof(work: UnitOfWork, entry: int) -> str:
    size = work.ledger.size()
    return InclusionProof(entry, work.ledger.inclusion_proof(entry, size), work.ledger.checkpoint()).text


def _documents(work: UnitOfWork, commitment: str | None) -> dict[int, Mapping[str, Any]]:
    """Return the entries that name the subject, by index, the oldest first."""
    if commitment is None:
        return {}
    entries = work.subject_entries.entries_of(commitment, limit=MOST_SHOWN)
    return {entry: json.loads(work.ledger.leaf(entry)) for entry in sorted(entries)}


def _acts(work: UnitOfWork, place: Place, documents: Mapping[int, Mapping[str, Any]]) -> tuple[OwnAct, ...]:
    """Return the acts behind entries and appearances, the newest first."""
    found: dict[str, OwnAct] = {}
    for entry, document in documents.items():
        decision, (room, _, what) = document.get("decision"), document["type"].partition(":")
        if isinstance(decision, str) and room in _ACTS:
            act = found.get(decision) or _begun(work, decision, _ACTS[room], document["t"])
            outcome = str(document.get("outcome") or what)
            found[decision] = replace(act, outcome=outcome, entries=(*act.entries, entry))
    for appearance in work.appearances.of_subject(place, limit=MOST_SHOWN):
        found[appearance.decision_id] = _listed(work, appearance, found.get(appearance.decision_id))
    return tuple(sorted(found.values(), key=lambda act: (act.at, act.entries), reverse=True))


def _begun(work: UnitOfWork, decision_id: str, act: Act, at: str) -> OwnAct:
    record = work.decisions.get(decision_id)
    known = record is not None and record.customer_id is not None
    customer = work.customers.get(record.customer_id) if known and record and record.customer_id else None
    return OwnAct(
        act=act,
        decision_id=decision_id,
        at=datetime.fromisoformat(at),
        customer=customer.name if customer is not None else "",
        purpose=record.question.purpose if record is not None else None,
        outcome="permitted",
        listed=False,
        case_id=None,
        case_state=None,
        entries=(),
    )


def _listed(work: UnitOfWork, appearance: Appearance, known: OwnAct | None) -> OwnAct:
    act = known or _begun(work, appearance.decision_id, Act.IDENTIFY, appearance.at.isoformat())
    case = work.cases.get(CaseId(appearance.case_id)) if appearance.case_id is not None else None
    return replace(
        act,
        outcome="held" if appearance.case_id is not None else "match",
        listed=True,
        case_id=appearance.case_id,
        case_state=case.told_state.value if case is not None else None,
        entries=tuple(sorted({*act.entries, appearance.entry})),
    )


def _events(documents: Mapping[int, Mapping[str, Any]]) -> tuple[OwnEvent, ...]:
    """Return what is on the log beside acts, the newest first."""
    return tuple(
        OwnEvent(type=document["type"], at=datetime.fromisoformat(document["t"]), entry=entry)
        for entry, document in sorted(documents.items(), reverse=True)
        if document["type"].partition(":")[0] not in _ACTS
    )
