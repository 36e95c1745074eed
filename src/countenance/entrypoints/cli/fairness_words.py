"""An assessment by group in words, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from countenance.entrypoints.cli.wording import counted
from countenance.entrypoints.pages.rates import figure, one_in

if TYPE_CHECKING:
    from countenance.entrypoints.cli.output import Output

VERDICTS = {
    "pass": "pass: every group's upper bound lies within every cap that was named",
    "fail": "fail: at least one group lies over a cap",
    "insufficient evidence": "insufficient evidence: too little was measured to say that the caps are kept",
    "no cap named": "not judged: no cap was named",
}
"""The overall verdict as a sentence."""

_MEASURES = {
    "fmr_max_geomean": "largest FMR / geometric mean",
    "fmr_max_min": "largest FMR / smallest",
    "gini_fmr": "Gini of FMR",
    "gini_fnmr": "Gini of FNMR",
    "garbe": "GARBE",
    "ir": "inequity rate",
    "fdr": "FDR (blind to small rates)",
}


def say_assessment(output: Output, document: Mapping[str, Any]) -> None:
    """Print the verdict first, then each group, the measures, and what must be said of them."""
    output.say(VERDICTS[document["verdict"]], style="bold")
    for cap, verdict in document["verdicts"].items():
        for name, one in verdict["groups"].items():
            output.say(f"{cap.upper()}, {name}: {one['verdict']}; {one['why']}", indent=2)
    output.table(("group", "false matches", "false non-matches"), _groups(document))
    output.facts([(words, figure(document[name])) for name, words in _MEASURES.items()])
    for remark in (*document["undefined"], *document.get("remarks", ())):
        output.say(remark)


def rate(value: float | None, interval: list[float] | None, trials: int) -> str:
    """Return a rate as people compare them, with its interval and its trials."""
    if value is None or interval is None:
        return "no trials"
    return f"{one_in(value)} ({one_in(interval[0])} to {one_in(interval[1])}; {counted(trials, 'trial')})"


def rate_alone(value: float | None) -> str:
    """Return a rate as people compare them."""
    return "no trials" if value is None else one_in(value)


def _groups(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, group in document["groups"].items():
        yield (
            name,
            rate(group["fmr"], group["fmr_interval"], group["nonmated"]),
            rate(group["fnmr"], group["fnmr_interval"], group["mated"]),
        )
