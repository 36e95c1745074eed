"""Turns a published ONNX file into one that every runtime here takes, without changing its answers.

The prepared network takes the pixels of photographs as they are, `pixels`: N x H x W x 3,
uint8, RGB. Colour order, mean and scale of the model's own contract become part of the
graph, so that no caller can get them wrong. Its other steps:

* weights kept as int8 blocks are dequantised once (ONNX opset 21, `DequantizeLinear` with
  `block_size`), in float32 and by the operator's own formula, (q - zero point) * scale; those
  of fully connected layers stay as they are for OpenVINO (`block_weights.py` says why);
* weights are taken off the list of inputs, where older exporters put them;
* the batch dimension, and height and width where the contract leaves them free, are freed;
* for ONNX Runtime alone, PRelu becomes Relu, Sub, Mul and Add: the same number to the bit,
  without that runtime's branching kernel.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt
import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it ships no type information
from onnx import numpy_helper

from countenance.engine.block_weights import fold_normalisation, keep_block_weights, replace_nodes
from countenance.engine.catalogue import ChannelOrder, InputContract
from countenance.errors import ModelError

PIXELS = "pixels"
"""The name of a prepared network's input."""

_MIN_IR_VERSION = 4  # from here on initialisers need not be inputs


class Dialect(StrEnum):
    """For which runtime a model is prepared."""

    OPENVINO = "openvino"
    ONNXRUNTIME = "onnxruntime"


Array = npt.NDArray[np.generic]


def prepare(content: bytes, contract: InputContract, *, dialect: Dialect) -> bytes:
    """Return the prepared model for the published file `content`.

    Raises `ModelError` where the file is not a usable ONNX model or contradicts `contract`.
    """
    model = _parse(content)
    if dialect is Dialect.OPENVINO:
        keep_block_weights(model)
    fold_dequantisation(model)
    if dialect is Dialect.OPENVINO:
        fold_normalisation(model)
    take_weights_off_inputs(model)
    free_dimensions(model, contract)
    if dialect is Dialect.ONNXRUNTIME:
        rewrite_prelu(model)
    accept_pixels(model, contract)
    model.ir_version = max(model.ir_version, _MIN_IR_VERSION)
    del model.graph.value_info[:]  # the shapes noted there are those of one image
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        raise ModelError(f"the prepared model is not valid: {error}") from error
    prepared: bytes = model.SerializeToString()
    return prepared


def fold_dequantisation(model: onnx.ModelProto) -> None:
    """Replace dequantised constant weights, and reshaped ones, by what they come to.

    y = (q - zero point) * scale, where one scale serves the tensor, a slice of `axis`, or
    `block_size` neighbours along it (ONNX operator `DequantizeLinear`, versions 10 to 21).
    """
    graph = model.graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    folded: dict[str, Array] = {}
    kept = []
    for node in graph.node:
        known = [
            folded[name] if name in folded else numpy_helper.to_array(constants[name])
            for name in node.input
            if name in folded or name in constants
        ]
        if len(known) != len(node.input):
            kept.append(node)
        elif node.op_type == "DequantizeLinear":
            folded[node.output[0]] = _dequantise(node, *known)
        elif node.op_type == "Reshape" and node.input[0] in folded:
            folded[node.output[0]] = known[0].reshape(known[1].astype(np.int64))
        else:
            kept.append(node)
    for name, array in folded.items():
        graph.initializer.append(numpy_helper.from_array(array, name))
    replace_nodes(graph, kept)
    _drop_unused_initialisers(graph)


def take_weights_off_inputs(model: onnx.ModelProto) -> None:
    """Leave as inputs only what a caller must give."""
    graph = model.graph
    weights = {tensor.name for tensor in graph.initializer}
    used = {name for node in graph.node for name in node.input}
    inputs = [value for value in graph.input if value.name in used and value.name not in weights]
    del graph.input[:]
    graph.input.extend(inputs)
    if len(inputs) != 1:
        raise ModelError(f"a model must take one image tensor, this one takes {len(inputs)}")


def free_dimensions(model: onnx.ModelProto, contract: InputContract) -> None:
    """Free the batch, and height and width where the contract leaves them free.

    Reshapes that were exported with a batch of 1 take the batch of what they reshape.
    """
    graph = model.graph
    shape = graph.input[0].type.tensor_type.shape.dim
    if len(shape) != len("NCHW") or shape[1].dim_value not in (0, 3):
        raise ModelError("a model must take N x 3 x height x width")
    for name, dimension, wanted in (
        ("height", shape[2], contract.height),
        ("width", shape[3], contract.width),
    ):
        if wanted is not None and dimension.dim_value not in (0, wanted):
            raise ModelError(f"the contract says {name} {wanted}, the model takes {dimension.dim_value}")
    _set_dimensions(graph.input[0], ["N", 3, contract.height or "H", contract.width or "W"])
    for output in graph.output:
        rank = len(output.type.tensor_type.shape.dim)
        _set_dimensions(output, ["N", *[f"{output.name}_{axis}" for axis in range(1, rank)]])
    if contract.single:
        _set_dimensions(graph.input[0], [1, 3, contract.height or "H", contract.width or "W"])
        return
    shapes = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for number, node in enumerate(graph.node):
        if node.op_type == "Reshape" and node.input[1] in shapes:
            target = shapes[node.input[1]].copy()
            if target.size > 1 and target[0] == 1 and not _attribute(node, "allowzero", 0):
                target[0] = 0  # "as it was"
                name = f"{node.input[1]}_of_any_batch_{number}"
                graph.initializer.append(numpy_helper.from_array(target, name))
                node.input[1] = name
    _drop_unused_initialisers(graph)


def rewrite_prelu(model: onnx.ModelProto) -> None:
    """Write each PRelu as r + (x - r) * slope with r = relu(x).

    For x > 0 this is x + 0 * slope, else 0 + x * slope: no rounding differs from PRelu's.
    """
    nodes = []
    for node in model.graph.node:
        if node.op_type != "PRelu":
            nodes.append(node)
            continue
        value, slope = node.input
        (result,) = node.output
        nodes += [
            onnx.helper.make_node("Relu", [value], [f"{result}_above"]),
            onnx.helper.make_node("Sub", [value, f"{result}_above"], [f"{result}_below"]),
            onnx.helper.make_node("Mul", [f"{result}_below", slope], [f"{result}_scaled"]),
            onnx.helper.make_node("Add", [f"{result}_above", f"{result}_scaled"], [result]),
        ]
    replace_nodes(model.graph, nodes)


def accept_pixels(model: onnx.ModelProto, contract: InputContract) -> None:
    """Put the model's own input contract into the graph, behind an input of uint8 RGB pixels."""
    graph = model.graph
    old = graph.input[0]
    batch, _, height, width = (d.dim_value or d.dim_param for d in old.type.tensor_type.shape.dim)
    turned = contract.channels is ChannelOrder.BGR
    in_weights = turned and _turn_first_weights(graph, old.name)
    steps = [_node("Cast", to=onnx.TensorProto.FLOAT), _node("Transpose", perm=[0, 3, 1, 2])]
    if turned and not in_weights:
        steps.append(_node("Gather", _constant(graph, "countenance_bgr", np.array([2, 1, 0])), axis=1))
    for operator, numbers, neutral in (("Sub", contract.mean, 0.0), ("Mul", contract.scale, 1.0)):
        if any(number != neutral for number in numbers):
            ordered = np.array(numbers[::-1] if in_weights else numbers, dtype=np.float32)
            name = _constant(graph, f"countenance_{operator.lower()}", ordered.reshape(1, 3, 1, 1))
            steps.append(_node(operator, name))
    _chain(steps, PIXELS, old.name)
    replace_nodes(graph, [*steps, *graph.node])
    pixels = onnx.helper.make_tensor_value_info(PIXELS, onnx.TensorProto.UINT8, [batch, height, width, 3])
    del graph.input[:]
    graph.input.append(pixels)


def _node(operator: str, *more: str, **attributes: int | list[int]) -> onnx.NodeProto:
    """Return a node whose first input and output are yet to be set by `_chain`."""
    node = onnx.helper.make_node(operator, ["", *more], [""])
    node.attribute.extend(onnx.helper.make_attribute(name, value) for name, value in attributes.items())
    return node


def _chain(nodes: list[onnx.NodeProto], first: str, last: str) -> None:
    """Let each node read what the one before it gives, from `first` to `last`."""
    current = first
    for number, node in enumerate(nodes, 1):
        node.input[0] = current
        current = last if number == len(nodes) else f"countenance_{number}"
        node.output[0] = current


def _turn_first_weights(graph: onnx.GraphProto, name: str) -> bool:
    """Let the first convolution read its colours backwards; tell whether that was possible.

    Costs nothing at run time, where turning the colours of every pixel would.
    """
    readers = [node for node in graph.node if name in node.input]
    if len(readers) != 1 or readers[0].op_type != "Conv" or _attribute(readers[0], "group", 1) != 1:
        return False
    for tensor in graph.initializer:
        if tensor.name == readers[0].input[1]:
            if sum(tensor.name in node.input for node in graph.node) != 1:
                return False
            turned = np.ascontiguousarray(numpy_helper.to_array(tensor)[:, ::-1])
            tensor.CopyFrom(numpy_helper.from_array(turned, tensor.name))
            return True
    return False


def _dequantise(node: onnx.NodeProto, quantised: Array, scale: Array, zero: Array | None = None) -> Array:
    """Return (q - zero point) * scale in float32, with scale and zero point spread over `quantised`."""
    axis = int(_attribute(node, "axis", 1))
    block = int(_attribute(node, "block_size", 0))

    def spread(values: Array) -> Array:
        if values.ndim == 0 or values.size == 1:
            return values.reshape(())
        if block:
            return np.repeat(values, block, axis=axis).take(range(quantised.shape[axis]), axis=axis)
        return values.reshape([-1 if i == axis % quantised.ndim else 1 for i in range(quantised.ndim)])

    whole = quantised.astype(np.int32)
    if zero is not None:
        whole = whole - spread(zero).astype(np.int32)
    result: Array = whole.astype(np.float32) * spread(scale).astype(np.float32)
    return result


def _parse(content: bytes) -> onnx.ModelProto:
    """Return the model of an ONNX file, whole in itself."""
    try:
        model = onnx.load_model_from_string(content)
    except DecodeError as error:
        raise ModelError("the file is not an ONNX model") from error
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in model.graph.initializer):
        raise ModelError("a model that keeps its weights in other files is not accepted")
    if not model.graph.input or not model.graph.output:
        raise ModelError("the file is not an ONNX model")
    return model


def _attribute(node: onnx.NodeProto, name: str, default: int) -> int:
    """Return a whole-number attribute of a node."""
    for attribute in node.attribute:
        if attribute.name == name:
            return int(attribute.i)
    return default


def _set_dimensions(value: onnx.ValueInfoProto, dimensions: list[int | str]) -> None:
    """Set the shape; a name stands for a free dimension."""
    shape = value.type.tensor_type.shape
    del shape.dim[:]
    for dimension in dimensions:
        if isinstance(dimension, int):
            shape.dim.add().dim_value = dimension
        else:
            shape.dim.add().dim_param = dimension


def _constant(graph: onnx.GraphProto, name: str, array: Array) -> str:
    """Add an initialiser and return its name."""
    graph.initializer.append(numpy_helper.from_array(array, name))
    return name


def _drop_unused_initialisers(graph: onnx.GraphProto) -> None:
    """Remove initialisers that no node reads."""
    used = {name for node in graph.node for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
