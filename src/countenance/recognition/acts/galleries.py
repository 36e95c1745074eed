"""Galleries: made under a lease, seen by their customer only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.ledger import Entry, EventType, JsonValue
from countenance.ledger.manifest import EMPTY
from countenance.policy.model import Purpose
from countenance.recognition.erasure.codec import manifest_fields
from countenance.recognition.erasure.holds import require_no_hold
from countenance.recognition.model import Gallery, GallerySearch, gallery_place
from countenance.recognition.ports import FaceEngine, SearchIndex, SearchSnapshots, UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.listing import Place, Span
from countenance.vetting.model import Actor, Role

_OPERATES = frozenset({Role.OPERATOR})
_LEAST_SPAN = 200
_READS = frozenset({Role.OPERATOR, Role.EXAMINER, Role.AUDITOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryView:
    """A gallery with the number of its enrolled subjects."""

    gallery: Gallery
    subjects: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryPage:
    """Galleries of one page; `following` is the id that the next one begins after, None on the last."""

    views: tuple[GalleryView, ...]
    following: GalleryId | None


@dataclass(frozen=True, slots=True)
class CreateGallery:
    """Make an empty gallery, for one purpose, under the actor's lease."""

    standing: Standing
    engine: FaceEngine
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(
        self,
        actor: Actor,
        gallery_id: GalleryId,
        purpose: Purpose,
        *,
        scraped: bool,
        also: Callable[[UnitOfWork, Gallery], None] = lambda _, __: None,
    ) -> Gallery:
        """Return the gallery, or raise `ForbiddenError`, `NotFoundError` or `AlreadyExistsError`.

        The lease names the galleries it covers: any other id is not found. It keeps images only
        where the lease demands examiners, who have to look at something; `KeepImages` changes that.
        Whether the
        gallery may be used is asked at every act; creating it touches no face. `also` is done
        in the same transaction.
        """
        with self.unit_of_work() as work:
            lease = self.standing.lease(work, actor, _OPERATES)
            if gallery_id not in lease.terms.galleries or purpose not in lease.terms.purposes:
                self.standing.refuse(work, actor, "gallery", f"no gallery `{gallery_id}` for this purpose")
            gallery = Gallery(
                id=gallery_id,
                customer_id=lease.customer_id,
                lease_id=lease.id,
                purpose=purpose,
                pipeline=self.engine.pipeline,
                scraped=scraped,
                created=self.standing.clock(),
                keeps_images=lease.terms.examiners > 0,
            )
            work.galleries.add(gallery)
            also(work, gallery)
            fields = {"gallery": gallery.id, "lease": lease.id, "purpose": purpose.value, "actor": actor.id}
            work.ledger.append(Entry(EventType.GALLERY_CREATED, gallery.created, fields))
            work.commit()
        return gallery


@dataclass(frozen=True, slots=True)
class ReadGalleries:
    """Show the customer its galleries and who is enrolled in them."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def page(self, actor: Actor, *, after: GalleryId | None, limit: int) -> GalleryPage:
        """Return a page of the galleries that the actor's lease covers, those after an id, ordered by id.

        A lease covers galleries by their names, also such as were made under another lease of the
        customer: the customer's are read a span at a time until the page is full.
        """
        with self.unit_of_work() as work:
            lease = self.standing.lease(work, actor, _READS)
            sought = GallerySearch(customer_id=lease.customer_id)
            found: list[Gallery] = []
            place = None if after is None else Place(after, after)
            while len(found) <= limit:
                span = Span(limit=max(limit + 1, _LEAST_SPAN), place=place)
                galleries = work.galleries.page(sought, span)
                found += (one for one in galleries if one.id in lease.terms.galleries)
                if len(galleries) < span.limit:
                    break
                place = gallery_place(galleries[-1], 0, sought.order)
            views = tuple(
                GalleryView(gallery=gallery, subjects=work.references.subject_count(gallery.id))
                for gallery in found[:limit]
            )
        return GalleryPage(views=views, following=views[-1].gallery.id if len(found) > limit else None)

    def one(self, actor: Actor, gallery_id: GalleryId) -> GalleryView:
        """Return the gallery, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, _READS)
            return GalleryView(gallery=gallery, subjects=work.references.subject_count(gallery.id))

    def subjects(
        self, actor: Actor, gallery_id: GalleryId, *, after: SubjectId | None, limit: int
    ) -> tuple[SubjectId, ...]:
        """Return a page of enrolled subjects, ordered by id, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, _READS)
            return work.references.subjects(gallery.id, after=after, limit=limit)


@dataclass(frozen=True, slots=True)
class DeleteGallery:
    """Remove a gallery with every subject, reference, key and consent in it."""

    standing: Standing
    index: SearchIndex
    snapshots: SearchSnapshots
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, gallery_id: GalleryId) -> None:
        """Remove the gallery, or raise `ForbiddenError`, `NotFoundError` or `LegalHoldError`."""
        with self.unit_of_work() as work:
            work.become_writer()
            gallery = self.standing.gallery(work, actor, gallery_id, _OPERATES)
            subjects = work.references.subject_count(gallery.id)
            require_no_hold(work, gallery.id, self.standing.clock())
            manifest = manifest_fields(work.manifests.get(gallery.id), EMPTY)
            self.snapshots.drop(gallery.id)
            work.galleries.remove(gallery.id)
            fields: dict[str, JsonValue] = {
                "gallery": gallery.id,
                "subjects": subjects,
                "actor": actor.id,
                "manifest": manifest,
            }
            work.ledger.append(Entry(EventType.GALLERY_DELETED, self.standing.clock(), fields))
            work.commit()
        self.index.forget(gallery_id)
