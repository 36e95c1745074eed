"""Obligations one by one: whom each obliges, to do what, and who sees to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from countenance.entrypoints.pages.words import plain
from countenance.policy.model import Act, Obligation, ObligationKind
from countenance.vetting.foresight import Foreseen


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation in plain words. `when` says for which acts, and is empty where it is for all."""

    kind: ObligationKind
    title: str
    who: str
    what: str
    kept: str
    when: str = ""


_PROGRAM: Final = "The program does it, and the ledger shows it."
_CUSTOMER: Final = (
    "The customer does it; no program can see whether it was done. Reviewers ask for the record of it."
)

_DUTIES: Final[Mapping[ObligationKind, tuple[str, str, str, str]]] = {
    ObligationKind.HOLD_FOR_EXAMINERS: (
        "People judge it first",
        "The customer, and {value} examiners",
        (
            "Nobody who searches sees a candidate until {value} trained examiners have judged the pictures, "
            "each alone, without score, rank or name. The customer has them ready."
        ),
        "The program holds the result until then.",
    ),
    ObligationKind.NO_SCORES: (
        "No scores",
        "Whoever gets the answer",
        "The answer says what was found and not how alike it was, so that no number is read as a certainty.",
        "The program leaves scores out.",
    ),
    ObligationKind.LEAD_ONLY: (
        "A lead and nothing more",
        "Whoever gets the answer",
        (
            "Nobody is stopped, searched, refused or accused because of it alone: something else that was "
            "found independently has to say the same."
        ),
        "The program marks the answer as a lead. Acting on it alone breaks the lease.",
    ),
    ObligationKind.BLUR_OTHERS: (
        "Other people are blurred",
        "The customer",
        (
            "Before the picture is kept, shown or passed on, the faces of everybody else in it are made "
            "unrecognisable."
        ),
        _CUSTOMER,
    ),
    ObligationKind.NOTIFY_SUBJECT: (
        "The person is told",
        "The customer",
        "Whoever was looked for or compared is told that it happened, when, what for, and how to object.",
        _CUSTOMER,
    ),
    ObligationKind.DELETE_PROBE: (
        "The picture that was asked with is deleted",
        "The program, and the customer",
        (
            "The picture and what was computed from it are kept no longer than the question takes, with the "
            "judgement of people where there is one. The customer deletes its own copies."
        ),
        "The program deletes what it holds. Copies elsewhere are the customer's.",
    ),
    ObligationKind.EXPIRE_RESULT: (
        "The result expires",
        "Whoever gets the answer",
        "After {value} hours the result is used for nothing any more, and copies of it are deleted.",
        "The program ends what it holds at that hour. Copies elsewhere are the customer's.",
    ),
    ObligationKind.LOG_ART12: (
        "Each use is logged",
        "The program, and the customer",
        (
            "Beginning and end of each use, the gallery, the picture that led to a result and the people who "
            "judged it are on record (EU AI Act, article 12(3)). The customer keeps that record."
        ),
        _PROGRAM,
    ),
    ObligationKind.FAIRNESS_EVIDENCE: (
        "Error rates by group are measured, and known",
        "Whoever runs the installation",
        (
            "A report on error rates by group, for this model, threshold and kind of use, is registered and "
            "at most {value} days old. Without one the act is refused."
        ),
        _PROGRAM,
    ),
}


def duties_of(obligations: Iterable[Obligation]) -> Sequence[Duty]:
    """Return obligations one by one, in the order of the closed list."""
    return [_duty(one, "") for one in sorted(set(obligations), key=_order)]


def duties_foreseen(foreseen: Iterable[Foreseen]) -> Sequence[Duty]:
    """Return what permits would oblige to, each once, with the acts it comes with where not with all."""
    permitted = [one for one in foreseen if one.permitted]
    acts = {one.act for one in permitted}
    held: dict[Obligation, set[Act]] = {}
    for one in permitted:
        for obligation in one.obligations:
            held.setdefault(obligation, set()).add(one.act)
    return [
        _duty(one, "" if held[one] == acts else _listed(act for act in Act if act in held[one]))
        for one in sorted(held, key=_order)
    ]


def _duty(obligation: Obligation, when: str) -> Duty:
    title, who, what, kept = (text.format(value=obligation.value) for text in _DUTIES[obligation.kind])
    return Duty(obligation.kind, title, who, what, kept, when)


def _order(obligation: Obligation) -> tuple[int, int]:
    return list(ObligationKind).index(obligation.kind), obligation.value or 0


def _listed(acts: Iterable[Act]) -> str:
    words = [plain(act) for act in acts]
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
