"""`countenance doctor`: what really runs here, and what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.options import JsonFlag
from countenance.entrypoints.cli.wording import counted

if TYPE_CHECKING:
    from countenance.app.parts import Diagnosis, ModelStatus, NetworkFacts
    from countenance.entrypoints.cli.output import Output

_MEGABYTE = 1_000_000


def doctor(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Load the networks as the service would, run each once, and tell what was seen.

    Tells which runtime, provider, precision and threads really run, the model files with
    their digests and licences, and what is worth knowing. What cannot run as it was asked
    for is a fault, never replaced by something else. Exits with 6 where there is a fault.
    """
    line = CommandLine.of(context)
    diagnosis = line.countenance.parts.diagnose()
    if as_json:
        line.output.document(_document(diagnosis))
    else:
        _say(line.output, diagnosis)
    if diagnosis.faults:
        raise typer.Exit(ExitCode.SET_UP)


def _say(output: Output, diagnosis: Diagnosis) -> None:
    """Print the diagnosis for a person."""
    processor, cache = diagnosis.processor, diagnosis.cache
    cores = counted(processor.cores, "core")
    output.facts(
        [
            ("system", f"{diagnosis.system}, Python {diagnosis.python}"),
            ("processor", f"{processor.name} ({processor.architecture}), {cores} to use"),
            ("features", " ".join(processor.features) or "not told by the system"),
            ("libraries", ", ".join(f"{name} {version}" for name, version in diagnosis.versions)),
        ]
    )
    for network in diagnosis.networks:
        output.say(f"\n{network.model_id}", style="bold")
        output.facts(_of_network(network), indent=2)
    kept = f"{counted(cache.files, 'file')}, {cache.bytes / _MEGABYTE:.0f} MB in {cache.folder}"
    output.say("")
    output.facts(
        [
            ("networks ready after", f"{diagnosis.load_seconds:.2f} s"),
            ("cache", kept if cache.folder is not None else "none"),
            ("model files", _model_files(diagnosis)),
        ]
    )
    for warning in diagnosis.warnings:
        output.warn(warning)
    for fault in diagnosis.faults:
        output.error(fault.code, fault.message)
    if not diagnosis.faults:
        output.say("It runs; the warnings are worth reading." if diagnosis.warnings else "All is well.")


def _of_network(network: NetworkFacts) -> list[tuple[str, str]]:
    """Return what a network says of itself, as labels and values."""
    running = network.running
    side_by_side = f"{counted(running.threads, 'thread')}, {counted(running.streams, 'stream')}"
    steadiness = f"differ by {network.drift:.0e}" if network.drift else "are the same to the bit"
    return [
        ("runs on", f"{running.runtime.value} {running.version}, provider {running.provider}"),
        ("in", f"{running.precision.value}, {side_by_side}"),
        ("licence", network.licence),
        ("sha-256", network.sha256),
        ("one image takes", f"{network.answer_seconds * 1000:.1f} ms"),
        ("alone and in a batch", f"its numbers {steadiness}"),
        ("loaded", "from the cache" if running.from_cache else "compiled just now"),
    ]


def _model_files(diagnosis: Diagnosis) -> str:
    """Return how many of the model files are in which state."""
    states = [status.state.value.replace("_", " ") for status in diagnosis.models]
    return ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states)) or "unknown"


def _document(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return the diagnosis as JSON."""
    processor, cache = diagnosis.processor, diagnosis.cache
    return {
        "ok": not diagnosis.faults,
        "python": diagnosis.python,
        "system": diagnosis.system,
        "versions": dict(diagnosis.versions),
        "processor": {
            "name": processor.name,
            "architecture": processor.architecture,
            "cores": processor.cores,
            "features": list(processor.features),
        },
        "networks": [_network_document(network) for network in diagnosis.networks],
        "load_seconds": diagnosis.load_seconds,
        "models": [_model_document(status) for status in diagnosis.models],
        "cache": {
            "folder": str(cache.folder) if cache.folder is not None else None,
            "files": cache.files,
            "bytes": cache.bytes,
            "writable": cache.writable,
        },
        "warnings": list(diagnosis.warnings),
        "faults": [{"code": fault.code, "message": fault.message} for fault in diagnosis.faults],
    }


def _network_document(network: NetworkFacts) -> dict[str, Any]:
    """Return how a network really runs as JSON."""
    running = network.running
    return {
        "model": network.model_id,
        "sha256": network.sha256,
        "licence": network.licence,
        "runtime": running.runtime.value,
        "version": running.version,
        "provider": running.provider,
        "precision": running.precision.value,
        "threads": running.threads,
        "streams": running.streams,
        "from_cache": running.from_cache,
        "answer_seconds": network.answer_seconds,
        "drift": network.drift,
    }


def _model_document(status: ModelStatus) -> dict[str, Any]:
    """Return the state of a model's file as JSON."""
    return {
        "id": status.entry.id,
        "sha256": status.entry.sha256,
        "licence": status.entry.licence,
        "state": status.state.value,
        "path": str(status.path) if status.path is not None else None,
        "used_as": status.used_as,
        "refusal": status.refusal,
    }
