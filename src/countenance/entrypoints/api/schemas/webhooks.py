"""Addresses that a customer is told things at, and what was delivered there."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import Path
from pydantic import Field, StringConstraints

from countenance.entrypoints.api.schemas.identifiers import LAST_INDEX, NAME
from countenance.entrypoints.api.schemas.model import AS_INTEGER, Asked, Integer, Moment, Told
from countenance.recognition.webhooks.administration import (
    LONGEST_OVERLAP,
    LONGEST_URL,
    MadeEndpoint,
    ShownDelivery,
)
from countenance.recognition.webhooks.model import AnnouncementKind, DeliveryState, Endpoint
from countenance.vetting.model import CustomerId

WEBHOOK = r"^hook_[0-9a-f]{32}$"
_URL = r"^https?://[!-~]+$"

WebhookPath = Annotated[
    str,
    Path(pattern=WEBHOOK, description="Id of a webhook.", examples=["hook_00112233445566778899aabbccddeeff"]),
]
_Customer = Annotated[CustomerId, StringConstraints(pattern=NAME)]


class WebhookAsked(Asked):
    """An address to be set up."""

    url: Annotated[str, StringConstraints(pattern=_URL, max_length=LONGEST_URL)] = Field(
        description="Where to send: public and `https`, unless the operator has named its network.",
        examples=["https://hooks.example.org/countenance"],
    )
    kinds: list[AnnouncementKind] = Field(
        default=[],
        max_length=len(AnnouncementKind),
        description="What to send; everything if left out, also what is added later.",
    )
    customer_id: _Customer | None = Field(
        default=None, description="Whose address it is; named by administrators, an operator's is its own."
    )


class WebhookTold(Told):
    """An address, without its secrets."""

    webhook_id: str
    customer_id: str
    url: str
    kinds: list[AnnouncementKind]
    created: Moment
    paused: Moment | None
    secrets_in_use: int = Field(ge=1, description="Two while the overlap of a rotation lasts.")

    @classmethod
    def of(cls, held: Endpoint) -> Self:
        """Return the address's outside."""
        return cls(
            webhook_id=held.id,
            customer_id=held.customer_id,
            url=held.url,
            kinds=sorted(held.kinds),
            created=held.created,
            paused=held.paused,
            secrets_in_use=len(held.secrets),
        )


class MadeWebhookTold(Told):
    """An address with its secret, in this answer and nowhere else."""

    webhook: WebhookTold
    secret: str = Field(description="As libraries for Standard Webhooks take it: `whsec_` and base64.")

    @classmethod
    def of(cls, made: MadeEndpoint) -> Self:
        """Return what is shown once."""
        return cls(webhook=WebhookTold.of(made.endpoint), secret=made.secret)


class WebhooksTold(Told):
    """Addresses, ordered by id."""

    webhooks: list[WebhookTold]


class PauseAsked(Asked):
    """Whether the address is sent nothing."""

    paused: bool


class OverlapAsked(Asked):
    """How long the secret before still signs."""

    overlap_seconds: Integer = Field(
        ge=0, le=int(LONGEST_OVERLAP.total_seconds()), description="Up to seven days; 0 ends it at once."
    )


class ReplayAsked(Asked):
    """Which deliveries are to be tried again."""

    delivery: Annotated[int, Field(ge=0, le=LAST_INDEX), AS_INTEGER] | None = Field(
        default=None,
        description="Number of one delivery, in whatever state; all that were given up if left out.",
    )


class ReplayTold(Told):
    """How many deliveries are tried again."""

    replayed: int = Field(ge=0)


class TestTold(Told):
    """What was announced."""

    announcement_id: str = Field(description="The receiver finds it as `webhook-id`.")


class TryTold(Told):
    """One try."""

    at: Moment
    status: int | None = Field(description="Status of the answer; None where there was none.")
    fault: str | None = Field(
        description="Why there was no answer: timeout, not_connected, connection_broken, name_unknown, "
        "address_not_allowed."
    )
    milliseconds: int = Field(ge=0)


class DeliveryTold(Told):
    """One announcement on its way to one address."""

    delivery: int = Field(ge=0)
    announcement_id: str
    kind: AnnouncementKind
    at: Moment
    state: DeliveryState
    next_try: Moment
    give_up: Moment
    finished: Moment | None
    tries: list[TryTold]

    @classmethod
    def of(cls, shown: ShownDelivery) -> Self:
        """Return the delivery's outside."""
        held = shown.delivery
        return cls(
            delivery=held.number,
            announcement_id=held.announcement.id,
            kind=held.announcement.kind,
            at=held.announcement.at,
            state=held.state,
            next_try=held.next_try,
            give_up=held.give_up,
            finished=held.finished,
            tries=[
                TryTold(at=one.at, status=one.status, fault=one.fault, milliseconds=one.milliseconds)
                for one in shown.tries
            ],
        )


class DeliveriesTold(Told):
    """Deliveries, the newest first."""

    deliveries: list[DeliveryTold]
