"""Bindings: which gallery a collection of another service's protocol stands for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from countenance.biometrics.model import GalleryId
from countenance.errors import InvalidInputError, NotFoundError
from countenance.ledger import Entry, EventType
from countenance.recognition.collections.model import Binding
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Lease, LeaseId, Role

_ADMINISTERS = frozenset({Role.ADMINISTRATOR})
_READS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class BindCollections:
    """Bind names of collections to galleries of a lease: all of them, or none."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, lease_id: LeaseId, bindings: Sequence[Binding]) -> None:
        """Store the bindings, or raise `ForbiddenError`, `NotFoundError` or `InvalidInputError`.

        The lease must name every gallery and have every purpose: a binding makes nothing
        permitted that the lease does not.
        """
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _ADMINISTERS)
            lease = _lease(work, lease_id)
            for binding in bindings:
                _check(lease, binding)
                work.collections.bind(binding)
                fields = {
                    "lease": lease.id,
                    "gallery": binding.gallery_id,
                    "purpose": binding.purpose.value if binding.purpose is not None else None,
                    "scraped": binding.scraped,
                    "actor": actor.id,
                }
                work.ledger.append(Entry(EventType.COLLECTION_BOUND, self.standing.clock(), fields))
            work.commit()

    def of_lease(self, actor: Actor, lease_id: LeaseId) -> tuple[Binding, ...]:
        """Return a lease's bindings, ordered by name, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _READS)
            return work.collections.bindings(_lease(work, lease_id).id)


def gallery_behind(work: UnitOfWork, actor: Actor, collection_id: str) -> GalleryId:
    """Return the gallery that a collection's name stands for under the actor's lease.

    A name that is not bound is the gallery's own. Whether the lease covers it is asked by
    whatever is done with it.
    """
    binding = None
    if actor.lease_id is not None:
        binding = work.collections.binding(actor.lease_id, collection_id)
    return binding.gallery_id if binding is not None else GalleryId(collection_id)


def _lease(work: UnitOfWork, lease_id: LeaseId) -> Lease:
    lease = work.leases.get(lease_id)
    if lease is None:
        raise NotFoundError(f"no lease `{lease_id}`")
    return lease


def _check(lease: Lease, binding: Binding) -> None:
    if binding.lease_id != lease.id:
        raise InvalidInputError(f"the binding of `{binding.collection_id}` is of another lease")
    if binding.gallery_id not in lease.terms.galleries:
        raise InvalidInputError(f"the lease `{lease.id}` does not name the gallery `{binding.gallery_id}`")
    if binding.purpose is None and len(lease.terms.purposes) > 1:
        raise InvalidInputError(
            f"the lease `{lease.id}` has several purposes: say which one `{binding.collection_id}` serves"
        )
    if binding.purpose is not None and binding.purpose not in lease.terms.purposes:
        raise InvalidInputError(f"the lease `{lease.id}` does not have the purpose `{binding.purpose}`")
