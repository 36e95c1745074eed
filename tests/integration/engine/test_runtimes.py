"""The default models and small ones, on both runtimes, as they really run."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from onnx import helper

from countenance.engine.artefacts import ArtefactCache, ArtefactState
from countenance.engine.catalogue import DEFAULT_DETECTOR, DEFAULT_RECOGNISER, load_catalogue
from countenance.engine.model_sources import open_sources
from countenance.engine.networks import (
    EngineOptions,
    Networks,
    VerifiedModel,
    check_network,
    create_runtime,
    noise_images,
    open_networks,
)
from countenance.engine.runtime import Precision, Provider, RuntimeName, RuntimeOptions
from countenance.engine.runtime_openvino import OpenVinoNetwork, import_openvino
from countenance.errors import ConfigurationError, ModelError
from small_models import DIMENSION, as_published, entry_of, noise, run, small_recogniser

STEADY = 1e-4

HAS_BF16 = "BF16" in import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("artefacts")


@pytest.fixture(scope="module")
def networks(cache: Path) -> Networks:
    return open_networks(EngineOptions(cache_folder=cache))


def with_options(cache: Path, **options: object) -> Networks:
    return open_networks(EngineOptions(cache_folder=cache, runtime=RuntimeOptions(**options)))


def unit(features: np.ndarray) -> np.ndarray:
    return features / np.linalg.norm(features, axis=1, keepdims=True)


def faces(count: int) -> np.ndarray:
    """Smooth images, closer to faces than noise is, all different."""
    rows, columns = np.mgrid[0:112, 0:112]
    phases = np.arange(count).reshape(-1, 1, 1, 1)
    waves = np.stack([np.sin(rows / 9), np.cos(columns / 7), np.sin((rows + columns) / 11)], axis=-1)
    return (128 + 100 * np.sin(waves * 3 + phases)).astype(np.uint8)


def test_the_runtime_runs_in_f32_on_the_processor_whatever_that_could_do_faster(networks: Networks) -> None:
    for network in (networks.detector, networks.recogniser):
        facts = network.facts
        assert (facts.runtime, facts.provider, facts.precision) == (
            RuntimeName.OPENVINO,
            "CPU",
            Precision.F32,
        )
        assert facts.streams == 1


def test_threads_are_those_that_were_asked_for(cache: Path) -> None:
    assert with_options(cache, threads=1).recogniser.facts.threads == 1


def test_a_face_gives_the_same_features_in_every_batch_and_on_every_number_of_threads(
    cache: Path, networks: Networks
) -> None:
    images = faces(9)
    alone = np.concatenate([networks.recogniser(images[at : at + 1])["features"] for at in range(9)])
    assert alone.shape == (9, 128)
    single_thread = with_options(cache, threads=1).recogniser
    for size in (2, 5, 9):
        for network in (networks.recogniser, single_thread):
            together = network(images[:size])["features"]
            assert np.abs(unit(together) - unit(alone[:size])).max() < STEADY


def test_many_threads_at_once_each_get_their_own_answer(networks: Networks) -> None:
    images = faces(16)
    wanted = unit(networks.recogniser(images)["features"])
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda at: networks.recogniser(images[at % 16 : at % 16 + 1]), range(64)))
    for at, answer in enumerate(answers):
        assert np.abs(unit(answer["features"])[0] - wanted[at % 16]).max() < STEADY


def test_an_answer_is_not_overwritten_by_the_next(networks: Networks) -> None:
    first = networks.recogniser(faces(2)[:1])["features"]
    kept = first.copy()
    networks.recogniser(faces(2)[1:])
    np.testing.assert_array_equal(first, kept)


def test_other_threads_go_on_while_a_network_computes(networks: Networks) -> None:
    images = faces(16)
    networks.recogniser(images)
    done = threading.Event()

    def compute() -> None:
        for _ in range(3):
            networks.recogniser(images)
        done.set()

    thread = threading.Thread(target=compute)
    thread.start()
    steps = 0
    while not done.wait(0.001):
        steps += 1
    thread.join()
    assert steps > 10


def test_a_detector_of_a_fixed_size_finds_what_the_one_of_every_size_finds(
    cache: Path, networks: Networks
) -> None:
    every_size = open_networks(EngineOptions(cache_folder=cache, detector_sizes=())).detector
    images = noise(2, side=640)
    fixed, free = networks.detector(images), every_size(images)
    assert list(fixed) == list(free)
    for name, numbers in fixed.items():
        assert numbers.shape == free[name].shape
        assert np.abs(numbers - free[name]).max() < STEADY


def test_a_size_is_loaded_when_it_is_first_seen_by_whichever_thread_comes_first(cache: Path) -> None:
    runtime = create_runtime(RuntimeOptions())
    entry = load_catalogue().get(DEFAULT_DETECTOR)
    content = open_sources(load_catalogue(), None).find(entry).read()
    material = VerifiedModel(entry, content, ArtefactCache(cache))
    detector = runtime.load(material, sizes=((64, 64), (96, 96)))
    assert isinstance(detector, OpenVinoNetwork)
    assert set(detector.loaded) == {(64, 64)}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(detector, [noise(1, side=96)] * 4))
    assert set(detector.loaded) == {(64, 64), (96, 96)}
    for answer in answers:
        np.testing.assert_array_equal(answer["kps_32"], answers[0]["kps_32"])
    assert detector(noise(1, side=32))["cls_8"].shape == (1, 16, 1)
    assert set(detector.loaded) == {(64, 64), (96, 96), None}


def test_the_detectors_heads_have_a_row_for_each_place(networks: Networks) -> None:
    heads = networks.detector(noise(1, side=64))
    assert {name: numbers.shape for name, numbers in heads.items()} == {
        f"{head}_{stride}": (1, (64 // stride) ** 2, values)
        for head, values in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10))
        for stride in (8, 16, 32)
    }


def test_the_published_recogniser_is_computed_faithfully(networks: Networks) -> None:
    entry = load_catalogue().get(DEFAULT_RECOGNISER)
    published = open_sources(load_catalogue(), None).find(entry).read()
    image = faces(1)
    wanted = run(published, data=as_published(image))[0]
    ours = networks.recogniser(image)["features"]
    assert np.abs(unit(ours) - unit(wanted)).max() < 1e-5


def test_both_runtimes_give_the_same_features(cache: Path, networks: Networks) -> None:
    images = faces(3)
    other = with_options(cache, runtime=RuntimeName.ONNXRUNTIME)
    assert other.recogniser.facts.provider == "CPUExecutionProvider"
    assert other.recogniser.facts.version == onnxruntime.__version__
    ours, theirs = (unit(n.recogniser(images)["features"]) for n in (networks, other))
    assert np.abs(ours - theirs).max() < STEADY
    heads, others = (n.detector(noise(1, side=640)) for n in (networks, other))
    assert max(np.abs(heads[name] - others[name]).max() for name in heads) < STEADY


@pytest.mark.skipif(not HAS_BF16, reason="this processor has no bf16")
def test_bf16_runs_only_when_it_is_asked_for_and_is_told(cache: Path, networks: Networks) -> None:
    bf16 = with_options(cache, precision=Precision.BF16).recogniser
    assert bf16.facts.precision is Precision.BF16
    ours, theirs = (unit(network(faces(2))["features"]) for network in (networks.recogniser, bf16))
    assert 1e-5 < np.abs(ours - theirs).max() < 0.1


@pytest.mark.skipif(HAS_BF16, reason="this processor has bf16")
def test_bf16_is_refused_where_the_processor_has_none(cache: Path) -> None:
    with pytest.raises(ConfigurationError, match="bf16"):
        with_options(cache, precision=Precision.BF16)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"provider": Provider.CUDA}, "OpenVINO runs on `cpu`"),
        ({"runtime": RuntimeName.ONNXRUNTIME, "precision": Precision.BF16}, "ONNX Runtime runs in `f32`"),
        ({"runtime": RuntimeName.ONNXRUNTIME, "threads": 2, "streams": 2}, "one stream"),
    ],
)
def test_what_a_runtime_cannot_do_is_an_error_and_not_done_otherwise(
    cache: Path, options: dict[str, object], told: str
) -> None:
    with pytest.raises(ConfigurationError, match=told):
        with_options(cache, **options)


@pytest.mark.skipif(
    "CUDAExecutionProvider" in onnxruntime.get_available_providers(), reason="there is a card here"
)
def test_a_card_that_is_not_there_is_an_error_that_tells_what_is(cache: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no `CUDAExecutionProvider`.*`CPUExecutionProvider`"):
        with_options(cache, runtime=RuntimeName.ONNXRUNTIME, provider=Provider.CUDA)


def small(cache: ArtefactCache, content: bytes | None = None, **changes: object) -> VerifiedModel:
    content = small_recogniser().SerializeToString() if content is None else content
    return VerifiedModel(entry_of(content, **changes), content, cache)


@pytest.mark.parametrize("name", RuntimeName)
def test_an_operators_own_model_runs_on_both(tmp_path: Path, name: RuntimeName) -> None:
    network = create_runtime(RuntimeOptions(runtime=name)).load(small(ArtefactCache(tmp_path)))
    check_network(network)
    pixels = noise(2)
    wanted = [run(small_recogniser(), data=as_published(pixels[at : at + 1]))[0] for at in range(2)]
    np.testing.assert_allclose(network(pixels)["features"], np.concatenate(wanted), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("name", RuntimeName)
def test_a_model_for_one_image_is_given_one_at_a_time(tmp_path: Path, name: RuntimeName) -> None:
    contract = replace(entry_of(b"").input, single=True)
    network = create_runtime(RuntimeOptions(runtime=name)).load(
        small(ArtefactCache(tmp_path), input=contract)
    )
    assert network(noise(3))["features"].shape == (3, DIMENSION)
    check_network(network)


@pytest.mark.parametrize("name", RuntimeName)
def test_a_model_whose_batches_leak_is_refused(tmp_path: Path, name: RuntimeName) -> None:
    content = leaking_recogniser()
    network = create_runtime(RuntimeOptions(runtime=name)).load(small(ArtefactCache(tmp_path), content))
    with pytest.raises(ModelError, match="single = true"):
        check_network(network)


def leaking_recogniser() -> bytes:
    """Subtracts the largest number of the batch: right for the one image it was exported for."""
    model = small_recogniser()
    model.graph.node[-1].output[0] = "normal"
    model.graph.node.extend(
        [
            helper.make_node("ReduceMax", ["normal"], ["most"], keepdims=1),
            helper.make_node("Sub", ["normal", "most"], ["out"]),
        ]
    )
    return model.SerializeToString()


@pytest.mark.parametrize("name", RuntimeName)
def test_a_model_without_the_outputs_of_its_contract_is_refused(tmp_path: Path, name: RuntimeName) -> None:
    output = load_catalogue().get("yunet-2023mar").output
    with pytest.raises(ModelError, match="`cls_8`"):
        create_runtime(RuntimeOptions(runtime=name)).load(small(ArtefactCache(tmp_path), output=output))


@pytest.mark.parametrize("name", RuntimeName)
def test_features_of_another_length_than_the_contract_says_are_refused(
    tmp_path: Path, name: RuntimeName
) -> None:
    output = replace(entry_of(b"").output, dimension=512)
    with pytest.raises(ModelError, match="512"):
        check_network(
            create_runtime(RuntimeOptions(runtime=name)).load(small(ArtefactCache(tmp_path), output=output))
        )


def test_a_second_start_takes_what_the_first_compiled(tmp_path: Path) -> None:
    runtime = create_runtime(RuntimeOptions())
    cache = ArtefactCache(tmp_path)
    first = runtime.load(small(cache))
    again = runtime.load(small(cache))
    assert (first.facts.from_cache, again.facts.from_cache) == (False, True)
    np.testing.assert_array_equal(first(noise(2))["features"], again(noise(2))["features"])


def test_another_model_another_contract_and_another_arithmetic_share_nothing(tmp_path: Path) -> None:
    runtime = create_runtime(RuntimeOptions())
    cache = ArtefactCache(tmp_path)
    runtime.load(small(cache))
    other = small_recogniser(seed=1).SerializeToString()
    scaled = replace(entry_of(b"").input, scale=(0.5, 0.5, 0.5))
    assert not runtime.load(small(cache, other)).facts.from_cache
    assert not runtime.load(small(cache, input=scaled)).facts.from_cache
    if HAS_BF16:
        bf16 = create_runtime(RuntimeOptions(precision=Precision.BF16))
        assert not bf16.load(small(cache)).facts.from_cache


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_torn_or_changed_cache_is_made_again(tmp_path: Path, damage: str) -> None:
    runtime = create_runtime(RuntimeOptions())
    cache = ArtefactCache(tmp_path)
    wanted = runtime.load(small(cache))(noise(1))["features"]
    for path in tmp_path.iterdir():
        whole = bytearray(path.read_bytes())
        whole[len(whole) // 2] ^= 0x10
        path.write_bytes(whole if damage == "flipped" else whole[: len(whole) // 2])
    again = runtime.load(small(cache))
    assert not again.facts.from_cache
    np.testing.assert_array_equal(again(noise(1))["features"], wanted)
    assert all(cache.state(path.name) is ArtefactState.INTACT for path in tmp_path.iterdir())


def test_a_compiled_network_that_openvino_does_not_take_is_compiled_again(tmp_path: Path) -> None:
    runtime = create_runtime(RuntimeOptions())
    cache = ArtefactCache(tmp_path)
    runtime.load(small(cache))
    (compiled,) = (path.name for path in tmp_path.iterdir() if path.name.startswith("compiled"))
    cache.put(compiled, b"something that is intact and no network")
    assert not runtime.load(small(cache)).facts.from_cache
    assert runtime.load(small(cache)).facts.from_cache


def test_nothing_reports_home_even_where_somebody_once_agreed(tmp_path: Path) -> None:
    consent = tmp_path / "intel" / "openvino_telemetry"
    consent.parent.mkdir()
    consent.write_text("1")
    program = (
        "import socket, sys\n"
        "def refuse(*_, **__): raise SystemExit('a socket was opened')\n"
        "socket.socket = refuse\n"
        "from countenance.engine.networks import EngineOptions, noise_images, open_networks\n"
        "networks = open_networks(EngineOptions())\n"
        "networks.recogniser(noise_images(networks.recogniser.entry, 1))\n"
        "import openvino\n"
        "print([name for name in sys.modules if 'telemetry' in name or name.startswith('openvino.tools')])\n"
    )
    done = subprocess.run(  # noqa: S603  this very interpreter
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": str(tmp_path), "PATH": ""},
    )
    assert done.stdout.strip() == "[]"


def test_noise_images_fit_every_model_of_the_catalogue() -> None:
    for entry in load_catalogue().entries:
        assert noise_images(entry, 2).shape[0] == 2
