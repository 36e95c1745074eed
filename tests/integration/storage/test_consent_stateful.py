"""Consent, retention and holds in any order, on SQLite: nothing is compared without a basis for it then."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from countenance.app import Countenance
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.retention import HoldReason
from countenance.errors import LegalHoldError, RefusedError
from countenance.ledger.export import export
from countenance.ledger.verification import Trust, verify_export
from countenance.policy.model import Purpose
from countenance.recognition.acts.enrolment import Enrolment
from countenance.recognition.acts.identification import Search
from countenance.recognition.consents.giving import Agreement
from countenance.recognition.erasure.holds import HoldAsked
from countenance.storage import check_installation, open_database
from countenance.storage.unit_of_work import unit_of_work_factory
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.seed import parse_seed
from fakes_engine import photograph
from plain_index import PlainIndex
from storing import KEYRING, SIGNER
from world import ARCHIVE, MUSEUM, SEED, World

NAMES = [SubjectId(name) for name in ("dave", "erin")]
SUBJECTS = st.sampled_from(NAMES)
DAYS = st.integers(min_value=1, max_value=6)


class Watched(PlainIndex):
    """An index that tells what took part in each comparison, and whether it had a basis then."""

    def __init__(self, machine: ConsentMachine) -> None:
        super().__init__()
        self.machine = machine

    def search(self, gallery_id, probe, *, threshold, limit, without=frozenset()):  # type: ignore[no-untyped-def]  # as the class above has it  # noqa: ANN001, ANN201  as above
        self.machine.compared(gallery_id, without, self)
        return super().search(gallery_id, probe, threshold=threshold, limit=limit, without=without)


class ConsentMachine(RuleBasedStateMachine):
    """The museum's archive, with a model beside it of who may be compared until when."""

    template: Path

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "here.db")
        self.database = open_database(f"sqlite:///{self.folder / 'here.db'}")
        self.world = World()
        self.world.unit_of_work = unit_of_work_factory(self.database, KEYRING, SIGNER)
        self.world.index = self.world.snapshots = Watched(self)
        self.world.sign_note = SIGNER.sign
        self.acts = self.world.acts = Countenance(self.world)
        self.acts.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(SEED))
        self.acts.create_gallery(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, scraped=False)
        self.until: dict[SubjectId, datetime] = {}
        self.enrolled: set[SubjectId] = set()
        self.held: dict[SubjectId, datetime] = {}
        for subject in NAMES:
            self.agree(subject, 3)
            self.enrol(subject, 1)

    # What happens ----------------------------------------------------------------------------

    @rule(subject=SUBJECTS, days=DAYS)
    def agree(self, subject: SubjectId, days: int) -> None:
        expires = self.now() + timedelta(days=days)
        agreement = Agreement(
            gallery_id=ARCHIVE, subject_id=subject, notice="v1", method="form", expires=expires
        )
        self.acts.give_consent(MUSEUM, agreement)
        self.until[subject] = expires

    @rule(subject=SUBJECTS, number=st.integers(min_value=1, max_value=3))
    def enrol(self, subject: SubjectId, number: int) -> None:
        sample = Enrolment(gallery_id=ARCHIVE, subject_id=subject, sample=photograph(subject, number))
        if self.agreed(subject) and self.leased():
            self.acts.enrol(MUSEUM, sample)
            self.enrolled.add(subject)
        else:
            with pytest.raises(RefusedError) as raised:
                self.acts.enrol(MUSEUM, sample)
            assert ("consent" in raised.value.missing) is not self.agreed(subject)

    @rule(subject=SUBJECTS)
    def withdraw(self, subject: SubjectId) -> None:
        if not self.leased() or subject not in self.until:
            return
        held = self.is_held(subject)
        try:
            self.acts.withdraw(MUSEUM, ARCHIVE, subject)
        except LegalHoldError:
            assert held
        else:
            assert not held
            self.enrolled.discard(subject)
        self.until[subject] = self.now()

    @rule(subject=SUBJECTS, days=DAYS)
    def hold(self, subject: SubjectId, days: int) -> None:
        until = self.now() + timedelta(days=days)
        asked = HoldAsked(
            gallery_id=ARCHIVE, subject_id=subject, reason=HoldReason.REGULATOR, matter="7", until=until
        )
        self.acts.consent.place_hold(LOCAL_ADMINISTRATOR, asked)
        self.held[subject] = max(until, self.held.get(subject, until))

    @rule(hours=st.integers(min_value=1, max_value=72))
    def sleep(self, hours: int) -> None:
        self.world.clock.advance(timedelta(hours=hours))

    @rule()
    def sweep(self) -> None:
        due = {one for one in self.enrolled if not self.agreed(one) or not self.leased()}
        held = {one for one in due if self.is_held(one)}
        made = self.acts.consent.destroy_due()
        assert (made.destroyed, made.held, made.busy) == (len(due - held), len(held), 0)
        self.enrolled -= due - held
        for subject in held:
            self.until[subject] = min(self.until.get(subject, self.now()), self.now())

    @rule()
    def identify(self) -> None:
        for subject in NAMES:
            self.identify_one(subject)

    def identify_one(self, subject: SubjectId) -> None:
        search = Search(gallery_id=ARCHIVE, probe=photograph(subject, 9))
        try:
            found = self.acts.identify(MUSEUM, search).candidates
        except RefusedError:
            assert not self.leased()
            return
        assert found is not None
        mates = {candidate.subject_id for candidate in found.candidates}
        assert mates == ({subject} if subject in self.enrolled and self.agreed(subject) else set())

    # What must hold --------------------------------------------------------------------------

    def compared(self, gallery: GalleryId, without: frozenset[SubjectId], index: PlainIndex) -> None:
        """Called with every comparison: whoever takes part has a basis at this moment."""
        with self.world.unit_of_work() as work:
            for subject in work.references.subjects(gallery, after=None, limit=99):
                if subject not in without:
                    consent = work.consents.get(gallery, subject)
                    assert consent is not None
                    assert consent.valid_at(self.now())
        del index

    @invariant()
    def whoever_is_stored_is_whoever_the_model_knows(self) -> None:
        if hasattr(self, "database"):
            with self.world.unit_of_work() as work:
                stored = set(work.references.subjects(ARCHIVE, after=None, limit=99))
            assert stored == self.enrolled

    def teardown(self) -> None:
        if not hasattr(self, "database"):
            return
        try:
            with self.world.unit_of_work() as work:
                export(work.ledger, self.folder / "export")
            assert verify_export(self.folder / "export", Trust(keys=(SIGNER.vkey,))).faults == ()
            check_installation(self.database, KEYRING, SIGNER)
        finally:
            self.database.close()
            shutil.rmtree(self.folder)

    # The model -------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.world.clock()

    def agreed(self, subject: SubjectId) -> bool:
        end = self.until.get(subject)
        return end is not None and self.now() < end

    def is_held(self, subject: SubjectId) -> bool:
        end = self.held.get(subject)
        return end is not None and self.now() < end

    def leased(self) -> bool:
        with self.world.unit_of_work() as work:
            lease = work.leases.get(MUSEUM.lease_id)  # type: ignore[arg-type]  # the museum has one
        assert lease is not None
        return lease.in_force(self.now())


def test_after_any_sequence_no_comparison_ever_used_a_reference_without_a_valid_basis(
    migrated_sqlite: Path,
) -> None:
    machine = type("Machine", (ConsentMachine,), {"template": migrated_sqlite})
    limits = settings(
        max_examples=10,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=limits)
