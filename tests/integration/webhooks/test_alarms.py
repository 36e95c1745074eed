"""Outcomes feed back, from the acts to whom it concerns: rates, an incident, a narrower lease."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from applying import AUDITOR
from countenance.biometrics.model import SubjectId
from countenance.fairness.monitored import Measure
from countenance.fairness.sequential import REFERENCE
from countenance.policy.model import ObligationKind, Purpose
from countenance.recognition.acts.verification import Claim
from countenance.recognition.webhooks.administration import NewEndpoint
from countenance.storage import open_database, unit_of_work_factory
from countenance.storage.webhook_courier import HttpCourier
from countenance.vetting.model import LeaseId
from examining import NGO, RITA, RUBEN, RUTH, Examination, StoredWorld
from fakes_engine import photograph
from receiving import Receiver
from storing import KEYRING, SIGNER
from world import BANK, DOORS, MISSING

DAVE = SubjectId("dave")


@pytest.fixture
def world(migrated_sqlite: Path, tmp_path: Path) -> Iterator[StoredWorld]:
    path = tmp_path / "alarms.db"
    shutil.copy(migrated_sqlite, path)
    database = open_database(f"sqlite:///{path}")
    made = StoredWorld(unit_of_work_factory(database, KEYRING, SIGNER))
    made.courier = courier = HttpCourier(["127.0.0.0/8"], seconds=2)
    yield made
    courier.close()
    database.close()


def test_claims_that_fail_more_often_narrow_the_lease_and_its_customer_is_told(
    world: StoredWorld, receiver: Receiver
) -> None:
    world.furnish(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, "dave")
    made = world.acts.webhooks.endpoints.add(BANK, NewEndpoint(url=receiver.url))
    same = Claim(gallery_id=DOORS, subject_id=DAVE, probe=photograph("dave", 2))
    other = Claim(gallery_id=DOORS, subject_id=DAVE, probe=photograph("mallory"))
    for _ in range(REFERENCE):
        shown = world.acts.verify(BANK, same)
    assert shown.score is not None
    assert world.acts.gate.watch_outcomes().alarms == ()
    for _ in range(40):
        world.acts.verify(BANK, other)
    (alarm,) = world.acts.gate.watch_outcomes().alarms
    lease = world.acts.vetting.read_leases.one(AUDITOR, LeaseId("bank"))
    assert lease.terms.obligations >= {ObligationKind.LEAD_ONLY, ObligationKind.NO_SCORES}
    assert world.acts.verify(BANK, same).score is None, "the gate heeds the narrower lease at once"
    world.acts.webhooks.deliver()
    told = {json.loads(one.body)["type"]: json.loads(one.body)["data"] for one in receiver.received}
    assert told["incident.opened"]["incident"] == alarm.id
    assert told["lease.narrowed"]["lease"] == "bank"
    assert all(one.signed_by(made.secret) for one in receiver.received)


def test_what_becomes_of_leads_is_counted_by_gallery_and_watched(world: StoredWorld) -> None:
    desk = Examination(world)
    case_id = desk.released()
    desk.cases.appeal(NGO, case_id, "She was at home, as her neighbours say.")
    for judge in (RUBEN, RUTH):
        desk.cases.judge_appeal(judge, case_id, uphold=True, reasons="so say the neighbours")
    other = desk.search("mia")
    for name in ("eve", "bob"):
        desk.judge(name, "mia")
    desk.cases.release_lead.refuse(RITA, other, "the picture is too old to say")
    world.acts.gate.watch_outcomes()
    watched = {
        one.measure: (one.stream.trials, one.stream.errors)
        for one in world.acts.gate.read_monitor(AUDITOR)
        if one.gallery_id == MISSING
    }
    assert watched[Measure.APPEALED] == (2, 1)
    assert watched[Measure.OVERTURNED] == (1, 1)
    assert watched[Measure.OVERRIDDEN] == (2, 0)
    (figures,) = desk.cases.figures(NGO)
    assert (figures.gallery_id, figures.space, figures.camera) == (MISSING, "controlled", "file")
    assert (figures.judged, figures.non_mated) == (2, 0)
    assert figures.non_mated_rate is not None
    assert (figures.non_mated_rate.trials, figures.non_mated_rate.rate) == (2, 0.0)
    assert 0 < figures.non_mated_rate.upper < 1
    assert (figures.released, figures.overridden, figures.appealed, figures.overturned) == (1, 1, 1, 1)
    assert figures.override_rate is not None
    assert figures.override_rate.trials == 2
    assert figures.appeal_rate is not None
    assert (figures.appeal_rate.rate, figures.appeal_rate.trials) == (1.0, 1)
