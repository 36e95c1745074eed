"""Which commands there are. Each lives in a module of its own, imported when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Final

import typer

MARKUP: Final = "markdown"
"""How the help texts are written."""


PANELS: Final[Mapping[str, Mapping[str, str]]] = {
    "Acts on files, for the operator": {
        "detect": "Find the faces of images, with their quality and what speaks against using them.",
        "compare": "Compare the faces of two images. Neither is kept.",
        "sort": "List for each image of a folder which known people it may show. Nothing is kept.",
        "calibrate": "Measure how often the pipeline errs on images whose truth is known, and choose"
        " thresholds. `calibrate PAIRS` is `calibrate measure PAIRS`.",
        "fairness": "Measure how error rates differ between groups, and say when evidence is too thin.",
    },
    "Acts on enrolled subjects, with an API key": {
        "enrol": "Store a reference of a subject whose consent is on record, from each image.",
        "verify": "Compare an image with one enrolled subject. The image is not kept.",
        "identify": "Search a gallery for the subjects whom an image may show. The image is not kept.",
        "galleries": "Make, show and delete galleries: reference databases for one purpose each.",
        "notice": "Publish notices, show them, and render them for screen, print and a QR code.",
        "consent": "Record what subjects agreed to, show it, give receipts, and withdraw it, which erases.",
        "retention": "Show until when references are kept and why, destroy what is due, place legal holds.",
        "subject": "Let subjects reach their own page, and answer what they ask for.",
        "webhook": "Name addresses that are told what happened, and see what was delivered.",
        "erasure": "Withdraw a consent, see what was erased, and check receipts; checking needs no server.",
        "cases": "Held identifications: where they stand, leads, appeals.",
        "examine": "Judge held candidate lists, and say who may.",
    },
    "The gate and the record": {
        "policy": "Ask the gate what it would answer, and see the packs, laws and words it answers from.",
        "incident": "Open incidents, which stop what must not go on, and resolve them.",
        "decisions": "Explain recorded decisions, and decide them again.",
        "ledger": "Export, show and verify the ledger; verifying needs no server, database or secret.",
        "witness": "Be a witness of logs: cosign what only grew. Needs nothing but a folder of its own.",
    },
    "Who may use it, and why": {
        "customers": "Register customers: organisations, for whom they act, and who belongs to them.",
        "applications": "Write, submit, judge and appeal against applications for a use.",
        "appeals": "Judge appeals, as a reviewer who took no part in the ruling.",
        "conditions": "Decide, as two named officers, that a condition is met, or is met no more.",
        "terms": "Read the terms of use, and accept them for a lease.",
    },
    "Administration": {
        "serve": "Serve the API until interrupted.",
        "staff": "Invite people to the console, list their accounts, and help who cannot sign in any more.",
        "keys": "Issue, list and revoke API keys. A key's text is shown once and kept nowhere.",
        "collections": "Bind names of collections, as other services' clients use them, to galleries.",
        "leases": "Grant, show, stop and revoke leases: approved uses that end, the only source of permits.",
        "models": "Show the networks and where their files lie, check them, fetch one.",
        "doctor": "Load the networks as the service would, run each once, and tell what was seen.",
        "demo": "Show the main job: who asks, what the gate answers, and how anybody can check it.",
    },
}
"""Every command in the order of the overview, by the name of its module, with its help's first line."""


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
