"""A live server on loopback that boto3 talks to: real SQLite, real policy, an engine of sentences."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import select
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
import uvicorn
from botocore.config import Config

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
from countenance.entrypoints.rekognition import application
from countenance.entrypoints.rekognition.responses import RESPONSES
from countenance.errors import InvalidInputError
from countenance.recognition.erasure.withdrawal import Agreement
from countenance.server import all_ways_in
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.keys import KeyRequest
from countenance.vetting.model import AccessCredential, Actor, LeaseId, Role
from countenance.vetting.seed import parse_seed
from fakes_engine import FAKE_PIPELINE, FakeEngine, fake_threshold, photograph
from integration.api.stage import Stage as ApiStage
from integration.api.stage import StageParts
from unit.entrypoints.rekognition.model import structures, unknown_members

PNG = b"\x89PNG\r\n\x1a\n"
SEED = (Path(__file__).parent / "leases.toml").read_text(encoding="utf-8")
HOLDERS: Mapping[str, str] = {
    "archivist": "archive",
    "alice": "doors",
    "nina": "missing",
    "tester": "measure",
    "seeker": "search",
    "several": "two",
}
SCORES = {1_000_000: 0.4, 100_000: 0.5, 10_000: 0.6}
"""The thresholds of the made-up calibration, by false match rate in parts per billion."""


def picture(subject: str, number: int = 1) -> bytes:
    """A photograph with the first bytes of a PNG."""
    return PNG + photograph(subject, number)


def group(*subjects: str) -> bytes:
    """One photograph of several people."""
    return PNG + b"+".join(photograph(subject) for subject in subjects)


def threshold_for(fmr_ppb: int) -> Threshold:
    made = fake_threshold(100_000)
    rate = fmr_ppb / 1e9
    return replace(
        made, score=ComparisonScore(SCORES[fmr_ppb]), fmr=ErrorRate(rate, rate / 2, rate * 2, 10_000_000)
    )


def lit(face: DetectedFace) -> DetectedFace:
    """The face with its brightness measured, which the sentences do not have."""
    brightness = QualityMeasure(code=66, name="LuminanceMean", native=0.5, score=-1)
    return replace(face, quality=(*face.quality, brightness))


class PictureEngine(FakeEngine):
    """The engine of sentences, behind the first bytes of a PNG."""

    def size_of(self, image: bytes) -> tuple[int, int]:
        return super().size_of(image.removeprefix(PNG))

    def detect(self, image: bytes, *, limit: int, least: LeastSize = EVERY_SIZE) -> Detection:
        found = super().detect(image.removeprefix(PNG), limit=limit, least=least)
        return replace(found, faces=tuple(lit(face) for face in found.faces))

    def extract_all(
        self, image: bytes, *, limit: int, least: LeastSize = EVERY_SIZE
    ) -> tuple[Extraction, ...]:
        found = super().extract_all(image.removeprefix(PNG), limit=limit, least=least)
        return tuple(replace(one, face=lit(one.face)) for one in found)

    def extract(
        self, images: Sequence[bytes], *, choice: FaceChoice
    ) -> tuple[Extraction | InvalidInputError, ...]:
        found = super().extract([image.removeprefix(PNG) for image in images], choice=choice)
        return tuple(
            replace(one, face=lit(one.face)) if isinstance(one, Extraction) else one for one in found
        )


class WallClock:
    """The real time, moved by what a test wants: clients sign with it."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class RekognitionParts(StageParts):
    def __init__(self, database: Path) -> None:
        super().__init__(database, PictureEngine())
        self.clock = WallClock()  # type: ignore[assignment]  # the stage's stands still, clients' clocks do not
        self.threshold_for = threshold_for
        self.max_image_bytes = 20_000_000
        self.commit_to = lambda data: hmac.digest(b"key", hashlib.sha256(data).digest(), "sha256").hex()


@dataclass
class Stage:
    """One installation behind one port, with people who sign."""

    parts: RekognitionParts
    service: Countenance
    url: str
    credentials: Mapping[str, AccessCredential]
    answered: dict[str, set[str]] = field(default_factory=dict)
    structures: dict[str, set[str]] = field(default_factory=dict)

    @contextmanager
    def client(self, who: str = "archivist", **more: Any) -> Iterator[Any]:  # noqa: ANN401  boto3 makes its classes at run time
        """A client as a user would make it, but for the address."""
        held = self.credentials[who]
        options = {"retries": {"max_attempts": 1, "mode": "standard"}, **more.pop("config", {})}
        client = boto3.client(
            "rekognition",
            endpoint_url=self.url,
            region_name="eu-west-1",
            aws_access_key_id=more.get("key", held.access_key_id),
            aws_secret_access_key=more.get("secret", held.secret),
            config=Config(**options),
        )
        client.meta.events.register("before-parse.rekognition.*", self.look_at)
        try:
            yield client
        finally:
            client.close()

    def look_at(self, operation_model: Any, response_dict: Any, **_: object) -> None:  # noqa: ANN401  botocore's
        """Hold every answer that a client gets against the service's model, member by member."""
        if response_dict["status_code"] != HTTPStatus.OK:
            return
        content = json.loads(response_dict["body"])
        faults = list(unknown_members(operation_model.output_shape, content))
        undocumented = set(content) - set(RESPONSES[operation_model.name])
        assert not faults and not undocumented, (operation_model.name, faults, undocumented)  # noqa: PT018  told together
        self.answered.setdefault(operation_model.name, set()).update(content)
        for structure, members in structures(operation_model.output_shape, content):
            self.structures.setdefault(structure, set()).update(members)

    @property
    def engine(self) -> FakeEngine:
        assert isinstance(self.parts.engine, FakeEngine)
        return self.parts.engine

    def actor(self, who: str) -> Actor:
        held = self.credentials[who]
        return Actor(id=held.key_id, role=Role.OPERATOR, lease_id=LeaseId(HOLDERS[who]))

    def agree(self, who: str, gallery: str, *subjects: str) -> None:
        """Record that subjects agreed, as it is recorded the native way."""
        for subject in subjects:
            agreement = Agreement(
                gallery_id=GalleryId(gallery), subject_id=SubjectId(subject), notice="v1", method="form"
            )
            self.service.give_consent(self.actor(who), agreement)

    def furnish(self, client: Any, collection: str, *subjects: str, who: str = "archivist") -> list[str]:  # noqa: ANN401  as above
        """Make a collection of subjects who agreed, one photograph each; return the faces' ids."""
        client.create_collection(CollectionId=collection)
        self.agree(who, collection, *subjects)
        answers = [
            client.index_faces(CollectionId=collection, Image={"Bytes": picture(name)}, ExternalImageId=name)
            for name in subjects
        ]
        return [answer["FaceRecords"][0]["Face"]["FaceId"] for answer in answers]


@contextmanager
def full_of_bodies(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Take all memory that there is for bodies with one that does not end, until its socket is closed."""
    monkeypatch.setattr(application, "MOST_HELD", 1_000)
    held = unfinished_body(stage)
    try:
        with stage.client(config={"retries": {"total_max_attempts": 1}}) as client:
            with contextlib.suppress(client.exceptions.ThrottlingException):
                while True:
                    client.list_collections()
                    if select.select([held], [], [], 0)[
                        0
                    ]:  # it met the other's two bytes and was turned away
                        held.close()
                        held = unfinished_body(stage)
            yield held
    finally:
        held.close()


def unfinished_body(stage: Stage) -> socket.socket:
    """Send half a body of 2,000 bytes."""
    address = urlsplit(stage.url)
    head = (
        b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: RekognitionService.ListFaces\r\n"
        b"Authorization: later\r\nContent-Length: 2000\r\n\r\n"
    )
    held = socket.create_connection((address.hostname, address.port))
    held.sendall(head + bytes(1_000))
    return held


def seed_now() -> str:
    now = datetime.now(UTC)
    dates = {"@START@": now - timedelta(days=1), "@END@": now + timedelta(days=30)}
    text = SEED.replace("@MODEL@", FAKE_PIPELINE.model_digest)
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


def stages(database: Path) -> Iterator[Stage]:
    """Yield a stage on a database file, and check its whole ledger afterwards."""
    parts = RekognitionParts(database)
    parts.database.migrate()
    service = Countenance(parts)
    service.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(seed_now()))
    credentials = {}
    for name, lease in HOLDERS.items():
        request = KeyRequest(role=Role.OPERATOR, lease_id=LeaseId(lease), label=name, signs=True)
        issued = service.issue_key(LOCAL_ADMINISTRATOR, request)
        assert issued.credential is not None
        credentials[name] = issued.credential
    with serving(service) as url:
        yield Stage(parts, service, url, credentials)
    ApiStage(parts, {}).check_ledger()
    parts.close()
