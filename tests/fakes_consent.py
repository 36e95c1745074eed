"""Notices, captures of consent, and what retention counts from, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.model import ConsentRecord, RecordId
from countenance.consent.notice import Notice, NoticeId
from countenance.consent.retention import Hold, HoldId, Interactions
from countenance.errors import AlreadyExistsError

Pair = tuple[str, str]
Whole = Any
Unit = Any


@dataclass
class ConsentState:
    consent_records: dict[RecordId, ConsentRecord] = field(default_factory=dict)
    consent_notices: dict[tuple[str, int], Notice] = field(default_factory=dict)
    contacts: dict[Pair, Interactions] = field(default_factory=dict)
    holds: dict[HoldId, Hold] = field(default_factory=dict)


@dataclass
class _Repository:
    unit: Unit  # a `FakeUnitOfWork`, which lives in the module that imports this one


class FakeConsentRecords(_Repository):
    def add(self, record: ConsentRecord) -> None:
        records = self.unit.write().consent_records
        if record.id in records:
            raise AlreadyExistsError(f"there is a record `{record.id}` already")
        records[record.id] = record

    def get(self, record_id: RecordId) -> ConsentRecord | None:
        return self.unit.read(lambda state: state.consent_records.get(record_id))

    def of_subject(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[ConsentRecord, ...]:
        def question(state: ConsentState) -> tuple[ConsentRecord, ...]:
            found = (
                one
                for one in state.consent_records.values()
                if (one.gallery_id, one.subject_id) == (gallery_id, subject_id)
            )
            return tuple(sorted(found, key=lambda one: (one.given, one.id)))

        return self.unit.read(question)


class FakeConsentNotices(_Repository):
    def add(self, notice: Notice) -> None:
        notices = self.unit.write().consent_notices
        if (notice.id, notice.version) in notices:
            raise AlreadyExistsError(f"there is a notice `{notice.name}` already")
        notices[notice.id, notice.version] = notice

    def get(self, notice_id: NoticeId, version: int) -> Notice | None:
        return self.unit.read(lambda state: state.consent_notices.get((notice_id, version)))

    def versions(self, notice_id: NoticeId) -> tuple[Notice, ...]:
        return self.unit.read(
            lambda state: tuple(
                one for _, one in sorted(state.consent_notices.items()) if one.id == notice_id
            )
        )

    def of_customer(self, customer_id: str) -> tuple[Notice, ...]:
        return self.unit.read(
            lambda state: tuple(
                one for _, one in sorted(state.consent_notices.items()) if one.customer_id == customer_id
            )
        )


class FakeRetentionRecords(_Repository):
    def interactions(self, gallery_id: GalleryId, subject_id: SubjectId) -> Interactions:
        nothing = Interactions(gallery_id=gallery_id, subject_id=subject_id)
        return self.unit.read(lambda state: state.contacts.get((gallery_id, subject_id), nothing))

    def put_interactions(self, interactions: Interactions) -> None:
        self.unit.write().contacts[interactions.gallery_id, interactions.subject_id] = interactions

    def forget(self, gallery_id: GalleryId, subject_id: SubjectId) -> None:
        self.unit.write().contacts.pop((gallery_id, subject_id), None)

    def waiting(
        self,
        gallery_id: GalleryId,
        *,
        before: tuple[datetime, datetime],
        after: SubjectId | None,
        limit: int,
    ) -> tuple[SubjectId, ...]:
        def question(state: Whole) -> tuple[SubjectId, ...]:
            enrolled = {one.subject_id for one in state.references.values() if one.gallery_id == gallery_id}
            found = sorted(one for one in enrolled if _waits(state, (gallery_id, one), before))
            return tuple(one for one in found if after is None or one > after)[:limit]

        return self.unit.read(question)

    def put_hold(self, hold: Hold) -> None:
        self.unit.write().holds[hold.id] = hold

    def hold(self, hold_id: HoldId) -> Hold | None:
        return self.unit.read(lambda state: state.holds.get(hold_id))

    def holds(self, gallery_id: GalleryId) -> tuple[Hold, ...]:
        return self.unit.read(
            lambda state: tuple(
                sorted(
                    (one for one in state.holds.values() if one.gallery_id == gallery_id),
                    key=lambda one: (one.placed, one.id),
                )
            )
        )


def _waits(state: Whole, place: Pair, before: tuple[datetime, datetime]) -> bool:
    contact = state.contacts.get(place)
    own = (one for one in state.references.values() if (one.gallery_id, one.subject_id) == place)
    if any(one.enrolled < before[1] for one in own):
        return True
    if contact is not None and contact.purpose_satisfied is not None:
        return True
    if contact is not None and contact.last_interaction is not None:
        return contact.last_interaction < before[0]
    consent = state.consents.get(place)
    return consent is None or consent.given < before[0]


def without_consent_of(state: ConsentState, gallery_id: GalleryId) -> None:
    """Remove what goes with a gallery; notices and holds stay."""
    state.consent_records = {
        name: one for name, one in state.consent_records.items() if one.gallery_id != gallery_id
    }
    state.contacts = {place: one for place, one in state.contacts.items() if place[0] != gallery_id}
