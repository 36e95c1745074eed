"""The search index as plainly as it can be said: one loop over templates, nothing clever.

It satisfies `SearchIndex` and is what the real index is compared with.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from countenance.biometrics.model import (
    Comparison,
    ComparisonScore,
    GalleryId,
    ReferenceId,
    SubjectId,
    Template,
)
from countenance.errors import InvalidInputError, TemplateMismatchError
from countenance.recognition.erasure.model import Holdings, digest_of
from countenance.recognition.model import GalleryChange


@dataclass
class PlainIndex:
    """Galleries as dictionaries."""

    galleries: dict[GalleryId, dict[ReferenceId, tuple[SubjectId, Template]]] = field(default_factory=dict)
    positions: dict[GalleryId, int] = field(default_factory=dict)
    dropped: list[GalleryId] = field(default_factory=list)

    def position(self, gallery_id: GalleryId) -> int:
        return self.positions.get(gallery_id, 0)

    def apply(self, gallery_id: GalleryId, changes: Iterable[GalleryChange]) -> None:
        held = self.galleries.setdefault(gallery_id, {})
        for change in changes:
            if change.sequence <= self.position(gallery_id):
                continue
            if change.template is None:
                held.pop(change.reference_id, None)
            else:
                check(held, change.template)
                held[change.reference_id] = (change.subject_id, change.template)
            self.positions[gallery_id] = change.sequence

    def search(
        self,
        gallery_id: GalleryId,
        probe: Template,
        *,
        threshold: ComparisonScore,
        limit: int,
        without: frozenset[SubjectId] = frozenset(),
    ) -> tuple[Comparison, ...]:
        if limit < 1:
            raise InvalidInputError("at least 1")
        held = self.galleries.get(gallery_id, {})
        check(held, probe)
        compared = [
            Comparison(reference, subject, exact_score(probe, template))
            for reference, (subject, template) in held.items()
            if subject not in without
        ]
        compared.sort(key=lambda one: (-one.score, one.reference_id))
        best: dict[SubjectId, Comparison] = {}
        for one in compared:
            if one.score >= threshold:
                best.setdefault(one.subject_id, one)
        return tuple(best.values())[:limit]

    def loaded(self) -> tuple[GalleryId, ...]:
        return tuple(sorted(self.galleries))

    def save(self, _: GalleryId) -> bool:
        """Nothing is kept on disk here."""
        return False

    def holdings(self, gallery_id: GalleryId, references: frozenset[ReferenceId]) -> Holdings:
        held = self.galleries.get(gallery_id, {})
        position = self.position(gallery_id)
        return Holdings(
            rows=len(held),
            position=position,
            digest=digest_of(held) if position else None,
            found=len(references & held.keys()),
        )

    def drop(self, gallery_id: GalleryId, *, through: int = 0) -> None:
        del through
        self.dropped.append(gallery_id)

    def forget(self, gallery_id: GalleryId) -> None:
        self.galleries.pop(gallery_id, None)
        self.positions.pop(gallery_id, None)


def check(held: dict[ReferenceId, tuple[SubjectId, Template]], template: Template) -> None:
    for _, other in held.values():
        if (other.pipeline, other.vector.size) != (template.pipeline, template.vector.size):
            raise TemplateMismatchError("another pipeline")
        return


def exact_score(one: Template, other: Template) -> ComparisonScore:
    """The inner product summed without any rounding, then rounded to float32 once."""
    products = one.vector.astype(np.float64) * other.vector.astype(np.float64)
    return ComparisonScore(float(np.clip(np.float32(math.fsum(products)), -1.0, 1.0)))
