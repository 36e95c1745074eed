"""The one door: what is asked, recorded and refused before anything is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from countenance.biometrics.faces import Extraction, FaceChoice
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.errors import BusyError, InvalidInputError, NoFaceError, RefusedError
from countenance.policy.model import Denial, Permit, Purpose
from countenance.recognition.acts.comparison import Pair
from countenance.recognition.acts.detection import Look
from countenance.recognition.acts.identification import Search
from countenance.recognition.acts.verification import Claim
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.evaluation import LOCAL
from countenance.vetting.model import Actor, LeaseId, Role
from fakes_engine import NO_FACE, FakeEngine, photograph
from world import BANK, DOORS, MUSEUM, NGO, World

DAVE = SubjectId("dave")


def claim(number: int = 2) -> Claim:
    return Claim(gallery_id=DOORS, subject_id=DAVE, probe=photograph("dave", number))


@pytest.fixture
def bank(world: World) -> World:
    world.furnish(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, "dave")
    world.engine.seen.clear()
    return world


def test_a_refused_probe_is_recorded_and_never_looked_at(bank: World) -> None:
    with pytest.raises(RefusedError) as caught:
        bank.acts.identify(BANK, Search(gallery_id=DOORS, probe=photograph("dave", 2)))
    assert bank.engine.seen == []
    last = bank.events()[-1]
    assert last["type"] == "identification:refused"
    assert last["decision"] == caught.value.decision_id
    assert caught.value.entry == len(bank.events()) - 1
    assert "lease.act" in caught.value.reasons


def test_a_permit_is_on_record_before_the_face_is_looked_at(bank: World) -> None:
    seen_by_engine: list[str] = []

    class Watching(FakeEngine):
        def extract(
            self, images: Sequence[bytes], *, choice: FaceChoice
        ) -> tuple[Extraction | InvalidInputError, ...]:
            seen_by_engine.append(bank.types()[-1])
            return super().extract(images, choice=choice)

    bank.engine = Watching()
    bank.acts = type(bank.acts)(bank)
    bank.acts.verify(BANK, claim())
    assert seen_by_engine == ["verification:permitted"]
    assert bank.types()[-1] == "verification:completed"


def test_an_answer_waits_for_the_disk_and_so_does_a_refusal(bank: World) -> None:
    bank.store.waited.clear()
    bank.acts.verify(BANK, claim())
    assert bank.store.waited == [False, True]
    bank.store.waited.clear()
    with pytest.raises(RefusedError):
        bank.acts.identify(BANK, Search(gallery_id=DOORS, probe=photograph("dave", 2)))
    assert bank.store.waited == [True]


def test_every_permit_is_closed_by_what_became_of_it(bank: World) -> None:
    with pytest.raises(NoFaceError):
        bank.acts.verify(BANK, replace(claim(), probe=NO_FACE))
    permitted, failed = bank.events()[-2:]
    assert failed["type"] == "verification:failed"
    assert failed["code"] == "face_not_found"
    assert failed["decision"] == permitted["decision"]
    assert failed["permit"] == len(bank.events()) - 2


def test_a_stranger_cannot_tell_an_unknown_gallery_from_a_forbidden_one(bank: World) -> None:
    answers = []
    for gallery in (DOORS, GalleryId("nowhere")):
        with pytest.raises(RefusedError) as caught:
            bank.acts.identify(MUSEUM, Search(gallery_id=gallery, probe=photograph("dave")))
        answers.append((caught.value.message.replace(gallery, "?"), caught.value.reasons))
    assert answers[0] == answers[1]
    assert bank.engine.seen == []


def test_a_subject_who_never_agreed_and_one_who_withdrew_are_the_same_refusal(bank: World) -> None:
    bank.acts.withdraw(BANK, DOORS, DAVE)
    answers = []
    for subject in (DAVE, SubjectId("nobody")):
        with pytest.raises(RefusedError) as caught:
            bank.acts.verify(BANK, replace(claim(), subject_id=subject))
        answers.append((caught.value.message, caught.value.reasons))
    assert answers[0] == answers[1]


def test_a_key_without_a_lease_gets_no_act(bank: World) -> None:
    auditor = Actor(id="key_carol", role=Role.AUDITOR, lease_id=None)
    with pytest.raises(RefusedError) as caught:
        bank.acts.verify(auditor, claim())
    assert caught.value.reasons == ("lease.none",)
    assert bank.types()[-1] == "verification:refused"


def test_a_revoked_lease_is_refused_at_the_next_question(bank: World) -> None:
    bank.acts.verify(BANK, claim())
    bank.acts.revoke_lease(LOCAL_ADMINISTRATOR, LeaseId("bank"))
    with pytest.raises(RefusedError) as caught:
        bank.acts.verify(BANK, claim())
    assert "lease.revoked" in caught.value.reasons


def test_an_expired_lease_is_refused(bank: World) -> None:
    bank.clock.advance(timedelta(days=400))
    with pytest.raises(RefusedError) as caught:
        bank.acts.verify(BANK, claim())
    assert "lease.expired" in caught.value.reasons


def test_a_full_queue_answers_before_anything_is_asked(bank: World) -> None:
    bank.engine = FakeEngine(places=1)
    bank.acts = type(bank.acts)(bank)
    before = len(bank.events())
    with bank.engine.admission(), pytest.raises(BusyError):
        bank.acts.verify(BANK, claim())
    assert len(bank.events()) == before


def test_decisions_are_kept_with_their_question_and_replay_to_the_byte(bank: World) -> None:
    permitted = bank.acts.verify(BANK, claim()).decision_id
    with pytest.raises(RefusedError) as caught:
        bank.acts.identify(BANK, Search(gallery_id=DOORS, probe=b"a face"))
    for decision_id, kind in ((permitted, Permit), (caught.value.decision_id, Denial)):
        record = bank.acts.read_decisions(BANK, decision_id)
        assert isinstance(record.decision, kind)
        assert record.question.customer_kind == "private"
        replayed = bank.acts.read_decisions.replay(BANK, decision_id)
        assert replayed.same
        assert replayed.changed == ()


def test_a_denial_without_a_lease_replays_too(bank: World) -> None:
    auditor = Actor(id="key_carol", role=Role.AUDITOR, lease_id=None)
    with pytest.raises(RefusedError) as caught:
        bank.acts.verify(auditor, claim())
    assert bank.acts.read_decisions.replay(auditor, caught.value.decision_id).same


def test_a_refusal_says_what_would_have_to_be_otherwise(bank: World) -> None:
    with pytest.raises(RefusedError) as caught:
        bank.acts.identify(BANK, Search(gallery_id=DOORS, probe=b"a face"))
    decision = bank.acts.read_decisions(BANK, caught.value.decision_id).decision
    assert isinstance(decision, Denial)
    assert all(reason.reopens for reason in decision.reasons)
    assert any(not condition.met for condition in decision.conditions)


def test_the_local_command_line_reaches_nothing_that_is_enrolled(bank: World) -> None:
    bank.acts.ensure_evaluation_lease()
    with pytest.raises(RefusedError):
        bank.acts.verify(LOCAL, claim())
    with pytest.raises(RefusedError):
        bank.acts.identify(LOCAL, Search(gallery_id=DOORS, probe=photograph("dave")))
    assert bank.engine.seen == []


def test_the_local_command_line_may_detect_and_compare_files_on_the_record(bank: World) -> None:
    bank.acts.ensure_evaluation_lease()
    found = bank.acts.detect(LOCAL, Look(image=photograph("dave")))
    assert len(found.detection.faces) == 1
    pair = Pair(reference=photograph("dave"), probe=photograph("dave", 2), choice=FaceChoice.CENTRAL)
    compared = bank.acts.compare(LOCAL, pair)
    assert compared.outcome == "match"
    assert bank.types()[-4:] == [
        "detection:permitted",
        "detection:completed",
        "verification:permitted",
        "verification:completed",
    ]


def test_the_evaluation_lease_is_granted_once_and_renewed_when_it_has_ended(world: World) -> None:
    first = world.acts.ensure_evaluation_lease()
    assert world.acts.ensure_evaluation_lease() == first
    world.clock.advance(timedelta(days=91))
    second = world.acts.ensure_evaluation_lease()
    assert second.terms.expires > first.terms.expires
    assert world.types().count("lease:granted") == 2


def test_the_ledger_names_subjects_only_by_their_commitment(bank: World) -> None:
    bank.acts.verify(BANK, claim())
    bank.acts.withdraw(BANK, DOORS, DAVE)
    with bank.unit_of_work() as work:
        leaves = b"".join(work.ledger.leaves(0, work.ledger.size()))
    assert b"dave" not in leaves


def test_an_ngos_question_about_a_child_is_held(world: World) -> None:
    world.furnish(NGO, GalleryId("missing"), Purpose.MISSING_CHILDREN, "erin", "frank")
    probe = photograph("erin", 7)
    held = world.acts.identify(NGO, Search(gallery_id=GalleryId("missing"), probe=probe))
    assert held.outcome == "held"
    assert held.candidates is None
    assert held.examiners == 2
    assert held.case_id is not None
    assert world.types()[-1] == "identification:held"
    assert world.acts.read_cases(NGO, held.case_id).state == "held"
