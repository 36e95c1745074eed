from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from integration.api.stage import Stage, furnish_template, stages
from integration.cli.shell import Shell


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, str]]:
    """A database with customers, leases and keys, and the keys' texts."""
    folder = tmp_path_factory.mktemp("stage")
    keys = furnish_template(folder)
    return folder / "template.db", keys


@pytest.fixture
def stage(furnished: tuple[Path, Mapping[str, str]], tmp_path: Path) -> Iterator[Stage]:
    """An installation of its own; its ledger is checked when the test is over."""
    template, keys = furnished
    yield from stages(template, keys, tmp_path)


@pytest.fixture
def shell(stage: Stage, tmp_path: Path) -> Shell:
    """A terminal beside the stage's database."""
    return Shell(stage, tmp_path)
