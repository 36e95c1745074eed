"""The fourteen review factors in words: what each asks, why it matters, and which principle asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from countenance.vetting.dossier import Factor


class Principle(StrEnum):
    """The six principles of 2018 that the factors make operational."""

    FAIRNESS = "fairness"
    TRANSPARENCY = "transparency"
    ACCOUNTABILITY = "accountability"
    NON_DISCRIMINATION = "non_discrimination"
    NOTICE_AND_CONSENT = "notice_and_consent"
    LAWFUL_SURVEILLANCE = "lawful_surveillance"


@dataclass(frozen=True, slots=True)
class FactorText:
    """A factor for people: its number (RF1 to RF14), title, why it matters, and its principle."""

    number: str
    title: str
    why: str
    principle: Principle


_P = Principle
FACTORS: Final[Mapping[Factor, FactorText]] = {
    Factor.ORGANISATION: FactorText(
        "RF1",
        "Who applies, and for whom",
        "Whoever acts for a police department is bound like one; a signed word makes hiding it a lie.",
        _P.LAWFUL_SURVEILLANCE,
    ),
    Factor.PURPOSE_AND_SCALE: FactorText(
        "RF2",
        "Purpose, operations and scale",
        "A lease covers what it names. False matches grow with the gallery, misuse with a vague purpose.",
        _P.LAWFUL_SURVEILLANCE,
    ),
    Factor.SPACE_AND_CAMERA: FactorText(
        "RF3",
        "Where, and through which cameras",
        "People can avoid a door reader but not a street; moving cameras turn recognition into tracking.",
        _P.LAWFUL_SURVEILLANCE,
    ),
    Factor.POPULATION: FactorText(
        "RF4",
        "Who comes before the camera",
        "Consent is no consent where there is no other way; children and detainees can hardly refuse.",
        _P.NOTICE_AND_CONSENT,
    ),
    Factor.CONSEQUENCE: FactorText(
        "RF5",
        "What an error does to a person",
        "Where much hangs on the answer, people must decide, and the wrongly rejected need another way.",
        _P.ACCOUNTABILITY,
    ),
    Factor.HUMAN_REVIEW: FactorText(
        "RF6",
        "Who judges what the machine finds",
        "Untrained people, or people who see the score, agree with the machine; review must be free.",
        _P.ACCOUNTABILITY,
    ),
    Factor.NOTICE: FactorText(
        "RF7",
        "Notice",
        "People can only agree to what they were told before, in words that they understand.",
        _P.NOTICE_AND_CONSENT,
    ),
    Factor.FAIRNESS: FactorText(
        "RF8",
        "Error rates by group",
        "A rate for everybody hides the group for which it is ten times worse; it must be measured, for this "
        "model, threshold, camera and population.",
        _P.FAIRNESS,
    ),
    Factor.RETENTION: FactorText(
        "RF9",
        "Retention and erasure",
        "What is not erased is used again. Erasing that was never tried does not work when it is asked for.",
        _P.NOTICE_AND_CONSENT,
    ),
    Factor.LEGAL_BASIS: FactorText(
        "RF10",
        "Legal basis and instruments",
        "A permission of the law needs its paper: signed, valid on the day, and on record here.",
        _P.LAWFUL_SURVEILLANCE,
    ),
    Factor.INDEPENDENT_TEST: FactorText(
        "RF11",
        "Tests by outsiders",
        "Only somebody else's measurement shows whether ours holds in your place.",
        _P.TRANSPARENCY,
    ),
    Factor.APPEALS: FactorText(
        "RF12",
        "Complaints and appeals",
        "A person who was mistaken for another needs somebody who answers, and soon.",
        _P.ACCOUNTABILITY,
    ),
    Factor.CONSULTATION: FactorText(
        "RF13",
        "Consultation",
        "Those who will stand before the camera see what its owner does not; ask ten to twenty of them.",
        _P.TRANSPARENCY,
    ),
    Factor.REVIEW: FactorText(
        "RF14",
        "An independent review",
        "Two people who have no part in the use decide with reasons, for a time, and look again.",
        _P.ACCOUNTABILITY,
    ),
}
"""Every factor, in the order of the review."""
