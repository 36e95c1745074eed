"""Keeps what can be made again from a model: prepared graphs and compiled networks.

One file an artefact: a line that names the format, the SHA-256 of what follows, then the
bytes. It is written beside its place and renamed into it, so a reader sees all or nothing;
a file that is torn or was changed does not match its digest and is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

logger = logging.getLogger(__name__)

_MAGIC = b"countenance artefact 1\n"
_HEADER = len(_MAGIC) + hashlib.sha256().digest_size


class ArtefactState(StrEnum):
    """What the cache has under a key."""

    ABSENT = "absent"
    INTACT = "intact"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class ArtefactCache:
    """Artefacts by key in `folder`; None keeps nothing.

    Safe for several processes: each writes its own temporary file and the last rename wins
    with the same content. The digest tells a torn file; it is no protection against somebody
    who can write to the folder, who could as well replace the program.
    """

    folder: Path | None

    def get(self, key: str) -> memoryview | None:
        """Return the artefact's bytes, or None where it is absent or damaged."""
        state, content = self._read(key)
        if state is ArtefactState.DAMAGED:
            logger.warning("the cached artefact `%s` is damaged and is made again", key)
        return content

    def put(self, key: str, content: bytes | memoryview) -> bool:
        """Keep the artefact; tell whether that was possible.

        A full or read-only disk costs the next start its speed and nothing else.
        """
        if self.folder is None:
            return False
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write(self.folder / key, content)
        except OSError as error:
            logger.warning("the artefact `%s` cannot be cached: %s", key, error.strerror)
            return False
        return True

    def get_or_make(self, key: str, make: Callable[[], bytes]) -> bytes | memoryview:
        """Return the artefact, made and kept if it was absent or damaged."""
        content = self.get(key)
        if content is not None:
            return content
        made = make()
        self.put(key, made)
        return made

    def state(self, key: str) -> ArtefactState:
        """Return what is there; reads and hashes the whole file."""
        return self._read(key)[0]

    def _read(self, key: str) -> tuple[ArtefactState, memoryview | None]:
        """Return the state, and the content of an intact artefact."""
        if self.folder is None:
            return ArtefactState.ABSENT, None
        try:
            whole = (self.folder / key).read_bytes()
        except FileNotFoundError:
            return ArtefactState.ABSENT, None
        except OSError:
            return ArtefactState.DAMAGED, None
        content = memoryview(whole)[_HEADER:]
        if whole[:_HEADER] != _MAGIC + hashlib.sha256(content).digest():
            return ArtefactState.DAMAGED, None
        return ArtefactState.INTACT, content

    @staticmethod
    def _write(path: Path, content: bytes | memoryview) -> None:
        """Write a temporary file, flush it to the disk, rename it to `path`."""
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_MAGIC + hashlib.sha256(content).digest())
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise


def artefact_key(kind: str, *parts: str) -> str:
    """Return the key of an artefact of `kind` that depends on nothing but `parts`."""
    digest = hashlib.sha256("\0".join(parts).encode())
    return f"{kind}-{digest.hexdigest()}"
