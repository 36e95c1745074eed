"""The options in which a question is asked on the command line, and how they are read."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Literal

import typer

from countenance.entrypoints.cli.moments import read_moment
from countenance.errors import InvalidInputError
from countenance.policy.gate import Policy, build_policy
from countenance.policy.instruments import Instrument
from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    GalleryFacts,
    Purpose,
    Space,
)
from countenance.policy.packs import EXPLAINED, load_pack
from countenance.policy.register import shipped_register

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_STRICTEST = "Left out, the strictest is assumed."

KindOption = Annotated[CustomerKind | None, typer.Option("--customer-kind", help=f"Who asks. {_STRICTEST}")]
ActsForOption = Annotated[
    list[CustomerKind] | None,
    typer.Option("--acts-for", help="For whom the asker acts; it is then bound like one. May be repeated."),
]
JurisdictionOption = Annotated[
    list[str] | None,
    typer.Option(
        "--jurisdiction",
        metavar="CODE",
        help=f"Where: US, US-CA, US-OR-PDX, EU, DE. May be repeated. {_STRICTEST}",
    ),
]
CountryOption = Annotated[
    str | None, typer.Option("--country", metavar="CC", help="Where, as a country alone: US, DE.")
]
ActOption = Annotated[Act, typer.Option("--act", help="What is to be done with a face.")]
PurposeOption = Annotated[Purpose | None, typer.Option("--purpose", help=f"What for. {_STRICTEST}")]
SpaceOption = Annotated[
    Space | None,
    typer.Option("--space", help=f"Where the subjects are when the sample is taken. {_STRICTEST}"),
]
CameraOption = Annotated[Camera | None, typer.Option("--camera", help=f"What takes the sample. {_STRICTEST}")]
ConsentOption = Annotated[
    Literal["yes", "no"] | None,
    typer.Option("--consent", help="Whether every subject concerned consented. Left out, it counts as no."),
]
MinorOption = Annotated[bool, typer.Option("--minor", help="A subject is known to be a minor.")]
ScrapedOption = Annotated[
    bool,
    typer.Option("--scraped", help="The gallery was gathered without targeting, from the internet or CCTV."),
]
InstrumentOption = Annotated[
    list[str] | None,
    typer.Option(
        "--instrument",
        metavar="NAME",
        help="A document on record, such as warrant; `policy vocabulary` lists them. May be repeated.",
    ),
]
OnOption = Annotated[
    str | None,
    typer.Option("--on", metavar="DATE", help="The day, or a moment with its zone. Left out, it is now."),
]
PackOption = Annotated[
    list[str] | None,
    typer.Option(
        "--pack",
        metavar="NAME",
        help="Ask this pack alone: amazon-2020, amazon-2020@announced, or a path. May be repeated.",
    ),
]
LawsOption = Annotated[
    Literal["on", "off"] | None,
    typer.Option("--laws", help="Whether the law register is asked; alone with `on`, it is asked by itself."),
]


def policy_asked(packs: tuple[str, ...], laws: str | None) -> Policy:
    """Return the policy that was asked for: each source can be asked by itself."""
    names = packs if packs or laws == "on" else EXPLAINED
    asked = laws == "on" or (laws is None and not packs)
    return build_policy(
        [load_pack(name) for name in dict.fromkeys(names)], register=shipped_register() if asked else None
    )


def moment_asked(text: str | None) -> datetime:
    """Return the beginning of the day, or the moment with its zone; now if None.

    Raises `NaiveDateTimeError` for a moment without zone: on which side of midnight it lies
    decides which law binds.
    """
    if text is None:
        return datetime.now(UTC)
    if not _DAY.fullmatch(text):
        return read_moment(text)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(f"`{text}` is no day of the calendar") from error
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def instruments_asked(names: list[str] | tuple[str, ...]) -> list[str]:
    """Return the names, or raise `InvalidInputError` for one that no rule could ask for."""
    for name in names:
        if name not in set(Instrument) and not name.startswith("order:"):
            raise InvalidInputError(f"`{name}` is no instrument; `countenance policy vocabulary` lists them")
    return list(names)


def scraped_gallery(purpose: Purpose | None) -> GalleryFacts:
    """Return a gallery that was gathered without targeting."""
    return GalleryFacts(
        id="asked-about",
        purpose=purpose or Purpose.IDENTITY_VERIFICATION,
        model_digest="",
        subjects=0,
        scraped=True,
    )
