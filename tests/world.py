"""A small world for the acts: memory for storage, the real policy, an engine of sentences."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from countenance.app import Countenance, Parts
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.engine.measuring_folder import MeasuringFolder
from countenance.ledger import merkle
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.note import open_note
from countenance.policy.gate import installed_policy
from countenance.policy.model import Purpose
from countenance.recognition.acts.enrolment import Enrolment
from countenance.recognition.erasure.withdrawal import Agreement
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import Actor, LeaseId, Role
from countenance.vetting.seed import parse_seed
from fakes import FakeClock, MemoryStore, SequentialIds
from fakes_engine import FAKE_PIPELINE, FakeEngine, fake_threshold, photograph
from plain_index import PlainIndex

START = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
DOORS = GalleryId("doors")
ARCHIVE = GalleryId("archive")
MISSING = GalleryId("missing")

_LEASE = """
[[customer]]
id = "{customer}"
name = "{customer}"
kind = "{kind}"
jurisdictions = ["CH"]

[[lease]]
id = "{customer}"
customer = "{customer}"
acts = [{acts}]
purposes = ["{purpose}"]
galleries = ["{gallery}"]
spaces = ["controlled"]
cameras = ["file"]
model_digests = ["{model}"]
fmr = 0.0001
n_max = 1000
examiners = {examiners}
max_candidates = 3
instruments = ["alternative_offered"]
not_before = 2026-01-01T00:00:00Z
expires = 2027-01-01T00:00:00Z
approved_by = ["first", "second"]
"""


def _lease(customer: str, kind: str, acts: str, purpose: Purpose) -> str:
    gallery, examiners = {"bank": (DOORS, 0), "museum": (ARCHIVE, 0), "ngo": (MISSING, 2)}[customer]
    return _LEASE.format(
        customer=customer,
        kind=kind,
        purpose=purpose.value,
        gallery=gallery,
        acts=acts,
        examiners=examiners,
        model=FAKE_PIPELINE.model_digest,
    )


SEED = "".join(
    [
        _lease("bank", "private", '"enrol", "verify"', Purpose.IDENTITY_VERIFICATION),
        _lease("museum", "private", '"detect", "enrol", "identify"', Purpose.MEDIA_ARCHIVE),
        _lease("ngo", "ngo", '"enrol", "identify"', Purpose.MISSING_CHILDREN),
    ]
)

BANK = Actor(id="key_bank", role=Role.OPERATOR, lease_id=LeaseId("bank"))
MUSEUM = Actor(id="key_museum", role=Role.OPERATOR, lease_id=LeaseId("museum"))
NGO = Actor(id="key_ngo", role=Role.OPERATOR, lease_id=LeaseId("ngo"))
_POLICY = installed_policy()


class World(Parts):
    """Parts in memory, with what tests want to look at."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.clock = FakeClock(START)
        self.unit_of_work = self.store
        self.decide = _POLICY.decide
        self.engine = FakeEngine()
        self.index = self.snapshots = PlainIndex()
        self.threshold_for = fake_threshold
        self.commit_to = lambda data: f"committed {len(data)} bytes"
        self.sign_note = self.store.signer.sign
        self.measuring_work = lambda folder, name: MeasuringFolder(folder, key=bytes(32), name=name)
        self.jurisdictions = frozenset()
        self.evaluation_fmr_ppb = 100_000
        self.ids = SequentialIds()
        self.acts = Countenance(self)
        self.acts.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(SEED))

    def events(self) -> list[dict[str, Any]]:
        """Everything on the ledger, in order."""
        with self.unit_of_work() as work:
            return [json.loads(leaf) for leaf in work.ledger.leaves(0, work.ledger.size())]

    def types(self) -> list[str]:
        """The types of everything on the ledger since the leases were granted, in order."""
        return [event["type"] for event in self.events()[3:]]

    def check_ledger(self) -> None:
        """Recompute the whole tree and compare it with the signed head."""
        with self.unit_of_work() as work:
            size = work.ledger.size()
            root = merkle.root_of(map(merkle.leaf_hash, work.ledger.leaves(0, size)))
            text, _ = open_note(work.ledger.checkpoint(), [self.store.signer.vkey])
        assert Checkpoint.parse(text) == Checkpoint(self.store.signer.vkey.name, size, root)

    def agree(
        self, actor: Actor, gallery: GalleryId, subject: SubjectId, until: datetime | None = None
    ) -> None:
        """Record the subject's consent."""
        agreement = Agreement(
            gallery_id=gallery, subject_id=subject, notice="v1", method="form", expires=until
        )
        self.acts.give_consent(actor, agreement)

    def enrol(self, actor: Actor, gallery: GalleryId, subject: SubjectId, number: int = 1) -> None:
        """Enrol one photograph of the subject."""
        enrolment = Enrolment(gallery_id=gallery, subject_id=subject, sample=photograph(subject, number))
        self.acts.enrol(actor, enrolment)

    def furnish(self, actor: Actor, gallery: GalleryId, purpose: Purpose, *subjects: str) -> None:
        """Make a gallery of subjects who agreed, one photograph each."""
        self.acts.create_gallery(actor, gallery, purpose, scraped=False)
        for name in subjects:
            self.agree(actor, gallery, SubjectId(name))
            self.enrol(actor, gallery, SubjectId(name))
