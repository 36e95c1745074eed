"""`countenance demo`: the main job, end to end, on a server of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import JsonFlag


def demo(
    context: typer.Context,
    *,
    leave: Annotated[
        bool, typer.Option("--exit", help="End when the story is told, instead of leaving the server up.")
    ] = False,
    faces: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            readable=True,
            help="Folder of your own photographs: an image or a folder of images for each person.",
        ),
    ] = None,
    port: Annotated[
        int,
        typer.Option(min=0, max=65_535, help="Port of the demo's server on loopback; 0 takes a free one."),
    ] = 0,
    as_json: JsonFlag = False,  # noqa: ARG001  read by the root, for every command
) -> None:
    """Show the main job: who asks, what the gate answers, and how anybody can check it.

    Runs the real server on loopback with authentication on, in a temporary folder of its own,
    and asks over HTTP as customers would. Every step says what must hold; the first that does
    not ends the demo with status 1. Your own installation is not touched.
    """
    from countenance.entrypoints.cli.demo_show import show  # noqa: PLC0415  start-up stays quick

    show(CommandLine.of(context).output, faces=faces, port=port, leave=leave)
