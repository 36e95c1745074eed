"""The lease under which the local command line acts for the operator.

It covers what needs no enrolled face: detection, comparison of two files, sorting a small
folder, and measuring on data sets. It covers no gallery, so that nothing enrolled can be
reached by it, and like every lease it ends and is renewed on the record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    Jurisdiction,
    LeaseTerms,
    Purpose,
    Space,
)
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import (
    Actor,
    Customer,
    CustomerId,
    Lease,
    LeaseChange,
    LeaseId,
    LeaseOrigin,
    Role,
)
from countenance.vetting.ports import VettingWork
from countenance.vetting.versions import change_lease

EVALUATION = LeaseId("evaluation")
LOCAL = Actor(id="local", role=Role.OPERATOR, lease_id=EVALUATION)

TRIAL = LeaseId("trial")
"""The same for pictures that somebody takes of themselves on their own device, to try the system out."""

_OPERATOR = CustomerId("operator")
_TERM = timedelta(days=90)
_SORTED_SUBJECTS = 100
_WHERE = {EVALUATION: (Space.CONTROLLED, Camera.FILE), TRIAL: (Space.OWN_DEVICE, Camera.OWN_DEVICE)}
"""One place and one camera for each lease, so that nobody who acts under it need name them."""

_REASON = "the command line's own evaluation, renewed where it has ended"


@dataclass(frozen=True, slots=True)
class EnsureEvaluationLease:
    """Grant the evaluation lease, or that of trials, where there is none in force."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]
    jurisdictions: frozenset[Jurisdiction]
    fmr_ppb: int

    def __call__(self, lease_id: LeaseId = EVALUATION) -> Lease:
        """Return the lease in force, granting it anew if it has ended or its terms have changed.

        Raises `KeyError` for a lease that is not built in.
        """
        with self.unit_of_work() as work:
            now = self.clock()
            held = work.leases.get(lease_id)
            customer = work.customers.get(_OPERATOR)
            if (
                held is not None
                and customer is not None
                and held.terms.not_before <= now < held.terms.expires
                and held.terms.fmr_ppb == self.fmr_ppb
                and customer.jurisdictions == self.jurisdictions
            ):
                return held
            work.customers.put(
                Customer(
                    id=_OPERATOR,
                    name="The operator of this installation",
                    kind=CustomerKind.OPERATOR,
                    jurisdictions=self.jurisdictions,
                )
            )
            lease = self._lease(lease_id, now, suspended=held is not None and held.terms.suspended)
            lease = change_lease(work, LOCAL_ADMINISTRATOR, lease, (LeaseChange.GRANTED, _REASON), now)
            work.commit()
        return lease

    def _lease(self, lease_id: LeaseId, now: datetime, *, suspended: bool) -> Lease:
        space, camera = _WHERE[lease_id]
        terms = LeaseTerms(
            id=lease_id,
            acts=frozenset({Act.DETECT, Act.VERIFY, Act.SEARCH_STORED, Act.MEASURE}),
            purposes=frozenset({Purpose.RESEARCH_MEASUREMENT}),
            galleries=frozenset(),
            spaces=frozenset({space}),
            cameras=frozenset({camera}),
            model_digests=frozenset(),
            fmr_ppb=self.fmr_ppb,
            n_max=_SORTED_SUBJECTS,
            examiners=0,
            instruments=frozenset(),
            not_before=now,
            expires=now + _TERM,
            revoked=False,
            suspended=suspended,
        )
        return Lease(
            customer_id=_OPERATOR,
            terms=terms,
            max_candidates=5,
            approved_by=("built in",),
            origin=LeaseOrigin.BUILT_IN,
        )
