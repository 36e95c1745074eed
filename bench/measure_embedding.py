"""From an aligned face to its features: one at a time, in batches, and as a share of the processor's peak."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from countenance.engine.networks import EngineOptions, open_networks
from countenance.engine.runtime import Network, RuntimeOptions
from peer_opencv import NAME, OpenCv, OpenCvBatch
from photographs import photographs
from processor_peak import single_core_peak
from report import Row, compared, hand_over
from turns import in_turns
from weights import write_weights

BATCH = 16
ROUNDS = 60
_OPERATIONS = 1.148e9  # multiplications and additions of SFace for one face, counted from its graph
_AGREE = 1e-3
_PEAK_ROUNDS = 8

Faces = npt.NDArray[np.uint8]


def aligned_faces(opencv: OpenCv, count: int) -> Faces:
    """Return faces as OpenCV aligns them, N x 112 x 112 x 3 BGR: both sides are given the same pixels."""
    faces = []
    for one, _ in photographs(count).pairs[:count]:
        image = cv2.imread(str(one))
        if image is None:
            raise OSError(f"OpenCV cannot read `{one.name}`")
        opencv.detector.setInputSize(image.shape[1::-1])
        _, found = opencv.detector.detect(image)
        faces.append(opencv.recogniser.alignCrop(image, found[0]))
    return np.stack([faces[number % len(faces)] for number in range(count)])


def measure() -> list[Row]:
    """Return the rows."""
    with tempfile.TemporaryDirectory(prefix="countenance-bench-") as folder:
        free = Path(folder) / "free"
        free.mkdir()
        opencv = OpenCv.load(*write_weights(Path(folder)))
        batches = OpenCvBatch.load(write_weights(free, free_batch=True)[1])
    faces = aligned_faces(opencv, BATCH)
    pixels = np.ascontiguousarray(faces[..., ::-1])
    network = open_networks(EngineOptions()).recogniser
    _check_agreement(network, pixels, opencv, faces)

    def one(number: int) -> slice:
        return slice(number % BATCH, number % BATCH + 1)

    single = in_turns(
        lambda number: network(pixels[one(number)]),
        lambda number: opencv.embed(faces[number % BATCH]),
        rounds=3 * ROUNDS,
    )
    batch = in_turns(lambda _: network(pixels), lambda _: batches.embed(faces), rounds=ROUNDS)
    a_face = [[time / BATCH for time in series] for series in batch]
    return [
        compared("embed_single", *single, peer_name=f"{NAME} FaceRecognizerSF"),
        compared("embed_batch", *a_face, peer_name=f"{NAME} dnn", note=f"a face, in batches of {BATCH}"),
        _peak_fraction(pixels),
    ]


def _check_agreement(network: Network, pixels: Faces, opencv: OpenCv, faces: Faces) -> None:
    """Raise unless both compute the same thing: a faster wrong answer is no measure."""
    ours = network(pixels)["features"]
    theirs = np.concatenate([opencv.embed(face) for face in faces])
    cosine = np.sum(ours * theirs, axis=1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
    if cosine.min() < 1 - _AGREE:
        raise RuntimeError(f"the two embeddings differ: cosine {cosine.min():.4f}")


def _peak_fraction(pixels: Faces) -> Row:
    """One thread's embedding against one core's measured peak, both on the same core, in turns."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    network = open_networks(EngineOptions(runtime=RuntimeOptions(threads=1))).recogniser
    with single_core_peak() as (measure_peak, how):
        peaks, rates = [], []
        for _ in range(_PEAK_ROUNDS):
            peaks.append(measure_peak())
            alone, _ = in_turns(lambda _: network(pixels[:8]), lambda _: None, rounds=4, warm=1)
            rates.append(_OPERATIONS * 8 / min(alone) * 1e-6)
    return Row(
        name="peak_fraction",
        ours=round(max(rates), 1),
        peer=round(max(peaks), 1),
        ratio=round(max(rates) / max(peaks), 3),
        unit="GFLOP/s",
        peer_name="one core's float32 peak",
        note=f"ratio is ours over the peak, the best of {_PEAK_ROUNDS} each, in turns; the peak is {how}",
    )


if __name__ == "__main__":
    hand_over(measure())
