"""A question in words, as a lawyer would read it out."""

from __future__ import annotations

from datetime import date
from typing import Final

from countenance.policy.instruments import Instrument
from countenance.policy.model import Act, Question

_ACTS: Final = {
    Act.DETECT: "finds faces",
    Act.ENROL: "enrols a subject",
    Act.VERIFY: "compares a face with one other",
    Act.IDENTIFY: "searches a gallery for a face",
    Act.SEARCH_STORED: "searches stored material for a face",
    Act.WATCH: "watches for faces live",
    Act.REDACT: "redacts faces",
    Act.ERASE: "erases a reference",
    Act.MEASURE: "measures error rates",
}


def long_day(value: date) -> str:
    """Return a date as people write it: `11 June 2020`."""
    return f"{value.day} {value:%B} {value.year}"


def in_words(question: Question, *, day: bool = True) -> str:
    """Return the question as one sentence; its day stands first unless `day` is False."""
    parts = [f"On {long_day(question.on.date())}: " if day else "", _asker(question)]
    parts += [" ", _ACTS[question.act], f" (`{question.act}`)"]
    where = (
        " and ".join(f"`{place}`" for place in sorted(question.jurisdictions)) or "a place that is not said"
    )
    parts.append(f" in {where}")
    for label, value in (
        ("for", question.purpose),
        ("space", question.space),
        ("camera", question.camera),
    ):
        parts.append(f", {label} `{value}`" if value is not None else f", {label} not said")
    parts.append(", with consent" if question.consent else ", without consent")
    if question.minor:
        parts.append(", of a minor")
    if question.gallery is not None and question.gallery.scraped:
        parts.append(", with a scraped gallery")
    papers = [_paper(name) for name in sorted(question.instruments)]
    parts += [f"; on record: {'; '.join(papers)}"] if papers else []
    opened = sorted({one.rule for one in question.reopenings})
    parts += [f"; re-opened by officers: {', '.join(f'`{rule}`' for rule in opened)}"] if opened else []
    return "".join(parts)


def _asker(question: Question) -> str:
    kind = f"`{question.customer_kind}`" if question.customer_kind is not None else "somebody of unknown kind"
    others = sorted(question.acts_for - {question.customer_kind})
    return kind + (f" acting for {', '.join(f'`{other}`' for other in others)}" if others else "")


def _paper(name: str) -> str:
    return Instrument(name).text if name in set(Instrument) else f"`{name}`"
