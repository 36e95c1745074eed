"""Loose faces, rosters, persons and groups in memory, for the fake unit of work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.recognition.loose_faces.model import LooseFace, LooseFaceId
from countenance.recognition.rosters.model import DynamicGroup, Person, PersonId, Roster, RosterFace
from countenance.vetting.model import CustomerId, LeaseId

Place = tuple[str, str]


@dataclass
class AzureState:
    """What is stored beside galleries. Values are never changed in place."""

    loose_faces: dict[LooseFaceId, LooseFace] = field(default_factory=dict)
    rosters: dict[str, Roster] = field(default_factory=dict)
    persons: dict[Place, Person] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    groups: dict[Place, DynamicGroup] = field(default_factory=dict)
    members: dict[tuple[str, str, str], None] = field(default_factory=dict)


def without_note(state: Any, reference_id: str) -> None:  # noqa: ANN401  the fakes' state, which imports this
    state.notes.pop(reference_id, None)


def without_roster(state: Any, gallery_id: str) -> None:  # noqa: ANN401  as above
    state.rosters.pop(gallery_id, None)
    for name in ("persons", "groups", "members"):
        kept = {place: value for place, value in getattr(state, name).items() if place[0] != gallery_id}
        setattr(state, name, kept)


def without_person_of(state: Any, gallery_id: str, subject_id: str) -> None:  # noqa: ANN401  as above
    for place, person in tuple(state.persons.items()):
        if place[0] == gallery_id and person.subject_id == subject_id:
            _remove_person(state, place)


def _remove_person(state: Any, place: Place) -> None:  # noqa: ANN401  as above
    del state.persons[place]
    state.members = {key: None for key in state.members if (key[0], key[2]) != place}


class _Repository:
    def __init__(self, unit: Any) -> None:  # noqa: ANN401  the fake unit of work, which imports this
        self.unit = unit


class FakeLooseFaces(_Repository):
    def add(self, face: LooseFace) -> None:
        held = self.unit.write().loose_faces
        if face.id in held:
            raise AlreadyExistsError("there is a loose face of this id already")
        held[face.id] = face

    def get(self, lease_id: LeaseId, face_id: LooseFaceId, *, at: datetime) -> LooseFace | None:
        found: LooseFace | None = self.unit.read(lambda state: state.loose_faces.get(face_id))
        mine = found is not None and found.lease_id == lease_id and at < found.expires
        return found if mine else None

    def of_customer(self, customer_id: CustomerId) -> tuple[LooseFace, ...]:
        found: tuple[LooseFace, ...] = self.unit.read(
            lambda state: tuple(
                face
                for _, face in sorted(state.loose_faces.items())
                if face.lease_id in state.leases and state.leases[face.lease_id].customer_id == customer_id
            )
        )
        return found

    def count(self, lease_id: LeaseId) -> int:
        found: int = self.unit.read(
            lambda state: sum(face.lease_id == lease_id for face in state.loose_faces.values())
        )
        return found

    def destroy_expired(self, at: datetime, *, limit: int) -> tuple[LooseFaceId, ...]:
        held = self.unit.write().loose_faces
        due = sorted((face.expires, face.id) for face in held.values() if face.expires <= at)[:limit]
        for _, face_id in due:
            del held[face_id]
        return tuple(face_id for _, face_id in due)

    def destroy(self, lease_id: LeaseId, face_ids: Iterable[LooseFaceId]) -> int:
        held = self.unit.write().loose_faces
        mine = [name for name in face_ids if name in held and held[name].lease_id == lease_id]
        for face_id in mine:
            del held[face_id]
        return len(mine)


class FakeRosters(_Repository):
    def add(self, roster: Roster) -> None:
        held = self.unit.write().rosters
        if roster.gallery_id in held:
            raise AlreadyExistsError(f"the gallery `{roster.gallery_id}` is a roster already")
        held[roster.gallery_id] = roster

    def put(self, roster: Roster) -> None:
        held = self.unit.write().rosters
        if roster.gallery_id not in held:
            raise NotFoundError(f"the gallery `{roster.gallery_id}` is no roster")
        held[roster.gallery_id] = roster

    def get(self, gallery_id: GalleryId) -> Roster | None:
        found: Roster | None = self.unit.read(lambda state: state.rosters.get(gallery_id))
        return found


class FakeRosterPersons(_Repository):
    def add(self, person: Person) -> None:
        if self.of_subject(person.gallery_id, person.subject_id) is not None:
            raise AlreadyExistsError(f"the subject `{person.subject_id}` is a person of this roster already")
        self.unit.write().persons[person.gallery_id, person.id] = person

    def put(self, person: Person) -> None:
        held = self.unit.write().persons
        if (person.gallery_id, person.id) not in held:
            raise NotFoundError(f"there is no person `{person.id}`")
        held[person.gallery_id, person.id] = person

    def get(self, gallery_id: GalleryId, person_id: PersonId) -> Person | None:
        found: Person | None = self.unit.read(lambda state: state.persons.get((gallery_id, person_id)))
        return found

    def of_subject(self, gallery_id: GalleryId, subject_id: SubjectId) -> Person | None:
        return next((one for one in self._all(gallery_id) if one.subject_id == subject_id), None)

    def page(self, gallery_id: GalleryId, *, after: PersonId | None, limit: int) -> tuple[Person, ...]:
        return tuple(one for one in self._all(gallery_id) if after is None or one.id > after)[:limit]

    def count(self, gallery_id: GalleryId) -> int:
        return len(self._all(gallery_id))

    def remove(self, gallery_id: GalleryId, person_id: PersonId) -> None:
        state = self.unit.write()
        if (gallery_id, person_id) not in state.persons:
            raise NotFoundError(f"there is no person `{person_id}`")
        _remove_person(state, (gallery_id, person_id))

    def _all(self, gallery_id: GalleryId) -> tuple[Person, ...]:
        def question(state: Any) -> tuple[Person, ...]:  # noqa: ANN401  as above
            return tuple(one for place, one in sorted(state.persons.items()) if place[0] == gallery_id)

        found: tuple[Person, ...] = self.unit.read(question)
        return found


class FakeRosterFaces(_Repository):
    def note(self, reference_id: ReferenceId, user_data: str | None) -> None:
        held = self.unit.write().notes
        held.pop(reference_id, None)
        if user_data is not None:
            held[reference_id] = user_data

    def get(self, gallery_id: GalleryId, reference_id: ReferenceId) -> RosterFace | None:
        return next((one for one in self._all(gallery_id) if one.reference_id == reference_id), None)

    def page(self, gallery_id: GalleryId, *, after: ReferenceId | None, limit: int) -> tuple[RosterFace, ...]:
        return tuple(one for one in self._all(gallery_id) if after is None or one.reference_id > after)[
            :limit
        ]

    def of_subject(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[RosterFace, ...]:
        return tuple(one for one in self._all(gallery_id) if one.subject_id == subject_id)

    def _all(self, gallery_id: GalleryId) -> tuple[RosterFace, ...]:
        def question(state: Any) -> tuple[RosterFace, ...]:  # noqa: ANN401  as above
            return tuple(
                RosterFace(one.id, one.subject_id, state.notes.get(one.id))
                for _, one in sorted(state.references.items())
                if one.gallery_id == gallery_id
            )

        found: tuple[RosterFace, ...] = self.unit.read(question)
        return found


class FakeDynamicGroups(_Repository):
    def add(self, group: DynamicGroup) -> None:
        held = self.unit.write().groups
        if (group.gallery_id, group.id) in held:
            raise AlreadyExistsError(f"there is a dynamic group `{group.id}` already")
        held[group.gallery_id, group.id] = group

    def put(self, group: DynamicGroup) -> None:
        held = self.unit.write().groups
        if (group.gallery_id, group.id) not in held:
            raise NotFoundError(f"there is no dynamic group `{group.id}`")
        held[group.gallery_id, group.id] = group

    def get(self, gallery_id: GalleryId, group_id: str) -> DynamicGroup | None:
        found: DynamicGroup | None = self.unit.read(lambda state: state.groups.get((gallery_id, group_id)))
        return found

    def page(self, gallery_id: GalleryId, *, after: str | None, limit: int) -> tuple[DynamicGroup, ...]:
        found: list[DynamicGroup] = self.unit.read(
            lambda state: [one for place, one in sorted(state.groups.items()) if place[0] == gallery_id]
        )
        return tuple(one for one in found if after is None or one.id > after)[:limit]

    def remove(self, gallery_id: GalleryId, group_id: str) -> None:
        state = self.unit.write()
        if (gallery_id, group_id) not in state.groups:
            raise NotFoundError(f"there is no dynamic group `{group_id}`")
        del state.groups[gallery_id, group_id]
        state.members = {key: None for key in state.members if key[:2] != (gallery_id, group_id)}

    def join(self, group: DynamicGroup, persons: Iterable[PersonId]) -> None:
        for person_id in persons:
            self.unit.write().members[group.gallery_id, group.id, person_id] = None

    def leave(self, group: DynamicGroup, persons: Iterable[PersonId]) -> None:
        for person_id in persons:
            self.unit.write().members.pop((group.gallery_id, group.id, person_id), None)

    def members(
        self, gallery_id: GalleryId, group_id: str, *, after: PersonId | None, limit: int
    ) -> tuple[PersonId, ...]:
        found: list[PersonId] = self.unit.read(
            lambda state: sorted(key[2] for key in state.members if key[:2] == (gallery_id, group_id))
        )
        return tuple(one for one in found if after is None or one > after)[:limit]

    def subjects(self, gallery_id: GalleryId, group_id: str) -> frozenset[SubjectId]:
        found: frozenset[SubjectId] = self.unit.read(
            lambda state: frozenset(
                state.persons[gallery_id, key[2]].subject_id
                for key in state.members
                if key[:2] == (gallery_id, group_id)
            )
        )
        return found

    def groups_of(
        self, gallery_id: GalleryId, person_id: PersonId, *, after: str | None, limit: int
    ) -> tuple[str, ...]:
        found: list[str] = self.unit.read(
            lambda state: sorted(
                key[1] for key in state.members if (key[0], key[2]) == (gallery_id, person_id)
            )
        )
        return tuple(one for one in found if after is None or one > after)[:limit]
