"""Computes with scores, ranks and thresholds; needs no pixels."""

from countenance.biometrics.model import (
    Candidate,
    CandidateList,
    Comparison,
    ComparisonScore,
    ErrorRate,
    GalleryId,
    Pipeline,
    ReferenceId,
    SubjectId,
    Template,
    Threshold,
)

__all__ = [
    "Candidate",
    "CandidateList",
    "Comparison",
    "ComparisonScore",
    "ErrorRate",
    "GalleryId",
    "Pipeline",
    "ReferenceId",
    "SubjectId",
    "Template",
    "Threshold",
]
