"""The world of the acts on a real database, a real index and real snapshots, in one folder."""

from __future__ import annotations

from pathlib import Path

from countenance.app import Countenance
from countenance.engine.search import ExactSearch
from countenance.engine.snapshot_folder import SnapshotFolder
from countenance.ledger.note import VerifierKey
from countenance.storage import Database, open_database, unit_of_work_factory
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.seed import parse_seed
from storing import KEYRING, SIGNER
from world import SEED, World

DATABASE = "countenance.db"


class StoredWorld(World):
    """Two of them on one database are two processes of one installation."""

    def __init__(self, database: Database, snapshots: Path) -> None:
        super().__init__()
        self.database = database
        self.unit_of_work = unit_of_work_factory(database, KEYRING, SIGNER)
        folder = SnapshotFolder(snapshots, KEYRING.key_for("snapshots"))
        self.search = ExactSearch(threads=1, snapshots=folder)
        self.index = self.snapshots = self.search
        self.acts = Countenance(self)

    @classmethod
    def at(cls, home: Path) -> StoredWorld:
        """Open the installation in a folder, making it if there is none."""
        database = open_database(f"sqlite:///{home / DATABASE}")
        database.migrate()
        world = cls(database, home / "snapshots")
        with world.unit_of_work() as work:
            new = work.ledger.size() == 0
        if new:
            world.grant()
        return world

    def grant(self) -> None:
        """Store the world's customers and leases."""
        self.acts.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(SEED))

    @property
    def vkey(self) -> VerifierKey:
        """The log's public key."""
        return SIGNER.vkey

    def close(self) -> None:
        self.search.close()
        self.database.close()
