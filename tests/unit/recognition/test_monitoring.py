from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from applying import ADA, AUDITOR, OPERATOR, RUTH
from cast import MALLORY
from countenance.biometrics.model import ComparisonScore, GalleryId, SubjectId
from countenance.errors import CalibrationError, ForbiddenError
from countenance.fairness.monitored import Measure, Watched
from countenance.fairness.sequential import REFERENCE
from countenance.ledger import Entry, EventType
from countenance.oversight.incidents import IncidentKind, ScopeKind
from countenance.policy.model import Act, ObligationKind, Purpose
from countenance.recognition.acts.verification import Claim
from countenance.recognition.watching.monitor_clock import monitor_clock
from countenance.recognition.watching.monitoring import Looked, WatchOutcomes, trials_of
from countenance.recognition.watching.score_tally import MOST, ScoreTally, ScoreWatch
from countenance.vetting.model import Actor, LeaseId
from fakes_engine import fake_threshold, photograph
from world import ARCHIVE, BANK, DOORS, MUSEUM, World


@pytest.fixture
def world() -> World:
    made = World()
    made.furnish(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, "dave")
    made.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave")
    return made


def watch(world: World) -> WatchOutcomes:
    return world.acts.gate.watch_outcomes


def outcomes(world: World, gallery: str, told: str, count: int) -> None:
    """Put completions of verifications on the ledger, as verifications do."""
    write(world, EventType.VERIFICATION_COMPLETED, count, gallery=gallery, outcome=told)


def write(world: World, event: EventType, count: int, **fields: Any) -> None:  # noqa: ANN401  JSON values
    with world.unit_of_work() as work:
        for _ in range(count):
            work.ledger.append(Entry(event, world.clock(), fields))
        work.commit()


def watched(world: World, gallery: str, measure: Measure) -> Watched:
    found = {(one.gallery_id, one.measure): one for one in world.acts.gate.read_monitor(AUDITOR)}
    return found[gallery, measure]


def test_verifications_are_counted_from_the_ledger_once_each(world: World) -> None:
    for number in range(3):
        claim = Claim(gallery_id=DOORS, subject_id=SubjectId("dave"), probe=photograph("dave", number + 2))
        world.acts.verify(BANK, claim)
    stranger = Claim(gallery_id=DOORS, subject_id=SubjectId("dave"), probe=photograph("mallory", 1))
    world.acts.verify(BANK, stranger)
    watch(world)()
    watch(world)()
    held = watched(world, "doors", Measure.NO_MATCH)
    assert (held.stream.trials, held.stream.errors) == (4, 1)
    assert watched(world, "doors", Measure.NOT_ACQUIRED).stream.errors == 0
    assert watch(world)() == Looked(entries=0, trials=0, alarms=())
    world.check_ledger()


def test_a_rate_that_does_not_rise_alarms_nobody(world: World) -> None:
    for _ in range(20):
        outcomes(world, "doors", "match", 95)
        outcomes(world, "doors", "no_match", 5)
    assert watch(world)().alarms == ()
    assert watched(world, "doors", Measure.NO_MATCH).stream.trials == 2_000


def test_a_rise_opens_an_incident_and_narrows_the_lease_in_one_transaction(world: World) -> None:
    outcomes(world, "doors", "match", REFERENCE)
    outcomes(world, "doors", "no_match", 60)
    (alarm,) = watch(world)().alarms
    assert alarm.kind is IncidentKind.NO_MATCH_RATE
    assert (alarm.scope.kind, alarm.scope.of) == (ScopeKind.LEASE, "bank")
    assert alarm.by == "monitor"
    lease = world.acts.vetting.read_leases.one(AUDITOR, LeaseId("bank"))
    assert lease.terms.obligations >= {ObligationKind.LEAD_ONLY, ObligationKind.NO_SCORES}
    assert alarm.narrowed_version == lease.version
    told = [event for event in world.types() if event in {"incident:opened", "lease:narrowed"}]
    assert told == ["lease:narrowed", "incident:opened"]
    assert "dave" not in json.dumps(world.events()[-1])


def test_one_alarm_opens_one_incident_however_long_it_goes_on(world: World) -> None:
    outcomes(world, "doors", "match", REFERENCE)
    for _ in range(5):
        outcomes(world, "doors", "no_match", 60)
        watch(world)()
    assert world.types().count("incident:opened") == 1
    assert watched(world, "doors", Measure.NO_MATCH).stream.alarms >= 2


def test_a_lease_whose_searches_are_held_already_goes_down_to_claims(world: World) -> None:
    with world.unit_of_work() as work:
        lease = work.leases.get(LeaseId("museum"))
        assert lease is not None
    for kind in (EventType.IDENTIFICATION_COMPLETED, EventType.IDENTIFICATION_FAILED):
        count = REFERENCE if kind is EventType.IDENTIFICATION_COMPLETED else 60
        write(world, kind, count, gallery="archive", code="face_quality_low")
    (alarm,) = watch(world)().alarms
    assert alarm.kind is IncidentKind.QUALITY_DRIFT
    world.acts.gate.resolve_incident(RUTH, alarm.id, "a lamp was broken and is mended")
    write(world, EventType.CASE_AGREED, REFERENCE, gallery="archive")
    write(world, EventType.CASE_CLOSED, 60, gallery="archive", reason="no_agreement")
    (second,) = watch(world)().alarms
    assert second.kind is IncidentKind.OVERRIDE_RATE_ALARM
    terms = world.acts.vetting.read_leases.one(AUDITOR, LeaseId("museum")).terms
    assert Act.IDENTIFY not in terms.acts


def test_what_is_normal_is_learned_anew_after_a_new_review(world: World) -> None:
    outcomes(world, "doors", "match", 50)
    watch(world)()
    with world.unit_of_work() as work:
        lease = work.leases.get(LeaseId("bank"))
        assert lease is not None
        longer = replace(lease.terms, expires=lease.terms.expires + timedelta(days=30))
        work.leases.put(replace(lease, terms=longer))
        work.commit()
    outcomes(world, "doors", "match", 7)
    watch(world)()
    assert watched(world, "doors", Measure.NO_MATCH).stream.trials == 7


def test_each_entry_tells_what_it_tells_and_no_more() -> None:
    def entry(kind: str, **fields: object) -> dict[str, object]:
        return {"type": kind, "gallery": "g", **fields}

    found = trials_of(
        [
            entry("verification:completed", outcome="no_match"),
            entry("verification:failed", code="face_not_found"),
            entry("verification:failed", code="busy"),
            entry("identification:held", outcome="held"),
            entry("enrolment:permitted"),
            entry("case:closed", reason="expired"),
            entry("case:released"),
            entry("case:appealed"),
            entry("case:overturned"),
            {"type": "verification:completed", "gallery": None, "outcome": "match"},
        ]
    )
    assert found == {
        ("g", Measure.NOT_ACQUIRED): [False, True, False],
        ("g", Measure.NO_MATCH): [True],
        ("g", Measure.APPEALED): [False, True],
        ("g", Measure.OVERTURNED): [True],
    }


def test_matches_with_low_scores_are_counted_without_keeping_a_score(world: World) -> None:
    tally = ScoreTally()
    strict = fake_threshold(100_000)
    counted = ScoreWatch(tally, lambda fmr: strict if fmr == 100_000 else fake_threshold(1))
    for score in (0.49, 0.5, 0.9):
        counted(GalleryId("doors"), 1_000_000, ComparisonScore(score))
    counted(GalleryId("doors"), 100_000, ComparisonScore(0.1))
    assert tally.drain() == {"doors": [True, False, False]}
    assert tally.drain() == {}
    for _ in range(MOST + 5):
        tally.add("doors", low=False)
    assert len(tally.drain()["doors"]) == MOST
    look = WatchOutcomes(world.acts.gate.open_incident, lambda _: strict, world.unit_of_work, tally)
    look()
    for low, count in ((False, REFERENCE), (True, 80)):
        for _ in range(count):
            tally.add("doors", low=low)
    (alarm,) = look().alarms
    assert alarm.kind is IncidentKind.SCORE_DRIFT


def test_a_calibration_that_goes_no_further_counts_no_scores() -> None:
    def none(fmr_ppb: int) -> Any:  # noqa: ANN401  never returns
        raise CalibrationError(f"no calibration reaches a false match rate of {fmr_ppb} in a billion")

    tally = ScoreTally()
    ScoreWatch(tally, none)(GalleryId("doors"), 1_000_000, ComparisonScore(0.5))
    assert tally.drain() == {}


def test_the_verification_tells_the_tally_of_matches_alone(world: World) -> None:
    counted: list[tuple[str, int]] = []
    act = world.acts.verify
    told = replace(act, watch=lambda gallery, fmr, _: counted.append((gallery, fmr)))
    told(BANK, Claim(gallery_id=DOORS, subject_id=SubjectId("dave"), probe=photograph("dave", 2)))
    told(BANK, Claim(gallery_id=DOORS, subject_id=SubjectId("dave"), probe=photograph("mallory", 2)))
    assert counted == [("doors", 100_000)]


@pytest.mark.parametrize("actor", [MALLORY, BANK, ADA, OPERATOR])
def test_strangers_see_nothing_of_what_is_watched(world: World, actor: Actor) -> None:
    with pytest.raises(ForbiddenError):
        world.acts.gate.read_monitor(actor)
    assert world.types()[-1] == "request:refused"


def test_a_gallery_that_is_gone_is_watched_no_more(world: World) -> None:
    outcomes(world, "nowhere", "no_match", 500)
    assert watch(world)().alarms == ()
    assert "nowhere" not in {one.gallery_id for one in world.acts.gate.read_monitor(AUDITOR)}


def test_the_clock_looks_and_comes_to_an_end() -> None:
    taken: list[int] = []

    def look() -> Looked:
        taken.append(1)
        return Looked(entries=0, trials=0, alarms=())

    clock = monitor_clock(look, seconds=0.001)
    clock.start()
    clock.start()
    while len(taken) < 3:
        pass
    clock.stop()
    count = len(taken)
    clock.stop()
    assert len(taken) == count
