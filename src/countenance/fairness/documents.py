"""What is said of groups as values for JSON. Names never change once released."""

from __future__ import annotations

from typing import Any

from countenance.fairness.model import Assessment, CapVerdict, GroupRates, Rate, Verdict
from countenance.fairness.verdicts import worst


def assessment_document(assessment: Assessment) -> dict[str, Any]:
    """Return the groups, the measures over them and the verdicts; null where nothing can be said."""
    summary = assessment.summary
    return {
        "threshold": assessment.threshold,
        "higher_is": assessment.direction.value,
        "groups": {name: _group(rates) for name, rates in assessment.groups},
        "fmr_max_min": summary.fmr_max_min,
        "fnmr_max_min": summary.fnmr_max_min,
        "fmr_max_geomean": summary.fmr_max_geomean,
        "fmr_max_geomean_interval": [summary.ratio_lower, summary.ratio_upper],
        "fnmr_max_geomean": summary.fnmr_max_geomean,
        "ir": summary.ir,
        "garbe": summary.garbe,
        "fdr": summary.fdr,
        "gini_fmr": summary.gini_fmr,
        "gini_fnmr": summary.gini_fnmr,
        "estimated": list(summary.estimated),
        "undefined": list(summary.undefined),
        "verdicts": {verdict.cap.value: _verdict(verdict) for verdict in assessment.verdicts},
        "verdict": overall(assessment).value,
    }


def overall(assessment: Assessment) -> Verdict:
    """Return the gravest verdict on the caps that were named; no cap named, nothing is judged."""
    judged = [one.verdict for one in assessment.verdicts if one.limit is not None]
    return worst(judged) if judged else Verdict.NO_CAP


def _group(rates: GroupRates) -> dict[str, Any]:
    fmr, fnmr = rates.fmr, rates.fnmr
    return {
        "mated": fnmr.trials,
        "nonmated": fmr.trials,
        "false_non_matches": fnmr.errors,
        "false_matches": fmr.errors,
        "fmr": fmr.rate,
        "fnmr": fnmr.rate,
        "fmr_interval": _interval(fmr),
        "fnmr_interval": _interval(fnmr),
        "fmr_worst_upper": fmr.worst_upper,
        "fnmr_worst_upper": fnmr.worst_upper,
        "fmr_effective_trials": round(fmr.effective, 1),
        "fnmr_effective_trials": round(fnmr.effective, 1),
        "mated_subjects": fnmr.subjects,
        "nonmated_subjects": fmr.subjects,
        "images": rates.fta.trials or None,
        "fta": rates.fta.rate,
        "fta_interval": _interval(rates.fta),
        "fta_worst_upper": rates.fta.worst_upper,
        "fte": rates.fte.rate,
        "fte_interval": _interval(rates.fte),
        "fte_worst_upper": rates.fte.worst_upper,
        "far": rates.far,
        "frr": rates.frr,
        "gfar": rates.gfar,
        "gfrr": rates.gfrr,
    }


def _interval(rate: Rate) -> list[float] | None:
    return None if rate.lower is None or rate.upper is None else [rate.lower, rate.upper]


def _verdict(verdict: CapVerdict) -> dict[str, Any]:
    return {
        "cap": verdict.limit,
        "verdict": verdict.verdict.value,
        "groups": {
            name: {"verdict": one.verdict.value, "lower": one.lower, "upper": one.upper, "why": one.why}
            for name, one in verdict.groups
        },
    }
