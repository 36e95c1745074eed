"""A real installation in a temporary folder: SQLite, keys, one bank with a lease, one enrolled subject."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from countenance.app import Countenance, open_countenance
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.policy.model import Purpose
from countenance.recognition.acts.enrolment import Enrolment
from countenance.recognition.erasure.withdrawal import Agreement
from countenance.settings import Settings
from countenance.vetting.model import Actor, LeaseId, Role
from countenance.vetting.seed import parse_seed

GALLERY = GalleryId("bank-customers")
SUBJECT = SubjectId("subject-1")
LEASE = LeaseId("bank-verifies")
ADMINISTRATOR = Actor(id="bench", role=Role.ADMINISTRATOR, lease_id=None)
OPERATOR = Actor(id="bench-bank", role=Role.OPERATOR, lease_id=LEASE)

_SEED = """
[[customer]]
id = "bank"
name = "A bank"
kind = "private"
jurisdictions = ["DE"]

[[lease]]
id = "{lease}"
customer = "bank"
acts = ["enrol", "verify"]
purposes = ["identity_verification"]
galleries = ["{gallery}"]
spaces = ["own_device"]
cameras = ["own_device"]
model_digests = ["{model}"]
fmr = 0.001
n_max = 1000
examiners = 0
instruments = []
not_before = 2026-01-01T00:00:00Z
expires = 2099-01-01T00:00:00Z
max_candidates = 1
approved_by = ["anna", "bert"]
"""


@dataclass(frozen=True)
class Installation:
    """The use cases, and the photograph that is enrolled."""

    countenance: Countenance
    enrolled: Path


def open_installation(home: Path, enrolled: Path) -> Installation:
    """Make the installation in `home` and enrol `enrolled` with consent."""
    countenance = open_countenance(Settings(home=home))
    model = countenance.parts.engine.pipeline.model_digest
    seed = parse_seed(_SEED.format(lease=LEASE, gallery=GALLERY, model=model))
    countenance.grant_leases(ADMINISTRATOR, seed)
    countenance.create_gallery(OPERATOR, GALLERY, Purpose.IDENTITY_VERIFICATION, scraped=False)
    countenance.give_consent(
        OPERATOR,
        Agreement(gallery_id=GALLERY, subject_id=SUBJECT, notice="bench-1", method="written"),
    )
    countenance.enrol(
        OPERATOR, Enrolment(gallery_id=GALLERY, subject_id=SUBJECT, sample=enrolled.read_bytes())
    )
    return Installation(countenance, enrolled)
