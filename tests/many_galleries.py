"""A customer with many galleries, of which a lease covers some."""

from __future__ import annotations

from dataclasses import replace

from contract import examples
from countenance.biometrics.model import GalleryId
from countenance.vetting.model import LeaseId
from integration.api.stage import Stage


def many_galleries(stage: Stage) -> list[str]:
    """Make 501 galleries of the bank and return those that alice's lease covers: every hundredth."""
    names = [f"g-{number:03}" for number in range(501)]
    with stage.parts.unit_of_work() as work:
        lease = work.leases.get(LeaseId("bank-doors"))
        assert lease is not None
        for name in names:
            work.galleries.add(examples.gallery(name, lease.customer_id))
        work.galleries.add(examples.gallery("g-050a", "archive"))
        covered = frozenset(map(GalleryId, [*names[::100], "g-050a", "never-made"]))
        work.leases.put(replace(lease, terms=replace(lease.terms, galleries=covered)))
        work.commit()
    return names[::100]
