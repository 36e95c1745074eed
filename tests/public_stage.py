"""The public pages before an installation: real SQLite, real policy, fake engine, people, and a history."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from countenance.entrypoints.public.application import Public
from countenance.ledger import Entry, EventType
from countenance.ledger.tiles import tiles_in
from countenance.vetting.model import LeaseId
from fakes import FakeClock
from fakes_engine import photograph
from integration.api.stage import Stage, StageParts, furnish_template

ORIGIN = "http://localhost"
SUBJECTS = ("subject-dave", "subject-lena", "subject-mia")
GALLERIES = ("gallery-of-staff", "gallery-of-missing")
PAGES = ("/", "/register", "/refusals", "/model", "/rules", "/ask", "/rights", "/ledger", "/terms", "/audits")
FILES = (
    "/register?format=csv",
    "/register?format=json",
    "/refusals?format=csv",
    "/refusals?format=json",
    "/model?format=json",
    "/rules?format=json",
    "/terms?format=json",
    "/ledger/checkpoint",
    "/ledger/key.pub",
    "/robots.txt",
    "/sitemap.xml",
)


@dataclass
class PublicStage:
    """The stage of the API with the public pages before it."""

    stage: Stage

    def __post_init__(self) -> None:
        self.api: FastAPI = self.stage.app
        self.app: ASGIApp = Public(self.api, self.stage.countenance)
        self.client = TestClient(self.app, base_url=ORIGIN, follow_redirects=False)

    @property
    def clock(self) -> FakeClock:
        assert isinstance(self.stage.parts.clock, FakeClock)
        return self.stage.parts.clock

    def get(self, path: str, **headers: str) -> Response:
        """Read as a stranger."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer: Response = self.client.get(path, headers=named)
        return answer

    def later(self, **step: float) -> None:
        """Let time go by, so that nothing is answered from memory."""
        self.clock.advance(timedelta(**step))

    def live_through(self) -> None:
        """Enrol, act, be refused; then a day goes by, so that the refusals are counted."""
        stage = self.stage
        staff, missing = GALLERIES
        dave, lena, mia = SUBJECTS
        stage.furnish("alice", staff, "identity_verification", (dave, photograph("dave")))
        stage.verify("alice", staff, dave, photograph("dave", 2))
        stage.furnish(
            "nina", missing, "missing_children", (lena, photograph("lena")), (mia, photograph("mia"))
        )
        stage.identify("nina", missing, photograph("lena", 2))
        self.refuse(8)
        self.later(days=1)

    def refuse(self, times: int) -> None:
        """Let the police be refused."""
        for _ in range(times):
            answer = self.stage.identify("officer", "suspects", photograph("lena", 3))
            assert answer.status_code == 403, answer.text

    def grow(self, number: int) -> None:
        """Let the log grow by so many entries at once."""
        with self.stage.parts.unit_of_work() as work:
            for at in range(number):
                work.ledger.append(Entry(EventType.KEY_REVOKED, self.clock(), {"key": f"key{at}"}))
            work.commit()

    def amend(self, lease_id: str, **changes: object) -> None:
        """Change a lease, or its terms, in storage."""
        with self.stage.parts.unit_of_work() as work:
            lease = work.leases.get(LeaseId(lease_id))
            assert lease is not None
            of_lease = {name: value for name, value in changes.items() if hasattr(lease, name)}
            of_terms = {name: value for name, value in changes.items() if name not in of_lease}
            terms = replace(lease.terms, **of_terms)  # type: ignore[arg-type]  # fields by name
            work.leases.put(replace(lease, terms=terms, **of_lease))  # type: ignore[arg-type]  # as above
            work.commit()

    def tile_paths(self) -> list[str]:
        """The paths of every tile of hashes that the log has now."""
        with self.stage.parts.unit_of_work() as work:
            size = work.ledger.size()
        return [f"/ledger/{tile.path}" for tile in tiles_in(size) if tile.level is not None]

    def close(self) -> None:
        self.stage.check_ledger()
        self.stage.parts.close()


def public_stage(folder: Path) -> PublicStage:
    """Build the stage in a folder."""
    keys = furnish_template(folder)
    stage = PublicStage(Stage(StageParts(folder / "template.db"), keys))
    for lease, gallery in zip(("bank-doors", "ngo-missing"), GALLERIES, strict=True):
        stage.amend(lease, galleries=frozenset({gallery}))
    return stage
