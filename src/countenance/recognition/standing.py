"""Who may touch what besides faces: roles, leases, and galleries of one's own customer.

Everything that is not the actor's own is *not found*, whether it exists or not, and the
attempt is on the ledger before the error leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from countenance.biometrics.model import GalleryId
from countenance.errors import ForbiddenError, NotFoundError
from countenance.ledger import Entry, EventType
from countenance.recognition.model import Gallery
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.authority import require_role
from countenance.vetting.model import Actor, Lease, Role


@dataclass(frozen=True, slots=True)
class Standing:
    """Answer what an actor may administer, and record what was refused."""

    clock: Callable[[], datetime]

    def role(self, work: UnitOfWork, actor: Actor, allowed: frozenset[Role]) -> None:
        """Return if the actor's role is one of `allowed`, else record and raise `ForbiddenError`."""
        require_role(work, actor, allowed, self.clock())

    def lease(self, work: UnitOfWork, actor: Actor, allowed: frozenset[Role]) -> Lease:
        """Return the actor's lease while it is in force, or record and raise `ForbiddenError`."""
        self.role(work, actor, allowed)
        lease = work.leases.get(actor.lease_id) if actor.lease_id is not None else None
        now = self.clock()
        if lease is None or not lease.in_force(now):
            self._record(work, actor, "lease")
            raise ForbiddenError("no lease in force stands behind this key")
        return lease

    def gallery(
        self, work: UnitOfWork, actor: Actor, gallery_id: GalleryId, allowed: frozenset[Role]
    ) -> Gallery:
        """Return the gallery if the actor's lease covers it, or record and raise `NotFoundError`."""
        lease = self.lease(work, actor, allowed)
        gallery = work.galleries.get(gallery_id) if gallery_id in lease.terms.galleries else None
        if gallery is None or gallery.customer_id != lease.customer_id:
            self.refuse(work, actor, "gallery", f"no gallery `{gallery_id}`")
        return gallery

    def refuse(self, work: UnitOfWork, actor: Actor, what: str, message: str) -> NoReturn:
        """Record that `what` was refused to the actor, then raise `NotFoundError`."""
        self._record(work, actor, what)
        raise NotFoundError(message)

    def _record(self, work: UnitOfWork, actor: Actor, what: str) -> None:
        fields = {"actor": actor.id, "role": actor.role.value, "what": what}
        work.ledger.record(Entry(EventType.REQUEST_REFUSED, self.clock(), fields))
        work.commit()
