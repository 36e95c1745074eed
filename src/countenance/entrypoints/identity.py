"""Who is asking: API keys and sessions of people to actors, for every way in."""

from __future__ import annotations

from collections.abc import Iterable

from countenance.app import Countenance
from countenance.staff.model import Member
from countenance.vetting.authority import require_role
from countenance.vetting.model import Actor, CustomerId, PersonId, Role


def actor_of(countenance: Countenance, presented: Iterable[str | None]) -> Actor:
    """Return the actor whose key was presented, or raise `UnauthenticatedError`.

    A request may carry its key in more than one place, but it carries one key: two that
    differ are as good as none, so that nobody acts by chance under the wrong lease.
    """
    keys = {text for text in presented if text}
    return countenance.authenticate(keys.pop() if len(keys) == 1 else None)


def require(countenance: Countenance, actor: Actor, allowed: frozenset[Role]) -> None:
    """Return if the actor's role is one of `allowed`; otherwise record it and raise `ForbiddenError`."""
    with countenance.parts.unit_of_work() as work:
        require_role(work, actor, allowed, countenance.parts.clock())


def actor_behind(member: Member) -> Actor:
    """Return the member as an actor: a person in one role, without a lease of any kind."""
    return Actor(
        id=member.id,
        role=Role(member.role.value),
        lease_id=None,
        person=PersonId(member.id),
        customer_id=CustomerId(member.customer) if member.customer is not None else None,
    )
