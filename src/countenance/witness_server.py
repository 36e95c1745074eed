"""The server of a witness: its folder and its way in over HTTP, put together.

Stands above the ways in, as `countenance.server` does; it knows no installation and no database.
"""

from __future__ import annotations

from starlette.applications import Starlette

from countenance.app.witness import WitnessHouse
from countenance.entrypoints.witness import create_witness


def prepare(house: WitnessHouse) -> Starlette:
    """Return the application of the witness in `house`; raises `ConfigurationError` without its keys."""
    return create_witness(house.witness(), house.about)
