"""An installation with a console: real SQLite, real policy, fake engine, people, and a history."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from httpx2 import Response
from starlette.testclient import TestClient

from applying import FILE, GATE, approval, customer, marks, use
from countenance.entrypoints.console.application import Console
from countenance.entrypoints.identity import actor_behind
from countenance.staff.model import Opened, StaffRole
from countenance.staff.sessions import csrf_token
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.dossier import ApplicationId
from countenance.vetting.model import Actor, CustomerId, PersonId
from fakes_engine import photograph
from integration.api.stage import Stage, StageParts, furnish_template
from slowly import Slowly
from staffing import Person, Staffing

ORIGIN = "http://localhost"

PEOPLE: Mapping[str, StaffRole] = {
    "olivia": StaffRole.ADMINISTRATOR,
    "rita": StaffRole.REVIEWER,
    "ruben": StaffRole.REVIEWER,
    "bob": StaffRole.EXAMINER,
    "carol": StaffRole.AUDITOR,
    "ada": StaffRole.APPLICANT,
    "otto": StaffRole.OPERATOR,
}
"""olivia administers, rita and ruben review, bob examines, carol audits; ada applies for the gatehouse.

otto sees to the rights of the bank's subjects.
"""

BANK = CustomerId("bank")
_BELONG: Mapping[str, CustomerId] = {"ada": GATE, "otto": BANK}


@dataclass
class ConsoleStage:
    """The stage of the API with a console before it."""

    stage: Stage
    people: dict[str, Person] = field(default_factory=dict)
    sessions: dict[str, Opened] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.staffing = Staffing(self.stage.parts)
        self.service = self.stage.countenance
        self.service.__dict__["staff"] = self.staffing.cases
        self.app = Console(self.stage.app, self.service)
        if not self.people:
            self._settle_in()

    def _settle_in(self) -> None:
        known = self.service.vetting.read_customers.all(LOCAL_ADMINISTRATOR)
        if GATE not in {one.id for one in known}:
            self.service.vetting.customers(LOCAL_ADMINISTRATOR, customer())
        for login, role in PEOPLE.items():
            self.add(login, role, _BELONG.get(login))

    def add(self, login: str, role: StaffRole, customer: str | None = None) -> Person:
        person = self.staffing.join(login, role, customer)
        self.people[login], self.sessions[login] = person, person.opened
        if customer is not None:
            named = PersonId(person.member.id)
            members = self.service.vetting.members
            members.add(LOCAL_ADMINISTRATOR, CustomerId(customer), named, login.title())
        return person

    def client(self, who: str | None = None) -> TestClient:
        """A browser without scripts; `who` has signed in."""
        client = TestClient(self.app, base_url=ORIGIN, follow_redirects=False, headers={"Origin": ORIGIN})
        if who is not None:
            client.cookies.set("countenance", self.sessions[who].token)
        return client

    def get(self, who: str | None, path: str) -> Response:
        answer: Response = self.client(who).get(path)
        return answer

    def post(self, who: str | None, path: str, **fields: str) -> Response:
        """Send a form with the token of the session."""
        token = {"form_token": csrf_token(self.sessions[who].token)} if who is not None else {}
        answer: Response = self.client(who).post(path, data={**token, **fields})
        return answer

    def actor(self, who: str) -> Actor:
        return actor_behind(self.people[who].member)

    def applied(self) -> ApplicationId:
        """An application of ada's under review, with its file."""
        vetting, ada, now = self.service.vetting, self.actor("ada"), self.stage.parts.clock()
        application = vetting.draft.begin(ada, GATE, use(now))
        vetting.store_evidence(ada, application.id, "everything.txt", FILE)
        vetting.submit(ada, application.id)
        return application.id

    def approved_by(self, who: str, application_id: ApplicationId) -> None:
        """Mark every factor as satisfied, and approve."""
        vetting, actor, now = self.service.vetting, self.actor(who), self.stage.parts.clock()
        vetting.mark_factors(actor, application_id, marks())
        vetting.approve(actor, application_id, approval(now))

    def live_through(self) -> None:
        """Some acts, permitted and refused, so that there is something to look at."""
        stage = self.stage
        stage.furnish("alice", "staff", "identity_verification", ("dave", photograph("dave")))
        stage.verify("alice", "staff", "dave", photograph("dave", 2))
        stage.verify("alice", "staff", "eve", photograph("eve"))
        missing = [(name, photograph(name)) for name in ("lena", "mia")]
        stage.furnish("nina", "missing", "missing_children", *missing)
        stage.identify("nina", "missing", photograph("lena", 2))
        stage.post(
            "officer",
            "/v1/galleries",
            {"gallery_id": "wanted", "purpose": "criminal_investigation", "scraped": False},
        )
        stage.identify("officer", "wanted", photograph("lena", 3))


def console_stage(folder: Path) -> ConsoleStage:
    """Build the stage in a folder."""
    keys = furnish_template(folder)
    return ConsoleStage(Stage(StageParts(folder / "template.db"), keys))


def another(template: ConsoleStage, folder: Path) -> ConsoleStage:
    """Build a stage on a copy of the template's database, with the same people."""
    source = template.stage.parts.path
    with sqlite3.connect(source) as held, sqlite3.connect(folder / "template.db") as copy:
        held.backup(copy)
    held.close()
    copy.close()
    stage = Stage(StageParts(folder / "template.db"), template.stage.keys)
    return ConsoleStage(stage, dict(template.people), dict(template.sessions))


@contextmanager
def serving(stage: ConsoleStage) -> Iterator[str]:
    """Serve the console on loopback, and yield its origin."""
    config = uvicorn.Config(Slowly(stage.app), host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="console", daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://localhost:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
