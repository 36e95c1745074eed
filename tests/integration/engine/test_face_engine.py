"""The whole engine on real pixels, with the networks that are shipped."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from countenance.biometrics.faces import DetectedFace, Extraction, FaceChoice, QualityReason
from countenance.biometrics.model import Template
from countenance.engine.networks import EngineOptions
from countenance.engine.pipeline import Limits, LocalFaceEngine, open_engine
from countenance.engine.runtime import RuntimeOptions
from countenance.errors import (
    BusyError,
    CorruptImageError,
    EmptyImageError,
    ManyFacesError,
    NoFaceError,
    OversizedImageError,
    UnsupportedImageError,
)
from photographs import FACE, encoded, head, jpeg, paste, portrait, scene, turned_jpeg

PICTURES = Path(__file__).parent / "pictures"
SAME = 1e-4


def extraction(engine: LocalFaceEngine, image: bytes, choice: FaceChoice = FaceChoice.CENTRAL) -> Extraction:
    (result,) = engine.extract([image], choice=choice)
    assert isinstance(result, Extraction), result
    return result


def template(engine: LocalFaceEngine, image: bytes) -> Template:
    return extraction(engine, image).template


def covers(face: DetectedFace, *, x: float, y: float) -> bool:
    box = face.box
    return box.left <= x <= box.left + box.width and box.top <= y <= box.top + box.height


def test_the_face_of_a_portrait_is_found_described_and_embedded(engine: LocalFaceEngine) -> None:
    found = extraction(engine, jpeg(portrait()))
    left, top, width, height = FACE
    assert covers(found.face, x=left + width / 2, y=top + height / 2)
    assert found.face.confidence > 0.8
    assert found.face.reasons == ()
    assert abs(found.face.pose.yaw) < 15
    assert found.face.landmarks.right_eye.x < found.face.landmarks.left_eye.x
    assert found.faces_found == 1
    assert found.template.vector.shape == (128,)
    assert found.template.pipeline == engine.pipeline


def test_in_the_mirror_the_head_is_turned_the_other_way(engine: LocalFaceEngine) -> None:
    pose = extraction(engine, jpeg(portrait())).face.pose  # of one head, within the error of five landmarks
    mirrored = extraction(engine, jpeg(portrait()[:, ::-1])).face.pose
    assert (mirrored.yaw, mirrored.pitch, mirrored.roll) == pytest.approx(
        (-pose.yaw, pose.pitch, -pose.roll), abs=6
    )


@pytest.mark.parametrize("degrees", [25, -25])
def test_roll_has_the_sign_of_the_standard(engine: LocalFaceEngine, degrees: int) -> None:
    left, top, width, height = FACE
    turn = cv2.getRotationMatrix2D((left + width / 2, top + height / 2), degrees, 1.0)
    turned = cv2.warpAffine(portrait(), turn, (512, 512))  # positive is counter-clockwise
    upright = extraction(engine, jpeg(portrait())).face.pose.roll
    assert extraction(engine, jpeg(turned)).face.pose.roll - upright == pytest.approx(degrees, abs=6)


@pytest.mark.parametrize("degrees", [-60, -45, -30, 30, 45, 60])
def test_a_head_that_leans_far_is_recognised_all_the_same(engine: LocalFaceEngine, degrees: int) -> None:
    left, top, width, height = FACE
    turn = cv2.getRotationMatrix2D((left + width / 2, top + height / 2), degrees, 1.0)
    turned = cv2.warpAffine(portrait(), turn, (512, 512))
    assert template(engine, jpeg(turned)).compare(template(engine, jpeg(portrait()))) > 0.85


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_face_is_the_same_however_the_camera_was_held(engine: LocalFaceEngine, orientation: int) -> None:
    upright = template(engine, turned_jpeg(head(), 1))
    assert template(engine, turned_jpeg(head(), orientation)).compare(upright) > 0.99


@pytest.mark.parametrize("name", ["PNG", "WEBP", "BMP", "GIF"])
def test_a_face_is_the_same_in_every_format(engine: LocalFaceEngine, name: str) -> None:
    assert template(engine, encoded(head(), name)).compare(template(engine, jpeg(head()))) > 0.95


@pytest.mark.parametrize("name", ["astronaut.heic", "astronaut_turned.heic"])
def test_a_face_is_the_same_in_heic_and_upright(engine: LocalFaceEngine, name: str) -> None:
    reference = template(engine, jpeg(portrait()[20:276, 100:356]))
    assert template(engine, (PICTURES / name).read_bytes()).compare(reference) > 0.95


def test_a_cut_off_heic_is_corrupt(engine: LocalFaceEngine) -> None:
    data = (PICTURES / "astronaut.heic").read_bytes()
    for share in (0.2, 0.6, 0.95):
        (result,) = engine.extract([data[: round(len(data) * share)]], choice=FaceChoice.CENTRAL)
        assert isinstance(result, CorruptImageError)


def test_the_same_photograph_gives_the_same_template_in_every_company(engine: LocalFaceEngine) -> None:
    images = [jpeg(head()), jpeg(head()[:, ::-1]), jpeg(portrait()), encoded(head(), "PNG"), jpeg(head(0.6))]
    alone = [template(engine, image) for image in images]
    together = engine.extract(images * 3, choice=FaceChoice.CENTRAL)
    for first, result in zip(alone * 3, together, strict=True):
        assert isinstance(result, Extraction)
        assert np.abs(first.vector - result.template.vector).max() < SAME


def test_the_same_photograph_gives_the_same_template_from_every_thread(engine: LocalFaceEngine) -> None:
    images = [jpeg(head()), jpeg(portrait()), jpeg(head()[:, ::-1])]
    alone = [template(engine, image) for image in images]
    with ThreadPoolExecutor(6) as pool:
        many = list(pool.map(lambda index: template(engine, images[index % 3]), range(30)))
    for index, one in enumerate(many):
        assert np.abs(alone[index % 3].vector - one.vector).max() < SAME


def test_the_same_photograph_gives_the_same_score_on_one_thread(engine: LocalFaceEngine) -> None:
    single = open_engine(
        EngineOptions(runtime=RuntimeOptions(threads=1)), Limits(20_000_000, 20_000_000, 20.0, 4)
    )
    try:
        pair = jpeg(head()), jpeg(portrait()[:, ::-1])
        one, other = (template(single, image) for image in pair)
        first, second = (template(engine, image) for image in pair)
        assert single.pipeline == engine.pipeline
        assert one.compare(other) == pytest.approx(first.compare(second), abs=SAME)
    finally:
        single.close()


@pytest.mark.parametrize("face_width", [60, 200, 420])
def test_full_and_reduced_decodes_agree(engine: LocalFaceEngine, face_width: int) -> None:
    canvas = scene(2600, 2000)
    paste(canvas, face_width, (1300, 1000))
    reduced = template(engine, jpeg(canvas))
    cropped = np.ascontiguousarray(canvas[400:1600, 700:1900])  # below the size at which decoding is reduced
    assert template(engine, jpeg(cropped)).compare(reduced) > 0.97


def test_a_face_of_twenty_pixels_is_still_extracted(engine: LocalFaceEngine) -> None:
    canvas = scene(4000, 3000)
    paste(canvas, 20, (3111, 777))
    found = extraction(engine, jpeg(canvas))
    assert covers(found.face, x=3111, y=777)
    assert QualityReason.TOO_SMALL in found.face.reasons


def test_one_error_does_not_cost_the_others_their_templates(engine: LocalFaceEngine) -> None:
    good, data = jpeg(head()), jpeg(scene(300, 200))
    results = engine.extract([b"", good, b"text", data, good[:4000], good], choice=FaceChoice.CENTRAL)
    kinds = [type(result) for result in results]
    assert kinds == [
        EmptyImageError,
        Extraction,
        UnsupportedImageError,
        NoFaceError,
        CorruptImageError,
        Extraction,
    ]


def test_of_two_faces_the_choice_decides(engine: LocalFaceEngine) -> None:
    canvas = scene(900, 600)
    paste(canvas, 140, (180, 300))
    paste(canvas, 90, (480, 300), mirrored=True)
    image = jpeg(canvas)
    assert covers(extraction(engine, image, FaceChoice.LARGEST).face, x=180, y=300)
    assert covers(extraction(engine, image, FaceChoice.CENTRAL).face, x=480, y=300)
    assert extraction(engine, image).faces_found == 2
    (only,) = engine.extract([image], choice=FaceChoice.ONLY)
    assert isinstance(only, ManyFacesError)


def test_a_hundred_faces_are_found_the_largest_first(engine: LocalFaceEngine) -> None:
    canvas = scene(2000, 1600)
    centres = [(x, y) for y in range(80, 1600, 160) for x in range(100, 2000, 200)]
    for index, centre in enumerate(centres):
        paste(canvas, 40 + index % 5 * 8, centre, mirrored=index % 2 == 1)
    found = engine.detect(jpeg(canvas), limit=100)
    assert len(found.faces) == 100
    assert all(any(covers(face, x=x, y=y) for face in found.faces) for x, y in centres)
    sides = [face.box.width * face.box.height for face in found.faces]
    assert sides == sorted(sides, reverse=True)
    assert len(engine.detect(jpeg(canvas), limit=7).faces) == 7


def test_faces_of_twenty_pixels_are_found_in_twelve_megapixels(engine: LocalFaceEngine) -> None:
    canvas = scene(4000, 3000)
    centres = [(140, 120), (2017, 1493), (3811, 2877), (640, 1100), (1279, 513)]
    widths = [20, 24, 30, 60, 20]
    for centre, width in zip(centres, widths, strict=True):
        paste(canvas, width, centre)
    paste(canvas, 700, (2900, 1000))
    found = engine.detect(jpeg(canvas), limit=100)
    assert (found.width, found.height) == (4000, 3000)
    assert len(found.faces) == 6
    assert all(any(covers(face, x=x, y=y) for face in found.faces) for x, y in centres)
    assert covers(found.faces[0], x=2900, y=1000)


def test_a_photograph_without_a_face_has_none(engine: LocalFaceEngine) -> None:
    assert engine.detect(jpeg(scene(700, 500)), limit=10).faces == ()
    assert engine.detect(encoded(scene(1, 1), "PNG"), limit=10).faces == ()


def test_too_many_pixels_are_an_error_for_both_ways_in(engine: LocalFaceEngine) -> None:
    data = jpeg(np.zeros((5000, 5000, 3), np.uint8), quality=10)
    with pytest.raises(OversizedImageError):
        engine.detect(data, limit=1)
    (result,) = engine.extract([data], choice=FaceChoice.CENTRAL)
    assert isinstance(result, OversizedImageError)


def test_a_full_queue_is_told_at_once_and_empties_again(engine: LocalFaceEngine) -> None:
    inside, leave = threading.Semaphore(0), threading.Event()

    def hold() -> None:
        with engine.admission():
            inside.release()
            leave.wait(30)

    holders = [threading.Thread(target=hold) for _ in range(4)]
    for holder in holders:
        holder.start()
    for _ in holders:
        assert inside.acquire(timeout=30)
    with pytest.raises(BusyError) as busy, engine.admission():
        pytest.fail("a fifth was let in")
    assert busy.value.retry_after >= 1
    leave.set()
    for holder in holders:
        holder.join()
    with engine.admission():
        pass


def test_a_place_is_given_back_after_an_error(engine: LocalFaceEngine) -> None:
    for _ in range(8):
        with pytest.raises(NoFaceError), engine.admission():
            raise NoFaceError("no face")


def test_no_repr_of_what_comes_back_holds_features(engine: LocalFaceEngine) -> None:
    found = extraction(engine, jpeg(head()))
    component = repr(float(found.template.vector[0]))[:6]
    assert component not in repr(found.template)
