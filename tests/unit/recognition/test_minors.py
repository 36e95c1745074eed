"""A gallery in which minors take part is searched as what it is: one of minors."""

from __future__ import annotations

from datetime import timedelta

import pytest

from countenance.biometrics.model import SubjectId
from countenance.errors import NothingToExamineError, RefusedError
from countenance.policy.model import Purpose, Question
from countenance.recognition.acts.identification import Search
from countenance.recognition.consents.giving import Agreement
from fakes_engine import photograph
from world import ARCHIVE, MUSEUM, World

MINA = SubjectId("mina")
SEARCH = Search(gallery_id=ARCHIVE, probe=photograph("dave", 7))


def last_question(world: World) -> Question:
    decision = next(event["decision"] for event in reversed(world.events()) if "decision" in event)
    with world.unit_of_work() as work:
        record = work.decisions.get(decision)
    assert record is not None
    return record.question


@pytest.fixture
def museum(world: World) -> World:
    """An archive with dave, who is grown up."""
    world.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave")
    return world


def take_in(world: World, *instruments: str) -> None:
    """Enrol mina, a minor, whose consent was given with these instruments and ends in a day."""
    with world.unit_of_work() as work:
        held = work.consents.get(ARCHIVE, MINA)
    assert held is None
    world.agree(MUSEUM, ARCHIVE, MINA, until=world.clock() + timedelta(days=1))
    world.enrol(MUSEUM, ARCHIVE, MINA)
    agreement = Agreement(
        gallery_id=ARCHIVE,
        subject_id=MINA,
        notice="v1",
        method="form",
        expires=world.clock() + timedelta(days=1),
        instruments=frozenset(instruments),
        minor=True,
    )
    world.acts.give_consent(MUSEUM, agreement)


def test_a_gallery_without_minors_is_asked_of_as_one(museum: World) -> None:
    museum.acts.identify(MUSEUM, SEARCH)
    assert not last_question(museum).minor


def test_with_a_minor_whose_guardian_agreed_people_must_judge_first(museum: World) -> None:
    take_in(museum, "guardian_consent")
    with pytest.raises(NothingToExamineError):
        museum.acts.identify(MUSEUM, SEARCH)
    asked = last_question(museum)
    assert asked.minor
    assert "guardian_consent" in asked.instruments


def test_with_a_minor_without_a_guardians_consent_the_gallery_is_not_searched(museum: World) -> None:
    take_in(museum)
    with pytest.raises(RefusedError) as caught:
        museum.acts.identify(MUSEUM, SEARCH)
    assert "house.minors" in caught.value.reasons
    assert museum.types()[-1] == "identification:refused"


def test_a_minor_whose_consent_has_ended_takes_no_part_and_changes_nothing(museum: World) -> None:
    take_in(museum)
    museum.clock.advance(timedelta(days=1))
    found = museum.acts.identify(MUSEUM, SEARCH).candidates
    assert found is not None
    assert [one.subject_id for one in found.candidates] == ["dave"]
    assert not last_question(museum).minor
