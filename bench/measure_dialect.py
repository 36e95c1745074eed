"""What the Rekognition dialect adds: a search and a comparison through boto3 against the native API.

One server in a process of its own answers both, on loopback and SQLite, with the same
networks, the same gate and the same record. Both clients keep their connection, hold the
photograph in memory and read the whole answer.
"""

from __future__ import annotations

import base64
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import requests
import uvicorn
from botocore.config import Config

from countenance.app import Countenance, open_countenance
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.policy.model import Purpose
from countenance.recognition.acts.enrolment import Enrolment
from countenance.recognition.erasure.withdrawal import Agreement
from countenance.server import all_ways_in, warm_up
from countenance.settings import Settings
from countenance.vetting.keys import KeyRequest
from countenance.vetting.model import AccessCredential, Actor, LeaseId, Role
from countenance.vetting.seed import parse_seed
from photographs import photographs
from report import Row, compared, hand_over
from turns import in_turns

ROUNDS = 60
GALLERY = GalleryId("portraits")
ADMINISTRATOR = Actor(id="bench", role=Role.ADMINISTRATOR, lease_id=None)

_SEED = """
[[customer]]
id = "museum"
name = "A museum"
kind = "private"
jurisdictions = ["CH"]

[[customer]]
id = "lab"
name = "Measures"
kind = "research"
jurisdictions = ["CH"]

[[lease]]
id = "search"
customer = "museum"
acts = ["enrol", "identify"]
purposes = ["media_archive"]
galleries = ["portraits"]
max_candidates = 10
n_max = 1000
{rest}

[[lease]]
id = "compare"
customer = "lab"
acts = ["verify", "measure"]
purposes = ["research_measurement"]
galleries = []
max_candidates = 1
n_max = 0
{rest}
"""
_REST = """
spaces = ["controlled"]
cameras = ["file"]
model_digests = ["{model}"]
fmr = 0.001
not_before = 2026-01-01T00:00:00Z
expires = 2099-01-01T00:00:00Z
approved_by = ["anna", "bert"]
"""


class Holder:
    """A customer's two ways to the same lease."""

    def __init__(self, countenance: Countenance, lease: str) -> None:
        asked = KeyRequest(role=Role.OPERATOR, lease_id=LeaseId(lease), label=lease, signs=True)
        issued = countenance.issue_key(ADMINISTRATOR, asked)
        if issued.credential is None:
            raise RuntimeError("a key that signs has a credential")
        self.credential: AccessCredential = issued.credential
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {issued.text}"

    def client(self, url: str) -> Any:  # noqa: ANN401  boto3 makes its classes at run time
        """Return the other service's client, with this server's address."""
        return boto3.client(
            "rekognition",
            endpoint_url=url,
            region_name="eu-west-1",
            aws_access_key_id=self.credential.access_key_id,
            aws_secret_access_key=self.credential.secret,
            config=Config(retries={"total_max_attempts": 1}),
        )

    def post(self, url: str, asked: dict[str, str]) -> None:
        """Ask the native API, and fail where it does not answer."""
        answer = self.session.post(url, json=asked)
        answer.raise_for_status()
        answer.json()


def furnish(home: Path, pictures: list[tuple[Path, Path]]) -> tuple[Holder, Holder]:
    """Make the installation with one enrolled photograph a pair; return its two customers."""
    countenance = open_countenance(Settings(home=home))
    rest = _REST.format(model=countenance.parts.engine.pipeline.model_digest)
    countenance.grant_leases(ADMINISTRATOR, parse_seed(_SEED.format(rest=rest)))
    operator = Actor(id="bench-museum", role=Role.OPERATOR, lease_id=LeaseId("search"))
    countenance.create_gallery(operator, GALLERY, Purpose.MEDIA_ARCHIVE, scraped=False)
    for number, (enrolled, _) in enumerate(pictures):
        subject = SubjectId(f"subject-{number}")
        countenance.give_consent(
            operator, Agreement(gallery_id=GALLERY, subject_id=subject, notice="1", method="written")
        )
        countenance.enrol(
            operator, Enrolment(gallery_id=GALLERY, subject_id=subject, sample=enrolled.read_bytes())
        )
    holders = Holder(countenance, "search"), Holder(countenance, "compare")
    countenance.close()
    return holders


def serve(home: Path) -> None:
    """Serve the installation and print the port; ends with its standard input."""
    countenance = open_countenance(Settings(home=home))
    warm_up(countenance).join()
    config = uvicorn.Config(all_ways_in(countenance), port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    sys.stdin.read()
    server.should_exit = True
    thread.join()
    countenance.close()


def measure() -> list[Row]:
    """Return the rows."""
    pictures = photographs()
    pairs = list(dict.fromkeys(pictures.pairs))
    with tempfile.TemporaryDirectory(prefix="countenance-bench-") as folder:
        home = Path(folder) / "home"
        museum, lab = furnish(home, pairs[::2])
        with subprocess.Popen(  # noqa: S603  this script with this interpreter
            [sys.executable, __file__, "--serve", str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as server:
            if server.stdout is None or server.stdin is None:
                raise RuntimeError("the server's pipes are not there")
            url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
            try:
                return [_searches(museum, url, pairs), _comparisons(lab, url, pairs)]
            finally:
                server.stdin.close()


def _searches(museum: Holder, url: str, pairs: list[tuple[Path, Path]]) -> Row:
    probes = [(data, _text(data)) for data in (probe.read_bytes() for _, probe in pairs)]
    client = museum.client(url)
    path = f"{url}/v1/galleries/{GALLERY}/identifications"

    def dialect(number: int) -> None:
        client.search_faces_by_image(CollectionId=GALLERY, Image={"Bytes": probes[number % len(probes)][0]})

    def native(number: int) -> None:
        museum.post(path, {"image": probes[number % len(probes)][1], "choice": "largest"})

    return _row("rekognition_search", dialect, native, "POST /v1/galleries/{id}/identifications")


def _comparisons(lab: Holder, url: str, pairs: list[tuple[Path, Path]]) -> Row:
    images = [
        (one, other, _text(one), _text(other))
        for one, other in ((one.read_bytes(), other.read_bytes()) for one, other in pairs)
    ]
    client = lab.client(url)

    def dialect(number: int) -> None:
        source, target, _, _ = images[number % len(images)]
        client.compare_faces(SourceImage={"Bytes": source}, TargetImage={"Bytes": target})

    def native(number: int) -> None:
        _, _, reference, probe = images[number % len(images)]
        lab.post(f"{url}/v1/comparisons", {"reference": reference, "probe": probe})

    return _row("rekognition_compare", dialect, native, "POST /v1/comparisons")


def _row(name: str, dialect: Callable[[int], None], native: Callable[[int], None], peer: str) -> Row:
    note = "ratio is native over dialect: 0.87 means that the dialect adds 15 %, client included"
    if name == "rekognition_compare":
        note += "; the dialect tells of every face of the target, the native API of the largest"
    return compared(name, *in_turns(dialect, native, rounds=ROUNDS), peer_name=peer, note=note)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(Path(sys.argv[2]))
    else:
        hand_over(measure())
