"""1:N as values for JSON: measured searches by group, and what rates mean at other gallery sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from countenance.biometrics.projection import GALLERY_SIZES, largest_gallery, projected_fpir
from countenance.fairness.intervals import rate_of
from countenance.fairness.model import Assessment, Caps, Numbers, Rate
from countenance.fairness.open_set import RANKS, Searches, false_negatives, false_positives
from countenance.fairness.partitions import Partition
from countenance.fairness.verdicts import ERRORS_NEEDED

_NO_THRESHOLD = float("-inf")


def search_document(
    searches: Searches, cell_of_subject: Numbers, groupings: tuple[Partition, ...], threshold: float
) -> dict[str, Any]:
    """Return the searches by the groups of the first of `groupings`, and by the others beside it.

    A group's searches are those by probes of its subjects, in the one gallery of all.
    """
    finest, *others = groupings
    of_subject = finest.group_of_cell[cell_of_subject]
    return {
        "gallery": {
            "subjects": len(searches.enrolled),
            "references": searches.references,
            "by_group": {
                name: int(np.count_nonzero(of_subject[searches.enrolled] == number))
                for number, name in enumerate(finest.groups)
            },
        },
        "ranks": list(RANKS),
        "groups": _groups(searches, cell_of_subject, finest, threshold),
        "by_column": {
            one.name: {"groups": _groups(searches, cell_of_subject, one, threshold)} for one in others
        },
    }


def projection_document(assessment: Assessment, caps: Caps) -> dict[str, Any]:
    """Return the FPIR that each group's FMR projects for galleries of 10^3 to 10^7 references.

    `supported` tells whether 30 false matches stand behind the rate; without them the upper bound
    is all that can be said. `n_max` is the largest gallery that keeps the worst group's upper
    bound within the cap of FPIR, None where no cap was named or a group has no trial.
    """
    groups = {name: rates.fmr for name, rates in assessment.groups}
    uppers = [rate.worst_upper for rate in groups.values()]
    known = [upper for upper in uppers if upper is not None]
    complete = bool(known) and len(known) == len(uppers)
    return {
        "sizes": list(GALLERY_SIZES),
        "groups": {name: _projected(rate) for name, rate in groups.items()},
        "fpir_cap": caps.fpir,
        "gallery_size": caps.gallery_size,
        "n_max": largest_gallery(max(known), caps.fpir) if complete and caps.fpir is not None else None,
    }


def _projected(rate: Rate) -> dict[str, Any]:
    return {
        "supported": rate.errors >= ERRORS_NEEDED,
        "fpir": _at_sizes(rate.rate),
        "lower": _at_sizes(rate.lower),
        "upper": _at_sizes(rate.upper),
        "worst_upper": _at_sizes(rate.worst_upper),
    }


def _at_sizes(fmr: float | None) -> list[float] | None:
    return None if fmr is None else [projected_fpir(fmr, size) for size in GALLERY_SIZES]


def _groups(
    searches: Searches, cell_of_subject: Numbers, grouping: Partition, threshold: float
) -> dict[str, Any]:
    of_subject = grouping.group_of_cell[cell_of_subject]
    count = len(grouping.groups)
    told: dict[str, Any] = {}
    for number, name in enumerate(grouping.groups):
        chosen = of_subject == number
        positives = false_positives(searches, chosen, threshold)
        by_rank = [false_negatives(searches, chosen, threshold, rank) for rank in RANKS]
        unbounded = [false_negatives(searches, chosen, _NO_THRESHOLD, rank) for rank in RANKS]
        fpir, fnir = rate_of(positives, groups=count), rate_of(by_rank[0], groups=count)
        told[name] = {
            "mated_searches": fnir.trials,
            "nonmated_searches": fpir.trials,
            "false_negatives": fnir.errors,
            "false_positives": fpir.errors,
            "without_template": positives.failures + by_rank[0].failures,
            "fpir": fpir.rate,
            "fpir_interval": _interval(fpir),
            "fpir_worst_upper": fpir.worst_upper,
            "fnir": fnir.rate,
            "fnir_interval": _interval(fnir),
            "fnir_worst_upper": fnir.worst_upper,
            "fnir_by_rank": [tally.rate for tally in by_rank],
            "fnir_by_rank_without_threshold": [tally.rate for tally in unbounded],
        }
    return told


def _interval(rate: Rate) -> list[float] | None:
    return None if rate.lower is None or rate.upper is None else [rate.lower, rate.upper]
