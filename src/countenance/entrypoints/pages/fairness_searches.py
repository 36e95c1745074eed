"""The words of a fairness report on searches of a gallery: what was measured, and what is projected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from countenance.entrypoints.pages.rates import one_in
from countenance.entrypoints.pages.words import counted

_FEW = 0.1
_MOST = 99.0
_PROJECTED = (
    "A false match rate says how often one comparison goes wrong; a search makes one for every reference. The"
    " figures below are 1 - (1 - FMR)^N (NIST IR 8429) at the upper bound of each group's rate, at 95 % for"
    " all groups at once, with every reference taken for one of the searched person's own group and for"
    " independent. They bound what may be claimed; measure at the size that is used."
)


def searches(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template shows of searches; `measured` is empty where none were made."""
    projection, measured = document["projection"], document["one_to_many"]
    return {
        "sizes": [f"{size:,}" for size in projection["sizes"]],
        "projected": [
            {
                "name": name,
                "rates": [_rate(rate) for rate in one["worst_upper"] or [None] * len(projection["sizes"])],
                "supported": "yes" if one["supported"] else "no",
            }
            for name, one in projection["groups"].items()
        ],
        "how": _PROJECTED,
        "largest": _largest(projection),
        "gallery": "" if measured is None else _gallery(measured["gallery"]),
        "measured": [] if measured is None else [_row(name, one) for name, one in measured["groups"].items()],
    }


def _largest(projection: Mapping[str, Any]) -> str:
    if projection["fpir_cap"] is None:
        return ""
    if projection["n_max"] is None:
        return "A group has no trials, so no gallery can be said to keep the cap."
    return (
        f"The largest gallery that would keep the worst group within {one_in(projection['fpir_cap'])}"
        f" searches for somebody who is not enrolled: {counted(projection['n_max'], 'reference')}."
    )


def _gallery(gallery: Mapping[str, Any]) -> str:
    return (
        f"Every probe was searched for in one gallery of {gallery['references']:,} references of"
        f" {counted(gallery['subjects'], 'subject')}. Strangers are probes of subjects who are not enrolled."
        " The intervals hold for this gallery."
    )


def _row(name: str, one: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": name,
        "fpir": _measured(one["fpir"], one["fpir_interval"]),
        "strangers": f"{one['nonmated_searches']:,}",
        "fnir": _measured(one["fnir"], one["fnir_interval"]),
        "mated": f"{one['mated_searches']:,}",
        "failed": f"{one['without_template']:,}",
    }


def _measured(rate: float | None, interval: Sequence[float] | None) -> str:
    if rate is None or interval is None:
        return "no searches"
    return f"{one_in(rate)} ({one_in(interval[0])} to {one_in(interval[1])})"


def share(rate: float) -> str:
    """Return how many of all searches: `1 in 80` where they are few, else as a percentage short of all."""
    if rate < _FEW:
        return one_in(rate)
    return f"over {_MOST:g} %" if rate > _MOST / 100 else f"{100 * rate:.2g} %"


def _rate(rate: float | None) -> str:
    return "no trials" if rate is None else share(rate)
