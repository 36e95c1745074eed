from __future__ import annotations

import json
from pathlib import Path

import pytest

from countenance.biometrics.model import SubjectId
from countenance.ledger import Entry, EventType
from countenance.ledger.export import export
from countenance.ledger.findings import FaultCode
from countenance.ledger.manifest_chain import ManifestChain
from countenance.ledger.verification import Trust, verify_export
from countenance.policy.model import Purpose
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from world import ARCHIVE, MUSEUM, World


@pytest.fixture
def museum() -> World:
    world = World()
    world.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave", "erin")
    return world


def faults(world: World, folder: Path) -> list[FaultCode]:
    with world.unit_of_work() as work:
        export(work.ledger, folder)
    return [fault.code for fault in verify_export(folder, Trust(keys=(world.store.signer.vkey,))).faults]


def test_every_change_of_a_gallery_that_the_program_makes_joins_the_one_before(
    museum: World, tmp_path: Path
) -> None:
    museum.acts.withdraw(MUSEUM, ARCHIVE, SubjectId("dave"))
    museum.acts.erasure.drills.run(LOCAL_ADMINISTRATOR, ARCHIVE)
    museum.acts.delete_gallery(MUSEUM, ARCHIVE)
    museum.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "fay")
    assert faults(museum, tmp_path / "log") == []


def test_a_reference_that_was_put_in_past_the_log_shows_at_the_next_change(
    museum: World, tmp_path: Path
) -> None:
    with museum.unit_of_work() as work:
        (held,) = work.references.of_subject(ARCHIVE, SubjectId("dave"))
        work.references.remove(held.id)
        work.ledger.append(Entry(EventType.KEY_REVOKED, museum.clock(), {"key": "something else"}))
        work.commit()
    assert faults(museum, tmp_path / "before") == []
    museum.enrol(MUSEUM, ARCHIVE, SubjectId("erin"), 2)
    assert faults(museum, tmp_path / "after") == [FaultCode.MANIFEST_GAP]


def test_a_change_that_names_no_roots_is_told_and_others_are_none_of_its_business() -> None:
    chain = ManifestChain()
    assert chain.follow({"gallery": "a", "manifest": None}) is None
    assert chain.follow({"manifest": {"before": "1", "after": "2"}}) is None
    assert chain.follow({"gallery": "a", "manifest": {"before": "1", "after": "2"}}) is None
    assert chain.follow({"gallery": "b", "manifest": {"before": "7", "after": "8"}}) is None
    assert chain.follow({"gallery": "a", "manifest": {"before": "2", "after": "3"}}) is None
    assert chain.follow({"gallery": "a", "manifest": {"before": "2", "after": "4"}}) is not None
    assert chain.follow({"gallery": "a", "manifest": {"before": json.dumps(1)}}) is not None
