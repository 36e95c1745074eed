"""What a subject asks of the customer, and the clock that runs until it is answered.

An objection stops the use of the subject's references in the transaction that files it. What the
subject writes is sealed and never reaches the log, which says only that something was asked, of
what kind, and whether it was answered in time.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from countenance.errors import (
    InvalidInputError,
    LimitReachedError,
    NotFoundError,
    SeparationError,
    StateError,
)
from countenance.ledger import Entry, EventType, JsonValue
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.recognition.subjects.access import commitment_of
from countenance.recognition.subjects.appeals import appeal_lead
from countenance.recognition.subjects.model import (
    OpenedSession,
    Place,
    RequestKind,
    RequestState,
    SubjectRequest,
)
from countenance.recognition.subjects.record import ReadOwnRecord
from countenance.vetting.model import Actor, CustomerId, KeyId, Role

LONGEST_TEXT: Final = 4_000
"""Characters of what is written and of what is answered."""

MOST_OPEN: Final = 10
"""Requests of one subject that wait at once."""

MOST_LISTED: Final = 200
MONTHS: Final = 1
MONTHS_EXTENDED: Final = 3
"""GDPR, Article 12(3): one month, and two further ones where that is told within the first."""

_ANSWERS: Final = frozenset({Role.OPERATOR})
_READS: Final = frozenset({Role.OPERATOR, Role.AUDITOR, Role.ADMINISTRATOR})
_ASKS: Final = frozenset({RequestKind.CORRECTION, RequestKind.OBJECTION, RequestKind.APPEAL})


@dataclass(frozen=True, slots=True)
class FileRequest:
    """Put a subject's request before the customer."""

    unit_of_work: Callable[[], UnitOfWork]
    clock: Callable[[], datetime]
    new_id: Callable[[str], str]
    read: ReadOwnRecord

    def __call__(
        self, opened: OpenedSession, kind: RequestKind, text: str, *, about: str | None = None
    ) -> SubjectRequest:
        """Return the request, on record.

        `about` is the decision that an appeal is against: one of the subject's own, else
        `NotFoundError`. Where a lead came of it, reviewers judge it as well. Raises `InvalidInputError`
        for a text that is none, `StateError` for a second objection, and `LimitReachedError` where ten
        requests wait already.
        """
        if kind not in _ASKS or (kind is RequestKind.APPEAL) != (about is not None):
            raise InvalidInputError("a correction, an objection, or an appeal against a decision")
        written = checked_text(text, required=kind is not RequestKind.OBJECTION)
        cases = {act.decision_id: act.case_id for act in self.read(opened).acts} if about is not None else {}
        if about is not None and about not in cases:
            raise NotFoundError("no such decision about you")
        now, place = self.clock(), opened.place
        with self.unit_of_work() as work:
            _require_room(work, place, kind)
            if kind is RequestKind.OBJECTION:
                work.consents.stop_use(place.gallery_id, place.subject_id, now)
            asked = SubjectRequest(
                id=self.new_id("req"),
                place=place,
                customer_id=_customer_of(work, place),
                kind=kind,
                state=RequestState.OPEN,
                text=written,
                filed=now,
                due=months_after(now, MONTHS),
                entry=0,
                about=about,
            )
            filed = file_request(work, asked)
            if about is not None:
                appeal_lead(work, cases[about], filed)
            work.commit()
        return filed


@dataclass(frozen=True, slots=True)
class AnswerRequests:
    """Show a customer the requests of its subjects, and put its answers on record."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def all(self, actor: Actor, *, state: RequestState | None) -> tuple[SubjectRequest, ...]:
        """Return up to 200 requests, the soonest due first, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            customer = self._customer(work, actor, _READS)
            return work.subject_requests.of_customer(customer, state, limit=MOST_LISTED)

    def one(self, actor: Actor, request_id: str) -> SubjectRequest:
        """Return the request, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            return self._own(work, actor, request_id, _READS)

    def answer(self, actor: Actor, request_id: str, *, granted: bool, text: str) -> SubjectRequest:
        """Return the request as it was answered.

        A refused objection lets the references take part again; a granted one keeps them out. Raises
        `ForbiddenError`, `NotFoundError`, `InvalidInputError`, `StateError` for one that was answered,
        and `SeparationError` for an appeal against what the same person asked for.
        """
        written, now = checked_text(text, required=True), self.standing.clock()
        with self.unit_of_work() as work:
            held = self._waiting(work, actor, request_id)
            if held.kind is RequestKind.APPEAL:
                self._require_apart(work, actor, held)
            if held.kind is RequestKind.OBJECTION and not granted:
                work.consents.stop_use(held.place.gallery_id, held.place.subject_id, None)
            state = RequestState.GRANTED if granted else RequestState.REFUSED
            answered = replace(held, state=state, answer=written, answered=now, answered_by=actor.id)
            fields: dict[str, JsonValue] = {
                **_fields(work, answered),
                "outcome": state.value,
                "actor": actor.id,
                "in_time": now < held.due,
            }
            entry = work.ledger.append(Entry(EventType.SUBJECT_REQUEST_ANSWERED, now, fields))
            answered = replace(answered, answer_entry=entry)
            work.subject_requests.put(answered)
            work.commit()
        return answered

    def extend(self, actor: Actor, request_id: str, reason: str) -> SubjectRequest:
        """Return the request, due three months after it was filed; the subject is shown the reason.

        Once, and only before the first month is over: `StateError` otherwise. Raises the other errors of
        `answer` as well.
        """
        written, now = checked_text(reason, required=True), self.standing.clock()
        with self.unit_of_work() as work:
            held = self._waiting(work, actor, request_id)
            if held.extended or now >= held.due:
                raise StateError("the time for an answer was extended already, or is over")
            longer = replace(
                held, due=months_after(held.filed, MONTHS_EXTENDED), extended=True, answer=written
            )
            work.subject_requests.put(longer)
            fields: dict[str, JsonValue] = {
                **_fields(work, longer),
                "actor": actor.id,
                "due": longer.due.isoformat(),
            }
            work.ledger.append(Entry(EventType.SUBJECT_REQUEST_EXTENDED, now, fields))
            work.commit()
        return longer

    def _customer(self, work: UnitOfWork, actor: Actor, allowed: frozenset[Role]) -> CustomerId:
        """Return whose requests the actor may see: its customer's, also after the lease has ended."""
        self.standing.role(work, actor, allowed)
        lease = work.leases.get(actor.lease_id) if actor.lease_id is not None else None
        if lease is None:
            self.standing.refuse(work, actor, "subject_request", "no customer whose subjects could ask")
        return lease.customer_id

    def _own(
        self, work: UnitOfWork, actor: Actor, request_id: str, allowed: frozenset[Role]
    ) -> SubjectRequest:
        customer = self._customer(work, actor, allowed)
        held = work.subject_requests.get(request_id)
        if held is None or held.customer_id != customer:
            self.standing.refuse(work, actor, "subject_request", f"no request `{request_id}`")
        return held

    def _waiting(self, work: UnitOfWork, actor: Actor, request_id: str) -> SubjectRequest:
        held = self._own(work, actor, request_id, _ANSWERS)
        if held.state is not RequestState.OPEN:
            raise StateError(f"the request is {held.state.value} already")
        return held

    def _require_apart(self, work: UnitOfWork, actor: Actor, held: SubjectRequest) -> None:
        """Raise `SeparationError` for whoever asked for the decision that is appealed against."""
        record = work.decisions.get(held.about) if held.about is not None else None
        if record is None:
            return
        key = work.keys.get(KeyId(record.actor_id))
        person = key.person if key is not None else None
        if actor.id == record.actor_id or (person is not None and person == actor.person):
            raise SeparationError("an appeal is answered by somebody who took no part in what it is against")


def file_request(work: UnitOfWork, asked: SubjectRequest) -> SubjectRequest:
    """Store a request with its entry on the ledger, in the caller's transaction."""
    fields: dict[str, JsonValue] = {**_fields(work, asked), "due": asked.due.isoformat()}
    entry = work.ledger.append(Entry(EventType.SUBJECT_REQUEST_FILED, asked.filed, fields))
    filed = replace(asked, entry=entry)
    work.subject_requests.add(filed)
    return filed


def months_after(moment: datetime, months: int) -> datetime:
    """Return the same day and time so many months later, or the last day of a shorter month."""
    year, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + year, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))


def checked_text(text: str, *, required: bool) -> str:
    """Return what somebody wrote, with plain line ends, or raise `InvalidInputError`."""
    written = text.replace("\r\n", "\n").strip()
    if (required and not written) or len(written) > LONGEST_TEXT:
        raise InvalidInputError(f"this takes 1 to {LONGEST_TEXT:,} characters")
    if any(not (letter.isprintable() or letter in "\n\t") for letter in written):
        raise InvalidInputError("there are characters in it that are no text")
    return written


def _require_room(work: UnitOfWork, place: Place, kind: RequestKind) -> None:
    waiting = [one for one in work.subject_requests.of_subject(place) if one.state is RequestState.OPEN]
    if kind is RequestKind.OBJECTION and any(one.kind is kind for one in waiting):
        raise StateError("an objection of yours waits for its answer already")
    if len(waiting) >= MOST_OPEN:
        raise LimitReachedError(f"{MOST_OPEN} requests of yours wait for an answer already")


def _customer_of(work: UnitOfWork, place: Place) -> CustomerId:
    gallery = work.galleries.get(place.gallery_id)
    if gallery is None:
        raise NotFoundError("the gallery is gone")
    return gallery.customer_id


def _fields(work: UnitOfWork, request: SubjectRequest) -> dict[str, JsonValue]:
    return {
        "request": request.id,
        "kind": request.kind.value,
        "gallery": request.place.gallery_id,
        "customer": request.customer_id,
        "subject": commitment_of(work, request.place),
        "about": request.about,
    }
