"""Reading the folder of an export, whatever somebody has put there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from countenance.ledger.canonical import LEAF_LIMIT
from countenance.ledger.export import CHECKPOINT_FILE, KEY_FILE
from countenance.ledger.findings import FaultCode, Findings
from countenance.ledger.merkle import HASH_SIZE
from countenance.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, Tile, decode_entries, hash_count, tile_in

TEXT_LIMIT: Final = 65_536
_BUNDLE_LIMIT: Final = TILE_WIDTH * (LEAF_LIMIT + 2)
_READING: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@dataclass(slots=True)
class Folder:
    """The files of an export. Each fault of a file is noted once, however often it is read."""

    root: Path
    findings: Findings
    _told: set[str] = field(default_factory=set)
    _place: str = field(init=False)

    def __post_init__(self) -> None:
        """Keep where the files lie as text: joining paths would cost as much as opening them."""
        self._place = f"{self.root}{os.sep}"

    def text(self, name: str) -> bytes | None:
        """Return a small file; None, noting nothing, if there is none."""
        try:
            return self._read(name, TEXT_LIMIT)
        except FileNotFoundError:
            return None

    def hashes(self, tile: Tile) -> tuple[bytes, ...] | None:
        """Return the hashes of a tile; None, noting why, if it is not as long as it must be."""
        content = self._required(tile, tile.width * HASH_SIZE)
        if content is None:
            return None
        if len(content) != tile.width * HASH_SIZE:
            self._note(tile, f"the tile has {len(content)} bytes instead of {tile.width * HASH_SIZE}")
            return None
        return tuple([content[at : at + HASH_SIZE] for at in range(0, len(content), HASH_SIZE)])

    def leaves(self, tile: Tile) -> tuple[bytes, ...] | None:
        """Return as many leaves of a bundle as can be told apart; None if there is no bundle."""
        content = self._required(tile, _BUNDLE_LIMIT)
        if content is None:
            return None
        leaves, trouble = decode_entries(content)
        if trouble is None and len(leaves) != tile.width:
            trouble = f"it holds {len(leaves)} entries instead of {tile.width}"
        if trouble is not None and tile.path not in self._told:
            self._told.add(tile.path)
            index = tile.index * TILE_WIDTH + min(len(leaves), tile.width - 1)
            code = FaultCode.BUNDLE_MALFORMED
            self.findings.add(code, tile.path, f"the bundle is broken: {trouble}", index=index)
        return leaves[: tile.width]

    def _note(self, tile: Tile, text: str) -> None:
        if tile.path not in self._told:
            self._told.add(tile.path)
            self.findings.add(FaultCode.FILE_SIZE, tile.path, text, index=first_entry(tile))

    def _required(self, tile: Tile, limit: int) -> bytes | None:
        try:
            return self._read(tile.path, limit)
        except FileNotFoundError:
            if tile.path not in self._told:
                self._told.add(tile.path)
                text = "the file is missing"
                self.findings.add(FaultCode.FILE_MISSING, tile.path, text, index=first_entry(tile))
            return None

    def _read(self, name: str, limit: int) -> bytes | None:
        """Return up to one byte more than `limit` of a plain file; None, noting it, for anything else.

        Raises `FileNotFoundError` if there is nothing of that name.
        """
        try:
            content = _plain_file(f"{self._place}{name}", limit)
            trouble = "it is not a plain file"
        except (FileNotFoundError, NotADirectoryError):
            raise FileNotFoundError(name) from None
        except (OSError, ValueError) as error:
            content = None
            trouble = getattr(error, "strerror", None) or "it cannot be opened"
        if content is None and name not in self._told:
            self._told.add(name)
            self.findings.add(FaultCode.FILE_UNREADABLE, name, f"the file cannot be read: {trouble}")
        return content

    def entries_found(self) -> int:
        """Return how many entries lie in bundles without a gap, where no checkpoint can be trusted to say."""
        index = 0
        while os.path.lexists(self.root / Tile(None, index, TILE_WIDTH).path):
            index += 1
        parts = self.root / f"{Tile(None, index, TILE_WIDTH).path}.p"
        names = [path.name for path in parts.iterdir()] if parts.is_dir() else []
        widths = [int(name) for name in names if Tile.at(Tile(None, index, 1).path[:-1] + name) is not None]
        return index * TILE_WIDTH + max(widths, default=0)

    def names(self) -> Iterator[str]:
        """Yield the path of everything in the folder that is not a folder, with `/` on every system."""
        for parent, folders, files in os.walk(self.root):
            folders.sort()
            links = [name for name in folders if Path(parent, name).is_symlink()]
            within = parent[len(self._place) :].replace(os.sep, "/")
            for name in sorted([*files, *links]):
                yield f"{within}/{name}" if within else name

    def check_names(self, size: int) -> None:
        """Note every file that a log of `size` entries does not have.

        A partial tile of an earlier export may stay, if it holds the beginning of what the tile holds now.
        """
        for name in self.names():
            tile = Tile.at(name)
            if name in (CHECKPOINT_FILE, KEY_FILE):
                continue
            if tile is None:
                shown = name.encode("utf-8", "backslashreplace").decode()
                self.findings.add(FaultCode.FILE_UNEXPECTED, shown, "the file does not belong to an export")
                continue
            now = tile_in(tile.level, tile.index, size)
            if now is None or tile.width > now.width:
                count = hash_count(tile.level or 0, size)
                text = f"the file reaches beyond the checkpoint, by which there are {count} of its kind"
                code = FaultCode.FILE_BEYOND_CHECKPOINT
                self.findings.add(code, name, text, index=first_entry(tile))
            elif tile.width < now.width:
                self._check_stale(tile, now)

    def _check_stale(self, tile: Tile, now: Tile) -> None:
        read = self.leaves if tile.level is None else self.hashes
        held, current = read(tile), read(now)
        if held is not None and current is not None and held != current[: tile.width]:
            text = f"the file contradicts `{now.path}`, which has grown out of it"
            code = FaultCode.ENTRY_HASH if tile.level is None else FaultCode.TILE_HASH
            self.findings.add(code, tile.path, text, index=first_entry(tile))


def first_entry(tile: Tile) -> int:
    """Return the index of the first entry that lies in a tile or under it."""
    return (tile.index * TILE_WIDTH) << (TILE_HEIGHT * (tile.level or 0))


def _plain_file(place: str, limit: int) -> bytes | None:
    """Return up to one byte more than `limit` of a file; None for anything else, which is not opened."""
    found = os.lstat(place)
    if not stat.S_ISREG(found.st_mode):
        return None
    file = os.open(place, _READING)
    try:
        return os.read(file, min(limit, found.st_size) + 1)
    finally:
        os.close(file)
