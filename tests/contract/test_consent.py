from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from contract import examples
from contract.examples import HOUR, NOON, TOKYO
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.model import Consent
from storing import Place

CLIENTS = GalleryId("clients")
DAVE = SubjectId("dave")
TICK = timedelta(microseconds=1)


def enrol(place: Place, *subjects: str, consents: tuple[Consent, ...] = ()) -> None:
    with place.unit() as work:
        work.galleries.add(examples.gallery())
        for consent in consents:
            work.consents.put(consent)
        for subject in subjects:
            work.references.add(examples.reference(f"of-{subject}", subject))
        work.commit()


def test_a_consent_comes_back_as_it_was_stored(place: Place) -> None:
    given = examples.consent(given=NOON.astimezone(TOKYO), expires=NOON + HOUR, withdrawn=NOON + HOUR / 2)
    with place.unit() as work:
        work.consents.put(given)
        work.commit()
    with place.unit() as work:
        assert work.consents.get(CLIENTS, DAVE) == given
        assert work.consents.get(CLIENTS, SubjectId("other")) is None
        assert work.consents.get(GalleryId("other"), DAVE) is None


def test_a_new_consent_replaces_the_earlier_one_of_the_same_gallery_only(place: Place) -> None:
    elsewhere = examples.consent(gallery="staff")
    with place.unit() as work:
        work.consents.put(elsewhere)
        work.consents.put(examples.consent(withdrawn=NOON))
        work.consents.put(examples.consent(expires=NOON + HOUR))
        work.commit()
    with place.unit() as work:
        assert work.consents.get(CLIENTS, DAVE) == examples.consent(expires=NOON + HOUR)
        assert work.consents.get(GalleryId("staff"), DAVE) == elsewhere


def test_nobody_has_lapsed_while_every_consent_is_valid(place: Place) -> None:
    enrol(place, "dave", "erin", consents=(examples.consent(), examples.consent("erin", expires=NOON + HOUR)))
    with place.unit() as work:
        assert work.consents.lapsed(CLIENTS, NOON) == frozenset()


def test_a_consent_lapses_at_the_very_moment_it_expires(place: Place) -> None:
    enrol(place, "dave", consents=(examples.consent(expires=NOON + HOUR),))
    with place.unit() as work:
        assert work.consents.lapsed(CLIENTS, NOON + HOUR - TICK) == frozenset()
        assert work.consents.lapsed(CLIENTS, NOON + HOUR) == {DAVE}
        assert work.consents.lapsed(CLIENTS, (NOON + HOUR).astimezone(TOKYO)) == {DAVE}


def test_a_consent_lapses_when_it_is_withdrawn_and_returns_when_it_is_given_again(place: Place) -> None:
    enrol(place, "dave", consents=(examples.consent(),))
    with place.unit() as work:
        work.consents.put(examples.consent(withdrawn=NOON + HOUR))
        work.commit()
        assert work.consents.lapsed(CLIENTS, NOON + HOUR) == {DAVE}
        assert work.consents.lapsed(CLIENTS, NOON + HOUR - TICK) == frozenset()
    with place.unit() as work:
        work.consents.put(examples.consent(given=NOON + 2 * HOUR))
        work.commit()
        assert work.consents.lapsed(CLIENTS, NOON + HOUR) == {DAVE}
        assert work.consents.lapsed(CLIENTS, NOON + 2 * HOUR) == frozenset()


def test_who_never_agreed_has_lapsed(place: Place) -> None:
    enrol(place, "dave", "erin", consents=(examples.consent("erin"),))
    with place.unit() as work:
        assert work.consents.lapsed(CLIENTS, NOON) == {DAVE}


def test_only_the_enrolled_of_that_gallery_are_asked_about(place: Place) -> None:
    past = NOON - HOUR
    enrol(place, "dave", consents=(examples.consent(), examples.consent("erin", withdrawn=past)))
    with place.unit() as work:
        work.galleries.add(examples.gallery("staff"))
        work.references.add(examples.reference("r9", "frank", "staff"))
        work.commit()
        assert work.consents.lapsed(CLIENTS, NOON) == frozenset()
        assert work.consents.lapsed(GalleryId("staff"), NOON) == {"frank"}
        assert work.consents.lapsed(GalleryId("unknown"), NOON) == frozenset()


def test_who_has_no_reference_left_is_no_longer_asked_about(place: Place) -> None:
    enrol(place, "dave")
    with place.unit() as work:
        work.references.remove(examples.reference("of-dave").id)
        work.commit()
        assert work.consents.lapsed(CLIENTS, NOON) == frozenset()
        work.references.add(examples.reference("again"))
        work.commit()
        assert work.consents.lapsed(CLIENTS, NOON) == {DAVE}


def test_minors_who_take_part_are_told_of_by_what_all_of_them_have(place: Place) -> None:
    guarded = replace(examples.consent("mina", expires=NOON + HOUR), minor=True)
    alone = replace(examples.consent("milo", withdrawn=NOON + HOUR / 2), minor=True, instruments=frozenset())
    absent = replace(examples.consent("max"), minor=True, instruments=frozenset())
    enrol(place, "dave", "mina", "milo", consents=(examples.consent(), guarded, alone, absent))
    with place.unit() as work:
        assert work.consents.minors(CLIENTS, NOON) == frozenset()
        assert work.consents.minors(CLIENTS, NOON + HOUR / 2) == guarded.instruments
        assert work.consents.minors(CLIENTS, NOON + HOUR) is None
        assert work.consents.minors(GalleryId("staff"), NOON) is None
        work.consents.stop_use(CLIENTS, SubjectId("mina"), NOON)
        assert work.consents.minors(CLIENTS, NOON + HOUR / 2) is None
