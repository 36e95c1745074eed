"""Runs networks with OpenVINO on the processor, in the arithmetic that was asked for."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from types import ModuleType
from typing import Any

import numpy as np

from countenance.engine.blocked_kernels import network_gains, prefer_blocked_kernels, processor_gains
from countenance.engine.catalogue import ModelEntry
from countenance.engine.processor import usable_cores
from countenance.engine.runtime import (
    ModelMaterial,
    Outputs,
    Pixels,
    Precision,
    Provider,
    RuntimeFacts,
    RuntimeName,
    RuntimeOptions,
    Sizes,
    check_pixels,
    images_at_once,
    in_parts,
    output_indexes,
)
from countenance.errors import ConfigurationError, ModelError

_TOOLS = "openvino.tools.ovc"
_DEVICE = "CPU"


def import_openvino() -> ModuleType:
    """Return the module `openvino`, imported without its conversion tools.

    Those tools report every import to their maker where a file in the home folder says that
    somebody once agreed. Nothing here needs them, OpenVINO itself treats them as optional,
    and without them the import takes a fraction of the time.
    """
    if "openvino" in sys.modules or _TOOLS in sys.modules:
        import openvino  # noqa: PLC0415  it is loaded already
    else:
        sys.modules[_TOOLS] = None  # type: ignore[assignment]  # makes an import of it fail
        try:
            import openvino  # noqa: PLC0415  loaded only by those who run it
        finally:
            del sys.modules[_TOOLS]
    module: ModuleType = openvino
    return module


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A compiled model and its requests, of which each inference borrows one.

    There is one more than can run at once, so that one is filled or read while the others
    compute; each has memory of its own, so there are not as many as callers.
    """

    model: Any
    tensor: Any
    outputs: dict[str, int]
    from_cache: bool
    room: threading.Semaphore
    _idle: deque[Any] = field(default_factory=deque)

    def infer(self, pixels: Pixels) -> Outputs:
        """Run one inference and copy what it gives; raises `RuntimeError` where OpenVINO fails."""
        held = np.ascontiguousarray(pixels)
        with self.room:
            return self._infer(held)

    def _infer(self, held: Pixels) -> Outputs:
        """Run on an idle request, or on a new one where none is."""
        try:
            request = self._idle.pop()
        except IndexError:
            request = self.model.create_infer_request()
        try:
            request.set_input_tensor(self.tensor(held, shared_memory=True))
            request.infer()
            return {
                name: np.array(request.get_output_tensor(index).data, dtype=np.float32)
                for name, index in self.outputs.items()
            }
        finally:
            self._idle.append(request)


Size = tuple[int, int] | None
"""Height and width of the images that a compiled model takes, or None for every size."""


@dataclass(slots=True)
class OpenVinoNetwork:
    """A network as several compiled models: one a fixed size, and one for every other size.

    Each is loaded when it is first needed, which may be never.
    """

    entry: ModelEntry
    facts: RuntimeFacts
    sizes: frozenset[Size]
    load: Callable[[Size], _Compiled]
    loaded: dict[Size, _Compiled]
    _loading: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, pixels: Pixels) -> Outputs:
        """Return the outputs; see `Network`."""
        check_pixels(pixels, self.entry.input)
        height, width = pixels.shape[1:3]
        size = (height, width) if (height, width) in self.sizes else None
        single = self.entry.input.single or size is not None
        most = 1 if single else images_at_once(self.facts.threads)
        try:
            return in_parts(self._for(size).infer, pixels, most=most)
        except RuntimeError as error:
            raise ModelError(f"`{self.entry.id}` failed on images of {height} x {width}") from error

    def _for(self, size: Size) -> _Compiled:
        """Return the model for images of `size`."""
        compiled = self.loaded.get(size)
        if compiled is None:
            with self._loading:
                compiled = self.loaded.get(size) or self.load(size)
                self.loaded[size] = compiled
        return compiled


def _nothing_more(_size: Size) -> _Compiled:
    """Stand in where all is loaded, so that the model's file need not stay in memory."""
    raise ModelError("the network takes images of one size, which is loaded")


class OpenVinoRuntime:
    """OpenVINO with precision, threads and streams pinned."""

    def __init__(self, options: RuntimeOptions) -> None:
        if options.provider is not Provider.CPU:
            raise ConfigurationError(f"OpenVINO runs on `cpu` here, not on `{options.provider}`")
        self._openvino = import_openvino()
        self._core = self._openvino.Core()
        self._options = options
        self._threads = options.threads or usable_cores()
        self._blocked = processor_gains(str(self._core.get_property(_DEVICE, "FULL_DEVICE_NAME")))
        self._check_precision()

    def load(self, material: ModelMaterial, *, sizes: Sizes = ()) -> OpenVinoNetwork:
        """Return the network, from the cache if this processor and version compiled it before.

        The first of `sizes` is loaded now, so that what cannot be loaded shows at the start.
        """
        contract = material.entry.input
        free = contract.height is None or contract.width is None
        wanted: list[Size] = list(sizes) if free and sizes else [None]
        first = self._compiled(material, wanted[0])
        return OpenVinoNetwork(
            entry=material.entry,
            facts=self._facts(first),
            sizes=frozenset(wanted) - {None},
            load=_nothing_more if wanted == [None] else partial(self._compiled, material),
            loaded={wanted[0]: first},
        )

    def _compiled(self, material: ModelMaterial, size: Size) -> _Compiled:
        """Return the model for images of `size`, or of every size."""
        circumstances = self._circumstances(size)
        kept = material.kept(*circumstances)
        model = None if kept is None else self._import(kept)
        from_cache = model is not None
        if model is None:
            model = self._compile(material, size)
            material.keep(model.export_model().getbuffer(), *circumstances)
        outputs = output_indexes(material.entry, [port.get_names() for port in model.outputs])
        room = threading.Semaphore(self._options.streams + 1)
        return _Compiled(model, self._openvino.Tensor, outputs, from_cache, room)

    def _compile(self, material: ModelMaterial, size: Size) -> Any:  # noqa: ANN401  no types
        """Return the model compiled from its prepared ONNX file."""
        try:
            model = self._core.read_model(BytesIO(material.prepared("openvino")))
            if size is not None:
                self._fix_size(model, size)
            if self._blocked and network_gains(model):
                model = prefer_blocked_kernels(model, self._core, self._openvino)
            return self._core.compile_model(model, _DEVICE, self._configuration())
        except RuntimeError as error:
            raise ModelError(f"OpenVINO cannot load `{material.entry.id}`: {error}") from error

    def _fix_size(self, model: Any, size: tuple[int, int]) -> None:  # noqa: ANN401  no types
        """Let the model take one image of `size`.

        The photograph lies in memory as the convolutions want it, but OpenVINO moves the
        change of type past the change of axes and then really turns every pixel, twice. A
        Relu between the two, which changes no pixel, keeps them in order; at a fixed size the
        change of axes then comes to nothing.
        """
        parameter = model.get_parameters()[0]
        model.reshape([1, *size, 3])
        (conversion,) = [target.get_node() for target in parameter.output(0).get_target_inputs()]
        if conversion.get_type_name() == "Convert":
            readers = conversion.output(0).get_target_inputs()
            relu = self._openvino.opset1.relu(conversion.output(0))
            for reader in readers:
                reader.replace_source_output(relu.output(0))
            model.validate_nodes_and_infer_types()

    def _import(self, kept: memoryview) -> Any | None:  # noqa: ANN401  OpenVINO has no types
        """Return the model compiled before, or None where this OpenVINO does not take it."""
        try:
            return self._core.import_model(BytesIO(kept), _DEVICE, self._configuration())
        except RuntimeError:
            return None

    def _configuration(self) -> dict[str, object]:
        """Return what is pinned; what is not, OpenVINO chooses by machine.

        Threads are not bound to cores: a bound thread waits for whoever holds its core. The
        quantisation of activations would trade the scores for speed, so it is off.
        """
        return {
            "INFERENCE_PRECISION_HINT": self._options.precision.value,
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
            "NUM_STREAMS": self._options.streams,
            "INFERENCE_NUM_THREADS": self._threads,
            "ENABLE_CPU_PINNING": False,
        }

    def _circumstances(self, size: Size) -> tuple[str, ...]:
        """Return all that a compiled model depends on apart from the published one."""
        return (
            "openvino",
            str(self._openvino.get_version()),
            str(self._core.get_property(_DEVICE, "FULL_DEVICE_NAME")),
            ",".join(sorted(self._core.get_property(_DEVICE, "OPTIMIZATION_CAPABILITIES"))),
            self._options.precision.value,
            f"blocked kernels {self._blocked}",
            "every size" if size is None else f"{size[0]} x {size[1]}",
        )

    def _check_precision(self) -> None:
        """Raise `ConfigurationError` for an arithmetic that the processor does not have."""
        offered = self._core.get_property(_DEVICE, "OPTIMIZATION_CAPABILITIES")
        if self._options.precision is Precision.BF16 and "BF16" not in offered:
            raise ConfigurationError("this processor has no bf16 arithmetic; f32 is what it runs")

    def _facts(self, compiled: _Compiled) -> RuntimeFacts:
        """Return what the compiled model says of itself."""
        model = compiled.model
        hint = model.get_property("INFERENCE_PRECISION_HINT").get_type_name()
        actual = {"f32": Precision.F32, "bf16": Precision.BF16}.get(hint)
        if actual is not self._options.precision:
            raise ConfigurationError(f"OpenVINO runs in `{hint}`, not in `{self._options.precision}`")
        return RuntimeFacts(
            runtime=RuntimeName.OPENVINO,
            version=str(self._openvino.get_version()),
            provider=", ".join(model.get_property("EXECUTION_DEVICES")),
            precision=actual,
            threads=int(model.get_property("INFERENCE_NUM_THREADS")),
            streams=int(model.get_property("NUM_STREAMS")),
            from_cache=compiled.from_cache,
        )
