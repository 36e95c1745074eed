"""Making the list that one examiner gets: candidates among known non-mates, in an order of its own."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from countenance.biometrics.model import Candidate
from countenance.oversight.assignments import KnownFace, ListEntry
from countenance.oversight.model import Case, KnownFaceId
from countenance.oversight.rules import OversightRules
from countenance.recognition.ports import UnitOfWork

_MOST_OTHERS: Final = 3
"""How many places beside the fillers a list with a known answer has at most, as real ones often do."""


@dataclass(frozen=True, slots=True)
class MakeLists:
    """Put lists together. `chance` decides orders and draws; nobody can foretell it."""

    rules: OversightRules
    chance: random.Random

    def draws_known(self) -> bool:
        """Tell whether the next list is to have a known answer."""
        return self.chance.randrange(100) < self.rules.known_share

    def of_case(self, work: UnitOfWork, case: Case, candidates: Sequence[Candidate]) -> tuple[ListEntry, ...]:
        """Return the list of a case; the known faces in it are drawn once for all its examiners."""
        file = work.cases.file(case.id)
        drawn = file.fillers if file is not None else None
        if drawn is None:
            drawn = tuple(one.id for one in self._others(work.portraits.known(), (), self.rules.fillers))
            if file is not None:
                work.cases.put_file(case.id, replace(file, fillers=drawn))
        entries = [ListEntry(slot=0, reference_id=one.reference_id) for one in candidates]
        entries += [ListEntry(slot=0, known_face=one, mated=False) for one in drawn]
        return self._shuffled(entries)

    def with_known_answer(
        self, work: UnitOfWork, seen: Collection[str]
    ) -> tuple[KnownFaceId, tuple[ListEntry, ...]] | None:
        """Return a known face as probe and a list of which the truth is known, None without enough faces.

        Faces that are not among `seen` come first, so that nobody learns the answers by heart.
        """
        pool = work.portraits.known()
        pairs = {face.person for face in pool if sum(one.person == face.person for one in pool) > 1}
        choices = [face for face in pool if face.person in pairs] or list(pool)
        fresh = [face for face in choices if face.id not in seen] or choices
        if not fresh:
            return None
        probe = self.chance.choice(fresh)
        mates = [face for face in pool if face.person == probe.person and face.id != probe.id]
        mated = bool(mates) and self.chance.randrange(100) >= self.rules.empty_share
        count = self.rules.fillers + self.chance.randint(0 if mated else 1, _MOST_OTHERS)
        others = self._others(pool, (probe.person,), count)
        if not others:
            return None
        entries = [ListEntry(slot=0, known_face=one.id, mated=False) for one in others]
        if mated:
            entries.append(ListEntry(slot=0, known_face=self.chance.choice(mates).id, mated=True))
        return probe.id, self._shuffled(entries)

    def _others(self, pool: Sequence[KnownFace], but: Collection[str], count: int) -> tuple[KnownFace, ...]:
        """Return one face each of up to `count` people, drawn by chance."""
        people = sorted({face.person for face in pool} - set(but))
        chosen = self.chance.sample(people, min(count, len(people)))
        return tuple(self.chance.choice([face for face in pool if face.person == one]) for one in chosen)

    def _shuffled(self, entries: list[ListEntry]) -> tuple[ListEntry, ...]:
        mixed = list(entries)
        self.chance.shuffle(mixed)
        return tuple(replace(entry, slot=slot) for slot, entry in enumerate(mixed, start=1))
