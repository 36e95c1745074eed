"""The desk of a customer: what its people reach at the console, by hand, for their subjects' rights.

They act with the powers of an operator of one of the customer's leases, and as a person: two people
are two, whatever keys they hold besides. What is not the customer's is *not found*.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from countenance.biometrics.model import GalleryId
from countenance.errors import ForbiddenError
from countenance.ledger import Entry, EventType
from countenance.recognition.model import Gallery
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, CustomerId, Lease, LeaseId, Role

OVERSEES: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
"""Who sees every customer's desk, as far as it names no subject."""

_WORKS: Final = OVERSEES | {Role.OPERATOR}


@dataclass(frozen=True, slots=True)
class DeskStanding(Standing):
    """What somebody at the desk reaches: the galleries of their customer, whatever became of its leases.

    A right of a subject does not end with the lease under which its face was taken.
    """

    def role(self, work: UnitOfWork, actor: Actor, allowed: frozenset[Role]) -> None:
        """Return if the role is allowed and an operator still belongs to the customer.

        Otherwise record it and raise `ForbiddenError` or `NotFoundError`.
        """
        Standing.role(self, work, actor, allowed)
        if actor.role is Role.OPERATOR and not _belongs(work, actor):
            self.refuse(work, actor, "customer", "no such customer")

    def lease(self, work: UnitOfWork, actor: Actor, allowed: frozenset[Role]) -> Lease:
        """Return the lease that the actor works under, over or not, or record and raise `ForbiddenError`."""
        self.role(work, actor, allowed)
        lease = work.leases.get(actor.lease_id) if actor.lease_id is not None else None
        if lease is None or lease.customer_id != actor.customer_id:
            fields = {"actor": actor.id, "role": actor.role.value, "what": "lease"}
            work.ledger.append(Entry(EventType.REQUEST_REFUSED, self.clock(), fields))
            work.commit()
            raise ForbiddenError("no lease of the customer's stands behind this")
        return lease

    def gallery(
        self, work: UnitOfWork, actor: Actor, gallery_id: GalleryId, allowed: frozenset[Role]
    ) -> Gallery:
        """Return a gallery of the actor's customer, or record and raise `NotFoundError`."""
        self.role(work, actor, allowed)
        gallery = work.galleries.get(gallery_id)
        if gallery is None or (actor.role is Role.OPERATOR and gallery.customer_id != actor.customer_id):
            self.refuse(work, actor, "gallery", f"no gallery `{gallery_id}`")
        return gallery


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskGallery:
    """A gallery as the desk sees it: how many are in it, and the lease in force that covers it, if any."""

    gallery: Gallery
    subjects: int
    lease_id: LeaseId | None


@dataclass(frozen=True, slots=True)
class Desk:
    """Tell where somebody works, and turn a person into the operator of one of its customer's leases."""

    standing: DeskStanding
    unit_of_work: Callable[[], UnitOfWork]

    def galleries(self, actor: Actor) -> tuple[DeskGallery, ...]:
        """Return the customer's galleries, for those who oversee everybody's, ordered by id.

        Raises `ForbiddenError`, or `NotFoundError` for somebody who has left the customer.
        """
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _WORKS)
            if actor.role in OVERSEES:
                customers = [one.id for one in work.customers.all()]
            else:
                customers = [CustomerId(str(actor.customer_id))]
            found = [one for customer in customers for one in work.galleries.of_customer(customer)]
            return tuple(self._seen(work, one) for one in sorted(found, key=lambda one: one.id))

    def gallery(self, actor: Actor, gallery_id: GalleryId) -> DeskGallery:
        """Return one of them, or record and raise `NotFoundError`."""
        with self.unit_of_work() as work:
            return self._seen(work, self.standing.gallery(work, actor, gallery_id, _WORKS))

    def acting(self, actor: Actor, gallery_id: GalleryId | None = None) -> Actor:
        """Return the actor under the lease that covers the gallery, or under the customer's newest.

        One in force comes before one that is over. Staff stay who they are. Raises `ForbiddenError`, and
        `NotFoundError` for a gallery of somebody else's and a customer that has no lease at all.
        """
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _WORKS)
            if gallery_id is not None:
                self.standing.gallery(work, actor, gallery_id, _WORKS)
            if actor.role in OVERSEES:
                return actor
            lease = self._lease(work, CustomerId(str(actor.customer_id)), gallery_id)
            if lease is None:
                self.standing.refuse(work, actor, "lease", "the customer has no lease")
            return replace(actor, lease_id=lease.id)

    def _seen(self, work: UnitOfWork, gallery: Gallery) -> DeskGallery:
        lease = self._lease(work, gallery.customer_id, gallery.id)
        covers = lease is not None and lease.in_force(self.standing.clock())
        covers = covers and lease is not None and gallery.id in lease.terms.galleries
        return DeskGallery(
            gallery=gallery,
            subjects=work.references.subject_count(gallery.id),
            lease_id=lease.id if lease is not None and covers else None,
        )

    def _lease(self, work: UnitOfWork, customer_id: CustomerId, gallery_id: GalleryId | None) -> Lease | None:
        now = self.standing.clock()
        own = [lease for lease in work.leases.all() if lease.customer_id == customer_id]
        return max(
            own,
            key=lambda one: (
                gallery_id is None or gallery_id in one.terms.galleries,
                one.in_force(now),
                one.terms.expires,
                one.id,
            ),
            default=None,
        )


def _belongs(work: UnitOfWork, actor: Actor) -> bool:
    """Tell whether the person belongs to the customer today."""
    if actor.person is None or actor.customer_id is None:
        return False
    members = work.dossiers.members(actor.customer_id)
    return any(one.person == actor.person and one.until is None for one in members)
