"""What retention counts from, and the holds that keep it from destroying."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, delete, exists, func, or_, select

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.retention import Hold, HoldId, Interactions
from countenance.storage.consent_tables import legal_holds, retention_interactions
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, keyed, replace_by_key
from countenance.storage.tables import reference_templates, subjects
from countenance.storage.vetting_sealing import Kept, KeptStatements

_HOLDS: Final = KeptStatements(legal_holds)
_HOLD: Final = select(legal_holds).where(legal_holds.c.hold_id == bindparam("hold_id"))
_HOLDS_OF: Final = (
    select(legal_holds)
    .where(legal_holds.c.gallery_id == bindparam("gallery_id"))
    .order_by(legal_holds.c.placed, legal_holds.c.hold_id)
)
_PLACE: Final = ("gallery_id", "subject_id")
_INSERT: Final = insert_if_absent(retention_interactions)
_REPLACE: Final = replace_by_key(retention_interactions)
_ONE: Final = select(retention_interactions).where(
    retention_interactions.c.gallery_id == bindparam("gallery_id"),
    retention_interactions.c.subject_id == bindparam("subject_id"),
)
_FORGET: Final = delete(retention_interactions).where(
    retention_interactions.c.gallery_id == bindparam("of_gallery"),
    retention_interactions.c.subject_id == bindparam("of_subject"),
)
_CONTACT: Final = func.coalesce(retention_interactions.c.last_interaction, subjects.c.consent_from)
_WAITING: Final = (
    select(subjects.c.subject_id)
    .outerjoin(
        retention_interactions,
        and_(
            retention_interactions.c.gallery_id == subjects.c.gallery_id,
            retention_interactions.c.subject_id == subjects.c.subject_id,
        ),
    )
    .where(
        subjects.c.gallery_id == bindparam("gallery_id"),
        subjects.c.reference_count > 0,
        or_(
            retention_interactions.c.purpose_satisfied.is_not(None),
            bindparam("contact", type_=subjects.c.consent_from.type) > _CONTACT,
            exists().where(
                reference_templates.c.subject == subjects.c.id,
                reference_templates.c.enrolled < bindparam("enrolled_before"),
            ),
        ),
        subjects.c.subject_id > bindparam("after"),
    )
    .order_by(subjects.c.subject_id)
    .limit(bindparam("most"))
)


class SqlRetentionRecords:
    """What retention counts from, and what holds it off."""

    __slots__ = ("_holds", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._holds = Kept(session, keyring, _HOLDS, Hold)

    def interactions(self, gallery_id: GalleryId, subject_id: SubjectId) -> Interactions:
        """Return what is recorded of the subject; nothing of an unknown one."""
        rows = self._session.read(_ONE, {"gallery_id": gallery_id, "subject_id": subject_id})
        if not rows:
            return Interactions(gallery_id=gallery_id, subject_id=subject_id)
        return Interactions(
            gallery_id=gallery_id,
            subject_id=subject_id,
            last_interaction=rows[0].last_interaction,
            purpose_satisfied=rows[0].purpose_satisfied,
        )

    def put_interactions(self, interactions: Interactions) -> None:
        """Store what is recorded of the subject, replacing what was."""
        row: dict[str, object] = {
            "gallery_id": interactions.gallery_id,
            "subject_id": interactions.subject_id,
            "last_interaction": interactions.last_interaction,
            "purpose_satisfied": interactions.purpose_satisfied,
        }
        if not self._session.write(_REPLACE, keyed(row, _PLACE)):
            self._session.insert_new(_INSERT, row)

    def forget(self, gallery_id: GalleryId, subject_id: SubjectId) -> None:
        """Remove what is recorded of the subject's contacts; holds stay."""
        self._session.write(_FORGET, {"of_gallery": gallery_id, "of_subject": subject_id})

    def waiting(
        self,
        gallery_id: GalleryId,
        *,
        before: tuple[datetime, datetime],
        after: SubjectId | None,
        limit: int,
    ) -> tuple[SubjectId, ...]:
        """Return enrolled subjects of a satisfied purpose, of old contact, or with an old reference."""
        contact, enrolled = before
        asked = {
            "gallery_id": gallery_id,
            "contact": contact,
            "enrolled_before": enrolled,
            "after": after or "",
            "most": limit,
        }
        return tuple(SubjectId(row.subject_id) for row in self._session.page(_WAITING, asked))

    def put_hold(self, hold: Hold) -> None:
        """Store the hold, replacing one of the same id."""
        row = {"hold_id": hold.id, "gallery_id": hold.gallery_id, "placed": hold.placed}
        self._holds.put(row, hold)

    def hold(self, hold_id: HoldId) -> Hold | None:
        """Return the hold, or None."""
        return next(iter(self._holds.read(_HOLD, {"hold_id": hold_id})), None)

    def holds(self, gallery_id: GalleryId) -> tuple[Hold, ...]:
        """Return every hold of the gallery, ended ones too, the oldest first."""
        return self._holds.read(_HOLDS_OF, {"gallery_id": gallery_id})
