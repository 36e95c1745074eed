"""What examiners' verdicts come to. Pure, so that it can be tried with every sequence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from countenance.oversight.model import CaseState

MOST_SPARE: Final = 3
"""Examiners beyond those needed before a case without agreement is no lead."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Where a case stands, and the references on which enough examiners agree, in order."""

    state: CaseState
    agreed: tuple[str, ...] = ()


def finding(
    needed: int, candidates: Collection[str], supported: Sequence[frozenset[str]], *, taken: int
) -> Finding:
    """Return where a case stands that `needed` examiners must judge.

    `candidates` are the references of those who are still there, `supported` what each counted
    assignment supports, `taken` how many assignments of the case were concluded in all, counted or
    not. Each verdict counts alone: who agreed is never asked, only how many. Exactly `needed` who
    are of one mind decide; where they differ one more is asked, and then as many as `needed` decide.
    """
    if not candidates:
        return Finding(CaseState.WITHDRAWN)
    if len(supported) < needed:
        if taken >= needed + MOST_SPARE:
            return Finding(CaseState.NO_LEAD)
        return Finding(CaseState.IN_REVIEW if taken else CaseState.HELD)
    counts = {one: sum(one in chosen for chosen in supported) for one in candidates}
    agreed = tuple(sorted(one for one, count in counts.items() if count >= needed))
    differ = any(0 < count < needed for count in counts.values())
    if len(supported) == needed and differ:
        return Finding(CaseState.ADJUDICATION)
    return Finding(CaseState.AGREED if agreed else CaseState.NO_LEAD, agreed)
