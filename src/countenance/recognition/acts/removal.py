"""Removal of single references; the consent of their subject stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from countenance.biometrics.model import GalleryId, ReferenceId
from countenance.ledger import Entry, EventType, JsonValue
from countenance.recognition.collections.model import EnrolledFace
from countenance.recognition.erasure.codec import manifest_fields
from countenance.recognition.erasure.completion import catch_up
from countenance.recognition.erasure.holds import require_not_held
from countenance.recognition.ports import SearchIndex, SearchSnapshots, UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

_OPERATES = frozenset({Role.OPERATOR})


@dataclass(frozen=True, slots=True)
class Removal:
    """What was removed, and what was not: because it is not there, or is a user's and was to be kept."""

    removed: tuple[ReferenceId, ...]
    missing: tuple[ReferenceId, ...]
    kept: tuple[EnrolledFace, ...]


@dataclass(frozen=True, slots=True)
class RemoveReferences:
    """Remove references from a gallery, on the record, and from the index in memory at once."""

    standing: Standing
    index: SearchIndex
    snapshots: SearchSnapshots
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, gallery_id: GalleryId, references: Sequence[ReferenceId]) -> Removal:
        """Remove what is there and belongs to no user.

        Raises `ForbiddenError`, `NotFoundError`, and `LegalHoldError` for a held one: then none is removed.
        """
        removed: list[ReferenceId] = []
        missing: list[ReferenceId] = []
        kept: list[EnrolledFace] = []
        subjects: set[str] = set()
        with self.unit_of_work() as work:
            work.become_writer()
            gallery = self.standing.gallery(work, actor, gallery_id, _OPERATES)
            before = work.manifests.get(gallery.id)
            self.snapshots.drop(gallery.id)
            for reference_id in dict.fromkeys(references):
                face = work.faces.get(gallery.id, reference_id)
                if face is None:
                    missing.append(reference_id)
                elif face.user_id is not None:
                    kept.append(face)
                else:
                    require_not_held(work, gallery.id, face.subject_id, self.standing.clock())
                    commitment = work.references.commitment(gallery.id, face.subject_id)
                    subjects.update([commitment.hex()] if commitment is not None else [])
                    work.references.remove(reference_id)
                    removed.append(reference_id)
            if removed:
                fields: dict[str, JsonValue] = {
                    "gallery": gallery.id,
                    "references": len(removed),
                    "subjects": tuple(sorted(subjects)),
                    "actor": actor.id,
                    "manifest": manifest_fields(before, work.manifests.get(gallery.id)),
                }
                work.ledger.append(Entry(EventType.REFERENCES_REMOVED, self.standing.clock(), fields))
                work.commit()
        catch_up(self.index, self.unit_of_work, gallery.id)
        return Removal(tuple(removed), tuple(missing), tuple(kept))
