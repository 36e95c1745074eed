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

_OPERATOR = CustomerId("operator")
_TERM = timedelta(days=90)
_SORTED_SUBJECTS = 100
_SPACES = frozenset({Space.CONTROLLED, Space.OWN_DEVICE})
_CAMERAS = frozenset({Camera.FILE, Camera.OWN_DEVICE})
"""Files, and the camera of whoever tries it on their own device."""

_REASON = "the command line's own evaluation, renewed where it has ended"


@dataclass(frozen=True, slots=True)
class EnsureEvaluationLease:
    """Grant the evaluation lease where there is none in force."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]
    jurisdictions: frozenset[Jurisdiction]
    fmr_ppb: int

    def __call__(self) -> Lease:
        """Return the lease in force, granting it anew if it has ended or its terms have changed."""
        with self.unit_of_work() as work:
            now = self.clock()
            held = work.leases.get(EVALUATION)
            customer = work.customers.get(_OPERATOR)
            if (
                held is not None
                and customer is not None
                and held.terms.not_before <= now < held.terms.expires
                and held.terms.fmr_ppb == self.fmr_ppb
                and held.terms.cameras == _CAMERAS
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
            lease = self._lease(now, suspended=held is not None and held.terms.suspended)
            lease = change_lease(work, LOCAL_ADMINISTRATOR, lease, (LeaseChange.GRANTED, _REASON), now)
            work.commit()
        return lease

    def _lease(self, now: datetime, *, suspended: bool) -> Lease:
        terms = LeaseTerms(
            id=EVALUATION,
            acts=frozenset({Act.DETECT, Act.VERIFY, Act.SEARCH_STORED, Act.MEASURE}),
            purposes=frozenset({Purpose.RESEARCH_MEASUREMENT}),
            galleries=frozenset(),
            spaces=_SPACES,
            cameras=_CAMERAS,
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
