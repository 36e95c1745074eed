"""Consent withdrawn: a withdrawal erases, and leaves nothing to look up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.ledger import Entry, EventType
from countenance.recognition.consents.giving import Agreement as Agreement  # noqa: PLC0414  known from here to callers
from countenance.recognition.erasure.erasing import Erase, Order
from countenance.recognition.erasure.holds import holds_on
from countenance.recognition.erasure.model import Cause, ErasureId
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

_OPERATES = frozenset({Role.OPERATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What a withdrawal removed, and the entry that says so.

    `id` names the receipt, which is complete once every process that searches has followed.
    """

    id: ErasureId
    references: int
    withdrawn: datetime
    entry: int
    completed: bool


@dataclass(frozen=True, slots=True)
class Withdraw:
    """End a consent and erase what it allowed, in one transaction.

    Either the consent is withdrawn, everything of the subject is gone, its key is destroyed
    and the ledger says so, or nothing of it happened (see `recognition.erasure`).
    """

    standing: Standing
    erase: Erase
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(
        self,
        actor: Actor,
        gallery_id: GalleryId,
        subject_id: SubjectId,
        *,
        cause: Cause = Cause.CONSENT_WITHDRAWN,
    ) -> Erasure:
        """Return what was erased, or raise `NotFoundError`. A second withdrawal erases nothing more.

        Raises `LegalHoldError` where a hold keeps the references: the consent is withdrawn, nothing is
        compared any more, and they are destroyed when the hold ends.
        """
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, _OPERATES)
            consent = work.consents.get(gallery.id, subject_id)
            if consent is None:
                self.standing.refuse(work, actor, "subject", f"no subject `{subject_id}`")
            now = self.standing.clock()
            withdrawn = consent.withdrawn or now
            commitment = work.references.commitment(gallery.id, subject_id)
            work.consents.put(replace(consent, withdrawn=withdrawn))
            subject = commitment.hex() if commitment is not None else None
            fields = {"gallery": gallery.id, "subject": subject, "actor": actor.id}
            work.ledger.append(Entry(EventType.CONSENT_WITHDRAWN, now, fields))
            if holds_on(work, gallery.id, subject_id, now):
                work.commit()  # the ban on use is durable before the hold is told of
            begun = self.erase.begin(
                work, Order(gallery=gallery, subject_id=subject_id, cause=cause, actor_id=actor.id)
            )
            work.commit()
        record = self.erase.finish(begun)
        return Erasure(
            id=record.id,
            references=record.references,
            withdrawn=withdrawn,
            entry=record.entry,
            completed=record.completed is not None,
        )
