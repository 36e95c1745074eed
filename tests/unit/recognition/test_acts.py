"""What each act promises once it is permitted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from countenance.biometrics.faces import FaceChoice
from countenance.biometrics.model import Comparison, ComparisonScore, GalleryId, SubjectId, Template
from countenance.errors import (
    AlreadyExistsError,
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    LowQualityError,
    ManyFacesError,
    NotFoundError,
    RefusedError,
)
from countenance.policy.model import Purpose
from countenance.recognition.acts.comparison import Pair
from countenance.recognition.acts.enrolment import MAX_REFERENCES, Enrolment
from countenance.recognition.acts.identification import Search
from countenance.recognition.acts.sorting import Folders
from countenance.recognition.acts.verification import Claim
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.evaluation import LOCAL
from countenance.vetting.model import Actor, LeaseId, Role
from countenance.vetting.seed import Seed
from fakes_engine import BLURRED, MANY_FACES, NO_FACE, photograph
from plain_index import PlainIndex
from world import ARCHIVE, BANK, DOORS, MUSEUM, World

DAVE, ERIN, FRANK = SubjectId("dave"), SubjectId("erin"), SubjectId("frank")


@pytest.fixture
def bank(world: World) -> World:
    world.furnish(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, "dave")
    return world


@pytest.fixture
def museum(world: World) -> World:
    world.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave", "erin", "frank")
    return world


def claim(subject: SubjectId, image: bytes) -> Claim:
    return Claim(gallery_id=DOORS, subject_id=subject, probe=image)


def while_the_engine_works(world: World, act: Callable[[], object], meanwhile: Callable[[], object]) -> None:
    """Start `act`, do `meanwhile` once the engine has the image, and wait for the act."""
    world.engine.pause.clear()
    while world.engine.arrived.acquire(blocking=False):
        pass
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(act)
        assert world.engine.arrived.acquire(timeout=10)
        meanwhile()
        world.engine.pause.set()
        running.result(timeout=10)


def test_the_same_subject_is_a_match_and_another_is_not(bank: World) -> None:
    assert bank.acts.verify(BANK, claim(DAVE, photograph("dave", 9))).outcome == "match"
    stranger = bank.acts.verify(BANK, claim(DAVE, photograph("mallory", 1)))
    assert stranger.outcome == "no_match"
    assert stranger.score is not None
    assert stranger.score < stranger.threshold.score
    assert stranger.threshold.fmr.trials > 0


def test_a_subject_who_withdraws_while_the_engine_works_is_not_compared(bank: World) -> None:
    def verify() -> None:
        with pytest.raises(NotFoundError):
            bank.acts.verify(BANK, claim(DAVE, photograph("dave", 9)))

    while_the_engine_works(bank, verify, lambda: bank.acts.withdraw(BANK, DOORS, DAVE))
    assert bank.types()[-1] == "verification:failed"


def test_a_subject_who_withdraws_during_enrolment_is_not_stored(bank: World) -> None:
    def enrol() -> None:
        with pytest.raises(ConflictError):
            bank.enrol(BANK, DOORS, DAVE, 2)

    while_the_engine_works(bank, enrol, lambda: bank.acts.withdraw(BANK, DOORS, DAVE))
    assert bank.types()[-1] == "enrolment:failed"
    assert bank.acts.read_galleries.one(BANK, DOORS).subjects == 0


def test_the_same_photograph_twice_is_one_reference(bank: World) -> None:
    enrolment = Enrolment(gallery_id=DOORS, subject_id=DAVE, sample=photograph("dave", 2))
    first = bank.acts.enrol(BANK, enrolment)
    second = bank.acts.enrol(BANK, enrolment)
    assert not first.duplicate
    assert second.duplicate
    assert second.reference_id == first.reference_id


def test_a_subject_has_a_bounded_number_of_references(bank: World) -> None:
    for number in range(2, MAX_REFERENCES + 1):
        bank.enrol(BANK, DOORS, DAVE, number)
    with pytest.raises(ConflictError):
        bank.enrol(BANK, DOORS, DAVE, MAX_REFERENCES + 1)


@pytest.mark.parametrize(
    ("sample", "error"), [(BLURRED + b" photograph", LowQualityError), (MANY_FACES, ManyFacesError)]
)
def test_enrolment_wants_one_good_face(bank: World, sample: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        bank.acts.enrol(BANK, Enrolment(gallery_id=DOORS, subject_id=DAVE, sample=sample))
    assert bank.types()[-1] == "enrolment:failed"


def test_enrolment_without_consent_is_refused_and_never_looked_at(bank: World) -> None:
    bank.engine.seen.clear()
    with pytest.raises(RefusedError) as caught:
        bank.enrol(BANK, DOORS, ERIN)
    assert any(reason.startswith("consent") for reason in caught.value.reasons)
    assert bank.engine.seen == []


def test_a_withdrawal_erases_and_the_next_verification_is_refused(bank: World) -> None:
    erased = bank.acts.withdraw(BANK, DOORS, DAVE)
    assert erased.references == 1
    assert bank.types()[-3:] == ["consent:withdrawn", "subject:erased", "erasure:completed"]
    with pytest.raises(RefusedError):
        bank.acts.verify(BANK, claim(DAVE, photograph("dave", 9)))
    assert bank.acts.withdraw(BANK, DOORS, DAVE).references == 0


def test_who_comes_back_after_withdrawing_starts_from_nothing(bank: World) -> None:
    bank.acts.withdraw(BANK, DOORS, DAVE)
    bank.agree(BANK, DOORS, DAVE)
    with pytest.raises(NotFoundError):
        bank.acts.verify(BANK, claim(DAVE, photograph("dave", 9)))
    bank.enrol(BANK, DOORS, DAVE, 4)
    assert bank.acts.verify(BANK, claim(DAVE, photograph("dave", 9))).outcome == "match"


def test_consent_that_has_lapsed_permits_nothing(world: World) -> None:
    world.acts.create_gallery(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, scraped=False)
    world.agree(BANK, DOORS, DAVE, world.clock() + timedelta(days=10))
    world.enrol(BANK, DOORS, DAVE)
    world.clock.advance(timedelta(days=11))
    with pytest.raises(RefusedError):
        world.acts.verify(BANK, claim(DAVE, photograph("dave", 9)))


def test_a_reference_whose_consent_has_lapsed_takes_no_part_in_a_search(world: World) -> None:
    world.acts.create_gallery(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, scraped=False)
    world.agree(MUSEUM, ARCHIVE, DAVE, world.clock() + timedelta(days=10))
    world.enrol(MUSEUM, ARCHIVE, DAVE)
    search = Search(gallery_id=ARCHIVE, probe=photograph("dave", 9))
    assert world.acts.identify(MUSEUM, search).outcome == "match"
    world.clock.advance(timedelta(days=11))
    assert world.acts.identify(MUSEUM, search).outcome == "no_match"


def test_five_photographs_of_one_subject_take_one_place_on_the_list(museum: World) -> None:
    for number in range(2, 6):
        museum.enrol(MUSEUM, ARCHIVE, ERIN, number)
    found = museum.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=photograph("erin", 9)))
    assert found.candidates is not None
    assert [candidate.subject_id for candidate in found.candidates.candidates] == [ERIN]
    assert found.candidates.candidates[0].rank == 1


def test_who_was_enrolled_or_erased_a_moment_ago_counts_at_the_next_search(museum: World) -> None:
    search = Search(gallery_id=ARCHIVE, probe=photograph("grace", 9))
    assert museum.acts.identify(MUSEUM, search).outcome == "no_match"
    museum.agree(MUSEUM, ARCHIVE, SubjectId("grace"))
    museum.enrol(MUSEUM, ARCHIVE, SubjectId("grace"))
    assert museum.acts.identify(MUSEUM, search).outcome == "match"
    museum.acts.withdraw(MUSEUM, ARCHIVE, SubjectId("grace"))
    assert museum.acts.identify(MUSEUM, search).outcome == "no_match"


def test_who_is_erased_while_the_gallery_is_searched_is_not_on_the_list(museum: World) -> None:
    """The search found the subject; by the time it is recorded the subject is gone, or agrees no more."""
    ends: list[Callable[[], object]] = [lambda: museum.acts.withdraw(MUSEUM, ARCHIVE, ERIN)]

    class Slow(PlainIndex):
        def search(
            self,
            gallery_id: GalleryId,
            probe: Template,
            *,
            threshold: ComparisonScore,
            limit: int,
            without: frozenset[SubjectId] = frozenset(),
        ) -> tuple[Comparison, ...]:
            found = super().search(gallery_id, probe, threshold=threshold, limit=limit, without=without)
            if ends:  # the erasure's own probe searches too
                assert found
                ends.pop()()
            return found

    museum.index = museum.snapshots = Slow()
    museum.acts = type(museum.acts)(museum)
    result = museum.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=photograph("erin", 9)))
    assert result.outcome == "no_match"
    assert result.candidates is not None
    assert result.candidates.candidates == ()
    assert museum.events()[-1]["candidates"] == 0


def test_every_identification_is_logged_as_article_12_asks(museum: World) -> None:
    museum.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=photograph("erin", 9)))
    museum.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=photograph("nobody", 9)))
    found, nothing = (e["art12"] for e in museum.events() if e["type"] == "identification:completed")
    for log in (found, nothing):
        assert log["reference_database"] == ARCHIVE
        assert log["start"] <= log["end"]
        assert log["verified_by"] == []
    assert found["matched_input"] is not None
    assert nothing["matched_input"] is None


def test_a_caller_can_shorten_the_candidate_list_but_not_lengthen_it(museum: World) -> None:
    for limit in (1, 1000):
        search = Search(gallery_id=ARCHIVE, probe=photograph("erin", 9), limit=limit)
        found = museum.acts.identify(MUSEUM, search).candidates
        assert found is not None
        assert len(found.candidates) <= 3
    with pytest.raises(InvalidInputError):
        museum.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=photograph("erin", 9), limit=0))


def test_two_enrolments_of_one_subject_at_once_are_both_there(bank: World) -> None:
    gate = threading.Barrier(2)

    def enrol(number: int) -> None:
        gate.wait(timeout=10)
        bank.enrol(BANK, DOORS, DAVE, number)

    with ThreadPoolExecutor(2) as pool:
        for running in [pool.submit(enrol, number) for number in (2, 3)]:
            running.result(timeout=20)
    with bank.unit_of_work() as work:
        assert len(work.references.of_subject(DOORS, DAVE)) == 3


def test_mallory_cannot_see_touch_or_guess_a_gallery_of_another_customer(bank: World) -> None:
    acts = bank.acts
    for attempt in (
        lambda: acts.read_galleries.one(MUSEUM, DOORS),
        lambda: acts.read_galleries.subjects(MUSEUM, DOORS, after=None, limit=10),
        lambda: acts.delete_gallery(MUSEUM, DOORS),
        lambda: acts.withdraw(MUSEUM, DOORS, DAVE),
        lambda: acts.read_consent(MUSEUM, DOORS, DAVE),
        lambda: bank.agree(MUSEUM, DOORS, DAVE),
        lambda: acts.create_gallery(MUSEUM, DOORS, Purpose.MEDIA_ARCHIVE, scraped=False),
    ):
        before = len(bank.events())
        with pytest.raises(NotFoundError):
            attempt()
        assert bank.events()[before]["type"] == "request:refused"
    assert acts.read_galleries.page(MUSEUM, after=None, limit=9).views == ()


def test_only_operators_make_galleries_and_only_administrators_revoke(bank: World) -> None:
    auditor = Actor(id="key_carol", role=Role.AUDITOR, lease_id=None)
    with pytest.raises(ForbiddenError):
        bank.acts.create_gallery(auditor, GalleryId("x"), Purpose.MEDIA_ARCHIVE, scraped=False)
    with pytest.raises(ForbiddenError):
        bank.acts.revoke_lease(BANK, LeaseId("bank"))
    with pytest.raises(ForbiddenError):
        bank.acts.list_keys(BANK)
    assert bank.types()[-3:] == ["request:refused"] * 3


def test_a_gallery_is_made_once_and_its_deletion_takes_everyone_with_it(bank: World) -> None:
    with pytest.raises(AlreadyExistsError):
        bank.acts.create_gallery(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, scraped=False)
    bank.acts.delete_gallery(BANK, DOORS)
    with pytest.raises(NotFoundError):
        bank.acts.read_galleries.one(BANK, DOORS)
    with bank.unit_of_work() as work:
        assert work.references.of_subject(DOORS, DAVE) == ()
        assert work.consents.get(DOORS, DAVE) is None


def test_sorting_names_candidates_and_reports_what_could_not_be_used(world: World) -> None:
    world.acts.ensure_evaluation_lease()
    folders = Folders(
        known={
            DAVE: {"dave.jpg": lambda: photograph("dave", 1), "torn.jpg": lambda: b"cut off"},
            ERIN: {"erin.jpg": lambda: photograph("erin", 1)},
        },
        unknown={
            "1.jpg": lambda: photograph("erin", 5),
            "2.jpg": lambda: photograph("nobody", 5),
            "3.jpg": lambda: b"not an image",
        },
    )
    torn, first, second, third = world.acts.sort(LOCAL, folders)
    assert torn.subject_id == DAVE
    assert torn.error is not None
    assert first.candidates is not None
    assert [candidate.subject_id for candidate in first.candidates.candidates] == [ERIN]
    assert second.candidates is not None
    assert second.candidates.candidates == ()
    assert third.error is not None
    assert world.types()[-2:] == ["search:permitted", "search:completed"]


def test_sorting_is_no_way_round_the_size_of_a_gallery(world: World) -> None:
    lease = world.acts.ensure_evaluation_lease()
    crowd = {SubjectId(str(n)): {f"{n}.jpg": lambda: photograph("x")} for n in range(lease.terms.n_max + 1)}
    with pytest.raises(InvalidInputError):
        list(world.acts.sort(LOCAL, Folders(known=crowd, unknown={})))
    assert world.types()[-1] == "search:failed"


def test_a_key_without_administration_cannot_grant_itself_a_lease(bank: World) -> None:
    with pytest.raises(ForbiddenError):
        bank.acts.grant_leases(BANK, Seed(customers=(), leases=()))
    assert bank.acts.list_leases(LOCAL_ADMINISTRATOR)


def test_the_central_face_can_be_asked_for_where_several_are_seen(bank: World) -> None:
    crowd = Claim(gallery_id=DOORS, subject_id=DAVE, probe=MANY_FACES, choice=FaceChoice.CENTRAL)
    assert bank.acts.verify(BANK, crowd).outcome == "no_match"


def test_what_is_on_disk_of_a_gallery_goes_before_the_erasure_is_committed(museum: World) -> None:
    seen: list[int] = []
    committed: list[bool] = []

    class Watching(PlainIndex):
        def drop(self, gallery_id: GalleryId, *, through: int = 0) -> None:
            with museum.unit_of_work() as work:
                seen.append(len(work.references.of_subject(gallery_id, ERIN)))
            committed.append(through > 0)

    museum.index = museum.snapshots = Watching()
    museum.acts = type(museum.acts)(museum)
    museum.acts.withdraw(MUSEUM, ARCHIVE, ERIN)
    museum.acts.delete_gallery(MUSEUM, ARCHIVE)
    assert list(zip(seen, committed, strict=True)) == [(1, False), (0, True), (0, False)]


@pytest.mark.parametrize(
    ("reference", "probe", "which"),
    [(b"cut off", photograph("dave"), "reference"), (photograph("dave"), NO_FACE, "probe")],
)
def test_a_comparison_says_which_of_the_two_images_is_unusable(
    world: World, reference: bytes, probe: bytes, which: str
) -> None:
    world.acts.ensure_evaluation_lease()
    with pytest.raises(InvalidInputError, match=f"^{which}: "):
        world.acts.compare(LOCAL, Pair(reference=reference, probe=probe, choice=FaceChoice.CENTRAL))
    assert world.types()[-1] == "verification:failed"
