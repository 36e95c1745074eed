"""Verification accuracy over folds, as the literature reports it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from countenance.biometrics.calibration import Accuracy
from countenance.biometrics.trials import Floats
from countenance.errors import InvalidInputError

_MOST_FOLDS = 10
_FEWEST_FOLDS = 2


@dataclass(frozen=True, slots=True, eq=False)
class JudgedPairs:
    """Pairs with their truth and score, n each; a score is NaN where an image has no face."""

    scores: Floats
    mated: npt.NDArray[np.bool_]
    folds: npt.NDArray[np.int64]


def cross_validated_accuracy(pairs: JudgedPairs) -> Accuracy:
    """Return the mean share of right answers over the folds, each at the threshold best for the others.

    The protocol of Labeled Faces in the Wild (Huang, Ramesh, Berg and Learned-Miller 2007): a
    threshold never sees the pairs that it is judged on. A pair without a score is answered
    wrongly. Raises `InvalidInputError` for fewer than two folds.
    """
    folds = np.unique(pairs.folds)
    if len(folds) < _FEWEST_FOLDS:
        raise InvalidInputError(f"`{len(folds)}` fold is too few to choose a threshold on others: at least 2")
    scored = ~np.isnan(pairs.scores)
    shares = []
    for fold in folds:
        mine = pairs.folds == fold
        others = scored & ~mine
        at = _best_threshold(pairs.scores[others], pairs.mated[others])
        right = scored[mine] & ((pairs.scores[mine] >= at) == pairs.mated[mine])
        shares.append(float(right.mean()))
    return Accuracy(float(np.mean(shares)), float(np.std(shares)), len(folds))


def assigned_folds(names: Sequence[str | None], mated: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return a fold number for each pair: by name where pairs have one, else dealt out in turn.

    Without names there are up to ten folds with equally many mated and non-mated pairs each,
    in the order of the list. Raises `InvalidInputError` where only some pairs have a name.
    """
    named = [name for name in names if name is not None]
    if named and len(named) < len(names):
        raise InvalidInputError(f"`{len(names) - len(named)}` pairs have no fold while others have one")
    if named:
        return np.unique(named, return_inverse=True)[1].astype(np.int64)
    folds = np.empty(len(mated), dtype=np.int64)
    count = int(min(_MOST_FOLDS, mated.sum(), (~mated).sum()))
    for kind in (mated, ~mated):
        folds[kind] = np.arange(int(kind.sum())) % max(1, count)
    return folds


def _best_threshold(scores: Floats, mated: npt.NDArray[np.bool_]) -> float:
    """Return the threshold with the most right answers, midway between scores; the middle one of several."""
    if not len(scores):
        return 0.0
    order = np.argsort(scores, kind="stable")
    ascending, truth = scores[order], mated[order]
    missed = np.concatenate([[0], np.cumsum(truth)])
    rejected = np.concatenate([[0], np.cumsum(~truth)])
    right = rejected + (truth.sum() - missed)
    edges = np.concatenate([[ascending[0]], (ascending[1:] + ascending[:-1]) / 2.0, [np.inf]])
    possible = np.concatenate([[True], ascending[1:] > ascending[:-1], [True]])
    best = np.flatnonzero(possible & (right == right[possible].max()))
    return float(edges[best[len(best) // 2]])
