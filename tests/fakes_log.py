"""What witnesses have made of the log, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from countenance.ledger.ports import Cosigned


class Unit(Protocol):
    def read(self, question: Any) -> Any: ...  # noqa: ANN401  of whatever state the unit has

    def write(self) -> Any: ...  # noqa: ANN401  as above


@dataclass
class LogState:
    standing: dict[str, int] = field(default_factory=dict)
    cosigned: dict[int, Cosigned] = field(default_factory=dict)


@dataclass
class FakeCosigned:
    unit: Unit

    def standing(self) -> Mapping[str, int]:
        held: dict[str, int] = self.unit.read(lambda state: dict(state.standing))
        return held

    def stands_at(self, key: str, size: int) -> None:
        self.unit.write().standing[key] = size

    def publish(self, cosigned: Cosigned) -> None:
        self.unit.write().cosigned[cosigned.size] = cosigned

    def latest(self) -> Cosigned | None:
        found = self.newest(1)
        return found[0] if found else None

    def newest(self, limit: int) -> tuple[Cosigned, ...]:
        held: dict[int, Cosigned] = self.unit.read(lambda state: dict(state.cosigned))
        return tuple(held[size] for size in sorted(held, reverse=True)[:limit])
