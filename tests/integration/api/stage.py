"""A whole installation behind the API: real SQLite, real policy, fake engine, and people with keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from applying import GATE, settle_in
from countenance.app import Countenance, Parts
from countenance.entrypoints.api import create_api
from countenance.ledger import merkle
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.note import Signer, open_note
from countenance.policy.gate import installed_policy
from countenance.recognition.ports import FaceEngine
from countenance.storage.database import open_database
from countenance.storage.secrecy import Keyring
from countenance.storage.unit_of_work import unit_of_work_factory
from countenance.storage.webhook_courier import HttpCourier
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.keys import KeyRequest
from countenance.vetting.model import LeaseId, PersonId, Role
from countenance.vetting.seed import parse_seed
from fakes import FakeClock
from fakes_engine import FAKE_PIPELINE, LARGEST, FakeEngine, fake_threshold
from plain_index import PlainIndex

START = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
SIGNER = Signer("localhost/stage", hashlib.sha256(b"stage").digest())
KEYRING = Keyring(hashlib.sha256(b"master").digest())
SEED = (Path(__file__).parent / "leases.toml").read_text(encoding="utf-8")
"""The leases; `@MODEL@` stands for the model that they cover."""

HOLDERS: Mapping[str, tuple[Role, str | None]] = {
    "alice": (Role.OPERATOR, "bank-doors"),
    "bob": (Role.EXAMINER, "ngo-missing"),
    "carol": (Role.AUDITOR, None),
    "mallory": (Role.OPERATOR, "rival-doors"),
    "nina": (Role.OPERATOR, "ngo-missing"),
    "archivist": (Role.OPERATOR, "archive-faces"),
    "olivia": (Role.ADMINISTRATOR, None),
    "tester": (Role.OPERATOR, "lab-measure"),
    "officer": (Role.OPERATOR, "police-search"),
}
"""Who holds a key, in which role and under which lease. olivia administers.

ada applies for the gatehouse, ruth and rudi review: see `people`.
"""


class StageParts(Parts):
    """The real ones, but for the engine, the index, the clock and the calibration."""

    def __init__(self, database: Path, engine: FaceEngine | None = None) -> None:
        self.path = database
        self.database = open_database(f"sqlite:///{database}")
        self.clock = FakeClock(START)
        self.unit_of_work = unit_of_work_factory(self.database, KEYRING, SIGNER)
        self.decide = _POLICY.decide
        self.engine = engine if engine is not None else FakeEngine()
        self.index = self.snapshots = PlainIndex()
        self.threshold_for = fake_threshold
        self.commit_to = lambda data: hmac.digest(b"key", data, "sha256").hex()
        self.sign_note = SIGNER.sign
        self.jurisdictions = frozenset()
        self.evaluation_fmr_ppb = 100_000
        self.max_image_bytes = LARGEST
        self.queue = 32
        self.courier = HttpCourier()

    def close(self) -> None:
        self.database.close()


_POLICY = installed_policy()


@dataclass
class Stage:
    """One installation on one database file."""

    parts: StageParts
    keys: Mapping[str, str]
    clients: dict[str | None, TestClient] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.countenance = Countenance(self.parts)
        self.app: FastAPI = create_api(self.countenance)

    @property
    def engine(self) -> FakeEngine:
        assert isinstance(self.parts.engine, FakeEngine)
        return self.parts.engine

    def headers(self, who: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[who]}"} if who is not None else {}

    def call(self, who: str | None, method: str, path: str, **more: Any) -> Response:  # noqa: ANN401  what the client takes
        """Send one request as `who`."""
        headers = {**self.headers(who), **more.pop("headers", {})}
        client = self.clients.setdefault(None, TestClient(self.app))
        answer: Response = client.request(method, path, headers=headers, **more)
        return answer

    def post(self, who: str | None, path: str, content: object, **headers: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call(who, "POST", path, json=content, headers=named)

    def consent(self, who: str, gallery: str, subject: str, **more: object) -> Response:
        content = {"notice": "doors-1", "method": "signed_form", **more}
        return self.call(who, "PUT", f"/v1/galleries/{gallery}/subjects/{subject}/consent", json=content)

    def enrol(self, who: str, gallery: str, subject: str, image: bytes, **headers: str) -> Response:
        path = f"/v1/galleries/{gallery}/enrolments"
        return self.post(who, path, {"subject_id": subject, "image": encoded(image)}, **headers)

    def verify(self, who: str, gallery: str, subject: str, image: bytes) -> Response:
        path = f"/v1/galleries/{gallery}/verifications"
        return self.post(who, path, {"subject_id": subject, "image": encoded(image)})

    def identify(self, who: str, gallery: str, image: bytes, **more: object) -> Response:
        return self.post(who, f"/v1/galleries/{gallery}/identifications", {"image": encoded(image), **more})

    def furnish(self, who: str, gallery: str, purpose: str, *subjects: tuple[str, bytes]) -> None:
        """Make a gallery with subjects who agreed."""
        made = self.post(who, "/v1/galleries", {"gallery_id": gallery, "purpose": purpose, "scraped": False})
        assert made.status_code == 201, made.text
        for subject, image in subjects:
            assert self.consent(who, gallery, subject).status_code == 200
            enrolled = self.enrol(who, gallery, subject, image)
            assert enrolled.status_code == 201, enrolled.text

    def events(self) -> list[dict[str, Any]]:
        """Everything on the ledger, in order."""
        with self.parts.unit_of_work() as work:
            return [json.loads(leaf) for leaf in work.ledger.leaves(0, work.ledger.size())]

    def check_ledger(self) -> None:
        """Recompute the whole tree, compare it with the signed head, and find nobody's id on the log."""
        with self.parts.unit_of_work() as work:
            size = work.ledger.size()
            leaves = list(work.ledger.leaves(0, size))
            note = work.ledger.checkpoint()
            people = {key.person for key in work.keys.all() if key.person is not None}
        text, _ = open_note(note, [SIGNER.vkey])
        root = merkle.root_of(map(merkle.leaf_hash, leaves))
        assert Checkpoint.parse(text) == Checkpoint("localhost/stage", size, root)
        named = [leaf for leaf in leaves if any(f'"{person}"'.encode() in leaf for person in people)]
        assert named == [], named


def encoded(image: bytes) -> str:
    """Return an image as it travels in JSON."""
    return base64.b64encode(image).decode()


def furnish_template(folder: Path, model_digest: str = FAKE_PIPELINE.model_digest) -> dict[str, str]:
    """Make a database with customers, leases for the model and keys, and return the keys' texts."""
    parts = StageParts(folder / "template.db")
    parts.database.migrate()
    countenance = Countenance(parts)
    countenance.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(SEED.replace("@MODEL@", model_digest)))
    keys = {}
    for name, (role, lease) in HOLDERS.items():
        request = KeyRequest(role=role, lease_id=LeaseId(lease) if lease else None, label=name)
        keys[name] = countenance.issue_key(LOCAL_ADMINISTRATOR, request).text
    keys |= people(countenance)
    expired = KeyRequest(
        role=Role.OPERATOR,
        lease_id=LeaseId("bank-doors"),
        label="expired",
        expires=START + timedelta(seconds=1),
    )
    keys["expired"] = countenance.issue_key(LOCAL_ADMINISTRATOR, expired).text
    parts.close()
    return keys


def people(countenance: Countenance) -> dict[str, str]:
    """Register the gatehouse with its member ada, and return the keys of those who act as persons."""
    settle_in(countenance)
    asked = {"ada": (Role.APPLICANT, GATE), "ruth": (Role.REVIEWER, None), "rudi": (Role.REVIEWER, None)}
    return {
        name: countenance.issue_key(
            LOCAL_ADMINISTRATOR,
            KeyRequest(role=role, lease_id=None, label=name, person=PersonId(name), customer_id=customer_id),
        ).text
        for name, (role, customer_id) in asked.items()
    }


def stages(
    template: Path, keys: Mapping[str, str], folder: Path, engine: FaceEngine | None = None
) -> Iterator[Stage]:
    """Yield a stage on a copy of the template, and check its whole ledger afterwards."""
    database = folder / "countenance.db"
    shutil.copy(template, database)
    stage = Stage(StageParts(database, engine), keys)
    yield stage
    stage.check_ledger()
    stage.parts.close()
