from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contract import examples
from contract.examples import HOUR, NOON
from contract.examples_consent import hold, notice, record
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.model import LegalBasis, RecordId
from countenance.consent.notice import NoticeId
from countenance.consent.retention import HoldId, Interactions
from countenance.errors import AlreadyExistsError
from storing import Place

CLIENTS = GalleryId("clients")
DAVE = SubjectId("dave")
ERIN = SubjectId("erin")
NEVER = datetime.min.replace(tzinfo=UTC)


def furnish(place: Place, *subjects: str) -> None:
    with place.unit() as work:
        work.galleries.add(examples.gallery())
        for subject in subjects:
            work.consents.put(examples.consent(subject))
            work.references.add(examples.reference(f"of-{subject}", subject))
        work.commit()


def test_a_consent_keeps_its_basis_whether_of_a_minor_and_its_record(place: Place) -> None:
    given = replace(examples.consent(), basis=LegalBasis.COURT_ORDER, minor=True, record_id=RecordId("con_1"))
    with place.unit() as work:
        work.consents.put(given)
        work.commit()
    with place.unit() as work:
        assert work.consents.get(CLIENTS, DAVE) == given


def test_a_notice_comes_back_as_it_was_published(place: Place) -> None:
    with place.unit() as work:
        work.consent_notices.add(notice())
        work.consent_notices.add(notice(version=2))
        work.consent_notices.add(notice("archive", customer="museum"))
        work.commit()
    with place.unit() as work:
        assert work.consent_notices.get(NoticeId("doors"), 1) == notice()
        assert work.consent_notices.get(NoticeId("doors"), 3) is None
        assert work.consent_notices.versions(NoticeId("doors")) == (notice(), notice(version=2))
        assert work.consent_notices.versions(NoticeId("unknown")) == ()
        assert work.consent_notices.of_customer("museum") == (notice("archive", customer="museum"),)


def test_a_published_version_is_not_replaced(place: Place) -> None:
    with place.unit() as work:
        work.consent_notices.add(notice())
        with pytest.raises(AlreadyExistsError):
            work.consent_notices.add(replace(notice(), digest="00" * 32))
        work.commit()
    with place.unit() as work:
        assert work.consent_notices.get(NoticeId("doors"), 1) == notice()


def test_a_record_of_consent_comes_back_as_it_was_made(place: Place) -> None:
    furnish(place)
    later = replace(record("con_2"), given=NOON + HOUR)
    with place.unit() as work:
        work.consent_records.add(later)
        work.consent_records.add(record("con_1"))
        work.consent_records.add(replace(record("con_3"), subject_id=ERIN))
        with pytest.raises(AlreadyExistsError):
            work.consent_records.add(record("con_1"))
        work.commit()
    with place.unit() as work:
        assert work.consent_records.get(RecordId("con_1")) == record("con_1")
        assert work.consent_records.get(RecordId("con_9")) is None
        assert work.consent_records.of_subject(CLIENTS, DAVE) == (record("con_1"), later)


def test_records_go_with_their_gallery_and_notices_stay(place: Place) -> None:
    furnish(place)
    with place.unit() as work:
        work.consent_notices.add(notice())
        work.consent_records.add(record())
        work.retention.put_interactions(
            Interactions(gallery_id=CLIENTS, subject_id=DAVE, last_interaction=NOON)
        )
        work.commit()
        work.galleries.remove(CLIENTS)
        work.commit()
    with place.unit() as work:
        assert work.consent_records.get(record().id) is None
        assert work.retention.interactions(CLIENTS, DAVE).last_interaction is None
        assert work.consent_notices.get(NoticeId("doors"), 1) == notice()


def test_contacts_come_back_and_are_forgotten(place: Place) -> None:
    furnish(place)
    nothing = Interactions(gallery_id=CLIENTS, subject_id=DAVE)
    told = replace(nothing, last_interaction=NOON, purpose_satisfied=NOON + HOUR)
    with place.unit() as work:
        assert work.retention.interactions(CLIENTS, DAVE) == nothing
        work.retention.put_interactions(replace(nothing, last_interaction=NOON - HOUR))
        work.retention.put_interactions(told)
        work.commit()
        assert work.retention.interactions(CLIENTS, DAVE) == told
        work.retention.forget(CLIENTS, DAVE)
        work.commit()
        assert work.retention.interactions(CLIENTS, DAVE) == nothing


def test_those_without_contact_since_wait_to_be_looked_at(place: Place) -> None:
    furnish(place, "dave", "erin", "frank")
    touched = Interactions(gallery_id=CLIENTS, subject_id=ERIN, last_interaction=NOON + 2 * HOUR)
    satisfied = Interactions(
        gallery_id=CLIENTS, subject_id=SubjectId("frank"), last_interaction=NOON, purpose_satisfied=NOON
    )
    with place.unit() as work:
        work.retention.put_interactions(touched)
        work.retention.put_interactions(satisfied)
        work.commit()
        waiting, soon = work.retention.waiting, (NOON + HOUR, NEVER)
        assert waiting(CLIENTS, before=(NOON, NEVER), after=None, limit=9) == ("frank",)
        assert waiting(CLIENTS, before=soon, after=None, limit=9) == ("dave", "frank")
        assert waiting(CLIENTS, before=soon, after=DAVE, limit=9) == ("frank",)
        assert waiting(CLIENTS, before=(NOON + 3 * HOUR, NEVER), after=None, limit=2) == ("dave", "erin")
        assert waiting(CLIENTS, before=(NEVER, NOON), after=None, limit=9) == ("frank",)
        assert waiting(CLIENTS, before=(NEVER, NOON + HOUR), after=None, limit=2) == ("dave", "erin")
        assert waiting(GalleryId("unknown"), before=soon, after=None, limit=9) == ()


def test_who_never_agreed_waits_to_be_looked_at(place: Place) -> None:
    furnish(place)
    with place.unit() as work:
        work.references.add(examples.reference("of-dave"))
        work.commit()
        assert work.retention.waiting(CLIENTS, before=(NOON, NEVER), after=None, limit=9) == ("dave",)


def test_a_hold_comes_back_and_is_replaced_when_it_ends(place: Place) -> None:
    whole = replace(hold("h2"), subject_id=None, placed=NOON + HOUR)
    with place.unit() as work:
        work.retention.put_hold(whole)
        work.retention.put_hold(hold("h1"))
        work.commit()
        assert work.retention.holds(CLIENTS) == (hold("h1"), whole)
        ended = replace(hold("h1"), released=NOON + HOUR, released_by="carol")
        work.retention.put_hold(ended)
        work.commit()
        assert work.retention.hold(HoldId("h1")) == ended
        assert work.retention.hold(HoldId("h9")) is None
        assert work.retention.holds(GalleryId("other")) == ()


def test_a_hold_is_in_force_until_it_ends_or_is_released() -> None:
    one = hold()
    assert one.in_force(NOON)
    assert not one.in_force(NOON - timedelta(seconds=1))
    assert not one.in_force(one.until)
    assert not replace(one, released=NOON + HOUR).in_force(NOON + HOUR)
