"""What is told of an installation's models: catalogue and calibration record; no network is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from countenance.biometrics.calibration import CalibrationRecord, record_for
from countenance.biometrics.calibration_file import shipped_records
from countenance.errors import CalibrationError
from countenance.recognition.measuring.published_fairness import PublishedFairness
from countenance.recognition.measuring.transparency import ModelNote, PublishedModel

if TYPE_CHECKING:
    from countenance.engine.catalogue import ModelEntry


def shipped_note() -> ModelNote:
    """Return the note of the default models and the record that comes with them."""
    from countenance.engine.catalogue import DEFAULT_DETECTOR, DEFAULT_RECOGNISER

    return model_note((DEFAULT_DETECTOR, DEFAULT_RECOGNISER), None, "f32", shipped_records())


def model_note(
    models: tuple[str, str],
    folder: Path | None,
    precision: str,
    records: Iterable[CalibrationRecord],
    fairness: PublishedFairness | None = None,
) -> ModelNote:
    """Return the note of a detector and a recogniser (ids), with the newest of `records` made with both.

    A fairness report of another pipeline says nothing of this one and is left out.

    Raises `ModelError` for a model that nothing describes.
    """
    from countenance.engine.catalogue import load_catalogue
    from countenance.engine.model_sources import open_sources
    from countenance.engine.pipeline import pipeline_by

    sources = open_sources(load_catalogue(), folder)
    detector, recogniser = map(sources.entry, models)
    pipeline = pipeline_by(detector.sha256, recogniser.sha256, precision)
    try:
        record = record_for(records, pipeline)
    except CalibrationError:
        record = None
    return ModelNote(
        detector=_published(detector),
        recogniser=_published(recogniser),
        precision=precision,
        record=record,
        fairness=fairness if fairness is not None and fairness.pipeline == pipeline else None,
    )


def _published(entry: ModelEntry) -> PublishedModel:
    return PublishedModel(
        id=entry.id,
        title=entry.title,
        publisher=entry.publisher,
        homepage=entry.homepage,
        licence=entry.licence,
        commercial_use=entry.commercial_use,
        sha256=entry.sha256,
        training_data=entry.training_data,
    )
