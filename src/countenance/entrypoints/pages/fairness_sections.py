"""The words of a fairness report, section by section, from the measurement's document.

Words are chosen: a rate has its trials and its interval, a verdict says what it rests on, and no
report says of a system that it treats everybody alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from countenance.entrypoints.pages.fairness_searches import searches
from countenance.entrypoints.pages.rates import figure, one_in
from countenance.fairness.assessment import DRAWS, SEED
from countenance.fairness.manifest import SOURCE_NOT_STATED

VERDICTS = {
    "pass": (
        "pass",
        "Within the caps, on this data",
        (
            "With 95 % confidence for all groups at once, no group's error rate is over a cap that was named."
            " This holds for this data and this threshold; it says nothing of groups, cameras or uses that"
            " were not measured."
        ),
    ),
    "fail": (
        "fail",
        "Over a cap",
        "At least one group's error rate is over a cap that was named, beyond what chance would explain.",
    ),
    "insufficient evidence": (
        "insufficient",
        "Insufficient evidence",
        (
            "Too little was measured to say whether every group is within the caps. This is not a pass: a"
            " system must not be relied on for what was not shown."
        ),
    ),
    "no cap named": (
        "none",
        "Not judged: no cap was named",
        "The figures below were measured, and nobody said beforehand which of them would be too high.",
    ),
}
CAPS = {
    "fmr": "False match rate",
    "fnmr": "False non-match rate",
    "fta": "Failure to acquire",
    "fte": "Failure to enrol",
    "fpir": "False positive identification",
    "fmr_max_geomean": "Largest FMR over the geometric mean",
}
_MEASURES = (
    ("fmr_max_geomean", "Largest FMR over the geometric mean", "1", ("How many times the worst group's rate"
     " is a typical group's (NIST IR 8429).")),
    ("fmr_max_min", "Largest FMR over the smallest", "1", "Undefined if a group has none (NIST IR 8280)."),
    ("gini_fmr", "Gini of FMR", "0", "With the factor n / (n - 1); 1 where one group has every error."),
    ("gini_fnmr", "Gini of FNMR", "0", "The same of false non-matches."),
    ("garbe", "GARBE", "0", "Mean of both Gini coefficients (Howard and others 2022)."),
    ("ir", "Inequity rate", "1", "Both ratios blended (Grother 2021)."),
    ("fdr", "FDR", "1", ("Blind to small rates: a hundredfold difference at FMR 1 in 100,000 leaves it at"
     " 0.995. Shown, never judged.")),
)  # fmt: skip
_LIMITS = (
    "Non-mated pairs are of people who do not try to pass for each other.",
    "Labels are taken as they were recorded; nothing was told from an image.",
    "Failures to match are often a matter of light and cameras, and may be other where the system is used.",
    (
        "Where a group has no errors its upper bound takes trials as independent; trials that share subjects"
        " say less, so the bound is too low."
    ),
    "Groups that are not in the manifest were not measured.",
)
_METHOD = (
    (
        "One threshold for everybody; a score equal to it is a match. All pairs of images of one subject are"
        " mated trials, all pairs of images of different subjects of one group that group's non-mated trials."
    ),
    (
        "Images without a usable face take no part in FMR and FNMR and are counted as failures to acquire;"
        " report.json has FAR and FRR, which carry them."
    ),
    (
        "Intervals are at 95 %: Jeffreys' interval on the number of independent trials that would vary as"
        " these do when subjects are drawn anew, both subjects of a non-mated pair; exact without errors."
    ),
    "Bounds for the worst group are divided among the groups (Bonferroni).",
)


def sections(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template shows, by section."""
    return {
        "verdict": _verdict(document),
        "verdicts": list(_verdicts(document)),
        "rates": list(_rates(document)),
        "measures": [
            {"name": name, "value": _measure(document, key), "equal": equal, "read": read}
            for key, name, equal, read in _MEASURES
        ],
        "notes": _notes(document),
        "yoked": _yoked(document["kinds"]),
        "kinds": list(_kinds(document["kinds"])),
        "carried": list(_carried(document["groups"])),
        "searches": searches(document),
        "failures": [
            {"group": group, "code": code.replace("_", " "), "count": f"{count:,}"}
            for group, codes in document["not_acquired"].items()
            for code, count in codes.items()
        ],
        "data": list(_data(document)),
        "limits": _LIMITS,
        "method": _METHOD,
        "reproduce": list(_reproduce(document)),
    }


def _verdict(document: Mapping[str, Any]) -> dict[str, Any]:
    style, word, sentence = VERDICTS[document["verdict"]]
    return {
        "style": style,
        "word": word,
        "sentence": sentence,
        "foremost": list(_foremost(document["groups"])),
    }


def _foremost(groups: Mapping[str, Any]) -> Iterator[str]:
    """Yield the two sentences that everybody should read: the worst group of each error."""
    sentences = {
        "fmr": "Of pairs of two different people, most were taken for one in the group {name}: {rate}, and it"
        " may be as many as {upper}.",
        "fnmr": "Of pairs of images of one person, most were not recognised in the group {name}: {rate}, and"
        " it may be as many as {upper}.",
    }
    for kind, sentence in sentences.items():
        known = [(group[kind], name) for name, group in groups.items() if group[kind] is not None]
        if not known:
            continue
        rate, name = max(known)
        if rate > 0:
            upper = groups[name][f"{kind}_worst_upper"]
            yield sentence.format(name=name, rate=one_in(rate), upper=one_in(upper))
            continue
        bound, name = max(
            (group[f"{kind}_worst_upper"], name) for name, group in groups.items() if group[kind] == 0
        )
        seen = "false match" if kind == "fmr" else "false non-match"
        yield f"No {seen} was seen in any group; in the group {name} there may be {one_in(bound)}."


def _verdicts(document: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for cap, verdict in document["verdicts"].items():
        for name, one in verdict["groups"].items():
            yield {
                "what": CAPS[cap],
                "cap": "none named" if verdict["cap"] is None else f"{verdict['cap']:g}",
                "group": name,
                "verdict": one["verdict"],
                "why": one["why"],
            }


def _rates(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    title = " and ".join(column["name"] for column in document["columns"])
    for name, part in ((title, document), *document["by_column"].items()):
        yield {"title": name, "rows": [_row(group, one) for group, one in part["groups"].items()]}


def _row(name: str, group: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": name,
        "fmr": _rate(group["fmr"], group["fmr_interval"]),
        "fnmr": _rate(group["fnmr"], group["fnmr_interval"]),
        "fta": _rate(group["fta"], group["fta_interval"]),
        "mated": f"{group['mated']:,}",
        "nonmated": f"{group['nonmated']:,}",
        "subjects": str(group["nonmated_subjects"]),
    }


def _rate(rate: float | None, interval: Sequence[float] | None) -> str:
    if rate is None or interval is None:
        return "no trials"
    return f"{one_in(rate)} ({one_in(interval[0])} to {one_in(interval[1])})"


def _measure(document: Mapping[str, Any], key: str) -> str:
    value = figure(document[key])
    low, high = document["fmr_max_geomean_interval"]
    if key == "fmr_max_geomean" and low is not None:
        return f"{value} ({low:.3g} to {high:.3g})"
    return value


def _notes(document: Mapping[str, Any]) -> list[str]:
    estimated = "A group has no errors, so rates of (errors + 1/2) / (trials + 1) stand in for all in: {}."
    names = [name.replace("_", " ") for name in document["estimated"]]
    return [*([estimated.format(", ".join(names))] if names else []), *document["undefined"]]


def _yoked(kinds: Mapping[str, Any]) -> str:
    """Return what pairs of one group have beside pairs as chance brings them."""
    random, yoked = kinds["random"], kinds["yoked"]
    if not (random["fmr"] and yoked["fmr"]):
        return (
            "Pairs of people as chance brings them together hide differences: compare within groups. Too few"
            " false matches were seen here to show it."
        )
    return (
        f"Among all pairs of different people {one_in(random['fmr'])} was taken for one; among pairs that"
        f" share every group, {one_in(yoked['fmr'])}: {yoked['fmr'] / random['fmr']:.2g} times as many. Pairs"
        " as chance brings them together hide differences, so groups are compared within themselves."
    )


def _kinds(kinds: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield each group's FMR within the group, and with anybody."""
    for name, one in kinds["by_group"].items():
        yield {
            "name": name,
            **{
                kind: "no trials" if one[kind]["fmr"] is None else one_in(one[kind]["fmr"])
                for kind in ("yoked", "random")
            },
        }


def _carried(groups: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the rates that carry failures to acquire and to enrol."""
    for name, group in groups.items():
        rates = {kind: _alone(group[kind]) for kind in ("far", "frr", "gfar", "gfrr")}
        yield {"name": name, "fte": _rate(group["fte"], group["fte_interval"]), **rates}


def _alone(rate: float | None) -> str:
    return "no trials" if rate is None else one_in(rate)


def _data(document: Mapping[str, Any]) -> Iterator[str]:
    yield f"{document['images']:,} images of {document['subjects']:,} subjects, named {document['name']}."
    for column in document["columns"]:
        stated = column["source"]
        if stated == SOURCE_NOT_STATED:
            yield f"{column['name']}: nobody stated where these labels come from; do not rely on them."
        else:
            yield f"{column['name']}: labels are {stated}."
        if column["edges"]:
            yield f"{column['name']} is a number, in bands from {', '.join(map(str, column['edges']))}."
    if document["without_group"]:
        yield f"{document['without_group']:,} images lack a label and are in no group that needs it."
    yield from document["remarks"]


def _reproduce(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    record = document["record"]
    yield "command", record["command"]
    yield "threshold", f"{document['threshold']}"
    yield "calibration", document["calibration"] or "none: a score was given"
    yield "model", document["model_digest"]
    yield "pipeline", document["pipeline_version"]
    yield "data set", document["data_set_digest"]
    yield "plan", f"{document['plan_digest']}, ledger entry {record['registered']}"
    yield "report", f"{record['digest']}, ledger entry {record['entry']}, decision {record['decision_id']}"
    yield "seed", f"{SEED}, {DRAWS:,} draws for the interval of the ratio"
