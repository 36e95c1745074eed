from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console_stage import ConsoleStage, another, console_stage


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleStage]:
    """A console with a history, for tests that only look."""
    stage = console_stage(tmp_path_factory.mktemp("console"))
    stage.live_through()
    yield stage
    stage.stage.check_ledger()
    stage.stage.parts.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleStage]:
    """A console that nobody has used, to be copied."""
    stage = console_stage(tmp_path_factory.mktemp("template"))
    yield stage
    stage.stage.parts.close()


@pytest.fixture
def console(template: ConsoleStage, tmp_path: Path) -> Iterator[ConsoleStage]:
    """A console of its own."""
    stage = another(template, tmp_path)
    yield stage
    stage.stage.check_ledger()
    stage.stage.parts.close()
