"""What an examiner writes down of one candidate: every component of the face first, then a verdict.

The components are those of ASTM E3149-18 (a facial image comparison feature list for
morphological analysis); the verdict is an opinion on a scale of support, never an identification.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from countenance.errors import InvalidInputError

STRONGEST: Final = 3
"""The ends of the scale: -3 strong support for two people, +3 strong support for one."""

SUPPORT: Final = 2
"""From here a verdict supports that both images show one person; +1 is too weak to lead anybody."""


class Feature(StrEnum):
    """A component of the face."""

    SKIN = "skin"
    FACE_SHAPE = "face_shape"
    HAIRLINE = "hairline"
    FOREHEAD = "forehead"
    EYEBROWS = "eyebrows"
    EYES = "eyes"
    CHEEKS = "cheeks"
    NOSE = "nose"
    EARS = "ears"
    MOUTH = "mouth"
    CHIN_JAWLINE = "chin_jawline"
    NECK = "neck"
    FACIAL_HAIR = "facial_hair"
    FACIAL_LINES = "facial_lines"
    SCARS = "scars"
    MARKS = "marks"
    ALTERATIONS = "alterations"


class Observation(StrEnum):
    """What the two images show of a component."""

    SIMILAR = "similar"
    DIFFERENT = "different"
    INCONCLUSIVE = "inconclusive"
    NOT_VISIBLE = "not_visible"


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen of one component."""

    feature: Feature
    observation: Observation


@dataclass(frozen=True, slots=True)
class Sheet:
    """An examiner's judgement of one candidate.

    `verdict` is -3 to +3, or None for "cannot determine". Raises `InvalidInputError` unless each
    component is there once, and where a verdict is given on components none of which was visible.
    """

    observed: tuple[Observed, ...]
    verdict: int | None

    def __post_init__(self) -> None:
        seen = [one.feature for one in self.observed]
        missing = [feature.value for feature in Feature if feature not in seen]
        if missing:
            raise InvalidInputError(f"the checklist lacks {', '.join(f'`{name}`' for name in missing)}")
        if len(seen) > len(Feature):
            raise InvalidInputError("the checklist names a component twice")
        if self.verdict is None:
            return
        if not -STRONGEST <= self.verdict <= STRONGEST:
            raise InvalidInputError(f"`{self.verdict}` is no verdict: it is -3 to 3, or cannot be determined")
        if all(one.observation is Observation.NOT_VISIBLE for one in self.observed):
            raise InvalidInputError("where no component is visible, nothing can be determined")

    @property
    def supports(self) -> bool:
        """Tell whether it supports that both images show one person."""
        return self.verdict is not None and self.verdict >= SUPPORT


def sheet_of(features: Mapping[Feature, Observation], verdict: int | None) -> Sheet:
    """Return the sheet of a filled form; raises `InvalidInputError` where it is not filled."""
    return Sheet(tuple(Observed(one, features[one]) for one in Feature if one in features), verdict)
