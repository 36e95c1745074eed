"""Closed lists, moments and numbers in plain words, for every page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    Obligation,
    ObligationKind,
    Question,
    Reason,
    Space,
)

_ACTS: Final[Mapping[Act, str]] = {
    Act.DETECT: "find faces in an image",
    Act.ENROL: "enrol a subject",
    Act.VERIFY: "compare a face with one subject",
    Act.IDENTIFY: "search a gallery for a face",
    Act.SEARCH_STORED: "search stored images for a face",
    Act.WATCH: "watch for faces live",
    Act.REDACT: "blur faces in an image",
    Act.ERASE: "erase a subject",
    Act.MEASURE: "measure errors on a data set",
}
_KINDS: Final[Mapping[CustomerKind, str]] = {
    CustomerKind.POLICE: "a police department",
    CustomerKind.SHERIFF: "a sheriff's office",
    CustomerKind.CAMPUS_POLICE: "a campus police department",
    CustomerKind.PROSECUTOR: "a prosecutor",
    CustomerKind.PROBATION: "a probation service",
    CustomerKind.CITY_BUREAU: "a city bureau",
    CustomerKind.STATE_AGENCY: "a state agency",
    CustomerKind.FEDERAL_AGENCY: "a federal agency",
    CustomerKind.SCHOOL_DISTRICT: "a school district",
    CustomerKind.PRIVATE: "a private company",
    CustomerKind.EMPLOYER: "an employer",
    CustomerKind.PUBLIC_ACCOMMODATION: "a place open to the public",
    CustomerKind.NGO: "a non-governmental organisation",
    CustomerKind.INTERNATIONAL_ORGANISATION: "an international organisation",
    CustomerKind.RESEARCH: "a research institution",
    CustomerKind.VENDOR: "a vendor",
    CustomerKind.OPERATOR: "the operator of this installation",
}
_SPACES: Final[Mapping[Space, str]] = {
    Space.PUBLIC: "in public space",
    Space.PUBLIC_ACCOMMODATION: "in a place open to the public",
    Space.SEMI_PUBLIC: "in semi-public space",
    Space.WORKPLACE: "at a workplace",
    Space.SCHOOL: "at a school",
    Space.HOME: "in a home",
    Space.PROTECTED: "in a protected place",
    Space.CONTROLLED: "in a controlled space",
    Space.OWN_DEVICE: "at the subject's own device",
}
_CAMERAS: Final[Mapping[Camera, str]] = {
    Camera.FILE: "from a file",
    Camera.FIXED: "with a fixed camera",
    Camera.OWN_DEVICE: "with the subject's own device",
    Camera.DOCUMENT: "from an identity document",
    Camera.HANDHELD: "with a handheld camera",
    Camera.BODY_WORN: "with a body-worn camera",
    Camera.DASH: "with a dashboard camera",
    Camera.DRONE: "with a drone",
}
_OBLIGATIONS: Final[Mapping[ObligationKind, str]] = {
    ObligationKind.HOLD_FOR_EXAMINERS: "The result is held until {value} examiners have judged it alone.",
    ObligationKind.NO_SCORES: "No scores are shown.",
    ObligationKind.LEAD_ONLY: "What comes out is a lead and nothing more.",
    ObligationKind.BLUR_OTHERS: "Everybody else in the image is blurred.",
    ObligationKind.NOTIFY_SUBJECT: "The subject is notified.",
    ObligationKind.DELETE_PROBE: "The probe is deleted afterwards.",
    ObligationKind.EXPIRE_RESULT: "The result expires after {value} hours.",
    ObligationKind.LOG_ART12: "Start, end, gallery, matching input and examiners are logged.",
    ObligationKind.FAIRNESS_EVIDENCE: "A report on error rates by group stands, {value} days old at most.",
}
_WORDS: Final[Mapping[tuple[type[StrEnum], str], str]] = {
    (type(word), word.value): text
    for words in (_ACTS, _KINDS, _SPACES, _CAMERAS)
    for word, text in words.items()
}
"""By list and word: one word stands on several lists, and means something else on each."""

_SHOWN: Final = 12
_DAY: Final = 24


def plain(value: object) -> str:
    """Return a word of a closed list as people write it."""
    if isinstance(value, StrEnum):
        return _WORDS.get((type(value), value.value), value.value.replace("_", " "))
    return str(value).replace("_", " ")


def capital(text: str) -> str:
    """Return the text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def day(value: date | datetime | None) -> str:
    """Return a date as people write it: `11 June 2020`; a hyphen for none."""
    return "-" if value is None else f"{value.day} {value:%B %Y}"


def moment(value: datetime | None) -> str:
    """Return a moment to the minute, in UTC: `11 June 2020, 14:05 UTC`; a hyphen for none."""
    if value is None:
        return "-"
    utc = value.astimezone(UTC)
    return f"{day(utc)}, {utc:%H:%M} UTC"


def short(name: str) -> str:
    """Return the beginning of an id, enough to tell it from others at a glance."""
    return name if len(name) <= _SHOWN + 4 else f"{name[:_SHOWN]}…"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number of things: `no keys`, `1 key`, `1,204 keys`."""
    word = one if number == 1 else many or f"{one}s"
    return f"{number:,} {word}" if number else f"no {word}"


def one_in(ppb: int) -> str:
    """Return a rate in parts per billion as people compare them: `1 in 10,000`."""
    return f"1 in {round(1_000_000_000 / ppb):,}" if ppb > 0 else "none"


def left(until: datetime, now: datetime) -> str:
    """Return how long it is until a moment: `in 3 days`, `in 2 hours`, `4 days ago`."""
    seconds = (until - now).total_seconds()
    hours = abs(seconds) / timedelta(hours=1).total_seconds()
    if hours < 1:
        text = counted(max(1, round(hours * 60)), "minute")
    elif hours < 2 * _DAY:
        text = counted(round(hours), "hour")
    else:
        text = counted(round(hours / _DAY), "day")
    return f"in {text}" if seconds >= 0 else f"{text} ago"


def dates_of(reason: Reason) -> str:
    """Return when a rule holds: `since 11 June 2020, until 10 June 2021`; empty without dates."""
    parts = [
        f"{word} {day(value)}"
        for word, value in (("since", reason.valid_from), ("until", reason.valid_until))
        if value is not None
    ]
    return ", ".join(parts)


def obligation(value: Obligation) -> str:
    """Return a duty as a sentence."""
    return _OBLIGATIONS[value.kind].format(value=value.value)


def asked(question: Question) -> str:
    """Return the question as one sentence, saying what was left out."""
    who = plain(question.customer_kind) if question.customer_kind is not None else "somebody unnamed"
    others = ", ".join(plain(kind) for kind in sorted(question.acts_for))
    behalf = f", acting for {others}," if others else ""
    where = ", ".join(sorted(question.jurisdictions)) or "an unnamed place"
    pieces = [f"{capital(who)}{behalf} asked to {plain(question.act)}"]
    pieces.append(
        f"for {plain(question.purpose)}" if question.purpose is not None else "for no stated purpose"
    )
    pieces += [plain(value) for value in (question.space, question.camera) if value is not None]
    return f"{' '.join(pieces)}, in {where}, on {day(question.on)}."


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "plain": plain,
    "capital": capital,
    "day": day,
    "moment": moment,
    "short": short,
    "counted": counted,
    "one_in": one_in,
    "left": left,
    "dates_of": dates_of,
    "obligation": obligation,
    "asked": asked,
}
"""What templates call by name."""
