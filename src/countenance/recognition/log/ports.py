"""What the log's acts need of the outside."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from countenance.policy.pack_history import PackStep
    from countenance.recognition.log.model import ComingNotice


class InstalledPacks(Protocol):
    """What was done with packs, in order. Steps are only ever added."""

    def add(self, step: PackStep) -> None:
        """Store the step under its number; raises `ConcurrentWriteError` where another has that number."""
        ...

    def all(self) -> tuple[PackStep, ...]:
        """Return every step, the first first."""
        ...


class ComingNotices(Protocol):
    """What the holders of leases were told of changes to come. Only ever added to."""

    def add(self, notice: ComingNotice) -> bool:
        """Store the notice; tell whether its holder was not told of this change before."""
        ...

    def after(self, day: date, *, customer_id: str | None = None) -> tuple[ComingNotice, ...]:
        """Return the notices of changes after `day`, of one customer or of all, the nearest change first."""
        ...
