"""Rehearsing erasures on somebody's word, and reading what rehearsals came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from countenance.biometrics.model import GalleryId
from countenance.recognition.erasure.canaries import RehearseErasure
from countenance.recognition.erasure.model import Drill
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

_RUNS = frozenset({Role.ADMINISTRATOR})
_READS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Drills:
    """Rehearse in galleries, as an administrator; show results, to auditors too."""

    standing: Standing
    rehearse: RehearseErasure
    unit_of_work: Callable[[], UnitOfWork]

    def run(self, actor: Actor, gallery_id: GalleryId) -> Drill | None:
        """Return what a rehearsal came to, None where another process makes one in the gallery.

        Raises `ForbiddenError` or `NotFoundError`.
        """
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _RUNS)
        return self.rehearse(gallery_id)

    def galleries(self, actor: Actor) -> tuple[GalleryId, ...]:
        """Return every gallery of the installation, ordered by id."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _READS)
            customers = work.customers.all()
            found = [one.id for customer in customers for one in work.galleries.of_customer(customer.id)]
        return tuple(sorted(found))

    def of_gallery(self, actor: Actor, gallery_id: GalleryId, *, limit: int = 20) -> tuple[Drill, ...]:
        """Return up to `limit` rehearsals in a gallery, the newest first."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _READS)
            return work.erasures.drills(gallery_id, limit=limit)
