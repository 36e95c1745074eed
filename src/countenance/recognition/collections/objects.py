"""Photographs that requests name as objects of a bucket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from countenance.errors import NotFoundError, OversizedImageError
from countenance.recognition.collections.model import ObjectName
from countenance.recognition.collections.ports import Objects
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

_OPERATES = frozenset({Role.OPERATOR})

Buckets = Mapping[str, str | None]
"""Buckets that may be read from, each with the customer whose it is, None for every customer's."""


@dataclass(frozen=True, slots=True)
class ReadObject:
    """Read a photograph from the place that the operator configured, for those whose bucket it is.

    `objects` is None where no place is configured, `buckets` where it has no other than may be
    read by every customer.
    """

    standing: Standing
    objects: Objects | None
    buckets: Buckets | None
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, place: ObjectName, *, limit: int) -> bytes:
        """Return the object's bytes, or raise `ForbiddenError`, `NotFoundError` or `OversizedImageError`.

        A bucket that is not there and one of another customer are the same answer, and the
        second is on the record before it is given; neither is looked for.
        """
        with self.unit_of_work() as work:
            lease = self.standing.lease(work, actor, _OPERATES)
            if self.buckets is not None:
                whose = self.buckets.get(place.bucket, "")
                if whose is not None and whose != lease.customer_id:
                    self.standing.refuse(work, actor, "object", "no such object")
        data = self.objects.read(place, limit=limit) if self.objects is not None else None
        if data is None:
            raise NotFoundError("no such object")
        if len(data) > limit:
            raise OversizedImageError(f"the object has over {limit} bytes")
        return data
