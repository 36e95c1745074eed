"""ONNX models small enough to compute by hand, shaped like those that are published."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from countenance.engine.catalogue import (
    Alignment,
    ChannelOrder,
    InputContract,
    ModelEntry,
    ModelTask,
    OutputContract,
)

Array = npt.NDArray[np.float32]

SIDE = 4
BLOCK = 8
DIMENSION = 6

RGB_CONTRACT = InputContract(
    channels=ChannelOrder.RGB,
    height=SIDE,
    width=SIDE,
    multiple_of=1,
    mean=(0.0, 0.0, 0.0),
    scale=(1.0, 1.0, 1.0),
    alignment=Alignment.ARCFACE_5_POINT,
    single=False,
)


def entry_of(content: bytes, **changes: object) -> ModelEntry:
    """An entry whose digest is that of `content`."""
    entry = ModelEntry(
        id="small",
        task=ModelTask.RECOGNITION,
        title="Small",
        file="small.onnx",
        sha256=hashlib.sha256(content).hexdigest(),
        size=None,
        licence="MIT",
        commercial_use=True,
        publisher="the tests",
        homepage=None,
        url=None,
        training_data="none",
        wheel=None,
        input=RGB_CONTRACT,
        output=OutputContract(dimension=DIMENSION, decoder=None, strides=()),
    )
    return replace(entry, **changes)  # type: ignore[arg-type]  # the caller names fields


def small_recogniser(*, seed: int = 0, weights_as_inputs: bool = True) -> onnx.ModelProto:
    """Conv, PRelu, a reshape for a batch of one, a Gemm of int8 blocks, a normalisation.

    The shape of SFace's published file in miniature: batch 1, weights among the inputs.
    """
    random = np.random.default_rng(seed)
    flat = 4 * SIDE * SIDE
    tensors = {
        "conv_w": random.normal(0, 0.01, (4, 3, 3, 3)).astype(np.float32),
        "slope": random.uniform(0, 1, (4, 1, 1)).astype(np.float32),
        "flat_shape": np.array([1, flat], dtype=np.int64),
        "fc_q": random.integers(-128, 128, (DIMENSION, flat)).astype(np.int8),
        "fc_s": random.uniform(0.001, 0.01, (DIMENSION, flat // BLOCK)).astype(np.float32),
        "fc_z": random.integers(-20, 20, (DIMENSION, flat // BLOCK)).astype(np.int8),
        "fc_b": random.normal(0, 1, DIMENSION).astype(np.float32),
        "gamma": random.uniform(0.5, 2, DIMENSION).astype(np.float32),
        "beta": random.normal(0, 1, DIMENSION).astype(np.float32),
        "mean": random.normal(0, 1, DIMENSION).astype(np.float32),
        "variance": random.uniform(0.5, 2, DIMENSION).astype(np.float32),
    }
    nodes = [
        helper.make_node("DequantizeLinear", ["fc_q", "fc_s", "fc_z"], ["fc_w"], axis=1, block_size=BLOCK),
        helper.make_node("Conv", ["data", "conv_w"], ["conv"], pads=[1, 1, 1, 1]),
        helper.make_node("PRelu", ["conv", "slope"], ["prelu"]),
        helper.make_node("Reshape", ["prelu", "flat_shape"], ["flat"]),
        helper.make_node("Gemm", ["flat", "fc_w", "fc_b"], ["fc"], transB=1),
        helper.make_node(
            "BatchNormalization", ["fc", "gamma", "beta", "mean", "variance"], ["out"], epsilon=2e-5
        ),
    ]
    initialisers = [numpy_helper.from_array(array, name) for name, array in tensors.items()]
    inputs = [helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, SIDE, SIDE])]
    if weights_as_inputs:
        inputs += [
            helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims))
            for tensor in initialisers
        ]
    outputs = [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, DIMENSION])]
    return model_of(nodes, inputs, outputs, initialisers)


def model_of(
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    initialisers: list[onnx.TensorProto],
) -> onnx.ModelProto:
    """A model of opset 21, the first with blocks."""
    graph = helper.make_graph(nodes, "small", inputs, outputs, initialisers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


def run(model: onnx.ModelProto | bytes, **inputs: npt.NDArray[np.generic]) -> list[Array]:
    """What the ONNX project's own reference computes."""
    if isinstance(model, bytes):
        model = onnx.load_model_from_string(model)
    return [np.asarray(output) for output in ReferenceEvaluator(model).run(None, inputs)]


def noise(count: int, *, seed: int = 1, side: int = SIDE) -> npt.NDArray[np.uint8]:
    """N x side x side x 3 of uint8."""
    return np.random.default_rng(seed).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def as_published(pixels: npt.NDArray[np.uint8], *, bgr: bool = False) -> Array:
    """The same images as the published files take them: N x 3 x H x W, float32."""
    ordered = pixels[..., ::-1] if bgr else pixels
    return np.ascontiguousarray(ordered.transpose(0, 3, 1, 2), dtype=np.float32)
