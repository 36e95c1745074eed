"""The journal of erasures as a file of JSON: one entry of the ledger a line, appended and flushed.

Whoever keeps it somewhere else than the backups of the database can put those back.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from countenance.errors import StorageError
from countenance.recognition.erasure.journal import Line

_PRIVATE: Final = 0o600
_BLOCK: Final = 65_536


class JournalFile:
    """A journal at `path`, made with the first line; readable and writable for its owner alone."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def backwards(self) -> Iterator[Line]:
        """Yield the lines, the newest first, reading no more of the file than is asked for."""
        try:
            with self.path.open("rb") as file:
                for text in _lines_backwards(file.fileno()):
                    yield self._line(text)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._told(error) from error

    def append(self, lines: list[Line]) -> None:
        """Append the lines that are not the newest ones there already; they are on the disk afterwards."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            place = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, _PRIVATE)
            try:
                fcntl.flock(place, fcntl.LOCK_EX)
                _mend(place)
                there = set()
                for text, _ in zip(_lines_backwards(place), lines, strict=False):
                    there.add(self._line(text))
                fresh = [line for line in lines if line not in there]
                os.write(place, b"".join(map(_text, fresh)))
                os.fsync(place)
            finally:
                os.close(place)
        except OSError as error:
            raise self._told(error) from error

    def _line(self, text: bytes) -> Line:
        try:
            held = json.loads(text)
            entry, leaf = held["entry"], held["leaf"].encode()
            json.loads(leaf)["type"]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StorageError(f"`{self.path}` is no journal of erasures, or not whole") from error
        return Line(entry, leaf)

    def _told(self, error: OSError) -> StorageError:
        return StorageError(f"the journal of erasures `{self.path}` cannot be used: {error.strerror}")


def _text(line: Line) -> bytes:
    return json.dumps({"entry": line.entry, "leaf": line.leaf.decode()}).encode() + b"\n"


def _mend(place: int) -> None:
    """Cut off what a process that died has written of a line: the entry is in the ledger, and comes again."""
    size = os.fstat(place).st_size
    end = size
    while end > 0:
        start = max(0, end - _BLOCK)
        at = os.pread(place, end - start, start).rfind(b"\n")
        if at >= 0:
            end = start + at + 1
            break
        end = start
    if end < size:
        os.ftruncate(place, end)


def _lines_backwards(place: int) -> Iterator[bytes]:
    """Yield whole lines, the last one first; what follows the last line break is none."""
    end = os.fstat(place).st_size
    held, whole = b"", False
    while end > 0:
        start = max(0, end - _BLOCK)
        first, *rest = (os.pread(place, end - start, start) + held).split(b"\n")
        for text in reversed(rest):
            if whole:
                yield text
            whole = True  # what follows the last line break is no line
        held, end = first, start
    if whole and held:
        yield held
