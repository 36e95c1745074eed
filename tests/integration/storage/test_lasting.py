"""What seldom changes is read once a connection, and again as soon as anybody has changed it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace

import pytest

from contract import examples
from countenance.storage import Database, SqlUnitOfWork, open_database, unit_of_work_factory
from countenance.vetting.model import Lease
from storing import KEYRING, SIGNER

Units = Callable[[], SqlUnitOfWork]
LEASE = examples.lease()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(request.param)
    unit = unit_of_work_factory(found, KEYRING, SIGNER)
    with unit() as work:
        work.customers.put(examples.customer(LEASE.customer_id))
        work.leases.put(LEASE)
        work.commit()
    return found


def acting(unit: Units, number: int = 0) -> Lease | None:
    """Read the lease as an act does, as the writer, and put an entry on the log."""
    with unit() as work:
        work.become_writer()
        held = work.leases.held(LEASE.id)
        work.ledger.append(examples.entry(number))
        work.commit()
    return held[0] if held is not None else None


def selects(database: Database) -> list[str]:
    """Return the list that every statement on SQLite's connections goes to from now on."""
    seen: list[str] = []
    connection = database.take_connection()
    driver = connection.proxied.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_trace_callback(seen.append)
    database.give_back(connection)
    return seen


def revoked(lease: Lease) -> Lease:
    return replace(lease, terms=replace(lease.terms, revoked=True))


def test_acts_that_follow_one_another_read_it_once(sqlite: Database) -> None:
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)
    with unit() as work:
        work.customers.put(examples.customer(LEASE.customer_id))
        work.leases.put(LEASE)
        work.commit()
    acting(unit)
    seen = selects(sqlite)
    assert [acting(unit, number) for number in range(1, 6)] == [LEASE] * 5
    assert not [one for one in seen if "FROM leases" in one]
    assert len([one for one in seen if "data_version" in one]) == 5


def test_a_change_by_another_process_is_seen_by_the_next_act(database: Database) -> None:
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    assert acting(unit) == LEASE
    other = open_database(database.engine.url.render_as_string(hide_password=False))
    with unit_of_work_factory(other, KEYRING, SIGNER)() as work:
        work.leases.put(revoked(LEASE))
        work.commit()
    assert acting(unit, 1) == revoked(LEASE)
    other.close()


def test_a_change_on_another_connection_of_the_process_is_seen_by_the_next_act(database: Database) -> None:
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    assert acting(unit) == LEASE
    with unit() as reading:
        reading.galleries.get(examples.gallery().id)  # holds the connection that acted
        with unit() as work:
            work.leases.put(revoked(LEASE))
            work.commit()
    assert acting(unit, 1) == revoked(LEASE)


def test_a_change_on_the_same_connection_is_seen_at_once_and_by_the_next_act(database: Database) -> None:
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    assert acting(unit) == LEASE
    with unit() as work:
        work.become_writer()
        before = work.leases.held(LEASE.id)
        work.leases.put(revoked(LEASE))
        after = work.leases.held(LEASE.id)
        work.commit()
    assert before is not None
    assert after is not None
    assert (before[0], after[0]) == (LEASE, revoked(LEASE))
    assert acting(unit, 1) == revoked(LEASE)


def test_what_was_rolled_back_is_not_remembered(database: Database) -> None:
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    with unit() as work:
        work.become_writer()
        work.leases.put(revoked(LEASE))
        assert work.leases.held(LEASE.id) is not None
    assert acting(unit) == LEASE


def test_the_customer_behind_a_lease_is_as_fresh(database: Database) -> None:
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    assert acting(unit) == LEASE
    renamed = replace(examples.customer(LEASE.customer_id), name="Another name")
    with unit() as work:
        work.customers.put(renamed)
        work.commit()
    with unit() as work:
        work.become_writer()
        held = work.leases.held(LEASE.id)
    assert held is not None
    assert held[1] == renamed


def test_a_lease_that_is_not_there_is_found_once_it_is(database: Database) -> None:
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    later = replace(LEASE, terms=replace(LEASE.terms, id="later"))
    with unit() as work:
        work.become_writer()
        assert work.leases.held(later.id) is None
        work.commit()
    with unit() as work:
        work.leases.put(later)
        work.commit()
    with unit() as work:
        work.become_writer()
        held = work.leases.held(later.id)
    assert held is not None
    assert held[0] == later


def test_the_memory_of_one_connection_is_bounded(sqlite: Database) -> None:
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)
    with unit() as work:
        work.become_writer()
        for number in range(1000):
            assert work.leases.held(type(LEASE.id)(f"none-{number}")) is None
        connection = work.session.connection
        assert connection is not None
        assert 0 < len(sqlite.lasting(connection)) <= 256
