"""What a subject says of itself so that error rates are watched by group: freely, and for that alone.

Only what the notice asks under which the subject agreed, and only the answers that it offers. No
decision reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from countenance.consent.model import Consent
from countenance.consent.notice import GroupQuestion, named_version
from countenance.errors import InvalidInputError, StateError
from countenance.fairness.labels import RecordedGroups
from countenance.ledger import Entry, EventType, JsonValue
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.subjects.access import commitment_of
from countenance.recognition.subjects.model import OpenedSession, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnGroups:
    """What the subject's notice asks, empty where it does not name the purpose, and what was recorded."""

    questions: tuple[GroupQuestion, ...]
    recorded: RecordedGroups | None


@dataclass(frozen=True, slots=True)
class RecordOwnGroups:
    """Let a subject say of which groups it is, change it, and take it back."""

    unit_of_work: Callable[[], UnitOfWork]
    clock: Callable[[], datetime]

    def read(self, opened: OpenedSession) -> OwnGroups:
        """Return what is asked and what was said."""
        place = opened.place
        with self.unit_of_work() as work:
            asked = questions_of(work, place, self.clock())
            return OwnGroups(
                questions=asked, recorded=work.group_labels.get(place.gallery_id, place.subject_id)
            )

    def __call__(self, opened: OpenedSession, answers: Mapping[str, str]) -> RecordedGroups:
        """Return what is recorded from now on, in place of what was; questions may be left open.

        Raises `StateError` where the notice does not name the purpose, the consent has ended or nobody
        is enrolled, and `InvalidInputError` for an answer that is not offered, or none at all.
        """
        place, now = opened.place, self.clock()
        with self.unit_of_work() as work:
            offered = {one.name: one.answers for one in questions_of(work, place, now)}
            commitment = commitment_of(work, place)
            if not offered or commitment is None:
                raise StateError("nothing is asked about groups under the notice that you agreed to")
            if not answers or any(word not in offered.get(name, ()) for name, word in answers.items()):
                raise InvalidInputError("`answers` are those that the notice offers, one to a question")
            groups = RecordedGroups(answers=dict(sorted(answers.items())), recorded=now)
            work.group_labels.put(place.gallery_id, place.subject_id, groups, commitment)
            self._note(work, place, EventType.SUBJECT_GROUPS_RECORDED, commitment)
            work.commit()
        return groups

    def withdraw(self, opened: OpenedSession) -> bool:
        """Destroy what was recorded, and tell whether there was something."""
        place = opened.place
        with self.unit_of_work() as work:
            commitment = commitment_of(work, place)
            if not work.group_labels.remove(place.gallery_id, place.subject_id):
                return False
            self._note(work, place, EventType.SUBJECT_GROUPS_WITHDRAWN, commitment)
            work.commit()
        return True

    def _note(self, work: UnitOfWork, place: Place, event: EventType, commitment: str | None) -> None:
        """Put on the ledger that it was said or taken back, and nothing of what."""
        fields: dict[str, JsonValue] = {
            "actor": "subject",
            "gallery": place.gallery_id,
            "subject": commitment,
            "purpose": "fairness_monitoring",
        }
        work.ledger.append(Entry(event, self.clock(), fields))


def questions_of(work: UnitOfWork, place: Place, now: datetime) -> tuple[GroupQuestion, ...]:
    """Return what the notice asks about groups to which the subject's consent holds now."""
    return asked_under(work, work.consents.get(place.gallery_id, place.subject_id), now)


def asked_under(work: UnitOfWork, consent: Consent | None, now: datetime) -> tuple[GroupQuestion, ...]:
    """Return what is asked about groups under a consent; nothing where it has ended."""
    if consent is None or not consent.valid_at(now):
        return ()
    named = named_version(consent.notice)
    notice = work.consent_notices.get(*named) if named is not None else None
    gallery = work.galleries.get(consent.gallery_id)
    if notice is None or gallery is None or notice.customer_id != gallery.customer_id:
        return ()
    return notice.draft.fairness_groups if notice.speaks_of(consent.gallery_id) else ()
