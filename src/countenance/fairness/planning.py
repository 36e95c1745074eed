"""How many subjects a claim needs, before anybody is asked for an image."""

from __future__ import annotations

import math
from dataclasses import dataclass

from countenance.errors import InvalidInputError
from countenance.fairness.intervals import LEVEL, beta_quantile, bound_without_errors
from countenance.fairness.verdicts import ERRORS_NEEDED

_TAIL = (1.0 - LEVEL) / 2.0
_MOST_TRIALS = 1e13


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What shall be shown: that a rate lies below `cap` in each of `groups` groups.

    `expected` is what the rate is thought to be, 0 for no errors at all; `power` the chance of
    passing if it is that. `design_effect` is how many trials stand for an independent one
    (trials over effective trials of an earlier run). All rates 0 to 1. Raises `InvalidInputError`.
    """

    cap: float
    expected: float
    groups: int
    power: float
    design_effect: float

    def __post_init__(self) -> None:
        if not 0.0 < self.cap < 1.0:
            raise InvalidInputError(f"`{self.cap}` is no cap between 0 and 1")
        if not 0.0 <= self.expected < self.cap:
            raise InvalidInputError(
                f"the expected rate `{self.expected:g}` is not below the cap `{self.cap:g}`: no number of"
                " trials would show it"
            )
        if not 0.0 < self.power < 1.0:
            raise InvalidInputError(f"`{self.power}` is no chance between 0 and 1")
        if self.groups < 1 or self.design_effect < 1.0:
            raise InvalidInputError("there is at least one group, and a design effect of at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What a claim needs in each group: trials, and subjects to have as many.

    `errors_allowed` is the largest number of errors with which it still passes. `rule_of_30` is
    the number of trials after which as many errors are expected that the rate itself is known
    within 30 %; None if no errors are expected.
    """

    trials: int
    subjects: int
    errors_allowed: int
    rule_of_30: int | None


def trials_needed(claim: Claim) -> tuple[int, int]:
    """Return how many independent trials pass with the claim's power, and how many errors they allow.

    Passing is what `verdicts` calls so: the upper bound that holds for all groups lies within
    the cap. Errors are taken as binomial. Raises `InvalidInputError` beyond 10^13 trials.
    """
    low = least = _without_errors(claim)
    if claim.expected == 0.0:
        return least, 0
    high = low
    while not _passes(high, claim):
        low, high = high, high * 2
        if high > _MOST_TRIALS:
            raise InvalidInputError("the expected rate lies too close to the cap for any number of trials")
    while high - low > max(1, high // 2000):
        middle = (low + high) // 2
        low, high = (low, middle) if _passes(middle, claim) else (middle, high)
    return high, _errors_allowed(high, claim)


def mated_needed(claim: Claim, *, images: int) -> Needed:
    """Return what an FNMR claim needs where each subject has `images` images, all paired."""
    if images <= 1:
        raise InvalidInputError("mated pairs need at least two images of a subject")
    trials, errors = trials_needed(claim)
    total = math.ceil(trials * claim.design_effect)
    return _needed(claim, total, errors, math.ceil(total / math.comb(images, 2)))


def non_mated_needed(claim: Claim, *, images: int) -> Needed:
    """Return what an FMR claim needs where all images of all subjects of a group are paired."""
    if images < 1:
        raise InvalidInputError("a subject has at least one image")
    trials, errors = trials_needed(claim)
    total = math.ceil(trials * claim.design_effect)
    subjects = math.ceil((1.0 + math.sqrt(1.0 + 8.0 * total / images**2)) / 2.0)
    return _needed(claim, total, errors, subjects)


def _needed(claim: Claim, total: int, errors: int, subjects: int) -> Needed:
    rule = math.ceil(ERRORS_NEEDED / claim.expected * claim.design_effect) if claim.expected else None
    return Needed(trials=total, subjects=subjects, errors_allowed=errors, rule_of_30=rule)


def _without_errors(claim: Claim) -> int:
    """Return the trials without an error after which the bound lies within the cap: the rule of 3."""
    chance = (1.0 - LEVEL) / claim.groups
    trials = math.ceil(math.log(chance) / math.log1p(-claim.cap))
    return trials if bound_without_errors(trials, chance) <= claim.cap else trials + 1


def _errors_allowed(trials: int, claim: Claim) -> int:
    """Return the most errors with which the bound lies within the cap."""
    low, high = 0, max(1, math.ceil(claim.cap * trials))
    while high - low > 1:
        middle = (low + high) // 2
        inside = beta_quantile(middle, trials, 1.0 - _TAIL / claim.groups) <= claim.cap
        low, high = (middle, high) if inside else (low, middle)
    return low


def _passes(trials: int, claim: Claim) -> bool:
    from scipy.special import bdtr  # noqa: PLC0415  scipy is slow to load

    return bool(bdtr(_errors_allowed(trials, claim), trials, claim.expected) >= claim.power)
