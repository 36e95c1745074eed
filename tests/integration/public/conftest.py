from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from public_stage import PublicStage, public_stage


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicStage]:
    """Public pages of an installation with a history, for tests that only look."""
    stage = public_stage(tmp_path_factory.mktemp("public"))
    stage.live_through()
    yield stage
    stage.close()


@pytest.fixture
def public(tmp_path: Path) -> Iterator[PublicStage]:
    """Public pages of a fresh installation with leases and keys, for tests that change it."""
    stage = public_stage(tmp_path)
    yield stage
    stage.close()
