"""Counts and durations for Prometheus, without an id of anybody in any label."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from countenance.errors import BusyError, CountenanceError, RefusedError
from countenance.policy.model import Act
from countenance.recognition.outcome import Outcome

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """What one server counts. Labels come from closed lists: routes, methods, statuses, acts, outcomes."""

    def __init__(self, version: str) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "countenance_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "countenance_request_seconds",
            "Time from the first byte of a request to the last byte of its answer.",
            ["method", "route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.acts = Counter(
            "countenance_acts",
            "Acts on faces by what they came to: match, no_match, held, done, refused, failed, turned_away.",
            ["act", "outcome"],
            registry=self.registry,
        )
        self.queue = Gauge(
            "countenance_acts_in_progress",
            "Acts that wait for the engine or use it.",
            registry=self.registry,
        )
        self.bodies = Gauge(
            "countenance_body_bytes", "Bytes of request bodies held in memory.", registry=self.registry
        )
        build = Gauge("countenance_build_info", "The version that runs.", ["version"], registry=self.registry)
        build.labels(version).set(1)
        for act in Act:
            self.acts.labels(act.value, "refused")

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self.registry)

    @contextmanager
    def act(self, act: Act) -> Iterator[Counted]:
        """Count one act, whatever it comes to."""
        counted = Counted()
        self.queue.inc()
        try:
            yield counted
        except RefusedError:
            counted.outcome = "refused"
            raise
        except BusyError:
            counted.outcome = "turned_away"
            raise
        except CountenanceError:
            counted.outcome = "failed"
            raise
        finally:
            self.queue.dec()
            self.acts.labels(act.value, counted.outcome).inc()


class Counted:
    """What an act came to, as far as it is known."""

    __slots__ = ("outcome",)

    def __init__(self) -> None:
        self.outcome = "failed"

    def came_to(self, outcome: Outcome | None) -> None:
        """Note the outcome; None for an act that compares nothing."""
        self.outcome = outcome.value if outcome is not None else "done"
