from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest

from countenance.engine.catalogue import DEFAULT_RECOGNISER, ModelEntry, load_catalogue
from countenance.engine.gathering import GatheringNetwork
from countenance.engine.runtime import Outputs, Pixels, Precision, RuntimeFacts, RuntimeName
from countenance.errors import ModelError

ENTRY = load_catalogue().get(DEFAULT_RECOGNISER)
FACTS = RuntimeFacts(RuntimeName.OPENVINO, "0", "CPU", Precision.F32, threads=2, streams=1, from_cache=False)
PATIENCE = 10.0


@dataclass
class SlowNetwork:
    """Gives each image's first pixel, when it is let; notes the sizes of its batches."""

    gate: threading.Event = field(default_factory=threading.Event)
    batches: list[int] = field(default_factory=list)
    started: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    failures: int = 0

    @property
    def entry(self) -> ModelEntry:
        return ENTRY

    @property
    def facts(self) -> RuntimeFacts:
        return FACTS

    def __call__(self, pixels: Pixels) -> Outputs:
        self.batches.append(len(pixels))
        self.started.release()
        assert self.gate.wait(PATIENCE)
        if self.failures:
            self.failures -= 1
            raise ModelError("out of order")
        return {"features": pixels[:, 0, 0, :1].astype(np.float32)}


def faces(*values: int) -> Pixels:
    pixels = np.zeros((len(values), 112, 112, 3), np.uint8)
    pixels[:, 0, 0, 0] = values
    return pixels


def crowd(
    network: SlowNetwork, calls: list[Pixels]
) -> tuple[GatheringNetwork, list[Future[Outputs]], Callable[[], None]]:
    """The first call computes while the others queue up behind it, in their order."""
    gathering = GatheringNetwork(network)
    pool = ThreadPoolExecutor(len(calls))
    futures = []
    for number, pixels in enumerate(calls):
        futures.append(pool.submit(gathering, pixels))
        if number == 0:
            assert network.started.acquire(timeout=PATIENCE)
        else:
            wait_until(lambda wanted=number: len(gathering._waiting) == wanted)
    return gathering, futures, pool.shutdown


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(int(PATIENCE * 1000)):
        if condition():
            return
        threading.Event().wait(0.001)
    raise AssertionError("it did not happen")


def test_a_single_caller_is_computed_at_once_and_alone() -> None:
    network = SlowNetwork()
    network.gate.set()
    assert GatheringNetwork(network)(faces(7))["features"].tolist() == [[7.0]]
    assert network.batches == [1]


def test_those_who_come_meanwhile_share_a_batch_and_each_gets_its_own() -> None:
    network = SlowNetwork()
    _, futures, close = crowd(network, [faces(1), faces(2), faces(3, 4), faces(5)])
    network.gate.set()
    answers = [future.result(PATIENCE)["features"].ravel().tolist() for future in futures]
    close()
    assert answers == [[1.0], [2.0], [3.0, 4.0], [5.0]]
    assert network.batches == [1, 4]


def test_a_batch_is_not_larger_than_pays() -> None:
    network = SlowNetwork()
    _, futures, close = crowd(network, [faces(0), faces(1, 2, 3), faces(4, 5), faces(6)])
    network.gate.set()
    for future in futures:
        future.result(PATIENCE)
    close()
    assert network.batches == [1, 3, 3]


def test_more_images_than_a_batch_holds_are_handed_on_as_they_are() -> None:
    network = SlowNetwork()
    network.gate.set()
    assert len(GatheringNetwork(network)(faces(*range(20)))["features"]) == 20


def test_nobody_keeps_the_features_of_others_alive() -> None:
    network = SlowNetwork()
    _, futures, close = crowd(network, [faces(1), faces(2), faces(3)])
    network.gate.set()
    outputs = [future.result(PATIENCE)["features"] for future in futures]
    close()
    assert all(features.base is None for features in outputs[1:])


def test_a_failed_batch_is_its_callers_error_and_the_others_try_again() -> None:
    network = SlowNetwork(failures=2)
    gathering, futures, close = crowd(network, [faces(1), faces(2), faces(3), faces(4)])
    network.gate.set()
    for failed in futures[:2]:
        with pytest.raises(ModelError, match="out of order"):
            failed.result(PATIENCE)
    assert [future.result(PATIENCE)["features"].item() for future in futures[2:]] == [3.0, 4.0]
    close()
    assert network.batches == [1, 3, 2]
    assert not gathering._waiting


def test_a_caller_who_is_interrupted_while_waiting_leaves_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    network = SlowNetwork()
    gathering, futures, close = crowd(network, [faces(1)])

    def interrupted(_condition: Callable[[], bool]) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(gathering._turn, "wait_for", interrupted)
        with pytest.raises(KeyboardInterrupt):
            gathering(faces(2))
    assert not gathering._waiting
    network.gate.set()
    assert futures[0].result(PATIENCE)["features"].item() == 1.0
    close()
    assert gathering(faces(3))["features"].item() == 3.0


def test_many_callers_for_a_while_each_get_their_own() -> None:
    network = SlowNetwork()
    network.gate.set()
    gathering = GatheringNetwork(network)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda at: gathering(faces(at % 251))["features"].item(), range(500)))
    assert answers == [float(at % 251) for at in range(500)]
    assert sum(network.batches) == 500


def test_pixels_of_another_size_never_reach_a_batch() -> None:
    network = SlowNetwork()
    network.gate.set()
    with pytest.raises(ValueError, match="sides of 112"):
        GatheringNetwork(network)(np.zeros((1, 64, 64, 3), np.uint8))
    assert network.batches == []


def test_it_is_what_it_gathers_for() -> None:
    gathering = GatheringNetwork(SlowNetwork())
    assert (gathering.entry, gathering.facts) == (ENTRY, FACTS)
