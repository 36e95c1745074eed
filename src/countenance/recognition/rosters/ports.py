"""What rosters need of a place that keeps them. Durable with the unit of work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
    from countenance.recognition.rosters.model import DynamicGroup, Person, PersonId, Roster, RosterFace


class Rosters(Protocol):
    """One roster a gallery; goes with the gallery."""

    def add(self, roster: Roster) -> None:
        """Store `roster`; raises `AlreadyExistsError` where the gallery has one."""
        ...

    def put(self, roster: Roster) -> None:
        """Store `roster` in the place of the gallery's; raises `NotFoundError` without one."""
        ...

    def get(self, gallery_id: GalleryId) -> Roster | None:
        """Return the gallery's roster, or None."""
        ...


class RosterPersons(Protocol):
    """Persons of rosters: one a subject. Go with the subject's erasure and with the gallery.

    Names and user data are encrypted: they are the customer's words about people.
    """

    def add(self, person: Person) -> None:
        """Store `person`; raises `AlreadyExistsError` where the subject is a person already."""
        ...

    def put(self, person: Person) -> None:
        """Store name and user data of a person anew; raises `NotFoundError`."""
        ...

    def get(self, gallery_id: GalleryId, person_id: PersonId) -> Person | None:
        """Return the person, or None."""
        ...

    def of_subject(self, gallery_id: GalleryId, subject_id: SubjectId) -> Person | None:
        """Return the person that the subject is, or None."""
        ...

    def page(self, gallery_id: GalleryId, *, after: PersonId | None, limit: int) -> tuple[Person, ...]:
        """Return up to `limit` persons whose ids sort after `after`, ordered by id."""
        ...

    def count(self, gallery_id: GalleryId) -> int:
        """Return the number of persons."""
        ...

    def remove(self, gallery_id: GalleryId, person_id: PersonId) -> None:
        """Remove the person, from dynamic groups too; raises `NotFoundError`."""
        ...


class RosterFaces(Protocol):
    """References with the client's notes, encrypted. A note goes with its reference."""

    def note(self, reference_id: ReferenceId, user_data: str | None) -> None:
        """Store the note of a reference in the place of what was there; None removes it."""
        ...

    def get(self, gallery_id: GalleryId, reference_id: ReferenceId) -> RosterFace | None:
        """Return the face, or None if the gallery has no such reference."""
        ...

    def page(self, gallery_id: GalleryId, *, after: ReferenceId | None, limit: int) -> tuple[RosterFace, ...]:
        """Return up to `limit` faces whose ids sort after `after`, in order."""
        ...

    def of_subject(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[RosterFace, ...]:
        """Return the subject's faces, ordered by id."""
        ...


class DynamicGroups(Protocol):
    """Choices of a directory's persons; go with the gallery, members with their person."""

    def add(self, group: DynamicGroup) -> None:
        """Store `group`; raises `AlreadyExistsError`."""
        ...

    def put(self, group: DynamicGroup) -> None:
        """Store name and user data anew; raises `NotFoundError`."""
        ...

    def get(self, gallery_id: GalleryId, group_id: str) -> DynamicGroup | None:
        """Return the group, or None."""
        ...

    def page(self, gallery_id: GalleryId, *, after: str | None, limit: int) -> tuple[DynamicGroup, ...]:
        """Return up to `limit` groups whose ids sort after `after`, ordered by id."""
        ...

    def remove(self, gallery_id: GalleryId, group_id: str) -> None:
        """Remove the group, not its persons; raises `NotFoundError`."""
        ...

    def join(self, group: DynamicGroup, persons: Iterable[PersonId]) -> None:
        """Put persons of the directory into the group; those that are in it stay."""
        ...

    def leave(self, group: DynamicGroup, persons: Iterable[PersonId]) -> None:
        """Take persons out of the group, those that are in it."""
        ...

    def members(
        self, gallery_id: GalleryId, group_id: str, *, after: PersonId | None, limit: int
    ) -> tuple[PersonId, ...]:
        """Return up to `limit` members whose ids sort after `after`, ordered by id."""
        ...

    def subjects(self, gallery_id: GalleryId, group_id: str) -> frozenset[SubjectId]:
        """Return the subjects that the members are."""
        ...

    def groups_of(
        self, gallery_id: GalleryId, person_id: PersonId, *, after: str | None, limit: int
    ) -> tuple[str, ...]:
        """Return ids of the groups that the person is in, after `after`, ordered."""
        ...
