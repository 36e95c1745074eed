"""What the first start makes, it makes in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from countenance.engine.first_load import load_first_apart, options_from_json, options_to_json
from countenance.engine.networks import EngineOptions, open_networks
from countenance.engine.runtime import Precision, RuntimeName, RuntimeOptions


def test_the_options_arrive_as_they_were_sent() -> None:
    options = EngineOptions(
        model_folder=Path("models"),
        cache_folder=None,
        detector="one",
        recogniser="other",
        accepted_models=frozenset({"a", "b"}),
        detector_sizes=((320, 256),),
        runtime=RuntimeOptions(
            runtime=RuntimeName.ONNXRUNTIME, precision=Precision.BF16, threads=3, streams=2
        ),
    )

    assert options_from_json(options_to_json(options)) == options
    assert options_from_json(options_to_json(EngineOptions())) == EngineOptions()


def test_what_another_process_made_is_loaded_here_and_made_once(tmp_path: Path) -> None:
    options = EngineOptions(cache_folder=tmp_path, detector_sizes=())

    assert load_first_apart(options)
    networks = open_networks(options)

    assert networks.detector.facts.from_cache
    assert networks.recogniser.facts.from_cache
    assert not load_first_apart(options)


def test_models_that_cannot_be_named_are_left_for_the_caller_to_complain_of(tmp_path: Path) -> None:
    assert not load_first_apart(EngineOptions(cache_folder=tmp_path, detector="nothing"))
    assert not load_first_apart(EngineOptions())


@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/false", ""])
def test_where_no_process_can_be_had_nothing_is_lost(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program)

    assert not load_first_apart(EngineOptions(cache_folder=tmp_path))
    assert not list(tmp_path.iterdir())
