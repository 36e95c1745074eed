"""What docs/guide/api.md and docs/reference/api.md say of the API, and whether it is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from countenance.entrypoints.api import bodies
from countenance.entrypoints.api.galleries import LONGEST_PAGE
from countenance.entrypoints.api.problems import STATUS, WIRE_TITLES, title_of
from countenance.entrypoints.api.schemas.problem import Problem
from countenance.entrypoints.api.schemas.results import VerificationTold
from countenance.errors import RefusedError
from countenance.recognition.acts.detection import MAX_FACES
from countenance.recognition.acts.enrolment import MAX_REFERENCES
from countenance.recognition.idempotency import KEPT
from integration.api.stage import Stage

ROUTE = re.compile(r"`(GET|POST|PUT|DELETE) (/[\w/{}.-]+)`")


@pytest.fixture(scope="module")
def guide(project_root: Path) -> str:
    return (project_root / "docs" / "guide" / "api.md").read_text(encoding="utf-8")


@pytest.fixture
def routes(stage: Stage) -> set[tuple[str, str]]:
    paths = stage.app.openapi()["paths"]
    return {(method.upper(), path) for path, operations in paths.items() for method in operations}


def test_the_reference_lists_every_route_and_no_other(
    project_root: Path, routes: set[tuple[str, str]]
) -> None:
    page = (project_root / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    assert set(ROUTE.findall(page)) == routes


def test_every_route_that_the_guide_names_exists(guide: str, routes: set[tuple[str, str]]) -> None:
    named = set(ROUTE.findall(guide))
    assert len(named) > 8
    assert named <= routes


def test_the_guide_lists_every_code_beside_its_status(guide: str) -> None:
    rows = re.findall(r"^\| (\d{3}) \| (.+) \|$", guide, flags=re.MULTILINE)
    listed = {(int(status), code) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)}
    wire = {
        "body_too_large": 413,
        "body_timeout": 408,
        "media_type_unsupported": 415,
        "method_not_allowed": 405,
        "route_not_found": 404,
        "internal": 500,
    }
    assert set(wire) == set(WIRE_TITLES)
    tree = {(int(status), error.code) for error, status in STATUS.items()}
    assert listed == tree | {(status, code) for code, status in wire.items()}


def example(guide: str, name: str) -> str:
    found = re.search(rf"```json {name}\n(.*?)```", guide, flags=re.DOTALL)
    assert found is not None
    return found[1]


def test_the_examples_are_answers_that_could_be_given(guide: str) -> None:
    told = VerificationTold.model_validate_json(example(guide, "verification"))
    assert list(json.loads(example(guide, "verification"))) == list(VerificationTold.model_fields)
    assert told.fmr.lower <= told.fmr.rate <= told.fmr.upper
    problem = Problem.model_validate_json(example(guide, "problem"))
    assert problem.title == title_of(RefusedError)


def test_the_limits_are_those_that_the_guide_tells(guide: str) -> None:
    assert bodies.PLAIN_BYTES == 64 * 1024
    assert "64 KiB" in guide
    assert f"| {bodies.ARRIVAL_SECONDS:.0f} seconds |" in guide
    assert bodies.LARGEST_BODIES == 8
    assert "eight of the largest" in guide
    for limit in (LONGEST_PAGE, MAX_FACES, MAX_REFERENCES):
        assert re.search(rf"\| {limit}\b", guide)
    assert KEPT.days == 1
    assert "within a day" in guide
