"""What is published, in memory."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from countenance.policy.model import Denial
from countenance.policy.texts import KeptText, TextKind
from countenance.vetting.model import Customer, Lease
from countenance.vetting.publication import Refusal


class FakePublications:
    def __init__(self, unit: Any) -> None:  # noqa: ANN401  the unit of work, which imports this module
        self.unit = unit

    def in_force(self, at: datetime, *, limit: int) -> tuple[tuple[Customer | None, Lease], ...]:
        def found(state: Any) -> list[tuple[Customer | None, Lease]]:  # noqa: ANN401  as above
            held = sorted(state.leases.values(), key=lambda lease: (lease.terms.expires, lease.id))
            return [(state.customers.get(lease.customer_id), lease) for lease in held if lease.in_force(at)]

        return tuple(self.unit.read(found)[:limit])

    def refusals(self, after: int, until: int, *, limit: int) -> tuple[Refusal, ...]:
        records = self.unit.read(
            lambda state: [
                record
                for record in state.decisions.values()
                if isinstance(record.decision, Denial) and after < record.entry <= until
            ]
        )
        records.sort(key=lambda record: record.entry)
        return tuple(
            Refusal(
                entry=record.entry,
                asked=record.asked,
                act=record.question.act.value,
                kind=record.question.customer_kind.value if record.question.customer_kind else "unknown",
                rules={reason.id: reason.text for reason in record.decision.reasons},
            )
            for record in records[:limit]
        )


class FakePolicyTexts:
    def __init__(self, unit: Any) -> None:  # noqa: ANN401  as above
        self.unit = unit

    def keep(self, text: KeptText, at: datetime) -> bool:
        texts = self.unit.write().policy_texts
        new = (text.kind, text.digest) not in texts
        texts.setdefault((text.kind, text.digest), (text, at))
        return new

    def known(self) -> frozenset[tuple[TextKind, str]]:
        return frozenset(self.unit.read(lambda state: frozenset(state.policy_texts)))

    def find(self, kind: TextKind, digest: str) -> KeptText | None:
        found = self.unit.read(lambda state: state.policy_texts.get((kind, digest)))
        return found[0] if found is not None else None
