"""Runs networks with OpenVINO on the processor, in the arithmetic that was asked for."""

from __future__ import annotations

import sys
from collections import deque
from dataclasses import dataclass, field
from io import BytesIO
from types import ModuleType
from typing import Any

import numpy as np

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
    check_pixels,
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


@dataclass(slots=True)
class OpenVinoNetwork:
    """A compiled model and its requests, of which each call borrows one."""

    entry: ModelEntry
    facts: RuntimeFacts
    compiled: Any
    tensor: Any
    outputs: dict[str, int]
    _idle: deque[Any] = field(default_factory=deque)

    def __call__(self, pixels: Pixels) -> Outputs:
        """Return the outputs; see `Network`."""
        check_pixels(pixels, self.entry.input)
        if not self.entry.input.single or len(pixels) == 1:
            return self._infer(pixels)
        parts = [self._infer(pixels[at : at + 1]) for at in range(len(pixels))]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _infer(self, pixels: Pixels) -> Outputs:
        """Run one inference on a borrowed request and copy what it gives."""
        held = np.ascontiguousarray(pixels)
        try:
            request = self._idle.pop()
        except IndexError:
            request = self.compiled.create_infer_request()
        try:
            request.set_input_tensor(self.tensor(held, shared_memory=True))
            request.infer()
            return {
                name: np.array(request.get_output_tensor(index).data, dtype=np.float32)
                for name, index in self.outputs.items()
            }
        except RuntimeError as error:
            raise ModelError(f"`{self.entry.id}` failed on images of {pixels.shape[1:3]}") from error
        finally:
            self._idle.append(request)


class OpenVinoRuntime:
    """OpenVINO with precision, threads and streams pinned."""

    def __init__(self, options: RuntimeOptions) -> None:
        if options.provider is not Provider.CPU:
            raise ConfigurationError(f"OpenVINO runs on `cpu` here, not on `{options.provider}`")
        self._openvino = import_openvino()
        self._core = self._openvino.Core()
        self._options = options
        self._threads = options.threads or usable_cores()
        self._check_precision()

    def load(self, material: ModelMaterial) -> OpenVinoNetwork:
        """Return the network, from the cache if this processor and version compiled it before."""
        circumstances = self._circumstances()
        kept = material.kept(*circumstances)
        compiled = None if kept is None else self._import(kept)
        from_cache = compiled is not None
        if compiled is None:
            compiled = self._compile(material)
            material.keep(compiled.export_model().getbuffer(), *circumstances)
        return OpenVinoNetwork(
            entry=material.entry,
            facts=self._facts(compiled, from_cache=from_cache),
            compiled=compiled,
            tensor=self._openvino.Tensor,
            outputs=output_indexes(material.entry, [port.get_names() for port in compiled.outputs]),
        )

    def _configuration(self) -> dict[str, object]:
        """Return what is pinned. Whatever is left out, OpenVINO may choose by machine."""
        return {
            "INFERENCE_PRECISION_HINT": self._options.precision.value,
            "NUM_STREAMS": self._options.streams,
            "INFERENCE_NUM_THREADS": self._threads,
        }

    def _compile(self, material: ModelMaterial) -> Any:  # noqa: ANN401  OpenVINO has no types
        """Return the model compiled from its prepared ONNX file."""
        try:
            model = self._core.read_model(BytesIO(material.prepared("openvino")))
            return self._core.compile_model(model, _DEVICE, self._configuration())
        except RuntimeError as error:
            raise ModelError(f"OpenVINO cannot load `{material.entry.id}`: {error}") from error

    def _import(self, kept: memoryview) -> Any | None:  # noqa: ANN401  as above
        """Return the model compiled before, or None where this OpenVINO does not take it."""
        try:
            return self._core.import_model(BytesIO(kept), _DEVICE, self._configuration())
        except RuntimeError:
            return None

    def _check_precision(self) -> None:
        """Raise `ConfigurationError` for an arithmetic that the processor does not have."""
        offered = self._core.get_property(_DEVICE, "OPTIMIZATION_CAPABILITIES")
        if self._options.precision is Precision.BF16 and "BF16" not in offered:
            raise ConfigurationError("this processor has no bf16 arithmetic; f32 is what it runs")

    def _circumstances(self) -> tuple[str, ...]:
        """Return all that a compiled network depends on apart from its model."""
        return (
            "openvino",
            str(self._openvino.get_version()),
            str(self._core.get_property(_DEVICE, "FULL_DEVICE_NAME")),
            ",".join(sorted(self._core.get_property(_DEVICE, "OPTIMIZATION_CAPABILITIES"))),
            self._options.precision.value,
        )

    def _facts(self, compiled: Any, *, from_cache: bool) -> RuntimeFacts:  # noqa: ANN401  as above
        """Return what the compiled model says of itself."""
        hint = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
        actual = {"f32": Precision.F32, "bf16": Precision.BF16}.get(hint)
        if actual is not self._options.precision:
            raise ConfigurationError(f"OpenVINO runs in `{hint}`, not in `{self._options.precision}`")
        return RuntimeFacts(
            runtime=RuntimeName.OPENVINO,
            version=str(self._openvino.get_version()),
            provider=", ".join(compiled.get_property("EXECUTION_DEVICES")),
            precision=actual,
            threads=int(compiled.get_property("INFERENCE_NUM_THREADS")),
            streams=int(compiled.get_property("NUM_STREAMS")),
            from_cache=from_cache,
        )
