"""What every room's tests may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from architecture.source import ROOT

# No test asserts a time, so neither does a property test; what decides whether a change may land draws
# the same examples every time, and everybody else looks further.
settings.register_profile(
    "shared machine",
    parent=settings.get_profile("ci" if os.environ.get("CI") else "default"),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("shared machine")


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder that holds pyproject.toml."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data(project_root: Path) -> Path:
    """Photographs that lie beside the project on some machines and are never part of it."""
    data = project_root.parent / "shared" / "data"
    if not data.is_dir():
        pytest.skip("the photographs for measuring are not beside this checkout")
    return data


@pytest.fixture(scope="session")
def london(shared_data: Path) -> Path:
    """102 consenting adults, two photographs each (Face Research Lab London Set, CC BY 4.0)."""
    folder = shared_data / "london"
    if not folder.is_dir():
        pytest.skip("the London Set is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def lfw(shared_data: Path) -> Path:
    """Half of the standard pairs of Labeled Faces in the Wild."""
    folder = shared_data / "lfw-half"
    if not folder.is_dir():
        pytest.skip("the half of Labeled Faces in the Wild is not beside this checkout")
    return folder
