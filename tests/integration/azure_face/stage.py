"""A live server on loopback that Azure's client talks to: SQLite, the real policy, an engine of sentences."""

from __future__ import annotations

import hashlib
import hmac
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from azure.ai.vision.face import FaceAdministrationClient, FaceClient
from azure.core.credentials import AzureKeyCredential

from countenance.app import Countenance
from countenance.biometrics.faces import (
    EVERY_SIZE,
    DetectedFace,
    Detection,
    Extraction,
    FaceChoice,
    LeastSize,
    QualityMeasure,
)
from countenance.biometrics.model import ComparisonScore, ErrorRate, GalleryId, SubjectId, Threshold
from countenance.consent.model import Consent
from countenance.errors import InvalidInputError
from countenance.recognition.acts.enrolment import Enrolment
from countenance.recognition.collections.model import Binding, ObjectName
from countenance.recognition.erasure.withdrawal import Agreement
from countenance.server import all_ways_in
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.keys import KeyRequest
from countenance.vetting.model import Actor, LeaseId, Role
from countenance.vetting.seed import parse_seed
from fakes_engine import FAKE_PIPELINE, FakeEngine, fake_threshold, photograph
from integration.api.stage import Stage as ApiStage
from integration.api.stage import StageParts

PNG = b"\x89PNG\r\n\x1a\n"
SMALLEST = 1024
SEED = (Path(__file__).parent / "leases.toml").read_text(encoding="utf-8")
HOLDERS: Mapping[str, tuple[Role, str | None]] = {
    "archivist": (Role.OPERATOR, "archive"),
    "alice": (Role.OPERATOR, "doors"),
    "nina": (Role.OPERATOR, "missing"),
    "tester": (Role.OPERATOR, "measure"),
    "looker": (Role.OPERATOR, "looking"),
    "bob": (Role.EXAMINER, "missing"),
    "carol": (Role.AUDITOR, None),
}
SCORES = {1_000_000: 0.4, 100_000: 0.5, 10_000: 0.6}
"""The thresholds of the made-up calibration, by false match rate in parts per billion."""


def padded(image: bytes) -> bytes:
    """Make a sentence long enough to be an image here."""
    return (PNG + image).ljust(SMALLEST, b"~")


def picture(subject: str, number: int = 1) -> bytes:
    """A photograph with the first bytes of a PNG."""
    return padded(photograph(subject, number))


def crowd(*subjects: str, number: int = 1) -> bytes:
    """One photograph of several people."""
    return padded(b"+".join(photograph(subject, number) for subject in subjects))


def threshold_for(fmr_ppb: int) -> Threshold:
    made = fake_threshold(100_000)
    rate = fmr_ppb / 1e9
    return replace(
        made, score=ComparisonScore(SCORES[fmr_ppb]), fmr=ErrorRate(rate, rate / 2, rate * 2, 10_000_000)
    )


MEASURES = (
    QualityMeasure(0x46, "UnderExposurePrevention", 0.02, 99),
    QualityMeasure(0x47, "OverExposurePrevention", 0.06, 80),
    QualityMeasure(0x52, "InterEyeDistance", 80.0, 62),
    QualityMeasure(0x58, "HeadPoseYaw", 1.5, 100),
    QualityMeasure(0x59, "HeadPosePitch", -2.0, 100),
)


def measured(face: DetectedFace) -> DetectedFace:
    return replace(face, quality=(*face.quality, *MEASURES))


def shown(image: bytes) -> bytes:
    return image.removeprefix(PNG).rstrip(b"~")


class PictureEngine(FakeEngine):
    """The engine of sentences, behind the first bytes of a PNG and with more measures."""

    def size_of(self, image: bytes) -> tuple[int, int]:
        return super().size_of(shown(image))

    def detect(self, image: bytes, *, limit: int, least: LeastSize = EVERY_SIZE) -> Detection:
        found = super().detect(shown(image), limit=limit, least=least)
        return replace(found, faces=tuple(map(measured, found.faces)))

    def extract_all(
        self, image: bytes, *, limit: int, least: LeastSize = EVERY_SIZE
    ) -> tuple[Extraction, ...]:
        found = super().extract_all(shown(image), limit=limit, least=least)
        return tuple(replace(one, face=_placed(measured(one.face), at)) for at, one in enumerate(found))

    def extract(
        self, images: Sequence[bytes], *, choice: FaceChoice
    ) -> tuple[Extraction | InvalidInputError, ...]:
        found = super().extract([shown(image) for image in images], choice=choice)
        return tuple(
            one if isinstance(one, InvalidInputError) else replace(one, face=measured(one.face))
            for one in found
        )


def _placed(face: DetectedFace, at: int) -> DetectedFace:
    """Faces of one photograph stand side by side, 200 pixels apart."""
    return replace(face, box=replace(face.box, left=face.box.left + 200.0 * at))


class WallClock:
    """The real time, moved by what a test wants."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Shelf:
    """Where photographs lie that requests name."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], bytes] = {}

    def read(self, place: ObjectName, *, limit: int) -> bytes | None:
        found = self.held.get((place.bucket, place.name))
        return found[: limit + 1] if found is not None else None


class AzureParts(StageParts):
    def __init__(self, database: Path) -> None:
        self.shelf = Shelf()
        self.objects = self.shelf
        super().__init__(database, PictureEngine())
        self.clock = WallClock()  # type: ignore[assignment]  # the stage's stands still
        self.threshold_for = threshold_for
        self.max_image_bytes = 20_000_000
        self.commit_to = lambda data: hmac.digest(b"key", hashlib.sha256(data).digest(), "sha256").hex()


@dataclass
class Stage:
    """One installation behind one port, with people who have keys."""

    parts: AzureParts
    service: Countenance
    url: str
    keys: Mapping[str, str]
    answered: dict[str, set[str]] = field(default_factory=dict)

    @property
    def objects(self) -> dict[tuple[str, str], bytes]:
        """Photographs by bucket and name."""
        return self.parts.shelf.held

    @contextmanager
    def faces(self, who: str = "tester", **more: Any) -> Iterator[FaceClient]:  # noqa: ANN401  the client's own options
        """A client as a user would make it, but for the address."""
        with FaceClient(self.url, AzureKeyCredential(self.keys[who]), retry_total=0, **more) as client:
            yield client

    @contextmanager
    def administration(self, who: str = "archivist") -> Iterator[FaceAdministrationClient]:
        """A client for lists and groups."""
        credential = AzureKeyCredential(self.keys[who])
        with FaceAdministrationClient(self.url, credential, retry_total=0, polling_interval=0) as client:
            yield client

    def send(
        self,
        who: str | None,
        method: str,
        path: str,
        *,
        version: str = "v1.0",
        **more: Any,  # noqa: ANN401  httpx's own
    ) -> httpx.Response:
        """Send one request as a script without a client would."""
        headers = {"Ocp-Apim-Subscription-Key": self.keys[who]} if who is not None else {}
        headers |= more.pop("headers", {})
        return httpx.request(method, f"{self.url}/face/{version}{path}", headers=headers, timeout=30, **more)

    def image(self, who: str, path: str, image: bytes, **query: object) -> httpx.Response:
        """Send an image."""
        raw = {"Content-Type": "application/octet-stream"}
        texts = {name: str(value) for name, value in query.items()}
        return self.send(who, "POST", path, content=image, headers=raw, params=texts)

    def keep(self, who: str, image: bytes, **query: object) -> list[str]:
        """Have faces found and kept; return their ids."""
        answer = self.image(who, "/detect", image, **query)
        assert answer.status_code == 200, answer.text
        return [face["faceId"] for face in answer.json()]

    @property
    def engine(self) -> FakeEngine:
        """The engine of sentences."""
        assert isinstance(self.parts.engine, FakeEngine)
        return self.parts.engine

    def later(self, **step: float) -> None:
        """Move the clock."""
        assert isinstance(self.parts.clock, WallClock)
        self.parts.clock.ahead += timedelta(**step)

    def actor(self, who: str) -> Actor:
        role, lease = HOLDERS[who]
        return Actor(id=f"key_{who}", role=role, lease_id=LeaseId(lease) if lease else None)

    def agree(self, who: str, gallery: str, *subjects: str) -> None:
        """Record that subjects agreed, as it is recorded the native way."""
        for subject in subjects:
            agreement = Agreement(
                gallery_id=GalleryId(gallery), subject_id=SubjectId(subject), notice="v1", method="form"
            )
            self.service.give_consent(self.actor(who), agreement)

    def agree_beforehand(self, gallery: str, *subjects: str) -> None:
        """Record agreements to a gallery that is yet to be made, as an import of old ones would."""
        with self.parts.unit_of_work() as work:
            for subject in subjects:
                consent = Consent(
                    gallery_id=GalleryId(gallery),
                    subject_id=SubjectId(subject),
                    notice="v1",
                    method="form",
                    instruments=frozenset(),
                    given=self.parts.clock(),
                    expires=None,
                )
                work.consents.put(consent)
            work.commit()

    def withdraw(self, who: str, gallery: str, subject: str) -> None:
        """End a consent, as it is ended the native way."""
        self.service.withdraw(self.actor(who), GalleryId(gallery), SubjectId(subject))

    def enrol(self, who: str, gallery: str, subject: str, image: bytes) -> None:
        """Enrol a photograph the native way."""
        enrolment = Enrolment(gallery_id=GalleryId(gallery), subject_id=SubjectId(subject), sample=image)
        self.service.enrol(self.actor(who), enrolment)

    def bind(self, lease: str, name: str, gallery: str) -> None:
        """Bind a name of the protocol to a gallery of a lease."""
        binding = Binding(
            lease_id=LeaseId(lease),
            collection_id=name,
            gallery_id=GalleryId(gallery),
            purpose=None,
            scraped=False,
        )
        self.service.bind_collections(LOCAL_ADMINISTRATOR, LeaseId(lease), [binding])

    def put_object(self, bucket: str, name: str, image: bytes) -> None:
        """Put a photograph where the operator keeps those that requests name."""
        self.objects[bucket, name] = image

    def position(self, gallery: str) -> int:
        """Return up to where a gallery is in memory."""
        return self.parts.index.position(GalleryId(gallery))

    def events(self) -> list[dict[str, Any]]:
        return ApiStage(self.parts, {}).events()


def seed_now(model_digest: str) -> str:
    now = datetime.now(UTC)
    dates = {"@START@": now - timedelta(days=1), "@END@": now + timedelta(days=30)}
    text = SEED.replace("@MODEL@", model_digest)
    for name, moment in dates.items():
        text = text.replace(name, moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return text


@contextmanager
def serving(service: Countenance) -> Iterator[str]:
    """Serve on a free port of loopback, in a thread."""
    config = uvicorn.Config(all_ways_in(service), port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.005)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)


def furnish_template(folder: Path, model_digest: str = FAKE_PIPELINE.model_digest) -> dict[str, str]:
    """Make a database with leases and keys, and return the keys' texts."""
    parts = AzureParts(folder / "template.db")
    parts.database.migrate()
    service = Countenance(parts)
    service.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(seed_now(model_digest)))
    keys = {}
    for name, (role, lease) in HOLDERS.items():
        request = KeyRequest(role=role, lease_id=LeaseId(lease) if lease else None, label=name)
        keys[name] = service.issue_key(LOCAL_ADMINISTRATOR, request).text
    parts.close()
    return keys


class Unlucky:
    """Destroys expired faces, once every fault that it was given has happened."""

    def __init__(self, act: Callable[[], int], faults: list[Exception]) -> None:
        self.act, self.faults = act, faults

    def __call__(self) -> int:
        if self.faults:
            raise self.faults.pop(0)
        return self.act()


def stages(
    template: Path, keys: Mapping[str, str], folder: Path, *, before_start: list[Exception] | None = None
) -> Iterator[Stage]:
    """Yield a stage on a copy of the template, and check its whole ledger afterwards.

    With `before_start`, those faults happen to the destruction of expired faces first.
    """
    database = folder / "countenance.db"
    shutil.copy(template, database)
    parts = AzureParts(database)
    service = Countenance(parts)
    if before_start is not None:
        cases = service.azure_face
        cases.destroy_expired = Unlucky(cases.destroy_expired, before_start)  # type: ignore[assignment]  # a cached property takes what it is given
    with serving(service) as url:
        yield Stage(parts, service, url, keys)
    ApiStage(parts, {}).check_ledger()
    parts.close()
