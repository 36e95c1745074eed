"""Rates by group: of subjects who said so for this purpose, where enough did, and forgotten with them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from applying import AUDITOR
from cast import MALLORY
from consent_stage import agreement, bank_with_notice
from countenance.biometrics.model import SubjectId
from countenance.consent.notice import GroupQuestion, Notice, digest_of
from countenance.errors import ForbiddenError, InvalidInputError, NoticeIncompleteError, StateError
from countenance.fairness.labels import FEWEST, WatchedGroup
from countenance.fairness.monitored import Measure
from countenance.fairness.sequential import REFERENCE
from countenance.ledger import Entry, EventType
from countenance.recognition.acts.verification import Claim
from countenance.recognition.subjects.model import OpenedSession, Place, SubjectSession
from fakes_engine import photograph
from world import BANK, DOORS, World

ASKED = (
    GroupQuestion(name="sex", answers=("female", "male", "another")),
    GroupQuestion(name="born", answers=("before 1960", "since 1960")),
)


def peopled(count: int = FEWEST) -> tuple[World, Notice]:
    """A world in which so many people are enrolled under a notice that asks about groups."""
    world, notice = bank_with_notice(fairness_groups=ASKED)
    for number in range(count):
        subject = SubjectId(f"person{number}")
        world.acts.consent.give(BANK, replace(agreement(world, notice), subject_id=subject))
        world.enrol(BANK, DOORS, subject)
    return world, notice


def session(world: World, subject: str) -> OpenedSession:
    """What a subject holds who came in with a code."""
    now = world.clock()
    place = Place(DOORS, SubjectId(subject))
    return OpenedSession("token", SubjectSession(digest=b"", place=place, opened=now, seen=now, expires=now))


def say(world: World, count: int, word: str = "female") -> None:
    for number in range(count):
        world.acts.subjects.record_groups(session(world, f"person{number}"), {"sex": word})


def claims(world: World, subject: str, *, count: int, errors: int) -> None:
    """Put completed claims of a subject on the ledger, as verifications do."""
    with world.unit_of_work() as work:
        commitment = work.references.commitment(DOORS, SubjectId(subject))
        assert commitment is not None
        for at in range(count):
            told = {
                "gallery": DOORS,
                "subject": commitment.hex(),
                "outcome": "no_match" if at < errors else "match",
            }
            work.ledger.append(Entry(EventType.VERIFICATION_COMPLETED, world.clock(), told))
        work.commit()


def groups(world: World) -> dict[tuple[str, str], WatchedGroup]:
    world.acts.gate.watch_outcomes()
    return {(one.group, one.measure): one for one in world.acts.gate.read_monitor.groups(AUDITOR)}


def test_a_claim_is_counted_for_the_group_that_its_subject_recorded() -> None:
    world, _ = peopled()
    say(world, FEWEST)
    claim = Claim(gallery_id=DOORS, subject_id=SubjectId("person0"), probe=photograph("person0", 2))
    world.acts.verify(BANK, claim)
    claims(world, "person1", count=3, errors=1)
    found = groups(world)
    assert set(found) == {("sex: female", Measure.NO_MATCH), ("sex: female", Measure.NOT_ACQUIRED)}
    held = found["sex: female", Measure.NO_MATCH]
    assert (held.stream.trials, held.stream.errors, held.subjects) == (4, 1, FEWEST)
    assert groups(world) == found
    with pytest.raises(ForbiddenError):
        world.acts.gate.read_monitor.groups(MALLORY)
    world.check_ledger()


def test_nothing_is_counted_of_fewer_than_five_people_and_it_is_forgotten_when_they_become_fewer() -> None:
    world, _ = peopled()
    say(world, FEWEST - 1)
    claims(world, "person0", count=9, errors=1)
    assert groups(world) == {}
    say(world, FEWEST)
    claims(world, "person0", count=9, errors=1)
    assert groups(world)["sex: female", Measure.NO_MATCH].stream.trials == 9
    assert world.acts.subjects.record_groups.withdraw(session(world, "person4"))
    claims(world, "person0", count=1, errors=0)
    assert groups(world) == {}


def test_a_group_whose_rate_rises_opens_an_incident_that_names_it() -> None:
    world, _ = peopled(FEWEST + 1)
    say(world, FEWEST)
    claims(world, "person0", count=REFERENCE, errors=3)
    assert groups(world)["sex: female", Measure.NO_MATCH].stream.baseline is not None
    for _ in range(20):  # the gallery's own rate stays what it was
        claims(world, "person1", count=1, errors=1)
        claims(world, f"person{FEWEST}", count=60, errors=0)
    looked = world.acts.gate.watch_outcomes()
    (incident,) = looked.alarms
    assert "group `sex: female`" in incident.reason
    assert incident.narrowed_version is not None
    assert groups(world)["sex: female", Measure.NO_MATCH].stream.alarms == 1


def test_labels_are_not_used_once_the_consent_or_its_notice_does_not_carry_them() -> None:
    world, notice = peopled()
    say(world, FEWEST)
    silent = world.acts.consent.publish(BANK, replace(notice.draft, fairness_groups=()))
    world.clock.advance(world.clock().resolution * 60_000_000)
    for number in range(FEWEST):
        agreed = replace(agreement(world, silent), subject_id=SubjectId(f"person{number}"))
        world.acts.consent.give(BANK, agreed)
    claims(world, "person0", count=9, errors=1)
    assert groups(world) == {}


def test_a_subject_says_only_what_its_notice_offers_and_the_log_holds_none_of_it() -> None:
    world, _ = peopled(1)
    act, own = world.acts.subjects.record_groups, session(world, "person0")
    assert act.read(own).questions == ASKED
    for wrong in ({}, {"sex": "tall"}, {"height": "tall"}, {"sex": "female", "born": "today"}):
        with pytest.raises(InvalidInputError):
            act(own, wrong)
    with pytest.raises(StateError):
        act(session(world, "nobody"), {"sex": "female"})
    act(own, {"sex": "another", "born": "since 1960"})
    recorded = act.read(own).recorded
    assert recorded is not None
    assert dict(recorded.answers) == {"born": "since 1960", "sex": "another"}
    assert act.withdraw(own)
    assert not act.withdraw(own)
    first, last = world.events()[-2:]
    assert (first["type"], last["type"]) == ("subject_groups:recorded", "subject_groups:withdrawn")
    assert "another" not in str(first)
    world.check_ledger()


def test_a_notice_without_the_purpose_asks_nothing_and_keeps_the_digest_that_it_had() -> None:
    world, notice = bank_with_notice()
    assert "fairness_groups" not in str(digest_of(notice.draft, 1))
    world.acts.consent.give(BANK, agreement(world, notice))
    world.enrol(BANK, DOORS, SubjectId("dave"))
    with pytest.raises(StateError):
        world.acts.subjects.record_groups(session(world, "dave"), {"sex": "female"})


@pytest.mark.parametrize(
    "asked",
    [
        (GroupQuestion(name="sex", answers=("female",)),),
        (GroupQuestion(name="sex", answers=("a", "a")),),
        (GroupQuestion(name="<b>", answers=("a", "b")),),
        (ASKED[0], ASKED[0]),
    ],
)
def test_questions_that_are_none_are_not_published(asked: tuple[GroupQuestion, ...]) -> None:
    world, notice = bank_with_notice()
    with pytest.raises(NoticeIncompleteError):
        world.acts.consent.publish(BANK, replace(notice.draft, fairness_groups=asked))
