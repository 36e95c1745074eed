"""Decisions, packs and laws in plain words, and as documents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from countenance.entrypoints.cli.wording import day
from countenance.policy.explanation import reason_of
from countenance.policy.model import Decision, ObligationKind, Permit, Question, Reason

if TYPE_CHECKING:
    from countenance.entrypoints.cli.output import Output
    from countenance.policy.packs import Pack
    from countenance.policy.register import Law

_OBLIGATIONS = {
    ObligationKind.HOLD_FOR_EXAMINERS: "held until {value} examiners have judged it, each by themselves",
    ObligationKind.NO_SCORES: "no scores are shown",
    ObligationKind.LEAD_ONLY: "what comes out is a lead and nothing more",
    ObligationKind.BLUR_OTHERS: "everybody else in the image is blurred",
    ObligationKind.NOTIFY_SUBJECT: "the subject is notified",
    ObligationKind.DELETE_PROBE: "the probe is deleted afterwards",
    ObligationKind.EXPIRE_RESULT: "the result expires after {value} hours",
    ObligationKind.LOG_ART12: "start, end, gallery, matching input and examiners are logged",
    ObligationKind.FAIRNESS_EVIDENCE: "a report on error rates by group, {value} days old at most, stands",
}
_UNMET = "[ ]"
_MET = "[x]"


def long_day(value: date) -> str:
    """Return a date as people write it: `11 June 2020`."""
    return f"{value.day} {value:%B} {value.year}"


def say_decision(output: Output, question: Question, decision: Decision) -> None:
    """Print the outcome first, then each rule with its dates, source and re-opening, then the conditions."""
    permitted = isinstance(decision, Permit)
    unmet = any(not condition.met for condition in decision.conditions)
    permit = "Permitted, if the conditions below are met." if unmet else "Permitted."
    output.say(permit if permitted else "Refused.", style="bold green" if permitted else "bold red")
    output.say(f"Asked for {long_day(question.on.date())}.")
    checked = _checked(decision.reasons)
    for reason in decision.reasons:
        output.say("")
        output.say(_sentence(reason))
        rows = [("rule", f"{reason.id} ({reason.pack})"), ("source", reason.source)]
        if reason.id in checked:
            rows.append(("checked", checked[reason.id]))
        if not permitted:
            rows.append(("to re-open", reason.reopens or "nothing re-opens this"))
        output.facts(rows, indent=2)
    if decision.conditions:
        output.say("\nConditions:")
        output.facts(
            [(_MET if condition.met else _UNMET, condition.text) for condition in decision.conditions],
            indent=2,
        )
    if isinstance(decision, Permit) and decision.obligations:
        output.say("\nObligations:")
        output.facts(
            [("-", _OBLIGATIONS[one.kind].format(value=one.value)) for one in decision.obligations], indent=2
        )


def pack_document(pack: Pack) -> dict[str, Any]:
    """Return a pack as JSON has it, its rules with their dates."""
    return {
        "name": pack.name,
        "title": pack.title,
        "about": " ".join(pack.about.split()),
        "versions": list(pack.versions),
        "digest": pack.digest,
        "rules": [
            {
                "id": reason.id,
                "pack": reason.pack,
                "text": reason.text,
                "source": reason.source,
                "from": day(reason.valid_from),
                "until": day(reason.valid_until),
                "reopens": reason.reopens,
            }
            for reason in map(reason_of, pack.rules)
        ],
    }


def law_document(law: Law) -> dict[str, Any]:
    """Return a law as JSON has it."""
    return {
        "id": law.id,
        "jurisdiction": law.jurisdiction,
        "citation": law.citation,
        "from": day(law.valid_from),
        "until": day(law.valid_until),
        "status": law.status.value,
        "binds": law.binds,
        "effects": sorted({clause.effect.value for clause in law.clauses}),
        "summary": law.summary,
        "exemptions": law.exemptions,
        "remedy": law.remedy,
        "confidence": law.confidence,
        "verified_on": day(law.verified_on),
        "sources": list(law.sources),
    }


def checked_words(law: Law, today: date) -> str:
    """Return when the law was last checked against its source, with a warning where that is long ago."""
    from countenance.policy.calendar import STALE_AFTER  # noqa: PLC0415  start-up stays quick

    if law.verified_on is None:
        return "no check against the source on record; the stricter reading holds until there is one"
    day = long_day(law.verified_on)
    if today - law.verified_on > STALE_AFTER:
        return f"not since {day}; the stricter reading holds until it is checked again"
    return day


def law_facts(law: Law) -> Iterable[tuple[str, str]]:
    """Return a law as labels and values."""
    since = long_day(law.valid_from) if law.valid_from is not None else "never in force"
    until = f" until {long_day(law.valid_until)} (excluded)" if law.valid_until is not None else ""
    rows = [
        ("where", law.jurisdiction),
        ("from", f"{since}{until}"),
        ("binds", law.binds),
        ("says", law.summary),
        ("exempt", law.exemptions),
        ("remedy", law.remedy),
        ("confidence", law.confidence),
        ("checked", checked_words(law, datetime.now(UTC).date())),
        ("sources", "; ".join(law.sources)),
    ]
    return [(label, value) for label, value in rows if value]


def _checked(reasons: Iterable[Reason]) -> dict[str, str]:
    """Return by the laws among the reasons when each was last checked against its source."""
    from countenance.policy.register import LAWS, shipped_register  # noqa: PLC0415  start-up stays quick

    named = {reason.id for reason in reasons if reason.pack == LAWS}
    today = datetime.now(UTC).date()
    laws = shipped_register().laws if named else ()
    return {law.id: checked_words(law, today) for law in laws if law.id in named}


def _sentence(reason: Reason) -> str:
    """Return the rule's text with its dates: the last word before the full stop carries them."""
    dates = [
        f"{word} {long_day(value)}"
        for word, value in (("since", reason.valid_from), ("until", reason.valid_until))
        if value is not None
    ]
    return f"{reason.text.rstrip('.')} ({', '.join(dates)})." if dates else reason.text
