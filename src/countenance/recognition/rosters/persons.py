"""Persons of rosters: subjects under the names that another service's clients give them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.errors import InvalidInputError, LimitReachedError, NotFoundError
from countenance.recognition.erasure.erasing import Erase, Order
from countenance.recognition.erasure.model import Cause
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.rosters.lifecycle import RosterName, Said, covered_roster
from countenance.recognition.rosters.model import Person, PersonId, Roster, RosterFace, RosterKind
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor

MOST_PERSONS: Final = {
    RosterKind.PERSON_GROUP: 10_000,
    RosterKind.LARGE_PERSON_GROUP: 1_000_000,
    RosterKind.DIRECTORY: 20_000_000,
}
"""Persons of one roster, by kind; the lease's own limit is asked at every enrolment."""

SUBJECT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}")
"""What a subject's id may be, as everywhere."""


@dataclass(frozen=True, slots=True)
class RosterPersons:
    """Make, show, change and remove persons: no face is looked at for it."""

    standing: Standing
    erase: Erase
    unit_of_work: Callable[[], UnitOfWork]

    def create(self, actor: Actor, name: RosterName, said: Said) -> Person:
        """Make a person of the subject that is named.

        Raises `NotFoundError`, `InvalidInputError` where no subject is named,
        `AlreadyExistsError` where the subject is a person of the roster, or `LimitReachedError`.
        """
        subject_id = subject_of(said)
        with self.unit_of_work() as work:
            work.become_writer()
            roster = covered_roster(self.standing, work, actor, name)
            if work.roster_persons.count(roster.gallery_id) >= MOST_PERSONS[roster.kind]:
                raise LimitReachedError(f"`{name.id}` has {MOST_PERSONS[roster.kind]} persons already")
            person = _person(roster.gallery_id, subject_id, said)
            work.roster_persons.add(person)
            work.commit()
        return person

    def one(
        self, actor: Actor, name: RosterName, person_id: PersonId
    ) -> tuple[Person, tuple[RosterFace, ...]]:
        """Return a person with the faces it has, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            roster = covered_roster(self.standing, work, actor, name)
            person = person_of(work, roster, person_id)
            return person, work.roster_faces.of_subject(roster.gallery_id, person.subject_id)

    def page(
        self, actor: Actor, name: RosterName, *, after: PersonId | None, limit: int
    ) -> tuple[tuple[Person, tuple[RosterFace, ...]], ...]:
        """Return a page of persons with their faces, ordered by id, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            roster = covered_roster(self.standing, work, actor, name)
            found = work.roster_persons.page(roster.gallery_id, after=after, limit=limit)
            return tuple(
                (one, work.roster_faces.of_subject(roster.gallery_id, one.subject_id)) for one in found
            )

    def change(self, actor: Actor, name: RosterName, person_id: PersonId, said: Said) -> None:
        """Change name, user data or both, but never the subject; raises `NotFoundError`."""
        with self.unit_of_work() as work:
            roster = covered_roster(self.standing, work, actor, name)
            person = person_of(work, roster, person_id)
            changed = replace(
                person,
                name=said.name if said.name is not None else person.name,
                user_data=said.user_data if said.user_data is not None else person.user_data,
            )
            work.roster_persons.put(changed)
            work.commit()

    def delete(self, actor: Actor, name: RosterName, person_id: PersonId) -> None:
        """Remove a person, every reference and the key of the subject; the consent stays on record.

        Raises `NotFoundError`.
        """
        with self.unit_of_work() as work:
            roster = covered_roster(self.standing, work, actor, name)
            person = person_of(work, roster, person_id)
            gallery = work.galleries.get(roster.gallery_id)
            if gallery is None:
                raise NotFoundError(f"no roster `{name.id}`")
            order = Order(
                gallery=gallery, subject_id=person.subject_id, cause=Cause.OPERATOR, actor_id=actor.id
            )
            begun = self.erase.begin(work, order)
            work.commit()
        self.erase.finish(begun)

    def of_subjects(
        self, actor: Actor, name: RosterName, subjects: Sequence[SubjectId]
    ) -> dict[SubjectId, PersonId]:
        """Return which persons subjects are; one that was enrolled another way in is made one.

        Whoever was erased meanwhile is left out.
        """
        with self.unit_of_work() as work:
            roster = covered_roster(self.standing, work, actor, name)
            known = {one: work.roster_persons.of_subject(roster.gallery_id, one) for one in subjects}
        found = {subject_id: person.id for subject_id, person in known.items() if person is not None}
        if len(found) == len(known):
            return found
        with self.unit_of_work() as work:
            work.become_writer()  # two searches at once make the same person once
            for subject_id in known.keys() - found.keys():
                person = work.roster_persons.of_subject(roster.gallery_id, subject_id)
                enrolled = work.references.commitment(roster.gallery_id, subject_id) is not None
                if person is None and enrolled:
                    said = Said(name=str(subject_id), user_data=None)
                    person = _person(roster.gallery_id, subject_id, said)
                    work.roster_persons.add(person)
                if person is not None:
                    found[subject_id] = person.id
            work.commit()
        return found

    def subjects(self, actor: Actor, name: RosterName, persons: Iterable[PersonId]) -> frozenset[SubjectId]:
        """Return which subjects persons are; raises `NotFoundError` for one that is not there."""
        with self.unit_of_work() as work:
            roster = covered_roster(self.standing, work, actor, name)
            return frozenset(person_of(work, roster, one).subject_id for one in persons)


def subject_of(said: Said) -> SubjectId:
    """Return the subject that a new person is: the user data if it has the form of an id, else the name.

    Raises `InvalidInputError` where neither has.
    """
    for text in (said.user_data, said.name):
        if text is not None and SUBJECT.fullmatch(text):
            return SubjectId(text)
    raise InvalidInputError(
        "neither 'userData' nor 'name' has the form of a subject's id, under which consent is on record: "
        "1 to 128 letters, digits and `._:~-`"
    )


def person_of(work: UnitOfWork, roster: Roster, person_id: PersonId) -> Person:
    """Return the person of a roster, or raise `NotFoundError`."""
    person = work.roster_persons.get(roster.gallery_id, person_id)
    if person is None:
        raise NotFoundError(f"no person `{person_id}`")
    return person


def _person(gallery_id: GalleryId, subject_id: SubjectId, said: Said) -> Person:
    return Person(
        gallery_id=gallery_id,
        id=PersonId(str(uuid.uuid4())),
        subject_id=subject_id,
        name=said.name or str(subject_id),
        user_data=said.user_data,
    )
