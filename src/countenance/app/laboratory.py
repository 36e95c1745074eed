"""The parts of an installation that only its laboratory needs: other engines, kept work, signed reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from countenance.app.parts import Parts
from countenance.errors import ConfigurationError

if TYPE_CHECKING:
    from countenance.engine.networks import EngineOptions
    from countenance.engine.pipeline import Limits
    from countenance.ledger.note import Signer
    from countenance.recognition.measuring.kept_work import MeasuringWork
    from countenance.recognition.measuring.published_fairness import PublishedFairness
    from countenance.recognition.ports import FaceEngine
    from countenance.settings import Settings
    from countenance.storage import Keyring


class Laboratory(Parts):
    """What an installation adds for measuring; it has the options, the keys and the signer."""

    settings: Settings

    if TYPE_CHECKING:  # each is built at first use, by the installation

        @property
        def engine_options(self) -> EngineOptions:
            """Return which models run, and how."""

        @property
        def _keyring(self) -> Keyring: ...

        @property
        def _signer(self) -> Signer: ...

        def _limits(self) -> Limits: ...

    def engine_with(self, recogniser: str) -> FaceEngine:
        """Load another recognition model beside the one that runs; whoever asks closes it."""
        from countenance.engine.pipeline import open_engine

        return open_engine(replace(self.engine_options, recogniser=recogniser), self._limits())

    def measuring_work(self, folder: Path, name: bytes) -> MeasuringWork:
        """Open where a measurement, which `name` (32 bytes) stands for, keeps its work."""
        from countenance.engine.measuring_folder import MeasuringFolder

        return MeasuringFolder(folder, key=self._keyring.key_for("measuring work"), name=name)

    def sign_note(self, text: str) -> str:
        """Return `text` as a note that the ledger's key signs; its first line names no log."""
        return self._signer.sign(text)

    def _fairness_report(self) -> PublishedFairness | None:
        """Return the report that settings name, or raise `InvalidInputError` or `ConfigurationError`."""
        from countenance.recognition.measuring.published_fairness import read_fairness

        path = self.settings.fairness_report
        return read_fairness(text_of(path, "fairness report")) if path is not None else None


def text_of(path: Path, what: str) -> str:
    """Return the text of a file that settings name, or raise `ConfigurationError`."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"the {what} `{path}` cannot be read as text") from error
