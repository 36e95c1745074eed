"""Collections: galleries under the names that a lease's clients know them by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from countenance.biometrics.model import GalleryId, ReferenceId
from countenance.errors import InvalidInputError, LimitReachedError
from countenance.recognition.acts.galleries import CreateGallery, DeleteGallery
from countenance.recognition.collections.bindings import gallery_behind
from countenance.recognition.collections.model import EnrolledFace, User
from countenance.recognition.model import Gallery
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

MOST_TAGS = 200

_OPERATES = frozenset({Role.OPERATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionView:
    """A collection with its gallery, and how many faces and users it has."""

    collection_id: str
    gallery: Gallery
    faces: int
    users: int


@dataclass(frozen=True, slots=True)
class Collections:
    """Make, show, tag and delete collections, with the standing that galleries need."""

    standing: Standing
    create_gallery: CreateGallery
    delete_gallery: DeleteGallery
    unit_of_work: Callable[[], UnitOfWork]

    def create(self, actor: Actor, collection_id: str, tags: Mapping[str, str]) -> Gallery:
        """Make the gallery that the name stands for.

        Raises `ForbiddenError`, `NotFoundError` where the lease does not name it,
        `AlreadyExistsError`, or `InvalidInputError` where nobody said what it is for.
        """
        with self.unit_of_work() as work:
            lease = self.standing.lease(work, actor, _OPERATES)
            binding = work.collections.binding(lease.id, collection_id)
            gallery_id = gallery_behind(work, actor, collection_id)
        purposes = sorted(lease.terms.purposes)
        purpose = binding.purpose if binding is not None else None
        if purpose is None and len(purposes) != 1:
            raise InvalidInputError(f"the lease has several purposes: bind `{collection_id}` to one of them")
        gallery = self.create_gallery(
            actor, gallery_id, purpose or purposes[0], scraped=binding is not None and binding.scraped
        )
        if tags:
            self.tag(actor, collection_id, tags)
        return gallery

    def delete(self, actor: Actor, collection_id: str) -> None:
        """Remove the gallery with all that is in it; the binding stays. Raises `NotFoundError`."""
        self.delete_gallery(actor, self.gallery_id(actor, collection_id))

    def gallery_id(self, actor: Actor, collection_id: str) -> GalleryId:
        """Return the gallery that the name stands for, whether it is there or not."""
        with self.unit_of_work() as work:
            return gallery_behind(work, actor, collection_id)

    def covered(self, actor: Actor, collection_id: str) -> GalleryId:
        """Return the gallery that the name stands for, or raise `NotFoundError`; nothing is counted."""
        with self.unit_of_work() as work:
            return self._gallery(work, actor, collection_id).id

    def one(self, actor: Actor, collection_id: str) -> CollectionView:
        """Return a collection, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            return _view(work, collection_id, self._gallery(work, actor, collection_id))

    def all(self, actor: Actor) -> tuple[CollectionView, ...]:
        """Return the collections that the lease covers, ordered by name."""
        with self.unit_of_work() as work:
            lease = self.standing.lease(work, actor, _OPERATES)
            bound = {
                binding.gallery_id: binding.collection_id for binding in work.collections.bindings(lease.id)
            }
            views = [
                _view(work, bound.get(gallery.id, str(gallery.id)), gallery)
                for gallery in work.galleries.of_customer(lease.customer_id)
                if gallery.id in lease.terms.galleries
            ]
        return tuple(sorted(views, key=lambda view: view.collection_id))

    def faces(
        self,
        actor: Actor,
        collection_id: str,
        *,
        after: ReferenceId | None,
        limit: int,
        user_id: str | None = None,
    ) -> tuple[EnrolledFace, ...]:
        """Return a page of faces, ordered by id; of one user if named. Raises `NotFoundError`."""
        with self.unit_of_work() as work:
            gallery = self._gallery(work, actor, collection_id)
            return work.faces.page(gallery.id, after=after, limit=limit, user_id=user_id)

    def faces_named(
        self, actor: Actor, collection_id: str, references: Sequence[ReferenceId]
    ) -> tuple[EnrolledFace, ...]:
        """Return those of the named faces that are there, in the order of the names."""
        with self.unit_of_work() as work:
            gallery = self._gallery(work, actor, collection_id)
            found = [work.faces.get(gallery.id, name) for name in references]
        return tuple(face for face in found if face is not None)

    def users(self, actor: Actor, collection_id: str, *, after: str | None, limit: int) -> tuple[User, ...]:
        """Return a page of users, ordered by id. Raises `NotFoundError`."""
        with self.unit_of_work() as work:
            gallery = self._gallery(work, actor, collection_id)
            return work.faces.users(gallery.id, after=after, limit=limit)

    def tags(self, actor: Actor, collection_id: str) -> dict[str, str]:
        """Return the collection's tags, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            return work.collections.tags(self._gallery(work, actor, collection_id).id)

    def tag(self, actor: Actor, collection_id: str, tags: Mapping[str, str]) -> None:
        """Set tags, keeping the others; raises `NotFoundError`, or `LimitReachedError` beyond 200."""
        with self.unit_of_work() as work:
            gallery = self._gallery(work, actor, collection_id)
            if len({*work.collections.tags(gallery.id), *tags}) > MOST_TAGS:
                raise LimitReachedError(f"a collection has at most {MOST_TAGS} tags")
            work.collections.tag(gallery.id, tags)
            work.commit()

    def untag(self, actor: Actor, collection_id: str, names: Sequence[str]) -> None:
        """Remove tags, those that are there; raises `NotFoundError`."""
        with self.unit_of_work() as work:
            work.collections.untag(self._gallery(work, actor, collection_id).id, names)
            work.commit()

    def _gallery(self, work: UnitOfWork, actor: Actor, collection_id: str) -> Gallery:
        return self.standing.gallery(work, actor, gallery_behind(work, actor, collection_id), _OPERATES)


def _view(work: UnitOfWork, collection_id: str, gallery: Gallery) -> CollectionView:
    return CollectionView(
        collection_id=collection_id,
        gallery=gallery,
        faces=work.faces.count(gallery.id),
        users=work.faces.user_count(gallery.id),
    )
