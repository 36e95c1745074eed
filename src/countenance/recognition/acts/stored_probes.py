"""Searching with what is enrolled, and telling of every reference behind a candidate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from countenance.biometrics.model import (
    CandidateList,
    Comparison,
    ComparisonScore,
    GalleryId,
    ReferenceId,
    SubjectId,
    Template,
)
from countenance.biometrics.ranking import better_first
from countenance.errors import InvalidInputError, NotFoundError
from countenance.recognition.collections.model import EnrolledFace
from countenance.recognition.loose_faces.model import LooseFaceId
from countenance.recognition.ports import UnitOfWork

MOST_SUBJECTS = 4096
"""Subjects that a search looks behind at most, where the one that counts may stand behind others."""

StoredProbe = tuple[ReferenceId | None, Template]
"""A template to search with, and the reference it is of, which then is no candidate itself."""


Probe = bytes | tuple[ReferenceId, ...] | LooseFaceId
"""What a gallery is searched with: an image, references of the gallery, or a face that was kept."""


class Listing(StrEnum):
    """What is told of candidates: subjects alone, their references too, or those under users only."""

    SUBJECTS = "subjects"
    REFERENCES = "references"
    GROUPED = "grouped"


@dataclass(frozen=True, slots=True)
class FoundReference:
    """A reference that reached the threshold, with its best comparison."""

    face: EnrolledFace
    comparison: Comparison


def bytes_of(probe: Probe) -> bytes:
    """Return what a commitment to the probe is made of."""
    if isinstance(probe, bytes):
        return probe
    return (probe if isinstance(probe, str) else "\0".join(probe)).encode()


def stored_probes(
    work: UnitOfWork, gallery_id: GalleryId, references: Sequence[ReferenceId], at: datetime
) -> tuple[StoredProbe, ...]:
    """Return the templates of references of the gallery.

    Raises `NotFoundError` for one that is not there, or whose subject's consent has ended:
    what may not be compared is not there.
    """
    if not references:
        raise InvalidInputError("a search needs a probe")
    probes: list[StoredProbe] = []
    for reference_id in references:
        face = work.faces.get(gallery_id, reference_id)
        consent = work.consents.get(gallery_id, face.subject_id) if face is not None else None
        if face is None or consent is None or not consent.valid_at(at):
            raise NotFoundError(f"there is no reference `{reference_id}` in this gallery")
        held = work.references.of_subject(gallery_id, face.subject_id)
        probes.extend((one.id, one.template) for one in held if one.id == reference_id)
    return tuple(probes)


def left_out(work: UnitOfWork, gallery_id: GalleryId, only: frozenset[SubjectId]) -> frozenset[SubjectId]:
    """Return the enrolled subjects that are not among `only`."""
    found: set[SubjectId] = set()
    page = work.references.subjects(gallery_id, after=None, limit=MOST_SUBJECTS)
    while page:
        found.update(page)
        page = work.references.subjects(gallery_id, after=page[-1], limit=MOST_SUBJECTS)
    return frozenset(found - only)


def width_of_search(listing: Listing, limit: int, probes: Sequence[StoredProbe]) -> int:
    """Return how many subjects the index must find, so that `limit` of them are left to be listed.

    The probes' own subjects may have no other reference; and whoever is under no user may
    stand before those who are.
    """
    return MOST_SUBJECTS if listing is Listing.GROUPED else limit + len(probes)


def references_behind(
    work: UnitOfWork,
    gallery_id: GalleryId,
    compared: Sequence[Comparison],
    probes: Sequence[StoredProbe],
    *,
    at_least: ComparisonScore,
) -> tuple[FoundReference, ...]:
    """Return every reference of the compared subjects that reaches `at_least`, the best first.

    A reference that was searched with is left out.
    """
    own = {reference_id for reference_id, _ in probes}
    found = []
    for subject_id in sorted({comparison.subject_id for comparison in compared}):
        for held in work.references.of_subject(gallery_id, subject_id):
            score = max(held.template.compare(template) for _, template in probes)
            face = work.faces.get(gallery_id, held.id)
            if held.id not in own and score >= at_least and face is not None:
                found.append(FoundReference(face, Comparison(held.id, subject_id, score)))
    return tuple(sorted(found, key=lambda one: better_first(one.comparison)))


def of_candidates(faces: Sequence[FoundReference], ranked: CandidateList) -> tuple[FoundReference, ...]:
    """Return the references of those subjects that are on the list."""
    subjects = {candidate.subject_id for candidate in ranked.candidates}
    return tuple(face for face in faces if face.face.subject_id in subjects)
