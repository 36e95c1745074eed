"""Reading a log's files from a folder or over HTTP, and keeping what was seen of it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx

from countenance.errors import StorageError
from countenance.ledger.canonical import utc_text
from countenance.storage.witness_folder import told, write_durably

_CONNECT_SECONDS: Final = 5.0
_SECONDS: Final = 30.0
_LAST: Final = "checkpoint"
_STATE: Final = "state.json"
_LONGEST: Final = 262_144


class LogFolder:
    """A log's files in a folder, as `countenance ledger export` writes them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str, limit: int) -> bytes | None:
        """Return the file at `path`; None if there is none. Raises `StorageError`."""
        place = self._folder / path
        try:
            with place.open("rb") as file:
                content = file.read(limit + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise StorageError(f"`{place}` cannot be read: {error.strerror}") from error
        if len(content) > limit:
            raise StorageError(f"`{place}` is longer than it may be")
        return content


class LogAddress:
    """A log's files below an address, `https://host/log/`. No redirect is followed."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        timeout = httpx.Timeout(_SECONDS, connect=_CONNECT_SECONDS)
        self._client = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False)

    def read(self, path: str, limit: int) -> bytes | None:
        """Return the file at `path`; None if there is none. Raises `StorageError`."""
        address = f"{self._url}/{path}"
        try:
            with self._client.stream("GET", address) as answer:
                if answer.status_code in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
                    return None
                if answer.status_code != httpx.codes.OK:
                    raise StorageError(f"`{address}` answers with status {answer.status_code}")
                content = bytearray()
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > limit:
                        raise StorageError(f"`{address}` is longer than it may be")
                return bytes(content)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise StorageError(f"`{address}` cannot be read: {type(error).__name__}") from error

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class WatchFolder:
    """What a watcher keeps of one log, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def last(self) -> str | None:
        """Return the last checkpoint; raises `StorageError`."""
        content = self._read(_LAST)
        return None if content is None else content.decode("utf-8", "replace")

    def since(self) -> datetime | None:
        """Return since when the log has had its size; None if that is not known."""
        content = self._read(_STATE)
        try:
            return None if content is None else datetime.fromisoformat(json.loads(content)["since"])
        except (ValueError, KeyError, TypeError):
            return None

    def keep(self, note: str, at: datetime) -> None:
        """Keep a checkpoint as the last one; raises `StorageError`."""
        self._make()
        write_durably(self._folder / _STATE, json.dumps({"since": utc_text(at)}).encode())
        write_durably(self._folder / _LAST, note.encode())

    def keep_evidence(self, notes: Sequence[str]) -> str:
        """Keep notes that contradict each other, and return the folder that they are in."""
        name = hashlib.sha256("".join(notes).encode()).hexdigest()[:16]
        folder = self._make("evidence", name)
        for number, note in enumerate(notes):
            write_durably(folder / f"checkpoint-{number}", note.encode())
        return str(folder)

    def _make(self, *parts: str) -> Path:
        folder = self._folder.joinpath(*parts)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise told(folder, error) from error
        return folder

    def _read(self, name: str) -> bytes | None:
        path = self._folder / name
        if not os.path.lexists(path):
            return None
        try:
            with path.open("rb") as file:
                return file.read(_LONGEST)
        except OSError as error:
            raise StorageError(f"`{path}` cannot be read: {error.strerror}") from error
