from __future__ import annotations

import numpy as np
import pytest

from countenance.biometrics.model import Pipeline
from countenance.engine.embedding import embed
from countenance.errors import ModelError

PIPELINE = Pipeline("0" * 64, "1")
CROPS = [np.full((112, 112, 3), value, np.uint8) for value in (3, 4)]


def brightness(pixels: np.ndarray) -> dict[str, np.ndarray]:
    level = pixels.reshape(len(pixels), -1).mean(axis=1)
    return {"features": np.stack([level, 2 * level], axis=1).astype(np.float32)}


def test_templates_have_unit_length_and_say_what_made_them() -> None:
    templates = embed(brightness, CROPS, PIPELINE)
    assert [template.pipeline for template in templates] == [PIPELINE, PIPELINE]
    assert templates[0].vector == pytest.approx(np.array([1, 2]) / np.sqrt(5))


def test_no_crops_ask_the_network_nothing() -> None:
    def untouchable(_: np.ndarray) -> dict[str, np.ndarray]:
        pytest.fail("the network was asked")

    assert embed(untouchable, [], PIPELINE) == []


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_features_without_a_direction_are_an_error(value: float) -> None:
    def useless(pixels: np.ndarray) -> dict[str, np.ndarray]:
        return {"features": np.full((len(pixels), 2), value, np.float32)}

    with pytest.raises(ModelError):
        embed(useless, CROPS, PIPELINE)
