"""The manifests of galleries through the log: each change begins where the one before it ended.

A change of a gallery that is not on the log would show here: the next one that is begins with
another root than the last one ended with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from countenance.ledger.model import JsonValue


@dataclass(slots=True)
class ManifestChain:
    """Follows one root a gallery, from the first change that names one."""

    _roots: dict[str, str] = field(default_factory=dict)

    def follow(self, document: Mapping[str, JsonValue]) -> str | None:
        """Take an entry, in order; return what is wrong with it, if anything."""
        gallery, manifest = document.get("gallery"), document.get("manifest")
        if not isinstance(gallery, str) or not isinstance(manifest, Mapping):
            return None
        before, after = manifest.get("before"), manifest.get("after")
        if not isinstance(before, str) or not isinstance(after, str):
            return "the change of a gallery names no manifests"
        return self.follow_change(gallery, before, after)

    def follow_change(self, gallery: str, before: str, after: str) -> str | None:
        """Take a change of a gallery, in order; return what is wrong with it, if anything."""
        held = self._roots.get(gallery)
        self._roots[gallery] = after
        if held is not None and held != before:
            return "the gallery was changed in between, and the log does not say how"
        return None
