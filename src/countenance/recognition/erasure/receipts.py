"""Reading what is told of erasures: manifests, records, and receipts with their proofs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from countenance.biometrics.model import GalleryId
from countenance.errors import InvalidInputError, StateError
from countenance.ledger import JsonValue
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.manifest import Manifest
from countenance.ledger.note import split_note
from countenance.ledger.proof import InclusionProof
from countenance.recognition.erasure.model import ErasureId, ErasureRecord
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

MOST = 200
"""Erasures on one page."""

_READS = frozenset({Role.OPERATOR, Role.AUDITOR, Role.ADMINISTRATOR})
_AUDITS = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class ReadErasures:
    """Show manifests and erasures: to operators those of their galleries, to auditors all."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def manifest(self, actor: Actor, gallery_id: GalleryId) -> Manifest:
        """Return root and size of a gallery's manifest, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            self._gallery(work, actor, gallery_id)
            return work.manifests.get(gallery_id)

    def rebuilt(self, actor: Actor, gallery_id: GalleryId) -> Manifest:
        """Return the same, computed from every reference: slow, for checks. Raises `NotFoundError`."""
        with self.unit_of_work() as work:
            self._gallery(work, actor, gallery_id)
            return work.manifests.rebuilt(gallery_id)

    def of_gallery(
        self, actor: Actor, gallery_id: GalleryId, *, before: int | None = None, limit: int = MOST
    ) -> tuple[ErasureRecord, ...]:
        """Return up to `limit` erasures of a gallery whose entry is below `before`, the newest first.

        Raises `NotFoundError`, or `InvalidInputError` for a page that is none.
        """
        if not 1 <= limit <= MOST:
            raise InvalidInputError(f"a page has 1 to {MOST} erasures")
        with self.unit_of_work() as work:
            self._gallery(work, actor, gallery_id)
            return work.erasures.of_gallery(gallery_id, before=before, limit=limit)

    def one(self, actor: Actor, erasure_id: ErasureId) -> ErasureRecord:
        """Return an erasure, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            return self._one(work, actor, erasure_id)

    def receipt(self, actor: Actor, erasure_id: ErasureId) -> dict[str, JsonValue]:
        """Return the receipt with its proofs; raises `NotFoundError`, or `StateError` while incomplete."""
        with self.unit_of_work() as work:
            return receipt_of(work, self._one(work, actor, erasure_id))

    def _gallery(self, work: UnitOfWork, actor: Actor, gallery_id: GalleryId) -> None:
        if actor.role in _AUDITS:
            if work.galleries.get(gallery_id) is None:
                self.standing.refuse(work, actor, "gallery", f"no gallery `{gallery_id}`")
            return
        self.standing.gallery(work, actor, gallery_id, _READS)

    def _one(self, work: UnitOfWork, actor: Actor, erasure_id: ErasureId) -> ErasureRecord:
        """Return the record if the actor may see it: its customer may, also when the gallery is gone."""
        self.standing.role(work, actor, _READS)
        record = work.erasures.get(erasure_id)
        if record is not None and actor.role not in _AUDITS:
            lease = self.standing.lease(work, actor, _READS)
            covered = record.gallery_id in lease.terms.galleries
            record = record if covered and lease.customer_id == record.customer_id else None
        if record is None:
            self.standing.refuse(work, actor, "erasure", f"no erasure `{erasure_id}`")
        return record


def receipt_of(work: UnitOfWork, record: ErasureRecord) -> dict[str, JsonValue]:
    """Return the receipt of a completed erasure: its text, both entries, and their proofs.

    Raises `StateError` while the erasure is not complete. The proofs are made under the newest
    signed head, so two receipts of one erasure differ in them and in nothing else.
    """
    if record.body is None or record.completed_entry is None:
        raise StateError("the erasure is done, and not every process has told yet that its memory followed")
    note = work.ledger.checkpoint()
    size = Checkpoint.parse(split_note(note)[0]).size
    entries = []
    for index in (record.completed_entry, record.entry):
        proof = InclusionProof(index, work.ledger.inclusion_proof(index, size), note)
        entries.append({"leaf": work.ledger.leaf(index).decode(), "proof": proof.text})
    return {"receipt": json.loads(record.body), "entries": tuple(entries)}
