"""What is known of a face in a sample, without its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from countenance.biometrics.model import Template


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the upright image, in pixels from its top left corner; may lie outside."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """A rectangle in the upright image, in pixels; may reach over its edges."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Landmarks:
    """The detector's five points; left and right are the subject's own."""

    right_eye: Point
    left_eye: Point
    nose: Point
    right_mouth: Point
    left_mouth: Point


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the head is turned, in degrees, estimated from the landmarks.

    Signs as in ISO/IEC 39794-5: positive yaw to the subject's left, positive pitch
    downwards, positive roll towards the subject's right shoulder.
    """

    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True, slots=True)
class QualityMeasure:
    """One measure of ISO/IEC 29794-5, under OFIQ's code and name.

    `native` is the measured value in its own unit; `score` is 0 to 100, or -1 where the
    measure could not be assessed.
    """

    code: int
    name: str
    native: float
    score: int


class QualityReason(StrEnum):
    """Why a face is not good enough, for machines."""

    TOO_SMALL = "too_small"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    BLURRED = "blurred"
    EXTREME_POSE = "extreme_pose"
    CUT_OFF = "cut_off"


class FaceChoice(StrEnum):
    """Which face of a sample is meant when there are several."""

    ONLY = "only"
    CENTRAL = "central"
    LARGEST = "largest"


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """A face that the detector found; `confidence` is the detector's own, 0 to 1.

    `reasons` is empty where the quality is good enough for comparison.
    """

    box: BoundingBox
    confidence: float
    landmarks: Landmarks
    pose: Pose
    quality: tuple[QualityMeasure, ...]
    reasons: tuple[QualityReason, ...]


@dataclass(frozen=True, slots=True)
class LeastSize:
    """The size from which faces count: `pixels` of a side, in proportion more in a large image.

    An image is large where its longer side has more than `within` pixels. A face's side is the
    geometric mean of its box's width and height.
    """

    pixels: float
    within: int

    def side(self, width: int, height: int) -> float:
        """Return the side in pixels, in an image of `width` x `height`."""
        return self.pixels * max(1.0, max(width, height) / self.within)


EVERY_SIZE = LeastSize(0.0, 1)
"""Faces of whatever size the detector sees."""


@dataclass(frozen=True, slots=True)
class Detection:
    """All faces of one image, the largest first, with the upright image's size in pixels."""

    width: int
    height: int
    faces: tuple[DetectedFace, ...]


@dataclass(frozen=True, slots=True)
class Extraction:
    """The template of the chosen face, how many faces were found, and the upright image's size in pixels."""

    face: DetectedFace
    template: Template
    faces_found: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Portrait:
    """An image of one face for people to look at, encoded as JPEG, with every edit that was made to it."""

    image: bytes
    edits: tuple[str, ...]
