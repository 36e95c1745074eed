"""The rules behind a decision, as callers see them."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import ConfigDict, Field

from countenance.entrypoints.api.schemas.model import Told
from countenance.policy.model import Condition, Obligation, ObligationKind, Reason


class ReasonTold(Told):
    """A rule that decided: what it says, where it comes from, when it binds, what re-opens it."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True)

    id: str = Field(examples=["vendor.microsoft.2020"])
    pack: str = Field(description="The pack and its version, `laws`, or `lease`.")
    text: str
    source: str = Field(description="Citation.")
    valid_from: date | None = Field(alias="from", description="First day on which the rule binds.")
    until: date | None = Field(description="First day on which it binds no more.")
    reopens: str | None = Field(description="The procedure by which the rule would stop refusing.")

    @classmethod
    def of(cls, reason: Reason) -> Self:
        """Return the rule's outside."""
        return cls.model_validate(
            {
                "id": reason.id,
                "pack": reason.pack,
                "text": reason.text,
                "source": reason.source,
                "from": reason.valid_from,
                "until": reason.valid_until,
                "reopens": reason.reopens,
            }
        )


class ConditionTold(Told):
    """Something that must hold for a permit, and whether it does."""

    id: str = Field(examples=["lease"])
    text: str
    met: bool

    @classmethod
    def of(cls, condition: Condition) -> Self:
        """Return the condition's outside."""
        return cls(id=condition.id, text=condition.text, met=condition.met)


class ObligationTold(Told):
    """A duty that comes with a permit."""

    kind: ObligationKind
    value: int | None = Field(description="Its number (examiners, hours), if it has one.")

    @classmethod
    def of(cls, obligation: Obligation) -> Self:
        """Return the obligation's outside."""
        return cls(kind=obligation.kind, value=obligation.value)
