"""Retention where only a real database can show it: several processes at once, and a changed master key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from contract import examples
from contract.examples_consent import hold, record
from countenance.app import Countenance
from countenance.biometrics.model import SubjectId
from countenance.errors import StorageError
from countenance.policy.model import Purpose
from countenance.storage import Database, Keyring
from countenance.storage.rotation import rotate_master_key
from countenance.storage.unit_of_work import unit_of_work_factory
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.seed import parse_seed
from plain_index import PlainIndex
from storing import KEYRING, SIGNER
from world import ARCHIVE, MUSEUM, SEED, World

NAMES = [SubjectId(f"s-{number}") for number in range(6)]


def opened(database: Database, like: World | None = None) -> World:
    """A process of its own on the same database, at the same time."""
    world = World()
    world.unit_of_work = unit_of_work_factory(database, KEYRING, SIGNER)
    world.index = world.snapshots = PlainIndex()
    world.sign_note = SIGNER.sign
    if like is not None:
        world.clock = like.clock
    world.acts = Countenance(world)
    return world


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    return request.getfixturevalue(request.param)


def test_several_processes_destroy_each_subject_once(database: Database) -> None:
    first = opened(database)
    first.acts.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(SEED))
    first.acts.create_gallery(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, scraped=False)
    for name in NAMES:
        first.agree(MUSEUM, ARCHIVE, name, until=first.clock() + timedelta(days=1))
        first.enrol(MUSEUM, ARCHIVE, name)
    others = [opened(database, first) for _ in range(2)]
    first.clock.advance(timedelta(days=1))
    with ThreadPoolExecutor() as processes:
        passes = [processes.submit(one.acts.consent.destroy_due) for one in (first, *others)]
        destroyed = sum(one.result().destroyed for one in passes)
    destroyed += first.acts.consent.destroy_due().destroyed
    assert destroyed == len(NAMES)
    erased = [one for one in first.events() if one["type"] == "subject:erased"]
    assert len({one["subject"] for one in erased}) == len(erased) == len(NAMES)
    with first.unit_of_work() as work:
        assert work.references.subjects(ARCHIVE, after=None, limit=9) == ()


def test_records_and_holds_open_under_a_new_master_key_alone(sqlite: Database) -> None:
    old, new = unit_of_work_factory(sqlite, KEYRING, SIGNER), Keyring(bytes(range(1, 33)))
    with old() as work:
        work.galleries.add(examples.gallery())
        work.consent_records.add(record())
        work.retention.put_hold(hold())
        work.commit()
    rotate_master_key(sqlite, KEYRING, new)
    with unit_of_work_factory(sqlite, new, SIGNER)() as work:
        assert work.consent_records.get(record().id) == record()
        assert work.retention.hold(hold().id) == hold()
    with old() as work, pytest.raises(StorageError):
        work.consent_records.get(record().id)
