"""What the form of an application asks, section by section, with why it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final

from countenance.entrypoints.pages.words import capital, plain
from countenance.policy.instruments import Instrument
from countenance.policy.model import Act, Camera, CustomerKind, Purpose, Space
from countenance.vetting.use import Consequence, LegalBasis, PopulationGroup

INSTRUMENT_ROWS: Final = 4


class Kind(Enum):
    """How a field is filled in."""

    LINE = auto()
    TEXT = auto()
    WORDS = auto()
    NUMBER = auto()
    RATE = auto()
    CHOICE = auto()
    CHOICES = auto()
    YES_NO = auto()
    DAY = auto()
    FILE = auto()


@dataclass(frozen=True, slots=True)
class UseField:
    """A field of a use by its path (`notice.text`), with the words of its closed list if it has one."""

    path: str
    label: str
    kind: Kind
    hint: str = ""
    options: Sequence[tuple[str, str]] = ()

    @property
    def shape(self) -> str:
        """Return the kind's name, for templates."""
        return self.kind.name.lower()

    @property
    def row(self) -> str:
        """Return what it is a field of, such as one of several papers: `instruments.0`."""
        return self.path.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading."""

    id: str
    title: str
    fields: tuple[UseField, ...]


def _of(words: type[StrEnum]) -> Sequence[tuple[str, str]]:
    return [(word.value, capital(plain(word))) for word in words]


def _instrument(number: int) -> tuple[UseField, ...]:
    at = f"instruments.{number}"
    return (
        UseField(f"{at}.kind", f"Document {number + 1}", Kind.CHOICE, "", _of(Instrument)),
        UseField(f"{at}.reference", "Its name or number", Kind.LINE),
        UseField(f"{at}.signed_by", "Signed by", Kind.LINE),
        UseField(f"{at}.valid_from", "Valid from", Kind.DAY),
        UseField(f"{at}.valid_until", "Valid until (excluded)", Kind.DAY),
        UseField(f"{at}.evidence", "Its file", Kind.FILE),
        UseField(f"{at}.galleries", "Galleries it is limited to", Kind.WORDS, "Empty: it is not."),
        UseField(f"{at}.spaces", "Places it is limited to, if it is", Kind.CHOICES, "", _of(Space)),
        UseField(f"{at}.cameras", "Cameras it is limited to, if it is", Kind.CHOICES, "", _of(Camera)),
    )


SECTIONS: Final = (
    Section(
        "use",
        "The use",
        (
            UseField("title", "Title", Kind.LINE, "A few words that people will know it by."),
            UseField("description", "What happens, in plain words", Kind.TEXT),
            UseField("acts", "What is to be done", Kind.CHOICES, "", _of(Act)),
            UseField("purposes", "For which purposes", Kind.CHOICES, "", _of(Purpose)),
            UseField("spaces", "Where the subjects are", Kind.CHOICES, "", _of(Space)),
            UseField("cameras", "Through which cameras", Kind.CHOICES, "", _of(Camera)),
            UseField("galleries", "Galleries", Kind.WORDS, "Ids, separated by commas."),
            UseField("model_digests", "Models", Kind.WORDS, "SHA-256 of each model, separated by commas."),
        ),
    ),
    Section(
        "scale",
        "Scale",
        (
            UseField("fmr_ppb", "Highest false match rate: one in …", Kind.RATE, "Such as 10000."),
            UseField("n_max", "Most subjects of a gallery", Kind.NUMBER),
            UseField("max_candidates", "Longest candidate list", Kind.NUMBER),
            UseField("searches_per_day", "Comparisons a day", Kind.NUMBER),
            UseField("camera_count", "Number of cameras", Kind.NUMBER),
            UseField("begins", "Begins", Kind.DAY),
            UseField("expires", "Ends", Kind.DAY, "A lease always ends; it can be applied for anew."),
        ),
    ),
    Section(
        "people",
        "The people concerned",
        (
            UseField("population.groups", "Who they are", Kind.CHOICES, "", _of(PopulationGroup)),
            UseField("population.enrolment_optional", "Is it their free choice?", Kind.YES_NO),
            UseField("population.alternative", "What is there for those who choose otherwise?", Kind.TEXT),
            UseField("consequences", "What an answer can do to a person", Kind.CHOICES, "", _of(Consequence)),
            UseField("fallback", "What happens when the machine errs or fails?", Kind.TEXT),
        ),
    ),
    Section(
        "oversight",
        "Oversight by people",
        (
            UseField("oversight.examiners", "How many judge each result", Kind.NUMBER),
            UseField("oversight.who", "Who they are", Kind.LINE),
            UseField("oversight.training", "How they are trained", Kind.TEXT),
            UseField("oversight.may_override", "May they overrule the machine?", Kind.YES_NO),
            UseField("oversight.blind", "Do they judge without score and rank?", Kind.YES_NO),
        ),
    ),
    Section(
        "notice",
        "Notice",
        (
            UseField("notice.text", "What people read before a camera sees them", Kind.TEXT),
            UseField("notice.places", "Where it hangs", Kind.LINE),
            UseField("notice.languages", "In which languages", Kind.WORDS, "Codes such as de, fr, en."),
        ),
    ),
    Section(
        "law",
        "Legal basis",
        (
            UseField("legal_basis", "On what the use rests", Kind.CHOICE, "", _of(LegalBasis)),
            *(field for number in range(INSTRUMENT_ROWS) for field in _instrument(number)),
        ),
    ),
    Section(
        "fairness",
        "Fairness",
        (
            UseField("fairness.evidence", "The report", Kind.FILE),
            UseField("fairness.model_digest", "Model that was measured", Kind.LINE, "Its SHA-256."),
            UseField("fairness.fmr_ppb", "At a false match rate of one in …", Kind.RATE),
            UseField("fairness.measured", "When", Kind.DAY),
            UseField("fairness.groups", "Groups that were compared", Kind.NUMBER),
            UseField("fairness.fewest_trials", "Trials of the smallest group", Kind.NUMBER),
            UseField("fairness.cameras", "With which cameras", Kind.CHOICES, "", _of(Camera)),
            UseField("fairness.population", "Of whom", Kind.CHOICES, "", _of(PopulationGroup)),
        ),
    ),
    Section(
        "care",
        "Retention, tests and complaints",
        (
            UseField("retention.days", "Days that references are kept afterwards", Kind.NUMBER),
            UseField("retention.erasure_tested", "Erasing was last tried", Kind.DAY),
            UseField("retention.evidence", "Record of that trial", Kind.FILE),
            UseField("independent_test.offered", "Can outsiders test it?", Kind.YES_NO),
            UseField("independent_test.how", "How", Kind.LINE),
            UseField("appeals.contact", "Where people complain", Kind.LINE),
            UseField("appeals.answer_days", "Answered within days", Kind.NUMBER),
            UseField("consultation.people", "People who were asked beforehand", Kind.NUMBER),
            UseField("consultation.held", "When", Kind.DAY),
            UseField("consultation.evidence", "Record of it", Kind.FILE),
        ),
    ),
    Section(
        "word",
        "Your word",
        (
            UseField("attestation.signed_by", "Signed by", Kind.LINE),
            UseField("attestation.signed", "On", Kind.DAY),
            UseField("attestation.acts_for", "Acting for", Kind.CHOICES, "", _of(CustomerKind)),
            UseField("attestation.evidence", "The signed statement", Kind.FILE),
            UseField("terms_of_use", "Version of the terms of use that you accept", Kind.LINE),
            UseField("secret_because", "Leave it out of the public register? Why?", Kind.TEXT),
        ),
    ),
)
"""The whole form."""

FIELDS: Final = tuple(field for section in SECTIONS for field in section.fields)
