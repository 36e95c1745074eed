"""What was done with packs and told of rules to come, in memory."""

from __future__ import annotations

from datetime import date
from typing import Any

from countenance.errors import ConcurrentWriteError
from countenance.policy.pack_history import PackStep
from countenance.recognition.log.model import ComingNotice


class FakeInstalledPacks:
    def __init__(self, unit: Any) -> None:  # noqa: ANN401  the unit of work, which imports this module
        self.unit = unit

    def add(self, step: PackStep) -> None:
        steps = self.unit.write().pack_steps
        if step.number in steps:
            raise ConcurrentWriteError("another pack was installed or rolled back at the same time")
        steps[step.number] = step

    def all(self) -> tuple[PackStep, ...]:
        return tuple(self.unit.read(lambda state: [step for _, step in sorted(state.pack_steps.items())]))


class FakeComingNotices:
    def __init__(self, unit: Any) -> None:  # noqa: ANN401  as above
        self.unit = unit

    def add(self, notice: ComingNotice) -> bool:
        notices = self.unit.write().coming
        key = notice.lease, notice.day, notice.mark
        new = key not in notices
        notices.setdefault(key, notice)
        return new

    def after(self, day: date, *, customer_id: str | None = None) -> tuple[ComingNotice, ...]:
        found = self.unit.read(lambda state: list(state.coming.values()))
        wanted = [one for one in found if one.day > day and customer_id in {None, one.customer}]
        return tuple(sorted(wanted, key=lambda one: (one.day, one.lease, one.mark)))
