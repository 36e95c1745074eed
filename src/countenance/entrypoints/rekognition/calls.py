"""One authenticated request on its way to an operation, and what goes back beside its answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from countenance.app import Countenance
from countenance.biometrics.model import ComparisonScore, GalleryId
from countenance.policy.model import Act
from countenance.recognition.outcome import Outcome
from countenance.vetting.model import Actor, Lease

Asked = dict[str, Any]
"""The members of a request, checked against its shape."""

Answer = dict[str, Any]
"""The members of an answer."""

PERCENT_DIGITS = 6

ACTS: Final = {
    "DetectFaces": Act.DETECT,
    "CompareFaces": Act.VERIFY,
    "IndexFaces": Act.ENROL,
    "AssociateFaces": Act.ENROL,
    "SearchFaces": Act.IDENTIFY,
    "SearchFacesByImage": Act.IDENTIFY,
    "SearchUsers": Act.IDENTIFY,
    "SearchUsersByImage": Act.IDENTIFY,
}
"""Which operations are acts on faces, and which."""


class Counted(Protocol):
    """One act that is being counted."""

    def came_to(self, outcome: Outcome | None) -> None:
        """Note the outcome; None for an act that compares nothing."""
        ...


class Counts(Protocol):
    """Where acts are counted."""

    def act(self, act: Act) -> AbstractContextManager[Counted]:
        """Count one act, whatever it comes to."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks for which operation. `headers` are sent with the answer, whatever it is."""

    service: Countenance
    actor: Actor
    operation: str
    region: str
    headers: dict[str, str] = field(default_factory=dict)
    counts: Counts | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    """What the act came to; empty as long as it compared nothing."""

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count the operation, if it is an act."""
        act = ACTS.get(self.operation)
        if act is None or self.counts is None:
            yield
            return
        with self.counts.act(act) as counted:
            try:
                yield
            except Exception:
                if self.outcomes:
                    counted.came_to(self.outcomes[-1])
                raise
            counted.came_to(self.outcomes[-1] if self.outcomes else None)

    def gallery(self, collection_id: str) -> GalleryId:
        """Return the gallery behind a collection, or raise `NotFoundError`: unknown and uncovered are one."""
        return self.service.collections.covered(self.actor, collection_id)

    def told(self, decision_id: str | None, entry: int | None) -> None:
        """Send the decision and the ledger entry of an act in headers."""
        if decision_id is not None and entry is not None:
            self.headers["x-countenance-decision"] = decision_id
            self.headers["x-countenance-entry"] = str(entry)

    def at_least(self, percent: float) -> ComparisonScore:
        """Return the score of a threshold in percent, raised to what the lease allows, with a header."""
        scale = self.service.similarity_scale
        asked = scale.score(percent)
        floor = self.floor()
        if floor is None or asked >= floor:
            return asked
        self.headers["x-countenance-threshold-raised"] = f"{scale.percent(floor):.2f}"
        return floor

    def floor(self) -> ComparisonScore | None:
        """Return the score of the lease's threshold, or None without a lease."""
        lease = self.lease()
        return self.service.parts.threshold_for(lease.terms.fmr_ppb).score if lease is not None else None

    def lease(self) -> Lease | None:
        """Return the lease behind the key, in force or not."""
        if self.actor.lease_id is None:
            return None
        with self.service.parts.unit_of_work() as work:
            return work.leases.get(self.actor.lease_id)

    def percent(self, score: ComparisonScore) -> float:
        """Return a score as the percentage that is shown."""
        return round(self.service.similarity_scale.percent(score), PERCENT_DIGITS)

    def model_version(self) -> str:
        """Return the version of the faces' model: two that differ cannot be compared."""
        pipeline = self.service.parts.engine.pipeline
        digest = hashlib.sha256(f"{pipeline.model_digest}/{pipeline.version}".encode()).hexdigest()
        return f"1.{int(digest[:6], 16)}"

    def arn(self, collection_id: str) -> str:
        """Return the collection's name in the form that the service gives it."""
        return f"arn:aws:rekognition:{self.region}:{self.account()}:collection/{collection_id}"

    def account(self) -> str:
        """Return 12 digits that one customer always has."""
        lease = self.lease()
        owner = lease.customer_id if lease is not None else ""
        return f"{int(hashlib.sha256(owner.encode()).hexdigest(), 16) % 10**12:012d}"
