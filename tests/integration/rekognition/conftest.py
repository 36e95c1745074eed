from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.rekognition.stage import Stage, stages


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """An installation behind a port; its ledger is checked when the test is over."""
    yield from stages(tmp_path / "countenance.db")


@pytest.fixture
def museum(stage: Stage) -> Iterator[Any]:
    """The museum's client."""
    with stage.client() as client:
        yield client
