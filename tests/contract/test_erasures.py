from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from contract import examples
from contract.examples import NOON
from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.ledger.manifest import EMPTY, Absence, Presence, manifest_of, verify_absence, verify_presence
from countenance.recognition.erasure.model import (
    Cause,
    Cleared,
    Drill,
    DrillFault,
    ErasureFacts,
    ErasureId,
    ErasureRecord,
    Limit,
    Probe,
    Removed,
    Searcher,
    Unreached,
)
from countenance.vetting.model import CustomerId
from storing import Place

CLIENTS = GalleryId("clients")
DAVE = SubjectId("dave")


def enrol(place: Place, *names: str, subject: str = "dave") -> None:
    with place.unit() as work:
        if work.galleries.get(CLIENTS) is None:
            work.galleries.add(examples.gallery())
        for name in names:
            work.references.add(examples.reference(name, subject))
        work.commit()


def test_an_empty_gallery_and_one_that_is_not_there_have_the_manifest_of_nothing(place: Place) -> None:
    enrol(place)
    with place.unit() as work:
        assert work.manifests.get(CLIENTS) == work.manifests.rebuilt(CLIENTS) == EMPTY
        assert work.manifests.get(GalleryId("nowhere")) == EMPTY
        assert work.manifests.absence(CLIENTS, bytes(32)) == Absence(None, None)
        assert work.manifests.presence(CLIENTS, bytes(32)) is None


def test_the_manifest_is_that_of_the_commitments_of_everybody_through_every_change(place: Place) -> None:
    enrol(place, *(f"r{number}" for number in range(9)))
    enrol(place, "e1", "e2", subject="erin")
    with place.unit() as work:
        work.become_writer()
        mine, others = (work.references.commitments(CLIENTS, SubjectId(who)) for who in ("dave", "erin"))
        assert work.manifests.get(CLIENTS) == manifest_of([*mine, *others])
        assert list(mine) == sorted(mine)
        work.references.remove(ReferenceId("r3"))
        left = work.references.commitments(CLIENTS, DAVE)
        assert set(left) < set(mine)
        assert work.manifests.get(CLIENTS) == manifest_of([*left, *others]) == work.manifests.rebuilt(CLIENTS)
        work.references.erase(CLIENTS, DAVE)
        work.commit()
    with place.unit() as work:
        work.become_writer()
        assert work.manifests.get(CLIENTS) == manifest_of(others) == work.manifests.rebuilt(CLIENTS)
        root = work.manifests.get(CLIENTS).root
        for commitment in others:
            presence = work.manifests.presence(CLIENTS, commitment)
            assert presence is not None
            verify_presence(root, commitment, presence)
            assert work.manifests.absence(CLIENTS, commitment) is None
        for commitment in mine:
            absence = work.manifests.absence(CLIENTS, commitment)
            assert absence is not None
            verify_absence(root, commitment, absence)
            assert work.manifests.presence(CLIENTS, commitment) is None
        work.references.erase(CLIENTS, SubjectId("erin"))
        work.commit()
        assert work.manifests.get(CLIENTS) == EMPTY == work.manifests.rebuilt(CLIENTS)


def test_a_commitment_tells_nobody_of_the_template_and_is_another_after_an_erasure(place: Place) -> None:
    enrol(place, "r1")
    with place.unit() as work:
        first = work.references.commitments(CLIENTS, DAVE)
        work.references.erase(CLIENTS, DAVE)
        work.references.add(examples.reference("r1"))
        work.commit()
        assert work.references.commitments(CLIENTS, DAVE) != first, "the key was another one"


def test_a_change_that_is_rolled_back_leaves_the_manifest_as_it_was(place: Place) -> None:
    enrol(place, "r1", "r2")
    with place.unit() as work:
        before = work.manifests.get(CLIENTS)
    with place.unit() as work:
        work.references.add(examples.reference("r3"))
        work.references.remove(ReferenceId("r1"))
    with place.unit() as work:
        assert work.manifests.get(CLIENTS) == before == work.manifests.rebuilt(CLIENTS)


def test_a_gallery_that_is_removed_takes_its_manifest_along(place: Place) -> None:
    enrol(place, "r1", "r2")
    with place.unit() as work:
        work.galleries.remove(CLIENTS)
        work.commit()
    enrol(place, "r1")
    with place.unit() as work:
        assert work.manifests.get(CLIENTS) == work.manifests.rebuilt(CLIENTS)
        assert work.manifests.get(CLIENTS).size == 1


def record(name: str, entry: int, *, gallery: str = "clients") -> ErasureRecord:
    one, two = bytes(32), bytes([1]) * 32
    shelf = manifest_of([one, two])
    facts = ErasureFacts(
        cause=Cause.OPERATOR,
        subject="ab" * 32,
        before=shelf,
        after=EMPTY,
        removed=(Removed(commitment=one, before=_presence(one), after=Absence(_presence(two), None)),),
        cleared=Cleared(answers=2),
        limits=(Limit(what=Unreached.BACKUPS, until=NOON), Limit(what=Unreached.LOOSE_FACES, count=3)),
    )
    return ErasureRecord(
        id=ErasureId(name),
        gallery_id=GalleryId(gallery),
        customer_id=CustomerId("bank"),
        erased=NOON,
        entry=entry,
        sequence=entry * 10,
        references=1,
        facts=facts,
    )


def _presence(commitment: bytes) -> Presence:
    return Presence(commitment, (bytes([9]) * 32, bytes(32)))


def test_a_record_comes_back_as_it_was_stored_before_and_after_its_completion(place: Place) -> None:
    stored = record("era_1", 5)
    probe = Probe(
        ran=True, at=NOON, templates=1, found=0, same_photograph=0, rows=4, sequence=50, digest="cd" * 32
    )
    done = replace(stored, probe=probe, completed=NOON, completed_entry=6, body=b'{"a":1}')
    for value in (stored, replace(stored, probe=probe), done):
        with place.unit() as work:
            work.erasures.put(value)
            work.commit()
        with place.unit() as work:
            assert work.erasures.get(stored.id) == value
            assert work.erasures.pending(9) == (() if value.completed else (value,))
    with place.unit() as work:
        assert work.erasures.get(ErasureId("era_2")) is None


def test_erasures_are_listed_by_gallery_the_newest_first_and_pending_ones_the_oldest(place: Place) -> None:
    records = [record(f"era_{entry}", entry) for entry in (7, 3, 5)]
    with place.unit() as work:
        for one in (*records, record("era_9", 9, gallery="staff")):
            work.erasures.put(one)
        work.commit()
        assert [one.entry for one in work.erasures.of_gallery(CLIENTS, before=None, limit=2)] == [7, 5]
        assert [one.entry for one in work.erasures.of_gallery(CLIENTS, before=5, limit=2)] == [3]
        assert [one.entry for one in work.erasures.pending(3)] == [3, 5, 7]


def test_the_last_change_is_that_of_the_gallery_and_the_newest_that_of_all(place: Place) -> None:
    enrol(place, "r1", "r2")
    with place.unit() as work:
        work.become_writer()
        assert work.erasures.last_change(GalleryId("nowhere")) == 0
        last = work.erasures.last_change(CLIENTS)
        assert (
            last
            == work.searchers.newest_change()
            == max(c.sequence for c in work.references.changes(CLIENTS, after=0))
        )
        work.references.remove(ReferenceId("r1"))
        assert work.erasures.last_change(CLIENTS) > last
        work.commit()


@pytest.mark.parametrize("faults", [(), (DrillFault.FOUND_AFTER, DrillFault.STILL_STORED)])
def test_drills_come_back_the_newest_first(place: Place, faults: tuple[DrillFault, ...]) -> None:
    drills = [
        Drill(
            id=f"dri_{entry}",
            gallery_id=CLIENTS,
            started=NOON,
            ended=NOON + timedelta(seconds=1),
            faults=faults,
            erasure_id=ErasureId("era_1"),
            incident_id="inc_1" if faults else None,
            entry=entry,
        )
        for entry in (1, 2, 3)
    ]
    with place.unit() as work:
        for drill in drills:
            work.erasures.add_drill(drill)
        work.commit()
        assert work.erasures.drills(CLIENTS, limit=2) == (drills[2], drills[1])
        assert work.erasures.drills(GalleryId("staff"), limit=2) == ()


def test_processes_are_seen_leave_and_are_forgotten(place: Place) -> None:
    old, new = (
        Searcher(id=name, label="pid 7", seen=NOON + timedelta(minutes=minutes), sequence=minutes)
        for name, minutes in (("b", 0), ("a", 5))
    )
    with place.unit() as work:
        work.searchers.seen(old)
        work.searchers.seen(new)
        work.searchers.seen(replace(new, sequence=9))
        work.commit()
        assert work.searchers.all() == (replace(new, sequence=9), old)
        assert work.searchers.forget(NOON + timedelta(minutes=1)) == 1
        work.searchers.left("a")
        work.searchers.left("nobody")
        work.commit()
        assert work.searchers.all() == ()


def test_answers_that_name_a_subject_or_its_references_are_cleared(place: Place) -> None:
    answers = {
        "named": b'{"subject_id":"dave"}',
        "inside": b'[200,{},"{\\"subject_id\\":\\"dave\\"}"]',
        "reference": b'{"reference_id":"r1"}',
        "other": b'{"subject_id":"daves","reference_id":"r12"}',
    }
    with place.unit() as work:
        for key, answer in answers.items():
            work.idempotency.claim(actor_id="alice", key=key, request_digest=bytes(32), at=NOON)
            work.idempotency.complete(actor_id="alice", key=key, answer=answer)
        work.commit()
        assert work.erasures.clear(CLIENTS, DAVE, frozenset({ReferenceId("r1")})) == Cleared(answers=3)
        work.commit()
        held = work.idempotency.claim(actor_id="alice", key="other", request_digest=bytes(32), at=NOON)
        assert held == answers["other"]
        again = work.idempotency.claim(actor_id="alice", key="named", request_digest=bytes(32), at=NOON)
        assert again is None
        work.commit()
