"""A measurement as a document: everything that its report shows, and the digest that the ledger holds."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import rfc8785

from countenance.fairness.assessment import Criteria, assess, group_rates
from countenance.fairness.documents import assessment_document
from countenance.fairness.figures import caps_ppb, figures_ppb, search_figures
from countenance.fairness.manifest import Manifest
from countenance.fairness.model import Numbers
from countenance.fairness.partitions import (
    Evidence,
    Partition,
    cross_table,
    curve,
    everybody,
    kept_scores,
    partition,
    trials_of,
    with_anybody,
)
from countenance.fairness.search_document import projection_document, search_document

FORMAT = 1
_BINS = 100


@dataclass(frozen=True, slots=True)
class NotAcquired:
    """An image that gave no template, by its place in the manifest, and the stable code of the reason."""

    place: int
    code: str


def measurement_document(
    manifest: Manifest, evidence: Evidence, criteria: Criteria, not_acquired: Sequence[NotAcquired]
) -> dict[str, Any]:
    """Return what was measured: the keys of an assessment at the finest grouping, and what lies beside it.

    `by_column` has each group column by itself where there are several; `kinds` compares pairs
    as chance brings them together with pairs of one group.
    """
    population = evidence.population
    every = tuple(range(len(population.columns)))
    finest = partition(population, every)
    chosen = [finest] if len(every) == 1 else [partition(population, (at,)) for at in every]
    judged = assess(trials_of(evidence, finest), criteria)
    projection = projection_document(judged, criteria.caps)
    searched = _searched(evidence, tuple({id(p): p for p in (finest, *chosen)}.values()))
    return {
        "format": FORMAT,
        **assessment_document(judged),
        "figures": {**figures_ppb(judged), "n_max": projection["n_max"], **search_figures(searched)},
        "caps_ppb": caps_ppb(judged),
        "projection": projection,
        "one_to_many": searched,
        "by_column": {one.name: _assessed(evidence, one, criteria) for one in chosen if one is not finest},
        "columns": [
            {"name": column.name, "source": column.source, "edges": list(column.edges)}
            for column in manifest.columns
        ],
        "images": len(manifest.images),
        "subjects": len(population.subjects),
        "not_acquired": _failures(population.cell_of_image, finest, not_acquired),
        "without_group": int(np.count_nonzero(finest.group_of_cell[population.cell_of_image] < 0)),
        "kinds": _kinds(evidence, finest),
        "cross": {
            one.name: _crossed(evidence, one) for one in {id(p): p for p in (*chosen, finest)}.values()
        },
        "curves": {name: _curve(evidence, finest, name) for name in finest.groups},
        "mated_scores": _scores(evidence, finest),
        "nonmated_scores": _non_mated_scores(evidence, finest),
        "scores_kept_from": evidence.compared.floor,
        "caps": criteria.caps.document(),
        "alpha": criteria.alpha,
    }


def _searched(evidence: Evidence, groupings: tuple[Partition, ...]) -> dict[str, Any] | None:
    """Return the searches by group; None where the manifest does not say who is searched for."""
    if evidence.searches is None:
        return None
    cells = evidence.population.cell_of_subject
    return search_document(evidence.searches, cells, groupings, evidence.threshold)


def document_digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of the document's canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(dict(document))).hexdigest()


def _assessed(evidence: Evidence, grouping: Partition, criteria: Criteria) -> dict[str, Any]:
    return assessment_document(assess(trials_of(evidence, grouping), criteria))


def _failures(
    cells: Numbers, finest: Partition, not_acquired: Sequence[NotAcquired]
) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for one in not_acquired:
        number = int(finest.group_of_cell[cells[one.place]])
        name = finest.groups[number] if number >= 0 else "no group"
        counts.setdefault(name, Counter())[one.code] += 1
    return {name: dict(sorted(found.items())) for name, found in sorted(counts.items())}


def _kinds(evidence: Evidence, finest: Partition) -> dict[str, Any]:
    """Return the FMR of pairs as chance brings them, and of pairs that share every group column.

    `by_group` has both for each group: pairs within it, and its images paired with anybody's.
    """
    random = trials_of(evidence, everybody(evidence.population))["everybody"]
    rates = group_rates(random, groups=1)
    within = [trials.non_mated for trials in trials_of(evidence, finest).values()]
    errors, trials = sum(one.errors for one in within), sum(one.trials for one in within)
    return {
        "random": {
            "nonmated": rates.fmr.trials,
            "false_matches": rates.fmr.errors,
            "fmr": rates.fmr.rate,
            "fmr_interval": [rates.fmr.lower, rates.fmr.upper],
            "mated": rates.fnmr.trials,
            "false_non_matches": rates.fnmr.errors,
            "fnmr": rates.fnmr.rate,
            "fnmr_interval": [rates.fnmr.lower, rates.fnmr.upper],
        },
        "yoked": _share(errors, trials),
        "by_group": {
            name: {
                "yoked": _share(one.errors, one.trials),
                "random": _share(*with_anybody(evidence, finest, at)),
            }
            for at, (name, one) in enumerate(zip(finest.groups, within, strict=True))
        },
    }


def _share(errors: int, trials: int) -> dict[str, Any]:
    return {
        "nonmated": trials,
        "false_matches": errors,
        "fmr": errors / trials if trials else None,
    }


def _crossed(evidence: Evidence, grouping: Partition) -> dict[str, Any]:
    table = cross_table(evidence, grouping)
    return {
        "groups": list(table.groups),
        "matches": [list(row) for row in table.matches],
        "pairs": [list(row) for row in table.pairs],
    }


def _curve(evidence: Evidence, finest: Partition, name: str) -> dict[str, list[float]] | None:
    found = curve(evidence, finest, name)
    if found is None:
        return None
    return {"thresholds": list(found.thresholds), "fmr": list(found.fmr), "fnmr": list(found.fnmr)}


def _scores(evidence: Evidence, finest: Partition) -> dict[str, list[int]]:
    """Return each group's mated scores in 100 bins of 0.02 from -1 to 1."""
    of_subject = finest.group_of_cell[evidence.population.cell_of_subject][evidence.mated_subjects]
    return {
        name: np.histogram(evidence.mated_scores[of_subject == number], bins=_BINS, range=(-1.0, 1.0))[
            0
        ].tolist()
        for number, name in enumerate(finest.groups)
    }


def _non_mated_scores(evidence: Evidence, finest: Partition) -> dict[str, list[int]]:
    """Return each group's non-mated scores in the same bins, from the floor above which they were kept."""
    return {
        name: kept_scores(evidence, finest, number).reshape(_BINS, -1).sum(axis=1).tolist()
        for number, name in enumerate(finest.groups)
    }
