"""The default models as plain float32 ONNX, under the names by which the peers look for them.

The same verified bytes as ours, with the int8 blocks multiplied out and the weights taken off
the inputs: nothing else of our own preparation, so that a peer runs its own way.
"""

from __future__ import annotations

from pathlib import Path

import onnx

from countenance.engine.catalogue import DEFAULT_DETECTOR, DEFAULT_RECOGNISER, load_catalogue
from countenance.engine.model_sources import open_sources
from countenance.engine.preparation import fold_dequantisation, free_dimensions, take_weights_off_inputs

DETECTOR_FILE = "face_detection_yunet_2023mar.onnx"
RECOGNISER_FILE = "face_recognition_sface_2021dec.onnx"


def write_weights(folder: Path, *, free_batch: bool = False) -> tuple[Path, Path]:
    """Write detector and recogniser into `folder` and return their paths."""
    sources = open_sources(load_catalogue(), None)
    paths = []
    for model_id, name in ((DEFAULT_DETECTOR, DETECTOR_FILE), (DEFAULT_RECOGNISER, RECOGNISER_FILE)):
        entry = sources.catalogue.get(model_id)
        model = onnx.load_model_from_string(sources.find(entry).read())
        fold_dequantisation(model)
        take_weights_off_inputs(model)
        if free_batch:
            free_dimensions(model, entry.input)
            del model.graph.value_info[:]
        paths.append(folder / name)
        onnx.save_model(model, str(paths[-1]))
    return paths[0], paths[1]
