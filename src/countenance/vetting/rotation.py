"""Rotating a key without downtime: a new one is issued, the old one goes on for a grace period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from countenance.errors import InvalidInputError, NotFoundError, StateError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.vetting.authority import require_beside_database, require_role
from countenance.vetting.keys import ADMINISTRATORS, IssuedKey, in_force, make_key
from countenance.vetting.model import Actor, KeyId
from countenance.vetting.ports import VettingWork

LONGEST_GRACE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RotateKey:
    """Issue a key in the place of another one: same role, lease, person, label and length of life."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]

    def __call__(self, actor: Actor, key_id: KeyId, grace: timedelta) -> IssuedKey:
        """Return the new key; the old one goes on for `grace`, or until its own end if that is earlier.

        The new key lives as long as the old one was to live. Raises `ForbiddenError`,
        `NotFoundError`, `InvalidInputError` for a grace that is none or longer than 30 days,
        `StateError` for a key that is over, and `SeparationError` for a reviewer's key that is not
        rotated at the command line.
        """
        if not timedelta(0) <= grace <= LONGEST_GRACE:
            raise InvalidInputError(f"the grace period is between 0 and {LONGEST_GRACE.days} days")
        with self.unit_of_work() as work:
            now = self.clock()
            require_role(work, actor, ADMINISTRATORS, now)
            old = work.keys.get(key_id)
            if old is None:
                raise NotFoundError(f"there is no key `{key_id}`")
            require_beside_database(work, actor, old.role, now)
            if not in_force(old, now):
                raise StateError(f"key `{key_id}` is over, so nothing can take its place")
            signs = work.credentials.get(key_id) is not None
            ends = now + (old.expires - old.created) if old.expires is not None else None
            issued = make_key(work, replace(old, expires=ends), now, signs=signs)
            work.keys.expire(key_id, now + grace)
            fields: dict[str, JsonValue] = {
                "key": key_id,
                "successor": issued.key.id,
                "until": (now + grace).isoformat(),
                "role": old.role.value,
                "lease": old.lease_id,
                "actor": actor.id,
            }
            work.ledger.append(Entry(EventType.KEY_ROTATED, now, fields))
            work.commit()
        return issued
