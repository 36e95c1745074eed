"""Keeps the weights of a fully connected layer as the int8 blocks that they were published in.

Such a layer reads each weight once for a face, so it takes as long as reading them: int8
takes a quarter of the time and memory of float32. OpenVINO multiplies them out on the fly, in
float32, where the graph says so in the form (q - zero point) * scale, reshaped, and nothing
else touches the weights; a normalisation after the layer therefore goes into the scales.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

Array = npt.NDArray[np.generic]

_BATCH_NORMALISATION_EPSILON = 1e-5  # what the operator takes where a file does not say


def keep_block_weights(model: onnx.ModelProto) -> None:
    """Write the dequantisation of such weights as the arithmetic that OpenVINO recognises.

    Meant are int8 weights O x I of a `Gemm` that turns them, in blocks along I that divide it.
    """
    graph = model.graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and _is_kept(node, graph, constants):
            arrays = [numpy_helper.to_array(constants[name]) for name in node.input]
            nodes += _multiplied_out(graph, node.output[0], *arrays)
        else:
            nodes.append(node)
    replace_nodes(graph, nodes)


def fold_normalisation(model: onnx.ModelProto) -> None:
    """Let a `Gemm` do what a `BatchNormalization` after it does: y = (x - mean) * k + beta.

    k = gamma / sqrt(variance + epsilon) goes into the weights, or into the scales of their
    blocks, and the rest into the bias; computed in float64, rounded once.
    """
    graph = model.graph
    for normalisation in [node for node in graph.node if node.op_type == "BatchNormalization"]:
        constants = {tensor.name: tensor for tensor in graph.initializer}
        gemm = next((node for node in graph.node if normalisation.input[0] in node.output), None)
        if gemm is None or not _is_plain_gemm(gemm, graph, constants):
            continue
        scales = _scales_of(gemm.input[1], constants)
        if scales is None or any(name not in constants for name in normalisation.input[1:]):
            continue
        gamma, beta, mean, variance = (
            numpy_helper.to_array(constants[name]).astype(np.float64) for name in normalisation.input[1:]
        )
        factor = gamma / np.sqrt(variance + _epsilon(normalisation))
        bias = numpy_helper.to_array(constants[gemm.input[2]]).astype(np.float64)
        _set(constants[gemm.input[2]], (bias - mean) * factor + beta)
        weights = numpy_helper.to_array(scales).astype(np.float64)
        _set(scales, weights * factor.reshape([-1] + [1] * (weights.ndim - 1)))
        gemm.output[0] = normalisation.output[0]
        replace_nodes(graph, [node for node in graph.node if node is not normalisation])


def replace_nodes(graph: onnx.GraphProto, nodes: list[onnx.NodeProto]) -> None:
    """Make `nodes`, which may be the graph's own, its nodes."""
    kept = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(kept)


def _is_kept(node: onnx.NodeProto, graph: onnx.GraphProto, constants: dict[str, onnx.TensorProto]) -> bool:
    """Tell whether the dequantised weights feed nothing but the layers meant."""
    block = next((attribute.i for attribute in node.attribute if attribute.name == "block_size"), 0)
    axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 1)
    if len(node.input) != len(("q", "scale", "zero")) or any(name not in constants for name in node.input):
        return False
    weights = constants[node.input[0]]
    readers = [reader for reader in graph.node if node.output[0] in reader.input]
    return (
        weights.data_type == onnx.TensorProto.INT8
        and len(weights.dims) == len("OI")
        and axis == 1
        and block > 1
        and weights.dims[1] % block == 0
        and bool(readers)
        and all(_turns(reader, node.output[0]) for reader in readers)
    )


def _turns(node: onnx.NodeProto, weights: str) -> bool:
    """Tell whether `node` is a Gemm that takes `weights` as O x I."""
    turned = any(attribute.name == "transB" and attribute.i == 1 for attribute in node.attribute)
    return node.op_type == "Gemm" and turned and list(node.input).index(weights) == 1


def _multiplied_out(
    graph: onnx.GraphProto, result: str, quantised: Array, scale: Array, zero: Array
) -> list[onnx.NodeProto]:
    """Return the nodes of (q - zero point) * scale over blocks, giving `result`."""
    rows, columns = quantised.shape
    blocks = scale.shape[1]
    parts = {
        "q": quantised.reshape(rows, blocks, columns // blocks),
        "zero": zero.reshape(rows, blocks, 1),
        "scale": scale.reshape(rows, blocks, 1).astype(np.float32),
        "shape": np.array([rows, columns], dtype=np.int64),
    }
    name = {part: f"{result}_{part}" for part in (*parts, "q_f32", "zero_f32", "moved", "blocks")}
    graph.initializer.extend(numpy_helper.from_array(array, name[part]) for part, array in parts.items())
    make = onnx.helper.make_node
    return [
        make("Cast", [name["q"]], [name["q_f32"]], to=onnx.TensorProto.FLOAT),
        make("Cast", [name["zero"]], [name["zero_f32"]], to=onnx.TensorProto.FLOAT),
        make("Sub", [name["q_f32"], name["zero_f32"]], [name["moved"]]),
        make("Mul", [name["moved"], name["scale"]], [name["blocks"]]),
        make("Reshape", [name["blocks"], name["shape"]], [result]),
    ]


def _is_plain_gemm(
    node: onnx.NodeProto, graph: onnx.GraphProto, constants: dict[str, onnx.TensorProto]
) -> bool:
    """Tell whether `node` is x W' + b with b constant, and nothing else reads its parts."""
    attributes = {attribute.name: attribute for attribute in node.attribute}
    plain = all(attributes[name].f == 1.0 for name in ("alpha", "beta") if name in attributes)
    turned = "transB" in attributes and attributes["transB"].i == 1
    readers = sum(node.output[0] in reader.input for reader in graph.node)
    has_bias = len(node.input) == len(("x", "W", "b")) and node.input[2] in constants
    alone = all(sum(name in other.input for other in graph.node) == 1 for name in node.input[1:])
    return node.op_type == "Gemm" and plain and turned and readers == 1 and has_bias and alone


def _scales_of(weights: str, constants: dict[str, onnx.TensorProto]) -> onnx.TensorProto | None:
    """Return what to multiply to multiply the rows of `weights`: themselves, or their blocks' scales."""
    return constants.get(f"{weights}_scale") or constants.get(weights)


def _epsilon(node: onnx.NodeProto) -> float:
    """Return what keeps the root away from 0."""
    given = [attribute.f for attribute in node.attribute if attribute.name == "epsilon"]
    return given[0] if given else _BATCH_NORMALISATION_EPSILON


def _set(tensor: onnx.TensorProto, values: npt.NDArray[np.float64]) -> None:
    """Replace a constant by float32 `values`."""
    tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float32), tensor.name))
