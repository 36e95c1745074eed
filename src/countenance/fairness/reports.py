"""Reports as they are kept where they were made or brought to, for people to open: words, figures, files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from countenance.errors import InvalidInputError

REPORT: Final = "report.json"
"""The file that holds the figures, the signature and the ledger's proof; the others are drawn from it."""

LARGEST_FILE: Final = 64 << 20
"""Bytes of one kept file."""

SYSTEMS: Final = "systems"
GROUPS: Final = "groups"
"""Kinds of reports: of several systems on the same pairs, and of the groups of one system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReport:
    """What a list of reports tells of one; `digest` is its SHA-256 (hex), `files` what is kept of it.

    `model_digest` and `threshold_ppb` are empty and None for a comparison of systems, which have one
    each. `entry` is the ledger entry of its completion in the log that signed it.
    """

    digest: str
    kind: str
    name: str
    made_on: str
    verdict: str
    model_digest: str
    threshold_ppb: int | None
    images: int
    subjects: int
    groups: int
    entry: int
    kept: datetime
    files: tuple[str, ...]


class FairnessReports(Protocol):
    """Kept reports by digest, never changed. Writes are durable with the unit of work."""

    def put(self, report: KeptReport, files: Mapping[str, bytes]) -> None:
        """Store `report` and its files; one of the same digest stays as it is."""
        ...

    def get(self, digest: str) -> KeptReport | None:
        """Return the report, or None."""
        ...

    def file(self, digest: str, name: str) -> bytes | None:
        """Return a file of the report, or None."""
        ...

    def all(self) -> tuple[KeptReport, ...]:
        """Return every report, the one that was kept last first."""
        ...


def kept_report(text: str, files: Mapping[str, bytes], *, kept: datetime) -> KeptReport:
    """Return what is told of the signed report `text`, whose figures and proof were checked before.

    Raises `InvalidInputError` for text that is no report.
    """
    try:
        document: dict[str, Any] = json.loads(text)
        systems = "systems" in document
        groups = next(iter(document["systems"].values()))["groups"] if systems else document["groups"]
        return KeptReport(
            digest=str(document["record"]["digest"]),
            kind=SYSTEMS if systems else GROUPS,
            name=str(document["name"]),
            made_on=str(document["made_on"]),
            verdict=_verdict(document, systems=systems),
            model_digest="" if systems else str(document["model_digest"]),
            threshold_ppb=None if systems else round(float(document["threshold"]) * 1_000_000_000),
            images=int(document["pairs"] if systems else document["images"]),
            subjects=0 if systems else int(document["subjects"]),
            groups=len(groups),
            entry=int(document["record"]["entry"]),
            kept=kept,
            files=tuple(sorted({REPORT, *files})),
        )
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        raise InvalidInputError("the text is no fairness report that can be shown") from error


def _verdict(document: Mapping[str, Any], *, systems: bool) -> str:
    if not systems:
        return str(document["verdict"])
    found = [str(one["verdict"]) for one in document["systems"].values()]
    order = ("fail", "insufficient evidence", "pass")
    return next((word for word in order if word in found), found[0])
