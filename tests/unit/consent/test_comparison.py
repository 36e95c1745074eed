"""Whoever's consent has ended takes part in no comparison, whichever way it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from countenance.biometrics.model import ComparisonScore, ReferenceId, SubjectId
from countenance.errors import NotFoundError, RefusedError
from countenance.policy.model import Purpose
from countenance.recognition.acts.identification import Search
from countenance.recognition.acts.stored_probes import Listing
from countenance.recognition.acts.verification import Claim
from fakes_engine import photograph
from world import ARCHIVE, BANK, DOORS, MUSEUM, World

DAVE, ERIN = SubjectId("dave"), SubjectId("erin")
LEAST = ComparisonScore(0.5)


@pytest.fixture
def museum() -> World:
    """An archive in which Dave's consent ends in a day and Erin's does not."""
    world = World()
    world.acts.create_gallery(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, scraped=False)
    world.agree(MUSEUM, ARCHIVE, DAVE, until=world.clock() + timedelta(days=1))
    world.agree(MUSEUM, ARCHIVE, ERIN)
    for subject in (DAVE, ERIN):
        world.enrol(MUSEUM, ARCHIVE, subject)
    return world


def reference(world: World, subject: SubjectId) -> ReferenceId:
    with world.unit_of_work() as work:
        return work.references.of_subject(ARCHIVE, subject)[0].id


@pytest.mark.parametrize("listing", list(Listing))
def test_no_search_lists_who_has_lapsed(museum: World, listing: Listing) -> None:
    museum.acts.users.create(MUSEUM, ARCHIVE, "u1")
    museum.acts.associate(MUSEUM, (ARCHIVE, "u1"), [reference(museum, DAVE)], at_least=LEAST)
    search = Search(gallery_id=ARCHIVE, probe=photograph("dave", 7), listing=listing)
    before = museum.acts.identify(MUSEUM, search).candidates
    assert before is not None
    assert [one.subject_id for one in before.candidates] == [DAVE]
    museum.clock.advance(timedelta(days=1))
    after = museum.acts.identify(MUSEUM, search)
    assert after.candidates is not None
    assert (after.candidates.candidates, after.faces) == ((), ())


def test_no_search_is_made_with_who_has_lapsed(museum: World) -> None:
    probe = (reference(museum, DAVE),)
    museum.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=probe))
    museum.clock.advance(timedelta(days=1))
    with pytest.raises(NotFoundError):
        museum.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=probe))


def test_no_claim_is_compared_with_who_has_lapsed() -> None:
    world = World()
    world.acts.create_gallery(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, scraped=False)
    world.agree(BANK, DOORS, DAVE, until=world.clock() + timedelta(days=1))
    world.enrol(BANK, DOORS, DAVE)
    claim = Claim(gallery_id=DOORS, subject_id=DAVE, probe=photograph("dave", 2))
    world.acts.verify(BANK, claim)
    world.clock.advance(timedelta(days=1))
    with pytest.raises(RefusedError) as raised:
        world.acts.verify(BANK, claim)
    assert raised.value.missing == ("consent",)


def test_a_face_is_not_compared_with_a_users_faces_that_have_lapsed(museum: World) -> None:
    museum.acts.users.create(MUSEUM, ARCHIVE, "u1")
    place, dave, erin = (ARCHIVE, "u1"), reference(museum, DAVE), reference(museum, ERIN)
    museum.acts.associate(MUSEUM, place, [dave], at_least=LEAST)
    assert museum.acts.associate(MUSEUM, place, [erin], at_least=LEAST).left_out[0].score is not None
    museum.clock.advance(timedelta(days=1))
    with pytest.raises(NotFoundError, match="may be compared"):
        museum.acts.associate(MUSEUM, place, [erin], at_least=LEAST)


def test_an_objection_keeps_out_like_the_end_of_a_consent(museum: World) -> None:
    with museum.unit_of_work() as work:
        held = work.consents.get(ARCHIVE, ERIN)
        assert held is not None
        assert not replace(held, objected=museum.clock()).valid_at(museum.clock())
        work.consents.stop_use(ARCHIVE, ERIN, museum.clock())
        work.commit()
    found = museum.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=photograph("erin", 7))).candidates
    assert found is not None
    assert found.candidates == ()
