from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from countenance.engine.catalogue import DEFAULT_DETECTOR, DEFAULT_RECOGNISER, load_catalogue
from countenance.engine.runtime import RuntimeOptions, check_pixels, output_indexes
from countenance.errors import ConfigurationError, ModelError

RECOGNISER = load_catalogue().get(DEFAULT_RECOGNISER)
DETECTOR = load_catalogue().get(DEFAULT_DETECTOR)


@pytest.mark.parametrize(("threads", "streams"), [(0, 1), (-1, 1), (None, 0), (2, 3)])
def test_threads_and_streams_that_cannot_run_are_refused(threads: int | None, streams: int) -> None:
    with pytest.raises(ConfigurationError):
        RuntimeOptions(threads=threads, streams=streams)


def test_pixels_of_the_contract_are_taken() -> None:
    check_pixels(np.zeros((3, 112, 112, 3), np.uint8), RECOGNISER.input)
    check_pixels(np.zeros((1, 320, 640, 3), np.uint8), DETECTOR.input)


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((1, 112, 112, 3), np.float32),
        np.zeros((112, 112, 3), np.uint8),
        np.zeros((1, 3, 112, 112), np.uint8),
        np.zeros((0, 112, 112, 3), np.uint8),
        np.zeros((1, 112, 96, 3), np.uint8),
        np.zeros((1, 112, 112, 4), np.uint8),
    ],
)
def test_other_pixels_are_a_fault_of_the_program(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"pixels|sides"):
        check_pixels(pixels, RECOGNISER.input)


def test_sides_that_are_no_multiple_are_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="multiples of 32, not 330"):
        check_pixels(np.zeros((1, 320, 330, 3), np.uint8), DETECTOR.input)


def test_outputs_are_found_by_any_of_their_names() -> None:
    names = [{name, f"{number}"} for number, name in enumerate(reversed(DETECTOR.output.names))]
    found = output_indexes(DETECTOR, names)
    assert found["kps_32"] == 0
    assert found["cls_8"] == len(names) - 1


def test_the_only_output_of_a_recogniser_is_its_features_whatever_it_is_called() -> None:
    assert output_indexes(RECOGNISER, [{"fc1"}]) == {"features": 0}


def test_a_network_without_an_output_of_its_contract_is_refused() -> None:
    names = [{name} for name in DETECTOR.output.names if name != "obj_16"]
    with pytest.raises(ModelError, match="`obj_16`"):
        output_indexes(DETECTOR, names)
    two = replace(RECOGNISER)
    with pytest.raises(ModelError, match="`features`"):
        output_indexes(two, [{"fc1"}, {"fc2"}])
