"""A fairness report as everybody may read it: error rates by group, without groups that are too small."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from countenance.biometrics.model import ErrorRate, Pipeline
from countenance.errors import InvalidInputError

FEWEST: Final = 5
"""Subjects that a group has at least to be shown: rates of fewer would tell of people."""

_FORMAT: Final = 1
_BESIDE: Final = frozenset({"record", "failures"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedGroup:
    """A group's rates with their intervals; None where nothing can be said."""

    name: str
    subjects: int
    fmr: ErrorRate | None
    fnmr: ErrorRate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedColumn:
    """Groups by one column of the data set; `source` is where its labels come from."""

    name: str
    source: str
    groups: tuple[PublishedGroup, ...]
    withheld: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFairness:
    """What a report measured of one pipeline at one threshold; `digest` (hex) is the one on the ledger."""

    name: str
    made_on: date
    digest: str
    pipeline: Pipeline
    threshold: float
    threshold_fmr: float | None
    images: int
    subjects: int
    remarks: tuple[str, ...]
    columns: tuple[PublishedColumn, ...]


def read_fairness(text: str) -> PublishedFairness:
    """Return the report that `text` (a `report.json`) holds.

    Raises `InvalidInputError` for text that is no report, and for one that was changed after it
    was made.
    """
    from countenance.fairness.measurement import document_digest  # noqa: PLC0415  loads what measures

    try:
        document = json.loads(text)
        content = {name: value for name, value in document.items() if name not in _BESIDE}
        digest = str(document["record"]["digest"])
        if content["format"] != _FORMAT:
            raise InvalidInputError(f"the fairness report has the unknown format `{content['format']}`")
        if document_digest(content) != digest:
            raise InvalidInputError(f"the fairness report `{digest[:12]}` was changed after it was made")
        return _published(content, digest)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError("the text is not a fairness report") from error


def _published(content: Mapping[str, Any], digest: str) -> PublishedFairness:
    sources = {column["name"]: str(column["source"] or "") for column in content["columns"]}
    only = ", ".join(sources)
    tables = content["by_column"] or {only: content}
    return PublishedFairness(
        name=str(content["name"]),
        made_on=date.fromisoformat(content["made_on"]),
        digest=digest,
        pipeline=Pipeline(str(content["model_digest"]), str(content["pipeline_version"])),
        threshold=float(content["threshold"]),
        threshold_fmr=None if content["threshold_fmr"] is None else float(content["threshold_fmr"]),
        images=int(content["images"]),
        subjects=int(content["subjects"]),
        remarks=tuple(map(str, content["remarks"])),
        columns=tuple(_column(name, sources.get(name, ""), table) for name, table in tables.items()),
    )


def _column(name: str, source: str, table: Mapping[str, Any]) -> PublishedColumn:
    groups = [_group(label, rates) for label, rates in table["groups"].items()]
    shown = tuple(group for group in groups if group.subjects >= FEWEST)
    return PublishedColumn(name=name, source=source, groups=shown, withheld=len(groups) - len(shown))


def _group(name: str, rates: Mapping[str, Any]) -> PublishedGroup:
    subjects = min(int(rates["mated_subjects"] or 0), int(rates["nonmated_subjects"] or 0))
    return PublishedGroup(
        name=name,
        subjects=subjects,
        fmr=_rate(rates["fmr"], rates["fmr_interval"], rates["nonmated"]),
        fnmr=_rate(rates["fnmr"], rates["fnmr_interval"], rates["mated"]),
    )


def _rate(rate: float | None, interval: list[float] | None, trials: int) -> ErrorRate | None:
    if rate is None or interval is None:
        return None
    return ErrorRate(float(rate), float(interval[0]), float(interval[1]), int(trials))
