from __future__ import annotations

import numpy as np

from countenance.engine.face_boxes import FaceBoxes, apart_from, joined, no_faces, suppressed


def faces(*boxes: tuple[float, float, float, float, float]) -> FaceBoxes:
    rows = np.array(boxes, dtype=np.float64)
    return FaceBoxes(rows[:, :4], np.zeros((len(rows), 5, 2)), rows[:, 4])


def test_of_boxes_that_overlap_the_best_stays() -> None:
    kept = suppressed(faces((0, 0, 10, 10, 0.7), (1, 1, 10, 10, 0.9), (30, 0, 10, 10, 0.8)), overlap=0.3)
    assert kept.scores.tolist() == [0.9, 0.8]


def test_boxes_that_hardly_touch_both_stay() -> None:
    assert len(suppressed(faces((0, 0, 10, 10, 0.7), (8, 0, 10, 10, 0.9)), overlap=0.3)) == 2


def test_a_box_inside_another_is_the_same_face_only_if_asked() -> None:
    nested = faces((0, 0, 100, 100, 0.9), (10, 10, 30, 30, 0.8))
    assert len(suppressed(nested, overlap=0.3)) == 2
    assert len(suppressed(nested, overlap=0.3, inside=0.6)) == 1


def test_faces_that_are_known_already_are_left_out_whatever_they_score() -> None:
    known = faces((0, 0, 100, 100, 0.2), (200, 0, 20, 20, 0.2))
    seen = faces((1, 1, 100, 100, 0.9), (10, 10, 30, 30, 0.8), (300, 0, 20, 20, 0.7), (212, 0, 20, 20, 0.6))
    assert apart_from(known, seen, overlap=0.3, inside=0.6).scores.tolist() == [0.7, 0.6]
    assert len(apart_from(no_faces(), seen, overlap=0.3, inside=0.6)) == 4
    assert len(apart_from(known, no_faces(), overlap=0.3, inside=0.6)) == 0


def test_equal_scores_keep_their_order() -> None:
    kept = suppressed(faces((0, 0, 1, 1, 0.5), (5, 5, 2, 2, 0.5)), overlap=0.3)
    assert kept.boxes[:, 2].tolist() == [1.0, 2.0]


def test_none_and_none_are_none() -> None:
    assert len(joined([])) == 0
    assert len(joined([no_faces(), no_faces()])) == 0
    assert len(suppressed(no_faces(), overlap=0.3, inside=0.5)) == 0


def test_stretching_keeps_the_middle_of_a_pixel_in_the_middle() -> None:
    one = FaceBoxes(np.array([[0.0, 0, 1, 1]]), np.full((1, 5, 2), 0.0), np.ones(1))
    assert one.scaled(4.0, 2.0).points[0, 0].tolist() == [1.5, 0.5]
    assert one.shifted(10, 20).boxes.tolist() == [[10, 20, 1, 1]]
