"""The port `Objects` on a folder: one folder in it for each bucket."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from countenance.recognition.collections.model import ObjectName


@dataclass(frozen=True, slots=True)
class FolderObjects:
    """Objects as regular files below `root`, links followed first; versions are not kept."""

    root: Path

    def read(self, place: ObjectName, *, limit: int) -> bytes | None:
        """Return the file's bytes; see the port."""
        if place.version is not None:
            return None
        try:
            path = self._path(place)
            if path is None:
                return None
            with path.open("rb") as file:
                return file.read(limit + 1)
        except (OSError, ValueError):
            return None

    def _path(self, place: ObjectName) -> Path | None:
        """Return the file of an object, None for whatever lies elsewhere."""
        room = self.root.resolve(strict=True)
        path = (room / place.bucket / place.name).resolve(strict=True)
        inside = place.bucket not in {".", ".."} and path.is_relative_to(room / place.bucket)
        return path if inside and path.is_file() else None
