"""Pass, fail, or insufficient evidence: what a measurement says of each cap and group.

The upper bound that holds for all groups at once is judged, never an average and never a
blended measure. A rate is over its cap only if its own lower bound is; between the two lies
insufficient evidence, which no cap passes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from countenance.biometrics.projection import projected_fpir
from countenance.fairness.model import (
    Cap,
    Caps,
    CapVerdict,
    GroupRates,
    GroupVerdict,
    Rate,
    Summary,
    Verdict,
)

ERRORS_NEEDED = 30
"""The rule of 30: with as many errors the true rate lies within 30 % of the measured one, at 90 %."""

ALL_GROUPS = "all groups"
_ONLY_IF_NAMED = frozenset({Cap.FTA, Cap.FTE})
_ORDER = (Verdict.FAIL, Verdict.INSUFFICIENT, Verdict.PASS, Verdict.NO_CAP)


def judge(groups: Sequence[tuple[str, GroupRates]], summary: Summary, caps: Caps) -> tuple[CapVerdict, ...]:
    """Return what is said of each cap: of FMR and FNMR always, of the others where they are named."""
    return tuple(_judged(groups, summary, caps))


def rate_verdict(rate: Rate, limit: float | None, *, min_subjects: int = 0) -> GroupVerdict:
    """Return what is said of one group's rate; without a limit only whether it is known well enough."""
    verdict, why = _reasoned(rate, limit, min_subjects)
    return GroupVerdict(verdict, rate.lower, rate.worst_upper, why)


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the gravest: fail, then insufficient evidence, then pass. Nothing judged is insufficient."""
    return next((verdict for verdict in _ORDER if verdict in verdicts), Verdict.INSUFFICIENT)


def _judged(groups: Sequence[tuple[str, GroupRates]], summary: Summary, caps: Caps) -> Iterator[CapVerdict]:
    for cap in (Cap.FMR, Cap.FNMR, Cap.FTA, Cap.FTE):
        limit = caps.of(cap)
        if cap in _ONLY_IF_NAMED and limit is None:
            continue
        rates = [(name, _rate(rates, cap)) for name, rates in groups]
        said = tuple(
            (name, rate_verdict(rate, limit, min_subjects=caps.min_subjects)) for name, rate in rates
        )
        yield CapVerdict(cap, limit, worst([one.verdict for _, one in said]), said)
    if caps.fpir is not None and caps.gallery_size is not None:
        projected = [(name, projected_rate(rates.fmr, caps.gallery_size)) for name, rates in groups]
        said = tuple(
            (name, rate_verdict(rate, caps.fpir, min_subjects=caps.min_subjects)) for name, rate in projected
        )
        yield CapVerdict(Cap.FPIR, caps.fpir, worst([one.verdict for _, one in said]), said)
    if caps.ratio is not None:
        said_of_all = _of_ratio(summary, caps.ratio)
        yield CapVerdict(Cap.RATIO, caps.ratio, said_of_all.verdict, ((ALL_GROUPS, said_of_all),))


def _rate(rates: GroupRates, cap: Cap) -> Rate:
    return {Cap.FMR: rates.fmr, Cap.FNMR: rates.fnmr, Cap.FTA: rates.fta, Cap.FTE: rates.fte}[cap]


def projected_rate(fmr: Rate, size: int) -> Rate:
    """Return the FPIR of a gallery of `size` as the FMR and its bounds project it."""
    rate, lower, upper, worst_upper = (
        None if bound is None else projected_fpir(bound, size)
        for bound in (fmr.rate, fmr.lower, fmr.upper, fmr.worst_upper)
    )
    return replace(fmr, rate=rate, lower=lower, upper=upper, worst_upper=worst_upper)


def _reasoned(rate: Rate, limit: float | None, min_subjects: int) -> tuple[Verdict, str]:
    if rate.rate is None or rate.lower is None or rate.worst_upper is None:
        return Verdict.INSUFFICIENT, "there was no trial"
    if limit is None:
        return _without_cap(rate, rate.worst_upper)
    if rate.lower > limit:
        return Verdict.FAIL, f"the rate is above {rate.lower:.3g}, over the cap of {limit:g}"
    if min_subjects and (rate.subjects or 0) < min_subjects:
        known = "an unknown number of" if rate.subjects is None else str(rate.subjects)
        return Verdict.INSUFFICIENT, f"{known} subjects, and {min_subjects} were asked for"
    if rate.worst_upper <= limit:
        return Verdict.PASS, f"the rate is below {rate.worst_upper:.3g}, within the cap of {limit:g}"
    spread = f"{rate.lower:.3g} to {rate.worst_upper:.3g}"
    return Verdict.INSUFFICIENT, f"the rate may lie anywhere from {spread}; the cap is {limit:g}"


def _without_cap(rate: Rate, upper: float) -> tuple[Verdict, str]:
    if rate.errors >= ERRORS_NEEDED:
        return Verdict.NO_CAP, "no cap was named, so nothing is judged"
    seen = f"errors: {rate.errors} in {rate.trials:,} trials, fewer than {ERRORS_NEEDED}"
    return Verdict.INSUFFICIENT, f"{seen}; no claim below {upper:.2g} is possible"


def _of_ratio(summary: Summary, limit: float) -> GroupVerdict:
    lower, upper = summary.ratio_lower, summary.ratio_upper
    if lower is None or upper is None:
        return GroupVerdict(Verdict.INSUFFICIENT, lower, upper, "no ratio can be formed")
    spread = f"{lower:.3g} to {upper:.3g}"
    if lower > limit:
        return GroupVerdict(Verdict.FAIL, lower, upper, f"the ratio is {spread}, over the cap of {limit:g}")
    if upper <= limit:
        return GroupVerdict(Verdict.PASS, lower, upper, f"the ratio is {spread}, within the cap of {limit:g}")
    return GroupVerdict(
        Verdict.INSUFFICIENT, lower, upper, f"the ratio may lie anywhere from {spread}; the cap is {limit:g}"
    )
