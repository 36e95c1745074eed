"""Groups that subjects recorded, on every place that stores."""

from __future__ import annotations

from dataclasses import replace

from contract import examples
from contract.examples import NOON
from contract.test_subjects import DAVE, enrolled
from countenance.fairness.labels import RecordedGroups, WatchedGroup
from countenance.fairness.monitored import Measure
from countenance.fairness.sequential import Stream
from countenance.storage import Keyring, unit_of_work_factory
from countenance.storage.rotation import rotate_master_key
from storing import KEYRING, SIGNER, Place

CLIENTS = str(DAVE.gallery_id)
SAID = RecordedGroups(answers={"sex": "female", "skin": "VI"}, recorded=NOON)
WATCHED = WatchedGroup(
    gallery_id=CLIENTS,
    measure=Measure.NO_MATCH,
    group="sex: female",
    under="x",
    subjects=6,
    stream=Stream(trials=9, errors=1),
)


def record(place: Place, subject: str, said: RecordedGroups = SAID) -> None:
    with place.unit() as work:
        work.group_labels.put(CLIENTS, subject, said, f"commitment of {subject}")
        work.commit()


def test_what_a_subject_recorded_comes_back_replaced_and_removed(place: Place) -> None:
    enrolled(place, "dave", "eve")
    record(place, "dave")
    record(place, "eve")
    record(place, "dave", replace(SAID, answers={"sex": "another"}))
    with place.unit() as work:
        held = work.group_labels.get(CLIENTS, "dave")
        assert held is not None
        assert (dict(held.answers), held.recorded) == ({"sex": "another"}, NOON)
        assert work.group_labels.get(CLIENTS, "nobody") is None
        found = {one.subject_id: one for one in work.group_labels.in_gallery(CLIENTS)}
        assert list(found) == ["dave", "eve"]
        assert found["eve"].commitment == "commitment of eve"
        assert dict(found["eve"].answers) == SAID.answers
        assert work.group_labels.in_gallery("elsewhere") == ()
        assert work.group_labels.remove(CLIENTS, "eve")
        assert not work.group_labels.remove(CLIENTS, "eve")
        work.commit()
    with place.unit() as work:
        assert [one.subject_id for one in work.group_labels.in_gallery(CLIENTS)] == ["dave"]


def test_labels_are_under_the_subjects_own_key_and_go_with_it(place: Place) -> None:
    enrolled(place, "dave")
    record(place, "dave")
    if place.database is not None:
        with place.database.engine.connect() as connection:
            (row,) = connection.exec_driver_sql("SELECT sealed FROM group_labels").all()
        assert b"female" not in bytes(row[0])
        new = Keyring(bytes(32))
        rotate_master_key(place.database, KEYRING, new)
        with unit_of_work_factory(place.database, new, SIGNER)() as work:
            assert work.group_labels.get(CLIENTS, "dave") is not None
        rotate_master_key(place.database, new, KEYRING)
    with place.unit() as work:
        work.references.erase(DAVE.gallery_id, DAVE.subject_id)
        work.commit()
    with place.unit() as work:
        assert work.group_labels.get(CLIENTS, "dave") is None
        assert work.group_labels.in_gallery(CLIENTS) == ()
        work.references.add(examples.reference("again", subject="dave"))
        work.commit()
        assert work.group_labels.get(CLIENTS, "dave") is None


def test_what_is_watched_by_group_is_kept_and_forgotten(place: Place) -> None:
    other = replace(WATCHED, group="sex: male")
    with place.unit() as work:
        for one in (other, WATCHED, replace(WATCHED, gallery_id="elsewhere")):
            work.group_labels.watch(one)
        work.group_labels.watch(replace(WATCHED, subjects=7))
        work.commit()
    with place.unit() as work:
        assert work.group_labels.watched((CLIENTS,)) == (replace(WATCHED, subjects=7), other)
        work.group_labels.unwatch(other)
        work.commit()
    with place.unit() as work:
        assert [one.gallery_id for one in work.group_labels.watched()] == [CLIENTS, "elsewhere"]
