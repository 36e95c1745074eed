"""Dynamic groups: choices of a directory's persons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import bindparam, delete, select

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.recognition.rosters.model import DynamicGroup, PersonId
from countenance.storage.azure_face_tables import dynamic_group_members, dynamic_groups, roster_persons
from countenance.storage.prepared import Row
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, keyed, replace_by_key

_IN: Final = dynamic_group_members.c
_GROUPS: Final = (
    select(dynamic_groups)
    .where(dynamic_groups.c.gallery_id == bindparam("gallery"))
    .order_by(dynamic_groups.c.group_id)
)
_GROUP: Final = _GROUPS.where(dynamic_groups.c.group_id == bindparam("group"))
_PAGE: Final = _GROUPS.where(dynamic_groups.c.group_id > bindparam("after")).limit(bindparam("most"))
_ADD: Final = insert_if_absent(dynamic_groups)
_PUT: Final = replace_by_key(dynamic_groups)
_REMOVE: Final = delete(dynamic_groups).where(
    dynamic_groups.c.gallery_id == bindparam("gallery"), dynamic_groups.c.group_id == bindparam("group")
)
_JOIN: Final = insert_if_absent(dynamic_group_members)
_OF_GROUP: Final = (_IN.gallery_id == bindparam("gallery"), _IN.group_id == bindparam("group"))
_LEAVE: Final = delete(dynamic_group_members).where(*_OF_GROUP, _IN.person_id == bindparam("person"))
_MEMBERS: Final = (
    select(_IN.person_id)
    .where(*_OF_GROUP, _IN.person_id > bindparam("after"))
    .order_by(_IN.person_id)
    .limit(bindparam("most"))
)
_SUBJECTS: Final = (
    select(roster_persons.c.subject_id)
    .join(
        dynamic_group_members,
        (_IN.gallery_id == roster_persons.c.gallery_id) & (_IN.person_id == roster_persons.c.person_id),
    )
    .where(*_OF_GROUP)
    .order_by(roster_persons.c.subject_id)
)
_GROUPS_OF: Final = (
    select(_IN.group_id)
    .where(
        _IN.gallery_id == bindparam("gallery"),
        _IN.person_id == bindparam("person"),
        _IN.group_id > bindparam("after"),
    )
    .order_by(_IN.group_id)
    .limit(bindparam("most"))
)


class SqlDynamicGroups:
    """Dynamic groups by directory."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, group: DynamicGroup) -> None:
        """Store `group`; raises `AlreadyExistsError`."""
        if not self._session.insert_new(_ADD, _row(group)):
            raise AlreadyExistsError(f"there is a dynamic group `{group.id}` already")

    def put(self, group: DynamicGroup) -> None:
        """Store name and user data anew; raises `NotFoundError`."""
        if not self._session.write(_PUT, keyed(_row(group), ("gallery_id", "group_id"))):
            raise NotFoundError(f"there is no dynamic group `{group.id}`")

    def get(self, gallery_id: GalleryId, group_id: str) -> DynamicGroup | None:
        """Return the group, or None."""
        rows = self._session.read(_GROUP, {"gallery": gallery_id, "group": group_id})
        return _group(rows[0]) if rows else None

    def page(self, gallery_id: GalleryId, *, after: str | None, limit: int) -> tuple[DynamicGroup, ...]:
        """Return up to `limit` groups whose ids sort after `after`, ordered by id."""
        rows = self._session.read(_PAGE, {"gallery": gallery_id, "after": after or "", "most": limit})
        return tuple(map(_group, rows))

    def remove(self, gallery_id: GalleryId, group_id: str) -> None:
        """Remove the group, not its persons; raises `NotFoundError`."""
        if not self._session.write(_REMOVE, {"gallery": gallery_id, "group": group_id}):
            raise NotFoundError(f"there is no dynamic group `{group_id}`")

    def join(self, group: DynamicGroup, persons: Iterable[PersonId]) -> None:
        """Put persons of the directory into the group; those that are in it stay."""
        for person_id in persons:
            row = {"gallery_id": group.gallery_id, "group_id": group.id, "person_id": person_id}
            self._session.insert_new(_JOIN, row)

    def leave(self, group: DynamicGroup, persons: Iterable[PersonId]) -> None:
        """Take persons out of the group, those that are in it."""
        for person_id in persons:
            place = {"gallery": group.gallery_id, "group": group.id, "person": person_id}
            self._session.write(_LEAVE, place)

    def members(
        self, gallery_id: GalleryId, group_id: str, *, after: PersonId | None, limit: int
    ) -> tuple[PersonId, ...]:
        """Return up to `limit` members whose ids sort after `after`, ordered by id."""
        place = {"gallery": gallery_id, "group": group_id, "after": after or "", "most": limit}
        return tuple(PersonId(row.person_id) for row in self._session.read(_MEMBERS, place))

    def subjects(self, gallery_id: GalleryId, group_id: str) -> frozenset[SubjectId]:
        """Return the subjects that the members are."""
        rows = self._session.read(_SUBJECTS, {"gallery": gallery_id, "group": group_id})
        return frozenset(SubjectId(row.subject_id) for row in rows)

    def groups_of(
        self, gallery_id: GalleryId, person_id: PersonId, *, after: str | None, limit: int
    ) -> tuple[str, ...]:
        """Return ids of the groups that the person is in, after `after`, ordered."""
        place = {"gallery": gallery_id, "person": person_id, "after": after or "", "most": limit}
        return tuple(row.group_id for row in self._session.read(_GROUPS_OF, place))


def _row(group: DynamicGroup) -> dict[str, object]:
    return {
        "gallery_id": group.gallery_id,
        "group_id": group.id,
        "name": group.name,
        "user_data": group.user_data,
    }


def _group(row: Row) -> DynamicGroup:
    return DynamicGroup(
        gallery_id=GalleryId(row.gallery_id), id=row.group_id, name=row.name, user_data=row.user_data
    )
