"""What Azure Face's protocol needs beside the acts that every way in has."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from countenance.app.parts import Parts
from countenance.recognition.acts.enrolment import Enrol
from countenance.recognition.acts.galleries import CreateGallery, DeleteGallery
from countenance.recognition.acts.removal import RemoveReferences
from countenance.recognition.asking import Ask
from countenance.recognition.collections.objects import ReadObject
from countenance.recognition.erasure.erasing import Erase
from countenance.recognition.loose_faces.comparison import CompareLooseFaces
from countenance.recognition.loose_faces.grouping import GroupLooseFaces
from countenance.recognition.loose_faces.keeping import DestroyExpired, KeepFaces
from countenance.recognition.loose_faces.search import SearchLooseFaces
from countenance.recognition.loose_faces.verification import VerifyLooseFace
from countenance.recognition.reporting import Report
from countenance.recognition.rosters.dynamic_groups import DynamicGroups
from countenance.recognition.rosters.faces import AddRosterFace, RosterFaces
from countenance.recognition.rosters.lifecycle import Rosters
from countenance.recognition.rosters.persons import RosterPersons
from countenance.recognition.standing import Standing


class AzureFaceCases:
    """Acts on faces that are kept for a while, and on the rosters that the protocol knows galleries as."""

    def __init__(
        self, parts: Parts, ask: Ask, report: Report, standing: Standing, erase: Callable[[], Erase]
    ) -> None:
        self.parts = parts
        self._erase = erase
        self._ask = ask
        self._report = report
        self._standing = standing

    @cached_property
    def read_object(self) -> ReadObject:
        """Read a photograph that a request names by its address."""
        p = self.parts
        return ReadObject(self._standing, p.objects, p.object_buckets, p.unit_of_work)

    # Faces that are kept for a while

    @cached_property
    def keep_faces(self) -> KeepFaces:
        """Find the faces of an image and keep them."""
        return KeepFaces(self._ask, self._report, self.parts.engine, self.parts.unit_of_work)

    @cached_property
    def destroy_expired(self) -> DestroyExpired:
        """Destroy the faces whose time is over."""
        return DestroyExpired(self._report, self.parts.unit_of_work)

    @cached_property
    def compare_loose(self) -> CompareLooseFaces:
        """Compare two kept faces."""
        p = self.parts
        return CompareLooseFaces(self._ask, self._report, p.engine, p.threshold_for, p.unit_of_work)

    @cached_property
    def verify_loose(self) -> VerifyLooseFace:
        """Compare a kept face with one subject."""
        p = self.parts
        return VerifyLooseFace(self._ask, self._report, p.engine, p.threshold_for, p.unit_of_work)

    @cached_property
    def search_loose(self) -> SearchLooseFaces:
        """Find the kept faces that are like one."""
        p = self.parts
        return SearchLooseFaces(self._ask, self._report, p.engine, p.threshold_for, p.unit_of_work)

    @cached_property
    def group_loose(self) -> GroupLooseFaces:
        """Group kept faces."""
        p = self.parts
        return GroupLooseFaces(self._ask, self._report, p.engine, p.threshold_for, p.unit_of_work)

    # Lists, groups and persons

    @cached_property
    def rosters(self) -> Rosters:
        """Make, show, prepare and delete lists and groups."""
        p = self.parts
        create = CreateGallery(self._standing, p.engine, p.unit_of_work)
        delete = DeleteGallery(self._standing, p.index, p.snapshots, p.unit_of_work)
        return Rosters(self._standing, create, delete, p.index, p.unit_of_work)

    @cached_property
    def persons(self) -> RosterPersons:
        """Make, show and remove persons."""
        p = self.parts
        return RosterPersons(self._standing, self._erase(), p.unit_of_work)

    @cached_property
    def add_face(self) -> AddRosterFace:
        """Enrol the face of a photograph."""
        p = self.parts
        enrol = Enrol(self._ask, self._report, p.engine, p.unit_of_work, self._ask.new_id)
        return AddRosterFace(enrol, p.unit_of_work, p.commit_to)

    @cached_property
    def faces(self) -> RosterFaces:
        """Show, note and remove faces."""
        p = self.parts
        remove = RemoveReferences(self._standing, p.index, p.snapshots, p.unit_of_work)
        return RosterFaces(self._standing, remove, p.unit_of_work)

    @cached_property
    def groups(self) -> DynamicGroups:
        """Choose persons of a directory."""
        return DynamicGroups(self._standing, self.parts.unit_of_work)
