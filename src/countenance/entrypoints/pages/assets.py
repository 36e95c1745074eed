"""Stylesheets and scripts under names that carry their digest, so that they can be kept for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final

from starlette.responses import Response

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served; `address` is its path below the folder of assets, with its digest."""

    address: str
    media_type: str
    content: bytes

    def response(self) -> Response:
        """Return the file, to be kept for a year: another content has another address."""
        return Response(
            self.content,
            media_type=self.media_type,
            headers={"Cache-Control": "public, max-age=31536000, immutable"},
        )


class Assets:
    """The files of the `static` folders of some packages, read once. Safe to use from many threads.

    `prefix` is where they are served, without a slash at its end.
    """

    def __init__(self, prefix: str, packages: tuple[str, ...]) -> None:
        self.prefix = prefix
        self._by_name = _read(packages)
        self._by_address = {asset.address: asset for asset in self._by_name.values()}

    def url(self, name: str) -> str:
        """Return the path of the file called `name`; raises `KeyError` for one that is not there."""
        return f"{self.prefix}/{self._by_name[name].address}"

    def at(self, address: str) -> Asset | None:
        """Return the file at an address below the prefix, or None."""
        return self._by_address.get(address)


def _read(packages: tuple[str, ...]) -> Mapping[str, Asset]:
    found: dict[str, Asset] = {}
    for package in packages:
        for entry in (files(package) / "static").iterdir():
            stem, dot, suffix = entry.name.rpartition(".")
            media_type = _TYPES.get(dot + suffix)
            if media_type is None:
                continue
            content = entry.read_bytes()
            digest = sha256(content).hexdigest()[:_DIGITS]
            found[entry.name] = Asset(f"{stem}.{digest}.{suffix}", media_type, content)
    return found
