from __future__ import annotations

import json
from typing import Any

from typer.testing import CliRunner

from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.main import app


def plan(*arguments: str) -> Any:  # noqa: ANN401  typer's own
    return CliRunner().invoke(app, ["fairness", "plan", *arguments])


def test_the_larger_of_both_claims_says_how_many_subjects() -> None:
    told = plan("--groups", "4", "--fmr-cap", "0.0001", "--fnmr-cap", "0.01", "--images", "2", "--json")
    document = json.loads(told.stdout)
    assert document["subjects_per_group"] == max(document["fmr"]["subjects"], document["fnmr"]["subjects"])
    assert document["subjects"] == 4 * document["subjects_per_group"]
    assert document["fmr"]["errors_allowed"] == 0


def test_people_read_the_number_first_and_what_it_takes_for_granted() -> None:
    told = plan("--groups", "2", "--fnmr-cap", "0.02", "--expected-fnmr", "0.01")
    assert told.exit_code == 0, told.output
    assert told.stdout.partition("\n")[0].endswith("in all")
    assert "--design-effect" in told.stdout
    assert "--design-effect" not in plan("--groups", "2", "--fnmr-cap", "0.02", "--design-effect", "2").stdout


def test_a_plan_without_a_cap_is_a_usage_error() -> None:
    assert plan("--groups", "2").exit_code == ExitCode.USAGE
    assert "not below the cap" in plan("--groups", "2", "--fmr-cap", "0.01", "--expected-fmr", "0.02").stderr
