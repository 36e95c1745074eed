"""One authenticated request on its way to an operation, and what goes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

from countenance.app import Countenance
from countenance.app.azure_face_cases import AzureFaceCases
from countenance.biometrics.confidence_scale import AT_THRESHOLD, ConfidenceScale
from countenance.biometrics.model import ComparisonScore, Threshold
from countenance.policy.model import Act
from countenance.recognition.outcome import Outcome
from countenance.vetting.model import Actor

CONFIDENCE_DIGITS = 5
_BILLION = 1_000_000_000

Asked = dict[str, Any]
"""Members of path, query and body by name, checked; a raw image is `image`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers; without content the body is empty."""

    content: object = None
    status: HTTPStatus = HTTPStatus.OK


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
    """Who asks. `root` is the address of the protocol's version; `headers` go with every answer."""

    service: Countenance
    actor: Actor
    root: str
    headers: dict[str, str] = field(default_factory=dict)
    counts: Counts | None = None

    @contextmanager
    def counted(self, act: Act) -> Iterator[Callable[[Outcome | None], None]]:
        """Count an act; what is yielded takes what it came to."""
        if self.counts is None:
            yield lambda _: None
            return
        with self.counts.act(act) as counted:
            yield counted.came_to

    @property
    def cases(self) -> AzureFaceCases:
        """Return the acts that this protocol needs beside the others."""
        return self.service.azure_face

    def told(self, decision_id: str, entry: int) -> None:
        """Send the decision and the ledger entry of an act in headers; of several, the last."""
        self.headers["x-countenance-decision"] = decision_id
        self.headers["x-countenance-entry"] = str(entry)

    def confidence(self, threshold: Threshold, score: ComparisonScore) -> float:
        """Return a score as the confidence that is shown, 0.5 at the threshold, with what 0.5 stands for."""
        self.headers["x-countenance-fmr-ppb"] = str(round(threshold.fmr.rate * _BILLION))
        scale = ConfidenceScale(threshold)
        shown = round(scale.confidence(score), CONFIDENCE_DIGITS)
        # rounding must not move a score to the other side of the threshold
        half = 10.0**-CONFIDENCE_DIGITS
        return (
            min(shown, AT_THRESHOLD - half) if not threshold.reached_by(score) else max(shown, AT_THRESHOLD)
        )

    def at_least(self, confidence: float | None) -> ComparisonScore | None:
        """Return the score of a wanted confidence; one below 0.5 is raised to it, with a header."""
        if confidence is None:
            return None
        if confidence < AT_THRESHOLD:
            self.headers["x-countenance-threshold-raised"] = str(AT_THRESHOLD)
            return None
        threshold = self._threshold()
        return ConfidenceScale(threshold).score(confidence) if threshold is not None else None

    def withheld(self) -> None:
        """Say that scores are not told."""
        self.headers["x-countenance-scores"] = "withheld"

    def _threshold(self) -> Threshold | None:
        if self.actor.lease_id is None:
            return None
        with self.service.parts.unit_of_work() as work:
            lease = work.leases.get(self.actor.lease_id)
        return self.service.parts.threshold_for(lease.terms.fmr_ppb) if lease is not None else None
