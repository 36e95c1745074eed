"""The vocabulary of ISO/IEC 2382-37 and 19795 as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

import numpy as np
import numpy.typing as npt

from countenance.biometrics.similarity import cosine_similarities
from countenance.errors import InvalidInputError, TemplateMismatchError

SubjectId = NewType("SubjectId", str)
"""Names a subject within one gallery; chosen by the customer, pseudonymous."""

GalleryId = NewType("GalleryId", str)
"""Names a gallery within the installation."""

ReferenceId = NewType("ReferenceId", str)
"""Names one stored reference within the installation."""

ComparisonScore = NewType("ComparisonScore", float)
"""Similarity of two templates, -1 to 1; higher means more alike."""

_UNIT_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What made a template: the recognition model and the steps around it.

    `model_digest` is the SHA-256 (hex) of the model file as published; `version` names the
    rules of decoding, detection, alignment and precision. Templates of two pipelines are
    never compared.
    """

    model_digest: str
    version: str


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """Features of one face: float32, one dimension, unit length, read-only.

    Raises `InvalidInputError` for a wrong shape, a value that is not finite or a length
    that is not 1. The vector never appears in `repr`, so that it cannot reach a log line.
    """

    vector: npt.NDArray[np.float32]
    pipeline: Pipeline

    def __post_init__(self) -> None:
        vector = np.array(self.vector, dtype=np.float32)
        if vector.ndim != 1 or vector.size == 0:
            raise InvalidInputError("a template is a vector with at least one component")
        if not np.isfinite(vector).all():
            raise InvalidInputError("a template has only finite components")
        if abs(float(np.linalg.norm(vector)) - 1.0) > _UNIT_TOLERANCE:
            raise InvalidInputError("a template has unit length")
        vector.flags.writeable = False
        object.__setattr__(self, "vector", vector)

    def __repr__(self) -> str:
        return f"<Template of {self.vector.size} components>"

    def compare(self, other: Template) -> ComparisonScore:
        """Return the cosine similarity to `other`, or raise `TemplateMismatchError`."""
        if self.pipeline != other.pipeline or self.vector.size != other.vector.size:
            raise TemplateMismatchError("templates of different models or pipelines cannot be compared")
        return ComparisonScore(float(cosine_similarities(self.vector[np.newaxis], other.vector)[0]))


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """A measured proportion with its 95 % interval and the number of trials behind it, all 0 to 1."""

    rate: float
    lower: float
    upper: float
    trials: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """A score from which two templates count as mated, with the evidence for it.

    Made only from a calibration record: `calibration_id` names the record, `fmr` and
    `fnmr` are what it measured at `score`. There is no other way to have a threshold.
    """

    score: ComparisonScore
    fmr: ErrorRate
    fnmr: ErrorRate
    calibration_id: str
    pipeline: Pipeline

    def reached_by(self, score: ComparisonScore) -> bool:
        """Tell whether `score` counts as mated: equal is enough."""
        return score >= self.score


@dataclass(frozen=True, slots=True)
class Comparison:
    """One probe compared with one reference."""

    reference_id: ReferenceId
    subject_id: SubjectId
    score: ComparisonScore


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subject that people have yet to confirm; `rank` starts at 1."""

    rank: int
    subject_id: SubjectId
    reference_id: ReferenceId
    score: ComparisonScore


@dataclass(frozen=True, slots=True)
class CandidateList:
    """Candidates in rank order, with the threshold that they reached."""

    candidates: tuple[Candidate, ...]
    threshold: Threshold
