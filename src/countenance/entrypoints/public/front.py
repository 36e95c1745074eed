"""The front: what this system is for, what it refuses, what it got wrong, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from countenance.biometrics.calibration import CalibrationRow
from countenance.entrypoints.public.answering import Page, Reading
from countenance.recognition.measuring.transparency import ModelNote

_SHOWN: Final = 1e-4


def front(reading: Reading) -> Response:
    """Show the front page."""
    sources = reading.sources
    register, refusals = sources.register(), sources.refusals()
    return reading.page(
        "front.html",
        leases=len(register.leases) + len(register.secret),
        refusals=refusals,
        entries=reading.service.public.log.head().checkpoint.size,
        laws=len(sources.rules().laws),
        example=_example(reading.service.public.model),
        by_group=reading.service.public.model.fairness is not None,
    )


@dataclass(frozen=True, slots=True)
class Example:
    """What was measured at the threshold for a false match rate of `target`."""

    target: float
    row: CalibrationRow


def _example(note: ModelNote) -> Example | None:
    """Return what was measured for one false match in ten thousand, or the strictest before it."""
    rows = [Example(target, row) for target, row in note.rows if target >= _SHOWN]
    return rows[-1] if rows else None


PAGES: Final = (Page(path="/", handler=front, label="Start", listed=True),)
