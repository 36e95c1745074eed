"""The application against its own OpenAPI document: generated requests, right ones and wrong ones.

All checks of schemathesis, on every route: no fault, no status, media type or body that is not
described, nothing wrong accepted, nothing right refused, no method or missing key let through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis import engine
from schemathesis.engine.events import NonFatalError, ScenarioFinished
from schemathesis.openapi.checks import RejectedPositiveData

from fakes_engine import photograph
from integration.api.stage import Stage, stages

CONFIG: dict[str, Any] = {
    "generation": {"max-examples": 3, "deterministic": True},
    "phases": {"stateful": {"enabled": False}},
    "warnings": False,
}

BEYOND_FORM = re.compile(
    r"fields travel in the JSON body"
    r"|`query.subject_id`: field required"
    r"|the cursor is not one that was given out"
    r"|are not two sizes in order"
    r"|there is no pack|has no version"
    r"|is issued under a lease|has no lease|is not a moment to come"
    r"|the consent ends before it begins|the agreement lacks|the notice cannot be published yet"
    r"|a hold ends in the future|a hold names its matter"
    r"|is a reason in|is one line of|is out of range|characters (in it )?that are no text|is no jurisdiction"
    r"|is no rule in force|is not answered|is a day to come|is not the newest|is a moment to come"
    r"|are some of|is judged by machine alone|is not base64|evidence is one of|stands for a person"
    r"|names which one|does not close a measurement|caps name at least one|is narrowed by an incident"
    r"|names a customer if|names the law|is the officer's name|names something twice"
    r"|address of a webhook|the address is not public"
    r"|is no pack: it holds|is not sound|is not signed|comes with the program|exclude one another"
    r"|ends before it begins|leases are renewed until a day|is not the name of the pack"
    r"|the checklist lacks|nothing can be determined|the training lies ahead|an authorisation ends"
)
"""Why a request that is right in form may be refused: two fields contradict each other, or the calendar."""

ASKERS = {
    "alice": r"^/v1/(audit(?!s)|notices|galleries(?!.*identifications)|detections|decisions"
    r"|policy/(vocabulary|coming)"
    r"|erasures|subject-requests)",
    "archivist": r"identifications$",
    "tester": r"^/v1/comparisons$",
    "olivia": r"^/v1/(audits(?!.*approval)|fairness/(monitor|reports)"
    r"|retention|webhooks|policy/(packs|simulations)|keys|leases|customers(?!.*applications)|examiners|known-faces|oversight)",
    "bob": r"^/v1/examinations",
    "carol": r"^(/metrics|/v1/(ledger|cases|health|terms))",
    "ada": r"^/v1/(applications(?!.*/(marks|approvals|refusals))|customers.*/applications)",
    "ruth": r"^/v1/(applications/.*/(marks|approvals|refusals)|appeals|conditions|incidents"
    r"|fairness/evidence|audits/.*/approval)",
}
"""Who asks on which paths: a key that may."""

FIELDS_BY_THEMSELVES = {"ada"}
"""Whose bodies have too many fields to try each in turn here: what reads them is tested field by field."""


@pytest.fixture(scope="module")
def world(
    furnished: tuple[Path, Mapping[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """An installation with galleries and subjects whose ids are the document's own examples."""
    template, keys = furnished
    for stage in stages(template, keys, tmp_path_factory.mktemp("schemathesis")):
        stage.furnish("alice", "staff", "identity_verification", ("s-4711", photograph("dave", 1)))
        stage.furnish("archivist", "portraits", "media_archive", ("ada", photograph("ada", 1)))
        yield stage


def broken(stage: Stage, who: str, paths: str) -> tuple[set[str], int, list[str]]:
    """Run every phase on the paths and return the routes that were asked, how often, and what broke."""
    phases = {**CONFIG["phases"], "coverage": {"enabled": who not in FIELDS_BY_THEMSELVES}}
    config = schemathesis.Config.from_dict({**CONFIG, "phases": phases, "headers": stage.headers(who)})
    schema = schemathesis.openapi.from_asgi("/openapi.json", stage.app, config=config)
    asked: set[str] = set()
    count, found = 0, []
    for event in engine.from_schema(schema.include(path_regex=paths)).execute():
        if isinstance(event, NonFatalError):
            found.append(str(event.value))
        if not isinstance(event, ScenarioFinished):
            continue
        for case, checks in event.recorder.checks.items():
            count += 1
            asked.add(event.recorder.label)
            failures = [check.failure_info.failure for check in checks if check.failure_info is not None]
            answer = event.recorder.interactions[case].response
            text = answer.content.decode() if answer is not None else ""
            found += [
                f"{event.recorder.label}: {failure.title}: {failure.message}\n{text[:300]}"
                for failure in failures
                if not (isinstance(failure, RejectedPositiveData) and BEYOND_FORM.search(text))
            ]
    return asked, count, found


def test_every_path_is_asked_by_somebody(world: Stage) -> None:
    paths = world.app.openapi()["paths"]
    askers = {path: [who for who, pattern in ASKERS.items() if re.search(pattern, path)] for path in paths}
    assert {path: who for path, who in askers.items() if len(who) != 1} == {}


@pytest.mark.parametrize("who", ASKERS)
def test_no_request_makes_the_application_break_its_own_description(world: Stage, who: str) -> None:
    asked, count, found = broken(world, who, ASKERS[who])
    described = {
        f"{method.upper()} {path}"
        for path, operations in world.app.openapi()["paths"].items()
        for method in operations
        if re.search(ASKERS[who], path)
    }
    assert asked == described
    assert count >= (2 if who in FIELDS_BY_THEMSELVES else 4) * len(described)
    assert found == []
