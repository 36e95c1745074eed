"""The subject's own pages before an installation: real SQLite, real policy, fake engine, and a history."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from httpx2 import Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from countenance.app.subject_cases import SubjectCases
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.entrypoints.public.application import Public
from countenance.entrypoints.subject.application import Subject
from countenance.vetting.model import Actor, LeaseId, Role
from fakes import FakeClock
from fakes_engine import photograph
from integration.api.stage import Stage, StageParts, furnish_template

ORIGIN = "http://localhost"
STAFF = GalleryId("staff")
DAVE, EVE = SubjectId("subject-dave"), SubjectId("subject-eve")
ALICE = Actor(id="key_alice", role=Role.OPERATOR, lease_id=LeaseId("bank-doors"))
_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]*)"')


@dataclass
class Reader:
    """A browser without scripts, of somebody who may have a session."""

    client: TestClient
    token: str = ""

    def get(self, path: str, **headers: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer: Response = self.client.get(path, headers=named)
        found = _TOKEN.search(answer.text)
        self.token = found[1] if found is not None else self.token
        return answer

    def post(self, path: str, **fields: str) -> Response:
        answer: Response = self.client.post(path, data={"form_token": self.token, **fields})
        return answer


@dataclass
class SubjectStage:
    """The stage of the API with the subject's pages before it."""

    stage: Stage

    def __post_init__(self) -> None:
        self.app: ASGIApp = Subject(Public(self.stage.app, self.stage.countenance), self.stage.countenance)

    @property
    def clock(self) -> FakeClock:
        assert isinstance(self.stage.parts.clock, FakeClock)
        return self.stage.parts.clock

    @property
    def subjects(self) -> SubjectCases:
        return self.stage.countenance.subjects

    def live_through(self) -> None:
        """dave and eve are enrolled; dave is verified twice, once in vain."""
        stage = self.stage
        stage.furnish(
            "alice", STAFF, "identity_verification", (DAVE, photograph("dave")), (EVE, photograph("eve"))
        )
        stage.verify("alice", STAFF, DAVE, photograph("dave", 2))
        stage.verify("alice", STAFF, DAVE, photograph("mallory"))
        stage.verify("alice", STAFF, EVE, photograph("eve", 2))

    def stranger(self) -> Reader:
        return Reader(
            TestClient(self.app, base_url=ORIGIN, follow_redirects=False, headers={"Origin": ORIGIN})
        )

    def code(self, subject: SubjectId = DAVE) -> str:
        return self.subjects.issue_code(ALICE, STAFF, subject).text

    def reader(self, subject: SubjectId = DAVE) -> Reader:
        """Somebody who came in with a code."""
        reader = self.stranger()
        answer = reader.post("/subject/enter", code=self.code(subject))
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"] == "/subject"
        reader.get("/subject")
        return reader

    def close(self) -> None:
        self.stage.check_ledger()
        self.stage.parts.close()


def subject_stage(folder: Path) -> SubjectStage:
    """Build the stage in a folder."""
    keys = furnish_template(folder)
    return SubjectStage(Stage(StageParts(folder / "template.db"), keys))
