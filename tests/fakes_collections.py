"""Collections and their faces in memory, for the fake unit of work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from countenance.biometrics.model import GalleryId, ReferenceId
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.recognition.collections.model import Binding, EnrolledFace, FaceRecord, User
from countenance.vetting.model import LeaseId


@dataclass
class CollectionState:
    """What is stored beside galleries. Values are never changed in place."""

    bindings: dict[tuple[str, str], Binding] = field(default_factory=dict)
    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    records: dict[str, FaceRecord] = field(default_factory=dict)
    users: dict[tuple[str, str], None] = field(default_factory=dict)
    face_users: dict[str, str] = field(default_factory=dict)


def without_reference(state: Any, reference_id: str) -> None:  # noqa: ANN401  the fakes' state, which imports this
    state.records.pop(reference_id, None)
    state.face_users.pop(reference_id, None)


def without_gallery(state: Any, gallery_id: str) -> None:  # noqa: ANN401  as above
    state.tags = {place: value for place, value in state.tags.items() if place[0] != gallery_id}
    state.users = {place: None for place in state.users if place[0] != gallery_id}


def without_users_of(state: Any, gallery_id: str, subject_id: str) -> None:  # noqa: ANN401  as above
    owners: dict[str, set[str]] = {}
    for reference_id, user_id in state.face_users.items():
        reference = state.references[ReferenceId(reference_id)]
        if reference.gallery_id == gallery_id:
            owners.setdefault(user_id, set()).add(reference.subject_id)
    for user_id, subjects in owners.items():
        if subjects == {subject_id}:
            state.users.pop((gallery_id, user_id), None)


class FakeCollections:
    def __init__(self, unit: Any) -> None:  # noqa: ANN401  the fake unit of work, which imports this
        self.unit = unit

    def bind(self, binding: Binding) -> None:
        self.unit.write().bindings[binding.lease_id, binding.collection_id] = binding

    def binding(self, lease_id: LeaseId, collection_id: str) -> Binding | None:
        found: Binding | None = self.unit.read(lambda state: state.bindings.get((lease_id, collection_id)))
        return found

    def bindings(self, lease_id: LeaseId) -> tuple[Binding, ...]:
        def question(state: Any) -> tuple[Binding, ...]:  # noqa: ANN401  as above
            return tuple(held for place, held in sorted(state.bindings.items()) if place[0] == lease_id)

        found: tuple[Binding, ...] = self.unit.read(question)
        return found

    def tags(self, gallery_id: GalleryId) -> dict[str, str]:
        found: dict[str, str] = self.unit.read(
            lambda state: {
                name: value for (gallery, name), value in sorted(state.tags.items()) if gallery == gallery_id
            }
        )
        return found

    def tag(self, gallery_id: GalleryId, tags: Mapping[str, str]) -> None:
        for name, value in tags.items():
            self.unit.write().tags[gallery_id, name] = value

    def untag(self, gallery_id: GalleryId, names: Iterable[str]) -> None:
        for name in names:
            self.unit.write().tags.pop((gallery_id, name), None)


class FakeEnrolledFaces:
    def __init__(self, unit: Any) -> None:  # noqa: ANN401  as above
        self.unit = unit

    def describe(self, reference_id: ReferenceId, record: FaceRecord) -> None:
        self.unit.write().records.setdefault(reference_id, record)

    def get(self, gallery_id: GalleryId, reference_id: ReferenceId) -> EnrolledFace | None:
        return next((face for face in self._all(gallery_id) if face.reference_id == reference_id), None)

    def page(
        self, gallery_id: GalleryId, *, after: ReferenceId | None, limit: int, user_id: str | None = None
    ) -> tuple[EnrolledFace, ...]:
        faces = [face for face in self._all(gallery_id) if user_id is None or face.user_id == user_id]
        return tuple(face for face in faces if after is None or face.reference_id > after)[:limit]

    def count(self, gallery_id: GalleryId) -> int:
        return len(self._all(gallery_id))

    def add_user(self, gallery_id: GalleryId, user_id: str) -> None:
        users = self.unit.write().users
        if (gallery_id, user_id) in users:
            raise AlreadyExistsError(f"there is a user `{user_id}` already")
        users[gallery_id, user_id] = None

    def remove_user(self, gallery_id: GalleryId, user_id: str) -> None:
        state = self.unit.write()
        if (gallery_id, user_id) not in state.users:
            raise NotFoundError(f"there is no user `{user_id}`")
        del state.users[gallery_id, user_id]
        for face in self._all(gallery_id):
            if face.user_id == user_id:
                del state.face_users[face.reference_id]

    def user(self, gallery_id: GalleryId, user_id: str) -> User | None:
        return next((user for user in self._users(gallery_id) if user.id == user_id), None)

    def users(self, gallery_id: GalleryId, *, after: str | None, limit: int) -> tuple[User, ...]:
        return tuple(user for user in self._users(gallery_id) if after is None or user.id > after)[:limit]

    def user_count(self, gallery_id: GalleryId) -> int:
        return len(self._users(gallery_id))

    def associate(self, face: EnrolledFace, user_id: str | None) -> None:
        held = self.unit.write().face_users
        held.pop(face.reference_id, None)
        if user_id is not None:
            held[face.reference_id] = user_id

    def _users(self, gallery_id: GalleryId) -> list[User]:
        faces = self._all(gallery_id)
        names: list[str] = self.unit.read(
            lambda state: sorted(name for gallery, name in state.users if gallery == gallery_id)
        )
        return [User(name, sum(face.user_id == name for face in faces)) for name in names]

    def _all(self, gallery_id: GalleryId) -> tuple[EnrolledFace, ...]:
        def question(state: Any) -> tuple[EnrolledFace, ...]:  # noqa: ANN401  as above
            return tuple(
                EnrolledFace(
                    reference_id=reference.id,
                    gallery_id=gallery_id,
                    subject_id=reference.subject_id,
                    record=state.records.get(reference.id),
                    user_id=state.face_users.get(reference.id),
                )
                for _, reference in sorted(state.references.items())
                if reference.gallery_id == gallery_id
            )

        found: tuple[EnrolledFace, ...] = self.unit.read(question)
        return found
