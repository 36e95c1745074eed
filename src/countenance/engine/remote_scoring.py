"""Scores of other services' face comparison, through their own clients (the extra `remote`).

Photographs leave the machine for this. Keys come from where each client looks for them, or from
the environment, never from an argument.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np

from countenance.errors import ConfigurationError, InvalidInputError
from countenance.fairness.model import Floats
from countenance.recognition.measuring.calibration_run import Phase, Progress
from countenance.recognition.measuring.scoring import PairImages, Scorer

AZURE_KEY: Final = "COUNTENANCE_REMOTE_AZURE_KEY"
"""Environment variable with the key of an Azure Face resource."""

_TOGETHER = 4
_NO_FACE = frozenset({"InvalidParameterException", "InvalidImageFormatException", "ImageTooLargeException"})
_UNUSABLE = frozenset({400, 413, 415})


def remote_scorer(kind: str, url: str) -> Scorer:
    """Return the scorer of a service, `rekognition` or `azure`, at `url`.

    Raises `InvalidInputError` for another kind, or an address that is neither https nor this
    machine, and `ConfigurationError` where its client or its key is not there.
    """
    if kind not in {"rekognition", "azure"}:
        raise InvalidInputError(f"`{kind}` is no kind of system: `engine`, `model`, `rekognition` or `azure`")
    endpoint = _endpoint(url)
    if kind == "rekognition":
        return RekognitionScorer(endpoint, _rekognition_client(endpoint))
    return AzureScorer(endpoint, _azure_client(endpoint))


@dataclass(frozen=True, slots=True)
class RekognitionScorer:
    """Amazon Rekognition's `CompareFaces`: the highest similarity of the source's largest face, 0 to 100."""

    endpoint: str
    client: Any

    @property
    def description(self) -> dict[str, str | None]:
        """Return what is known of it; which model answers is the service's own affair."""
        return {"kind": "rekognition", "model": None, "pipeline": None, "endpoint": self.endpoint}

    def scores(self, pairs: PairImages, progress: Progress) -> Floats:
        """Compare each pair with no threshold of the service's own."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415  an extra

        def one(first: bytes, second: bytes) -> float:
            try:
                answer = self.client.compare_faces(
                    SourceImage={"Bytes": first},
                    TargetImage={"Bytes": second},
                    SimilarityThreshold=0.0,
                    QualityFilter="NONE",
                )
            except ClientError as error:
                if error.response["Error"]["Code"] in _NO_FACE:
                    return np.nan
                raise _unreachable(self.endpoint, error.response["Error"]["Code"]) from error
            except BotoCoreError as error:
                raise _unreachable(self.endpoint, type(error).__name__) from error
            found = [float(match["Similarity"]) for match in answer["FaceMatches"]]
            return max(found, default=0.0 if answer.get("UnmatchedFaces") else np.nan)

        return _scored(pairs, progress, one)

    def close(self) -> None:
        """Close the client's connections."""
        self.client.close()


@dataclass(frozen=True, slots=True)
class AzureScorer:
    """Azure Face's detection and face-to-face verification: the confidence, 0 to 1.

    Each image is detected once; the service forgets the face ids after a day by itself.
    """

    endpoint: str
    client: Any
    _ids: dict[bytes, str | None] = field(default_factory=dict)

    @property
    def description(self) -> dict[str, str | None]:
        """Return what is known of it."""
        return {"kind": "azure", "model": "recognition_04", "pipeline": None, "endpoint": self.endpoint}

    def scores(self, pairs: PairImages, progress: Progress) -> Floats:
        """Detect each image once and verify each pair."""
        from azure.core.exceptions import AzureError  # noqa: PLC0415  an extra

        def one(first: bytes, second: bytes) -> float:
            try:
                ids = self._face(first), self._face(second)
                if ids[0] is None or ids[1] is None:
                    return np.nan
                answer = self.client.verify_face_to_face(face_id1=ids[0], face_id2=ids[1])
            except AzureError as error:
                status = getattr(error, "status_code", None)
                raise _unreachable(self.endpoint, str(status or type(error).__name__)) from error
            return float(answer.confidence)

        return _scored(pairs, progress, one)

    def close(self) -> None:
        """Close the client's connections, and forget the face ids."""
        self._ids.clear()
        self.client.close()

    def _face(self, image: bytes) -> str | None:
        """Return the id of the largest face; None without one."""
        import hashlib  # noqa: PLC0415  beside its one use

        from azure.ai.vision.face.models import FaceDetectionModel, FaceRecognitionModel  # noqa: PLC0415  an extra
        from azure.core.exceptions import HttpResponseError  # noqa: PLC0415  as above

        place = hashlib.sha256(image).digest()
        if place not in self._ids:
            try:
                found = self.client.detect(
                    image,
                    detection_model=FaceDetectionModel.DETECTION03,
                    recognition_model=FaceRecognitionModel.RECOGNITION04,
                    return_face_id=True,
                )
            except HttpResponseError as error:
                if error.status_code not in _UNUSABLE:
                    raise
                found = []
            self._ids[place] = found[0].face_id if found else None
        return self._ids[place]


def _scored(pairs: PairImages, progress: Progress, one: Callable[[bytes, bytes], float]) -> Floats:
    """Return the score of each pair, a few at a time; a pair with an image that cannot be read has none."""
    count = len(pairs.first)
    scores = np.full(count, np.nan)

    def score(at: int) -> tuple[int, float]:
        try:
            first, second = (pairs.read(pairs.images[side[at]]) for side in (pairs.first, pairs.second))
        except (OSError, InvalidInputError):
            return at, np.nan
        return at, one(first, second)

    with ThreadPoolExecutor(_TOGETHER) as workers:
        for done, (at, value) in enumerate(workers.map(score, range(count)), start=1):
            scores[at] = value
            progress(Phase.COMPARING, done, count)
    return scores


def _unreachable(endpoint: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"the service at `{endpoint}` answered `{what}`: see to address, region and keys"
    )


def _endpoint(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise InvalidInputError(f"`{url}` is no address of a service")
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise InvalidInputError(f"`{url}` would carry photographs without encryption: use https")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _rekognition_client(endpoint: str) -> Any:  # noqa: ANN401  boto3 makes its classes at run time
    try:
        import boto3  # noqa: PLC0415  an extra
        from botocore.config import Config  # noqa: PLC0415  as above
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415  as above
    except ImportError as error:
        raise ConfigurationError("boto3 is not installed: install `countenance[remote]`") from error
    try:
        return boto3.session.Session().client(
            "rekognition",
            endpoint_url=endpoint,
            config=Config(retries={"max_attempts": 4, "mode": "standard"}, max_pool_connections=_TOGETHER),
        )
    except BotoCoreError as error:
        raise ConfigurationError(f"boto3 is not configured: {type(error).__name__}") from error


def _azure_client(endpoint: str) -> Any:  # noqa: ANN401  its class comes with an extra
    try:
        from azure.ai.vision.face import FaceClient  # noqa: PLC0415  an extra
        from azure.core.credentials import AzureKeyCredential  # noqa: PLC0415  as above
    except ImportError as error:
        raise ConfigurationError(
            "azure-ai-vision-face is not installed: install `countenance[remote]`"
        ) from error
    key = os.environ.get(AZURE_KEY)
    if not key:
        raise ConfigurationError(f"the key of the service at `{endpoint}` is not in {AZURE_KEY}")
    return FaceClient(endpoint, AzureKeyCredential(key), retry_total=3)
