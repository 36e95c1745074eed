"""An application as it stands: its findings, and the dry run of the gate over the lease that it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from countenance.errors import NotFoundError
from countenance.vetting.dossier import Application, Draft
from countenance.vetting.factors import assess_factors
from countenance.vetting.findings import Assessment, FactorFinding
from countenance.vetting.foresight import Decides, DryRun, Foreseen, foresee
from countenance.vetting.minting import terms_of
from countenance.vetting.model import Customer
from countenance.vetting.ports import VettingWork
from countenance.vetting.terms_of_use import Published, current_terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What a machine says of one version: findings of the fourteen factors, and the dry run."""

    draft: Draft
    customer: Customer
    findings: tuple[FactorFinding, ...]
    foreseen: tuple[Foreseen, ...]


@dataclass(frozen=True, slots=True)
class Assess:
    """Evaluate the review factors of a version, with the real policy for the dry run.

    `changes` returns the days on which rules of packs and laws begin or end.
    """

    decide: Decides
    clock: Callable[[], datetime]
    published: Published
    changes: Callable[[], frozenset[date]]

    def __call__(self, work: VettingWork, application: Application, number: int) -> Assessed:
        """Return what is found; writes nothing. Raises `NotFoundError` for a version that is not there."""
        draft = work.dossiers.draft(application.id, number)
        customer = work.customers.get(application.customer_id)
        if draft is None or customer is None:
            raise NotFoundError(f"application `{application.id}` has no version {number}")
        now = self.clock()
        foreseen = self._foresee(work, application, draft, customer)
        assessment = Assessment(
            customer=customer,
            use=draft.use,
            evidence=frozenset(one.digest for one in work.dossiers.evidence(application.id)),
            on=now,
            terms_of_use=current_terms(self.published()).version,
            foreseen=foreseen,
        )
        return Assessed(
            draft=draft, customer=customer, findings=assess_factors(assessment), foreseen=foreseen
        )

    def _foresee(
        self, work: VettingWork, application: Application, draft: Draft, customer: Customer
    ) -> tuple[Foreseen, ...]:
        now = self.clock()
        terms = terms_of(draft.use, application.lease_id, now)
        if terms is None:
            return ()
        run = DryRun(
            customer=customer,
            terms=terms,
            begins=max(now, terms.not_before),
            reopenings=work.conditions.reopenings(now),
        )
        return foresee(self.decide, run, self.changes())
