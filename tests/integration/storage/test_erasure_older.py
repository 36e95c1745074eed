"""Galleries from before there were manifests: their tree is made at their next change."""

from __future__ import annotations

import pytest

from contract import examples
from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.ledger.manifest import verify_absence
from countenance.storage import Database, unit_of_work_factory
from storing import KEYRING, SIGNER

CLIENTS = GalleryId("clients")


@pytest.fixture
def older(sqlite: Database) -> Database:
    """A gallery of forty references without a tile."""
    with unit_of_work_factory(sqlite, KEYRING, SIGNER)() as work:
        work.galleries.add(examples.gallery())
        for number in range(40):
            work.references.add(examples.reference(f"r{number}", f"subject-{number}"))
        work.commit()
    with sqlite.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM manifest_tiles")
    return sqlite


def tiles(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM manifest_tiles").scalar_one())


def test_the_manifest_of_an_older_gallery_is_told_without_its_tree(older: Database) -> None:
    with unit_of_work_factory(older, KEYRING, SIGNER)() as work:
        assert work.manifests.get(CLIENTS) == work.manifests.rebuilt(CLIENTS)
        assert work.manifests.get(CLIENTS).size == 40
    assert tiles(older) == 0


@pytest.mark.parametrize("change", ["add", "remove", "erase", "prove"])
def test_the_tree_of_an_older_gallery_is_made_at_its_next_change(older: Database, change: str) -> None:
    with unit_of_work_factory(older, KEYRING, SIGNER)() as work:
        work.become_writer()
        (gone,) = work.references.commitments(CLIENTS, SubjectId("subject-7"))
        if change == "add":
            work.references.add(examples.reference("new", "somebody"))
        elif change == "remove":
            work.references.remove(ReferenceId("r7"))
        elif change == "erase":
            assert work.references.erase(CLIENTS, SubjectId("subject-7")) == ("r7",)
        else:
            assert work.manifests.presence(CLIENTS, gone) is not None
        work.commit()
    assert tiles(older) > 1
    with unit_of_work_factory(older, KEYRING, SIGNER)() as work:
        held = work.manifests.get(CLIENTS)
        absence = work.manifests.absence(CLIENTS, gone)
        assert held == work.manifests.rebuilt(CLIENTS)
    assert held.size == {"add": 41, "prove": 40}.get(change, 39)
    if change in {"remove", "erase"}:
        assert absence is not None
        verify_absence(held.root, gone, absence)
