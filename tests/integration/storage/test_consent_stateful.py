"""Consent, retention, holds and erasure in any order: nothing is compared without a basis for it then."""

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
from countenance.errors import LegalHoldError, NotFoundError, RefusedError
from countenance.ledger.export import export
from countenance.ledger.verification import Trust, verify_export
from countenance.policy.model import Purpose
from countenance.recognition.acts.enrolment import Enrolment
from countenance.recognition.acts.identification import Search
from countenance.recognition.acts.verification import Claim
from countenance.recognition.consents.giving import Agreement
from countenance.recognition.erasure.holds import HoldAsked
from countenance.recognition.outcome import Outcome
from countenance.storage import Database, check_installation, open_database
from countenance.storage.unit_of_work import unit_of_work_factory
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.seed import parse_seed
from fakes_engine import photograph
from plain_index import PlainIndex
from storing import KEYRING, SIGNER, empty_out
from world import ARCHIVE, BANK, DOORS, MUSEUM, SEED, World

NAMES = [SubjectId(name) for name in ("dave", "erin")]
GALLERIES = (ARCHIVE, DOORS)
ACTORS = {ARCHIVE: MUSEUM, DOORS: BANK}
Place = tuple[GalleryId, SubjectId]
PLACES = st.sampled_from([(gallery, name) for gallery in GALLERIES for name in NAMES])
DAYS = st.integers(min_value=1, max_value=6)


class Watched(PlainIndex):
    """An index that tells who takes part in each comparison."""

    def __init__(self, machine: ConsentMachine) -> None:
        super().__init__()
        self.machine = machine

    def search(self, gallery_id, probe, *, threshold, limit, without=frozenset()):  # type: ignore[no-untyped-def]  # as the class above has it  # noqa: ANN001, ANN201  as above
        for subject, _ in self.galleries.get(gallery_id, {}).values():
            if subject not in without:
                self.machine.compared((gallery_id, subject))
        return super().search(gallery_id, probe, threshold=threshold, limit=limit, without=without)


class ConsentMachine(RuleBasedStateMachine):
    """An archive that is searched and doors at which claims are verified, with a model beside them.

    `until` is when each consent ends, `stopped` who has objected, `held` until when a hold lasts, and
    `enrolled` whose references are stored. `template` is a database file to be copied, or `database`
    one to be emptied.
    """

    template: Path | None = None
    emptied: Database | None = None

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.database = self._database()
        self.world = World()
        self.world.unit_of_work = unit_of_work_factory(self.database, KEYRING, SIGNER)  # type: ignore[assignment]  # memory for everybody else
        self.world.sign_note = SIGNER.sign
        self.restart()
        self.acts.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(SEED))
        self.acts.create_gallery(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, scraped=False)
        self.acts.create_gallery(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, scraped=False)
        self.until: dict[Place, datetime] = {}
        self.stopped: set[Place] = set()
        self.enrolled: set[Place] = set()
        self.held: dict[Place, datetime] = {}
        self.comparisons = 0
        for gallery in GALLERIES:
            for subject in NAMES:
                self.agree((gallery, subject), 3)
                self.enrol((gallery, subject), 1)

    def _database(self) -> Database:
        if self.emptied is not None:
            empty_out(self.emptied)
            check_installation(self.emptied, KEYRING, SIGNER)
            return self.emptied
        assert self.template is not None
        shutil.copy(self.template, self.folder / "here.db")
        return open_database(f"sqlite:///{self.folder / 'here.db'}")

    # What happens ----------------------------------------------------------------------------

    @rule()
    def restart(self) -> None:
        """Begin a process with nothing in memory."""
        self.world.index = self.world.snapshots = Watched(self)  # type: ignore[assignment]  # it watches
        self.acts = self.world.acts = Countenance(self.world)

    @rule(place=PLACES, days=DAYS)
    def agree(self, place: Place, days: int) -> None:
        expires = self.now() + timedelta(days=days)
        gallery, subject = place
        agreement = Agreement(
            gallery_id=gallery, subject_id=subject, notice="v1", method="form", expires=expires
        )
        self.acts.give_consent(ACTORS[gallery], agreement)
        self.until[place] = expires

    @rule(place=PLACES, number=st.integers(min_value=1, max_value=3))
    def enrol(self, place: Place, number: int) -> None:
        gallery, subject = place
        sample = Enrolment(gallery_id=gallery, subject_id=subject, sample=photograph(subject, number))
        if self.has_basis(place) and self.leased(gallery):
            self.acts.enrol(ACTORS[gallery], sample)
            self.enrolled.add(place)
        else:
            with pytest.raises(RefusedError) as raised:
                self.acts.enrol(ACTORS[gallery], sample)
            assert ("consent" in raised.value.missing) is not self.has_basis(place)

    @rule(place=PLACES)
    def withdraw(self, place: Place) -> None:
        gallery, subject = place
        if not self.leased(gallery):
            return
        held = self.is_held(place)
        try:
            self.acts.withdraw(ACTORS[gallery], gallery, subject)
        except LegalHoldError:
            assert held
        else:
            assert not held
            self.enrolled.discard(place)
        self.until[place] = self.now()
        self.stopped.discard(place)

    @rule(place=PLACES, stop=st.booleans())
    def object(self, place: Place, stop: bool) -> None:  # noqa: FBT001  a strategy names it
        if not self.agreed(place):
            return
        with self.world.unit_of_work() as work:
            work.consents.stop_use(*place, self.now() if stop else None)
            work.commit()
        (self.stopped.add if stop else self.stopped.discard)(place)

    @rule(place=PLACES, days=DAYS)
    def hold(self, place: Place, days: int) -> None:
        until = self.now() + timedelta(days=days)
        gallery, subject = place
        asked = HoldAsked(
            gallery_id=gallery, subject_id=subject, reason=HoldReason.REGULATOR, matter="7", until=until
        )
        self.acts.consent.place_hold(LOCAL_ADMINISTRATOR, asked)
        self.held[place] = max(until, self.held.get(place, until))

    @rule(hours=st.integers(min_value=1, max_value=72))
    def sleep(self, hours: int) -> None:
        self.world.clock.advance(timedelta(hours=hours))

    @rule()
    def sweep(self) -> None:
        due = {one for one in self.enrolled if not self.agreed(one) or not self.leased(one[0])}
        held = {one for one in due if self.is_held(one)}
        made = self.acts.consent.destroy_due()
        assert (made.destroyed, made.held, made.busy) == (len(due - held), len(held), 0)
        self.enrolled -= due - held
        for place in due:
            self.until[place] = min(self.until.get(place, self.now()), self.now())

    @rule(subject=st.sampled_from(NAMES))
    def identify(self, subject: SubjectId) -> None:
        search = Search(gallery_id=ARCHIVE, probe=photograph(subject, 9))
        try:
            found = self.acts.identify(MUSEUM, search).candidates
        except RefusedError:
            assert not self.leased(ARCHIVE)
            return
        assert found is not None
        mates = {candidate.subject_id for candidate in found.candidates}
        place = (ARCHIVE, subject)
        assert mates == ({subject} if place in self.enrolled and self.has_basis(place) else set())

    @rule(subject=st.sampled_from(NAMES))
    def verify(self, subject: SubjectId) -> None:
        place = (DOORS, subject)
        seen = len(self.world.engine.seen)
        try:
            found = self.acts.verify(
                BANK, Claim(gallery_id=DOORS, subject_id=subject, probe=photograph(subject, 9))
            )
        except (RefusedError, NotFoundError):
            assert not (self.leased(DOORS) and self.has_basis(place) and place in self.enrolled)
            assert len(self.world.engine.seen) == seen
        else:
            assert place in self.enrolled
            self.compared(place)
            assert found.outcome is Outcome.MATCH

    # What must hold --------------------------------------------------------------------------

    def compared(self, place: Place) -> None:
        """Called with every reference that is compared: it has a basis at this moment."""
        assert self.has_basis(place)
        assert self.leased(place[0])
        self.comparisons += 1

    @invariant()
    def whoever_is_stored_is_whoever_the_model_knows(self) -> None:
        if hasattr(self, "enrolled"):
            with self.world.unit_of_work() as work:
                stored = {
                    (gallery, subject)
                    for gallery in GALLERIES
                    for subject in work.references.subjects(gallery, after=None, limit=99)
                }
            assert stored == self.enrolled

    def teardown(self) -> None:
        if not hasattr(self, "enrolled"):
            return
        try:
            with self.world.unit_of_work() as work:
                export(work.ledger, self.folder / "export")
                records = [
                    record
                    for gallery in GALLERIES
                    for record in work.erasures.of_gallery(gallery, before=None, limit=99)
                ]
            assert verify_export(self.folder / "export", Trust(keys=(SIGNER.vkey,))).faults == ()
            assert all(one.completed is not None and one.body is not None for one in records)
            check_installation(self.database, KEYRING, SIGNER)
            COMPARISONS.append(self.comparisons)
        finally:
            if self.emptied is None:
                self.database.close()
            shutil.rmtree(self.folder)

    # The model -------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.world.clock()

    def agreed(self, place: Place) -> bool:
        end = self.until.get(place)
        return end is not None and self.now() < end

    def has_basis(self, place: Place) -> bool:
        return self.agreed(place) and place not in self.stopped

    def is_held(self, place: Place) -> bool:
        end = self.held.get(place)
        return end is not None and self.now() < end

    def leased(self, gallery: GalleryId) -> bool:
        with self.world.unit_of_work() as work:
            lease = work.leases.get(ACTORS[gallery].lease_id)  # type: ignore[arg-type]  # both have one
        assert lease is not None
        return lease.in_force(self.now())


COMPARISONS: list[int] = []
"""How many references were compared in each sequence: a test that compares nobody shows nothing."""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_after_any_sequence_no_comparison_ever_used_a_reference_without_a_valid_basis(
    kind: str, request: pytest.FixtureRequest
) -> None:
    where = (
        {"template": request.getfixturevalue("migrated_sqlite")}
        if kind == "sqlite"
        else {"emptied": request.getfixturevalue("postgresql")}
    )
    limits = settings(
        max_examples=8,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    COMPARISONS.clear()
    run_state_machine_as_test(type("Machine", (ConsentMachine,), where), settings=limits)
    assert sum(COMPARISONS) > len(COMPARISONS)
