"""The best that an asker could bring: a lease and a gallery that cover just what is asked.

A rule can be met or not; a lease can always be applied for. So a search for what rules allow
asks under a lease that covers the question, and says so.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from countenance.policy.model import (
    Act,
    Camera,
    GalleryFacts,
    LeaseTerms,
    Purpose,
    Question,
    Space,
)

GALLERY_NEEDED: Final = frozenset({Act.ENROL, Act.IDENTIFY, Act.WATCH, Act.ERASE})
"""Acts that a lease covers only with a gallery (`gate/lease.cedar`)."""

ASSUMED: Final = "assumed"
"""Id of the lease and of the gallery that are assumed."""

_MODEL: Final = "0" * 64
_MANY: Final = 1_000_000


def covered(question: Question) -> Question:
    """Return `question` under an assumed lease that covers it, with a gallery where the act needs one.

    Papers stay those of the question; those of its own lease are taken over.
    """
    gallery = question.gallery
    if gallery is None and question.act in GALLERY_NEEDED:
        gallery = assumed_gallery(question.purpose, scraped=False)
    model = question.model_digest or (gallery.model_digest if gallery is not None else None)
    if gallery is not None:
        purpose = question.purpose or gallery.purpose
        gallery = replace(gallery, purpose=purpose, model_digest=model or _MODEL)
    own = question.lease.instruments if question.lease is not None else frozenset[str]()
    return replace(question, gallery=gallery, model_digest=model, lease=_lease(gallery, own))


def assumed_gallery(purpose: Purpose | None, *, scraped: bool) -> GalleryFacts:
    """Return a gallery of one subject, kept for `purpose`."""
    return GalleryFacts(
        id=ASSUMED,
        purpose=purpose or Purpose.IDENTITY_VERIFICATION,
        model_digest=_MODEL,
        subjects=1,
        scraped=scraped,
    )


def _lease(gallery: GalleryFacts | None, papers: frozenset[str]) -> LeaseTerms:
    return LeaseTerms(
        id=ASSUMED,
        acts=frozenset(Act),
        purposes=frozenset(Purpose),
        galleries=frozenset() if gallery is None else frozenset({gallery.id}),
        spaces=frozenset(Space),
        cameras=frozenset(Camera),
        model_digests=frozenset() if gallery is None else frozenset({gallery.model_digest}),
        fmr_ppb=1,
        n_max=_MANY if gallery is None else max(_MANY, gallery.subjects + 1),
        examiners=0,
        instruments=papers,
        not_before=datetime(2, 1, 1, tzinfo=UTC),
        expires=datetime(9998, 1, 1, tzinfo=UTC),
        revoked=False,
    )
