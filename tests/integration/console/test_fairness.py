"""The pages of fairness: reports with their verdict, what they show of caps, what is watched, audits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from console_stage import ConsoleStage, another
from countenance.fairness.monitored import Measure, Watched
from countenance.vetting.model import LeaseId
from measured import CAPS, STREAMS, TERMS, WHY, measure

Report = tuple[ConsoleStage, dict[str, Any], str]


@pytest.fixture(scope="module")
def report(template: ConsoleStage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    """A console on which a report was made, under a lease that names caps."""
    folder = tmp_path_factory.mktemp("measured")
    stage = another(template, folder)
    stage.stage.parts.max_image_bytes = 1 << 20
    with stage.stage.parts.unit_of_work() as work:
        lease = work.leases.get(LeaseId("bank-doors"))
        assert lease is not None
        models = frozenset({stage.service.parts.engine.pipeline.model_digest})
        terms = replace(lease.terms, caps=CAPS, model_digests=models)
        work.leases.put(replace(lease, terms=terms))
        work.commit()
    at = ("--fmr", str(lease.terms.fmr_ppb / 1e9), "--fmr-cap", "0.9", "--report", str(folder / "out"))
    document = measure(stage.service, folder, *at)
    yield stage, document, lease.id
    stage.stage.check_ledger()
    stage.stage.parts.close()


def test_a_report_is_opened_registered_held_against_caps_and_withdrawn(report: Report) -> None:
    stage, document, lease = report
    assert document["verdict"] == "pass"
    digest = document["record"]["digest"]
    path = f"/console/fairness/reports/{digest}"
    listed = stage.get("carol", "/console/fairness").text
    assert listed.index("no report: refused") < listed.index(path)
    assert "not registered" in listed
    shown = stage.get("carol", path).text
    assert shown.index("Within the caps, on this data") < shown.index("Rates of each group")
    assert "Nobody has registered it" in shown
    assert "registration" not in shown, "an auditor registers nothing"
    refused = stage.post("rita", f"{path}/registration", one_to_one="yes", reason="no")
    assert refused.status_code == 409
    done = stage.post("rita", f"{path}/registration", one_to_one="yes", reason=WHY)
    assert done.status_code == 303, done.text
    counting = stage.get("carol", "/console/fairness").text
    assert "a cap is not shown to hold: refused" in counting
    assert "False non-match rate of the worst group, at most" in counting
    shown = stage.get("rita", path).text
    assert WHY in shown
    assert f"/console/leases/{lease}" in shown
    evidence = shown.split('name="evidence" value="')[1].split('"')[0]
    withdrawn = stage.post("ruben", f"{path}/withdrawal", evidence=evidence, reason=WHY)
    assert withdrawn.status_code == 303
    assert "withdrawn" in stage.get("carol", "/console/fairness?format=csv").text
    assert stage.stage.events()[-1]["type"] == "evidence:withdrawn"


def test_the_files_of_a_report_are_those_that_were_signed(report: Report, tmp_path: Path) -> None:
    stage, document, _ = report
    path = f"/console/fairness/reports/{document['record']['digest']}/files"
    for name, kind in (("report.html", "text/html"), ("report.pdf", "application/pdf")):
        answer = stage.get("carol", f"{path}/{name}")
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["content-disposition"].startswith("attachment")
        (tmp_path / name).write_bytes(answer.content)
    held = json.loads(stage.get("carol", f"{path}/report.json").text)
    assert held["record"]["signature"] == document["record"]["signature"]
    assert stage.get("carol", f"{path}/other.json").status_code == 404
    assert stage.get("ada", f"{path}/report.json").status_code == 404
    assert stage.stage.events()[-1]["type"] == "request:refused"


def test_an_unknown_report_and_one_of_another_role_are_not_there(report: Report) -> None:
    stage, _, _ = report
    assert stage.get("rita", "/console/fairness/reports/nothing").status_code == 404
    assert stage.get("bob", "/console/fairness").status_code == 404


def test_what_is_watched_has_its_interval_and_the_lease_it_stands_under(console: ConsoleStage) -> None:
    assert "Nothing was counted yet" in console.get("carol", "/console/fairness/monitoring").text
    with console.stage.parts.unit_of_work() as work:
        for gallery, stream in STREAMS.items():
            watched = Watched(gallery_id=gallery, measure=Measure.NO_MATCH, under="x", stream=stream)
            work.monitored.put(watched)
        work.commit()
    text = console.get("carol", "/console/fairness/monitoring").text
    assert "insufficient evidence: 40 of 300 trials" in text
    assert "has alarmed" in text
    assert "0.5 to 1.8 %" in text


def test_an_audit_under_embargo_is_shown_to_staff_with_its_end(console: ConsoleStage) -> None:
    assert "No audit is registered" in console.get("carol", "/console/fairness/audits").text
    audits = console.service.gate.administer_audits
    made = audits.register(console.actor("olivia"), TERMS, "they asked for it in writing")
    assert "waits for a reviewer" in console.get("carol", "/console/fairness/audits").text
    audits.approve(console.actor("rita"), made.id, "their protocol is sound")
    text = console.get("carol", "/console/fairness/audits").text
    assert "open for calls" in text
    assert "in 40 days" in text
