"""Erasure: everything of a subject in a gallery goes, and what went and what stays can be proved.

The order is an argument, so it is numbered in the code. Whatever was found through the templates
goes with them: (1) what must be known is read while it is there, (2) the copy on disk that is
no part of the database is deleted, (3) what is kept beside the references is cleared, faces without
a name compared with the templates included, (4) the references are removed and the subject's key
is destroyed, (5) the log is told both manifests, and (6) a record says that memory, snapshots and
the probe are still to do. (3) to (6) are one transaction with whatever the caller does beside: all
of it happens or nothing. After the commit (7) memory follows, (8) a snapshot that was written
meanwhile is deleted, (9) the index is searched with the templates, which nobody holds any more
but this act, and (10) the receipt is completed once every process has followed.

A process that dies after the commit leaves the record of (6), and any other one completes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from countenance.biometrics.model import ComparisonScore, GalleryId, ReferenceId, SubjectId, Template
from countenance.errors import CalibrationError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.ledger.manifest import Presence
from countenance.recognition.erasure.codec import manifest_fields
from countenance.recognition.erasure.completion import CompleteErasures
from countenance.recognition.erasure.holds import require_not_held
from countenance.recognition.erasure.limits import limits_of
from countenance.recognition.erasure.model import (
    CANARY,
    Cause,
    ErasureFacts,
    ErasureId,
    ErasureRecord,
    Probe,
    Removed,
)
from countenance.recognition.model import Gallery
from countenance.recognition.ports import SearchIndex, SearchSnapshots, UnitOfWork

SAME_PHOTOGRAPH = ComparisonScore(0.9999)
"""Score from which two templates come from one photograph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who is to be erased from which gallery, why, and on whose word."""

    gallery: Gallery
    subject_id: SubjectId
    cause: Cause
    actor_id: str


@dataclass(frozen=True, slots=True)
class Begun:
    """An erasure that the caller commits, and the templates to look for afterwards."""

    record: ErasureRecord
    references: frozenset[ReferenceId]
    templates: tuple[Template, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase:
    """Erase a subject. `begin` inside a transaction, `finish` after its commit."""

    clock: Callable[[], datetime]
    index: SearchIndex
    snapshots: SearchSnapshots
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]
    complete: CompleteErasures

    def begin(self, work: UnitOfWork, order: Order) -> Begun:
        """Do (1) to (6) inside `work`, which the caller commits; who is not there is told of too."""
        work.become_writer()
        gallery, subject_id = order.gallery, order.subject_id
        if subject_id != CANARY:  # a hold keeps what is somebody's
            require_not_held(work, gallery.id, subject_id, self.clock())
        name = work.references.commitment(gallery.id, subject_id)  # (1)
        held = work.references.of_subject(gallery.id, subject_id)
        commitments = work.references.commitments(gallery.id, subject_id)
        before = work.manifests.get(gallery.id)
        present = [work.manifests.presence(gallery.id, one) for one in commitments]
        self.snapshots.drop(gallery.id)  # (2)
        templates = tuple(reference.template for reference in held)
        references = frozenset(reference.id for reference in held)
        cleared = work.erasures.clear(gallery.id, subject_id, references)  # (3)
        work.retention.forget(gallery.id, subject_id)
        loose = self._loose_faces(work, gallery, templates)
        work.references.erase(gallery.id, subject_id)  # (4)
        facts = ErasureFacts(
            cause=order.cause,
            subject=name.hex() if name is not None else None,
            before=before,
            after=work.manifests.get(gallery.id),
            removed=_removed(work, gallery.id, dict(zip(commitments, present, strict=True))),
            cleared=replace(cleared, loose_faces=loose),
            limits=limits_of(work, order.gallery, order.subject_id, self.complete.reach, self.clock()),
        )
        return Begun(self._recorded(work, order, facts), references, templates)

    def finish(self, begun: Begun) -> ErasureRecord:
        """Do (7) to (10) after the commit; return the record as it stands then."""
        gallery_id = begun.record.gallery_id
        self.complete.follow(begun.record)  # (7) (8)
        probe = self._probe(gallery_id, begun)  # (9)
        return self.complete.probed(begun.record.id, probe)  # (10)

    def _recorded(self, work: UnitOfWork, order: Order, facts: ErasureFacts) -> ErasureRecord:
        now = self.clock()
        erasure_id = ErasureId(self.new_id("era"))
        fields: dict[str, JsonValue] = {
            "erasure": erasure_id,
            "cause": facts.cause.value,
            "gallery": order.gallery.id,
            "subject": facts.subject,
            "actor": order.actor_id,
            "references": len(facts.removed),
            "manifest": manifest_fields(facts.before, facts.after),
        }
        entry = work.ledger.append(Entry(EventType.SUBJECT_ERASED, now, fields))  # (5)
        record = ErasureRecord(
            id=erasure_id,
            gallery_id=order.gallery.id,
            customer_id=order.gallery.customer_id,
            erased=now,
            entry=entry,
            sequence=work.erasures.last_change(order.gallery.id),
            references=len(facts.removed),
            facts=facts,
        )
        work.erasures.put(record)  # (6)
        return record

    def _loose_faces(self, work: UnitOfWork, gallery: Gallery, templates: tuple[Template, ...]) -> int:
        """Destroy the customer's loose faces that the lease's threshold takes for the subject."""
        lease = work.leases.get(gallery.lease_id)
        if lease is None or not templates:
            return 0
        try:
            threshold = self.complete.reach.threshold_for(lease.terms.fmr_ppb)
        except CalibrationError:
            return 0  # without a threshold no face counts as anybody's; they end within a day
        count = 0
        for face in work.loose_faces.of_customer(gallery.customer_id):
            same = face.template.pipeline == gallery.pipeline and any(
                threshold.reached_by(face.template.compare(template)) for template in templates
            )
            if same:
                count += work.loose_faces.destroy(face.lease_id, [face.id])
        return count

    def _probe(self, gallery_id: GalleryId, begun: Begun) -> Probe:
        found = same = 0
        with self.unit_of_work() as work:
            without = work.consents.lapsed(gallery_id, self.clock())
        for template in begun.templates:
            best = self.index.search(
                gallery_id, template, threshold=SAME_PHOTOGRAPH, limit=10, without=without
            )
            gone = sum(one.reference_id in begun.references for one in best)
            found += gone
            same += len(best) - gone
        holdings = self.index.holdings(gallery_id, begun.references)
        return Probe(
            ran=True,
            at=self.clock(),
            templates=len(begun.templates),
            found=found + holdings.found,
            same_photograph=same,
            rows=holdings.rows,
            sequence=holdings.position,
            digest=holdings.digest,
        )


def _removed(
    work: UnitOfWork, gallery_id: GalleryId, present: Mapping[bytes, Presence | None]
) -> tuple[Removed, ...]:
    """Return each commitment with the proofs of both sides of the erasure."""
    removed = []
    for commitment, presence in present.items():
        absence = work.manifests.absence(gallery_id, commitment)
        if presence is None or absence is None:
            raise ValueError("the manifest is not that of the gallery's references")
        removed.append(Removed(commitment=commitment, before=presence, after=absence))
    return tuple(removed)
