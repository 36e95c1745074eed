"""What an operator can do with model files: see them, fetch one, check all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from countenance.engine.catalogue import ModelEntry, check_licence, load_catalogue
from countenance.engine.model_sources import FoundModel, ModelSources, SourceKind, open_sources
from countenance.engine.networks import EngineOptions
from countenance.errors import ConfigurationError, ModelDigestError, ModelLicenceError, ModelMissingError

Progress = Callable[[int, int | None], None]


class FileState(StrEnum):
    """What is known of a model's file."""

    ABSENT = "absent"
    PRESENT = "present"
    """There; its bytes were not looked at."""
    VERIFIED = "verified"
    WRONG_DIGEST = "wrong_digest"


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A model and its file. `refusal` says why it may not be used, None if it may.

    `used_as` is `detector` or `recogniser` for the two that run.
    """

    entry: ModelEntry
    state: FileState
    source: SourceKind | None
    path: Path | None
    refusal: str | None
    used_as: str | None


@dataclass(frozen=True, slots=True)
class ModelAdministration:
    """The models of one installation."""

    options: EngineOptions

    def list(self) -> tuple[ModelStatus, ...]:
        """Return every model of the catalogue and the folder's manifests; no file is hashed."""
        return self._statuses(look_inside=False)

    def verify(self) -> tuple[ModelStatus, ...]:
        """Return every model as `list` does, after hashing each file that is there."""
        return self._statuses(look_inside=True)

    def show(self, model_id: str) -> ModelStatus:
        """Return one model after hashing its file, or raise `ModelMissingError`."""
        sources = self._sources()
        return self._status(sources, sources.entry(model_id), look_inside=True)

    def fetch(self, model_id: str, *, progress: Progress | None = None) -> ModelStatus:
        """Download the model into the model folder, unless a verified file is there already.

        The only thing in the program that reaches out to the network, and only when called.
        Raises `ModelLicenceError` for a model that may not be used, `ConfigurationError`
        without a model folder, and what `ModelDownload` raises.
        """
        from countenance.engine.model_download import ModelDownload  # noqa: PLC0415  loads an HTTP client

        sources = self._sources()
        entry = sources.entry(model_id)
        check_licence(entry, accepted=self.options.accepted_models)
        if self.options.model_folder is None:
            raise ConfigurationError("there is no model folder to download into")
        status = self._status(sources, entry, look_inside=True)
        if status.state is not FileState.VERIFIED:
            ModelDownload(self.options.model_folder)(entry, progress=progress)
            status = self._status(sources, entry, look_inside=True)
        return status

    def _sources(self) -> ModelSources:
        """Return the sources as they are now: a manifest may have been added."""
        return open_sources(load_catalogue(), self.options.model_folder)

    def _statuses(self, *, look_inside: bool) -> tuple[ModelStatus, ...]:
        """Return the status of every entry."""
        sources = self._sources()
        return tuple(
            self._status(sources, entry, look_inside=look_inside) for entry in sources.catalogue.entries
        )

    def _status(self, sources: ModelSources, entry: ModelEntry, *, look_inside: bool) -> ModelStatus:
        """Return the status of one entry."""
        used_as = {self.options.detector: "detector", self.options.recogniser: "recogniser"}.get(entry.id)
        refusal = self._refusal(entry)
        try:
            found = sources.find(entry)
        except ModelMissingError:
            return ModelStatus(entry, FileState.ABSENT, None, None, refusal, used_as)
        state = _state_of(found) if look_inside else FileState.PRESENT
        return ModelStatus(entry, state, found.kind, found.path, refusal, used_as)

    def _refusal(self, entry: ModelEntry) -> str | None:
        """Return why the operator may not use the model."""
        try:
            check_licence(entry, accepted=self.options.accepted_models)
        except ModelLicenceError as error:
            return error.message
        return None


def _state_of(found: FoundModel) -> FileState:
    """Return whether the file is the one that its entry describes."""
    try:
        found.read()
    except ModelDigestError:
        return FileState.WRONG_DIGEST
    except ModelMissingError:
        return FileState.ABSENT
    return FileState.VERIFIED
