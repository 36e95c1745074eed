from __future__ import annotations

import numpy as np
import pytest

from countenance.engine.detection import CONFIDENCE, TILE, find_everywhere, glance_at, seen_well
from countenance.engine.face_boxes import FaceBoxes, no_faces
from countenance.engine.images import Picture
from countenance.engine.yunet import STRIDES

DOT = 255


def picture(width: int, height: int, *dots: tuple[int, int]) -> Picture:
    pixels = np.zeros((height, width, 3), np.uint8)
    for x, y in dots:
        pixels[y, x] = DOT
    return Picture(pixels, width, height, 1)


def sees_bright_pixels(pixels: np.ndarray) -> dict[str, np.ndarray]:
    """A detector to which a bright pixel is the centre of a face of 24 x 24 pixels."""
    count, height, width, _ = pixels.shape
    outputs = {}
    for stride in STRIDES:
        places = (height // stride) * (width // stride)
        for head, values in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
            outputs[f"{head}_{stride}"] = np.zeros((count, places, values), np.float32)
    for image, y, x in np.argwhere(pixels[..., 0] == DOT):
        place = (y // 8) * (width // 8) + x // 8
        outputs["cls_8"][image, place] = outputs["obj_8"][image, place] = 1.0
        outputs["bbox_8"][image, place] = [x % 8 / 8, y % 8 / 8, np.log(3), np.log(3)]
        outputs["kps_8"][image, place] = np.tile([x % 8 / 8, y % 8 / 8], 5)
    return outputs


def one_face(side: float) -> FaceBoxes:
    return FaceBoxes(np.array([[0.0, 0.0, side, side]]), np.zeros((1, 5, 2)), np.full(1, CONFIDENCE))


def test_every_small_face_of_a_large_picture_is_found_once_and_in_its_place() -> None:
    chance = np.random.default_rng(2)
    dots = [
        (40 * int(x), 40 * int(y)) for x, y in chance.permutation(np.mgrid[1:98, 1:73].reshape(2, -1).T)[:100]
    ]
    faces = find_everywhere(sees_bright_pixels, picture(4000, 3000, *dots))
    assert len(faces) == 100
    found = {(round(x), round(y)) for x, y in faces.centres}
    assert found == set(dots)


@pytest.mark.parametrize("x", [TILE - 30, TILE - 12, TILE - 1, TILE, TILE + 11, 0, 1999])
def test_a_face_on_the_seam_of_tiles_is_found_once(x: int) -> None:
    faces = find_everywhere(sees_bright_pixels, picture(2000, 700, (x, 350)))
    assert faces.centres.round().tolist() == [[x, 350]]


def test_a_strip_one_pixel_high_is_no_obstacle() -> None:
    assert len(find_everywhere(sees_bright_pixels, picture(3000, 1))) == 0


def test_a_glance_shows_the_whole_picture_and_knows_its_scale() -> None:
    glance = glance_at(picture(1000, 500), 256)
    assert glance.canvas.shape == (256, 256, 3)
    assert (glance.across, glance.down) == pytest.approx((1000 / 256, 500 / 128))


def test_a_small_picture_is_enlarged_but_not_without_limit() -> None:
    assert glance_at(picture(100, 80), 256).across == pytest.approx(100 / 256)
    assert glance_at(picture(10, 8), 256).across == pytest.approx(1 / 8)


def test_a_glance_is_enough_when_a_face_half_the_size_would_have_been_seen_too() -> None:
    glance = glance_at(picture(256, 256), 256)
    assert not seen_well(no_faces(), glance)
    assert not seen_well(one_face(30.0), glance)
    assert seen_well(one_face(60.0), glance)
    assert seen_well(one_face(30.0), glance_at(picture(640, 640), 640))
