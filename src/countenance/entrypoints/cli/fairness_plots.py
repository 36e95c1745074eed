"""The plots of a fairness report, as figures of matplotlib: readable in print and without colour.

Colours are those of Okabe and Ito, which people with any colour vision can tell apart; every
series has a marker or a line of its own as well. Text that came with the data is never read as
a formula.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from countenance.entrypoints.pages.fairness_systems import differences

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7F7F7F")
_MARKERS = "osD^vP*X"
_LINES = ("-", "--", "-.", ":")
_LONGEST = 44
_MOST_CURVES = 16
_MOST_WRITTEN = 12
_INK = "#1a1a1a"
_PALE = 0.5

_STYLE: Any = {
    "svg.hashsalt": "countenance",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.edgecolor": "#767676",
}


@dataclass(frozen=True, slots=True)
class Plot:
    """A figure, its title, and what it shows in words for whoever does not see it."""

    title: str
    figure: Figure
    words: str

    def svg(self) -> bytes:
        """Return the figure as SVG, the same bytes for the same figures."""
        written = io.BytesIO()
        with warnings.catch_warnings(), mpl.rc_context(_STYLE):
            warnings.filterwarnings("ignore", message="Glyph")  # a script that the font lacks shows as boxes
            self.figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
        return written.getvalue()


def plots(document: Mapping[str, Any]) -> list[Plot]:
    """Return the plots of a measurement's document, in the order of the report."""
    with mpl.rc_context(_STYLE):
        made = [_forest(document, "fmr"), _forest(document, "fnmr"), _det(document)]
        made += [_distributions(document)]
        made += [
            _heat(title, table) for title, table in document["cross"].items() if len(table["groups"]) > 1
        ]
    return made


def systems_plots(document: Mapping[str, Any]) -> list[Plot]:
    """Return the paired differences of a comparison of systems, one plot for each system that is compared."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in differences(document):
        if one["interval"] is not None:
            found.setdefault(one["system"], []).append(one)
    with mpl.rc_context(_STYLE):
        return [_apart(name, rows, document["reference"]) for name, rows in found.items()]


def _apart(name: str, rows: Sequence[Mapping[str, Any]], reference: str) -> Plot:
    figure = Figure(figsize=(7.2, 1.2 + 0.32 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for place, row in enumerate(rows):
        low, high = row["interval"]
        colour = _COLOURS[1] if row["shown"] == "yes" else _COLOURS[0]
        axes.plot([low, high], [place, place], color=colour, linewidth=2)
        axes.plot([row["difference"]], [place], "D" if row["shown"] == "yes" else "o", color=colour)
    axes.axvline(0.0, color=_INK, linewidth=0.8, linestyle="--")
    labels = [_short(f"{row['group']}: {row['kind'][-5:].strip('( )')}") for row in rows]
    for label in axes.set_yticks(range(len(rows)), labels):
        label.label1.set_parse_math(False)
    axes.invert_yaxis()
    axes.set_xlabel(_short(f"share of pairs wrong, less that of {reference}"), parse_math=False)
    shown = [row for row in rows if row["shown"] == "yes"]
    words = "; ".join(f"{row['group']}, {row['kind']}: {row['told']}" for row in shown)
    said = f"Shown to differ: {words}." if shown else "Every interval holds 0: no difference is shown."
    told = f"Differences from {reference} with 95 % intervals, {len(rows)} lines. {said}"
    return Plot(f"{name} against {reference}", figure, told)


def _forest(document: Mapping[str, Any], kind: str) -> Plot:
    """Return rates with their intervals, one line a group, with the cap."""
    groups: Mapping[str, Any] = document["groups"]
    words = {"fmr": "False match rate", "fnmr": "False non-match rate"}[kind]
    trials = {"fmr": "nonmated", "fnmr": "mated"}[kind]
    figure = Figure(figsize=(7.2, 1.2 + 0.32 * len(groups)), layout="constrained")
    axes = figure.subplots()
    least = min(
        (group[f"{kind}_interval"][1] for group in groups.values() if group[kind] is not None), default=1
    )
    smallest = max(least / 1000, 1e-9)
    for place, group in enumerate(groups.values()):
        if group[kind] is None:
            axes.text(smallest, place, "no trials", va="center", color=_INK)
            continue
        lower, upper = (max(bound, smallest) for bound in group[f"{kind}_interval"])
        axes.plot([lower, upper], [place, place], color=_COLOURS[0], linewidth=2)
        if group[kind] > 0:
            axes.plot(group[kind], place, "o", color=_COLOURS[0], markersize=6)
        else:
            axes.plot(upper, place, "<", color=_COLOURS[0], markersize=6)
    cap = document["caps"][kind]
    if cap is not None:
        axes.axvline(cap, color=_COLOURS[1], linestyle="--", linewidth=1.2, label=f"cap {cap:g}")
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), frameon=False, borderaxespad=0.1)
    axes.set_xscale("log")
    axes.set_ylim(len(groups) - 0.5, -0.5)
    _name(axes, [f"{name}  (n = {group[trials]:,})" for name, group in groups.items()])
    axes.set_xlabel(f"{words}, logarithmic")
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    told = (
        f"{words} of each group: a dot with a line for its 95 % interval, or an arrow at the upper bound"
        " where no error was seen. The figures stand in the table."
    )
    return Plot(f"{words} by group", figure, told)


def _name(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), [_short(name) for name in names])
    for label in axes.get_yticklabels():
        label.set_parse_math(False)


def _det(document: Mapping[str, Any]) -> Plot:
    """Return the trade-off of both rates for each group, the one threshold marked on every curve."""
    figure = Figure(figsize=(7.2, 4.6), layout="constrained")
    axes = figure.subplots()
    curves = [(name, found) for name, found in document["curves"].items() if found is not None]
    for number, (name, found) in enumerate(curves[:_MOST_CURVES]):
        colour, line = _COLOURS[number % len(_COLOURS)], _LINES[number // len(_COLOURS) % len(_LINES)]
        fmr = np.array(found["fmr"])
        shown = fmr > 0
        axes.plot(
            fmr[shown],
            np.array(found["fnmr"])[shown],
            line,
            color=colour,
            linewidth=1.4,
            drawstyle="steps-post",
        )
        group = document["groups"][name]
        at = (group["fmr"] or fmr[shown].min(initial=1.0), group["fnmr"])
        marker = _MARKERS[number % len(_MARKERS)]
        inside = colour if group["fmr"] else "white"
        label = _short(name) if group["fmr"] else f"{_short(name)} (no false match)"
        axes.plot(
            *at, marker, color=colour, markersize=7, linestyle=line, label=label, markerfacecolor=inside
        )
    axes.set_xscale("log")
    axes.set_xlabel("False match rate within the group, logarithmic")
    axes.set_ylabel("False non-match rate")
    top = max(0.02, axes.get_ylim()[1])
    axes.set_ylim(-0.03 * top, top)
    axes.grid(color="#dddddd", linewidth=0.6)
    if curves:
        for text in axes.legend(frameon=False, fontsize=8, loc="upper right").get_texts():
            text.set_parse_math(False)
    words = (
        f"Curves of {len(curves[:_MOST_CURVES])} groups; each marker is the group's rates at the same"
        " threshold. A hollow marker stands at the smallest rate that the group's trials can show, since"
        " none of them matched."
    )
    return Plot("Both errors over all thresholds (DET), marked at the one threshold", figure, words)


def _distributions(document: Mapping[str, Any]) -> Plot:
    """Return how the scores of each group lie about the one threshold, a row a group."""
    names = list(document["groups"])[:_MOST_CURVES]
    figure = Figure(figsize=(7.2, 0.9 + 0.62 * len(names)), layout="constrained")
    rows = figure.subplots(len(names), 1, sharex=True, squeeze=False)[:, 0]
    edges = np.linspace(-1.0, 1.0, len(document["mated_scores"][names[0]]) + 1)
    for axes, name in zip(rows, names, strict=True):
        for kind, colour, hatch, label in (
            ("nonmated_scores", _COLOURS[1], None, "two people"),
            ("mated_scores", _COLOURS[0], "////", "one person"),
        ):
            counts = np.array(document[kind][name], dtype=float)
            heights = counts / max(1.0, counts.max())
            filled = hatch is None
            axes.stairs(heights, edges, fill=filled, alpha=0.75, color=colour, hatch=hatch, label=label)
        axes.axvline(document["threshold"], color=_INK, linestyle="--", linewidth=1.0)
        axes.set_yticks([])
        axes.set_ylabel(_short(name), rotation=0, ha="right", va="center", parse_math=False)
    seen = np.sum(
        [document[kind][name] for kind in ("mated_scores", "nonmated_scores") for name in names], axis=0
    )
    lowest = edges[int(np.argmax(seen > 0))] if seen.any() else -1.0
    rows[-1].set_xlim(min(lowest, document["threshold"]) - 0.05, 1.0)
    rows[-1].set_xlabel("Score; the dashed line is the one threshold")
    rows[0].legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False, borderaxespad=0.1)
    words = (
        "Scores of each group, each kind drawn to its own height: pairs of two people filled, pairs of one"
        " person hatched."
        f" Scores of two people are shown from {document['scores_kept_from']:.2f}."
    )
    return Plot("How scores lie about the threshold", figure, words)


def _heat(title: str, table: Mapping[str, Any]) -> Plot:
    """Return false match rates between groups; pairs without a match are left white."""
    groups: Sequence[str] = table["groups"]
    matches, pairs = np.array(table["matches"], dtype=float), np.array(table["pairs"], dtype=float)
    rates = np.divide(matches, pairs, out=np.full_like(matches, np.nan), where=pairs > 0)
    size = 2.6 + 0.42 * len(groups)
    figure = Figure(figsize=(size + 1.6, size), layout="constrained")
    axes = figure.subplots()
    shown = np.log10(np.where(rates > 0, rates, np.nan))
    image = axes.imshow(shown, cmap="cividis_r")
    if np.isfinite(shown).any():
        bar = figure.colorbar(image, ax=axes, shrink=0.8)
        bar.set_label("False match rate, power of ten")
    names = [_short(name) for name in groups]
    axes.set_xticks(range(len(groups)), names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(groups)), names)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_parse_math(False)
    if len(groups) <= _MOST_WRITTEN:
        _write_rates(axes, rates, shown)
    words = f"False match rates between each two groups of {title}; figures in the file report.json."
    return Plot(f"False matches between groups: {title}", figure, words)


def _write_rates(axes: Axes, rates: np.ndarray[Any, Any], shown: np.ndarray[Any, Any]) -> None:
    low, high = (np.nanmin(shown), np.nanmax(shown)) if np.isfinite(shown).any() else (0.0, 1.0)
    for (row, column), rate in np.ndenumerate(rates):
        dark = rate > 0 and (shown[row, column] - low) / max(high - low, 1e-9) > _PALE
        text = "-" if np.isnan(rate) else "0" if rate == 0 else f"{rate:.1e}"
        axes.text(column, row, text, ha="center", va="center", fontsize=7, color="white" if dark else _INK)


def _short(name: str) -> str:
    """Return a name that fits beside a plot, and that matplotlib does not leave out for its first letter."""
    shown = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    return f" {shown}" if shown.startswith("_") else shown
