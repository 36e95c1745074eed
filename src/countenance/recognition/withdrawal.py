"""Consent withdrawn: a withdrawal erases, and leaves nothing to look up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.ledger import Entry, EventType
from countenance.recognition.consenting import Agreement as Agreement  # noqa: PLC0414  known from here to callers
from countenance.recognition.ports import SearchIndex, SearchSnapshots, UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

_OPERATES = frozenset({Role.OPERATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What a withdrawal removed, and the entry that says so."""

    references: int
    withdrawn: datetime
    entry: int


@dataclass(frozen=True, slots=True)
class Withdraw:
    """End a consent and erase what it allowed, in one transaction.

    Either the consent is withdrawn, the references are gone, the subject's key is destroyed
    and the ledger says so, or nothing of it happened. The snapshot on disk goes first, so
    that a crash leaves nothing of the subject there; the index in memory follows at once
    here, and before the next search in every other process.
    """

    standing: Standing
    index: SearchIndex
    snapshots: SearchSnapshots
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, gallery_id: GalleryId, subject_id: SubjectId) -> Erasure:
        """Return what was erased, or raise `NotFoundError`. A second withdrawal erases nothing more."""
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, _OPERATES)
            consent = work.consents.get(gallery.id, subject_id)
            if consent is None:
                self.standing.refuse(work, actor, "subject", f"no subject `{subject_id}`")
            now = self.standing.clock()
            withdrawn = consent.withdrawn or now
            commitment = work.references.commitment(gallery.id, subject_id)
            self.snapshots.drop(gallery.id)
            work.consents.put(replace(consent, withdrawn=withdrawn))
            erased = work.references.erase(gallery.id, subject_id)
            subject = commitment.hex() if commitment is not None else None
            fields = {"gallery": gallery.id, "subject": subject, "actor": actor.id}
            work.ledger.append(Entry(EventType.CONSENT_WITHDRAWN, now, fields))
            entry = work.ledger.append(
                Entry(EventType.SUBJECT_ERASED, now, {**fields, "references": len(erased)})
            )
            work.commit()
        self._forget(gallery.id)
        return Erasure(references=len(erased), withdrawn=withdrawn, entry=entry)

    def _forget(self, gallery_id: GalleryId) -> None:
        position = self.index.position(gallery_id)
        if position == 0:
            return
        with self.unit_of_work() as work:
            changes = tuple(work.references.changes(gallery_id, after=position))
        self.index.apply(gallery_id, changes)
