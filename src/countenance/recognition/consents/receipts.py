"""Receipts of consent, and what is missing before a subject may be enrolled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.model import Consent, ConsentRecord
from countenance.consent.receipt import Receipt
from countenance.errors import StateError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.note import split_note
from countenance.ledger.proof import InclusionProof
from countenance.policy.model import Act, Decision
from countenance.recognition.asking import Ask, Request
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

_OPERATES = frozenset({Role.OPERATOR})


@dataclass(frozen=True, slots=True)
class IssueReceipt:
    """Give a receipt of a subject's consent, with the proof that the record is in the log."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, gallery_id: GalleryId, subject_id: SubjectId) -> Receipt:
        """Return the receipt of the current consent, withdrawn or not.

        Raises `NotFoundError`, and `StateError` where the consent was given on a notice that is not
        published here, so that there is no record to make a receipt of.
        """
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, _OPERATES | {Role.AUDITOR})
            consent = work.consents.get(gallery.id, subject_id)
            if consent is None:
                self.standing.refuse(work, actor, "subject", f"no subject `{subject_id}`")
            return self.of(work, consent)

    def of(self, work: UnitOfWork, consent: Consent) -> Receipt:
        """Return the receipt of a consent, for whoever may see it; raises `StateError` as above."""
        record = work.consent_records.get(consent.record_id) if consent.record_id is not None else None
        if record is None:
            raise StateError(f"`{consent.notice}` is no notice published here, so there is no receipt")
        note = work.ledger.checkpoint()
        size = Checkpoint.parse(split_note(note)[0]).size
        return Receipt(
            record=record,
            consent=consent,
            issued=self.standing.clock(),
            leaf=work.ledger.leaf(record.entry),
            proof=InclusionProof(record.entry, work.ledger.inclusion_proof(record.entry, size), note).text,
            key=str(work.ledger.key),
        )


@dataclass(frozen=True, slots=True)
class ReadRecords:
    """Show every record of consent that was made of a subject."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(
        self, actor: Actor, gallery_id: GalleryId, subject_id: SubjectId
    ) -> tuple[ConsentRecord, ...]:
        """Return the records, the oldest first; empty where there are none. Raises `NotFoundError`."""
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, _OPERATES | {Role.AUDITOR})
            return work.consent_records.of_subject(gallery.id, subject_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisCheck:
    """What an enrolment of a subject would be answered now, and all that is missing for it."""

    decision: Decision
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckBasis:
    """Tell beforehand whether a subject may be enrolled, and what is missing; nothing is looked at."""

    standing: Standing
    ask: Ask
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, gallery_id: GalleryId, subject_id: SubjectId) -> BasisCheck:
        """Return what the gate would say, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, _OPERATES)
            request = Request(act=Act.ENROL, gallery_id=gallery.id, subject_id=subject_id)
            decision, missing = self.ask.missing(work, actor, request)
        return BasisCheck(decision=decision, missing=missing)
