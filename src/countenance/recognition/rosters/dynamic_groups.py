"""Dynamic groups: choices of a directory's persons, made by name and searched among."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from countenance.biometrics.model import SubjectId
from countenance.errors import NotFoundError
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.rosters.lifecycle import DIRECTORY, Said, covered_roster
from countenance.recognition.rosters.model import DynamicGroup, PersonId, Roster
from countenance.recognition.rosters.persons import person_of
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Persons that join a group, and persons that leave it."""

    join: tuple[PersonId, ...] = ()
    leave: tuple[PersonId, ...] = ()


@dataclass(frozen=True, slots=True)
class DynamicGroups:
    """Make, show, change and remove groups: no face is looked at for it.

    A group covers nothing that its directory does not: to identify in it is asked for as to
    identify in the directory's gallery.
    """

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def create(self, actor: Actor, group_id: str, said: Said, members: Members) -> DynamicGroup:
        """Make a group; raises `NotFoundError` for the directory or a person, or `AlreadyExistsError`."""
        with self.unit_of_work() as work:
            directory = covered_roster(self.standing, work, actor, DIRECTORY)
            group = DynamicGroup(
                gallery_id=directory.gallery_id,
                id=group_id,
                name=said.name or group_id,
                user_data=said.user_data,
            )
            work.dynamic_groups.add(group)
            _move(work, directory, group, members)
            work.commit()
        return group

    def change(self, actor: Actor, group_id: str, said: Said, members: Members) -> None:
        """Change name, user data and members; raises `NotFoundError` for the group or a person."""
        with self.unit_of_work() as work:
            directory = covered_roster(self.standing, work, actor, DIRECTORY)
            group = _group(work, directory, group_id)
            changed = replace(
                group,
                name=said.name if said.name is not None else group.name,
                user_data=said.user_data if said.user_data is not None else group.user_data,
            )
            work.dynamic_groups.put(changed)
            _move(work, directory, changed, members)
            work.commit()

    def one(self, actor: Actor, group_id: str) -> DynamicGroup:
        """Return a group, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            return _group(work, covered_roster(self.standing, work, actor, DIRECTORY), group_id)

    def page(self, actor: Actor, *, after: str | None, limit: int) -> tuple[DynamicGroup, ...]:
        """Return a page of groups, ordered by id; raises `NotFoundError` without a directory."""
        with self.unit_of_work() as work:
            directory = covered_roster(self.standing, work, actor, DIRECTORY)
            return work.dynamic_groups.page(directory.gallery_id, after=after, limit=limit)

    def delete(self, actor: Actor, group_id: str) -> None:
        """Remove a group, not its persons; raises `NotFoundError`."""
        with self.unit_of_work() as work:
            directory = covered_roster(self.standing, work, actor, DIRECTORY)
            work.dynamic_groups.remove(directory.gallery_id, group_id)
            work.commit()

    def members(
        self, actor: Actor, group_id: str, *, after: PersonId | None, limit: int
    ) -> tuple[PersonId, ...]:
        """Return a page of members, ordered by id, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            directory = covered_roster(self.standing, work, actor, DIRECTORY)
            group = _group(work, directory, group_id)
            return work.dynamic_groups.members(group.gallery_id, group.id, after=after, limit=limit)

    def subjects(self, actor: Actor, group_id: str) -> frozenset[SubjectId]:
        """Return the subjects that the members are, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            directory = covered_roster(self.standing, work, actor, DIRECTORY)
            group = _group(work, directory, group_id)
            return work.dynamic_groups.subjects(group.gallery_id, group.id)

    def of_person(
        self, actor: Actor, person_id: PersonId, *, after: str | None, limit: int
    ) -> tuple[str, ...]:
        """Return ids of the groups that a person is in, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            directory = covered_roster(self.standing, work, actor, DIRECTORY)
            person = person_of(work, directory, person_id)
            return work.dynamic_groups.groups_of(directory.gallery_id, person.id, after=after, limit=limit)


def _move(work: UnitOfWork, directory: Roster, group: DynamicGroup, members: Members) -> None:
    for person_id in members.join:
        person_of(work, directory, person_id)
    work.dynamic_groups.join(group, members.join)
    work.dynamic_groups.leave(group, members.leave)


def _group(work: UnitOfWork, directory: Roster, group_id: str) -> DynamicGroup:
    group: DynamicGroup | None = work.dynamic_groups.get(directory.gallery_id, group_id)
    if group is None:
        raise NotFoundError(f"no group `{group_id}`")
    return group
