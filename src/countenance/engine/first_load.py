"""The first load of models, in a process of its own that ends with it.

Preparing a model and compiling it leaves some hundred megabytes with the allocator of the
process that did it, for as long as it lives, and a server lives long. What is made lands in
the cache of artefacts, from which the caller then loads. If anything goes wrong here nothing
is lost: the caller loads the slow way and meets the same fault itself, with its error.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from countenance.engine.catalogue import load_catalogue
from countenance.engine.model_sources import open_sources
from countenance.engine.networks import EngineOptions, open_networks, prepared_key
from countenance.engine.runtime import Precision, Provider, RuntimeName, RuntimeOptions
from countenance.errors import CountenanceError

_log = logging.getLogger(__name__)

LIMIT = 300.0
"""Seconds after which the process is given up."""


def load_first_apart(options: EngineOptions) -> bool:
    """Make what the cache lacks, in another process; tell whether something was made."""
    if options.cache_folder is None or not sys.executable or _made_before(options, options.cache_folder):
        return False
    command = [sys.executable, "-P", "-m", __name__]  # -P: nothing is imported from the working folder
    try:
        done = subprocess.run(  # noqa: S603  our own module with our own interpreter
            command,
            input=options_to_json(options),
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        _log.warning("the models are loaded here and not in a process of their own: %s", type(error).__name__)
        return False
    if done.returncode:
        _log.warning(
            "the models are loaded here, since a process of their own ended with %d", done.returncode
        )
    return done.returncode == 0


def _made_before(options: EngineOptions, folder: Path) -> bool:
    """Tell whether both models were prepared before; a model that is not there has nothing to prepare."""
    try:
        sources = open_sources(load_catalogue(), options.model_folder)
        entries = [sources.entry(name) for name in (options.detector, options.recogniser)]
    except CountenanceError:
        return True
    return all((folder / prepared_key(entry, options.runtime.runtime.value)).exists() for entry in entries)


def options_to_json(options: EngineOptions) -> str:
    """Return `options` as text for `options_from_json`."""
    fields = asdict(options)
    for name in ("model_folder", "cache_folder"):
        fields[name] = None if fields[name] is None else str(fields[name])
    return json.dumps({**fields, "accepted_models": sorted(options.accepted_models)})


def options_from_json(text: str) -> EngineOptions:
    """Return the options that `text` was made from."""
    fields = json.loads(text)
    runtime = fields["runtime"]
    return EngineOptions(
        model_folder=None if fields["model_folder"] is None else Path(fields["model_folder"]),
        cache_folder=None if fields["cache_folder"] is None else Path(fields["cache_folder"]),
        detector=fields["detector"],
        recogniser=fields["recogniser"],
        accepted_models=frozenset(fields["accepted_models"]),
        detector_sizes=tuple((height, width) for height, width in fields["detector_sizes"]),
        runtime=RuntimeOptions(
            runtime=RuntimeName(runtime["runtime"]),
            provider=Provider(runtime["provider"]),
            precision=Precision(runtime["precision"]),
            threads=runtime["threads"],
            streams=runtime["streams"],
        ),
    )


if __name__ == "__main__":
    open_networks(options_from_json(sys.stdin.read()))
