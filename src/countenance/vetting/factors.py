"""The fourteen review factors: evaluated by machine where a machine can, left to people where it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from countenance.vetting import factors_of_care as care
from countenance.vetting import factors_of_use as use
from countenance.vetting.dossier import Factor
from countenance.vetting.factor_texts import FACTORS
from countenance.vetting.findings import Assessment, FactorFinding, Finding, finding

Assess = Callable[[Assessment], Iterator[FactorFinding]]

_BY_MACHINE: Final[Mapping[Factor, Assess]] = {
    Factor.ORGANISATION: use.organisation,
    Factor.PURPOSE_AND_SCALE: use.purpose_and_scale,
    Factor.SPACE_AND_CAMERA: use.space_and_camera,
    Factor.POPULATION: use.population,
    Factor.CONSEQUENCE: use.consequence,
    Factor.HUMAN_REVIEW: care.human_review,
    Factor.NOTICE: care.notice,
    Factor.FAIRNESS: care.fairness,
    Factor.RETENTION: care.retention,
    Factor.LEGAL_BASIS: care.legal_basis,
    Factor.INDEPENDENT_TEST: care.independent_test,
    Factor.APPEALS: care.appeals,
    Factor.CONSULTATION: care.consultation,
}

JUDGED: Final[Mapping[Factor, str]] = {
    Factor.ORGANISATION: "is the organisation who it says it is, and is it credible on whom it acts for",
    Factor.PURPOSE_AND_SCALE: "does the description fit the purposes, and does the purpose need this much",
    Factor.POPULATION: "do the people concerned really have a choice, and is the alternative equal",
    Factor.CONSEQUENCE: "is what is at stake stated fully, and does the other way keep people's dignity",
    Factor.HUMAN_REVIEW: "are those who judge able, trained and free to disagree",
    Factor.NOTICE: "does the notice tell people what they must know, where they are",
    Factor.FAIRNESS: "does the report measure this use, and are the differences between groups bearable",
    Factor.LEGAL_BASIS: "do the papers say what the application says of them",
    Factor.APPEALS: "would a person who was mistaken for another be heard",
}
"""What only people can judge, as the question that they answer, in a mark with a reason."""

_REVIEW: Final = (
    "two people who have no part in the use decide, each with reasons; the acts themselves see to it"
)


def assess_factors(assessment: Assessment) -> tuple[FactorFinding, ...]:
    """Return what is found of every factor, in the order of the review; pure.

    Each factor has at least one finding. What blocks comes first within a factor; a factor
    that only people can judge ends with the question that they answer.
    """
    return tuple(one for factor in FACTORS for one in _of(factor, assessment))


def blocking(findings: Iterable[FactorFinding]) -> tuple[FactorFinding, ...]:
    """Return the findings that stand in the way."""
    return tuple(one for one in findings if one.blocks)


def _of(factor: Factor, assessment: Assessment) -> tuple[FactorFinding, ...]:
    if factor is Factor.REVIEW:
        return (finding(factor, Finding.SATISFIED, "", _REVIEW),)
    found = sorted(_BY_MACHINE[factor](assessment), key=lambda one: not one.blocks)
    if factor in JUDGED:
        found.append(finding(factor, Finding.FOR_PEOPLE, "", JUDGED[factor]))
    return tuple(found) or (
        finding(factor, Finding.SATISFIED, "", "nothing is missing, stale or contradictory"),
    )
