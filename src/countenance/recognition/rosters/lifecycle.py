"""Rosters: galleries made, changed, made ready and deleted under the names of another service's protocol."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from countenance.biometrics.model import GalleryId
from countenance.errors import CountenanceError, InvalidInputError, LimitReachedError, NotFoundError
from countenance.policy.model import Purpose
from countenance.recognition.acts.galleries import CreateGallery, DeleteGallery
from countenance.recognition.collections.bindings import gallery_behind
from countenance.recognition.collections.model import Binding
from countenance.recognition.model import Gallery
from countenance.recognition.ports import SearchIndex, UnitOfWork
from countenance.recognition.rosters.model import Roster, RosterKind, Training, TrainingStatus
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

MOST_FACE_LISTS: Final = 64
DIRECTORY_ID: Final = RosterKind.DIRECTORY.value
"""The one directory of a lease has no name of its own; its gallery is bound to, or called, `persons`."""

_OPERATES = frozenset({Role.OPERATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterName:
    """What a client calls a roster."""

    kind: RosterKind
    id: str

    @property
    def qualified(self) -> str:
        """Return the name under which a roster is bound where another kind has the same id."""
        return f"{self.kind.value}.{self.id}"


DIRECTORY: Final = RosterName(kind=RosterKind.DIRECTORY, id=DIRECTORY_ID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a client says of a roster, a person or a group; None where it says nothing."""

    name: str | None
    user_data: str | None


@dataclass(frozen=True, slots=True)
class Rosters:
    """Make, show, change, prepare and delete rosters, with the standing that galleries need."""

    standing: Standing
    create_gallery: CreateGallery
    delete_gallery: DeleteGallery
    index: SearchIndex
    unit_of_work: Callable[[], UnitOfWork]

    def create(self, actor: Actor, name: RosterName, said: Said, label: str) -> Roster:
        """Make the gallery that the name stands for, and the roster, at once.

        Raises `ForbiddenError`, `NotFoundError` where the lease does not name the gallery,
        `AlreadyExistsError`, `LimitReachedError`, or `InvalidInputError` where nobody said what it is for.
        """
        gallery_id, purpose, scraped = self._intended(actor, name)
        full = name.kind is RosterKind.FACE_LIST and len(self.all(actor, name.kind)) >= MOST_FACE_LISTS
        if full:
            raise LimitReachedError(f"a lease has at most {MOST_FACE_LISTS} face lists")
        roster = Roster(
            gallery_id=gallery_id,
            kind=name.kind,
            id=name.id,
            name=said.name or name.id,
            user_data=said.user_data,
            label=label,
        )
        self.create_gallery(
            actor,
            gallery_id,
            purpose,
            scraped=scraped,
            also=lambda work, _: work.rosters.add(roster),
        )
        return roster

    def _intended(self, actor: Actor, name: RosterName) -> tuple[GalleryId, Purpose, bool]:
        """Return which gallery a name stands for, what for, and whether its images are scraped."""
        with self.unit_of_work() as work:
            lease = self.standing.lease(work, actor, _OPERATES)
            binding = binding_of(work, actor, name)
            gallery_id = roster_gallery(work, actor, name)
        purposes = sorted(lease.terms.purposes)
        purpose = binding.purpose if binding is not None else None
        if purpose is None and len(purposes) != 1:
            raise InvalidInputError(f"the lease has several purposes: bind `{name.id}` to one of them")
        return gallery_id, purpose or purposes[0], binding is not None and binding.scraped

    def one(self, actor: Actor, name: RosterName) -> Roster:
        """Return a roster, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            return covered_roster(self.standing, work, actor, name)

    def all(self, actor: Actor, kind: RosterKind) -> tuple[Roster, ...]:
        """Return the rosters of a kind that the lease covers, ordered by id."""
        with self.unit_of_work() as work:
            lease = self.standing.lease(work, actor, _OPERATES)
            galleries = work.galleries.of_customer(lease.customer_id)
            found = [work.rosters.get(one.id) for one in galleries if one.id in lease.terms.galleries]
        mine = [one for one in found if one is not None and one.kind is kind]
        return tuple(sorted(mine, key=lambda one: one.id))

    def change(self, actor: Actor, name: RosterName, said: Said) -> Roster:
        """Change name, user data or both; raises `NotFoundError`."""
        with self.unit_of_work() as work:
            roster = covered_roster(self.standing, work, actor, name)
            changed = replace(
                roster,
                name=said.name if said.name is not None else roster.name,
                user_data=said.user_data if said.user_data is not None else roster.user_data,
            )
            work.rosters.put(changed)
            work.commit()
        return changed

    def delete(self, actor: Actor, name: RosterName) -> None:
        """Remove the gallery with all that is in it; a binding stays. Raises `NotFoundError`."""
        self.delete_gallery(actor, self.one(actor, name).gallery_id)

    def is_empty(self, actor: Actor, name: RosterName) -> bool:
        """Tell whether a roster has no face; raises `NotFoundError`."""
        with self.unit_of_work() as work:
            roster = covered_roster(self.standing, work, actor, name)
            return work.faces.count(roster.gallery_id) == 0

    def train(self, actor: Actor, name: RosterName) -> Roster:
        """Bring the roster's gallery into memory, so that the first search need not.

        Nothing is learned from anybody's face: a search finds whoever is enrolled when it is
        made, trained since or not. Raises `NotFoundError`; what goes wrong otherwise is kept
        as the training's end, and raised.
        """
        with self.unit_of_work() as work:
            roster = covered_roster(self.standing, work, actor, name)
        asked = self.standing.clock()
        try:
            self._catch_up(roster.gallery_id)
        except CountenanceError as error:
            self._ended(actor, name, (TrainingStatus.FAILED, error.code), asked)
            raise
        return self._ended(actor, name, (TrainingStatus.SUCCEEDED, None), asked)

    def _catch_up(self, gallery_id: GalleryId) -> None:
        with self.unit_of_work() as work:
            changes = work.references.changes(gallery_id, after=self.index.position(gallery_id))
            self.index.apply(gallery_id, changes)

    def _ended(
        self, actor: Actor, name: RosterName, end: tuple[TrainingStatus, str | None], asked: datetime
    ) -> Roster:
        status, message = end
        now = self.standing.clock()
        with self.unit_of_work() as work:
            roster = covered_roster(self.standing, work, actor, name)
            before = roster.training.succeeded if roster.training is not None else None
            succeeded = now if status is TrainingStatus.SUCCEEDED else before
            trained = replace(roster, training=Training(status, asked, now, succeeded, message))
            work.rosters.put(trained)
            work.commit()
        return trained


def binding_of(work: UnitOfWork, actor: Actor, name: RosterName) -> Binding | None:
    """Return the binding of a roster: of its qualified name, else of its id."""
    if actor.lease_id is None:
        return None
    collections = work.collections
    return collections.binding(actor.lease_id, name.qualified) or collections.binding(actor.lease_id, name.id)


def roster_gallery(work: UnitOfWork, actor: Actor, name: RosterName) -> GalleryId:
    """Return the gallery that a roster's name stands for, whether it is there or not."""
    binding = binding_of(work, actor, name)
    return binding.gallery_id if binding is not None else gallery_behind(work, actor, name.id)


def covered_roster(standing: Standing, work: UnitOfWork, actor: Actor, name: RosterName) -> Roster:
    """Return the roster if the actor's lease covers its gallery, or raise `NotFoundError`.

    One that is of another kind, or that was made under another name, is not there either.
    """
    gallery: Gallery = standing.gallery(work, actor, roster_gallery(work, actor, name), _OPERATES)
    roster = work.rosters.get(gallery.id)
    if roster is None or roster.kind is not name.kind or roster.id != name.id:
        raise NotFoundError(f"no gallery `{name.id}`")
    return roster
