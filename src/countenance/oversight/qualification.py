"""Who may judge: training with an end, authorisation per kind of case, and rates from known answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from countenance.biometrics.intervals import jeffreys
from countenance.biometrics.model import ErrorRate
from countenance.oversight.assignments import Trial
from countenance.oversight.rules import OversightRules
from countenance.policy.model import Purpose


class Unfit(StrEnum):
    """Why somebody may not judge now."""

    NOT_AUTHORISED = "not_authorised"
    TRAINING_OVER = "training_over"
    SUSPENDED = "suspended"
    SHIFT_OVER = "shift_over"
    CONFLICT = "conflict"
    NOT_PROVED = "not_proved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """That a person may judge cases of these kinds, from training until its end.

    `training` names the record of the training. `since` is when it was last given: trials before
    it count no more. `suspended` is when known answers showed too many errors.
    """

    person: str
    kinds: frozenset[Purpose]
    training: str
    trained: datetime
    expires: datetime
    authorised_by: str
    since: datetime
    suspended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """That a person has to do with a customer and judges none of its cases."""

    person: str
    customer_id: str
    declared: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminerRates:
    """How often an examiner errs where the truth is known, with Jeffreys' 95 % interval.

    A false positive supports a known non-mate; a false negative does not support a known mate.
    None where there was no trial: too few to say.
    """

    false_positives: ErrorRate | None
    false_negatives: ErrorRate | None


def rates_of(trials: Iterable[Trial]) -> ExaminerRates:
    """Return the rates that trials show."""
    held = tuple(trials)
    others = [one.supported for one in held if not one.mated]
    mates = [not one.supported for one in held if one.mated]
    return ExaminerRates(false_positives=_rate(others), false_negatives=_rate(mates))


def _rate(errors: list[bool]) -> ErrorRate | None:
    if not errors:
        return None
    count, trials = sum(errors), len(errors)
    lower, upper = jeffreys(count, trials)
    return ErrorRate(count / trials, 0.0 if count == 0 else lower, 1.0 if count == trials else upper, trials)


def below_bar(rates: ExaminerRates, rules: OversightRules) -> bool:
    """Tell whether an examiner errs more often than the rules allow, beyond what chance explains."""
    bars = ((rates.false_positives, rules.false_positives), (rates.false_negatives, rules.false_negatives))
    return any(rate is not None and rate.lower > bar / 1000 for rate, bar in bars)


def unfit_for(
    authorisation: Authorisation | None, kind: Purpose | None, at: datetime, *, known: int, least_known: int
) -> Unfit | None:
    """Return why the person may not judge a case of `kind` at `at`, None where they may.

    With `kind` None it is asked for lists with known answers, which take no proof beforehand.
    `known` counts lists with known answers concluded so far.
    """
    if authorisation is None or (kind is not None and kind not in authorisation.kinds):
        return Unfit.NOT_AUTHORISED
    if at >= authorisation.expires or at < authorisation.trained:
        return Unfit.TRAINING_OVER
    if authorisation.suspended is not None:
        return Unfit.SUSPENDED
    if kind is not None and known < least_known:
        return Unfit.NOT_PROVED
    return None
