"""Arguments and options that several commands share, each with its help, so that they read alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from countenance.policy.model import Camera, Purpose, Space

Face = Literal["central", "largest", "only"]
"""The values of `FaceChoice`, which would bring numpy along; a test compares the two."""

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]

YesFlag = Annotated[bool, typer.Option("--yes", help="Do it without asking again.")]

KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        exists=True,
        dir_okay=False,
        readable=True,
        help="File with the API key to act with; without it the key stands in COUNTENANCE_KEY.",
    ),
]

FaceOption = Annotated[
    Face,
    typer.Option(
        "--face",
        help="Which face is meant where an image shows several; `only` refuses an image with several.",
    ),
]

Gallery = Annotated[str, typer.Argument(metavar="GALLERY", help="Id of the gallery.")]

Subject = Annotated[
    str, typer.Argument(metavar="SUBJECT", help="Id of the subject, a pseudonym that you chose.")
]

Image = Annotated[
    Path,
    typer.Argument(
        metavar="IMAGE",
        exists=True,
        dir_okay=False,
        readable=True,
        allow_dash=True,
        help="Image file; `-` reads standard input.",
    ),
]

Images = Annotated[
    list[Path],
    typer.Argument(
        metavar="IMAGE...",
        exists=True,
        dir_okay=False,
        readable=True,
        allow_dash=True,
        help="Image files; `-` reads one from standard input.",
    ),
]

PurposeOption = Annotated[
    Purpose | None,
    typer.Option("--purpose", help="What it is done for, where gallery and lease leave a choice."),
]

SpaceOption = Annotated[
    Space | None,
    typer.Option("--space", help="Where the subject is; left out, the strictest that the lease allows."),
]

CameraOption = Annotated[
    Camera | None,
    typer.Option("--camera", help="What took the image; left out, the strictest that the lease allows."),
]
