"""An operator publishes terms of use; leases are asked again, and refused after the grace date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from console_stage import ConsoleStage, another
from countenance.app import Countenance
from countenance.vetting.publishing_terms import TermsInForce
from countenance.vetting.terms_of_use import shipped_terms
from fakes_engine import photograph

PATH = "/console/terms"
TERMS = {
    "version": "acme-2",
    "summary": "Nobody is searched for twice in a week.",
    "text": "Nobody is discriminated against, and nobody is searched for twice in one week. " * 5,
    "binding": "2026-08-01",
}


@pytest.fixture
def office(template: ConsoleStage, tmp_path: Path) -> Iterator[ConsoleStage]:
    """A console whose installation reads what its operator published."""
    console = another(template, tmp_path)
    parts = console.stage.parts
    parts.terms_of_use = TermsInForce(parts.unit_of_work, shipped_terms)
    yield console
    console.stage.check_ledger()
    parts.close()


def test_a_version_asks_every_lease_again_and_refuses_after_its_grace_date(office: ConsoleStage) -> None:
    office.stage.furnish("alice", "staff", "identity_verification", ("dave", photograph("dave")))
    assert "Every lease has accepted the newest version" in office.get("carol", PATH).text
    assert "Publish a version" not in office.get("rita", PATH).text
    done = office.post("olivia", PATH, **TERMS)
    assert done.headers["location"].endswith("terms-published")
    told = office.get("carol", PATH).text
    assert "acme-2" in told
    assert "bank-doors" in told
    assert "refused from 1 August 2026 on" in told
    event = office.stage.events()[-1]
    assert (event["type"], event["version"]) == ("terms:published", "acme-2")
    verify = lambda: office.stage.verify("alice", "staff", "dave", photograph("dave", 2)).status_code  # noqa: E731  told twice
    assert verify() == 200
    clock = office.stage.parts.clock
    clock.advance(timedelta(days=40))  # type: ignore[attr-defined]  # the fake clock
    assert verify() == 403
    for name in ("carol", "olivia"):
        office.sessions[name] = office.staffing.sign_in(office.people[name])
    assert "since 1 August 2026" in office.get("carol", PATH).text
    again = office.post("olivia", PATH, **{**TERMS, "binding": "2026-10-01"})
    assert "were published already" in again.text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"version": "2"}, "It has 2 to 32 small letters"),
        ({"version": "Acme 2"}, "It has 2 to 32 small letters"),
        ({"summary": ""}, "It says in at most 500 characters"),
        ({"text": "Be nice."}, "It has 200 to 50000 characters"),
        ({"binding": "2026-07-03"}, "It lies 7 to 365 days ahead"),
        ({"binding": "2030-01-01"}, "It lies 7 to 365 days ahead"),
        ({"binding": "soon"}, "It needs a day such as"),
    ],
)
def test_terms_that_cannot_be_are_shown_again(
    office: ConsoleStage, changed: dict[str, str], said: str
) -> None:
    answer = office.post("olivia", PATH, **{**TERMS, **changed})
    assert answer.status_code == 400
    assert said in answer.text
    assert "1 version" not in office.get("carol", PATH).text
    assert len(office.service.vetting.terms()) == 1


def test_another_process_sees_a_version_within_seconds(office: ConsoleStage) -> None:
    parts = office.stage.parts
    elsewhere = TermsInForce(parts.unit_of_work, shipped_terms, fresh=0.0)
    assert [one.version for one in elsewhere()] == ["1"]
    office.post("olivia", PATH, **TERMS)
    assert [one.version for one in elsewhere()] == ["1", "acme-2"]
    assert [one.version for one in Countenance(parts).vetting.terms()] == ["1", "acme-2"]


def test_an_applicant_reads_the_terms_and_sees_the_own_leases_alone(office: ConsoleStage) -> None:
    office.post("olivia", PATH, **TERMS)
    text = office.get("ada", PATH).text
    assert "acme-2" in text
    assert "bank-doors" not in text
    assert "Publish a version" not in text
