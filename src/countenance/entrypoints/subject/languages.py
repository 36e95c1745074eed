"""In which language a page speaks, and what it says in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from countenance.consent.retention import Deadline, Source
from countenance.entrypoints.pages.words import day, moment
from countenance.entrypoints.subject.closed_words import WORDS
from countenance.entrypoints.subject.paper_words import PAPERS
from countenance.entrypoints.subject.texts_de import GERMAN
from countenance.entrypoints.subject.texts_en import ENGLISH

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {"en": ENGLISH, "de": GERMAN}
"""Every language by its tag; all have the keys of English."""

FIRST: Final = "en"
_MOST_WEIGHED: Final = 10
_MONTHS: Final = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its tag. Texts are plain: what stands in their gaps is escaped by the template."""

    tag: str

    def __call__(self, key: str, **gaps: object) -> str:
        """Return a text with its gaps filled; raises `KeyError` for one that is not there."""
        text = TEXTS[self.tag][key]
        return text.format(**gaps) if gaps else text

    def word(self, kind: str, value: object) -> str:
        """Return a word of a closed list, or the word itself where the list has grown since."""
        text = str(value)
        name = f"{kind}.{text}"
        return WORDS[self.tag].get(name) or PAPERS[self.tag].get(name, text.replace("_", " "))

    def why(self, deadline: Deadline) -> str:
        """Return why a reference is kept no longer, as a sentence."""
        words = PAPERS[self.tag]
        source = f"deadline.{deadline.source.value}"
        if deadline.source is Source.POLICY:
            return words[source].format(days=deadline.days, start=self.word("start", deadline.because))
        parts = {Source.LAW: (deadline.rule, deadline.because), Source.CONSENT: (deadline.because,)}
        name = ".".join((source, *parts.get(deadline.source, ())))
        return words.get(name, self("why.deadline." + deadline.source.value))

    def day(self, value: datetime | None) -> str:
        """Return a date as people write it; a hyphen for none."""
        if value is None or self.tag == FIRST:
            return day(value)
        utc = value.astimezone(UTC)
        return f"{utc.day}. {_MONTHS[utc.month - 1]} {utc.year}"

    def moment(self, value: datetime | None) -> str:
        """Return a moment to the minute, in UTC; a hyphen for none."""
        if value is None or self.tag == FIRST:
            return moment(value)
        return f"{self.day(value)}, {value.astimezone(UTC):%H:%M} UTC"

    def references(self, count: int) -> str:
        """Return how many references there are."""
        return self("references.one") if count == 1 else self("references.many", count=count)


def language_of(*wanted: str | None, accepts: str = "") -> Language:
    """Return the first language of `wanted` that there is, else the best of a browser's list, else English.

    `accepts` is an `Accept-Language` header.
    """
    for chosen in wanted:
        if chosen is not None and chosen in TEXTS:
            return Language(chosen)
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepts.split(",")[:_MOST_WEIGHED]):
        name, _, weight = part.partition(";q=")
        tag = name.strip().lower().partition("-")[0]
        if tag in TEXTS:
            weighed.append((-_weight(weight), place, tag))
    return Language(min(weighed)[2] if weighed else FIRST)


def _weight(text: str) -> float:
    try:
        return float(text) if text.strip() else 1.0
    except ValueError:
        return 0.0
