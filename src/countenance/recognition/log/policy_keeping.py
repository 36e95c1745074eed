"""Keeping the texts that decisions rest on, so that each decision can be made again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from countenance.policy.archive import texts_of
from countenance.policy.gate import Policy
from countenance.recognition.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class KeepPolicy:
    """Keep what a policy is made of, before it decides anything.

    Which texts decided what is on the ledger already: every decision names their digests, and a
    text is what its digest says or nothing.
    """

    unit_of_work: Callable[[], UnitOfWork]
    clock: Callable[[], datetime]

    def __call__(self, policy: Policy) -> int:
        """Return how many texts were not kept before. Reads only, where there are none."""
        texts = texts_of(policy)
        with self.unit_of_work() as work:
            known = work.policy_texts.known()
            missing = [text for text in texts if (text.kind, text.digest) not in known]
            if not missing:
                return 0
            now = self.clock()
            new = sum(work.policy_texts.keep(text, now) for text in missing)
            work.commit()
        return new
