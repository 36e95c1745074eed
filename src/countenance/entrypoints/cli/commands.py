"""Which commands there are. Each lives in a module of its own, imported when it is asked for."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Final

import typer

_ON_FILES = "Acts on files, for the operator"
_ON_SUBJECTS = "Acts on enrolled subjects, with an API key"
_RECORD = "The gate and the record"
_ADMINISTRATION = "Administration"

MARKUP: Final = "markdown"
"""How the help texts are written."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A command as the overview lists it, by the name of its module and the first line of its help."""

    name: str
    panel: str
    help: str


COMMANDS = (
    Listed(
        "detect",
        _ON_FILES,
        "Find the faces of images, with their quality and what speaks against using them.",
    ),
    Listed("compare", _ON_FILES, "Compare the faces of two images. Neither is kept."),
    Listed(
        "sort", _ON_FILES, "List for each image of a folder which known people it may show. Nothing is kept."
    ),
    Listed(
        "enrol", _ON_SUBJECTS, "Store a reference of a subject whose consent is on record, from each image."
    ),
    Listed("verify", _ON_SUBJECTS, "Compare an image with one enrolled subject. The image is not kept."),
    Listed(
        "identify",
        _ON_SUBJECTS,
        "Search a gallery for the subjects whom an image may show. The image is not kept.",
    ),
    Listed(
        "galleries",
        _ON_SUBJECTS,
        "Make, show and delete galleries: reference databases for one purpose each.",
    ),
    Listed(
        "consent", _ON_SUBJECTS, "Record what subjects agreed to, show it, and withdraw it, which erases."
    ),
    Listed("cases", _ON_SUBJECTS, "Show where held identifications stand."),
    Listed(
        "policy",
        _RECORD,
        "Ask the gate what it would answer, and see the packs, laws and words it answers from.",
    ),
    Listed("decisions", _RECORD, "Explain recorded decisions, and decide them again."),
    Listed("serve", _ADMINISTRATION, "Serve the API until interrupted."),
    Listed(
        "keys",
        _ADMINISTRATION,
        "Issue, list and revoke API keys. A key's text is shown once and kept nowhere.",
    ),
    Listed(
        "leases",
        _ADMINISTRATION,
        "Grant, show and revoke leases: approved uses that expire, the only source of permits.",
    ),
    Listed(
        "demo",
        _ADMINISTRATION,
        "Show the main job: who asks, what the gate answers, and how anybody can check it.",
    ),
)
"""Every command, in the order of the overview."""


def load(name: str) -> Any:  # noqa: ANN401  typer names the class of a command nowhere in public
    """Return the command `name`, importing its module, which has a function of its name or an `app`."""
    module = importlib.import_module(f"countenance.entrypoints.cli.{name}")
    single = typer.Typer(rich_markup_mode=MARKUP)
    single.callback()(_nothing)
    if hasattr(module, "app"):
        single.add_typer(module.app, name=name)
    else:
        single.command(name)(getattr(module, name))
    return typer.main.get_group(single).commands[name]


def _nothing() -> None:
    """Stand in where typer wants a callback."""
