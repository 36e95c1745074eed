from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from contract import examples
from contract.examples import HOUR, NOON
from countenance.biometrics.faces import QualityReason
from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.recognition.loose_faces.model import LooseFace, LooseFaceId
from countenance.recognition.rosters.model import (
    DynamicGroup,
    Person,
    PersonId,
    Roster,
    RosterFace,
    RosterKind,
    Training,
    TrainingStatus,
)
from countenance.storage import unit_of_work_factory
from countenance.storage.rotation import rotate_master_key
from countenance.storage.secrecy import Keyring
from countenance.vetting.model import CustomerId, LeaseId
from storing import KEYRING, SIGNER, Place

CLIENTS = GalleryId("clients")
LEASE = LeaseId("lease")
OTHER = LeaseId("other")
ROSTER = Roster(
    gallery_id=CLIENTS,
    kind=RosterKind.LARGE_PERSON_GROUP,
    id="clients",
    name="Our clients",
    user_data='{"team": "é"}',
    label="recognition_04",
)
DAVE = Person(
    gallery_id=CLIENTS, id=PersonId("p1"), subject_id=SubjectId("dave"), name="Dävid", user_data="note"
)
ERIN = Person(
    gallery_id=CLIENTS, id=PersonId("p2"), subject_id=SubjectId("erin"), name="Erin", user_data=None
)
NIGHT = DynamicGroup(gallery_id=CLIENTS, id="night", name="Night shift", user_data=None)


def loose(name: str, *, lease: LeaseId = LEASE, hours: int = 1) -> LooseFace:
    return LooseFace(
        id=LooseFaceId(name),
        lease_id=lease,
        photograph="first",
        template=examples.template(len(name)),
        reasons=(QualityReason.BLURRED, QualityReason.TOO_SMALL),
        label="recognition_01",
        issued=NOON,
        expires=NOON + hours * HOUR,
    )


def furnish(place: Place, *faces: tuple[str, str]) -> None:
    """A gallery with a roster, references of subjects, and two persons."""
    with place.unit() as work:
        work.galleries.add(examples.gallery())
        work.rosters.add(ROSTER)
        for name, subject in faces:
            work.references.add(examples.reference(name, subject))
        work.roster_persons.add(DAVE)
        work.roster_persons.add(ERIN)
        work.commit()


def test_a_loose_face_comes_back_as_it_was_stored_and_to_its_lease_alone(place: Place) -> None:
    face = loose("face")
    with place.unit() as work:
        work.loose_faces.add(face)
        with pytest.raises(AlreadyExistsError):
            work.loose_faces.add(loose("face", lease=OTHER))
        work.commit()
    with place.unit() as work:
        found = work.loose_faces.get(LEASE, face.id, at=NOON)
        assert found is not None
        assert np.array_equal(found.template.vector, face.template.vector)
        assert replace(found, template=face.template) == face
        assert work.loose_faces.get(OTHER, face.id, at=NOON) is None
        assert work.loose_faces.get(LEASE, LooseFaceId("none"), at=NOON) is None


def test_a_loose_face_is_gone_at_the_moment_it_expires(place: Place) -> None:
    with place.unit() as work:
        work.loose_faces.add(loose("face"))
        work.commit()
    last = NOON + HOUR - timedelta(microseconds=1)
    with place.unit() as work:
        assert work.loose_faces.get(LEASE, LooseFaceId("face"), at=last) is not None
        assert work.loose_faces.get(LEASE, LooseFaceId("face"), at=NOON + HOUR) is None


def test_expired_faces_are_destroyed_oldest_first_and_the_others_stay(place: Place) -> None:
    with place.unit() as work:
        for name, hours in (("three", 3), ("one", 1), ("two", 2), ("later", 9)):
            work.loose_faces.add(loose(name, hours=hours))
        work.commit()
    with place.unit() as work:
        assert work.loose_faces.destroy_expired(NOON + 3 * HOUR, limit=2) == ("one", "two")
        assert work.loose_faces.destroy_expired(NOON + 3 * HOUR, limit=2) == ("three",)
        assert work.loose_faces.destroy_expired(NOON + 3 * HOUR, limit=2) == ()
        work.commit()
    with place.unit() as work:
        assert work.loose_faces.get(LEASE, LooseFaceId("one"), at=NOON) is None
        assert work.loose_faces.get(LEASE, LooseFaceId("later"), at=NOON) is not None


def test_faces_are_counted_by_lease(place: Place) -> None:
    with place.unit() as work:
        for name, lease in (("a", LEASE), ("bb", LEASE), ("ccc", OTHER)):
            work.loose_faces.add(loose(name, lease=lease))
        work.commit()
        counts = [work.loose_faces.count(name) for name in (LEASE, OTHER, LeaseId("none"))]
    assert counts == [2, 1, 0]


def test_the_faces_of_a_customer_are_those_under_all_of_its_leases(place: Place) -> None:
    with place.unit() as work:
        for lease, customer in ((LEASE, "bank"), (OTHER, "museum")):
            work.leases.put(replace(examples.lease(lease), customer_id=CustomerId(customer)))
        for name, lease in (("b", LEASE), ("a", LEASE), ("c", OTHER)):
            work.loose_faces.add(loose(name, lease=lease))
        work.commit()
    with place.unit() as work:
        found = list(work.loose_faces.of_customer(CustomerId("bank")))
        assert [face.id for face in found] == ["a", "b"]
        assert np.array_equal(found[0].template.vector, loose("a").template.vector)
        assert list(work.loose_faces.of_customer(CustomerId("nobody"))) == []


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_destroyed_face_is_in_no_file_anymore(place: Place) -> None:
    """Neither ciphertext nor wrapped key: whoever steals disk and master key later finds nothing."""
    assert place.database is not None
    with place.unit() as work:
        for name in ("gone", "stays"):
            work.loose_faces.add(loose(name, hours=1 if name == "gone" else 9))
        work.commit()
    statement = text(
        "SELECT f.id, f.sealed, k.wrapped FROM loose_faces f JOIN subject_keys k ON k.id = f.key_id"
    )
    with place.database.engine.connect() as connection:
        secrets = {
            name: (bytes(sealed), bytes(wrapped)) for name, sealed, wrapped in connection.execute(statement)
        }
    with place.unit() as work:
        work.loose_faces.destroy_expired(NOON + HOUR, limit=9)
        work.commit()
    path = Path(place.database.engine.url.database or "")
    files = [path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")]
    content = b"\n".join(file.read_bytes() for file in files if file.exists())
    assert [secret in content for secret in secrets["gone"]] == [False, False]
    assert [secret in content for secret in secrets["stays"]] == [True, True]


def test_a_lease_destroys_its_own_loose_faces_only(place: Place) -> None:
    with place.unit() as work:
        work.loose_faces.add(loose("mine"))
        work.loose_faces.add(loose("theirs", lease=OTHER))
        work.commit()
        assert work.loose_faces.destroy(LEASE, [LooseFaceId("mine"), LooseFaceId("theirs")]) == 1
        work.commit()
        assert work.loose_faces.get(OTHER, LooseFaceId("theirs"), at=NOON) is not None


@pytest.mark.parametrize("place", ["sqlite", "postgresql"], indirect=True)
def test_the_key_of_a_destroyed_face_is_zeroed_in_place_and_its_row_used_again(place: Place) -> None:
    assert place.database is not None
    with place.unit() as work:
        work.loose_faces.add(loose("face"))
        work.commit()
        work.loose_faces.destroy(LEASE, [LooseFaceId("face")])
        work.commit()
    with place.database.engine.connect() as connection:
        ((wrapped, vacant),) = connection.execute(text("SELECT wrapped, vacant FROM subject_keys")).all()
    assert (bytes(wrapped), bool(vacant)) == (bytes(60), True)
    with place.unit() as work:
        work.loose_faces.add(loose("next"))
        work.commit()
    with place.database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM subject_keys")).scalar_one() == 1


@pytest.mark.parametrize("place", ["sqlite", "postgresql"], indirect=True)
def test_what_is_kept_is_unreadable_on_disk_and_opens_under_a_new_master_key(place: Place) -> None:
    assert place.database is not None
    furnish(place, ("r1", "dave"))
    face = loose("face")
    with place.unit() as work:
        work.loose_faces.add(face)
        work.roster_faces.note(ReferenceId("r1"), "taken at the door")
        work.commit()
    with place.database.engine.connect() as connection:
        rows = [
            bytes(sealed)
            for table in ("loose_faces", "roster_persons", "roster_notes")
            for (sealed,) in connection.execute(text(f"SELECT sealed FROM {table}"))  # noqa: S608  constants
        ]
    plain = [face.template.vector.tobytes(), "Dävid".encode(), b"taken at the door"]
    assert len(rows) == 4
    assert not [secret for secret in plain for row in rows if secret in row]
    other = Keyring(bytes(range(1, 33)))
    rotate_master_key(place.database, KEYRING, other)
    with unit_of_work_factory(place.database, other, SIGNER)() as work:
        found = work.loose_faces.get(LEASE, face.id, at=NOON)
        assert found is not None
        assert np.array_equal(found.template.vector, face.template.vector)
        assert work.roster_persons.get(CLIENTS, DAVE.id) == DAVE
        assert work.roster_faces.get(CLIENTS, ReferenceId("r1")) == RosterFace(
            ReferenceId("r1"), SubjectId("dave"), "taken at the door"
        )
    rotate_master_key(place.database, other, KEYRING)


def test_a_roster_is_one_a_gallery_is_changed_and_goes_with_it(place: Place) -> None:
    furnish(place)
    trained = Training(TrainingStatus.FAILED, NOON, NOON + HOUR, None, "storage_unavailable")
    with place.unit() as work:
        with pytest.raises(AlreadyExistsError):
            work.rosters.add(replace(ROSTER, kind=RosterKind.FACE_LIST))
        with pytest.raises(NotFoundError):
            work.rosters.put(replace(ROSTER, gallery_id=GalleryId("staff")))
        assert work.rosters.get(CLIENTS) == ROSTER
        changed = replace(ROSTER, name="Old clients", user_data=None, training=trained)
        work.rosters.put(changed)
        work.commit()
        assert work.rosters.get(CLIENTS) == changed
        work.galleries.remove(CLIENTS)
        work.commit()
        assert work.rosters.get(CLIENTS) is None
        assert work.roster_persons.count(CLIENTS) == 0


def test_persons_are_listed_changed_and_removed(place: Place) -> None:
    furnish(place)
    with place.unit() as work:
        with pytest.raises(AlreadyExistsError):
            work.roster_persons.add(replace(ERIN, id=PersonId("p3")))
        with pytest.raises(NotFoundError):
            work.roster_persons.put(replace(ERIN, id=PersonId("p3")))
        assert work.roster_persons.page(CLIENTS, after=None, limit=5) == (DAVE, ERIN)
        assert work.roster_persons.page(CLIENTS, after=DAVE.id, limit=5) == (ERIN,)
        assert work.roster_persons.of_subject(CLIENTS, SubjectId("erin")) == ERIN
        work.roster_persons.put(replace(ERIN, name="E.", user_data="moved"))
        work.commit()
        assert work.roster_persons.get(CLIENTS, ERIN.id) == replace(ERIN, name="E.", user_data="moved")
        work.roster_persons.remove(CLIENTS, ERIN.id)
        with pytest.raises(NotFoundError):
            work.roster_persons.remove(CLIENTS, ERIN.id)
        work.commit()
        assert work.roster_persons.count(CLIENTS) == 1


@pytest.mark.parametrize("faces", [(), (("r1", "dave"), ("r2", "dave"), ("r3", "erin"))])
def test_a_person_goes_with_the_subject_s_erasure_faces_or_not(
    place: Place, faces: tuple[tuple[str, str], ...]
) -> None:
    furnish(place, *faces)
    with place.unit() as work:
        work.dynamic_groups.add(NIGHT)
        work.dynamic_groups.join(NIGHT, [DAVE.id, ERIN.id])
        for name, _ in faces:
            work.roster_faces.note(ReferenceId(name), f"note of {name}")
        work.commit()
        work.references.erase(CLIENTS, SubjectId("dave"))
        work.commit()
        assert work.roster_persons.page(CLIENTS, after=None, limit=5) == (ERIN,)
        assert work.dynamic_groups.members(CLIENTS, "night", after=None, limit=5) == (ERIN.id,)
        left = work.roster_faces.page(CLIENTS, after=None, limit=5)
        assert [(one.reference_id, one.user_data) for one in left] == [("r3", "note of r3")][: len(faces)]


def test_notes_are_replaced_removed_and_paged_with_their_faces(place: Place) -> None:
    furnish(place, ("r1", "dave"), ("r2", "dave"), ("r3", "erin"))
    with place.unit() as work:
        work.roster_faces.note(ReferenceId("r1"), "old")
        work.roster_faces.note(ReferenceId("r1"), "new")
        work.roster_faces.note(ReferenceId("r2"), "gone")
        work.roster_faces.note(ReferenceId("r2"), None)
        work.commit()
        first = RosterFace(ReferenceId("r1"), SubjectId("dave"), "new")
        second = RosterFace(ReferenceId("r2"), SubjectId("dave"), None)
        assert work.roster_faces.get(CLIENTS, ReferenceId("r1")) == first
        assert work.roster_faces.get(GalleryId("staff"), ReferenceId("r1")) is None
        assert work.roster_faces.of_subject(CLIENTS, SubjectId("dave")) == (first, second)
        assert work.roster_faces.page(CLIENTS, after=ReferenceId("r1"), limit=1) == (second,)


def test_groups_choose_persons_and_say_which_subjects_they_are(place: Place) -> None:
    furnish(place)
    day = replace(NIGHT, id="day", name="Day shift", user_data="x")
    with place.unit() as work:
        for group in (NIGHT, day):
            work.dynamic_groups.add(group)
        with pytest.raises(AlreadyExistsError):
            work.dynamic_groups.add(NIGHT)
        work.dynamic_groups.join(NIGHT, [DAVE.id, ERIN.id, DAVE.id])
        work.dynamic_groups.join(day, [DAVE.id])
        work.commit()
        assert work.dynamic_groups.page(CLIENTS, after=None, limit=5) == (day, NIGHT)
        assert work.dynamic_groups.page(CLIENTS, after="day", limit=5) == (NIGHT,)
        assert work.dynamic_groups.members(CLIENTS, "night", after=None, limit=1) == (DAVE.id,)
        assert work.dynamic_groups.members(CLIENTS, "night", after=DAVE.id, limit=9) == (ERIN.id,)
        assert work.dynamic_groups.subjects(CLIENTS, "night") == {"dave", "erin"}
        assert work.dynamic_groups.groups_of(CLIENTS, DAVE.id, after=None, limit=9) == ("day", "night")
        assert work.dynamic_groups.groups_of(CLIENTS, DAVE.id, after="day", limit=9) == ("night",)
        work.dynamic_groups.leave(NIGHT, [DAVE.id, PersonId("none")])
        work.dynamic_groups.put(replace(NIGHT, name="Nights"))
        with pytest.raises(NotFoundError):
            work.dynamic_groups.put(replace(NIGHT, id="none"))
        work.commit()
        assert work.dynamic_groups.subjects(CLIENTS, "night") == {"erin"}
        work.roster_persons.remove(CLIENTS, ERIN.id)
        work.dynamic_groups.remove(CLIENTS, "day")
        with pytest.raises(NotFoundError):
            work.dynamic_groups.remove(CLIENTS, "day")
        work.commit()
        assert work.dynamic_groups.page(CLIENTS, after=None, limit=5) == (replace(NIGHT, name="Nights"),)
        assert work.dynamic_groups.subjects(CLIENTS, "night") == frozenset()
