"""What acts on collections promise, whichever protocol they were asked in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from countenance.biometrics.model import ComparisonScore, GalleryId, ReferenceId, SubjectId
from countenance.errors import (
    AlreadyExistsError,
    ForbiddenError,
    InvalidInputError,
    LimitReachedError,
    NotFoundError,
    RefusedError,
)
from countenance.policy.model import Purpose
from countenance.recognition.acts.identification import Search
from countenance.recognition.acts.stored_probes import Listing
from countenance.recognition.collections.model import Binding
from countenance.recognition.collections.users import NotAssociated
from countenance.recognition.loose_faces.group_comparison import GroupComparison
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.evaluation import LOCAL
from countenance.vetting.model import LeaseId
from fakes_engine import BLURRED, NO_FACE, photograph
from world import ARCHIVE, BANK, DOORS, MUSEUM, START, World

DAVE, ERIN = SubjectId("dave"), SubjectId("erin")


@pytest.fixture
def museum(world: World) -> World:
    world.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave", "erin")
    return world


def references(world: World, subject: str) -> list[ReferenceId]:
    with world.unit_of_work() as work:
        return [one.id for one in work.references.of_subject(ARCHIVE, SubjectId(subject))]


def binding(name: str, gallery: str = "archive", purpose: Purpose | None = None) -> Binding:
    return Binding(
        lease_id=LeaseId("museum"),
        collection_id=name,
        gallery_id=GalleryId(gallery),
        purpose=purpose,
        scraped=True,
    )


def test_a_collection_is_the_gallery_of_its_own_name_unless_it_is_bound(world: World) -> None:
    world.acts.bind_collections(LOCAL_ADMINISTRATOR, LeaseId("museum"), [binding("Old.Name")])
    made = world.acts.collections.create(MUSEUM, "Old.Name", {"a": "b"})
    assert (made.id, made.purpose, made.scraped) == (ARCHIVE, Purpose.MEDIA_ARCHIVE, True)
    assert world.acts.collections.one(MUSEUM, "archive").gallery == made
    assert [view.collection_id for view in world.acts.collections.all(MUSEUM)] == ["Old.Name"]
    assert world.acts.collections.tags(MUSEUM, "archive") == {"a": "b"}
    with pytest.raises(AlreadyExistsError):
        world.acts.collections.create(MUSEUM, "archive", {})
    assert "collection:bound" in world.types()


@pytest.mark.parametrize(
    "bad", [binding("a", "doors"), binding("a", purpose=Purpose.ACCESS_CONTROL)], ids=["gallery", "purpose"]
)
def test_a_binding_gives_nothing_that_the_lease_does_not(world: World, bad: Binding) -> None:
    with pytest.raises(InvalidInputError):
        world.acts.bind_collections(LOCAL_ADMINISTRATOR, LeaseId("museum"), [binding("good"), bad])
    assert world.acts.bind_collections.of_lease(LOCAL_ADMINISTRATOR, LeaseId("museum")) == ()


def test_only_administrators_bind(world: World) -> None:
    with pytest.raises(ForbiddenError):
        world.acts.bind_collections(MUSEUM, LeaseId("museum"), [binding("a")])
    with pytest.raises(NotFoundError):
        world.acts.bind_collections(LOCAL_ADMINISTRATOR, LeaseId("none"), [])


def test_indexing_without_consent_or_without_a_name_looks_at_nothing(museum: World) -> None:
    before = len(museum.engine.seen)
    for subject in (SubjectId("frank"), None):
        with pytest.raises(RefusedError):
            museum.acts.index(MUSEUM, ARCHIVE, subject, photograph("frank"))
        assert museum.types()[-1] == "enrolment:refused"
    assert len(museum.engine.seen) == before


def test_indexing_keeps_one_face_and_tells_of_the_others(museum: World) -> None:
    both = photograph("dave", 2) + b"+" + photograph("mallory")
    result = museum.acts.index(MUSEUM, ARCHIVE, DAVE, both)
    assert (len(result.enrolled), len(result.passed_over)) == (1, 1)
    ((reference_id, record, _),) = result.enrolled
    with museum.unit_of_work() as work:
        face = work.faces.get(ARCHIVE, reference_id)
    assert face is not None
    assert face.record == record
    assert record.box.left == pytest.approx(10 / 640)
    again = museum.acts.index(MUSEUM, ARCHIVE, DAVE, both)
    assert again.enrolled[0][:2] == (reference_id, record)


@pytest.mark.parametrize(("image", "passed_over"), [(BLURRED, 1), (NO_FACE, 0)])
def test_an_image_that_cannot_be_indexed_is_a_result_and_a_failure_on_the_record(
    museum: World, image: bytes, passed_over: int
) -> None:
    result = museum.acts.index(MUSEUM, ARCHIVE, DAVE, image)
    assert (result.enrolled, len(result.passed_over)) == ((), passed_over)
    assert museum.types()[-1] == "enrolment:failed"


def test_a_removed_reference_is_found_no_more_and_its_removal_is_on_the_record(museum: World) -> None:
    search = Search(gallery_id=ARCHIVE, probe=photograph("dave", 9))
    assert museum.acts.identify(MUSEUM, search).outcome == "match"
    (dave,) = references(museum, "dave")
    missing = ReferenceId("ref_" + "0" * 32)
    removal = museum.acts.remove_references(MUSEUM, ARCHIVE, [dave, missing, dave])
    assert (removal.removed, removal.missing, removal.kept) == ((dave,), (missing,), ())
    assert museum.types()[-1] == "references:removed"
    assert museum.acts.identify(MUSEUM, search).outcome == "no_match"
    with pytest.raises(NotFoundError):
        museum.acts.remove_references(BANK, ARCHIVE, references(museum, "erin"))


def test_a_search_with_a_reference_passes_over_itself(museum: World) -> None:
    museum.enrol(MUSEUM, ARCHIVE, DAVE, 2)
    first, second = references(museum, "dave")
    search = Search(gallery_id=ARCHIVE, probe=(first,), listing=Listing.REFERENCES)
    result = museum.acts.identify(MUSEUM, search)
    assert [one.face.reference_id for one in result.faces] == [second]
    assert result.seen is None
    with pytest.raises(NotFoundError):
        museum.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=(ReferenceId("ref_x"),)))
    with pytest.raises(InvalidInputError):
        museum.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=()))


def test_a_reference_whose_consent_has_ended_is_not_searched_with(world: World) -> None:
    world.acts.create_gallery(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, scraped=False)
    world.agree(MUSEUM, ARCHIVE, DAVE, until=START + timedelta(days=1))
    world.enrol(MUSEUM, ARCHIVE, DAVE)
    (dave,) = references(world, "dave")
    world.clock.advance(timedelta(days=2))
    with pytest.raises(NotFoundError):
        world.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=(dave,)))


def test_a_search_can_ask_for_more_than_the_lease_and_never_for_less(museum: World) -> None:
    def outcome(at_least: float) -> str:
        search = Search(gallery_id=ARCHIVE, probe=photograph("dave", 9), at_least=ComparisonScore(at_least))
        return museum.acts.identify(MUSEUM, search).outcome

    assert (outcome(0.99999), outcome(0.6)) == ("no_match", "match")
    stranger = Search(gallery_id=ARCHIVE, probe=photograph("mallory"), at_least=ComparisonScore(-1.0))
    assert museum.acts.identify(MUSEUM, stranger).outcome == "no_match"


def test_faces_that_look_alike_go_under_one_user_and_others_do_not(museum: World) -> None:
    museum.enrol(MUSEUM, ARCHIVE, DAVE, 2)
    first, second = references(museum, "dave")
    (erin,) = references(museum, "erin")
    museum.acts.users.create(MUSEUM, ARCHIVE, "u1")
    least = ComparisonScore(0.5)
    result = museum.acts.associate(MUSEUM, (ARCHIVE, "u1"), [first, second, erin], at_least=least)
    assert (result.changed, result.faces) == ((first, second), 2)
    assert [(one.reference_id, one.reason) for one in result.left_out] == [(erin, NotAssociated.UNLIKE)]
    assert museum.types()[-2:] == ["enrolment:completed"] * 2
    grouped = Search(gallery_id=ARCHIVE, probe=photograph("dave", 7), listing=Listing.GROUPED)
    assert {one.face.user_id for one in museum.acts.identify(MUSEUM, grouped).faces} == {"u1"}
    museum.acts.users.create(MUSEUM, ARCHIVE, "u2")
    (taken,) = museum.acts.associate(MUSEUM, (ARCHIVE, "u2"), [first], at_least=least).left_out
    assert (taken.reason, taken.user_id) == (NotAssociated.ANOTHER_USER, "u1")
    with pytest.raises(NotFoundError):
        museum.acts.associate(MUSEUM, (ARCHIVE, "u3"), [first], at_least=least)


def test_a_face_whose_consent_has_ended_is_not_compared_for_a_user(world: World) -> None:
    world.acts.create_gallery(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, scraped=False)
    world.agree(MUSEUM, ARCHIVE, DAVE, until=START + timedelta(days=1))
    world.enrol(MUSEUM, ARCHIVE, DAVE)
    world.acts.users.create(MUSEUM, ARCHIVE, "u1")
    world.clock.advance(timedelta(days=2))
    with pytest.raises(RefusedError):
        world.acts.associate(
            MUSEUM, (ARCHIVE, "u1"), references(world, "dave"), at_least=ComparisonScore(0.5)
        )


def test_a_group_is_compared_face_by_face_the_best_first(world: World) -> None:
    world.acts.ensure_evaluation_lease()
    target = photograph("erin") + b"+" + photograph("dave", 2)
    comparison = GroupComparison(source=photograph("dave"), target=target)
    result = world.acts.compare_group(LOCAL, comparison)
    assert [one.reached for one in result.targets] == [True, False]
    assert world.types()[-1] == "verification:completed"
    with pytest.raises(RefusedError):
        world.acts.compare_group(BANK, comparison)


def test_nobody_but_the_customer_sees_a_collection(museum: World) -> None:
    museum.acts.create_gallery(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, scraped=False)
    for name in ("archive", "unknown"):
        with pytest.raises(NotFoundError):
            museum.acts.collections.one(BANK, name)
        with pytest.raises(NotFoundError):
            museum.acts.collections.faces(BANK, name, after=None, limit=1)
        with pytest.raises(NotFoundError):
            museum.acts.users.create(BANK, GalleryId(name), "u1")
    assert [view.collection_id for view in museum.acts.collections.all(BANK)] == ["doors"]


def test_tags_end_somewhere(museum: World) -> None:
    museum.acts.collections.tag(MUSEUM, "archive", {f"t{number}": "" for number in range(200)})
    with pytest.raises(LimitReachedError):
        museum.acts.collections.tag(MUSEUM, "archive", {"more": ""})
    museum.acts.collections.untag(MUSEUM, "archive", ["t0"])
    museum.acts.collections.tag(MUSEUM, "archive", {"more": ""})
