from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from countenance.biometrics.faces import Pose, QualityReason
from countenance.engine.alignment import ARCFACE_TEMPLATE, SIDE, inverse, similarity
from countenance.engine.face_boxes import FaceBoxes, no_faces
from countenance.engine.quality import FaceView, assess, unicity
from photographs import Pixels, portrait

FRONTAL = Pose(yaw=0.0, pitch=0.0, roll=0.0)
OFIQ = {
    0x44: "LuminanceMean",
    0x45: "LuminanceVariance",
    0x46: "UnderExposurePrevention",
    0x47: "OverExposurePrevention",
    0x48: "DynamicRange",
    0x49: "Sharpness",
    0x4C: "SingleFacePresent",
    0x52: "InterEyeDistance",
    0x53: "HeadSize",
    0x54: "LeftwardCropOfTheFaceImage",
    0x55: "RightwardCropOfTheFaceImage",
    0x56: "DownwardCropOfTheFaceImage",
    0x57: "UpwardCropOfTheFaceImage",
    0x58: "HeadPoseYaw",
    0x59: "HeadPosePitch",
    0x5A: "HeadPoseRoll",
}


def crop() -> Pixels:
    return cv2.resize(portrait()[62:184, 164:286], (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def view(scale: float = 2.0, **changes: object) -> FaceView:
    """A well-lit frontal face, the template enlarged `scale` times, with room around it."""
    points = ARCFACE_TEMPLATE * scale + 100.0
    good = FaceView(
        points=points,
        matrix=similarity(points),
        crop=crop(),
        pose=FRONTAL,
        width=500,
        height=500,
        unicity=0.0,
    )
    return replace(good, **changes)


def native(name: str, seen: FaceView) -> float:
    return next(measure.native for measure in assess(seen).measures if measure.name == name)


def score(name: str, seen: FaceView) -> int:
    return next(measure.score for measure in assess(seen).measures if measure.name == name)


def lit(factor: float) -> Pixels:
    return np.clip(crop() * factor, 0, 255).astype(np.uint8)


def test_a_good_face_has_every_measure_and_no_reason() -> None:
    quality = assess(view())
    assert quality.reasons == ()
    assert {measure.code: measure.name for measure in quality.measures} == OFIQ
    assert all(0 <= measure.score <= 100 for measure in quality.measures)
    assert all(type(measure.native) is float for measure in quality.measures)


def test_few_pixels_between_the_eyes_are_too_small() -> None:
    assert assess(view(0.3)).reasons == (QualityReason.TOO_SMALL,)


def test_the_eyes_distance_is_corrected_for_yaw() -> None:
    turned = view(pose=Pose(yaw=60.0, pitch=0.0, roll=0.0))
    assert native("InterEyeDistance", turned) == pytest.approx(2 * native("InterEyeDistance", view()))


def test_a_face_without_light_is_too_dark() -> None:
    assert QualityReason.TOO_DARK in assess(view(crop=lit(0.2))).reasons


def test_a_dark_skin_in_good_light_is_not_too_dark() -> None:
    dark = crop().astype(np.float64)
    skin = dark.mean(axis=2) > 60
    dark[skin] *= 0.3  # skin reflects a third; what is brightest in a face stays
    dark[50:53, 40:46] = dark[50:53, 68:74] = dark[88:94, 48:66] = 150.0
    quality = assess(view(crop=dark.astype(np.uint8)))
    assert QualityReason.TOO_DARK not in quality.reasons
    assert native("LuminanceMean", view(crop=dark.astype(np.uint8))) < 0.35


def test_a_burnt_out_face_is_too_bright() -> None:
    assert QualityReason.TOO_BRIGHT in assess(view(crop=lit(2.5))).reasons


def test_a_face_out_of_focus_is_blurred() -> None:
    blurred = cv2.GaussianBlur(crop(), (0, 0), 4)
    assert assess(view(crop=blurred)).reasons == (QualityReason.BLURRED,)


@pytest.mark.parametrize("factor", [0.35, 0.7, 1.1])
def test_sharpness_does_not_depend_on_the_light(factor: float) -> None:
    assert native("Sharpness", view(crop=lit(factor))) == pytest.approx(native("Sharpness", view()), rel=0.1)


def test_a_face_of_one_colour_is_assessed_without_dividing_by_zero() -> None:
    flat = np.full((SIDE, SIDE, 3), 90, np.uint8)
    assert native("Sharpness", view(crop=flat)) == 0.0
    assert QualityReason.BLURRED in assess(view(crop=flat)).reasons


@pytest.mark.parametrize("pose", [Pose(60.0, 0.0, 0.0), Pose(-60.0, 0.0, 0.0), Pose(0.0, 50.0, 0.0)])
def test_a_head_turned_far_away_is_an_extreme_pose(pose: Pose) -> None:
    assert assess(view(pose=pose)).reasons == (QualityReason.EXTREME_POSE,)


def test_a_rolled_head_is_no_fault_since_alignment_undoes_it() -> None:
    assert assess(view(pose=Pose(0.0, 0.0, 170.0))).reasons == ()


def test_a_face_over_the_edge_is_cut_off() -> None:
    points = ARCFACE_TEMPLATE * 2.0 + np.array([-60.0, 100.0])
    assert assess(view(points=points, matrix=similarity(points))).reasons == (QualityReason.CUT_OFF,)


def test_a_tightly_framed_face_is_not_cut_off() -> None:
    points = ARCFACE_TEMPLATE.copy()
    assert assess(view(points=points, matrix=similarity(points), width=SIDE, height=SIDE)).reasons == ()


def test_margins_are_counted_in_eye_distances_and_head_heights() -> None:
    seen = view()
    between = seen.points[1, 0] - seen.points[0, 0]
    assert native("LeftwardCropOfTheFaceImage", seen) == pytest.approx(seen.points[0, 0] / between, rel=1e-3)
    moved = view(width=400)
    assert native("RightwardCropOfTheFaceImage", moved) < native("RightwardCropOfTheFaceImage", seen)
    assert native("HeadSize", view(height=1000)) == pytest.approx(native("HeadSize", seen) / 2)


def test_a_second_face_lowers_the_score_of_being_alone() -> None:
    assert score("SingleFacePresent", view()) == 100
    assert score("SingleFacePresent", view(unicity=0.75)) == 25


def test_unicity_compares_the_two_largest_faces() -> None:
    boxes = np.array([[0.0, 0, 10, 10], [0, 0, 40, 40], [0, 0, 20, 20]])
    assert unicity(FaceBoxes(boxes, np.zeros((3, 5, 2)), np.ones(3))) == 0.5
    assert unicity(FaceBoxes(boxes[:1], np.zeros((1, 5, 2)), np.ones(1))) == 0.0
    assert unicity(no_faces()) == 0.0


def test_the_crops_matrix_is_what_places_the_grid() -> None:
    seen = view()
    corner = inverse(seen.matrix) @ np.array([0.0, 0.0, 1.0])
    assert corner == pytest.approx([100.0, 100.0], abs=0.01)
