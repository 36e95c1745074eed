"""What is told of a request beside its answer: the access log, the counts, the sweep's own faults."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import httpx
import pytest

from access_log import lines
from countenance.entrypoints.azure_face import application
from countenance.errors import ConcurrentWriteError, StorageError
from integration.azure_face.stage import Stage, picture, stages


def test_the_access_log_names_operation_actor_and_decision_and_nothing_of_anybody(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="countenance.access")
    first, second = (stage.keep("tester", picture("dave", number))[0] for number in (1, 2))
    stage.send("tester", "POST", "/verify", json={"faceId1": first, "faceId2": second})
    stage.send("archivist", "GET", "/largepersongroups/portraits/persons/dave")
    stage.send("archivist", "GET", "/nothing/of/this")
    told = lines(caplog, 5)
    assert [line["route"] for line in told] == [
        "/face/{version}/detect",
        "/face/{version}/detect",
        "/face/{version}/verify",
        "/face/{version}/largepersongroups/{largePersonGroupId}/persons/{personId}",
        "unmatched",
    ]
    assert all(line["actor"] for line in told)
    assert told[2]["decision"].startswith("dec_")
    assert not [secret for secret in (first, second, "portraits", "dave") if secret in caplog.text]


def test_acts_are_counted_by_what_they_came_to(stage: Stage) -> None:
    first, second, other = (
        stage.keep("tester", image)[0] for image in (picture("dave"), picture("dave", 2), picture("erin"))
    )
    for one in (second, other):
        stage.send("tester", "POST", "/verify", json={"faceId1": first, "faceId2": one})
    stage.send("tester", "POST", "/group", json={"faceIds": [first, second]})
    stage.send("archivist", "POST", "/verify", json={"faceId1": first, "faceId2": second})
    key = {"Authorization": f"Bearer {stage.keys['carol']}"}
    counts = httpx.get(f"{stage.url}/metrics", headers=key).text
    for line in (
        'countenance_acts_total{act="detect",outcome="done"} 3.0',
        'countenance_acts_total{act="verify",outcome="match"} 1.0',
        'countenance_acts_total{act="verify",outcome="no_match"} 1.0',
        'countenance_acts_total{act="verify",outcome="refused"} 1.0',
        'countenance_acts_total{act="search_stored",outcome="done"} 1.0',
    ):
        assert line in counts, counts


def test_the_sweep_goes_on_whatever_happens_to_it(
    azure_template: tuple[Path, dict[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(application, "SWEEP_SECONDS", 0.01)
    faults: list[Exception] = [
        StorageError("the disk is gone"),
        ConcurrentWriteError("busy"),
        ValueError("x"),
    ]
    for stage in stages(*azure_template, tmp_path, before_start=faults):
        until = time.monotonic() + 20
        while faults:
            assert time.monotonic() < until
            time.sleep(0.01)
        stage.keep("tester", picture("dave"), faceIdTimeToLive=60)
        stage.later(seconds=61)
        while stage.events()[-1]["type"] != "loose_faces:destroyed":
            assert time.monotonic() < until
            time.sleep(0.02)
    told = [record.message for record in caplog.records if record.name == "countenance.azure_face"]
    assert told == [
        "expired faces were not destroyed: the disk is gone [storage_unavailable]",
        "expired faces were not destroyed: ValueError",
    ]
