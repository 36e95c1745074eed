"""Whatever is announced: the act itself leads to one announcement, signed, and tried until it is taken."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from applying import RUTH as REVIEWER
from countenance.biometrics.model import SubjectId
from countenance.errors import StateError
from countenance.oversight.incidents import IncidentId, IncidentKind, Scope, ScopeKind
from countenance.oversight.model import CaseId, CaseState, CloseReason
from countenance.policy.packs import HeldPack
from countenance.recognition.incidents import Found
from countenance.recognition.subjects.model import RequestKind
from countenance.recognition.webhooks.administration import MadeEndpoint, NewEndpoint
from countenance.recognition.webhooks.delivering import DeliverWebhooks
from countenance.recognition.webhooks.model import AnnouncementKind, DeliveryState
from countenance.storage import check_installation, open_database, unit_of_work_factory
from countenance.storage.webhook_courier import HttpCourier
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import CustomerId, LeaseId
from countenance.vetting.narrowing import Narrowing
from examining import NGO, RUBEN, RUTH, Examination, StoredWorld
from receiving import Receiver
from storing import KEYRING, SIGNER
from world import MISSING

LENA = SubjectId("lena")
LEASE = LeaseId("ngo")
REASON = "Somebody has to look at this first."
GROUNDS = "She was at home, as her neighbours say."
COLLEAGUE = replace(NGO, id="key_colleague")
Kind = AnnouncementKind


@pytest.fixture(scope="module")
def furnished(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An NGO that looks for missing children, with examiners, to be copied."""
    path = tmp_path_factory.mktemp("kinds") / "template.db"
    shutil.copy(migrated_sqlite, path)
    database = open_database(f"sqlite:///{path}")
    desk = Examination(StoredWorld(unit_of_work_factory(database, KEYRING, SIGNER)))
    desk.pool("v1", "v2")
    desk.authorise("eve", "bob")
    database.close()
    return path


@dataclass
class Office:
    """The NGO's installation, an address that takes one kind, and an address of another customer."""

    desk: Examination
    receiver: Receiver

    @property
    def deliver(self) -> DeliverWebhooks:
        return replace(self.desk.world.acts.webhooks.deliver, jitter=lambda: 1.0)

    def address(self, *kinds: AnnouncementKind) -> MadeEndpoint:
        new = NewEndpoint(url=f"{self.receiver.url}/ngo", kinds=frozenset(kinds))
        return self.desk.world.acts.webhooks.endpoints.add(NGO, new)

    def rival(self) -> None:
        new = NewEndpoint(url=f"{self.receiver.url}/bank", customer_id=CustomerId("bank"))
        self.desk.world.acts.webhooks.endpoints.add(LOCAL_ADMINISTRATOR, new)

    def received(self) -> CaseId:
        """A lead that two people of the NGO were given."""
        case_id = self.desk.released()
        for actor in (NGO, COLLEAGUE):
            self.desk.cases.read_lead(actor, case_id)
        return case_id

    def judged(self, *, uphold: bool) -> CaseId:
        case_id = self.received()
        self.desk.cases.appeal(NGO, case_id, GROUNDS)
        for judge in (RUBEN, RUTH):
            self.desk.cases.judge_appeal(judge, case_id, uphold=uphold, reasons="so say the neighbours")
        return case_id


@pytest.fixture
def office(furnished: Path, tmp_path: Path, receiver: Receiver) -> Iterator[Office]:
    path = tmp_path / "kinds.db"
    shutil.copy(furnished, path)
    database = open_database(f"sqlite:///{path}")
    world = StoredWorld(unit_of_work_factory(database, KEYRING, SIGNER))
    world.courier = courier = HttpCourier(["127.0.0.0/8"], seconds=2)
    office = Office(Examination(world), receiver)
    office.rival()
    yield office
    courier.close()
    check_installation(database, KEYRING, SIGNER)
    database.close()


# What is done, by the kind that it is to be announced as ------------------------------------------


def held(office: Office) -> dict[str, object]:
    return {"case": office.desk.search()}


def released(office: Office) -> dict[str, object]:
    return {"case": office.desk.released()}


def without_a_lead(office: Office) -> dict[str, object]:
    case_id = office.desk.search()
    for name in ("eve", "bob"):
        office.desk.judge(name, None)
    return {"case": case_id, "reason": "no_agreement"}


def expired(office: Office) -> dict[str, object]:
    case_id = office.desk.search()
    office.desk.world.clock.advance(office.desk.rules.hold)
    assert office.desk.cases.keep_time() == 1
    return {"case": case_id, "reason": "time_over"}


def taken_back(office: Office) -> dict[str, object]:
    case_id = office.desk.search()
    office.desk.cases.answer_for_case.take_back(NGO, case_id)
    return {"case": case_id, "reason": "by_requester"}


def appealed(office: Office) -> dict[str, object]:
    case_id = office.received()
    office.desk.cases.appeal(NGO, case_id, GROUNDS)
    return {"case": case_id, "recipients": [NGO.id, COLLEAGUE.id]}


def confirmed(office: Office) -> dict[str, object]:
    return {"case": office.judged(uphold=False), "recipients": [NGO.id, COLLEAGUE.id]}


def overturned(office: Office) -> dict[str, object]:
    told = {"recipients": [NGO.id, COLLEAGUE.id], "reason": "appeal_upheld"}
    return {"case": office.judged(uphold=True), **told}


def withdrawn(office: Office) -> dict[str, object]:
    office.desk.world.acts.withdraw(NGO, MISSING, LENA)
    return {"gallery": MISSING}


def asked(office: Office) -> dict[str, object]:
    subjects = office.desk.world.acts.subjects
    code = subjects.issue_code(NGO, MISSING, LENA).text
    opened = subjects.open_session(code, "192.0.2.1")
    request = subjects.file_request(opened, RequestKind.CORRECTION, "My name is Lena Muster.")
    return {"request": request.id, "kind": "correction"}


def suspended(office: Office) -> dict[str, object]:
    office.desk.world.acts.vetting.suspend_lease(LOCAL_ADMINISTRATOR, LEASE, REASON)
    return {"lease": LEASE}


def resumed(office: Office) -> dict[str, object]:
    suspended(office)
    office.desk.world.acts.vetting.resume_lease(REVIEWER, LEASE, REASON)
    return {"lease": LEASE}


def revoked(office: Office) -> dict[str, object]:
    office.desk.world.acts.vetting.revoke_lease(LOCAL_ADMINISTRATOR, LEASE, REASON)
    return {"lease": LEASE}


def alarmed(office: Office) -> dict[str, object]:
    found = Found(
        kind=IncidentKind.OTHER,
        reason=REASON,
        scope=Scope(kind=ScopeKind.LEASE, of=LEASE),
        narrowing=Narrowing.HELD,
    )
    incident = office.desk.world.acts.gate.open_incident.by_machine(found, by="check")
    return {"incident": incident.id, "lease": LEASE}


def narrowed(office: Office) -> dict[str, object]:
    alarmed(office)
    return {"lease": LEASE}


def resolved(office: Office) -> dict[str, object]:
    told = alarmed(office)
    office.desk.world.acts.gate.resolve_incident(REVIEWER, IncidentId(str(told["incident"])), REASON)
    return told


def foretold(office: Office) -> dict[str, object]:
    world = office.desk.world
    day = world.clock().date() + timedelta(days=30)
    rule = (
        f'@id("own.search") @text("t") @source("s") @reopens("no") @from("{day}")\n'
        'forbid (principal, action == Action::"identify", resource);'
    )
    world.packs = (HeldPack("own", (("prohibitions.cedar", rule),)),)
    assert world.acts.policy.forewarn() == 2
    assert world.acts.policy.forewarn() == 0
    return {"lease": LEASE, "day": day.isoformat()}


DEEDS: Mapping[AnnouncementKind, Callable[[Office], dict[str, object]]] = {
    Kind.CASE_HELD: held,
    Kind.CASE_RELEASED: released,
    Kind.CASE_NO_LEAD: without_a_lead,
    Kind.CASE_EXPIRED: expired,
    Kind.CASE_WITHDRAWN: taken_back,
    Kind.CASE_APPEALED: appealed,
    Kind.CASE_CONFIRMED: confirmed,
    Kind.CASE_OVERTURNED: overturned,
    Kind.CONSENT_WITHDRAWN: withdrawn,
    Kind.ERASURE_COMPLETED: withdrawn,
    Kind.LEASE_SUSPENDED: suspended,
    Kind.LEASE_RESUMED: resumed,
    Kind.LEASE_NARROWED: narrowed,
    Kind.LEASE_REVOKED: revoked,
    Kind.LAW_COMING: foretold,
    Kind.INCIDENT_OPENED: alarmed,
    Kind.INCIDENT_RESOLVED: resolved,
    Kind.REQUEST_FILED: asked,
}


def test_every_kind_but_the_test_has_a_deed() -> None:
    assert set(DEEDS) == set(AnnouncementKind) - {Kind.TEST}


@pytest.mark.parametrize("kind", list(DEEDS), ids=lambda kind: kind.value)
def test_the_act_is_announced_once_signed_and_tried_until_it_is_taken(
    office: Office, kind: AnnouncementKind
) -> None:
    made = office.address(kind)
    office.receiver.behaviour = lambda handler: handler.answer(503)
    told = DEEDS[kind](office)
    assert office.deliver() == 1
    office.desk.world.clock.advance(timedelta(seconds=5))
    office.receiver.behaviour = lambda handler: handler.answer(204)
    assert office.deliver() == 1
    office.desk.world.clock.advance(timedelta(hours=1))
    assert office.deliver() == 0
    assert [one.path for one in office.receiver.received] == ["/ngo", "/ngo"]
    first, second = office.receiver.received
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert first.signed_by(made.secret)
    assert second.signed_by(made.secret)
    body = json.loads(second.body)
    assert body["type"] == kind.value
    assert body["data"].items() >= told.items()
    assert b"lena" not in second.body.lower()
    (shown,) = office.desk.world.acts.webhooks.endpoints.deliveries(NGO, made.endpoint.id)
    assert (shown.delivery.state, len(shown.tries)) == (DeliveryState.DELIVERED, 2)


def test_everybody_who_was_given_an_overturned_lead_is_named_and_nobody_is_given_it_again(
    office: Office,
) -> None:
    office.address(Kind.CASE_RELEASED, Kind.CASE_APPEALED, Kind.CASE_OVERTURNED)
    case_id = office.judged(uphold=True)
    office.deliver()
    told = [json.loads(one.body) for one in office.receiver.received]
    of_kind = {one["type"]: one["data"] for one in told}
    assert set(of_kind) == {"case.released", "case.appealed", "case.overturned"}
    assert of_kind["case.released"]["recipients"] == []
    assert of_kind["case.overturned"] == {
        "case": case_id,
        "reason": "appeal_upheld",
        "recipients": [NGO.id, COLLEAGUE.id],
    }
    for actor in (NGO, COLLEAGUE):
        case = office.desk.world.acts.read_cases(actor, case_id)
        assert (case.state, case.reason) == (CaseState.OVERTURNED, CloseReason.APPEAL_UPHELD)
        with pytest.raises(StateError, match="overturned"):
            office.desk.cases.read_lead(actor, case_id)
