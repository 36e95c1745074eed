"""From comparisons to a candidate list."""

from __future__ import annotations

from collections.abc import Iterable

from countenance.biometrics.model import Candidate, CandidateList, Comparison, SubjectId, Threshold
from countenance.errors import InvalidInputError


def rank_candidates(comparisons: Iterable[Comparison], *, threshold: Threshold, limit: int) -> CandidateList:
    """Rank the subjects whose best score reaches `threshold`, keeping at most `limit`.

    A subject enrolled with several references appears once, at its best score: five
    photographs of one person must not push four others off the list. Equal scores are
    ordered by reference id, so that the same probe always yields the same list and the
    digest written to the ledger can be reproduced. Raises `InvalidInputError` for a limit
    below 1.
    """
    if limit < 1:
        raise InvalidInputError(f"`{limit}` candidates are no list: at least 1")
    best: dict[SubjectId, Comparison] = {}
    for comparison in comparisons:
        if not threshold.reached_by(comparison.score):
            continue
        held = best.get(comparison.subject_id)
        if held is None or better_first(comparison) < better_first(held):
            best[comparison.subject_id] = comparison
    ranked = sorted(best.values(), key=better_first)[:limit]
    return CandidateList(
        candidates=tuple(
            Candidate(rank=rank, subject_id=one.subject_id, reference_id=one.reference_id, score=one.score)
            for rank, one in enumerate(ranked, start=1)
        ),
        threshold=threshold,
    )


def better_first(comparison: Comparison) -> tuple[float, str]:
    """Return the sort key of every list of comparisons: the higher score, then the lower reference id."""
    return (-comparison.score, comparison.reference_id)
