"""Caps of fairness evidence as a reviewer types and reads them: one in so many, days, people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from countenance.entrypoints.pages.forms import Form
from countenance.entrypoints.pages.words import counted, one_in
from countenance.errors import InvalidInputError
from countenance.policy.evidence import BILLION, LONGEST_AGE, FairnessCaps

_LONGEST: Final = 12
_RATES: Final = ("fmr_ppb", "fnmr_ppb", "fte_ppb", "fpir_ppb")
_NEEDED: Final = ("max_age_days", "min_subjects")


@dataclass(frozen=True, slots=True)
class CapField:
    """A field of the form: `part` is the field of `FairnessCaps` that it fills."""

    part: str
    label: str
    hint: str

    @property
    def name(self) -> str:
        """Return what the field is called in the form."""
        return f"caps_{self.part}"


CAP_FIELDS: Final = (
    CapField(
        "fmr_ppb",
        "Strangers taken for each other: at most one in …",
        "False matches (FMR) of the group where there are most, such as 10000.",
    ),
    CapField(
        "fnmr_ppb",
        "People not recognised: at most one in …",
        "False non-matches (FNMR) of the group where there are most, such as 50.",
    ),
    CapField(
        "ratio_ppb",
        "Worst group against the average: at most … times",
        "The highest FMR of a group over the geometric mean of all, such as 3 or 2.5.",
    ),
    CapField(
        "fte_ppb",
        "Pictures that cannot be used: at most one in …",
        "Failures to find or take a face (FTE) of the group where there are most, such as 100.",
    ),
    CapField(
        "fpir_ppb",
        "Searches that name somebody wrongly: at most one in …",
        "Projected (FPIR) for the gallery's size. A gallery may not grow past where it holds.",
    ),
    CapField("max_age_days", "A report counts for … days", f"1 to {LONGEST_AGE}, such as 365."),
    CapField(
        "min_subjects",
        "Fewest people in the smallest group",
        "With fewer nothing can be said of that group, and the report does not count.",
    ),
)


def caps_asked(form: Form) -> tuple[FairnessCaps | None, Mapping[str, str]]:
    """Return the caps that a form names, None where it names none, and what is wrong with which field."""
    sent = {field.part: form.text(field.name) for field in CAP_FIELDS}
    if not any(sent.values()):
        return None, {}
    wrong: dict[str, str] = {}
    read: dict[str, int | None] = {}
    for field in CAP_FIELDS:
        try:
            read[field.part] = _read(field.part, sent[field.part])
        except InvalidInputError as error:
            wrong[field.name] = f"{field.label.replace(' …', '')}: {error.message}."
    if not wrong and all(read[part] is None for part in (*_RATES, "ratio_ppb")):
        wrong[CAP_FIELDS[0].name] = "Name at least one figure that is limited, or leave all fields empty."
    return (None, wrong) if wrong else (FairnessCaps(**read), {})  # type: ignore[arg-type]  # the two that must be there were read


def caps_in_words(caps: FairnessCaps) -> tuple[str, ...]:
    """Return what caps allow, a sentence each."""
    said = {
        "fmr_ppb": "strangers taken for each other in the worst group: at most {}",
        "fnmr_ppb": "people not recognised in the worst group: at most {}",
        "fte_ppb": "pictures that cannot be used in the worst group: at most {}",
        "fpir_ppb": "searches that name somebody wrongly, projected for the gallery's size: at most {}",
    }
    lines = [text.format(one_in(rate)) for part, text in said.items() if (rate := getattr(caps, part))]
    if caps.ratio_ppb is not None:
        lines.append(f"the worst group against the average: at most {caps.ratio_ppb / BILLION:g} times")
    lines.append(
        f"a report counts for {counted(caps.max_age_days, 'day')}, "
        f"with {counted(caps.min_subjects, 'subject')} or more in its smallest group"
    )
    return tuple(lines)


def _read(part: str, text: str) -> int | None:
    if part == "ratio_ppb":
        return _ratio(text)
    plain = text.replace(",", "").replace(" ", "")
    if not plain:
        if part in _NEEDED:
            raise InvalidInputError("needed wherever a figure is limited")
        return None
    number = int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= _LONGEST else 0
    if part == "max_age_days":
        return _within(number, 1, LONGEST_AGE)
    if part == "min_subjects":
        return _within(number, 1, BILLION)
    return max(1, round(BILLION / _within(number, 2, BILLION)))


def _within(number: int, least: int, most: int) -> int:
    if not least <= number <= most:
        raise InvalidInputError(f"a whole number from {least} to {most:,}")
    return number


def _ratio(text: str) -> int | None:
    if not text:
        return None
    try:
        ratio = Decimal(text) if len(text) <= _LONGEST else Decimal(0)
    except InvalidOperation:
        ratio = Decimal(0)
    if not ratio.is_finite() or not 1 <= ratio <= 1000:  # noqa: PLR2004  beyond a thousand nothing is limited
        raise InvalidInputError("a number from 1 to 1,000, such as 2.5")
    return int(ratio * BILLION)
