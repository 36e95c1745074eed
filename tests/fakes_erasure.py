"""Manifests, erasures and searching processes in memory, for the fake unit of work."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.ledger.manifest import Absence, Manifest, Presence, manifest_of
from countenance.ledger.manifest_tree import ManifestTree, Tile, plant
from countenance.recognition.erasure.model import Cleared, Drill, ErasureId, ErasureRecord, Searcher
from countenance.recognition.model import Reference


@dataclass
class ErasureState:
    """What is stored of erasures. Values are never changed in place."""

    erasures: dict[ErasureId, ErasureRecord] = field(default_factory=dict)
    drills: dict[str, Drill] = field(default_factory=dict)
    searchers: dict[str, Searcher] = field(default_factory=dict)


def commitment_to(state: Any, reference: Reference) -> bytes:  # noqa: ANN401  the fakes' state, which imports this
    """Return the commitment in the manifest, under the subject's key."""
    key: bytes = state.subject_keys[reference.gallery_id, reference.subject_id]
    return hmac.digest(key, reference.id.encode() + reference.template.vector.tobytes(), "sha256")


class Shelf:
    """Tiles in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, Tile] = {}

    def read(self, names: Sequence[str]) -> Mapping[str, Tile]:
        return {name: self.kept[name] for name in names if name in self.kept}

    def put(self, name: str, tile: Tile) -> None:
        self.kept[name] = tile

    def drop(self, name: str) -> None:
        del self.kept[name]


class _Repository:
    def __init__(self, unit: Any) -> None:  # noqa: ANN401  the fake unit of work, which imports this
        self.unit = unit


class FakeManifests(_Repository):
    def get(self, gallery_id: GalleryId) -> Manifest:
        return manifest_of(self._members(gallery_id))

    rebuilt = get

    def presence(self, gallery_id: GalleryId, commitment: bytes) -> Presence | None:
        return self._tree(gallery_id).presence(commitment)

    def absence(self, gallery_id: GalleryId, commitment: bytes) -> Absence | None:
        return self._tree(gallery_id).absence(commitment)

    def _tree(self, gallery_id: GalleryId) -> ManifestTree:
        shelf = Shelf()
        plant(shelf, self._members(gallery_id))
        return ManifestTree(shelf)

    def _members(self, gallery_id: GalleryId) -> list[bytes]:
        found: list[bytes] = self.unit.read(
            lambda state: [
                commitment_to(state, one) for one in state.references.values() if one.gallery_id == gallery_id
            ]
        )
        return found


class FakeErasures(_Repository):
    def clear(
        self, gallery_id: GalleryId, subject_id: SubjectId, references: frozenset[ReferenceId]
    ) -> Cleared:
        state = self.unit.write()
        names = {json.dumps(name).encode() for name in (subject_id, *references)}
        named = [
            place
            for place, claim in state.claims.items()
            if claim.answer is not None and any(name in claim.answer.replace(b'\\"', b'"') for name in names)
        ]
        for place in named:
            del state.claims[place]
        persons = sum(
            place[0] == gallery_id and person.subject_id == subject_id
            for place, person in state.persons.items()
        )
        return Cleared(persons=persons, answers=len(named))

    def last_change(self, gallery_id: GalleryId) -> int:
        last: int = self.unit.read(
            lambda state: max(
                (number for number, change in state.changes.items() if change[0] == gallery_id), default=0
            )
        )
        return last

    def put(self, record: ErasureRecord) -> None:
        self.unit.write().erasures[record.id] = record

    def get(self, erasure_id: ErasureId) -> ErasureRecord | None:
        found: ErasureRecord | None = self.unit.read(lambda state: state.erasures.get(erasure_id))
        return found

    def pending(self, limit: int) -> tuple[ErasureRecord, ...]:
        return tuple(sorted(self._all(lambda one: one.completed is None), key=lambda one: one.entry)[:limit])

    def of_gallery(
        self, gallery_id: GalleryId, *, before: int | None, limit: int
    ) -> tuple[ErasureRecord, ...]:
        found = self._all(lambda one: one.gallery_id == gallery_id and (before is None or one.entry < before))
        return tuple(sorted(found, key=lambda one: -one.entry)[:limit])

    def add_drill(self, drill: Drill) -> None:
        self.unit.write().drills.setdefault(drill.id, drill)

    def drills(self, gallery_id: GalleryId, *, limit: int) -> tuple[Drill, ...]:
        found: list[Drill] = self.unit.read(
            lambda state: [one for one in state.drills.values() if one.gallery_id == gallery_id]
        )
        return tuple(sorted(found, key=lambda one: -one.entry)[:limit])

    def _all(self, sought: Any) -> list[ErasureRecord]:  # noqa: ANN401  a predicate
        found: list[ErasureRecord] = self.unit.read(
            lambda state: [one for one in state.erasures.values() if sought(one)]
        )
        return found


class FakeSearchers(_Repository):
    def seen(self, searcher: Searcher) -> None:
        self.unit.write().searchers[searcher.id] = searcher

    def left(self, searcher_id: str) -> None:
        self.unit.write().searchers.pop(searcher_id, None)

    def all(self) -> tuple[Searcher, ...]:
        found: tuple[Searcher, ...] = self.unit.read(
            lambda state: tuple(one for _, one in sorted(state.searchers.items()))
        )
        return found

    def newest_change(self) -> int:
        newest: int = self.unit.read(lambda state: max(state.changes, default=0))
        return newest

    def forget(self, before: datetime) -> int:
        held = self.unit.write().searchers
        silent = [name for name, one in held.items() if one.seen < before]
        for name in silent:
            del held[name]
        return len(silent)
