"""The words of a comparison of systems, section by section: verdicts first, then where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from countenance.entrypoints.pages.fairness_sections import CAPS, VERDICTS
from countenance.entrypoints.pages.rates import one_in

_KINDS = {
    "fmr": "two people taken for one (FMR)",
    "fnmr": "one person not recognised (FNMR)",
}
_ORDER = ("fail", "insufficient evidence", "no cap named", "pass")
_LIMITS = (
    (
        "Each system is judged at the threshold that it was given; scales differ between systems, and so "
        "may what the thresholds were chosen for."
    ),
    (
        "Differences are paired: both systems saw the same pairs, and only pairs that both could compare "
        "count."
    ),
    (
        "A difference is said to be shown where its 95 % interval leaves out 0. With many groups some "
        "will by chance: a difference in one group is a reason to measure more."
    ),
    "Non-mated pairs are of people who do not try to pass for each other.",
    "Labels are taken as they were recorded; nothing was told from an image.",
)
_METHOD = (
    (
        "All mated pairs of the manifest and the non-mated pairs within each smallest group, or as many "
        "of each as were asked for, drawn from a fixed seed; or the pairs of a list."
    ),
    (
        "Intervals of rates are at 95 %: Jeffreys' interval on effective trials; those of paired "
        "differences are over subjects, both of a non-mated pair."
    ),
    "Pairs that a system could not compare take no part in its rates, and are counted.",
)


def systems_sections(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template shows of a comparison, by section."""
    systems = document["systems"]
    gravest = next(word for word in _ORDER if word in {one["verdict"] for one in systems.values()})
    style, _, _ = VERDICTS[gravest]
    return {
        "verdict": {
            "style": style,
            "word": _heading(systems),
            "sentence": _shown(document),
            "foremost": [_of_system(name, one) for name, one in systems.items()],
        },
        "verdicts": [row for name, one in systems.items() for row in _verdicts(name, one)],
        "rates": [row for name, one in systems.items() for row in _rates(name, one)],
        "differences": list(differences(document)),
        "systems": [_system(name, one) for name, one in systems.items()],
        "limits": _LIMITS,
        "method": _METHOD,
        "reproduce": list(_reproduce(document)),
    }


def differences(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each paired difference from the reference: in words, and as numbers for a plot."""
    for name, apart in document["differences"].items():
        for group, kinds in (("everybody", apart["everybody"]), *apart["groups"].items()):
            for kind, one in kinds.items():
                yield {
                    "system": name,
                    "group": group,
                    "kind": _KINDS[kind],
                    "difference": one["difference"],
                    "interval": one["interval"],
                    "told": _told(one),
                    "pairs": f"{one['trials']:,}",
                    "shown": "yes" if one["shown"] else "no",
                }


def _told(one: Mapping[str, Any]) -> str:
    if one["difference"] is None or one["interval"] is None:
        return "no pairs"
    low, high = one["interval"]
    return f"{one['difference']:+.3g} ({low:+.3g} to {high:+.3g})"


def _heading(systems: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}: {VERDICTS[one['verdict']][1].lower()}" for name, one in systems.items())


def _shown(document: Mapping[str, Any]) -> str:
    found = [one for one in differences(document) if one["shown"] == "yes"]
    if not document["differences"]:
        return "One system was measured, and compared with no other."
    if not found:
        return (
            f"On {document['pairs']:,} pairs no difference from {document['reference']} is shown. That is not"
            " a finding that there is none: the intervals below say how large it may be."
        )
    where = "; ".join(f"{one['system']}, {one['group']}: {one['kind']} {one['told']}" for one in found)
    return f"Against {document['reference']} a difference is shown for {where}."


def _of_system(name: str, one: Mapping[str, Any]) -> str:
    worst = []
    for kind, words in (("fmr", "false matches"), ("fnmr", "false non-matches")):
        known = [
            (group[kind], group[f"{kind}_worst_upper"], label)
            for label, group in one["groups"].items()
            if group[kind] is not None
        ]
        if known:
            rate, upper, label = max(known)
            seen = f"up to {one_in(rate)}" if rate else "none seen"
            worst.append(f"{words}: {seen}, and maybe {one_in(upper)}, in {label}")
    return f"{name}, at {one['threshold']:g}: {'; '.join(worst) or 'nothing could be compared'}."


def _verdicts(name: str, one: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for cap, verdict in one["verdicts"].items():
        for group, said in verdict["groups"].items():
            limit = "none named" if verdict["cap"] is None else f"{verdict['cap']:g}"
            told = {"system": name, "what": CAPS[cap], "cap": limit, "group": group}
            yield {**told, "verdict": said["verdict"], "why": said["why"]}


def _rates(name: str, one: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for group, rates in one["groups"].items():
        yield {
            "system": name,
            "group": group,
            "fmr": _rate(rates["fmr"], rates["fmr_interval"]),
            "nonmated": f"{rates['nonmated']:,}",
            "fnmr": _rate(rates["fnmr"], rates["fnmr_interval"]),
            "mated": f"{rates['mated']:,}",
        }


def _rate(rate: float | None, interval: Sequence[float] | None) -> str:
    if rate is None or interval is None:
        return "no trials"
    return f"{one_in(rate)} ({one_in(interval[0])} to {one_in(interval[1])})"


def _system(name: str, one: Mapping[str, Any]) -> dict[str, str]:
    where = one["endpoint"] or one["model"] or "the models that run here"
    return {
        "system": name,
        "kind": str(one["kind"]),
        "what": str(where),
        "threshold": f"{one['threshold']:g}",
        "missed": f"{one['not_compared']:,}",
    }


def _reproduce(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    record = document["record"]
    yield "command", record["command"]
    yield "plan", f"{document['plan_digest']}, ledger entry {record['registered']}"
    yield "report", f"{record['digest']}, ledger entry {record['entry']}, decision {record['decision_id']}"
