from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from countenance.storage.webhook_courier import HttpCourier
from integration.api.stage import Stage, StageParts
from receiving import Receiver, receiving
from storing import migrated_sqlite
from subject_stage import SubjectStage, subject_stage

__all__ = ["migrated_sqlite"]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SubjectStage]:
    """An installation with a history, to be copied."""
    stage = subject_stage(tmp_path_factory.mktemp("template"))
    stage.live_through()
    stage.stage.countenance.webhooks.follow(most=100_000)
    yield stage
    stage.close()


@pytest.fixture
def own(template: SubjectStage, tmp_path: Path) -> Iterator[SubjectStage]:
    """An installation of its own, which may send to loopback."""
    target = tmp_path / "template.db"
    with (
        closing(sqlite3.connect(template.stage.parts.path)) as held,
        closing(sqlite3.connect(target)) as copy,
    ):
        held.backup(copy)
    parts = StageParts(target)
    courier = HttpCourier(["127.0.0.0/8"], seconds=0.6)
    parts.courier = courier
    stage = SubjectStage(Stage(parts, template.stage.keys))
    yield stage
    courier.close()
    stage.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found
