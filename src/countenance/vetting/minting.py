"""From what was applied for and approved to a lease. Nothing else makes a lease of origin `application`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from countenance.policy.evidence import strictest_caps
from countenance.policy.model import LeaseTerms, ObligationKind
from countenance.vetting.dossier import REVIEWERS, Application, Verdict, Vote
from countenance.vetting.factors_of_use import LONGEST_TERM
from countenance.vetting.model import Customer, Lease, LeaseId, LeaseOrigin
from countenance.vetting.use import Use

IMPOSABLE: Final = frozenset(ObligationKind) - {
    ObligationKind.HOLD_FOR_EXAMINERS,
    ObligationKind.EXPIRE_RESULT,
    ObligationKind.FAIRNESS_EVIDENCE,
}
"""Obligations that a lease can name; the others are nothing without their number."""


def terms_of(use: Use, lease_id: LeaseId, now: datetime) -> LeaseTerms | None:
    """Return what the gate would see of a lease for `use`, or None while too little is said to ask.

    Papers count that are valid for as long as the use.
    """
    if use.expires is None or not (use.acts and use.purposes and use.spaces and use.cameras):
        return None
    begins = max(use.begins or now, now)
    if use.expires <= begins:
        return None
    return LeaseTerms(
        id=lease_id,
        acts=use.acts,
        purposes=use.purposes,
        galleries=use.galleries,
        spaces=use.spaces,
        cameras=use.cameras,
        model_digests=use.model_digests,
        fmr_ppb=use.fmr_ppb or 0,
        n_max=use.n_max or 0,
        examiners=use.oversight.examiners or 0,
        instruments=_instruments(use, begins, use.expires),
        not_before=begins,
        expires=min(use.expires, begins + timedelta(days=LONGEST_TERM)),
        revoked=False,
        obligations=use.obligations & IMPOSABLE,
    )


def minted(
    application: Application, use: Use, customer: Customer, votes: tuple[Vote, ...], now: datetime
) -> Lease | None:
    """Return the lease that these votes approve, or None: two different people must have approved.

    The stricter of what they say holds, and never more than was applied for.
    """
    approving = {vote.reviewer: vote for vote in votes if vote.verdict is Verdict.APPROVE}
    terms = terms_of(use, application.lease_id, now)
    if len(approving) < REVIEWERS or len(approving) != len(votes) or terms is None:
        return None
    said = tuple(approving.values())
    expires = min([terms.expires, *(vote.expires for vote in said if vote.expires is not None)])
    reverify = min((vote.reverify for vote in said if vote.reverify is not None), default=None)
    duties = frozenset().union(*(vote.obligations for vote in said)) & IMPOSABLE
    narrower = _with(terms, expires, duties, max(vote.examiners for vote in said))
    return Lease(
        customer_id=application.customer_id,
        terms=replace(narrower, caps=strictest_caps(*(vote.caps for vote in said))),
        max_candidates=use.max_candidates or 1,
        approved_by=tuple(sorted(approving)),
        origin=LeaseOrigin.APPLICATION,
        application_id=application.id,
        acts_for=customer.acts_for,
        conditions=tuple(dict.fromkeys(one for vote in said for one in vote.conditions)),
        reverify=reverify,
        terms_of_use=use.terms_of_use,
        secret_because=use.secret_because,
    )


def _with(
    terms: LeaseTerms, expires: datetime, duties: frozenset[ObligationKind], examiners: int
) -> LeaseTerms:
    return replace(
        terms,
        expires=expires,
        obligations=terms.obligations | duties,
        examiners=max(terms.examiners, examiners),
    )


def _instruments(use: Use, begins: datetime, expires: datetime) -> frozenset[str]:
    """Return the papers that speak of all of the lease, for as long as it runs.

    One that begins later or ends before, or that names other persons or places than all of the
    lease's, would permit what it does not speak of: it counts for none of it.
    """
    return frozenset(
        paper.kind.value
        for paper in use.instruments
        if (paper.valid_from is None or paper.valid_from <= begins)
        and (paper.valid_until is None or paper.valid_until >= expires)
        and not paper.beyond(use)
    )
