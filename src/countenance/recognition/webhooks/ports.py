"""What webhooks need of a place that keeps them, and of the way to receivers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from countenance.recognition.webhooks.model import Announcement, Delivery, DeliveryState, Endpoint, Try


class Webhooks(Protocol):
    """Addresses, announcements and deliveries. Secrets and announcements are encrypted at rest.

    Durability: with the unit of work. A delivery is taken for a while by one sender at a time; a
    sender that died gives it back by the end of that while.
    """

    def put_endpoint(self, endpoint: Endpoint) -> None:
        """Store `endpoint`, replacing one of the same id."""
        ...

    def endpoint(self, endpoint_id: str) -> Endpoint | None:
        """Return the address, or None."""
        ...

    def endpoints_of(self, customer_id: str | None) -> tuple[Endpoint, ...]:
        """Return the addresses of a customer, or of every one, ordered by id."""
        ...

    def remove_endpoint(self, endpoint_id: str) -> None:
        """Remove the address with its deliveries."""
        ...

    def announce(self, announcement: Announcement, to: Mapping[str, datetime], *, at: datetime) -> bool:
        """Put down an announcement with a delivery for each address in `to`, which says when to give up.

        Returns False, and does nothing, where there is one of the same id already.
        """
        ...

    def due(self, at: datetime) -> bool:
        """Tell whether there is a delivery that is due and that nobody holds."""
        ...

    def take(self, holder: str, *, at: datetime, until: datetime, limit: int) -> tuple[Delivery, ...]:
        """Take up to `limit` deliveries that are due and that nobody holds, until a moment; oldest first.

        At most four of one address, so that a slow one does not keep the others waiting.
        """
        ...

    def record(self, delivery: Delivery, holder: str, tried: Try) -> bool:
        """Store what became of a delivery that `holder` took, with the try.

        Returns False, and stores nothing, where somebody else holds it by now.
        """
        ...

    def delivery(self, number: int) -> Delivery | None:
        """Return the delivery, or None."""
        ...

    def deliveries(
        self, endpoint_id: str, state: DeliveryState | None, *, limit: int
    ) -> tuple[Delivery, ...]:
        """Return up to `limit` deliveries of an address, in `state` if one is named, the newest first."""
        ...

    def tries(self, number: int) -> tuple[Try, ...]:
        """Return the tries of a delivery, the first one first."""
        ...

    def replay(self, number: int, *, at: datetime, give_up: datetime) -> None:
        """Let a delivery be tried again from `at` on."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop announcements of before that moment of which no delivery is pending; return how many."""
        ...

    def heard(self) -> int:
        """Return up to which number notices of cases were announced."""
        ...

    def hear(self, number: int) -> None:
        """Remember up to which number notices of cases were announced."""
        ...


class Courier(Protocol):
    """The way to receivers. Safe to call from many threads; never takes longer than some seconds."""

    def check(self, url: str) -> None:
        """Raise `InvalidInputError` for an address that nothing would ever be sent to."""
        ...

    def post(self, url: str, headers: Mapping[str, str], body: bytes, *, at: datetime) -> Try:
        """Send once, follow no redirection, read no body; whatever goes wrong is the try's `fault`."""
        ...
