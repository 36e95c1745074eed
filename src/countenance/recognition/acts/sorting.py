"""Sorting: which of a few known people may be in each of some loose images.

The evaluator's way to try the engine on folders of their own. Nothing is enrolled or kept,
and the lease bounds how many people may be known: a folder is not a gallery.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from countenance.biometrics.faces import FaceChoice
from countenance.biometrics.model import (
    CandidateList,
    Comparison,
    ReferenceId,
    SubjectId,
    Template,
    Threshold,
)
from countenance.biometrics.ranking import rank_candidates
from countenance.errors import CountenanceError, InvalidInputError
from countenance.ledger import EventType
from countenance.policy.model import Act
from countenance.recognition.asking import Ask, Permission, Request
from countenance.recognition.outcome import calibration_fields
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.vetting.model import Actor

Images = Mapping[str, Callable[[], bytes]]
"""Encoded images by name, each read when its turn comes, so that a folder need not fit in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Known people, each with their images, and the images to be sorted."""

    known: Mapping[SubjectId, Images]
    unknown: Images


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedImage:
    """What came of one image: a candidate list, or the error that stood in the way.

    `subject_id` is set where the image is one of the known people's, and failed.
    """

    name: str
    subject_id: SubjectId | None = None
    candidates: CandidateList | None = None
    error: CountenanceError | None = None


@dataclass(frozen=True, slots=True)
class Sort:
    """Compare every unknown image with every known person, with permission and on the record."""

    ask: Ask
    report: Report
    engine: FaceEngine
    threshold_for: Callable[[int], Threshold]
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, folders: Folders) -> Iterator[SortedImage]:
        """Yield a row for each known image that failed, then one for each unknown image.

        Raises `RefusedError`, `BusyError`, and `InvalidInputError` where more people are known
        than the lease allows or none could be used.
        """
        with self.engine.admission():
            with self.unit_of_work() as work:
                permission = self.ask(work, actor, Request(act=Act.SEARCH_STORED))
            with self.report.failures_of(Act.SEARCH_STORED, permission):
                most = permission.lease.terms.n_max
                if len(folders.known) > most:
                    raise InvalidInputError(f"the lease allows {most} known people, not {len(folders.known)}")
                yield from self._sorted(permission, folders)

    def _sorted(self, permission: Permission, folders: Folders) -> Iterator[SortedImage]:
        threshold = self.threshold_for(permission.lease.terms.fmr_ppb)
        references: list[tuple[SubjectId, ReferenceId, Template]] = []
        for subject_id, images in folders.known.items():
            for name, read in images.items():
                taken = self._template(read)
                if isinstance(taken, CountenanceError):
                    yield SortedImage(name=name, subject_id=subject_id, error=taken)
                else:
                    references.append((subject_id, ReferenceId(name), taken))
        if not references:
            raise InvalidInputError("no image of a known person shows a usable face")
        limit = permission.lease.max_candidates
        listed = 0
        for name, read in folders.unknown.items():
            probe = self._template(read)
            if isinstance(probe, CountenanceError):
                yield SortedImage(name=name, error=probe)
                continue
            compared = _compare(probe, references, threshold)
            candidates = rank_candidates(compared, threshold=threshold, limit=limit)
            listed += bool(candidates.candidates)
            yield SortedImage(name=name, candidates=candidates)
        with self.unit_of_work() as work:
            counts = {"known": len(folders.known), "unknown": len(folders.unknown), "with_candidates": listed}
            fields = {**counts, **calibration_fields(threshold)}
            self.report.completed(work, EventType.SEARCH_COMPLETED, permission, fields)
            work.commit()

    def _template(self, read: Callable[[], bytes]) -> Template | CountenanceError:
        try:
            (extraction,) = self.engine.extract([read()], choice=FaceChoice.CENTRAL)
        except InvalidInputError as error:
            return error
        return extraction if isinstance(extraction, InvalidInputError) else extraction.template


def _compare(
    probe: Template, references: Sequence[tuple[SubjectId, ReferenceId, Template]], threshold: Threshold
) -> tuple[Comparison, ...]:
    compared = (
        Comparison(reference_id, subject_id, template.compare(probe))
        for subject_id, reference_id, template in references
    )
    return tuple(comparison for comparison in compared if threshold.reached_by(comparison.score))
