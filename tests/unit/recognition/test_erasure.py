"""What an erasure reaches, what it tells, and what is done about what it cannot do at once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from countenance.biometrics.model import Comparison, GalleryId, ReferenceId, SubjectId
from countenance.consent.retention import Hold, HoldId, HoldReason
from countenance.errors import (
    ForbiddenError,
    InvalidInputError,
    LegalHoldError,
    NotFoundError,
    RefusedError,
    StateError,
)
from countenance.ledger.erasure_receipt import check_receipt
from countenance.policy.model import Purpose
from countenance.recognition.acts.identification import Search
from countenance.recognition.erasure.completion import PROBE_WITHIN, SILENT_AFTER
from countenance.recognition.erasure.erasing import Order
from countenance.recognition.erasure.model import CANARY, Cause, DrillFault, ErasureId, Searcher, Unreached
from countenance.recognition.loose_faces.model import LooseFace, LooseFaceId
from countenance.recognition.model import GalleryChange
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import Actor, CustomerId, LeaseId, Role
from fakes_engine import photograph, template_of
from plain_index import PlainIndex
from receipt_checker import check
from world import ARCHIVE, BANK, MUSEUM, START, World

DAVE, ERIN = SubjectId("dave"), SubjectId("erin")
AUDITOR = Actor(id="key_carol", role=Role.AUDITOR, lease_id=None)


@pytest.fixture
def museum() -> World:
    world = World()
    world.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave", "erin", "fay")
    return world


def receipt_of(world: World, erasure_id: ErasureId) -> dict[str, Any]:
    receipt = world.acts.erasure.read.receipt(MUSEUM, erasure_id)
    text = json.dumps(receipt)
    assert check_receipt(text.encode(), [world.store.signer.vkey]).faults == ()
    assert check(text, str(world.store.signer.vkey)) == "holds"
    return json.loads(text)["receipt"]  # type: ignore[no-any-return]  # parsed JSON


def found(world: World, name: str) -> list[str]:
    searched = world.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=photograph(name, 5)))
    assert searched.candidates is not None
    return [candidate.subject_id for candidate in searched.candidates.candidates]


# The ledger and the manifest


def test_every_change_of_a_gallery_puts_both_roots_on_the_ledger_and_they_join(museum: World) -> None:
    museum.enrol(MUSEUM, ARCHIVE, DAVE, 2)
    with museum.unit_of_work() as work:
        (reference, *_) = work.references.of_subject(ARCHIVE, ERIN)
    museum.acts.remove_references(MUSEUM, ARCHIVE, [reference.id])
    museum.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    museum.acts.erasure.drills.run(LOCAL_ADMINISTRATOR, ARCHIVE)
    museum.acts.delete_gallery(MUSEUM, ARCHIVE)
    changes = [event["manifest"] for event in museum.events() if event.get("manifest")]
    assert len(changes) == 3 + 1 + 1 + 1 + 2 + 1
    empty = changes[0]["before"]
    assert all(one["after"] == other["before"] for one, other in pairwise(changes))
    assert changes[-1]["after"] == empty
    museum.check_ledger()


def test_a_photograph_that_is_enrolled_already_changes_no_manifest(museum: World) -> None:
    before = museum.acts.erasure.read.manifest(MUSEUM, ARCHIVE)
    museum.enrol(MUSEUM, ARCHIVE, DAVE, 1)
    assert museum.events()[-1]["manifest"] is None
    assert museum.acts.erasure.read.manifest(MUSEUM, ARCHIVE) == before
    assert museum.acts.erasure.read.rebuilt(AUDITOR, ARCHIVE) == before


# Receipts


def test_a_receipt_tells_what_was_there_what_was_reached_and_what_stays(museum: World) -> None:
    museum.enrol(MUSEUM, ARCHIVE, DAVE, 2)
    museum.backups = timedelta(days=30)
    museum.acts = type(museum.acts)(museum)
    assert found(museum, "dave") == ["dave"]
    erasure = museum.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    assert erasure.completed
    receipt = receipt_of(museum, erasure.id)
    assert (receipt["references"], receipt["cause"]) == (2, "consent_withdrawn")
    assert (receipt["probe"]["ran"], receipt["probe"]["templates"], receipt["probe"]["found"]) == (True, 2, 0)
    assert receipt["probe"]["index"]["rows"] == 2
    stays = {one["what"]: one["until"] for one in receipt["unreached"]}
    assert set(stays) == {"backups", "answers_given", "consent_record"}
    assert stays["backups"].startswith("2026-07-31T12:00:00")
    assert "dave" not in json.dumps(receipt)
    assert found(museum, "dave") == []


def test_a_second_withdrawal_is_told_too_and_changes_nothing(museum: World) -> None:
    museum.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    again = museum.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    receipt = receipt_of(museum, again.id)
    assert (again.references, receipt["removed"], receipt["subject"]) == (0, [], None)
    assert receipt["manifest"]["before"] == receipt["manifest"]["after"]


def test_the_last_subject_leaves_an_empty_manifest_that_proves_it(museum: World) -> None:
    for name in ("dave", "erin", "fay"):
        receipt = receipt_of(museum, museum.acts.withdraw(MUSEUM, ARCHIVE, SubjectId(name)).id)
    assert receipt["removed"][0]["after"] == {"before": None, "after": None}
    assert receipt["manifest"]["after"]["size"] == 0


def test_the_same_photograph_under_another_id_is_told_of(museum: World) -> None:
    twin = SubjectId("also-dave")
    museum.agree(MUSEUM, ARCHIVE, twin)
    with museum.unit_of_work() as work:
        (reference,) = work.references.of_subject(ARCHIVE, DAVE)
        work.references.add(
            type(reference)(
                id=ReferenceId("ref_twin"),
                gallery_id=ARCHIVE,
                subject_id=twin,
                template=reference.template,
                enrolled=START,
            )
        )
        work.commit()
    receipt = receipt_of(museum, museum.acts.withdraw(MUSEUM, ARCHIVE, DAVE).id)
    assert {"what": "same_photograph", "until": None, "count": 1} in receipt["unreached"]
    assert receipt["probe"]["found"] == 0


def test_a_customer_sees_its_own_erasures_and_nobody_elses(museum: World) -> None:
    erasure = museum.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    read = museum.acts.erasure.read
    assert [one.id for one in read.of_gallery(MUSEUM, ARCHIVE)] == [erasure.id]
    assert read.of_gallery(MUSEUM, ARCHIVE, before=erasure.entry) == ()
    assert read.one(AUDITOR, erasure.id).references == 1
    for ask in (read.one, read.receipt):
        with pytest.raises(NotFoundError):
            ask(BANK, erasure.id)
    with pytest.raises(NotFoundError):
        read.manifest(BANK, ARCHIVE)
    museum.acts.delete_gallery(MUSEUM, ARCHIVE)
    assert read.one(MUSEUM, erasure.id).references == 1


# What is kept beside references


def loose(name: str, subject: str, lease: str = "museum") -> LooseFace:
    return LooseFace(
        id=LooseFaceId(name),
        lease_id=LeaseId(lease),
        photograph="p",
        template=template_of(photograph(subject, 9)),
        reasons=(),
        label="",
        issued=START,
        expires=START + timedelta(hours=20),
    )


def test_loose_faces_that_the_lease_takes_for_the_subject_go_with_it(museum: World) -> None:
    with museum.unit_of_work() as work:
        for face in (loose("1", "dave"), loose("2", "erin"), loose("3", "dave", lease="bank")):
            work.loose_faces.add(face)
        work.commit()
    receipt = receipt_of(museum, museum.acts.withdraw(MUSEUM, ARCHIVE, DAVE).id)
    assert receipt["cleared"] == {"loose_faces": 1}
    (stays,) = (one for one in receipt["unreached"] if one["what"] == Unreached.LOOSE_FACES)
    assert (stays["count"], stays["until"]) == (1, "2026-07-02T08:00:00.000000Z")
    with museum.unit_of_work() as work:
        assert [face.id for face in work.loose_faces.of_customer(CustomerId("museum"))] == ["2"]


def test_stored_answers_that_name_the_subject_go_with_it_and_others_stay(museum: World) -> None:
    answers = {
        "a": b'{"subject_id":"dave"}',
        "b": b'{"x":"{\\"subject_id\\":\\"dave\\"}"}',
        "c": b'{"s":"daves"}',
    }
    with museum.unit_of_work() as work:
        for key, answer in answers.items():
            work.idempotency.claim(actor_id="alice", key=key, request_digest=bytes(32), at=START)
            work.idempotency.complete(actor_id="alice", key=key, answer=answer)
        work.commit()
    receipt = receipt_of(museum, museum.acts.withdraw(MUSEUM, ARCHIVE, DAVE).id)
    assert receipt["cleared"] == {"answers": 2}


# Several processes, and one that dies


@dataclass
class Beside:
    """Another process on the same storage."""

    world: World

    @classmethod
    def of(cls, world: World) -> Beside:
        other = World.__new__(World)
        other.__dict__.update(world.__dict__)
        other.index = other.snapshots = PlainIndex()
        other.acts = type(world.acts)(other)
        return cls(other)

    def look(self) -> None:
        found(self.world, "dave")


def test_a_receipt_waits_until_every_memory_has_followed(museum: World) -> None:
    other = Beside.of(museum)
    for world in (museum, other.world):
        world.acts.erasure.caretaker.searcher.enter()
    other.look()
    erasure = museum.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    assert not erasure.completed
    assert len(other.world.index.galleries[ARCHIVE]) == 3
    with pytest.raises(StateError):
        museum.acts.erasure.read.receipt(MUSEUM, erasure.id)
    assert museum.acts.erasure.caretaker() == 0
    assert other.world.acts.erasure.caretaker() == 1
    assert len(other.world.index.galleries[ARCHIVE]) == 2
    assert receipt_of(museum, erasure.id)["processes"] == {"followed": 2, "silent": 0}


def test_a_process_that_is_not_heard_of_any_more_is_not_waited_for_and_told_of(museum: World) -> None:
    with museum.unit_of_work() as work:
        work.searchers.seen(Searcher(id="prc_dead", label="pid 1", seen=START, sequence=0))
        work.commit()
    erasure = museum.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    assert not erasure.completed
    museum.clock.advance(SILENT_AFTER)
    assert museum.acts.erasure.caretaker() == 1
    receipt = receipt_of(museum, erasure.id)
    assert {"what": "silent_process", "until": None, "count": 1} in receipt["unreached"]


def test_what_a_process_left_when_it_died_after_its_commit_is_completed_by_another(museum: World) -> None:
    museum.clock.advance(timedelta(seconds=1))
    other = Beside.of(museum)
    other.look()
    with museum.unit_of_work() as work:
        gallery = work.galleries.get(ARCHIVE)
        assert gallery is not None
        order = Order(gallery=gallery, subject_id=DAVE, cause=Cause.OPERATOR, actor_id="a")
        begun = museum.acts.erasure.erase.begin(work, order)
        work.commit()
    assert other.world.acts.erasure.caretaker() == 0, "whoever erased may still be at it"
    museum.clock.advance(PROBE_WITHIN)
    assert other.world.acts.erasure.caretaker() == 1
    assert not any(name == DAVE for name, _ in other.world.index.galleries[ARCHIVE].values())
    receipt = receipt_of(museum, begun.record.id)
    assert (receipt["probe"]["ran"], receipt["references"]) == (False, 1)


def test_a_process_takes_itself_off_the_record(museum: World) -> None:
    searcher = museum.acts.erasure.caretaker.searcher
    searcher.enter()
    museum.clock.advance(SILENT_AFTER)
    museum.acts.erasure.caretaker()
    with museum.unit_of_work() as work:
        assert [one.seen for one in work.searchers.all()] == [museum.clock()]
    searcher.leave()
    with museum.unit_of_work() as work:
        assert work.searchers.all() == ()


# Rehearsals


def test_a_rehearsal_passes_and_leaves_nothing_behind(museum: World) -> None:
    before = museum.acts.erasure.read.manifest(MUSEUM, ARCHIVE)
    drill = museum.acts.erasure.drills.run(LOCAL_ADMINISTRATOR, ARCHIVE)
    assert drill is not None
    assert drill.passed
    assert museum.acts.erasure.read.manifest(MUSEUM, ARCHIVE) == before
    assert museum.types()[-4:] == [
        "canary:enrolled",
        "subject:erased",
        "erasure:completed",
        "erasure_drill:passed",
    ]
    assert drill.erasure_id is not None
    assert receipt_of(museum, drill.erasure_id)["cause"] == "drill"
    with pytest.raises(ForbiddenError):
        museum.acts.erasure.drills.run(MUSEUM, ARCHIVE)
    with pytest.raises(NotFoundError):
        museum.acts.erasure.drills.run(LOCAL_ADMINISTRATOR, GalleryId("nowhere"))


class Forgetful(PlainIndex):
    """An index that keeps what it should have removed."""

    def apply(self, gallery_id: GalleryId, changes: Iterable[GalleryChange]) -> None:
        super().apply(gallery_id, [change for change in changes if change.template is not None])


class Blind(PlainIndex):
    """An index that finds nobody, so that finding nobody proves nothing."""

    def search(self, *_: object, **__: object) -> tuple[Comparison, ...]:
        return ()


@pytest.mark.parametrize(
    ("index", "faults"),
    [
        (
            Forgetful(),
            {DrillFault.FOUND_AFTER, DrillFault.FOUND_BY_THE_PROBE, DrillFault.RECEIPT_DOES_NOT_HOLD},
        ),
        (Blind(), {DrillFault.NOT_FOUND_BEFORE}),
    ],
    ids=["keeps the erased", "finds nobody"],
)
def test_a_rehearsal_that_fails_opens_an_incident_and_stops_enrolment_there(
    museum: World, index: PlainIndex, faults: set[DrillFault]
) -> None:
    museum.index = museum.snapshots = index
    museum.acts = type(museum.acts)(museum)
    drill = museum.acts.erasure.drills.run(LOCAL_ADMINISTRATOR, ARCHIVE)
    assert drill is not None
    assert set(drill.faults) == faults
    with museum.unit_of_work() as work:
        (incident,) = work.incidents.open()
    assert (incident.id, incident.kind) == (drill.incident_id, "erasure_drill_failed")
    assert museum.types()[-2:] == ["incident:opened", "erasure_drill:failed"]
    with pytest.raises(RefusedError):
        museum.enrol(MUSEUM, ARCHIVE, ERIN, 2)
    again = museum.acts.erasure.drills.run(LOCAL_ADMINISTRATOR, ARCHIVE)
    assert again is not None
    assert again.incident_id == drill.incident_id


def test_rehearsals_are_made_when_they_are_due_and_not_before(museum: World) -> None:
    museum.drills = timedelta(hours=24)
    museum.acts = type(museum.acts)(museum)
    caretaker = museum.acts.erasure.caretaker
    caretaker()
    drills = museum.acts.erasure.drills
    assert drills.of_gallery(AUDITOR, ARCHIVE) == ()
    for hours, made in ((1, 1), (1, 1), (23, 2)):
        museum.clock.advance(timedelta(hours=hours))
        caretaker()
        assert len(drills.of_gallery(AUDITOR, ARCHIVE)) == made


def test_a_canary_that_a_dead_process_left_is_erased_by_the_next_rehearsal(museum: World) -> None:
    rehearse = museum.acts.erasure.drills.rehearse
    assert rehearse._enrolled(ARCHIVE, museum.clock()) is not None
    assert rehearse(ARCHIVE) is None, "another process may be at it"
    museum.clock.advance(timedelta(minutes=6))
    drill = rehearse(ARCHIVE)
    assert drill is not None
    assert drill.passed
    assert museum.acts.erasure.read.manifest(MUSEUM, ARCHIVE).size == 3


def test_a_canary_is_never_a_candidate(museum: World) -> None:
    rehearse = museum.acts.erasure.drills.rehearse
    canary = rehearse._enrolled(ARCHIVE, museum.clock())
    assert canary is not None
    with museum.unit_of_work() as work:
        lapsed = work.consents.lapsed(ARCHIVE, museum.clock())
    assert canary.reference.subject_id in lapsed


def test_a_legal_hold_on_a_gallery_does_not_keep_the_canary(museum: World) -> None:
    with museum.unit_of_work() as work:
        work.retention.put_hold(
            Hold(
                id=HoldId("hold_1"),
                gallery_id=ARCHIVE,
                subject_id=None,
                reason=HoldReason.LITIGATION,
                matter="1",
                placed_by="a",
                placed=START,
                until=START + timedelta(days=9),
            )
        )
        work.commit()
    drill = museum.acts.erasure.drills.run(LOCAL_ADMINISTRATOR, ARCHIVE)
    assert drill is not None
    assert drill.passed
    with pytest.raises(LegalHoldError):
        museum.acts.withdraw(MUSEUM, ARCHIVE, DAVE)


def test_nobody_is_enrolled_under_the_canarys_id(museum: World) -> None:
    museum.agree(MUSEUM, ARCHIVE, CANARY)
    with pytest.raises(InvalidInputError):
        museum.enrol(MUSEUM, ARCHIVE, CANARY)
    assert museum.types()[-1] == "enrolment:failed"
