"""Whatever is done in whichever order: the manifest is true, every receipt holds, nobody comes back."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from countenance.biometrics.model import ReferenceId, SubjectId
from countenance.errors import NotFoundError, RefusedError
from countenance.ledger.erasure_receipt import check_receipt
from countenance.ledger.export import export
from countenance.ledger.verification import Trust, verify_export
from countenance.policy.model import Purpose
from countenance.recognition.acts.identification import Search
from countenance.storage import Database, check_installation, open_database
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from fakes_engine import photograph
from receipt_checker import check
from stored_world import StoredWorld
from storing import KEYRING, SIGNER, empty_out
from world import ARCHIVE, MUSEUM

SETTINGS = settings(
    max_examples=8,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SUBJECTS = [SubjectId(name) for name in ("dave", "erin", "fay")]
subjects = st.sampled_from(SUBJECTS)

Afresh = Callable[[Path], Database]
"""Returns an empty database; the folder is for one that is a file."""


class History(RuleBasedStateMachine):
    """A gallery's life; `held` is what it must hold, `agreed` who may be compared."""

    def __init__(self, afresh: Afresh) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="countenance-history-"))
        self.database = afresh(self.folder)
        self.held: dict[SubjectId, dict[int, ReferenceId]] = {}
        self.agreed: set[SubjectId] = set()
        self.receipts = 0

    @initialize()
    def begin(self) -> None:
        self.world = StoredWorld(self.database, self.folder / "snapshots")
        self.world.grant()
        self.world.acts.create_gallery(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, scraped=False)

    @rule(subject=subjects)
    def agree(self, subject: SubjectId) -> None:
        self.world.agree(MUSEUM, ARCHIVE, subject)
        self.agreed.add(subject)

    @rule(subject=subjects, number=st.integers(1, 3))
    def enrol(self, subject: SubjectId, number: int) -> None:
        if subject not in self.agreed:
            with pytest.raises(RefusedError):
                self.world.enrol(MUSEUM, ARCHIVE, subject, number)
            return
        self.world.enrol(MUSEUM, ARCHIVE, subject, number)
        with self.world.unit_of_work() as work:
            known = set(self.held.get(subject, {}).values())
            new = [one.id for one in work.references.of_subject(ARCHIVE, subject) if one.id not in known]
        if number not in self.held.get(subject, {}):
            self.held.setdefault(subject, {})[number] = new.pop()
        assert new == []

    @rule(subject=subjects)
    def withdraw(self, subject: SubjectId) -> None:
        with self.world.unit_of_work() as work:
            known = work.consents.get(ARCHIVE, subject) is not None
        if not known:
            with pytest.raises(NotFoundError):
                self.world.acts.withdraw(MUSEUM, ARCHIVE, subject)
            return
        erasure = self.world.acts.withdraw(MUSEUM, ARCHIVE, subject)
        assert erasure.references == len(self.held.pop(subject, {}))
        self.agreed.discard(subject)
        receipt = json.dumps(self.world.acts.erasure.read.receipt(MUSEUM, erasure.id))
        assert check_receipt(receipt.encode(), [SIGNER.vkey]).faults == ()
        assert check(receipt, str(SIGNER.vkey)) == "holds"
        self.receipts += 1

    @precondition(lambda self: any(self.held.values()))
    @rule(data=st.data())
    def delete_one(self, data: st.DataObject) -> None:
        places = [(subject, number) for subject, held in self.held.items() for number in held]
        subject, number = data.draw(st.sampled_from(sorted(places)))
        reference = self.held[subject].pop(number)
        removed = self.world.acts.remove_references(MUSEUM, ARCHIVE, [reference])
        assert removed.removed == (reference,)

    @rule()
    def rehearse(self) -> None:
        drill = self.world.acts.erasure.drills.run(LOCAL_ADMINISTRATOR, ARCHIVE)
        assert drill is not None
        assert drill.faults == ()

    @rule(saved=st.booleans())
    def restart(self, *, saved: bool) -> None:
        """A process ends, in order or not, and another one takes its place."""
        if saved:
            self.world.acts.save_snapshots()
        self.world.search.close()
        self.world = StoredWorld(self.database, self.folder / "snapshots")

    @rule()
    def delete_gallery_and_begin_again(self) -> None:
        self.world.acts.delete_gallery(MUSEUM, ARCHIVE)
        self.held.clear()
        self.agreed.clear()
        self.world.acts.create_gallery(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, scraped=False)

    @rule(subject=subjects)
    def identify(self, subject: SubjectId) -> None:
        searched = self.world.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=photograph(subject, 7)))
        assert searched.candidates is not None
        found = {(one.subject_id, one.reference_id) for one in searched.candidates.candidates}
        mine = {(subject, one) for one in self.held.get(subject, {}).values()}
        assert found <= mine
        assert bool(found) == bool(mine)

    @invariant()
    def the_manifest_is_that_of_what_is_held(self) -> None:
        with self.world.unit_of_work() as work:
            manifest = work.manifests.get(ARCHIVE)
            assert manifest == work.manifests.rebuilt(ARCHIVE)
            assert work.erasures.pending(10) == ()
        assert manifest.size == sum(len(held) for held in self.held.values())

    def teardown(self) -> None:
        with self.world.unit_of_work() as work:
            export(work.ledger, self.folder / "log")
        found = verify_export(self.folder / "log", Trust(keys=(SIGNER.vkey,)))
        self.world.search.close()
        if self.database.is_sqlite:
            self.database.close()
        shutil.rmtree(self.folder)
        assert found.faults == ()


def test_over_sqlite(migrated_sqlite: Path) -> None:
    def afresh(folder: Path) -> Database:
        shutil.copy(migrated_sqlite, folder / "history.db")
        return open_database(f"sqlite:///{folder / 'history.db'}")

    run_state_machine_as_test(lambda: History(afresh), settings=SETTINGS)


def test_over_postgresql(migrated_postgresql: Database) -> None:
    def afresh(_: Path) -> Database:
        empty_out(migrated_postgresql)
        check_installation(migrated_postgresql, KEYRING, SIGNER)
        return migrated_postgresql

    fewer = settings(SETTINGS, max_examples=4)  # emptying the server's tables takes its time
    run_state_machine_as_test(lambda: History(afresh), settings=fewer)
