"""What acts on kept faces promise, whichever protocol they were asked in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countenance.app import Countenance
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.errors import (
    BusyError,
    FaceGoneError,
    InvalidInputError,
    LimitReachedError,
    LowQualityError,
    NotFoundError,
    RefusedError,
)
from countenance.policy.model import Decision, Obligation, ObligationKind, Permit, Purpose, Question
from countenance.recognition.acts.appearing import salted
from countenance.recognition.acts.identification import Search
from countenance.recognition.loose_faces import keeping as face_keeping
from countenance.recognition.loose_faces.keeping import Keep
from countenance.recognition.loose_faces.model import LooseFaceId
from countenance.recognition.outcome import Outcome
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import Actor, LeaseId, Role
from countenance.vetting.seed import parse_seed
from fakes_engine import BLURRED, FAKE_PIPELINE, NO_FACE, photograph
from world import ARCHIVE, BANK, MUSEUM, World

HOUR = timedelta(hours=1)
LAB = Actor(id="key_lab", role=Role.OPERATOR, lease_id=LeaseId("lab"))
LOOKER = Actor(id="key_looker", role=Role.OPERATOR, lease_id=LeaseId("looker"))
RIVAL = Actor(id="key_rival", role=Role.OPERATOR, lease_id=LeaseId("rival"))
NOBODY = LooseFaceId("00112233-4455-4677-8899-aabbccddeeff")

_LEASE = """
[[lease]]
id = "{name}"
customer = "lab"
acts = [{acts}]
purposes = ["research_measurement"]
galleries = []
spaces = ["controlled"]
cameras = ["file"]
model_digests = ["{model}"]
fmr = 0.0001
n_max = {most}
max_candidates = 2
not_before = 2026-01-01T00:00:00Z
expires = 2027-01-01T00:00:00Z
approved_by = ["first", "second"]
"""
SEED = """
[[customer]]
id = "lab"
name = "lab"
kind = "research"
jurisdictions = ["CH"]
""" + "".join(
    _LEASE.format(name=name, acts=acts, most=most, model=FAKE_PIPELINE.model_digest)
    for name, acts, most in (
        ("lab", '"detect", "verify", "search_stored"', 4),
        ("rival", '"detect", "verify", "search_stored"', 4),
        ("looker", '"detect"', 0),
    )
)


DAVE = SubjectId("dave")
GATE_ID = GalleryId("gate")
GATES = Actor(id="key_gates", role=Role.OPERATOR, lease_id=LeaseId("gates"))
GATE = (
    _LEASE.format(name="gates", acts='"detect", "enrol", "verify"', most=9, model=FAKE_PIPELINE.model_digest)
    .replace("research_measurement", "identity_verification")
    .replace("galleries = []", 'galleries = ["gate"]\ninstruments = ["alternative_offered"]')
)
GATE = (
    GATE.replace('customer = "lab"', 'customer = "port"')
    + """
[[customer]]
id = "port"
name = "port"
kind = "private"
jurisdictions = ["CH"]
"""
)


@pytest.fixture
def lab(world: World) -> World:
    world.acts.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(SEED))
    return world


def keep(world: World, image: bytes, actor: Actor = LAB, *, lifetime: timedelta = HOUR) -> list[LooseFaceId]:
    kept = world.acts.azure_face.keep_faces(actor, Keep(image=image, lifetime=lifetime, label="m"))
    return [face_id for face_id, _ in kept.faces]


def events(world: World, count: int) -> list[str]:
    return [str(event["type"]) for event in world.events()[-count:]]


def test_faces_are_kept_with_permission_and_the_record_says_how_many_and_how_long(lab: World) -> None:
    both = keep(lab, photograph("dave") + b"+" + photograph("erin"))
    assert len(set(both)) == 2
    assert events(lab, 2) == ["detection:permitted", "detection:completed"]
    assert {name: lab.events()[-1][name] for name in ("faces", "kept", "kept_seconds")} == {
        "faces": 2,
        "kept": 2,
        "kept_seconds": 3600,
    }
    assert not [face for face in both if face in str(lab.events())]


@pytest.mark.parametrize("lifetime", [timedelta(seconds=59), timedelta(days=1, seconds=1), timedelta(0)])
def test_a_face_is_kept_for_a_minute_to_a_day(lab: World, lifetime: timedelta) -> None:
    with pytest.raises(InvalidInputError, match="60 to 86400"):
        keep(lab, photograph("dave"), lifetime=lifetime)
    assert lab.engine.seen == []


def test_a_lease_that_permits_no_comparison_gets_no_face_and_the_refusal_is_recorded(lab: World) -> None:
    with pytest.raises(RefusedError) as caught:
        keep(lab, photograph("dave"), LOOKER)
    assert "lease.act" in caught.value.reasons
    assert events(lab, 1) == ["verification:refused"]
    assert lab.engine.seen == []


def test_a_comparison_in_a_gallery_that_is_yet_to_be_made_is_reason_enough(world: World) -> None:
    assert len(keep(world, photograph("dave"), MUSEUM)) == 1
    with pytest.raises(RefusedError):  # the bank's lease covers no detection
        keep(world, photograph("dave"), BANK)
    assert events(world, 1) == ["detection:refused"]


def test_a_face_is_kept_for_nobody_without_a_lease(world: World) -> None:
    stranger = Actor(id="key_none", role=Role.OPERATOR, lease_id=None)
    with pytest.raises(RefusedError) as caught:
        keep(world, photograph("dave"), stranger)
    assert caught.value.reasons == ("lease.none",)


def test_an_image_without_a_face_keeps_none(lab: World) -> None:
    assert keep(lab, NO_FACE) == []
    assert lab.events()[-1]["kept"] == 0


def test_a_lease_keeps_only_so_many_faces(lab: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face_keeping, "MOST_KEPT", 2)
    keep(lab, photograph("dave") + b"+" + photograph("erin"))
    with pytest.raises(LimitReachedError):
        keep(lab, photograph("dave"))
    assert events(lab, 1) == ["detection:failed"]
    assert len(keep(lab, photograph("dave"), RIVAL)) == 1


@pytest.mark.parametrize(
    ("duty", "kept"),
    [
        (Obligation(ObligationKind.DELETE_PROBE), None),
        (Obligation(ObligationKind.EXPIRE_RESULT, 2), 7200),
        (Obligation(ObligationKind.EXPIRE_RESULT, 48), 86400),
    ],
)
def test_a_permits_duties_say_whether_and_how_long_a_face_is_kept(duty: Obligation, kept: int | None) -> None:
    world = World()
    decide = world.decide

    def obliged(question: Question) -> Decision:
        decision = decide(question)
        return replace(decision, obligations=(duty,)) if isinstance(decision, Permit) else decision

    world.decide = obliged
    world.acts = Countenance(world)
    world.acts.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(SEED))
    if kept is None:
        with pytest.raises(RefusedError, match="deleted at once"):
            keep(world, photograph("dave"), lifetime=timedelta(days=1))
        assert events(world, 2) == ["detection:permitted", "detection:failed"]
    else:
        keep(world, photograph("dave"), lifetime=timedelta(days=1))
        assert world.events()[-1]["kept_seconds"] == kept
    world.check_ledger()


def test_where_much_hangs_on_the_answer_no_score_is_told(lab: World) -> None:
    seed = SEED.replace("research_measurement", "missing_persons").replace(
        'kind = "research"', 'kind = "ngo"'
    )
    lab.acts.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(seed))
    (first,), (second,) = keep(lab, photograph("dave")), keep(lab, photograph("dave", 2))
    result = lab.acts.azure_face.compare_loose(LAB, first, second)
    assert (result.outcome, result.score) == (Outcome.MATCH, None)


def test_kept_faces_are_compared_at_the_leases_threshold(lab: World) -> None:
    (first,), (second,), (other,) = (
        keep(lab, image) for image in (photograph("dave"), photograph("dave", 2), photograph("erin"))
    )
    compare = lab.acts.azure_face.compare_loose
    same, different = compare(LAB, first, second), compare(LAB, first, other)
    assert (same.outcome, different.outcome) == (Outcome.MATCH, Outcome.NO_MATCH)
    assert same.score is not None
    assert different.score is not None
    assert different.score < same.threshold.score <= same.score
    assert events(lab, 2) == ["verification:permitted", "verification:completed"]


def test_whoever_may_not_verify_loose_faces_is_refused_before_they_are_read(lab: World) -> None:
    (face,) = keep(lab, photograph("dave"))
    with pytest.raises(RefusedError):
        lab.acts.azure_face.compare_loose(LOOKER, face, face)
    assert events(lab, 1) == ["verification:refused"]


def test_a_face_of_another_lease_and_one_that_never_was_are_the_same_answer(lab: World) -> None:
    (mine,), (theirs,) = keep(lab, photograph("dave")), keep(lab, photograph("dave"), RIVAL)
    told = []
    for other in (theirs, NOBODY):
        with pytest.raises(FaceGoneError) as caught:
            lab.acts.azure_face.compare_loose(LAB, mine, other)
        told.append(caught.value.message.replace(other, "*"))
        assert events(lab, 1) == ["verification:failed"]
        assert lab.events()[-1]["code"] == "face_gone"
    assert told[0] == told[1]


def test_an_expired_face_is_gone_before_it_is_destroyed_and_the_destruction_is_recorded(lab: World) -> None:
    (first,) = keep(lab, photograph("dave"), lifetime=timedelta(seconds=60))
    (second,) = keep(lab, photograph("dave"))
    lab.clock.advance(timedelta(seconds=60))
    with pytest.raises(FaceGoneError):
        lab.acts.azure_face.compare_loose(LAB, first, second)
    assert lab.acts.azure_face.destroy_expired() == 1
    assert lab.events()[-1]["type"] == "loose_faces:destroyed"
    assert lab.events()[-1]["faces"] == 1
    before = len(lab.events())
    assert lab.acts.azure_face.destroy_expired() == 0
    assert len(lab.events()) == before


def test_many_expired_faces_are_destroyed_a_few_at_a_time_until_none_is_left(
    lab: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face_keeping, "_AT_ONCE", 2)
    for number in range(5):
        keep(lab, photograph("dave", number))
    lab.clock.advance(HOUR)
    assert lab.acts.azure_face.destroy_expired() == 5
    assert [event["faces"] for event in lab.events()[-3:]] == [2, 2, 1]


def test_a_revoked_lease_reaches_its_kept_faces_no_more(lab: World) -> None:
    (face,) = keep(lab, photograph("dave"))
    lab.acts.revoke_lease(LOCAL_ADMINISTRATOR, LeaseId("lab"))
    with pytest.raises(RefusedError):
        lab.acts.azure_face.compare_loose(LAB, face, face)


def test_similar_faces_reach_the_threshold_best_first_and_no_more_than_the_lease_allows(lab: World) -> None:
    (probe,) = keep(lab, photograph("dave"))
    others = [keep(lab, photograph(name, 2))[0] for name in ("erin", "dave")]
    others += [keep(lab, photograph("dave", number))[0] for number in (3, 4)]
    result = lab.acts.azure_face.search_loose(LAB, probe, others, limit=10)
    assert len(result.found) == 2
    assert {face for face, _ in result.found} < set(others[1:])
    assert [score for _, score in result.found] == sorted((s for _, s in result.found), reverse=True)
    assert events(lab, 2) == ["search:permitted", "search:completed"]


def test_loose_faces_are_no_way_round_the_size_that_was_approved(lab: World) -> None:
    faces = [keep(lab, photograph("dave", number))[0] for number in range(5)]
    with pytest.raises(InvalidInputError, match="allows 4"):
        lab.acts.azure_face.search_loose(LAB, faces[0], faces, limit=1)
    with pytest.raises(InvalidInputError, match="allows 4"):
        lab.acts.azure_face.group_loose(LAB, faces)
    assert events(lab, 1) == ["search:failed"]


def test_a_face_of_low_quality_is_searched_with_by_nobody_and_fits_into_no_group(lab: World) -> None:
    (blurred,), (first,), (second,) = (
        keep(lab, image) for image in (BLURRED, photograph("dave"), photograph("dave", 2))
    )
    with pytest.raises(LowQualityError):
        lab.acts.azure_face.search_loose(LAB, blurred, [first], limit=1)
    result = lab.acts.azure_face.group_loose(LAB, [blurred, first, second])
    assert (set(result.groups[0]), result.messy) == ({first, second}, (blurred,))


def test_two_faces_of_one_photograph_are_two_people_and_the_same_photograph_twice_is_not(lab: World) -> None:
    image = photograph("dave") + b"+" + photograph("erin")
    first, again = keep(lab, image), keep(lab, image)
    result = lab.acts.azure_face.group_loose(LAB, [*first, *again])
    assert {frozenset(group) for group in result.groups} == {
        frozenset({first[0], again[0]}),
        frozenset({first[1], again[1]}),
    }


def test_where_examiners_must_judge_nothing_loose_is_searched(world: World) -> None:
    seed = SEED.replace("research_measurement", "missing_children").replace(
        'kind = "research"', 'kind = "ngo"'
    )
    world.acts.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(seed))
    (first,), (second,) = keep(world, photograph("a")), keep(world, photograph("a", 2))
    for act in (
        lambda: world.acts.azure_face.search_loose(LAB, first, [second], limit=1),
        lambda: world.acts.azure_face.group_loose(LAB, [first, second]),
    ):
        with pytest.raises(RefusedError, match="2 examiners must judge"):
            act()
        assert events(world, 2) == ["search:permitted", "search:failed"]


def test_a_kept_face_is_searched_for_in_a_gallery_among_those_who_take_part(world: World) -> None:
    world.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave", "erin")
    (face,) = keep(world, photograph("dave", 9), MUSEUM)

    def found(only: frozenset[SubjectId] | None) -> list[str]:
        search = Search(gallery_id=ARCHIVE, probe=face, only=only)
        result = world.acts.identify(MUSEUM, search)
        assert result.candidates is not None
        return [one.subject_id for one in result.candidates.candidates]

    assert found(None) == ["dave"]
    assert found(frozenset({SubjectId("dave")})) == ["dave"]
    assert found(frozenset({SubjectId("erin")})) == []
    assert found(frozenset()) == []
    with pytest.raises(FaceGoneError):
        world.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=NOBODY))
    assert world.events()[-1]["code"] == "face_gone"


def test_a_search_with_a_kept_face_commits_to_its_id_and_not_to_its_face(world: World) -> None:
    world.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave")
    (face,) = keep(world, photograph("dave", 9), MUSEUM)
    world.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=face))
    assert (
        world.events()[-1]["art12"]["matched_input"]
        == f"committed {len(salted(face.encode(), ['0' * 32]))} bytes"
    )


def test_a_kept_face_is_verified_against_a_subject_who_agreed(lab: World) -> None:
    lab.acts.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(GATE))
    lab.furnish(GATES, GATE_ID, Purpose.IDENTITY_VERIFICATION, "dave", "erin")
    (face,) = keep(lab, photograph("dave", 2), GATES)
    verify = lab.acts.azure_face.verify_loose
    assert verify(GATES, face, GATE_ID, DAVE).outcome is Outcome.MATCH
    assert verify(GATES, face, GATE_ID, SubjectId("erin")).outcome is Outcome.NO_MATCH
    with pytest.raises(RefusedError, match="consent"):
        verify(GATES, face, GATE_ID, SubjectId("mallory"))
    lab.agree(GATES, GATE_ID, SubjectId("carol"))
    with pytest.raises(NotFoundError):
        verify(GATES, face, GATE_ID, SubjectId("carol"))
    (blurred,) = keep(lab, BLURRED, GATES)
    with pytest.raises(LowQualityError):
        verify(GATES, blurred, GATE_ID, DAVE)
    lab.acts.withdraw(GATES, GATE_ID, DAVE)
    with pytest.raises(RefusedError, match="consent"):
        verify(GATES, face, GATE_ID, DAVE)
    with pytest.raises(RefusedError):  # another lease's gallery, and another lease's face
        verify(LAB, face, GATE_ID, SubjectId("erin"))


def test_a_full_queue_turns_a_kept_face_away_before_anything_is_asked(lab: World) -> None:
    (face,) = keep(lab, photograph("dave"))
    before = len(lab.events())
    places = [lab.engine.admission() for _ in range(32)]
    for place in places:
        place.__enter__()
    with pytest.raises(BusyError):
        lab.acts.azure_face.compare_loose(LAB, face, face)
    for place in places:
        place.__exit__(None, None, None)
    assert len(lab.events()) == before
