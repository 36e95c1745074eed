"""What the subject's own page stores, on every place that stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from contract import examples
from contract.examples import HOUR, NOON
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.recognition.subjects.model import (
    AccessCode,
    Appearance,
    Place,
    RequestKind,
    RequestState,
    SubjectRequest,
    SubjectSession,
)
from storing import Place as Store

DAVE = Place(GalleryId("clients"), SubjectId("dave"))
EVE = Place(GalleryId("clients"), SubjectId("eve"))
CODE = AccessCode(digest=b"\x01" * 32, place=DAVE, made_by="key_1", issued=NOON, expires=NOON + HOUR)
SESSION = SubjectSession(digest=b"\x02" * 32, place=DAVE, opened=NOON, seen=NOON, expires=NOON + HOUR)
REQUEST = SubjectRequest(
    id="req_1",
    place=DAVE,
    customer_id="bank",
    kind=RequestKind.APPEAL,
    state=RequestState.OPEN,
    text="Das war nicht ich: äöü",
    filed=NOON,
    due=NOON + timedelta(days=31),
    entry=7,
    about="dec_1",
)
SEEN = Appearance(decision_id="dec_2", entry=9, at=NOON, case_id="case_1")


def enrolled(place: Store, *subjects: str) -> None:
    with place.unit() as work:
        work.galleries.add(examples.gallery())
        for number, subject in enumerate(subjects):
            work.references.add(examples.reference(f"ref{number}", subject=subject))
        work.commit()


def test_codes_and_sessions_come_back_as_they_were_stored_and_are_forgotten_when_over(place: Store) -> None:
    with place.unit() as work:
        work.subject_access.put_code(CODE)
        work.subject_access.put_session(SESSION)
        work.commit()
    with place.unit() as work:
        assert work.subject_access.code(CODE.digest) == CODE
        assert work.subject_access.code(SESSION.digest) is None
        assert work.subject_access.session(SESSION.digest) == SESSION
        used = replace(CODE, used=NOON)
        work.subject_access.put_code(used)
        work.commit()
        assert work.subject_access.code(CODE.digest) == used
        assert work.subject_access.forget(NOON + HOUR) == 0
        assert work.subject_access.forget(NOON + 2 * HOUR) == 2
        work.commit()
        assert work.subject_access.session(SESSION.digest) is None


def test_a_subjects_codes_are_dropped_and_nobody_elses(place: Store) -> None:
    other = replace(CODE, digest=b"\x03" * 32, place=EVE)
    with place.unit() as work:
        work.subject_access.put_code(CODE)
        work.subject_access.put_code(other)
        assert work.subject_access.remove_codes(DAVE) == 1
        work.commit()
        assert work.subject_access.code(other.digest) == other
        work.subject_access.put_session(SESSION)
        work.subject_access.remove_session(SESSION.digest)
        work.commit()
        assert work.subject_access.session(SESSION.digest) is None


def test_requests_are_found_by_subject_and_by_customer_the_soonest_due_first(place: Store) -> None:
    later = replace(REQUEST, id="req_2", due=REQUEST.due + HOUR, filed=NOON + HOUR, state=RequestState.DONE)
    theirs = replace(REQUEST, id="req_3", place=EVE, customer_id="rival")
    with place.unit() as work:
        for one in (later, theirs, REQUEST):
            work.subject_requests.add(one)
        work.commit()
        assert work.subject_requests.get("req_1") == REQUEST
        assert work.subject_requests.of_subject(DAVE) == (later, REQUEST)
        assert work.subject_requests.of_customer("bank", None, limit=9) == (REQUEST, later)
        assert work.subject_requests.of_customer("bank", RequestState.OPEN, limit=9) == (REQUEST,)
        assert work.subject_requests.of_customer("bank", None, limit=1) == (REQUEST,)
        with pytest.raises(AlreadyExistsError):
            work.subject_requests.add(REQUEST)
        with pytest.raises(NotFoundError):
            work.subject_requests.put(replace(REQUEST, id="req_9"))


def test_what_was_written_is_erased_and_the_request_stays(place: Store) -> None:
    answered = replace(REQUEST, answer="Doch.", answered=NOON, answered_by="key_1", answer_entry=8)
    with place.unit() as work:
        work.subject_requests.add(answered)
        work.subject_requests.add(replace(REQUEST, id="req_3", place=EVE))
        assert work.subject_requests.silence(DAVE) == 1
        work.commit()
        assert work.subject_requests.get("req_1") == replace(answered, text="", answer="")
        theirs = work.subject_requests.get("req_3")
        assert theirs is not None
        assert theirs.text == REQUEST.text


def test_erasing_a_subject_erases_what_it_wrote(place: Store) -> None:
    enrolled(place, "dave")
    with place.unit() as work:
        work.subject_requests.add(REQUEST)
        work.references.erase(DAVE.gallery_id, DAVE.subject_id)
        work.commit()
        held = work.subject_requests.get("req_1")
        assert held is not None
        assert held.text == ""


def test_appearances_are_a_subjects_own_the_newest_first(place: Store) -> None:
    enrolled(place, "dave", "eve")
    newer = replace(SEEN, decision_id="dec_3", case_id=None)
    with place.unit() as work:
        work.appearances.add(DAVE, SEEN)
        work.appearances.add(DAVE, newer)
        work.commit()
        assert work.appearances.of_subject(DAVE, limit=9) == (newer, SEEN)
        assert work.appearances.of_subject(DAVE, limit=1) == (newer,)
        assert work.appearances.of_subject(EVE, limit=9) == ()


def test_what_was_noted_of_a_subject_ends_with_its_key(place: Store) -> None:
    enrolled(place, "dave")
    with place.unit() as work:
        work.appearances.add(DAVE, SEEN)
        work.commit()
    with place.unit() as work:
        work.references.erase(DAVE.gallery_id, DAVE.subject_id)
        work.appearances.add(DAVE, SEEN)
        work.commit()
        assert work.appearances.of_subject(DAVE, limit=9) == ()
    with place.unit() as work:
        work.references.add(examples.reference("again", subject="dave"))
        work.commit()
        assert work.appearances.of_subject(DAVE, limit=9) == ()


def test_entries_are_found_by_commitment_and_the_log_is_followed_to_an_entry(place: Store) -> None:
    with place.unit() as work:
        assert work.subject_entries.followed() == 0
        work.subject_entries.follow(10, [("aa", 3), ("bb", 4), ("aa", 7)])
        work.subject_entries.follow(12, [("aa", 11), ("aa", 7)])
        work.commit()
        assert work.subject_entries.followed() == 12
        assert list(work.subject_entries.entries_of("aa", limit=9)) == [11, 7, 3]
        assert list(work.subject_entries.entries_of("aa", limit=2)) == [11, 7]
        assert list(work.subject_entries.entries_of("cc", limit=9)) == []


def test_an_objection_stays_when_consent_is_recorded_anew_and_ends_with_a_withdrawal(place: Store) -> None:
    enrolled(place, "dave")
    with place.unit() as work:
        work.consents.put(examples.consent("dave"))
        work.consents.stop_use(DAVE.gallery_id, DAVE.subject_id, NOON + HOUR)
        work.commit()
        assert work.consents.lapsed(DAVE.gallery_id, NOON + HOUR) == {"dave"}
        work.consents.put(examples.consent("dave"))
        work.commit()
        assert work.consents.lapsed(DAVE.gallery_id, NOON + HOUR) == {"dave"}
        held = work.consents.get(DAVE.gallery_id, DAVE.subject_id)
        assert held is not None
        assert not held.valid_at(NOON + HOUR)
        work.consents.stop_use(DAVE.gallery_id, DAVE.subject_id, None)
        work.commit()
        assert work.consents.lapsed(DAVE.gallery_id, NOON + HOUR) == set()
        work.consents.stop_use(DAVE.gallery_id, DAVE.subject_id, NOON)
        work.consents.put(examples.consent("dave", withdrawn=NOON + HOUR))
        work.commit()
        ended = work.consents.get(DAVE.gallery_id, DAVE.subject_id)
        assert ended is not None
        assert ended.objected is None
