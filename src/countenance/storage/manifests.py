"""Manifests of galleries: the tiles of their trees, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import bindparam, delete, select, update

from countenance.biometrics.model import GalleryId
from countenance.ledger.manifest import EMPTY, Absence, Manifest, Presence, manifest_of
from countenance.ledger.manifest_tree import ManifestTree, Tile, plant, tile_from_bytes, tile_to_bytes
from countenance.storage.erasure_tables import manifest_tiles
from countenance.storage.secrecy import Keyring, SubjectKey
from countenance.storage.session import Session
from countenance.storage.statements import insert_row
from countenance.storage.tables import reference_templates, subject_keys, subjects

_AT_ONCE: Final = 8
_PAGE: Final = 500
_NO_TILE: Final = "-"
"""Names no tile: names are hexadecimal digits."""

_HERE: Final = manifest_tiles.c.gallery_id == bindparam("gallery")
_TILES: Final = {
    most: select(manifest_tiles.c.digits, manifest_tiles.c.content).where(
        _HERE, manifest_tiles.c.digits.in_([bindparam(f"name_{at}") for at in range(most)])
    )
    for most in (1, _AT_ONCE)
}
_ADD: Final = insert_row(manifest_tiles)
_SET: Final = (
    update(manifest_tiles)
    .where(
        manifest_tiles.c.gallery_id == bindparam("of_gallery"), manifest_tiles.c.digits == bindparam("name")
    )
    .values(content=bindparam("bytes"))
)
_DROP: Final = delete(manifest_tiles).where(_HERE, manifest_tiles.c.digits == bindparam("name"))
_ANYBODY: Final = (
    select(subjects.c.id)
    .where(subjects.c.gallery_id == bindparam("gallery"), subjects.c.reference_count > 0)
    .limit(1)
)
_TEMPLATES: Final = (
    select(
        reference_templates.c.number,
        reference_templates.c.id,
        reference_templates.c.sealed,
        reference_templates.c.model_digest,
        reference_templates.c.pipeline_version,
        subjects.c.subject_id,
        subject_keys.c.wrapped,
    )
    .join(subjects, subjects.c.id == reference_templates.c.subject)
    .join(subject_keys, subject_keys.c.id == subjects.c.key_id)
    .where(subjects.c.gallery_id == bindparam("gallery"), reference_templates.c.number > bindparam("after"))
    .order_by(reference_templates.c.number)
    .limit(_PAGE)
)


class SqlTiles:
    """The tiles of one gallery, each read once. For one unit of work, until its commit."""

    __slots__ = ("_gallery", "_known", "_session")

    def __init__(self, session: Session, gallery_id: GalleryId) -> None:
        self._session = session
        self._gallery = gallery_id
        self._known: dict[str, Tile | None] = {}

    def read(self, names: Sequence[str]) -> Mapping[str, Tile]:
        """Return those of the named tiles that there are; at most eight names."""
        unknown = [name for name in names if name not in self._known]
        if unknown:
            most = 1 if len(unknown) == 1 else _AT_ONCE
            asked: dict[str, object] = {"gallery": self._gallery}
            for at in range(most):
                asked[f"name_{at}"] = unknown[at] if at < len(unknown) else _NO_TILE
            self._known.update(dict.fromkeys(unknown))
            for row in self._session.read(_TILES[most], asked):
                self._known[row.digits] = tile_from_bytes(bytes(row.content))
        found = {name: self._known[name] for name in names}
        return {name: tile for name, tile in found.items() if tile is not None}

    def put(self, name: str, tile: Tile) -> None:
        """Store a tile, in place of an earlier one of that name, which was read before."""
        content = tile_to_bytes(tile)
        if self._known.get(name) is not None:
            self._session.write(_SET, {"of_gallery": self._gallery, "name": name, "bytes": content})
        else:
            self._session.write(_ADD, {"gallery_id": self._gallery, "digits": name, "content": content})
        self._known[name] = tile

    def drop(self, name: str) -> None:
        """Remove a tile that is there."""
        self._session.write(_DROP, {"gallery": self._gallery, "name": name})
        self._known[name] = None


class SqlManifests:
    """The manifest of each gallery, kept up to date by whoever changes its references."""

    __slots__ = ("_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    def get(self, gallery_id: GalleryId) -> Manifest:
        """Return the gallery's manifest; that of nothing for a gallery that is not there."""
        tiles = SqlTiles(self._session, gallery_id)
        if tiles.read([""]):
            return ManifestTree(tiles).manifest()
        if not self._session.read(_ANYBODY, {"gallery": gallery_id}):
            return EMPTY
        return manifest_of(self._commitments(gallery_id))

    def rebuilt(self, gallery_id: GalleryId) -> Manifest:
        """Return the manifest computed from the references themselves, none of the tiles."""
        return manifest_of(self._commitments(gallery_id))

    def presence(self, gallery_id: GalleryId, commitment: bytes) -> Presence | None:
        """Return the proof that the commitment is in the manifest, or None."""
        return self._tree(gallery_id).presence(commitment)

    def absence(self, gallery_id: GalleryId, commitment: bytes) -> Absence | None:
        """Return the proof that the commitment is not in the manifest, or None if it is."""
        return self._tree(gallery_id).absence(commitment)

    def add(self, gallery_id: GalleryId, commitment: bytes) -> None:
        """Put in the commitment of a reference that was stored just now."""
        tiles = SqlTiles(self._session, gallery_id)
        if "" in tiles.read([commitment.hex()[:length] for length in range(_AT_ONCE)]):
            ManifestTree(tiles).add(commitment)
        else:
            plant(tiles, self._commitments(gallery_id))

    def remove(self, gallery_id: GalleryId, commitment: bytes) -> None:
        """Take out the commitment of a reference that is about to be removed."""
        self._tree(gallery_id).remove(commitment)

    def _tree(self, gallery_id: GalleryId) -> ManifestTree:
        """Return the tree, made first where the gallery is from before there were manifests."""
        tiles = SqlTiles(self._session, gallery_id)
        if not tiles.read([""]) and self._session.read(_ANYBODY, {"gallery": gallery_id}):
            self._session.become_writer()
            plant(tiles, self._commitments(gallery_id))
        return ManifestTree(tiles)

    def _commitments(self, gallery_id: GalleryId) -> Iterator[bytes]:
        after = -1
        while rows := self._session.page(_TEMPLATES, {"gallery": gallery_id, "after": after}):
            for row in rows:
                key = self._keyring.unwrap(bytes(row.wrapped), gallery_id, row.subject_id)
                yield commitment_of(key, row)
            after = rows[-1].number


def commitment_of(key: SubjectKey, row: object) -> bytes:
    """Return the commitment to the template of a row with its id, pipeline and sealed bytes."""
    reference: str = row.id  # type: ignore[attr-defined]  # a row of a statement that has it
    parts: tuple[str, str] = (row.model_digest, row.pipeline_version)  # type: ignore[attr-defined]  # as above
    plain = key.open(bytes(row.sealed), reference_id=reference, pipeline=parts)  # type: ignore[attr-defined]  # as above
    return key.commit_to(plain, reference_id=reference, pipeline=parts)
