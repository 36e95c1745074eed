from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from countenance.engine import blocked_kernels, runtime_openvino
from countenance.engine.artefacts import ArtefactCache
from countenance.engine.blocked_kernels import network_gains, prefer_blocked_kernels, processor_gains
from countenance.engine.catalogue import DEFAULT_DETECTOR, DEFAULT_RECOGNISER, load_catalogue
from countenance.engine.model_sources import open_sources
from countenance.engine.networks import VerifiedModel
from countenance.engine.processor import processor_features
from countenance.engine.runtime import RuntimeOptions
from countenance.engine.runtime_openvino import OpenVinoRuntime, import_openvino
from small_models import noise

openvino = import_openvino()


def material(model_id: str) -> VerifiedModel:
    entry = load_catalogue().get(model_id)
    return VerifiedModel(entry, open_sources(load_catalogue(), None).find(entry).read(), ArtefactCache(None))


def graph(model_id: str) -> Any:  # noqa: ANN401  OpenVINO has no types
    return openvino.Core().read_model(io.BytesIO(material(model_id).prepared("openvino")))


def kernels(network: Any) -> set[str]:  # noqa: ANN401  OpenVINO has no types
    """The kernels of the convolutions that a network really runs."""
    compiled = next(iter(network.loaded.values())).model
    known = [operation.get_rt_info() for operation in compiled.get_runtime_model().get_ordered_ops()]
    return {
        str(info["primitiveType"].astype(str))
        for info in known
        if "Convolution" in str(info["layerType"].astype(str))
    }


@pytest.mark.skipif("avx512f" not in processor_features(), reason="this processor has no AVX-512")
def test_the_kernels_are_those_preferred_and_the_features_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    def loaded(*, blocked: bool) -> Any:  # noqa: ANN401  OpenVINO has no types
        monkeypatch.setattr(runtime_openvino, "processor_gains", lambda _: blocked)
        return OpenVinoRuntime(RuntimeOptions()).load(material(DEFAULT_RECOGNISER))

    ours, theirs = loaded(blocked=True), loaded(blocked=False)
    assert kernels(ours) == {"jit_avx512_f32", "jit_avx512_1x1_f32", "jit_avx512_dw_f32"}
    assert kernels(theirs) != kernels(ours)
    images = noise(3, side=112)
    ours, theirs = ours(images)["features"], theirs(images)["features"]
    assert np.abs(ours - theirs).max() / np.abs(theirs).max() < 1e-5


def test_wide_networks_gain_and_narrow_ones_are_left_alone() -> None:
    assert network_gains(graph(DEFAULT_RECOGNISER))
    assert not network_gains(graph(DEFAULT_DETECTOR))


def test_only_the_processors_it_was_measured_on_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocked_kernels, "processor_features", lambda: ("avx2", "avx512f"))
    assert processor_gains("AMD EPYC 9575F 64-Core Processor")
    assert not processor_gains("Intel(R) Xeon(R) Platinum 8480+")
    monkeypatch.setattr(blocked_kernels, "processor_features", lambda: ("avx2",))
    assert not processor_gains("AMD EPYC 7763 64-Core Processor")


def test_the_preference_changes_nothing_else_of_the_network() -> None:
    before = graph(DEFAULT_RECOGNISER)
    after = prefer_blocked_kernels(before, openvino.Core(), openvino)
    kinds = [[node.get_type_name() for node in model.get_ordered_ops()] for model in (before, after)]
    assert kinds[0] == kinds[1]
    assert str(after.input(0).partial_shape) == str(before.input(0).partial_shape)
    assert after.input(0).element_type == before.input(0).element_type
