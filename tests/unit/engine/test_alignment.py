from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countenance.engine.alignment import ARCFACE_TEMPLATE, SIDE, applied, inverse, lay, scale_of, similarity
from countenance.engine.images import Picture
from photographs import scene


def placed(scale: float, degrees: float, right: float, down: float) -> np.ndarray:
    angle = np.radians(degrees)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return ARCFACE_TEMPLATE @ turn.T + np.array([right, down])


@given(
    scale=st.floats(0.1, 30.0),
    degrees=st.floats(-180.0, 180.0),
    right=st.floats(-500.0, 5000.0),
    down=st.floats(-500.0, 5000.0),
)
def test_a_moved_template_is_moved_back_exactly(
    scale: float, degrees: float, right: float, down: float
) -> None:
    points = placed(scale, degrees, right, down)
    matrix = similarity(points)
    assert applied(matrix, points) == pytest.approx(ARCFACE_TEMPLATE, abs=1e-6)
    assert scale_of(matrix) == pytest.approx(1.0 / scale)
    assert applied(inverse(matrix), applied(matrix, points)) == pytest.approx(points, abs=1e-6)


def test_no_other_similarity_lies_nearer_to_the_template() -> None:
    chance = np.random.default_rng(5)
    points = placed(2.0, 20.0, 100.0, 50.0) + chance.normal(0.0, 3.0, (5, 2))
    best = similarity(points)
    error = ((applied(best, points) - ARCFACE_TEMPLATE) ** 2).sum()
    for _ in range(200):
        real, imaginary, *shift = chance.normal(0.0, [0.01, 0.01, 0.5, 0.5])
        other = best + np.array([[real, -imaginary, shift[0]], [imaginary, real, shift[1]]])
        assert ((applied(other, points) - ARCFACE_TEMPLATE) ** 2).sum() >= error


def test_points_on_one_place_do_not_divide_by_zero() -> None:
    assert scale_of(similarity(np.ones((5, 2)))) == 0.0


def test_a_crop_of_a_face_less_than_twice_as_large_is_the_plain_bilinear_warp() -> None:
    pixels = scene(300, 300)
    matrix = similarity(placed(1.6, 10.0, 60.0, 40.0))
    expected = cv2.warpAffine(pixels, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
    assert np.array_equal(lay(Picture(pixels, 300, 300, 1), matrix, SIDE), expected)


@pytest.mark.parametrize("scale", [2.5, 5.0, 11.0])
def test_a_large_face_is_averaged_and_not_sampled(scale: float) -> None:
    side = round(scale * 160)
    pixels = np.zeros((side, side, 3), np.uint8)
    pixels[::2] = 255
    crop = lay(Picture(pixels, side, side, 1), similarity(placed(scale, 0.0, 10.0, 10.0)), SIDE)
    assert np.abs(crop[8:-8, 8:-8].astype(int) - 127).max() <= 12


@pytest.mark.parametrize("degrees", [0.0, 33.0, -120.0])
def test_full_and_reduced_pictures_give_the_same_crop(degrees: float) -> None:
    pixels = scene(960, 960)
    half = cv2.resize(pixels, (480, 480), interpolation=cv2.INTER_AREA)
    matrix = similarity(placed(4.4, degrees, 480.0, 420.0) - ARCFACE_TEMPLATE.mean(axis=0))
    whole = lay(Picture(pixels, 960, 960, 1), matrix, SIDE).astype(int)
    reduced = lay(Picture(half, 960, 960, 2), matrix, SIDE).astype(int)
    assert np.abs(whole - reduced).max() <= 2
