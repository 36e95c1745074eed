"""Who is in a gallery and on which basis, for the people who answer for it: found by id, told whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Final

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.model import Consent, ConsentRecord
from countenance.consent.retention import Hold, Retention
from countenance.recognition.erasure.holds import holds_on
from countenance.recognition.erasure.model import CANARY
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.retention.deadlines import retention_of, terms_of
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

MOST: Final = 500
"""Subjects of one list."""

_READS: Final = frozenset({Role.OPERATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A subject of a gallery: its basis, how many references there are, and until when.

    `records` and `retention` are there where one subject is told whole. `holds` are those in force.
    """

    subject_id: SubjectId
    read: datetime
    consent: Consent | None
    references: int | None = None
    records: tuple[ConsentRecord, ...] = ()
    retention: Retention | None = None
    holds: tuple[Hold, ...] = ()

    @property
    def standing(self) -> str:
        """Return `none`, `withdrawn`, `objected`, `in_force` or `ended`."""
        consent = self.consent
        if consent is None:
            return "none"
        if consent.withdrawn is not None:
            return "withdrawn"
        if consent.objected is not None:
            return "objected"
        return "in_force" if consent.valid_at(self.read) else "ended"


@dataclass(frozen=True, slots=True)
class SeekSubjects:
    """Show an operator who is in a gallery."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, gallery_id: GalleryId, sought: str) -> tuple[Enrolled, ...]:
        """Return up to 500 enrolled subjects whose id begins with `sought`, ordered by id.

        One of exactly that id is there as soon as anything is on record of it, enrolled or not. Raises
        `NotFoundError`.
        """
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, _READS)
            now, after = self.standing.clock(), SubjectId(sought) if sought else None
            page = work.references.subjects(gallery.id, after=after, limit=MOST)
            found = list(takewhile(lambda one: one.startswith(sought), page))
            if after is not None and (
                work.consents.get(gallery.id, after) is not None
                or work.references.of_subject(gallery.id, after)
            ):
                found.insert(0, after)
            return tuple(
                Enrolled(subject_id=one, read=now, consent=work.consents.get(gallery.id, one))
                for one in found
                if one != CANARY
            )

    def one(self, actor: Actor, gallery_id: GalleryId, subject_id: SubjectId) -> Enrolled:
        """Return all that is on record of a subject, which may be nothing; raises `NotFoundError`.

        To the gallery's own operator it is no secret who is not in it.
        """
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, _READS)
            now = self.standing.clock()
            return Enrolled(
                subject_id=subject_id,
                read=now,
                consent=work.consents.get(gallery.id, subject_id),
                references=len(work.references.of_subject(gallery.id, subject_id)),
                records=work.consent_records.of_subject(gallery.id, subject_id),
                retention=retention_of(work, terms_of(work, gallery, now), subject_id, now),
                holds=holds_on(work, gallery.id, subject_id, now),
            )
