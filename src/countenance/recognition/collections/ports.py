"""What collections need of a place that keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from countenance.biometrics.model import GalleryId, ReferenceId
    from countenance.recognition.collections.model import Binding, EnrolledFace, FaceRecord, ObjectName, User
    from countenance.vetting.model import LeaseId


class Collections(Protocol):
    """Bindings by lease and name, and tags of galleries. Durable with the unit of work."""

    def bind(self, binding: Binding) -> None:
        """Store `binding`, replacing one of the same lease and name."""
        ...

    def binding(self, lease_id: LeaseId, collection_id: str) -> Binding | None:
        """Return the binding, or None."""
        ...

    def bindings(self, lease_id: LeaseId) -> tuple[Binding, ...]:
        """Return the bindings of a lease, ordered by the collection's name."""
        ...

    def tags(self, gallery_id: GalleryId) -> dict[str, str]:
        """Return the gallery's tags, ordered by name; none for an unknown gallery."""
        ...

    def tag(self, gallery_id: GalleryId, tags: Mapping[str, str]) -> None:
        """Set tags, keeping the others; they go with the gallery."""
        ...

    def untag(self, gallery_id: GalleryId, names: Iterable[str]) -> None:
        """Remove tags by name, those that are there."""
        ...


class EnrolledFaces(Protocol):
    """References as faces of a collection, and users that some of them belong to.

    Whatever is stored here of a reference goes with it, in the same transaction. A user whose
    last face goes because its subject was erased goes too.
    """

    def describe(self, reference_id: ReferenceId, record: FaceRecord) -> None:
        """Store what is known of the reference, unless something is already."""
        ...

    def get(self, gallery_id: GalleryId, reference_id: ReferenceId) -> EnrolledFace | None:
        """Return the face, or None if the gallery has no such reference."""
        ...

    def page(
        self, gallery_id: GalleryId, *, after: ReferenceId | None, limit: int, user_id: str | None = None
    ) -> tuple[EnrolledFace, ...]:
        """Return up to `limit` faces whose ids sort after `after`, in order; of one user if named."""
        ...

    def count(self, gallery_id: GalleryId) -> int:
        """Return the number of references of the gallery."""
        ...

    def add_user(self, gallery_id: GalleryId, user_id: str) -> None:
        """Make a user without faces; raises `AlreadyExistsError`."""
        ...

    def remove_user(self, gallery_id: GalleryId, user_id: str) -> None:
        """Remove a user; the faces stay, without it. Raises `NotFoundError`."""
        ...

    def user(self, gallery_id: GalleryId, user_id: str) -> User | None:
        """Return the user, or None."""
        ...

    def users(self, gallery_id: GalleryId, *, after: str | None, limit: int) -> tuple[User, ...]:
        """Return up to `limit` users whose ids sort after `after`, ordered by id."""
        ...

    def user_count(self, gallery_id: GalleryId) -> int:
        """Return the number of users of the gallery."""
        ...

    def associate(self, face: EnrolledFace, user_id: str | None) -> None:
        """Put the face under a user of its gallery, or under none."""
        ...


class Objects(Protocol):
    """Photographs that requests name instead of sending them. Safe to call from many threads.

    Reads from the one place that the operator configured and opens no other, whatever the name
    says and whatever that place answers. Nothing is kept.
    """

    def read(self, place: ObjectName, *, limit: int) -> bytes | None:
        """Return the object's bytes, the first `limit + 1` of a larger one, or None.

        None is the answer whatever stands in the way: no such bucket, object or version, no
        access, no answer in time.
        """
        ...
