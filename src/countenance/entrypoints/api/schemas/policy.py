"""Packs, simulations and what comes, as the API takes and tells them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Path
from pydantic import Field, StringConstraints

from countenance.entrypoints.api.schemas.model import Asked, Day
from countenance.policy.calendar import Coming
from countenance.policy.pack_history import PackStep
from countenance.recognition.log.model import ComingNotice

PACK: str = r"^[a-z][a-z0-9-]{1,59}$"
PackName = Annotated[str, StringConstraints(pattern=PACK)]
PackPath = Annotated[
    str, Path(pattern=PACK, description="Name of an installed pack.", examples=["acme-rules"])
]
PackReason = Annotated[
    str, StringConstraints(pattern=r"\S", max_length=500), Field(description="Why; it is put on the record.")
]
PackFiles = Annotated[
    dict[
        Literal["pack.toml", "prohibitions.cedar", "duties.cedar", "cases.toml"],
        Annotated[str, StringConstraints(max_length=14_000)],
    ],
    Field(description="Contents of the pack's files by name; larger ones are installed at the command line."),
]


class PackAsked(Asked):
    """A pack to be put in force."""

    name: PackName
    files: PackFiles
    reason: PackReason
    signature: Annotated[str, StringConstraints(max_length=4_000)] | None = Field(
        default=None, description="The signed note `pack.sig`."
    )
    unsigned: PackName | None = Field(
        default=None, description="The pack's name again, to take it without a trusted signature."
    )


class RollbackAsked(Asked):
    """To which edition a pack goes back, and why."""

    reason: PackReason
    to: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8,64}$")] | None = Field(
        default=None, description="Beginning of the digest of an earlier edition; else the one before."
    )


class ProposedPack(Asked):
    """A pack that is tried and not installed."""

    name: PackName
    files: PackFiles


class SimulationAsked(Asked):
    """Which recorded questions are asked again, and of what."""

    since: Day = Field(description="The first moment of the questions.")
    until: Day | None = Field(default=None, description="What ends them, excluded; else now.")
    pack: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,59}(@[a-z0-9-]{1,40})?$")] | None = (
        Field(
            default=None,
            description="A shipped or installed pack to try, beside or in place of its namesake.",
        )
    )
    proposed: ProposedPack | None = Field(default=None, description="A pack of your own to try, instead.")
    on: Day | None = Field(default=None, description="The day as if on which every question is asked.")
    renewed: bool = Field(default=False, description="With `on`: leases count as renewed until then.")


@dataclass(frozen=True, slots=True)
class PacksTold:
    """The packs that settings name, the installed editions in force, and every step taken with them."""

    configured: tuple[str, ...]
    in_force: tuple[PackStep, ...]
    steps: tuple[PackStep, ...]


@dataclass(frozen=True, slots=True)
class OutcomeTold:
    """What an answer lets happen."""

    decision: Literal["permit", "deny"]
    rules: tuple[str, ...]
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupTold:
    """Changes alike in customer, lease, act and outcomes."""

    customer: str | None
    lease: str | None
    act: str
    count: int
    before: OutcomeTold
    after: OutcomeTold
    because: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SimulationTold:
    """How many questions were asked again, how many would be answered otherwise, for whom and why."""

    asked: int
    refused: int
    permitted: int
    otherwise: int
    beyond: int
    groups: tuple[GroupTold, ...]


@dataclass(frozen=True, slots=True)
class LawTold:
    """A law that nobody checked against its source within a year."""

    id: str
    citation: str
    confidence: str
    verified_on: str | None


@dataclass(frozen=True, slots=True)
class ComingTold:
    """Rules that turn, what holders were told of them, and laws without a recent check."""

    days: int
    events: tuple[Coming, ...]
    notices: tuple[ComingNotice, ...]
    unchecked: tuple[LawTold, ...]
