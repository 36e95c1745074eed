from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from countenance.engine.catalogue import ChannelOrder
from countenance.engine.preparation import (
    PIXELS,
    Dialect,
    fold_dequantisation,
    prepare,
    rewrite_prelu,
    take_weights_off_inputs,
)
from countenance.errors import ModelError
from small_models import DIMENSION, RGB_CONTRACT, SIDE, as_published, model_of, noise, run, small_recogniser


def prepared(model: onnx.ModelProto, dialect: Dialect = Dialect.OPENVINO) -> onnx.ModelProto:
    return onnx.load_model_from_string(prepare(model.SerializeToString(), RGB_CONTRACT, dialect=dialect))


@pytest.mark.parametrize("dialect", Dialect)
def test_the_prepared_model_gives_what_the_published_one_gives(dialect: Dialect) -> None:
    pixels = noise(1)
    published = run(small_recogniser(), data=as_published(pixels))
    ours = run(prepared(small_recogniser(), dialect), pixels=pixels)
    np.testing.assert_allclose(ours[0], published[0], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dialect", Dialect)
def test_an_image_in_a_batch_gives_what_it_gives_alone(dialect: Dialect) -> None:
    model, pixels = prepared(small_recogniser(), dialect), noise(3)
    together = run(model, pixels=pixels)[0]
    assert together.shape == (3, DIMENSION)
    alone = np.concatenate([run(model, pixels=pixels[at : at + 1])[0] for at in range(3)])
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_only_the_pixels_are_left_to_give() -> None:
    model = prepared(small_recogniser(weights_as_inputs=True))
    assert [value.name for value in model.graph.input] == [PIXELS]
    dimensions = model.graph.input[0].type.tensor_type.shape.dim
    assert [d.dim_param or d.dim_value for d in dimensions] == ["N", SIDE, SIDE, 3]


def test_a_fully_connected_layer_keeps_its_int8_blocks_for_openvino_alone() -> None:
    def int8_weights(dialect: Dialect) -> int:
        initialisers = prepared(small_recogniser(), dialect).graph.initializer
        return sum(int(np.prod(t.dims)) for t in initialisers if t.data_type == TensorProto.INT8)

    assert int8_weights(Dialect.OPENVINO) >= DIMENSION * 4 * SIDE * SIDE
    assert int8_weights(Dialect.ONNXRUNTIME) == 0


def test_a_normalisation_after_a_layer_disappears_into_it() -> None:
    operators = [node.op_type for node in prepared(small_recogniser()).graph.node]
    assert "BatchNormalization" not in operators
    assert "DequantizeLinear" not in operators


def test_a_normalisation_stays_where_somebody_else_reads_what_it_normalises() -> None:
    model = small_recogniser()
    model.graph.node.append(helper.make_node("Relu", ["fc"], ["aside"]))
    model.graph.output.append(helper.make_tensor_value_info("aside", TensorProto.FLOAT, [1, DIMENSION]))
    pixels = noise(1)
    ours = prepared(model)
    assert "BatchNormalization" in [node.op_type for node in ours.graph.node]
    for one, other in zip(run(ours, pixels=pixels), run(model, data=as_published(pixels)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(
    rows=st.integers(1, 5),
    blocks=st.integers(1, 4),
    block=st.integers(2, 7),
    ragged=st.booleans(),
    seed=st.integers(0, 99),
)
def test_blocks_are_dequantised_as_the_reference_does(
    rows: int, blocks: int, block: int, *, ragged: bool, seed: int
) -> None:
    random = np.random.default_rng(seed)
    columns = blocks * block - int(ragged)
    model = dequantiser(
        random.integers(-128, 128, (rows, columns)).astype(np.int8),
        random.uniform(0.001, 1, (rows, blocks)).astype(np.float32),
        random.integers(-128, 128, (rows, blocks)).astype(np.int8),
        axis=1,
        block_size=block,
    )
    assert_folds_to_the_reference(model)


@pytest.mark.parametrize(("shape", "axis"), [((), 0), ((3,), 0), ((4,), 1)])
def test_a_scale_for_the_tensor_or_for_an_axis_is_dequantised_as_the_reference_does(
    shape: tuple[int, ...], axis: int
) -> None:
    random = np.random.default_rng(7)
    model = dequantiser(
        random.integers(0, 256, (3, 4)).astype(np.uint8),
        random.uniform(0.001, 1, shape).astype(np.float32),
        random.integers(0, 256, shape).astype(np.uint8),
        axis=axis,
    )
    assert_folds_to_the_reference(model)


def dequantiser(*arrays: np.ndarray, **attributes: int) -> onnx.ModelProto:
    """x + dequantised, so that the result is not a constant of the graph alone."""
    names = ["q", "s", "z"]
    shape = list(arrays[0].shape)
    return model_of(
        [
            helper.make_node("DequantizeLinear", names, ["w"], **attributes),
            helper.make_node("Add", ["x", "w"], ["y"]),
        ],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(array, name) for name, array in zip(names, arrays, strict=True)],
    )


def assert_folds_to_the_reference(model: onnx.ModelProto) -> None:
    zeros = np.zeros([d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim], np.float32)
    wanted = run(model, x=zeros)[0]
    fold_dequantisation(model)
    assert [node.op_type for node in model.graph.node] == ["Add"]
    np.testing.assert_array_equal(run(model, x=zeros)[0], wanted)


@settings(max_examples=30, deadline=None)
@given(
    values=st.lists(st.floats(-1e6, 1e6, width=32), min_size=8, max_size=8),
    slopes=st.lists(st.floats(-2, 2, width=32), min_size=2, max_size=2),
)
def test_a_rewritten_prelu_is_the_same_to_the_bit(values: list[float], slopes: list[float]) -> None:
    model = model_of(
        [helper.make_node("PRelu", ["x", "slope"], ["y"])],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 2, 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2, 2, 2])],
        [numpy_helper.from_array(np.array(slopes, np.float32).reshape(2, 1, 1), "slope")],
    )
    x = np.array(values, np.float32).reshape(1, 2, 2, 2)
    wanted = run(model, x=x)[0]
    rewrite_prelu(model)
    assert "PRelu" not in [node.op_type for node in model.graph.node]
    np.testing.assert_array_equal(run(model, x=x)[0], wanted)


@pytest.mark.parametrize("dialect", Dialect)
def test_a_model_trained_on_other_colours_sees_them_in_its_own_order(dialect: Dialect) -> None:
    contract = replace(
        RGB_CONTRACT,
        channels=ChannelOrder.BGR,
        mean=(104.0, 117.0, 123.0),
        scale=(0.5, 0.25, 0.125),
    )
    pixels, model = noise(2), small_recogniser()
    mean, scale = (np.array(v, np.float32).reshape(1, 3, 1, 1) for v in (contract.mean, contract.scale))
    images = (as_published(pixels, bgr=True) - mean) * scale
    wanted = np.concatenate([run(model, data=image[np.newaxis])[0] for image in images])
    ours = run(prepare(model.SerializeToString(), contract, dialect=dialect), pixels=pixels)[0]
    np.testing.assert_allclose(ours, wanted, rtol=1e-4, atol=1e-4)


def test_colours_are_turned_also_where_no_convolution_comes_first() -> None:
    model = model_of(
        [helper.make_node("Mul", ["data", "weight"], ["out"])],
        [helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [numpy_helper.from_array(np.array([1, 2, 4], np.float32).reshape(3, 1, 1), "weight")],
    )
    contract = replace(RGB_CONTRACT, channels=ChannelOrder.BGR, mean=(1.0, 2.0, 3.0))
    pixels = noise(2)
    centred = as_published(pixels, bgr=True) - np.array([1, 2, 3], np.float32).reshape(1, 3, 1, 1)
    ours = run(prepare(model.SerializeToString(), contract, dialect=Dialect.OPENVINO), pixels=pixels)[0]
    np.testing.assert_array_equal(ours, centred * np.array([1, 2, 4], np.float32).reshape(1, 3, 1, 1))


def test_height_and_width_are_free_where_the_contract_leaves_them_free() -> None:
    model = model_of(
        [helper.make_node("Relu", ["data"], ["out"])],
        [helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [],
    )
    contract = replace(RGB_CONTRACT, height=None, width=None)
    ours = prepare(model.SerializeToString(), contract, dialect=Dialect.OPENVINO)
    assert run(ours, pixels=noise(2, side=9))[0].shape == (2, 3, 9, 9)


def test_a_contract_of_another_size_is_refused() -> None:
    with pytest.raises(ModelError, match="height 112"):
        prepare(
            small_recogniser().SerializeToString(),
            replace(RGB_CONTRACT, height=112),
            dialect=Dialect.OPENVINO,
        )


def test_a_model_of_two_images_is_refused() -> None:
    model = small_recogniser()
    model.graph.input.append(helper.make_tensor_value_info("second", TensorProto.FLOAT, [1, DIMENSION]))
    model.graph.node.append(helper.make_node("Add", ["out", "second"], ["sum"]))
    with pytest.raises(ModelError, match="takes 2"):
        take_weights_off_inputs(model)


def test_a_model_of_grey_images_is_refused() -> None:
    model = model_of(
        [helper.make_node("Relu", ["data"], ["out"])],
        [helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 1, SIDE, SIDE])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 1, SIDE, SIDE])],
        [],
    )
    with pytest.raises(ModelError, match="N x 3"):
        prepare(model.SerializeToString(), RGB_CONTRACT, dialect=Dialect.OPENVINO)


def test_weights_in_other_files_are_refused() -> None:
    model = small_recogniser()
    tensor = model.graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")
    with pytest.raises(ModelError, match="other files"):
        prepare(model.SerializeToString(), RGB_CONTRACT, dialect=Dialect.OPENVINO)


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"\x08\x0a"])
def test_a_file_that_is_no_model_is_refused(content: bytes) -> None:
    with pytest.raises(ModelError, match="not an ONNX model"):
        prepare(content, RGB_CONTRACT, dialect=Dialect.OPENVINO)
