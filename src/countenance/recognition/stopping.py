"""What open incidents stop where an act would happen: one read, for those acts alone that one can stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countenance.oversight.incidents import Place
from countenance.policy.model import Act, Purpose, Stopping
from countenance.policy.stopping import stoppable

if TYPE_CHECKING:
    from countenance.recognition.model import Gallery
    from countenance.recognition.ports import UnitOfWork
    from countenance.vetting.model import Lease


def stopping_at(
    work: UnitOfWork, act: Act, purpose: Purpose | None, lease: Lease | None, gallery: Gallery | None
) -> tuple[Stopping, ...]:
    """Return what stops something where the act would happen, the oldest incident first.

    A verification on which little hangs is never stopped by an incident, so it asks for none.
    """
    if lease is None or not stoppable(act, purpose):
        return ()
    place = Place(
        customer=lease.customer_id, lease=lease.id, gallery=gallery.id if gallery is not None else None
    )
    found = (one.stopping() for one in work.incidents.open() if one.concerns(place))
    return tuple(one for one in found if one is not None)
