"""Measuring a pipeline on images whose truth is known: the core of a calibration.

Nothing here asks for permission: the act around it does, before the first image is read,
and puts the record's id on the ledger.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Protocol

import numpy as np
import numpy.typing as npt

from countenance.biometrics.accuracy import JudgedPairs, assigned_folds, cross_validated_accuracy
from countenance.biometrics.calibration import Accuracy, Calibration, CalibrationRecord, DataSet, TrialCounts
from countenance.biometrics.calibration_file import record_of
from countenance.biometrics.error_rates import Resampling, equal_error_rate, error_rates
from countenance.biometrics.faces import Extraction, FaceChoice
from countenance.biometrics.similarity import cosine_similarities
from countenance.biometrics.trials import MatedTrials, NonMatedTrials, cross_trials, listed_trials
from countenance.errors import InvalidInputError
from countenance.recognition.measuring.calibration_plan import CalibrationPlan, TrialPair
from countenance.recognition.ports import FaceEngine

REPLICATES = 1000
SEED = 20_070_924
"""Fixed, so that the same scores give the same record."""

_BATCH = 16
_GUESSED = "Which images show one subject was gathered from the mated pairs alone."


class Phase(StrEnum):
    """What a measurement is busy with."""

    EXTRACTING = "extracting"
    COMPARING = "comparing"
    RESAMPLING = "resampling"
    SEARCHING = "searching"


class Progress(Protocol):
    """Is told how far each phase is; phases follow each other."""

    def __call__(self, phase: Phase, done: int, total: int) -> None:
        """Take note that `done` of `total` steps of `phase` are behind."""
        ...


@dataclass(frozen=True, slots=True)
class AcquisitionFailure:
    """An image that gave no template, and the stable code of the reason."""

    image: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """The record, and the images that it could not use."""

    record: CalibrationRecord
    failures: tuple[AcquisitionFailure, ...]


@dataclass(slots=True)
class Acquired:
    """What extraction made of a data set's images: a row of `vectors` for each name in `rows`."""

    rows: dict[str, int] = field(default_factory=dict)
    vectors: list[npt.NDArray[np.float32]] = field(default_factory=list)
    failures: list[AcquisitionFailure] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CalibrationRun:
    """Measure how often the engine's pipeline errs, and make a record of it.

    Each image is read and extracted once, in batches; templates live as long as the run.
    `read` returns the bytes of an image by its name, and raises `OSError` or
    `InvalidInputError` where it cannot.
    """

    engine: FaceEngine
    clock: Callable[[], datetime]

    def __call__(
        self, plan: CalibrationPlan, *, read: Callable[[str], bytes], progress: Progress
    ) -> CalibrationResult:
        """Return the record of `plan`, or raise `InvalidInputError` where too little could be compared."""
        subjects = plan.pairs.subjects()
        acquired = self.acquire(list(subjects), plan.face, read=read, progress=progress)
        compared = _Compared(plan, acquired, subjects)
        mated = compared.mated()
        if not len(mated.scores):
            raise InvalidInputError("no mated pair could be compared")
        non_mated = compared.non_mated(lambda done, total: progress(Phase.COMPARING, done, total))
        if not non_mated.count:
            raise InvalidInputError("no non-mated pair could be compared")
        resampling = Resampling(len(compared.numbers), REPLICATES, SEED)
        rows = error_rates(
            mated, non_mated, resampling, lambda done, total: progress(Phase.RESAMPLING, done, total)
        )
        calibration = Calibration(
            pipeline=self.engine.pipeline,
            data_set=DataSet(
                name=plan.name,
                digest=data_set_digest(plan.pairs.pairs, acquired.digests),
                images=len(subjects),
                subjects=len(compared.numbers),
                remarks=plan.remarks if plan.pairs.subjects_known else (*plan.remarks, _GUESSED),
            ),
            made_on=self.clock().date(),
            face=plan.face,
            trials=compared.counts(mated, non_mated),
            accuracy=compared.accuracy(),
            eer=equal_error_rate(mated, non_mated),
            rows=rows,
        )
        return CalibrationResult(record_of(calibration), tuple(acquired.failures))

    def acquire(
        self, images: Sequence[str], face: FaceChoice, *, read: Callable[[str], bytes], progress: Progress
    ) -> Acquired:
        """Extract the template of each image once; what fails is counted, never raised."""
        acquired = Acquired()
        names = iter(images)
        done = 0
        while batch := list(islice(names, _BATCH)):
            contents = dict(_readable(batch, read, acquired))
            with self.engine.admission():
                extractions = self.engine.extract(list(contents.values()), choice=face)
            for image, extraction in zip(contents, extractions, strict=True):
                _keep(image, extraction, acquired)
            done += len(batch)
            progress(Phase.EXTRACTING, done, len(images))
        return acquired


def data_set_digest(pairs: Sequence[TrialPair], digests: Mapping[str, str]) -> str:
    """Return the SHA-256 (hex) over the pairs in order, then each image's name and digest, by name.

    One tab-separated line each; an image that could not be read has `-` for a digest.
    """
    digest = hashlib.sha256()
    for pair in pairs:
        digest.update(f"{pair.fold or ''}\t{pair.a}\t{pair.b}\t{int(pair.mated)}\n".encode())
    for image in sorted({name for pair in pairs for name in (pair.a, pair.b)}):
        digest.update(f"{image}\t{digests.get(image, '-')}\n".encode())
    return digest.hexdigest()


def _readable(
    images: Sequence[str], read: Callable[[str], bytes], acquired: Acquired
) -> Iterator[tuple[str, bytes]]:
    for image in images:
        try:
            content = read(image)
        except FileNotFoundError:
            acquired.failures.append(AcquisitionFailure(image, "file_missing", "there is no such file"))
        except OSError as error:
            reason = (error.strerror or "the file cannot be read").lower()
            acquired.failures.append(AcquisitionFailure(image, "file_unreadable", reason))
        except InvalidInputError as error:
            acquired.failures.append(AcquisitionFailure(image, error.code, error.message))
        else:
            acquired.digests[image] = hashlib.sha256(content).hexdigest()
            yield image, content


def _keep(image: str, extraction: Extraction | InvalidInputError, acquired: Acquired) -> None:
    if isinstance(extraction, InvalidInputError):
        acquired.failures.append(AcquisitionFailure(image, extraction.code, extraction.message))
    else:
        acquired.rows[image] = len(acquired.vectors)
        acquired.vectors.append(extraction.template.vector)


class _Compared:
    """The listed pairs with their scores, and the subjects as numbers."""

    def __init__(self, plan: CalibrationPlan, acquired: Acquired, subjects: Mapping[str, str]) -> None:
        self._plan = plan
        self._failures = acquired.failures
        self.numbers = {name: number for number, name in enumerate(sorted(set(subjects.values())))}
        self._vectors = np.array(acquired.vectors, dtype=np.float32)
        self._shown = np.array([self.numbers[subjects[image]] for image in acquired.rows], dtype=np.int64)
        pairs = plan.pairs.pairs
        self._truth = np.array([pair.mated for pair in pairs])
        self._first = np.array([self.numbers[pair.subject_a] for pair in pairs], dtype=np.int64)
        self._second = np.array([self.numbers[pair.subject_b] for pair in pairs], dtype=np.int64)
        self._scores = np.full(len(pairs), np.nan)
        for at, pair in enumerate(pairs):
            a, b = acquired.rows.get(pair.a), acquired.rows.get(pair.b)
            if a is not None and b is not None:
                self._scores[at] = cosine_similarities(self._vectors[a : a + 1], self._vectors[b])[0]

    def mated(self) -> MatedTrials:
        """Return the mated pairs that could be compared."""
        chosen = self._truth & ~np.isnan(self._scores)
        return MatedTrials(self._scores[chosen], self._first[chosen])

    def non_mated(self, report: Callable[[int, int], None]) -> NonMatedTrials:
        """Return all pairs of images of different subjects if the plan says so, else the listed ones."""
        if self._plan.cross:
            return cross_trials(self._vectors, self._shown, len(self.numbers), report)
        chosen = ~self._truth & ~np.isnan(self._scores)
        return listed_trials(self._scores[chosen], self._first[chosen], self._second[chosen])

    def accuracy(self) -> Accuracy:
        """Return the accuracy over the listed pairs."""
        folds = assigned_folds([pair.fold for pair in self._plan.pairs.pairs], self._truth)
        return cross_validated_accuracy(JudgedPairs(self._scores, self._truth, folds))

    def counts(self, mated: MatedTrials, non_mated: NonMatedTrials) -> TrialCounts:
        """Return how many trials there were, and what was lost."""
        codes = Counter(failure.code for failure in self._failures)
        return TrialCounts(
            mated=len(mated.scores),
            non_mated=non_mated.count,
            cross=self._plan.cross,
            lost=int(np.isnan(self._scores).sum()),
            not_acquired=tuple(sorted(codes.items())),
        )
