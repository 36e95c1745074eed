"""Whether a rate has risen, asked after every trial, with a bound on how often that is said in vain.

An e-detector of Shiryaev-Roberts form (Shin, Ramdas and Rinaldo, "E-detectors: a nonparametric
framework for sequential change detection", New England Journal of Statistics in Data Science
2024; arXiv 2203.03532): for Bernoulli trials whose rate is at most `baseline`,

    M[t] = L(x[t]) (M[t-1] + 1),    L(x) = (p1/p0)^x ((1-p1)/(1-p0))^(1-x),    p1 > p0,

is an e-detector, since L has an expectation of at most 1 under every rate up to p0; the mean of
several such M, one for each p1, is one too. Alarming at M >= a leaves on average at least a trials
between two false alarms, whenever one looks and however the trials come about, as long as none is
likelier to be an error than p0 given those before it. The delay after a rise to p1 is about
ln(a) / KL(p1, p0) trials.

The baseline is not known beforehand. It is the upper bound (99.9 %, exact) of the rate among the
first trials, or of the calibration's rate where that is higher: the bound on false alarms holds
where that bound covers the true rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from countenance.errors import InvalidInputError

REFERENCE: Final = 300
"""Trials from which the baseline is learned, before anything can alarm."""

MEAN_TRIALS_BETWEEN_FALSE_ALARMS: Final = 1_000_000
"""The a at which is alarmed: of a stream whose rate did not rise, no more than one in a million trials."""

ODDS_RATIOS: Final = (1.5, 2.0, 4.0)
"""Rises that are looked for, as ratios of the odds of an error."""

_CONFIDENCE: Final = 0.999
_LEAST_RATE: Final = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What is kept of one stream of trials; nothing of any single one.

    While `trials` is below `REFERENCE` the baseline is being learned and is None. `detectors`
    has one M for each of `ODDS_RATIOS`. `alarms` counts how often the stream has alarmed.
    """

    trials: int = 0
    errors: int = 0
    baseline: float | None = None
    detectors: tuple[float, ...] = (0.0,) * len(ODDS_RATIOS)
    alarms: int = 0

    @property
    def level(self) -> float:
        """Return the evidence for a rise, 0 to the level at which is alarmed."""
        return sum(self.detectors) / len(self.detectors)


def baseline_of(errors: int, trials: int, *, calibrated: float = 0.0) -> float:
    """Return the rate that the trials do not exceed, at 99.9 %, and at least `calibrated`; 0 to 1.

    Clopper and Pearson's bound. Raises `InvalidInputError` where there are no trials.
    """
    from scipy.special import betaincinv  # noqa: PLC0415  slow to load, and wanted once a stream

    if not 0 <= errors <= trials or not trials:
        raise InvalidInputError("a baseline is learned from trials, and from no more errors than those")
    upper = 1.0 if errors == trials else float(betaincinv(errors + 1, trials - errors, _CONFIDENCE))
    return min(max(upper, calibrated, _LEAST_RATE), 1.0)


def observe(stream: Stream, trials: Iterable[bool], *, calibrated: float = 0.0) -> tuple[Stream, bool]:
    """Return the stream after `trials`, each True for an error in the order in which they came.

    Also whether it alarmed; its detectors then begin anew. `calibrated` is a rate that is known to
    be normal, 0 to 1, and only counts while the baseline is learned.
    """
    alarmed = False
    for error in trials:
        stream, now = _observed(stream, calibrated, error=error)
        alarmed = alarmed or now
    return stream, alarmed


def _observed(stream: Stream, calibrated: float, *, error: bool) -> tuple[Stream, bool]:
    counted = replace(stream, trials=stream.trials + 1, errors=stream.errors + error)
    if stream.baseline is None:
        if counted.trials < REFERENCE:
            return counted, False
        learned = baseline_of(counted.errors, counted.trials, calibrated=calibrated)
        return replace(counted, baseline=learned), False
    detectors = tuple(
        _ratio(stream.baseline, odds, error=error) * (held + 1.0)
        for odds, held in zip(ODDS_RATIOS, stream.detectors, strict=True)
    )
    moved = replace(counted, detectors=detectors)
    if moved.level < MEAN_TRIALS_BETWEEN_FALSE_ALARMS:
        return moved, False
    return replace(moved, detectors=(0.0,) * len(ODDS_RATIOS), alarms=moved.alarms + 1), True


def _ratio(baseline: float, odds: float, *, error: bool) -> float:
    """Return how much likelier the trial is under the raised rate than under the baseline."""
    if baseline >= 1.0:
        return 1.0  # nothing can be more frequent than always
    scale = 1.0 - baseline + odds * baseline
    return odds / scale if error else 1.0 / scale
