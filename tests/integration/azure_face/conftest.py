from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.azure_face.stage import Stage, furnish_template, stages


@pytest.fixture(scope="session")
def azure_template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A database with leases and keys, to be copied, and the keys' texts."""
    folder = tmp_path_factory.mktemp("azure")
    return folder / "template.db", furnish_template(folder)


@pytest.fixture
def stage(azure_template: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Stage]:
    """An installation behind a port; its ledger is checked when the test is over."""
    yield from stages(*azure_template, tmp_path)
