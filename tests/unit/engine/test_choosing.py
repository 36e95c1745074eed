from __future__ import annotations

import numpy as np
import pytest

from countenance.biometrics.faces import FaceChoice
from countenance.engine.choosing import choose_face
from countenance.engine.face_boxes import FaceBoxes, no_faces
from countenance.errors import ManyFacesError, NoFaceError


def faces(*squares: tuple[float, float, float]) -> FaceBoxes:
    """Squares by centre and side."""
    boxes = np.array([[x - side / 2, y - side / 2, side, side] for x, y, side in squares])
    return FaceBoxes(boxes, np.zeros((len(squares), 5, 2)), np.ones(len(squares)))


def chosen(found: FaceBoxes, choice: FaceChoice) -> int:
    return choose_face(found, choice, width=200, height=100)


@pytest.mark.parametrize("choice", FaceChoice)
def test_no_face_is_an_error_however_it_is_chosen(choice: FaceChoice) -> None:
    with pytest.raises(NoFaceError):
        chosen(no_faces(), choice)


@pytest.mark.parametrize("choice", FaceChoice)
def test_a_lone_face_is_chosen_wherever_it_is(choice: FaceChoice) -> None:
    assert chosen(faces((5, 5, 9)), choice) == 0


def test_central_is_nearest_to_the_middle() -> None:
    assert chosen(faces((20, 50, 40), (110, 50, 30)), FaceChoice.CENTRAL) == 1


def test_the_larger_of_two_equally_central_faces_is_chosen() -> None:
    assert chosen(faces((80, 50, 30), (120, 50, 40)), FaceChoice.CENTRAL) == 1


def test_a_small_face_in_the_background_is_never_chosen() -> None:
    assert chosen(faces((30, 50, 60), (100, 50, 25)), FaceChoice.CENTRAL) == 0


def test_largest_is_the_largest() -> None:
    assert chosen(faces((100, 50, 30), (20, 50, 40)), FaceChoice.LARGEST) == 1


def test_only_refuses_a_second_prominent_face() -> None:
    with pytest.raises(ManyFacesError, match="`2` faces"):
        chosen(faces((30, 50, 60), (140, 50, 30)), FaceChoice.ONLY)


def test_only_does_not_mind_small_faces_in_the_background() -> None:
    assert chosen(faces((30, 50, 60), (140, 50, 29)), FaceChoice.ONLY) == 0
