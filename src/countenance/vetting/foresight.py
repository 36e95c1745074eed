"""A dry run of the gate: what a lease would permit, where and until when, and what forbids the rest.

The real policy is asked, with the lease as it would be granted; nothing is recorded and no act
happens. Each act, purpose, place and camera of the application is asked for by itself, on the
first day of the lease and on every day within it on which a law or a position begins or ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from itertools import product
from typing import Final, Protocol

from countenance.policy.model import (
    Act,
    Camera,
    Decision,
    GalleryFacts,
    LeaseTerms,
    Obligation,
    Permit,
    Purpose,
    Question,
    Reason,
    Space,
)
from countenance.policy.reopening import Reopening
from countenance.policy.schema import LEASED
from countenance.vetting.model import Customer

MOST_QUESTIONS: Final = 256
"""Most combinations of act, purpose, place and camera that are asked; a use of more is no one use."""


class Decides(Protocol):
    """Answers questions; the gate's own `decide`."""

    def __call__(self, question: Question) -> Decision:
        """Return the decision for `question`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What the gate would say of one act, for one purpose, in one kind of place, through one kind of camera.

    `permitted` is the answer on the first day; `until` is when it turns into a refusal (the end
    of the lease if not before), None where it is refused from the first. `reasons` refuse now,
    or refuse from `until` on if a rule ends it before the lease does.
    """

    act: Act
    purpose: Purpose
    space: Space
    camera: Camera
    permitted: bool
    until: datetime | None
    reasons: tuple[Reason, ...]
    obligations: tuple[Obligation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What is asked about: a customer, the lease that it would have, consent as it would be given."""

    customer: Customer
    terms: LeaseTerms
    begins: datetime
    reopenings: tuple[Reopening, ...] = ()


def foresee(decide: Decides, run: DryRun, changes: Iterable[date]) -> tuple[Foreseen, ...]:
    """Return what the gate would say, ordered by act, purpose, space and camera.

    `changes` are the days on which rules begin or end. At most `MOST_QUESTIONS` combinations
    are asked, the first of that order.
    """
    moments = _moments(run, changes)
    return tuple(_one(decide, run, combination, moments) for combination in _combinations(run.terms))


Combination = tuple[Act, Purpose, Space, Camera]
_NOTHING: Final[tuple[Reason, ...]] = ()


def _combinations(terms: LeaseTerms) -> Iterator[Combination]:
    acts = [act for act in Act if act in terms.acts & LEASED]
    every = product(acts, sorted(terms.purposes), sorted(terms.spaces), sorted(terms.cameras))
    for count, combination in enumerate(every):
        if count >= MOST_QUESTIONS:
            return
        yield combination


def _moments(run: DryRun, changes: Iterable[date]) -> tuple[datetime, ...]:
    """Return the first moment of the lease and every midnight within it at which a rule begins or ends."""
    midnights = {datetime.combine(day, time(), UTC) for day in changes}
    return (run.begins, *sorted(one for one in midnights if run.begins < one < run.terms.expires))


def _one(decide: Decides, run: DryRun, combination: Combination, moments: tuple[datetime, ...]) -> Foreseen:
    act, purpose, space, camera = combination
    question = _question(run, combination)
    first = decide(question)
    if not isinstance(first, Permit):
        return Foreseen(
            act=act,
            purpose=purpose,
            space=space,
            camera=camera,
            permitted=False,
            until=None,
            reasons=first.reasons,
            obligations=(),
        )
    until, reasons = run.terms.expires, _NOTHING
    for moment in moments[1:]:
        later = decide(replace(question, on=moment))
        if not isinstance(later, Permit):
            until, reasons = moment, later.reasons
            break
    return Foreseen(
        act=act,
        purpose=purpose,
        space=space,
        camera=camera,
        permitted=True,
        until=until,
        reasons=reasons,
        obligations=first.obligations,
    )


def _question(run: DryRun, combination: Combination) -> Question:
    act, purpose, space, camera = combination
    terms, customer = run.terms, run.customer
    model = min(terms.model_digests, default="")
    gallery = None
    if terms.galleries:
        gallery = GalleryFacts(id=min(terms.galleries), purpose=purpose, model_digest=model, subjects=0)
    return Question(
        act=act,
        on=run.begins,
        customer_kind=customer.kind,
        acts_for=customer.acts_for,
        jurisdictions=customer.jurisdictions,
        purpose=purpose,
        space=space,
        camera=camera,
        consent=True,
        model_digest=model or None,
        lease=terms,
        gallery=gallery,
        reopenings=run.reopenings,
    )
