"""The composition root: settings in, use cases out.

Only this room knows both the services' ports and what satisfies them. Parts are built when
they are first needed: answering a question of policy loads no network, and listing keys
opens no model file. So are the modules that parts and use cases are made of.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from countenance.app.installation import Installation
    from countenance.app.parts import Parts
    from countenance.app.use_cases import Countenance
    from countenance.settings import Settings


def open_countenance(settings: Settings | None = None, *, warm: bool = False) -> Countenance:
    """Return the acts of the installation that `settings`, or else the environment, name.

    `warm` begins to load the networks at once, beside everything else that has to be loaded, for
    callers who will need them. Raises `ConfigurationError` for settings that cannot be read.
    """
    from countenance.app.installation import Installation
    from countenance.settings import read_settings

    installation = Installation(settings if settings is not None else read_settings())
    if warm:
        installation.warm()
    from countenance.app.use_cases import Countenance

    return Countenance(installation)


_HOMES = {"Countenance": "use_cases", "Installation": "installation", "Parts": "parts"}


def __getattr__(name: str) -> object:
    """Load the module of a name when the name is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = ["Countenance", "Installation", "Parts", "open_countenance"]
