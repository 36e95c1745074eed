"""Where model files come from: the operator's folder first, then an installed wheel.

A third source, the verified download, is in `model_download.py` and runs only when somebody
asks for it. Whichever the source, the bytes that are used are the bytes that were hashed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.machinery import PathFinder
from pathlib import Path

from countenance.engine.catalogue import Catalogue, ModelEntry, manifests
from countenance.errors import ModelDigestError, ModelLicenceError, ModelMissingError

MAX_MODEL_BYTES = 1 << 30
"""Largest model file that is read or downloaded."""


class SourceKind(StrEnum):
    """Where a model file was found."""

    FOLDER = "folder"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model's file at `path`; nothing is said of its bytes until `read` has checked them."""

    entry: ModelEntry
    path: Path
    kind: SourceKind

    def read(self) -> bytes:
        """Return the file's bytes.

        Raises `ModelDigestError` where a byte differs from what the catalogue describes and
        `ModelMissingError` where the file cannot be read.
        """
        try:
            size = self.path.stat().st_size
            if size > MAX_MODEL_BYTES or (self.entry.size is not None and size != self.entry.size):
                raise ModelDigestError(f"`{self.path}` has {size} bytes and is not `{self.entry.id}`")
            content = self.path.read_bytes()
        except OSError as error:
            raise ModelMissingError(f"`{self.path}` cannot be read: {error.strerror}") from error
        check_digest(content, self.entry, where=str(self.path))
        return content


@dataclass(frozen=True, slots=True)
class ModelSources:
    """The places that are searched, in order: `folder` if one is set, then installed wheels.

    `catalogue` already holds the manifests of the folder.
    """

    catalogue: Catalogue
    folder: Path | None

    def entry(self, model_id: str) -> ModelEntry:
        """Return the entry of `model_id`, or raise `ModelMissingError`.

        An ONNX file of that name that nothing describes raises `ModelLicenceError` instead:
        it is there, and it may not be used.
        """
        for name in undescribed(self):
            if model_id in (name, Path(name).stem):
                manifest = Path(name).with_suffix(".toml")
                raise ModelLicenceError(f"`{name}` has no manifest `{manifest}`, so it is refused")
        return self.catalogue.get(model_id)

    def find(self, entry: ModelEntry) -> FoundModel:
        """Return the first source that has the entry's file, or raise `ModelMissingError`.

        A file of the right name and the wrong content is not passed over: `read` refuses it.
        """
        if self.folder is not None and (self.folder / entry.file).is_file():
            return FoundModel(entry, self.folder / entry.file, SourceKind.FOLDER)
        if entry.wheel is not None:
            path = installed_file(entry.wheel.path)
            if path is not None:
                return FoundModel(entry, path, SourceKind.PACKAGE)
        raise ModelMissingError(_how_to_get(entry, self.folder))


def open_sources(catalogue: Catalogue, folder: Path | None) -> ModelSources:
    """Return the sources, with the manifests of `folder` added to the catalogue.

    Raises `ModelLicenceError` and `ModelManifestError` for a manifest that cannot be used.
    """
    if folder is None or not folder.is_dir():
        return ModelSources(catalogue, folder)
    return ModelSources(catalogue.with_entries(manifests(folder)), folder)


def undescribed(sources: ModelSources) -> tuple[str, ...]:
    """Return the names of the ONNX files in the folder that have neither entry nor manifest."""
    if sources.folder is None or not sources.folder.is_dir():
        return ()
    known = {entry.file for entry in sources.catalogue.entries}
    return tuple(sorted(path.name for path in sources.folder.glob("*.onnx") if path.name not in known))


def installed_file(path: str, search: Iterable[str] | None = None) -> Path | None:
    """Return where `path` (as "package/folder/file") is installed, or None.

    Only the import system's finder for files is asked, and only for the first name: that
    runs no code of the package, neither its `__init__` nor a hook of its own.
    """
    top, _, rest = path.partition("/")
    spec = PathFinder.find_spec(top, None if search is None else list(search))
    if spec is None or spec.submodule_search_locations is None:
        return None
    for location in spec.submodule_search_locations:
        candidate = Path(location) / rest
        if candidate.is_file():
            return candidate
    return None


def check_digest(content: bytes, entry: ModelEntry, *, where: str) -> None:
    """Raise `ModelDigestError` unless `content` is the entry's file."""
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry.sha256:
        raise ModelDigestError(
            f"`{where}` is not `{entry.id}`: its sha-256 is `{digest}`, the catalogue says `{entry.sha256}`"
        )


def _how_to_get(entry: ModelEntry, folder: Path | None) -> str:
    """Return what the operator can do about a missing file."""
    ways = []
    if entry.wheel is not None:
        ways.append(f"install `{entry.wheel.distribution}=={entry.wheel.version}`")
    if entry.url is not None:
        ways.append(f"run `countenance models fetch {entry.id}`")
    ways.append(f"put `{entry.file}` into " + (f"`{folder}`" if folder else "a model folder"))
    return f"no source has the file of `{entry.id}`; " + ", or ".join(ways)
