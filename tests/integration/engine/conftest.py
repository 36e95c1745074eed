"""The engine with the default networks, loaded once for the rooms' tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from countenance.engine.networks import EngineOptions
from countenance.engine.pipeline import Limits, LocalFaceEngine, open_engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalFaceEngine]:
    """The default networks; images of up to 20 MB and 20 megapixels, four places."""
    options = EngineOptions(cache_folder=tmp_path_factory.mktemp("networks"))
    limits = Limits(image_bytes=20_000_000, image_pixels=20_000_000, decode_seconds=20.0, queue=4)
    opened = open_engine(options, limits)
    yield opened
    opened.close()
