"""Runs networks with ONNX Runtime, on the processor or on an NVIDIA card."""

from __future__ import annotations

from dataclasses import dataclass
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
    Sizes,
    check_pixels,
    images_at_once,
    in_parts,
    output_indexes,
)
from countenance.errors import ConfigurationError, ModelError

_PROVIDERS = {Provider.CPU: "CPUExecutionProvider", Provider.CUDA: "CUDAExecutionProvider"}


@dataclass(frozen=True, slots=True)
class OnnxNetwork:
    """A session; ONNX Runtime lets many threads run one."""

    entry: ModelEntry
    facts: RuntimeFacts
    session: Any
    pixels_name: str
    outputs: dict[str, int]

    def __call__(self, pixels: Pixels) -> Outputs:
        """Return the outputs; see `Network`."""
        check_pixels(pixels, self.entry.input)
        most = 1 if self.entry.input.single else images_at_once(self.facts.threads)
        return in_parts(self._infer, pixels, most=most)

    def _infer(self, pixels: Pixels) -> Outputs:
        """Run one inference."""
        try:
            results = self.session.run(None, {self.pixels_name: np.ascontiguousarray(pixels)})
        except RuntimeError as error:
            raise ModelError(f"`{self.entry.id}` failed on images of {pixels.shape[1:3]}") from error
        return {name: np.asarray(results[at], dtype=np.float32) for name, at in self.outputs.items()}


class OnnxRuntime:
    """ONNX Runtime with exactly one provider."""

    def __init__(self, options: RuntimeOptions) -> None:
        try:
            import onnxruntime  # noqa: PLC0415  an extra, loaded only by those who run it
        except ImportError as error:
            raise ConfigurationError(
                "ONNX Runtime is not installed: `pip install countenance[onnxruntime]`"
            ) from error
        onnxruntime.disable_telemetry_events()  # sent on Windows only, and never from here
        self._onnxruntime = onnxruntime
        self._options = options
        self._threads = options.threads or usable_cores()
        self._provider = _PROVIDERS[options.provider]
        if options.precision is not Precision.F32:
            raise ConfigurationError("ONNX Runtime runs in `f32` here; bf16 needs OpenVINO")
        if options.streams != 1:
            raise ConfigurationError("ONNX Runtime shares its threads among callers: one stream")
        offered = onnxruntime.get_available_providers()
        if self._provider not in offered:
            raise ConfigurationError(
                f"ONNX Runtime has no `{self._provider}` here; it has "
                + ", ".join(f"`{name}`" for name in offered)
            )

    def load(self, material: ModelMaterial, *, sizes: Sizes = ()) -> OnnxNetwork:
        """Return the network on the provider that was asked for, and on no other.

        One session is as fast at every size, so there is nothing to do for `sizes`.
        """
        del sizes
        session = self._open(material)
        running = session.get_providers()
        if running[:1] != [self._provider]:
            raise ConfigurationError(f"`{self._provider}` was asked for, `{running[0]}` is what really runs")
        facts = RuntimeFacts(
            runtime=RuntimeName.ONNXRUNTIME,
            version=self._onnxruntime.__version__,
            provider=running[0],
            precision=Precision.F32,
            threads=self._threads,
            streams=1,
            from_cache=False,
        )
        outputs = output_indexes(material.entry, [{output.name} for output in session.get_outputs()])
        name = session.get_inputs()[0].name
        return OnnxNetwork(material.entry, facts, session, pixels_name=name, outputs=outputs)

    def _open(self, material: ModelMaterial) -> Any:  # noqa: ANN401  ONNX Runtime has no types
        """Return a session over the prepared file."""
        settings = self._onnxruntime.SessionOptions()
        settings.intra_op_num_threads = self._threads
        settings.inter_op_num_threads = 1
        settings.log_severity_level = 3
        providers: list[Any] = [self._provider]
        if self._options.provider is Provider.CUDA:
            # A card may round float32 products to 10 bits (TF32), as bf16 does on a processor.
            providers = [(self._provider, {"use_tf32": "0"})]
            settings.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
        try:
            return self._onnxruntime.InferenceSession(
                bytes(material.prepared("onnxruntime")), settings, providers=providers
            )
        except RuntimeError as error:
            raise ModelError(f"ONNX Runtime cannot load `{material.entry.id}`: {error}") from error
