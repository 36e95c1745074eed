"""Arguments and options that several commands share, each with its help, so that they read alike."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

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


def image_argument(metavar: str, text: str) -> Any:  # noqa: ANN401  typer names the class nowhere in public
    """Return an argument that is an image file or `-`; a file that cannot be read is a usage error.

    typer knows how to check a path, and how to let a dash through, but not both for one argument.
    """
    return typer.Argument(metavar=metavar, callback=_readable, help=f"{text}; `-` reads standard input.")


def _readable(value: str | list[str]) -> str | list[str]:
    for name in [value] if isinstance(value, str) else value:
        path = Path(name)
        if name == "-":
            continue
        if not path.exists():
            raise typer.BadParameter(f"file `{name}` does not exist")
        if not path.is_file() or not os.access(path, os.R_OK):
            raise typer.BadParameter(f"`{name}` is not a file that can be read")
    return value


Image = Annotated[str, image_argument("IMAGE", "Image file")]

Images = Annotated[list[str], image_argument("IMAGE...", "Image files")]

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
