"""Writing a log into a folder that any static file server can serve and anybody can verify.

checkpoint                       the signed note
key.pub                          the verifier key that it is signed with
tile/<level>/<index>[.p/<width>] hashes, 256 a tile
tile/entries/<index>[.p/<width>] the entries themselves
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from countenance.errors import InvalidInputError, LedgerError, StorageError, StorageFullError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.merkle import HASH_SIZE, Node
from countenance.ledger.note import VerifierKey, open_note
from countenance.ledger.ports import Ledger
from countenance.ledger.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    decode_entries,
    encode_entries,
    tiles_in,
)

CHECKPOINT_FILE: Final = "checkpoint"
KEY_FILE: Final = "key.pub"

Progress = Callable[[int, int], None]
"""Told how many files are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Exported:
    """The head that was written, and the signed note that stands in the folder for it."""

    head: Checkpoint
    note: str


def export(
    ledger: Ledger, folder: Path, *, cosigned: str | None = None, progress: Progress | None = None
) -> Exported:
    """Write the log as of its last committed head into `folder`, or as of one that witnesses `cosigned`.

    A cosigned note is passed over that no key of the log has signed, that the log has not reached, or
    that the folder has gone beyond already: what stands in a folder only grows.
    A folder that holds an earlier export of the same log is brought up to date: full tiles
    never change, so only what is new is read and written, and partial tiles that have grown
    are replaced. The checkpoint comes last, once all else is on the disk, so that neither a reader of the
    folder nor a loss of power ever sees one that reaches beyond the tiles. After a crash, tiles beyond
    the checkpoint that is there, and those that are torn, are written anew. Raises `InvalidInputError` for
    a folder with anything else in it, `StorageError` if it cannot be written, `LedgerError` if the log
    is broken.
    """
    keys = ledger.keys
    try:
        before = _size_before(folder, keys)
        note, head = _head(ledger, cosigned, before)
        tiles = list(tiles_in(head.size))
        written = [_prepare(folder, keys)]
        for done, tile in enumerate(tiles):
            if progress is not None:
                progress(done, len(tiles))
            path = folder / tile.path
            if not _complete(path, tile, before):
                written.append(_write(path, tile_bytes(ledger, tile)))
        _bring_to_disk(folder, written)
        _bring_to_disk(folder, [_write(folder / CHECKPOINT_FILE, note.encode())])
        _clear_partials(folder, {tile.path for tile in tiles})
    except OSError as error:
        raise _told(folder, error) from error
    if progress is not None:
        progress(len(tiles), len(tiles))
    return Exported(head, note)


def _head(ledger: Ledger, cosigned: str | None, before: int) -> tuple[str, Checkpoint]:
    """Return the note to be written and what it says; `before` is how many entries the folder has."""
    if cosigned is not None:
        with contextlib.suppress(LedgerError):  # of a key that retired: the head that there is now
            head = Checkpoint.parse(open_note(cosigned, ledger.keys)[0])
            if before <= head.size <= ledger.size():
                return cosigned, head
    note = ledger.checkpoint()
    return note, Checkpoint.parse(open_note(note, ledger.keys)[0])


def tile_bytes(ledger: Ledger, tile: Tile) -> bytes:
    """Return the content of a tile or of a bundle; raises `NotFoundError` beyond the log's end."""
    start = tile.index * TILE_WIDTH
    if tile.level is None:
        return encode_entries(ledger.leaves(start, start + tile.width))
    level = tile.level * TILE_HEIGHT
    hashes = ledger.nodes([Node(level, position) for position in range(start, start + tile.width)])
    content = b"".join(hashes)
    if len(content) != tile.width * HASH_SIZE:
        raise LedgerError(f"the log has no {tile.width} hashes for `{tile.path}`")
    return content


def _prepare(folder: Path, keys: Sequence[VerifierKey]) -> Path:
    """Write the keys and return where, unless the folder holds something else than this log under one."""
    folder.mkdir(parents=True, exist_ok=True)
    held = folder / KEY_FILE
    known = {str(key) for key in keys}
    ours = held.is_file() and known & set(held.read_text("utf-8", "replace").splitlines())
    if any(folder.iterdir()) and not ours:
        raise InvalidInputError(f"`{folder}` is not empty and holds no export of the log `{keys[0].name}`")
    return _write(held, "".join(f"{key}\n" for key in keys).encode())


def _size_before(folder: Path, keys: Sequence[VerifierKey]) -> int:
    """Return how many entries the checkpoint in the folder vouches for; 0 without one of this log."""
    try:
        text, _ = open_note((folder / CHECKPOINT_FILE).read_bytes().decode("utf-8"), keys)
        return Checkpoint.parse(text).size
    except (FileNotFoundError, UnicodeDecodeError, LedgerError):
        return 0


def _complete(path: Path, tile: Tile, before: int) -> bool:
    """Tell whether a full tile is there that the checkpoint in the folder vouches for: it never changes."""
    end = (tile.index + 1) * TILE_WIDTH << (TILE_HEIGHT * (tile.level or 0))
    if tile.width < TILE_WIDTH or end > before or not path.is_file():
        return False
    if tile.level is not None:
        return path.stat().st_size == TILE_WIDTH * HASH_SIZE
    leaves, trouble = decode_entries(path.read_bytes())
    return trouble is None and len(leaves) == TILE_WIDTH


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    return draft.replace(path)


def _bring_to_disk(folder: Path, written: Sequence[Path]) -> None:
    """Wait until these files, and that they are where they are, are on the disk.

    After all were written: the first wait brings most of what the others wait for.
    """
    within = {parent for path in written for parent in path.parents if parent.is_relative_to(folder)}
    for path in (*written, *sorted(within, reverse=True)) if os.name == "posix" else ():
        file = os.open(path, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def _clear_partials(folder: Path, current: set[str]) -> None:
    """Remove the partial tiles of earlier exports."""
    for parent in sorted((folder / "tile").rglob("*.p"), reverse=True):
        for path in list(parent.iterdir()):
            place = path.relative_to(folder).as_posix()
            if place not in current and Tile.at(place) is not None:
                path.unlink()
        if not any(parent.iterdir()):
            parent.rmdir()


def _told(folder: Path, error: OSError) -> StorageError:
    if error.errno == errno.ENOSPC:
        return StorageFullError(f"there is no room left for the export in `{folder}`")
    return StorageError(f"`{folder}` cannot be written: {error.strerror}")
