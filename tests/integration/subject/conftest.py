from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from integration.api.stage import Stage, StageParts
from subject_stage import SubjectStage, subject_stage


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SubjectStage]:
    """Pages of an installation with a history, to be copied."""
    stage = subject_stage(tmp_path_factory.mktemp("template"))
    stage.live_through()
    yield stage
    stage.close()


def another(template: SubjectStage, folder: Path) -> SubjectStage:
    """Return a stage on a copy of the template's database."""
    target = folder / "template.db"
    with (
        closing(sqlite3.connect(template.stage.parts.path)) as held,
        closing(sqlite3.connect(target)) as copy,
    ):
        held.backup(copy)
    return SubjectStage(Stage(StageParts(target), template.stage.keys))


@pytest.fixture(scope="session")
def lived(template: SubjectStage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SubjectStage]:
    """Pages for tests that only look."""
    stage = another(template, tmp_path_factory.mktemp("lived"))
    yield stage
    stage.close()


@pytest.fixture
def own(template: SubjectStage, tmp_path: Path) -> Iterator[SubjectStage]:
    """Pages of an installation of its own, for tests that change it."""
    stage = another(template, tmp_path)
    yield stage
    stage.close()
