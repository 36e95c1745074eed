"""Systems that give scores to pairs of images: the engine here, another model, another service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from countenance.biometrics.faces import FaceChoice
from countenance.fairness.model import Floats, Numbers
from countenance.recognition.measuring.calibration_run import Progress
from countenance.recognition.measuring.template_gathering import Source, gather
from countenance.recognition.ports import FaceEngine


@dataclass(frozen=True, slots=True)
class PairImages:
    """The pairs to score: numbers of `images`, n each, and how an image is read.

    `read` raises `OSError` or `InvalidInputError` for an image that cannot be read.
    """

    images: Sequence[str]
    first: Numbers
    second: Numbers
    read: Callable[[str], bytes]


class Scorer(Protocol):
    """A system that is compared. It sees the images of the pairs, and nothing else of them."""

    @property
    def description(self) -> dict[str, str | None]:
        """Return `kind`, and `model`, `pipeline` and `endpoint` as far as they are known."""
        ...

    def scores(self, pairs: PairImages, progress: Progress) -> Floats:
        """Return a similarity for each pair, NaN where it could not be compared.

        Raises `ConfigurationError` where the system cannot be reached or does not let us in, and
        `BusyError`.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


@runtime_checkable
class Closing(Protocol):
    """What has to be closed."""

    def close(self) -> None:
        """Let go of what is held."""
        ...


@dataclass(frozen=True, slots=True)
class EngineScorer:
    """The scores of a face engine; one that is `owned` was loaded for this and is closed after it."""

    engine: FaceEngine
    face: FaceChoice
    owned: bool = False

    @property
    def description(self) -> dict[str, str | None]:
        """Return which model and rules it runs."""
        pipeline = self.engine.pipeline
        return {
            "kind": "engine",
            "model": pipeline.model_digest,
            "pipeline": pipeline.version,
            "endpoint": None,
        }

    def scores(self, pairs: PairImages, progress: Progress) -> Floats:
        """Extract each image once and compare the templates."""
        gathered = gather(self.engine, Source(pairs.images, self.face, pairs.read), progress)
        rows = np.cumsum(gathered.acquired) - 1
        scores = np.full(len(pairs.first), np.nan)
        both = np.flatnonzero(gathered.acquired[pairs.first] & gathered.acquired[pairs.second])
        one, other = (
            gathered.vectors[rows[side[both]]].astype(np.float64) for side in (pairs.first, pairs.second)
        )
        products = np.einsum("ij,ij->i", one, other).astype(np.float32) if len(both) else np.empty(0)
        scores[both] = np.clip(products, -1.0, 1.0)
        return scores

    def close(self) -> None:
        """Let go of an engine that was loaded for this; any other belongs to the installation."""
        if self.owned and isinstance(self.engine, Closing):
            self.engine.close()
