"""From a model's id to a network that runs: find, verify, admit, prepare, load."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from countenance.engine.artefacts import ArtefactCache, artefact_key
from countenance.engine.catalogue import (
    DEFAULT_DETECTOR,
    DEFAULT_RECOGNISER,
    ModelEntry,
    ModelTask,
    check_licence,
    load_catalogue,
)
from countenance.engine.gathering import GatheringNetwork
from countenance.engine.model_sources import ModelSources, open_sources
from countenance.engine.runtime import Network, Pixels, Precision, Runtime, RuntimeName, RuntimeOptions
from countenance.errors import ConfigurationError, ModelError

PREPARATION_VERSION = "2"
"""Part of every cache key: a change to any rule of `preparation.py` changes it."""


_SEED = 2020
_SIDE = 160
_TINY = 1e-9
_MOST_DRIFT = {Precision.F32: 1e-4, Precision.BF16: 5e-2}
"""How much a number may depend on the batch, over the largest: by what rounding alone can do."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Which models run, how, and where their files lie.

    `model_folder` holds the operator's own and downloaded models, `cache_folder` what is made
    of them; None does without. `accepted_models` are ids of models whose licence forbids
    commercial use and that the operator takes on by name. For each of `detector_sizes`
    (height and width in pixels) a detector of that very size is made, which is a fifth
    faster than the one that takes every size.
    """

    model_folder: Path | None = None
    cache_folder: Path | None = None
    detector: str = DEFAULT_DETECTOR
    recogniser: str = DEFAULT_RECOGNISER
    accepted_models: frozenset[str] = frozenset()
    detector_sizes: tuple[tuple[int, int], ...] = ((640, 640), (256, 256))
    runtime: RuntimeOptions = field(default_factory=RuntimeOptions)


@dataclass(frozen=True, slots=True)
class Networks:
    """The two networks of a pipeline; callers of the recogniser who come together share a batch."""

    detector: Network
    recogniser: Network


@dataclass(frozen=True, slots=True)
class VerifiedModel:
    """A model whose bytes are those of its entry, with the cache of what was made of it."""

    entry: ModelEntry
    content: bytes
    cache: ArtefactCache

    def prepared(self, dialect: str) -> bytes | memoryview:
        """Return the ONNX file prepared for a runtime, from the cache if it is there."""
        return self.cache.get_or_make(prepared_key(self.entry, dialect), lambda: self._prepare(dialect))

    def kept(self, *circumstances: str) -> memoryview | None:
        """Return what was kept under the same circumstances, or None."""
        return self.cache.get(compiled_key(self.entry, *circumstances))

    def keep(self, content: bytes | memoryview, *circumstances: str) -> None:
        """Keep what loading made."""
        self.cache.put(compiled_key(self.entry, *circumstances), content)

    def _prepare(self, dialect: str) -> bytes:
        """Prepare now; the graph library is loaded only for this."""
        from countenance.engine.preparation import Dialect, prepare  # noqa: PLC0415  a slow import

        return prepare(self.content, self.entry.input, dialect=Dialect(dialect))


def open_networks(options: EngineOptions) -> Networks:
    """Return detector and recogniser as `options` name them.

    Raises `ModelMissingError`, `ModelDigestError`, `ModelLicenceError` or `ModelManifestError`
    for a model that cannot be used, and `ConfigurationError` for a way of running that cannot
    be had.
    """
    loader = _Loader(
        sources=open_sources(load_catalogue(), options.model_folder),
        runtime=create_runtime(options.runtime),
        cache=ArtefactCache(options.cache_folder),
        accepted=options.accepted_models,
    )
    return Networks(
        detector=loader.load(options.detector, ModelTask.DETECTION, sizes=options.detector_sizes),
        recogniser=GatheringNetwork(loader.load(options.recogniser, ModelTask.RECOGNITION)),
    )


@dataclass(frozen=True, slots=True)
class _Loader:
    """What loading one model needs."""

    sources: ModelSources
    runtime: Runtime
    cache: ArtefactCache
    accepted: frozenset[str]

    def load(self, model_id: str, task: ModelTask, *, sizes: tuple[tuple[int, int], ...] = ()) -> Network:
        """Return the network of `model_id`, which must be for `task`."""
        entry = self.sources.entry(model_id)
        if entry.task is not task:
            raise ConfigurationError(f"`{model_id}` is for {entry.task}, not for {task}")
        check_licence(entry, accepted=self.accepted)
        content = self.sources.find(entry).read()
        network = self.runtime.load(VerifiedModel(entry, content, self.cache), sizes=sizes)
        if not network.facts.from_cache:
            check_network(network)
        return network


def check_network(network: Network) -> None:
    """Raise `ModelError` where the network does not do what its contract says.

    Its features must have the contract's dimension, and an image must give the same numbers
    in a batch as alone: freeing the batch of a file that was exported for one image is an
    assumption about its graph, and a wrong one would mix one face's features with another's.
    """
    entry = network.entry
    outputs = network(noise_images(entry, 1))
    if entry.output.dimension is not None and outputs["features"].shape != (1, entry.output.dimension):
        length = outputs["features"].size
        raise ModelError(f"`{entry.id}` gives {length} numbers, its contract says {entry.output.dimension}")
    drift = batch_drift(network)
    if not drift <= _MOST_DRIFT[network.facts.precision]:
        raise ModelError(
            f"`{entry.id}` gives an image in a batch other numbers than alone (by {drift:.1e});"
            " `single = true` in the manifest's input runs it one by one"
        )


def batch_drift(network: Network) -> float:
    """Return the largest difference between two images together and alone, over the largest number."""
    images = noise_images(network.entry, 2)
    together = network(images)
    alone = [network(images[at : at + 1]) for at in range(len(images))]
    return max(
        float(np.abs(numbers - np.concatenate([one[name] for one in alone])).max())
        / max(float(np.abs(numbers).max()), _TINY)
        for name, numbers in together.items()
    )


def noise_images(entry: ModelEntry, count: int) -> Pixels:
    """Return images that the model takes, always the same; small where it takes every size."""
    contract = entry.input
    side = contract.multiple_of * -(-_SIDE // contract.multiple_of)
    shape = (count, contract.height or side, contract.width or side, len("RGB"))
    return np.random.default_rng(_SEED).integers(0, 256, shape, dtype=np.uint8)


def create_runtime(options: RuntimeOptions) -> Runtime:
    """Return the runtime that `options` name; raises `ConfigurationError` where it cannot be had."""
    if options.runtime is RuntimeName.OPENVINO:
        from countenance.engine.runtime_openvino import OpenVinoRuntime  # noqa: PLC0415  only the one that runs

        return OpenVinoRuntime(options)
    from countenance.engine.runtime_onnx import OnnxRuntime  # noqa: PLC0415  as above

    return OnnxRuntime(options)


def prepared_key(entry: ModelEntry, dialect: str) -> str:
    """Return under which key the prepared file is cached."""
    return artefact_key("prepared", *_identity(entry), dialect)


def compiled_key(entry: ModelEntry, *circumstances: str) -> str:
    """Return under which key a runtime's compiled network is cached."""
    return artefact_key("compiled", *_identity(entry), *circumstances)


def _identity(entry: ModelEntry) -> tuple[str, ...]:
    """Return all of an entry that decides about what is made of its file."""
    contract = json.dumps([asdict(entry.input), asdict(entry.output)], sort_keys=True)
    return entry.sha256, contract, PREPARATION_VERSION
