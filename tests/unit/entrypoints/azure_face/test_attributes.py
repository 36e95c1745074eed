from __future__ import annotations

from dataclasses import replace

import pytest

from countenance.biometrics.faces import DetectedFace, Pose, QualityMeasure, QualityReason
from countenance.entrypoints.azure_face.attributes import (
    COMPUTED,
    NOT_COMPUTED,
    RETIRED,
    attributes_of,
    wanted_attributes,
)
from countenance.entrypoints.azure_face.faults import AzureError
from fakes_engine import face_of

D1, D2, D3 = "detection_01", "detection_02", "detection_03"
R1, R4 = "recognition_01", "recognition_04"


def face(*reasons: QualityReason, **scores: int) -> DetectedFace:
    """A face with measures of these scores, all good where nothing else is said."""
    named = {"Sharpness": 90, "InterEyeDistance": 80, "HeadPoseYaw": 95, "HeadPosePitch": 95, **scores}
    quality = tuple(QualityMeasure(0, name, 0.0, score) for name, score in named.items())
    return replace(face_of(b""), quality=quality, reasons=reasons)


def exposed(black: float, burnt: float) -> DetectedFace:
    quality = (
        QualityMeasure(0x46, "UnderExposurePrevention", black, 50),
        QualityMeasure(0x47, "OverExposurePrevention", burnt, 50),
    )
    return replace(face_of(b""), quality=quality)


@pytest.mark.parametrize(
    ("sharpness", "level", "value"),
    [
        (100, "low", 0.0),
        (76, "low", 0.24),
        (75, "medium", 0.25),
        (26, "medium", 0.74),
        (25, "high", 0.75),
        (0, "high", 1.0),
    ],
)
def test_blur_falls_as_sharpness_rises(sharpness: int, level: str, value: float) -> None:
    told = attributes_of(face(Sharpness=sharpness), ["blur"])
    assert told == {"blur": {"blurLevel": level, "value": value}}


@pytest.mark.parametrize(
    ("black", "burnt", "level", "value"),
    [
        (0.0, 0.0, "goodExposure", 0.5),
        (0.3, 0.3, "goodExposure", 0.5),
        (0.5, 0.0, "goodExposure", 0.25),
        (0.51, 0.0, "underExposure", 0.245),
        (0.0, 0.5, "overExposure", 0.75),
        (1.0, 0.0, "underExposure", 0.0),
        (0.0, 1.0, "overExposure", 1.0),
    ],
)
def test_exposure_counts_what_is_black_and_what_is_burnt(
    black: float, burnt: float, level: str, value: float
) -> None:
    told = attributes_of(exposed(black, burnt), ["exposure"])
    assert told == {"exposure": {"exposureLevel": level, "value": value}}


def test_quality_is_low_for_what_is_not_compared_and_high_only_where_everything_is_good() -> None:
    def quality(shown: DetectedFace) -> object:
        return attributes_of(shown, ["qualityForRecognition"])["qualityForRecognition"]

    assert quality(face()) == "high"
    assert quality(face(QualityReason.TOO_DARK)) == "low"
    for name in ("Sharpness", "InterEyeDistance", "HeadPoseYaw", "HeadPosePitch"):
        assert quality(face(**{name: 49})) == "medium"
        assert quality(face(**{name: 50})) == "high"


def test_a_head_turns_as_the_service_counts() -> None:
    shown = replace(face(), pose=Pose(yaw=10.0, pitch=5.0, roll=-3.0))
    assert attributes_of(shown, ["headPose"]) == {"headPose": {"pitch": -5.0, "roll": 3.0, "yaw": 10.0}}


def test_what_could_not_be_assessed_is_left_out() -> None:
    assert attributes_of(face(Sharpness=-1), ["blur", "qualityForRecognition", "headPose"]).keys() == {
        "headPose"
    }
    assert attributes_of(replace(face(), quality=()), ["exposure"]) == {}


def test_names_are_taken_in_any_case_and_once() -> None:
    assert wanted_attributes(("HEADPOSE", "headPose", "Blur"), D1, R1) == ("headPose", "blur")
    assert wanted_attributes((), D2, R1) == ()


@pytest.mark.parametrize("name", [*RETIRED, *NOT_COMPUTED])
def test_what_is_retired_or_not_measured_is_refused_with_the_rest(name: str) -> None:
    with pytest.raises(AzureError) as caught:
        wanted_attributes(("headPose", name), D1, R4)
    assert (caught.value.inner, caught.value.status.value) == ("UnsupportedFeature", 403)
    assert name in caught.value.message


@pytest.mark.parametrize(
    ("name", "detector", "recogniser"),
    [
        ("noSuchThing", D1, R4),
        ("headPose", D2, R4),
        ("exposure", D3, R4),
        ("qualityForRecognition", D1, R1),
        ("qualityForRecognition", D1, "recognition_02"),
    ],
)
def test_what_a_model_does_not_have_is_a_bad_argument(name: str, detector: str, recogniser: str) -> None:
    with pytest.raises(AzureError) as caught:
        wanted_attributes((name,), detector, recogniser)
    assert caught.value.code == "BadArgument"


def test_no_attribute_is_told_and_refused_at_once() -> None:
    assert not set(COMPUTED) & {*RETIRED, *NOT_COMPUTED}
    assert not set(RETIRED) & set(NOT_COMPUTED)
