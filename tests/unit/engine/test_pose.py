from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countenance.biometrics.faces import Pose
from countenance.engine.alignment import ARCFACE_TEMPLATE
from countenance.engine.pose import _mean_head, estimate_pose

MIRRORED = [1, 0, 2, 4, 3]


def turned(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """The mean head's points in the image after roll, then pitch, then yaw, in OpenCV's axes."""
    y, p, r = np.radians([yaw, pitch, roll])
    about_z = np.array([[np.cos(r), np.sin(r), 0], [-np.sin(r), np.cos(r), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_y = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    return (_mean_head() @ (about_y @ about_x @ about_z).T)[:, :2] * 3.0 + np.array([400.0, 300.0])


@given(yaw=st.floats(-60.0, 60.0), pitch=st.floats(-40.0, 40.0), roll=st.floats(-170.0, 170.0))
def test_the_pose_of_the_mean_head_is_found_exactly(yaw: float, pitch: float, roll: float) -> None:
    pose = estimate_pose(turned(yaw, pitch, roll))
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((yaw, pitch, roll), abs=1e-6)


def test_a_nose_towards_the_subjects_left_is_positive_yaw() -> None:
    points = ARCFACE_TEMPLATE.copy()
    points[2, 0] += 8.0
    assert estimate_pose(points).yaw > 15.0


def test_a_lowered_nose_is_positive_pitch() -> None:
    points = ARCFACE_TEMPLATE.copy()
    points[2, 1] += 10.0
    assert estimate_pose(points).pitch > estimate_pose(ARCFACE_TEMPLATE).pitch + 15.0


def test_a_head_that_leans_to_the_subjects_right_shoulder_has_positive_roll() -> None:
    lean = np.radians(20.0)  # the subject's right is the image's left: the eyes' line falls to the left
    turn = np.array([[np.cos(lean), np.sin(lean)], [-np.sin(lean), np.cos(lean)]])
    points = ARCFACE_TEMPLATE @ turn.T
    assert points[0, 1] > points[1, 1]
    assert estimate_pose(points).roll == pytest.approx(20.0, abs=1.0)


@given(yaw=st.floats(-50.0, 50.0), pitch=st.floats(-30.0, 30.0), roll=st.floats(-60.0, 60.0))
def test_in_the_mirror_yaw_and_roll_change_sign_and_pitch_does_not(
    yaw: float, pitch: float, roll: float
) -> None:
    points = turned(yaw, pitch, roll)
    mirrored = points[MIRRORED] * np.array([-1.0, 1.0]) + np.array([800.0, 0.0])
    pose, seen = estimate_pose(points), estimate_pose(mirrored)
    assert (seen.yaw, seen.pitch, seen.roll) == pytest.approx((-pose.yaw, pose.pitch, -pose.roll), abs=1e-6)


def test_points_on_one_place_have_no_pose() -> None:
    assert estimate_pose(np.ones((5, 2))) == Pose(yaw=0.0, pitch=0.0, roll=0.0)
