"""What a runtime is to the rest of the engine: it loads models and says how it really runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from countenance.engine.catalogue import InputContract, ModelEntry
from countenance.errors import ConfigurationError, ModelError

Pixels = npt.NDArray[np.uint8]
Outputs = Mapping[str, npt.NDArray[np.float32]]
Sizes = Sequence[tuple[int, int]]
"""Heights and widths in pixels."""


class RuntimeName(StrEnum):
    """Which library runs the networks."""

    OPENVINO = "openvino"
    ONNXRUNTIME = "onnxruntime"


class Precision(StrEnum):
    """In which arithmetic networks run.

    bf16 is nearly twice as fast where the processor has it and moves scores by up to 0.014,
    so it is chosen by name, is part of the pipeline's version and needs its own calibration.
    """

    F32 = "f32"
    BF16 = "bf16"


class Provider(StrEnum):
    """On what networks run."""

    CPU = "cpu"
    CUDA = "cuda"


@dataclass(frozen=True, slots=True)
class RuntimeOptions:
    """How networks shall run. What cannot be had raises `ConfigurationError`, never runs otherwise.

    `threads` counts the threads of the process's inferences; None takes the cores that it may
    use. `streams` counts inferences that run side by side, each on its share of the threads.
    """

    runtime: RuntimeName = RuntimeName.OPENVINO
    provider: Provider = Provider.CPU
    precision: Precision = Precision.F32
    threads: int | None = None
    streams: int = 1

    def __post_init__(self) -> None:
        if self.threads is not None and self.threads < 1:
            raise ConfigurationError(f"`{self.threads}` threads cannot run anything")
        if self.streams < 1 or (self.threads is not None and self.streams > self.threads):
            raise ConfigurationError(f"`{self.streams}` streams need at least one thread each")


@dataclass(frozen=True, slots=True)
class RuntimeFacts:
    """How a network really runs, as its runtime tells after loading it.

    `provider` is the runtime's own name for what it runs on; `from_cache` says whether the
    network was compiled at an earlier start.
    """

    runtime: RuntimeName
    version: str
    provider: str
    precision: Precision
    threads: int
    streams: int
    from_cache: bool


class Network(Protocol):
    """A loaded network.

    Safe to call from many threads; a call holds no interpreter lock while it computes.
    """

    @property
    def entry(self) -> ModelEntry:
        """Return the model that this is."""
        ...

    @property
    def facts(self) -> RuntimeFacts:
        """Return how it really runs."""
        ...

    def __call__(self, pixels: Pixels) -> Outputs:
        """Return the outputs by the names of its `OutputContract`: float32, first dimension N.

        `features` is N x dimension and not yet of unit length; `cls_8` and the other heads of
        a detector are N x places x values. The arrays are the caller's own to keep.

        `pixels` is N x H x W x 3, uint8, RGB, with H and W as the model's contract says. The
        same image gives the same numbers to 1e-4 in whatever batch. Raises `ValueError` for
        another shape or type, which is a fault of the program and not of its user.
        """
        ...


class ModelMaterial(Protocol):
    """What a runtime is given to load: a verified model, and what was made of it before."""

    @property
    def entry(self) -> ModelEntry:
        """Return the model's entry."""
        ...

    def prepared(self, dialect: str) -> bytes | memoryview:
        """Return the ONNX file prepared for a runtime."""
        ...

    def kept(self, *circumstances: str) -> memoryview | None:
        """Return what `keep` was given under the same circumstances, or None."""
        ...

    def keep(self, content: bytes | memoryview, *circumstances: str) -> None:
        """Keep what loading made, for the next start."""
        ...


class Runtime(Protocol):
    """Loads models."""

    def load(self, material: ModelMaterial, *, sizes: Sizes = ()) -> Network:
        """Return the network, made ready for images of `sizes` where the model takes several.

        Raises `ModelError` where the runtime cannot load the model.
        """
        ...


def in_parts(infer: Callable[[Pixels], Outputs], pixels: Pixels, *, most: int) -> Outputs:
    """Return the outputs of `infer` for all of `pixels`, at most `most` images at a time.

    Beyond a few images a batch is no faster, and its memory grows with every one.
    """
    if len(pixels) <= most:
        return infer(pixels)
    parts = [infer(pixels[at : at + most]) for at in range(0, len(pixels), most)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def images_at_once(threads: int) -> int:
    """Return the size of batch that keeps `threads` threads busy and still fits their caches: two each."""
    return 2 * threads


def check_pixels(pixels: Pixels, contract: InputContract) -> None:
    """Raise `ValueError` unless `pixels` holds images as the contract wants them."""
    if pixels.dtype != np.uint8 or pixels.ndim != len("NHWC") or pixels.shape[-1] != len("RGB"):
        raise ValueError("pixels must be uint8 of shape N x H x W x 3")
    if not pixels.size:
        raise ValueError("pixels must hold at least one image")
    for side, wanted in zip(pixels.shape[1:3], (contract.height, contract.width), strict=True):
        if wanted is not None and side != wanted:
            raise ValueError(f"the network takes sides of {wanted} pixels, not {side}")
        if side % contract.multiple_of:
            raise ValueError(
                f"the network takes sides that are multiples of {contract.multiple_of}, not {side}"
            )


def output_indexes(entry: ModelEntry, names: Sequence[AbstractSet[str]]) -> dict[str, int]:
    """Return which of a loaded network's outputs is which of its contract.

    `names` are the names that each output goes by. Raises `ModelError` where the network and
    the contract differ.
    """
    wanted = entry.output.names
    if entry.output.dimension is not None and len(names) == len(wanted):
        return {wanted[0]: 0}
    found = {name: index for index, known in enumerate(names) for name in wanted if name in known}
    if len(found) != len(wanted):
        missing = ", ".join(f"`{name}`" for name in wanted if name not in found)
        raise ModelError(f"the network of `{entry.id}` does not have the outputs {missing}")
    return found
