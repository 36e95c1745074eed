from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from contract.examples import HOUR, NOON
from countenance.oversight.incidents import (
    Incident,
    IncidentId,
    IncidentKind,
    Resolution,
    Scope,
    ScopeKind,
)
from countenance.policy.model import Stop
from countenance.storage import Keyring, rotate_master_key, unit_of_work_factory
from storing import KEYRING, SIGNER, Place

FIRST = Incident(
    id=IncidentId("inc_1"),
    kind=IncidentKind.SCORE_DRIFT,
    scope=Scope(kind=ScopeKind.LEASE, of="lease"),
    stops=Stop.CONSEQUENTIAL_ACTS,
    opened=NOON,
    by="monitor",
    reason="mated scores fell at gate 3",
    evidence="ab" * 32,
    lease="lease",
    narrowed_version=4,
)
SECOND = replace(FIRST, id=IncidentId("inc_2"), opened=NOON + HOUR, stops=None, narrowed_version=None)


def keep(place: Place, *incidents: Incident) -> None:
    with place.unit() as work:
        for incident in incidents:
            work.incidents.put(incident)
        work.commit()


def test_incidents_come_back_as_they_were_and_the_newest_first(place: Place) -> None:
    keep(place, FIRST, SECOND)
    with place.unit() as work:
        assert work.incidents.get(FIRST.id) == FIRST
        assert work.incidents.get(IncidentId("inc_3")) is None
        assert work.incidents.all(limit=9) == (SECOND, FIRST)
        assert work.incidents.all(skip=1, limit=9) == (FIRST,)
        assert work.incidents.all(limit=1) == (SECOND,)


def test_those_that_are_open_are_found_and_resolved_ones_are_not(place: Place) -> None:
    keep(place, SECOND, FIRST)
    with place.unit() as work:
        assert work.incidents.open() == (FIRST, SECOND)
    solved = Resolution(by="ruth", reason="a lamp was broken", at=NOON + timedelta(days=1), restored=True)
    keep(place, replace(FIRST, resolution=solved))
    with place.unit() as work:
        assert work.incidents.open() == (SECOND,)
        assert work.incidents.get(FIRST.id) == replace(FIRST, resolution=solved)


def test_what_people_wrote_of_an_incident_is_sealed_and_moves_with_the_master_key(place: Place) -> None:
    if place.database is None:
        return
    keep(place, FIRST)
    with place.database.engine.connect() as connection:
        (row,) = connection.exec_driver_sql("SELECT sealed FROM incidents").all()
    assert b"gate 3" not in bytes(row[0])
    new = Keyring(bytes(32))
    rotate_master_key(place.database, KEYRING, new)
    with unit_of_work_factory(place.database, new, SIGNER)() as work:
        assert work.incidents.get(FIRST.id) == FIRST
    rotate_master_key(place.database, new, KEYRING)
