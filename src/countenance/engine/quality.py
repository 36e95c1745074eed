"""How good a face is for comparison, in OFIQ's terms.

Codes, names and mappings to 0..100 are those of OFIQ (BSI, the reference implementation of
ISO/IEC 29794-5), as far as five landmarks and an aligned crop allow; each measure says where it
differs. What is not listed is not computed: there is no stand-in for an unmeasured measure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from countenance.biometrics.faces import Pose, QualityMeasure, QualityReason
from countenance.engine.alignment import SIDE, applied, inverse
from countenance.engine.face_boxes import FaceBoxes, Floats
from countenance.engine.runtime import Pixels

SMALLEST_INTER_EYE = 12.0
"""Pixels of the image between the eyes below which a face is too small: a face about 28 wide."""

DARKEST_HIGHLIGHT = 60.0
"""Luma (0..255) that the brightest 2 % of a face must reach. Highlights, the whites of the eyes
and teeth are bright on every skin, so that this measures light and not skin."""

LARGEST_BURNT_SHARE = 0.25
"""Share of a face that may be at luma 247 or above."""

LEAST_SHARPNESS = 0.0012
"""See `_sharpness`."""

LARGEST_YAW = 50.0
LARGEST_PITCH = 45.0
LARGEST_SHARE_OUTSIDE = 0.15
"""Share of the aligned crop that may lie outside the image."""

_DARK = 25
_BURNT = 247
_LEVELS = 256
_CHIN_TO_MOUTH = 1.6


@dataclass(frozen=True, slots=True, eq=False)
class FaceView:
    """All that quality is measured on.

    `points` are 5 x 2 in pixels of the image of `width` x `height`; `matrix` (2 x 3) lays the
    image on `crop` (112 x 112 RGB); `unicity` is the side of the largest other face over that
    of the largest one, 0 where there is only one.
    """

    points: Floats
    matrix: Floats
    crop: Pixels
    pose: Pose
    width: int
    height: int
    unicity: float


@dataclass(frozen=True, slots=True)
class Quality:
    """The measures, and why the face is not good enough (nothing where it is)."""

    measures: tuple[QualityMeasure, ...]
    reasons: tuple[QualityReason, ...]


def assess(view: FaceView) -> Quality:
    """Measure a face."""
    luma: npt.NDArray[np.uint8] = np.asarray(cv2.cvtColor(view.crop, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    light = _Light(luma[_OVAL])
    sharpness = _sharpness(luma, light)
    distance = _inter_eye_distance(view)
    measures = (
        *_light_measures(light),
        QualityMeasure(0x49, "Sharpness", sharpness, _percent(_sigmoid(sharpness, 0.006, 0.002))),
        QualityMeasure(0x4C, "SingleFacePresent", view.unicity, _percent(1.0 - view.unicity)),
        *_size_measures(view, distance),
        *_pose_measures(view.pose),
    )
    return Quality(measures, tuple(_reasons(view, light, sharpness, distance)))


def unicity(faces: FaceBoxes) -> float:
    """Return the second largest face's side over the largest one's, 0 for one face."""
    sides = np.sort(faces.sides)
    return float(sides[-2] / sides[-1]) if len(sides) > 1 and sides[-1] > 0 else 0.0


def _reasons(view: FaceView, light: _Light, sharpness: float, distance: float) -> list[QualityReason]:
    """Return what is not good enough, in the order of the enumeration."""
    faults = {
        QualityReason.TOO_SMALL: distance < SMALLEST_INTER_EYE,
        QualityReason.TOO_DARK: light.highlight < DARKEST_HIGHLIGHT,
        QualityReason.TOO_BRIGHT: light.share_at_least(_BURNT) > LARGEST_BURNT_SHARE,
        QualityReason.BLURRED: sharpness < LEAST_SHARPNESS,
        QualityReason.EXTREME_POSE: abs(view.pose.yaw) > LARGEST_YAW or abs(view.pose.pitch) > LARGEST_PITCH,
        QualityReason.CUT_OFF: _share_outside(view) > LARGEST_SHARE_OUTSIDE,
    }
    return [reason for reason, found in faults.items() if found]


class _Light:
    """The histogram of luma (Rec. 601, 0..255) inside the oval of an aligned face."""

    def __init__(self, luma: npt.NDArray[np.uint8]) -> None:
        counts = np.bincount(luma, minlength=_LEVELS)
        self.shares: Floats = counts / max(1, luma.size)
        levels = np.arange(_LEVELS) / (_LEVELS - 1)
        self.mean = float(self.shares @ levels)
        self.variance = float(self.shares @ (levels - self.mean) ** 2)

    @property
    def highlight(self) -> float:
        """Return the luma that the brightest 2 % reach."""
        return float(np.searchsorted(np.cumsum(self.shares), 0.98))

    @property
    def entropy(self) -> float:
        """Return the histogram's entropy, 0 to 8 bits."""
        present = self.shares[self.shares > 0]
        return float(-(present * np.log2(present)).sum())

    def share_at_least(self, level: int) -> float:
        """Return the share of pixels of `level` or brighter."""
        return float(self.shares[level:].sum())

    def share_at_most(self, level: int) -> float:
        """Return the share of pixels of `level` or darker."""
        return float(self.shares[: level + 1].sum())


def _light_measures(light: _Light) -> tuple[QualityMeasure, ...]:
    """Return OFIQ's measures of light with its mappings.

    They differ from OFIQ in the region, an oval of the aligned crop instead of the hull of 98
    landmarks, and in luma instead of linearised luminance. None of them decides about a
    `QualityReason`: they are lower on dark skin under equal light.
    """
    dark, burnt = light.share_at_most(_DARK), light.share_at_least(_BURNT)
    mean = _sigmoid(light.mean, 0.2, 0.05) * (1.0 - _sigmoid(light.mean, 0.8, 0.05))
    bent = 60.0 * light.variance
    return (
        QualityMeasure(0x44, "LuminanceMean", light.mean, _percent(mean)),
        QualityMeasure(
            0x45, "LuminanceVariance", light.variance, _percent(math.sin(bent / (bent + 1.0) * math.pi))
        ),
        QualityMeasure(
            0x46, "UnderExposurePrevention", dark, _percent(1.2 * (1.0 - _sigmoid(dark, 0.92, 0.05)))
        ),
        QualityMeasure(0x47, "OverExposurePrevention", burnt, _percent(0.01 / (burnt + 0.01))),
        QualityMeasure(0x48, "DynamicRange", light.entropy, _percent(light.entropy / 8.0)),
    )


def _sharpness(luma: npt.NDArray[np.uint8], light: _Light) -> float:
    """Return the variance of the Laplacian over the variance of luma, inside the oval.

    An own measure (OFIQ's is a random forest over such filters): the energy of the finest
    detail at 112 x 112 pixels relative to all contrast, so that neither light nor skin changes
    it. A face enlarged from few pixels is as blurred here as one out of focus.
    """
    detail = cv2.Laplacian(luma, cv2.CV_32F)[_OVAL]
    contrast = light.variance * (_LEVELS - 1) ** 2
    return float(detail.var() / contrast) / 16.0 if contrast > 1.0 else 0.0


def _inter_eye_distance(view: FaceView) -> float:
    """Return the pixels between the eyes, corrected for yaw as in OFIQ (divided by its cosine)."""
    between = float(np.hypot(*(view.points[1] - view.points[0])))
    return between / max(0.1, math.cos(math.radians(view.pose.yaw)))


def _size_measures(view: FaceView, distance: float) -> tuple[QualityMeasure, ...]:
    """Return inter-eye distance, head size and margins with OFIQ's mappings.

    OFIQ's T is the distance from between the eyes to the chin; no landmark marks the chin here,
    so it is taken as 1.6 times the distance to the middle of the mouth, the mean proportion of
    adult faces. Margins are counted in eye distances (left, right) and in T (up, down).
    """
    middle = view.points[:2].mean(axis=0)
    to_chin = _CHIN_TO_MOUTH * float(np.hypot(*(view.points[3:].mean(axis=0) - middle)))
    between = max(1e-6, float(np.hypot(*(view.points[1] - view.points[0]))))
    to_chin = max(1e-6, to_chin)
    head = to_chin / view.height
    leftward, rightward = view.points[0, 0] / between, (view.width - view.points[1, 0]) / between
    upward, downward = (view.height - middle[1]) / to_chin, middle[1] / to_chin
    return (
        QualityMeasure(0x52, "InterEyeDistance", distance, _percent(_sigmoid(distance, 70.0, 20.0))),
        QualityMeasure(0x53, "HeadSize", head, _percent(2.0 * (1.0 - _sigmoid(abs(head - 0.45), 0.0, 0.05)))),
        _margin(0x54, "LeftwardCropOfTheFaceImage", leftward, 0.9),
        _margin(0x55, "RightwardCropOfTheFaceImage", rightward, 0.9),
        _margin(0x56, "DownwardCropOfTheFaceImage", downward, 1.4),
        _margin(0x57, "UpwardCropOfTheFaceImage", upward, 1.8),
    )


def _margin(code: int, name: str, native: float, middle: float) -> QualityMeasure:
    return QualityMeasure(code, name, float(native), _percent(_sigmoid(float(native), middle, 0.1)))


def _pose_measures(pose: Pose) -> tuple[QualityMeasure, ...]:
    """Return the three angles in degrees; the score is the squared cosine, as in OFIQ."""
    return tuple(
        QualityMeasure(code, name, angle, _percent(max(0.0, math.cos(math.radians(angle))) ** 2))
        for code, name, angle in (
            (0x58, "HeadPoseYaw", pose.yaw),
            (0x59, "HeadPosePitch", pose.pitch),
            (0x5A, "HeadPoseRoll", pose.roll),
        )
    )


def _share_outside(view: FaceView) -> float:
    """Return which share of the aligned crop's area the image does not cover."""
    places = applied(inverse(view.matrix), _GRID)
    inside = (places >= 0.0) & (places <= np.array([view.width, view.height], dtype=np.float64))
    return 1.0 - float(inside.all(axis=1).mean())


def _sigmoid(value: float, middle: float, width: float) -> float:
    """Return 1 / (1 + exp((middle - value) / width)), kept from overflowing."""
    return 1.0 / (1.0 + math.exp(min(500.0, (middle - value) / width)))


def _percent(share: float) -> int:
    """Return 0 to 100."""
    return round(100.0 * min(1.0, max(0.0, share)))


def _oval() -> npt.NDArray[np.bool_]:
    """Return the part of the crop that a face fills: from the brows to below the mouth."""
    down, across = np.mgrid[0:SIDE, 0:SIDE]
    oval: npt.NDArray[np.bool_] = ((across - 56.0) / 34.0) ** 2 + ((down - 66.0) / 44.0) ** 2 <= 1.0
    return oval


_OVAL = _oval()
_GRID: Floats = np.stack(np.meshgrid(np.linspace(2, SIDE - 2, 12), np.linspace(2, SIDE - 2, 12)), -1).reshape(
    -1, 2
)
