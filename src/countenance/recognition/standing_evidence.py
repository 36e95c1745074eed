"""Which report stands behind an act under a lease that names caps: one read, and none without caps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from countenance.biometrics.model import Threshold
from countenance.biometrics.projection import largest_gallery_ppb
from countenance.errors import CalibrationError
from countenance.fairness.caps import HeldAgainst, held_against
from countenance.policy.evidence import (
    BILLION,
    EvidenceFacts,
    FairnessCaps,
    GalleryBasis,
    KindOfUse,
    ReportFacts,
)
from countenance.policy.model import Act
from countenance.policy.schema import SEARCH
from countenance.vetting.access import READERS, Access
from countenance.vetting.model import Actor, LeaseId

if TYPE_CHECKING:
    from countenance.recognition.model import Gallery
    from countenance.recognition.ports import UnitOfWork
    from countenance.vetting.model import Lease

_ASKS: Final = SEARCH | {Act.VERIFY, Act.ENROL}


@dataclass(frozen=True, slots=True)
class StandingEvidence:
    """Find the newest registered report for what an act would compare with.

    `threshold_for` gives the threshold for a false match rate in parts per billion, or raises
    `CalibrationError`; None where nothing is known of thresholds, for which no report can speak.
    """

    threshold_for: Callable[[int], Threshold] | None = None

    def __call__(
        self,
        work: UnitOfWork,
        act: Act,
        lease: Lease | None,
        gallery: Gallery | None,
        *,
        owed: bool = False,
    ) -> EvidenceFacts | None:
        """Return the evidence, or None where the act compares nothing, or nobody asks for any.

        The lease's caps ask for it, and so does a duty under which it is `owed`.
        """
        caps = lease.terms.caps if lease is not None else None
        if lease is None or act not in _ASKS or (caps is None and not owed):
            return None
        model = _model(lease, gallery)
        threshold = self._threshold(lease.terms.fmr_ppb)
        use = KindOfUse.ONE_TO_ONE if act is Act.VERIFY else KindOfUse.ONE_TO_MANY
        asked = EvidenceFacts(use=use, model_digest=model, threshold_ppb=threshold)
        if model is None or threshold is None:
            return asked
        newest = work.evidence.newest(model, threshold, use)
        report = newest.facts() if newest is not None else None
        if report is not None and caps is not None:
            report = _bounded(report, caps, lease.terms.n_max)
        return asked if report is None else replace(asked, report=report)

    def _threshold(self, fmr_ppb: int) -> int | None:
        if self.threshold_for is None:
            return None
        try:
            return score_ppb(self.threshold_for(fmr_ppb))
        except CalibrationError:
            return None


def score_ppb(threshold: Threshold) -> int:
    """Return a threshold's score in parts per billion, as measurements name it on the ledger."""
    return round(float(threshold.score) * BILLION)


def _model(lease: Lease, gallery: Gallery | None) -> str | None:
    """Return the gallery's model; loose images are compared by the one that the lease names, if it is one."""
    if gallery is not None:
        return gallery.pipeline.model_digest
    named = lease.terms.model_digests
    return next(iter(named)) if len(named) == 1 else None


def _bounded(report: ReportFacts, caps: FairnessCaps, n_max: int) -> ReportFacts:
    """Return the report with the largest gallery that it shows to keep the cap of FPIR.

    Searches of a gallery at least as large as the lease's outweigh a projection, either way: where
    they do not show that the cap holds, no gallery is within it.
    """
    if caps.fpir_ppb is None:
        return report
    if report.fpir_ppb is not None and (report.fpir_subjects or 0) >= n_max:
        held = (report.fpir_subjects or 0) if report.fpir_ppb <= caps.fpir_ppb else 0
        return replace(report, gallery_limit=held, gallery_by=GalleryBasis.MEASURED)
    if report.fmr_ppb is None:
        return report
    fmr = min(report.fmr_ppb, BILLION)
    limit = largest_gallery_ppb(fmr, caps.fpir_ppb)
    return replace(report, gallery_limit=limit, gallery_by=GalleryBasis.PROJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class UseStanding:
    """One kind of use: its report, None where none speaks for it, and each limit held against it."""

    use: KindOfUse
    model_digest: str | None
    report: ReportFacts | None
    limits: tuple[HeldAgainst, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseStanding:
    """The caps of a lease, and for each kind of use the report that counts with what it shows of each."""

    lease_id: str
    caps: FairnessCaps | None
    threshold_ppb: int | None
    uses: tuple[UseStanding, ...]


@dataclass(frozen=True, slots=True)
class ReadStanding:
    """Show how the evidence stands behind a lease, before somebody is refused for it."""

    access: Access
    evidence: StandingEvidence
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, lease_id: LeaseId) -> LeaseStanding:
        """Return the standing today, or raise `ForbiddenError` or `NotFoundError`.

        Roles: administrator, reviewer, auditor, members of the lease's customer.
        """
        with self.unit_of_work() as work:
            lease = self.access.lease(work, actor, lease_id, READERS)
            found = [self.evidence(work, act, lease, None) for act in (Act.VERIFY, Act.IDENTIFY)]
        today = self.access.clock().date()
        stated = [one for one in found if one is not None]
        caps = lease.terms.caps
        return LeaseStanding(
            lease_id=lease_id,
            caps=caps,
            threshold_ppb=stated[0].threshold_ppb if stated else None,
            uses=tuple(_standing(one, caps, today) for one in stated if caps is not None),
        )


def _standing(evidence: EvidenceFacts, caps: FairnessCaps, today: date) -> UseStanding:
    report = evidence.report
    return UseStanding(
        use=evidence.use,
        model_digest=evidence.model_digest,
        report=report,
        limits=() if report is None else held_against(caps, report, today),
    )
