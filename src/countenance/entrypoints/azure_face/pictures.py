"""Images of requests: bytes within them, or objects of the place that the operator configured.

An address in a request is not opened. `https://photos.example/a/b.jpg` is the object `a/b.jpg` of
the bucket `photos.example`, and where there is none the answer is the same as for an address that
nobody answers.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote, urlsplit

from countenance.entrypoints.azure_face.calls import Asked, Call
from countenance.entrypoints.azure_face.faults import AzureError
from countenance.errors import NotFoundError, OversizedImageError
from countenance.recognition.collections.model import ObjectName

SMALLEST: Final = 1024
LARGEST: Final = 6 * 1024 * 1024
LEAST_SIDE: Final = 36
"""Pixels of the shorter side: the smallest face that is looked for has as many."""

_LONGEST_URL: Final = 2048
_KINDS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM")
"""First bytes of JPEG, PNG, GIF and BMP: the service reads no others."""


def picture(call: Call, asked: Asked) -> bytes:
    """Return the request's image, or raise `AzureError` where its size or kind is not one that is read."""
    data = asked["image"] if "image" in asked else _of_address(call, asked["url"])
    if len(data) < SMALLEST:
        message = "Image size is too small. The valid image file size should be larger than or equal to 1 KB."
        raise AzureError("InvalidImageSize", message)
    if len(data) > LARGEST:
        raise too_big()
    if not data.startswith(_KINDS):
        raise AzureError("InvalidImage", "Decoding error, image format unsupported.")
    if min(call.service.parts.engine.size_of(data)) < LEAST_SIDE:
        message = f"Image size is too small. Width and height should be at least {LEAST_SIDE} pixels."
        raise AzureError("InvalidImageSize", message)
    return bytes(data)


def _of_address(call: Call, address: str) -> bytes:
    """Return the object that stands for an address; one byte too many where it is too large."""
    try:
        return call.cases.read_object(call.actor, object_of(address), limit=LARGEST)
    except NotFoundError as error:
        raise _no_such_address() from error
    except OversizedImageError as error:
        raise too_big() from error


def object_of(address: str) -> ObjectName:
    """Return bucket and name of an address: its host and its path, which has nothing beside them."""
    try:
        parts = urlsplit(address)
        host, name = parts.hostname, unquote(parts.path, errors="strict").removeprefix("/")
    except ValueError:
        raise _no_such_address() from None
    plain = parts.scheme in {"http", "https"} and parts.netloc.lower() == host
    if len(address) > _LONGEST_URL or not plain or not host or not name or parts.query or parts.fragment:
        raise _no_such_address()
    return ObjectName(host, name, None)


def too_big() -> AzureError:
    """Return the answer to an image that is too large."""
    message = "Image size is too big. The valid image file size should be no larger than 6 MB."
    return AzureError("InvalidImageSize", message)


def _no_such_address() -> AzureError:
    return AzureError(
        "InvalidURL",
        "Invalid image URL or error downloading from target server. No address is opened here: send the "
        "image itself, or have the operator keep it as an object whose bucket is the address's host.",
    )
