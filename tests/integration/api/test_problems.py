from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest

from architecture.error_tree import tree
from countenance import errors
from countenance.biometrics.faces import Detection, LeastSize
from countenance.entrypoints.api.problems import STATUS, WIRE_TITLES, title_of
from countenance.recognition.ports import UnitOfWork
from fakes_engine import photograph
from integration.api.stage import Stage, encoded

EVERY = sorted(tree(), key=lambda error: error.__name__)


@pytest.mark.parametrize("error", EVERY, ids=lambda error: error.__name__)
def test_every_error_of_the_tree_has_its_own_status(error: type[errors.CountenanceError]) -> None:
    assert error in STATUS
    assert 400 <= STATUS[error] < 600


def test_the_map_holds_nothing_that_is_not_in_the_tree() -> None:
    assert set(STATUS) == set(EVERY)


def test_codes_of_http_and_codes_of_the_tree_are_not_the_same_words() -> None:
    assert not set(WIRE_TITLES) & {error.code for error in EVERY}


def test_every_problem_type_has_one_title_of_its_own() -> None:
    titles = [title_of(error) for error in EVERY] + list(WIRE_TITLES.values())
    assert all(titles)
    assert len(set(titles)) == len(titles)


@pytest.fixture
def detecting(stage: Stage) -> Callable[[Exception], tuple[int, dict[str, object], dict[str, str]]]:
    """Answer a detection whose engine fails in the given way."""

    def detect(error: Exception) -> tuple[int, dict[str, object], dict[str, str]]:
        def fail(image: bytes, *, limit: int, least: LeastSize) -> Detection:
            del image, limit, least
            raise error

        stage.engine.detect = fail  # type: ignore[method-assign]  # an engine that fails
        answer = stage.post("alice", "/v1/detections", {"image": encoded(photograph("dave"))})
        return answer.status_code, answer.json(), dict(answer.headers)

    return detect


Detecting = Callable[[Exception], tuple[int, dict[str, object], dict[str, str]]]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.StorageError("the database is locked"), 503),
        (errors.StorageFullError("the disk is full"), 507),
        (errors.ModelMissingError("no source has the model"), 503),
        (errors.BusyError("the queue is full", retry_after=3), 429),
        (errors.TemplateMismatchError("another pipeline"), 409),
        (errors.CalibrationError("no record"), 409),
    ],
    ids=lambda value: getattr(value, "code", value),
)
def test_what_the_system_cannot_do_now_says_so(
    detecting: Detecting, error: errors.CountenanceError, status: int
) -> None:
    got, problem, headers = detecting(error)
    assert (got, problem["code"], problem["detail"]) == (status, error.code, error.message)
    if status in {429, 503, 507} and not isinstance(error, errors.ModelError):
        assert int(headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "error",
    [
        ValueError("the probe of dave at /secret/place"),
        errors.LedgerError("entry 7 of dave is broken"),
        RecursionError("too deep"),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_fault_of_the_program_is_an_incident_that_tells_nothing_of_what_was_sent(
    detecting: Detecting, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        status, problem, _ = detecting(error)
    assert status == 500
    incident = str(problem["incident"])
    assert incident.startswith("inc_")
    assert problem["code"] == getattr(error, "code", "internal")
    assert "dave" not in str(problem)
    assert "Traceback" not in str(problem)
    (line,) = [record.getMessage() for record in caplog.records if record.name == "countenance.incidents"]
    assert incident in line
    assert type(error).__name__ in line
    assert "POST /v1/detections" in line
    assert "dave" not in caplog.text
    assert "/secret" not in caplog.text


def test_a_database_that_cannot_be_reached_is_503_on_every_kind_of_route(stage: Stage) -> None:
    whole = stage.parts.unit_of_work

    def failing() -> UnitOfWork:
        raise errors.StorageError("the database could not be read")

    stage.parts.unit_of_work = failing
    away = Stage(stage.parts, stage.keys)
    try:
        for path in ("/v1/health", "/v1/galleries", "/v1/ledger/checkpoint"):
            answer = away.call("alice", "GET", path)
            assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
            assert answer.headers["Retry-After"] == "5"
    finally:
        stage.parts.unit_of_work = whole


def test_a_disk_that_fills_between_permit_and_completion_is_507_and_nothing_is_lost(stage: Stage) -> None:
    stage.furnish("alice", "staff", "identity_verification", ("dave", photograph("dave", 1)))
    whole = stage.parts.unit_of_work
    units = _full_after(whole, 2)  # the key, the question; what would be stored finds the disk full
    stage.parts.unit_of_work = lambda: next(units)
    answer = Stage(stage.parts, stage.keys).verify("alice", "staff", "dave", photograph("dave", 2))
    stage.parts.unit_of_work = whole
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert stage.verify("alice", "staff", "dave", photograph("dave", 2)).status_code == 200


def _full_after(whole: Callable[[], UnitOfWork], count: int) -> Iterator[UnitOfWork]:
    for _ in range(count):
        yield whole()
    while True:
        unit = whole()
        unit.commit = _full  # type: ignore[method-assign]  # a disk without room
        yield unit


def _full() -> None:
    raise errors.StorageFullError("the disk is full; nothing of this was stored")
