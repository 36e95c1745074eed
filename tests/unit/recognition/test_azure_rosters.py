"""What lists, groups, persons and the directory promise at their own level."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countenance.biometrics.faces import BoundingBox
from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.errors import (
    AlreadyExistsError,
    ForbiddenError,
    InvalidInputError,
    LimitReachedError,
    ManyFacesError,
    NoFaceError,
    NotFoundError,
    RefusedError,
    StorageError,
)
from countenance.policy.model import Purpose
from countenance.recognition.collections.model import Binding
from countenance.recognition.rosters import faces as roster_faces
from countenance.recognition.rosters import lifecycle as rosters
from countenance.recognition.rosters import persons as roster_persons
from countenance.recognition.rosters.dynamic_groups import Members
from countenance.recognition.rosters.faces import Photograph, overlap
from countenance.recognition.rosters.lifecycle import DIRECTORY, RosterName, Said
from countenance.recognition.rosters.model import PersonId, RosterKind, TrainingStatus
from countenance.recognition.rosters.persons import subject_of
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import Actor, LeaseId, Role
from fakes_engine import BLURRED, MANY_FACES, NO_FACE, face_of, photograph
from world import ARCHIVE, BANK, MUSEUM, World

GROUP = RosterName(kind=RosterKind.PERSON_GROUP, id="archive")
LIST = RosterName(kind=RosterKind.FACE_LIST, id="archive")
DAVE = SubjectId("dave")
NONE = Said(name=None, user_data=None)


def said(name: str, user_data: str | None = None) -> Said:
    return Said(name=name, user_data=user_data)


def bind(world: World, name: str, gallery: str = "archive") -> None:
    binding = Binding(
        lease_id=LeaseId("museum"),
        collection_id=name,
        gallery_id=GalleryId(gallery),
        purpose=None,
        scraped=True,
    )
    world.acts.bind_collections(LOCAL_ADMINISTRATOR, LeaseId("museum"), [binding])


def photo(image: bytes, target: BoundingBox | None = None) -> Photograph:
    return Photograph(image=image, target=target, user_data=None)


@pytest.fixture
def group(world: World) -> World:
    """A person group of the museum's."""
    world.acts.azure_face.rosters.create(MUSEUM, GROUP, said("Archive"), "recognition_01")
    return world


def add(world: World, subject: str, image: bytes | None = None) -> ReferenceId:
    if image is None:
        image = photograph(subject)
    added = world.acts.azure_face.add_face(MUSEUM, ARCHIVE, SubjectId(subject), photo(image))
    return added.reference_id


def test_a_roster_is_made_with_its_gallery_at_once_or_not_at_all(world: World) -> None:
    act = world.acts.azure_face.rosters
    made = act.create(MUSEUM, GROUP, said("Archive", "notes"), "recognition_04")
    assert (made.gallery_id, made.name, made.user_data) == (ARCHIVE, "Archive", "notes")
    gallery = world.acts.read_galleries.one(MUSEUM, ARCHIVE).gallery
    assert (gallery.purpose, gallery.scraped) == (Purpose.MEDIA_ARCHIVE, False)
    assert world.types() == ["gallery:created"]
    for name in (GROUP, LIST):
        with pytest.raises(AlreadyExistsError):
            act.create(MUSEUM, name, said("Again"), "recognition_04")
    assert act.one(MUSEUM, GROUP) == made
    assert [one.id for one in act.all(MUSEUM, RosterKind.PERSON_GROUP)] == ["archive"]
    assert act.all(MUSEUM, RosterKind.FACE_LIST) == ()


def test_a_gallery_that_was_made_another_way_is_no_roster(world: World) -> None:
    world.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave")
    with pytest.raises(AlreadyExistsError):
        world.acts.azure_face.rosters.create(MUSEUM, GROUP, said("Archive"), "m")
    with pytest.raises(NotFoundError):
        world.acts.azure_face.rosters.one(MUSEUM, GROUP)


def test_what_no_lease_names_cannot_be_made_and_the_attempt_is_recorded(world: World) -> None:
    with pytest.raises(NotFoundError):
        world.acts.azure_face.rosters.create(MUSEUM, replace(GROUP, id="doors"), said("x"), "m")
    assert world.types()[-1] == "request:refused"


def test_a_name_is_its_gallerys_own_unless_it_or_its_kind_is_bound(world: World) -> None:
    act = world.acts.azure_face.rosters
    bind(world, "persongroups.visitors")
    made = act.create(MUSEUM, replace(GROUP, id="visitors"), said("Visitors"), "m")
    assert made.gallery_id == ARCHIVE
    assert world.acts.read_galleries.one(MUSEUM, ARCHIVE).gallery.scraped
    with pytest.raises(NotFoundError):  # the gallery's own name, which is that of no roster
        act.one(MUSEUM, GROUP)
    with pytest.raises(NotFoundError):  # of another kind
        act.one(MUSEUM, replace(LIST, id="visitors"))


def test_another_lease_sees_nothing_of_it(group: World) -> None:
    for act in (
        lambda: group.acts.azure_face.rosters.one(BANK, GROUP),
        lambda: group.acts.azure_face.rosters.delete(BANK, GROUP),
        lambda: group.acts.azure_face.rosters.train(BANK, GROUP),
        lambda: group.acts.azure_face.persons.create(BANK, GROUP, said("dave")),
        lambda: group.acts.azure_face.faces.page(BANK, GROUP, after=None, limit=1),
    ):
        with pytest.raises(NotFoundError, match="no gallery `archive`"):
            act()
        assert group.types()[-1] == "request:refused"
    auditor = Actor(id="key_carol", role=Role.AUDITOR, lease_id=None)
    with pytest.raises(ForbiddenError):
        group.acts.azure_face.rosters.all(auditor, RosterKind.PERSON_GROUP)


def test_the_service_s_limits_hold(group: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(roster_persons.MOST_PERSONS, RosterKind.PERSON_GROUP, 1)
    group.acts.azure_face.persons.create(MUSEUM, GROUP, said("dave"))
    with pytest.raises(LimitReachedError, match="1 persons already"):
        group.acts.azure_face.persons.create(MUSEUM, GROUP, said("erin"))
    monkeypatch.setattr(rosters, "MOST_FACE_LISTS", 0)
    with pytest.raises(LimitReachedError, match="face lists"):
        group.acts.azure_face.rosters.create(MUSEUM, LIST, said("x"), "m")


def test_a_full_list_takes_no_face_and_keeps_what_it_has(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(roster_faces.MOST_FACES, RosterKind.FACE_LIST, 1)
    world.acts.azure_face.rosters.create(MUSEUM, LIST, said("x"), "m")
    for name in ("dave", "erin"):
        world.agree(MUSEUM, ARCHIVE, SubjectId(name))
    kept = add(world, "dave")
    with pytest.raises(LimitReachedError, match="at most 1 faces"):
        add(world, "erin")
    assert world.types()[-1] == "enrolment:failed"
    faces = world.acts.azure_face.faces.page(MUSEUM, LIST, after=None, limit=9)
    assert [one.reference_id for one in faces] == [kept]


@pytest.mark.parametrize(
    ("name", "user_data", "subject"),
    [
        ("Erin Miller", "s-4711", "s-4711"),
        ("dave", None, "dave"),
        ("dave", "a long note", "dave"),
        ("dave", '{"id": 1}', "dave"),
        ("dave", "", "dave"),
        ("dave", "a" * 129, "dave"),
    ],
)
def test_a_person_is_the_subject_of_its_user_data_or_else_of_its_name(
    name: str, user_data: str | None, subject: str
) -> None:
    assert subject_of(said(name, user_data)) == subject


@pytest.mark.parametrize("name", ["Erin Miller", "-dave", "d" * 129, "dave\n"])
def test_a_person_who_is_nobody_by_an_id_cannot_be_made(name: str) -> None:
    with pytest.raises(InvalidInputError, match="form of a subject's id"):
        subject_of(said(name, "a note"))


def test_a_person_stays_who_it_is_whatever_it_is_called(group: World) -> None:
    persons = group.acts.azure_face.persons
    person = persons.create(MUSEUM, GROUP, said("dave"))
    persons.change(MUSEUM, GROUP, person.id, said("erin", "s-1"))
    found, faces = persons.one(MUSEUM, GROUP, person.id)
    assert (found.subject_id, found.name, found.user_data, faces) == ("dave", "erin", "s-1", ())
    persons.change(MUSEUM, GROUP, person.id, NONE)
    assert persons.one(MUSEUM, GROUP, person.id)[0] == found


def test_a_deleted_person_is_erased_with_its_key_and_can_be_made_anew(group: World) -> None:
    persons = group.acts.azure_face.persons
    person = persons.create(MUSEUM, GROUP, said("dave"))
    group.agree(MUSEUM, ARCHIVE, DAVE)
    add(group, "dave")
    with group.unit_of_work() as work:
        commitment = work.references.commitment(ARCHIVE, DAVE)
    assert commitment is not None
    persons.delete(MUSEUM, GROUP, person.id)
    last = group.events()[-2]
    assert (last["type"], last["references"], last["subject"]) == ("subject:erased", 1, commitment.hex())
    with group.unit_of_work() as work:
        assert work.references.commitment(ARCHIVE, DAVE) is None
    with pytest.raises(NotFoundError):
        persons.delete(MUSEUM, GROUP, person.id)
    assert persons.create(MUSEUM, GROUP, said("dave")).id != person.id
    add(group, "dave")  # the consent stays on record


def test_a_face_is_enrolled_for_whoever_agreed_and_for_nobody_else(group: World) -> None:
    with pytest.raises(RefusedError, match="Consent is missing"):
        add(group, "dave")
    assert group.engine.seen == []
    group.agree(MUSEUM, ARCHIVE, DAVE)
    first = add(group, "dave")
    assert add(group, "dave") == first
    assert group.types()[-1] == "enrolment:completed"


@pytest.mark.parametrize(("image", "error"), [(NO_FACE, NoFaceError), (MANY_FACES, ManyFacesError)])
def test_without_a_rectangle_one_face_is_needed(group: World, image: bytes, error: type[Exception]) -> None:
    group.agree(MUSEUM, ARCHIVE, DAVE)
    with pytest.raises(error):
        add(group, "dave", image)
    assert group.types()[-1] == "enrolment:failed"


def test_a_rectangle_says_which_face_is_meant_and_must_be_near_one(group: World) -> None:
    group.agree(MUSEUM, ARCHIVE, DAVE)
    box = face_of(b"").box
    near = replace(box, left=box.left + 20)
    far = replace(box, left=box.left + 90)
    act = group.acts.azure_face.add_face
    assert act(MUSEUM, ARCHIVE, DAVE, photo(photograph("dave"), near)).reference_id
    with pytest.raises(NoFaceError, match="said to be"):
        act(MUSEUM, ARCHIVE, DAVE, photo(photograph("dave", 2), far))
    with pytest.raises(NoFaceError):
        act(MUSEUM, ARCHIVE, DAVE, photo(NO_FACE, near))
    with pytest.raises(Exception, match="reliably"):
        act(MUSEUM, ARCHIVE, DAVE, photo(BLURRED, near))


def test_overlap_is_1_for_the_same_and_0_for_what_is_apart() -> None:
    face = face_of(b"")
    assert overlap(face, face.box) == pytest.approx(1.0)
    assert overlap(face, replace(face.box, top=face.box.top + face.box.height)) == 0.0
    half = replace(face.box, width=face.box.width / 2)
    assert overlap(face, half) == pytest.approx(0.5)


def test_training_loads_the_gallery_and_what_goes_wrong_is_its_end(
    group: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = group.acts.azure_face.rosters
    group.agree(MUSEUM, ARCHIVE, DAVE)
    add(group, "dave")
    assert group.index.position(ARCHIVE) == 0
    trained = act.train(MUSEUM, GROUP)
    assert group.index.position(ARCHIVE) > 0
    assert trained.training is not None
    assert trained.training.status is TrainingStatus.SUCCEEDED

    def broken(*_: object) -> None:
        raise StorageError("the disk is gone")

    monkeypatch.setattr(group.index, "apply", broken)
    with pytest.raises(StorageError):
        act.train(MUSEUM, GROUP)
    last = act.one(MUSEUM, GROUP).training
    assert last is not None
    assert (last.status, last.message) == (TrainingStatus.FAILED, "storage_unavailable")
    assert last.succeeded == trained.training.succeeded


def test_whoever_was_erased_after_a_search_becomes_no_person(group: World) -> None:
    group.agree(MUSEUM, ARCHIVE, DAVE)
    add(group, "dave")
    persons = group.acts.azure_face.persons
    (made,) = persons.of_subjects(MUSEUM, GROUP, [DAVE]).values()
    assert persons.one(MUSEUM, GROUP, made)[0].name == "dave"
    group.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    assert persons.of_subjects(MUSEUM, GROUP, [DAVE]) == {}
    assert persons.page(MUSEUM, GROUP, after=None, limit=9) == ()


def test_a_group_of_the_directory_holds_its_own_persons_only(world: World) -> None:
    bind(world, "persons")
    cases = world.acts.azure_face
    cases.rosters.create(MUSEUM, DIRECTORY, said("Directory"), "m")
    dave = cases.persons.create(MUSEUM, DIRECTORY, said("dave"))
    stranger = PersonId("00112233-4455-4677-8899-aabbccddeeff")
    with pytest.raises(NotFoundError):
        cases.groups.create(MUSEUM, "night", said("Night"), Members(join=(dave.id, stranger)))
    with pytest.raises(NotFoundError):
        cases.groups.one(MUSEUM, "night")
    cases.groups.create(MUSEUM, "night", said("Night"), Members(join=(dave.id,)))
    assert cases.groups.subjects(MUSEUM, "night") == {"dave"}
    cases.groups.change(MUSEUM, "night", NONE, Members(join=(dave.id,), leave=(dave.id,)))
    assert cases.groups.members(MUSEUM, "night", after=None, limit=9) == ()
    with pytest.raises(NotFoundError):
        cases.groups.of_person(MUSEUM, stranger, after=None, limit=9)
    with pytest.raises(NotFoundError):
        cases.groups.delete(MUSEUM, "day")
