"""The composition root: settings in, use cases out.

Only this room knows both the services' ports and what satisfies them. Parts are built when
they are first needed: answering a question of policy loads no network, and listing keys
opens no model file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from countenance.app.installation import Installation
from countenance.app.parts import Parts
from countenance.app.use_cases import Countenance

if TYPE_CHECKING:
    from countenance.settings import Settings


def open_countenance(settings: Settings | None = None) -> Countenance:
    """Return the acts of the installation that `settings`, or else the environment, name.

    Raises `ConfigurationError` for settings that cannot be read.
    """
    from countenance.settings import read_settings  # noqa: PLC0415  pydantic is slow to import

    return Countenance(Installation(settings if settings is not None else read_settings()))


__all__ = ["Countenance", "Installation", "Parts", "open_countenance"]
