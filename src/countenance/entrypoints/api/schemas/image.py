"""An image inside JSON: standard base64, whole and exact."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

_DESCRIPTION = (
    "The image file (JPEG, PNG, WebP, BMP, GIF, HEIC) in base64 (RFC 4648, section 4), with padding, "
    "without line breaks and without a `data:` prefix."
)
_DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
"""A PNG of one grey pixel: right in form, without a face."""


def _decoded(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise PydanticCustomError("base64", "not base64 of the standard alphabet with padding") from None


Image = Annotated[
    bytes,
    BeforeValidator(_decoded),
    WithJsonSchema(
        {
            "type": "string",
            "format": "byte",
            "contentEncoding": "base64",
            "minLength": 4,
            "title": "Image",
            "description": _DESCRIPTION,
            "examples": [_DOT],
        }
    ),
    Field(repr=False),
]
"""The bytes of an image file; absent from `repr`, so that no log line can hold a face."""
