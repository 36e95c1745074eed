"""Options that the commands of `countenance fairness` share."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

HigherIs = Literal["same", "different"]
"""The values of `Direction`, which would bring numpy along; a test compares the two."""

DirectionOption = Annotated[
    HigherIs,
    typer.Option("--higher-is", help="What a higher score means: the same subject, or different ones."),
]

FmrCap = Annotated[
    float | None,
    typer.Option("--fmr-cap", help="The highest false match rate that any group may have, such as 0.0001."),
]
FnmrCap = Annotated[
    float | None,
    typer.Option("--fnmr-cap", help="The highest false non-match rate that any group may have."),
]
RatioCap = Annotated[
    float | None,
    typer.Option("--ratio-cap", help="The highest ratio of a group's FMR to the geometric mean of all."),
]
FtaCap = Annotated[
    float | None,
    typer.Option("--fta-cap", help="The highest share of any group's images without a usable face."),
]
FteCap = Annotated[
    float | None,
    typer.Option("--fte-cap", help="The highest share of any group's subjects without any usable image."),
]
FpirCap = Annotated[
    float | None,
    typer.Option(
        "--fpir-cap",
        help="The highest share of any group's searches for somebody not enrolled that name somebody, in a"
        " gallery of --gallery-size.",
    ),
]
GallerySize = Annotated[
    int | None,
    typer.Option("--gallery-size", min=1, help="References of the gallery that --fpir-cap is about."),
]
MinSubjects = Annotated[
    int, typer.Option("--min-subjects", min=0, help="A group of fewer subjects never passes.")
]
Alpha = Annotated[
    float,
    typer.Option("--alpha", min=0.0, max=1.0, help="Weight of FMR against FNMR in IR, GARBE and FDR."),
]
