"""Numbers and dates in words. No figure stands alone: a rate has its interval and its trials."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from countenance.entrypoints.pages.rates import one_in

if TYPE_CHECKING:
    from countenance.biometrics.faces import DetectedFace
    from countenance.biometrics.model import ErrorRate, Threshold

COMPARED = {
    "match": "match: the score reaches the threshold",
    "no_match": "no match: the score does not reach the threshold",
}
"""The two answers of a comparison as sentences."""

_FOREMOST = 2


def error_rate(rate: ErrorRate) -> str:
    """Return an error rate with its interval and the trials behind it."""
    interval = f"{one_in(rate.lower)} to {one_in(rate.upper)}"
    return f"{one_in(rate.rate)} (95 % interval {interval}; {rate.trials:,} trials)"


def score(value: float | None) -> str:
    """Return a score with four decimals, or why there is none."""
    return f"{value:.4f}" if value is not None else "withheld: the permit forbids scores"


def evidence(threshold: Threshold) -> list[tuple[str, str]]:
    """Return what stands behind a threshold, as labels and values, with what must be said of it."""
    rows = [
        ("threshold", f"{threshold.score:.4f}"),
        ("false matches", f"{error_rate(threshold.fmr)} at this threshold"),
        ("calibration", threshold.calibration_id),
    ]
    told = remarks(threshold.calibration_id)
    return [*rows, ("measured on", " ".join(told[:_FOREMOST]))] if told else rows


def remarks(calibration_id: str) -> tuple[str, ...]:
    """Return what the figures of a shipped calibration record must not be used to claim, foremost first.

    Empty for a record of the operator's own, who knows the photographs.
    """
    from countenance.biometrics.calibration_file import shipped_records  # noqa: PLC0415  slow

    known = {record.id: record.calibration.data_set.remarks for record in shipped_records()}
    return known.get(calibration_id, ())


def against(face: DetectedFace) -> str:
    """Return what speaks against using a face."""
    reasons = ", ".join(reason.value.replace("_", " ") for reason in face.reasons)
    return f"against using it: {reasons}" if reasons else "nothing speaks against using it"


def counted(number: int, thing: str) -> str:
    """Return a number of things: `no faces`, `1 face`, `2 faces`."""
    return f"{number or 'no'} {thing}{'' if number == 1 else 's'}"


def moment(value: datetime | None) -> str:
    """Return a moment to the second, with its zone; a dash for none."""
    return value.isoformat(timespec="seconds") if value is not None else "-"


def day(value: date | None) -> str | None:
    """Return a date as JSON has it."""
    return value.isoformat() if value is not None else None
