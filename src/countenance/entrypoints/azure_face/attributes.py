"""Which attributes of a face are told, computed from what the engine measured, and which never are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from countenance.biometrics.faces import DetectedFace
from countenance.entrypoints.azure_face.faults import bad_argument, unsupported

RETIRED: Final = ("age", "gender", "emotion", "smile", "facialHair", "hair", "makeup")
"""What the service itself took back: guesses at feelings and at what people are."""

NOT_COMPUTED: Final = ("glasses", "occlusion", "accessories", "noise", "mask")
"""What the service tells and this engine does not measure."""

_LOW, _HIGH = 0.25, 0.75
"""Where the service parts low from medium and medium from high, on a scale of 0 to 1."""

_GOOD = 50
"""Score of 0 to 100 from which a measure of OFIQ's counts as good here."""

_DIGITS = 4


def head_pose(face: DetectedFace) -> dict[str, float]:
    """Return the angles in degrees: yaw to the subject's left, pitch upwards, roll clockwise in the image.

    Those are the service's directions, of a right-handed frame; ISO/IEC 39794-5, which the
    engine follows, counts pitch downwards and roll the other way.
    """
    pose = face.pose
    return {
        "pitch": round(-pose.pitch, _DIGITS) + 0.0,
        "roll": round(-pose.roll, _DIGITS) + 0.0,
        "yaw": round(pose.yaw, _DIGITS) + 0.0,
    }


def blur(face: DetectedFace) -> dict[str, object]:
    """Return 1 less the sharpness (OFIQ's scale), and its level."""
    value = 1.0 - _score(face, "Sharpness") / 100.0
    level = "low" if value < _LOW else "medium" if value < _HIGH else "high"
    return {"blurLevel": level, "value": round(value, _DIGITS)}


def exposure(face: DetectedFace) -> dict[str, object]:
    """Return 0.5 where as much of the face is burnt as is black, 0 where all is black, 1 where all is burnt.

    Clipped pixels are counted and not how bright a face is: a dark skin under good light is
    well exposed.
    """
    burnt, black = _native(face, "OverExposurePrevention"), _native(face, "UnderExposurePrevention")
    value = min(1.0, max(0.0, 0.5 + (burnt - black) / 2.0))
    level = "underExposure" if value < _LOW else "goodExposure" if value < _HIGH else "overExposure"
    return {"exposureLevel": level, "value": round(value, _DIGITS)}


def quality_for_recognition(face: DetectedFace) -> str:
    """Return low for what is not compared here, high where sharpness, size and pose are good, else medium."""
    if face.reasons:
        return "low"
    named = ("Sharpness", "InterEyeDistance", "HeadPoseYaw", "HeadPosePitch")
    return "high" if all(_score(face, name) >= _GOOD for name in named) else "medium"


COMPUTED: Final[Mapping[str, tuple[Callable[[DetectedFace], Any], tuple[str, ...]]]] = {
    "headPose": (head_pose, ()),
    "blur": (blur, ("Sharpness",)),
    "exposure": (exposure, ("OverExposurePrevention", "UnderExposurePrevention")),
    "qualityForRecognition": (
        quality_for_recognition,
        ("Sharpness", "InterEyeDistance", "HeadPoseYaw", "HeadPosePitch"),
    ),
}
"""Attributes that are told: how, and from which of the engine's measures."""

_BY_DETECTOR: Final[Mapping[str, frozenset[str]]] = {
    "detection_01": frozenset(COMPUTED),
    "detection_02": frozenset(),
    "detection_03": frozenset({"headPose", "blur", "qualityForRecognition"}),
}


def wanted_attributes(words: Sequence[str], detector: str, recogniser: str) -> tuple[str, ...]:
    """Return the attributes that are asked for and told, or raise `AzureError` for any other."""
    known = {name.lower(): name for name in (*COMPUTED, *RETIRED, *NOT_COMPUTED)}
    if any(word.lower() not in known for word in words):
        raise bad_argument("Invalid argument returnFaceAttributes.")
    named = tuple(dict.fromkeys(known[word.lower()] for word in words))
    retired = [name for name in named if name in RETIRED]
    if retired:
        raise unsupported(
            f"Feature is not supported: {', '.join(retired)}. What people feel or are cannot be read from a "
            "face; the service retired these attributes, no lease covers them and none will."
        )
    missing = [name for name in named if name in NOT_COMPUTED]
    if missing:
        raise unsupported(
            f"Feature is not supported: {', '.join(missing)}. The engine of this installation does not "
            f"measure it, and nothing is made up. Offered are {', '.join(COMPUTED)}."
        )
    for name in named:
        if name not in _BY_DETECTOR[detector]:
            raise bad_argument(f"'returnFaceAttributes' is not supported by {detector}.")
    if "qualityForRecognition" in named and recogniser in {"recognition_01", "recognition_02"}:
        raise bad_argument("'qualityForRecognition' is not supported by this 'recognitionModel'.")
    return named


def attributes_of(face: DetectedFace, names: Sequence[str]) -> dict[str, Any]:
    """Return the attributes that were measured; one whose measures are missing is left out."""
    measured = {measure.name for measure in face.quality if measure.score >= 0}
    return {name: COMPUTED[name][0](face) for name in names if measured.issuperset(COMPUTED[name][1])}


def _score(face: DetectedFace, name: str) -> float:
    return float(next(measure.score for measure in face.quality if measure.name == name))


def _native(face: DetectedFace, name: str) -> float:
    return next(measure.native for measure in face.quality if measure.name == name)
