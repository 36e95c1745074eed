from __future__ import annotations

import numpy as np
import pytest

from countenance.engine.yunet import STRIDES, read_heads

SIDE = 64


def silent() -> dict[str, np.ndarray]:
    """Heads of one image in which nothing is seen."""
    widths = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
    return {
        f"{head}_{stride}": np.zeros((1, (SIDE // stride) ** 2, width), np.float32)
        for stride in STRIDES
        for head, width in widths.items()
    }


def test_silent_heads_show_no_face() -> None:
    assert len(read_heads(silent(), 0, width=SIDE, height=SIDE, confidence=0.1)) == 0


@pytest.mark.parametrize("stride", STRIDES)
def test_a_place_is_read_as_offsets_in_strides_and_exponents(stride: int) -> None:
    outputs = silent()
    columns = SIDE // stride
    row, column = columns - 1, 1
    place = row * columns + column
    outputs[f"cls_{stride}"][0, place] = 0.81
    outputs[f"obj_{stride}"][0, place] = 1.0
    outputs[f"bbox_{stride}"][0, place] = [0.5, 0.25, np.log(2.0), np.log(3.0)]
    outputs[f"kps_{stride}"][0, place] = np.arange(10)
    faces = read_heads(outputs, 0, width=SIDE, height=SIDE, confidence=0.5)
    centre = np.array([column + 0.5, row + 0.25]) * stride
    assert faces.scores == pytest.approx([0.9])
    assert faces.centres[0] == pytest.approx(centre)
    assert faces.boxes[0, 2:] == pytest.approx([2.0 * stride, 3.0 * stride])
    assert faces.points[0, 4] == pytest.approx(np.array([8.0 + column, 9.0 + row]) * stride)


def test_a_score_outside_its_range_is_clipped() -> None:
    outputs = silent()
    outputs["cls_8"][0, 0] = 4.0
    outputs["obj_8"][0, 0] = 1.5
    outputs["cls_8"][0, 1] = -1.0
    outputs["obj_8"][0, 1] = -1.0
    faces = read_heads(outputs, 0, width=SIDE, height=SIDE, confidence=0.5)
    assert faces.scores.tolist() == [1.0]


def test_a_place_below_the_confidence_is_passed_over() -> None:
    outputs = silent()
    outputs["cls_16"][0, 3] = 0.5
    outputs["obj_16"][0, 3] = 0.5
    assert len(read_heads(outputs, 0, width=SIDE, height=SIDE, confidence=0.51)) == 0
    assert len(read_heads(outputs, 0, width=SIDE, height=SIDE, confidence=0.5)) == 1
