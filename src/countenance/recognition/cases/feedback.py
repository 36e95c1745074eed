"""What becomes of held results, counted by gallery, space and camera, so that others can act on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from countenance.biometrics.intervals import jeffreys
from countenance.biometrics.model import ErrorRate
from countenance.oversight.model import CaseState, CloseReason
from countenance.oversight.ports import Outcomes
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

_STAFF: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.REVIEWER})


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightFigures:
    """How held results of one gallery, space and camera turned out. Counts first, rates with intervals.

    `judged` are candidates on which examiners decided, `non_mated` those of them that not enough
    examiners supported. `overridden` are leads that examiners agreed on and that were refused release,
    `overturned` those an appeal undid. A rate is None where there was no trial: too few to say.
    """

    gallery_id: str
    space: str | None
    camera: str | None
    held: int
    decided: int
    released: int
    judged: int
    non_mated: int
    overridden: int
    appealed: int
    overturned: int
    withdrawn: int
    expired: int
    non_mated_rate: ErrorRate | None
    override_rate: ErrorRate | None
    appeal_rate: ErrorRate | None


@dataclass(frozen=True, slots=True)
class ReadFigures:
    """Show figures: to staff of all customers, to an operator of its own."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor) -> tuple[OversightFigures, ...]:
        """Return the figures, ordered by gallery, space and camera; raises `ForbiddenError`."""
        with self.unit_of_work() as work:
            customer = None
            if actor.role not in _STAFF:
                customer = self.standing.lease(work, actor, frozenset({Role.OPERATOR})).customer_id
            else:
                self.standing.role(work, actor, _STAFF)
            return figures_of(work.cases.outcomes(customer))


def figures_of(outcomes: Iterable[Outcomes]) -> tuple[OversightFigures, ...]:
    """Return the figures of each gallery, space and camera."""
    ordered = sorted(outcomes, key=_place)
    return tuple(_figures(tuple(rows)) for _, rows in groupby(ordered, key=_place))


def _place(row: Outcomes) -> tuple[str, str, str]:
    return row.gallery_id, row.space or "", row.camera or ""


def _figures(rows: tuple[Outcomes, ...]) -> OversightFigures:
    def cases(*states: CaseState, reason: CloseReason | None = None) -> int:
        return sum(
            one.cases for one in rows if one.state in states and (reason is None or one.reason == reason)
        )

    overridden = cases(CaseState.NO_LEAD, reason=CloseReason.RELEASE_REFUSED)
    ended = cases(CaseState.EXPIRED, reason=CloseReason.LEAD_OVER)
    released = cases(CaseState.RELEASED, CaseState.OVERTURNED) + ended
    appealed = sum(one.appealed for one in rows)
    judged = sum(one.judged for one in rows)
    non_mated = judged - sum(one.supported for one in rows)
    return OversightFigures(
        gallery_id=rows[0].gallery_id,
        space=rows[0].space,
        camera=rows[0].camera,
        held=sum(one.cases for one in rows),
        decided=released + cases(CaseState.NO_LEAD, CaseState.AGREED),
        released=released,
        judged=judged,
        non_mated=non_mated,
        overridden=overridden,
        appealed=appealed,
        overturned=cases(CaseState.OVERTURNED),
        withdrawn=cases(CaseState.WITHDRAWN),
        expired=cases(CaseState.EXPIRED),
        non_mated_rate=_rate(non_mated, judged),
        override_rate=_rate(overridden, overridden + released),
        appeal_rate=_rate(appealed, released),
    )


def _rate(count: int, trials: int) -> ErrorRate | None:
    if not trials:
        return None
    lower, upper = jeffreys(count, trials)
    return ErrorRate(count / trials, 0.0 if count == 0 else lower, 1.0 if count == trials else upper, trials)
