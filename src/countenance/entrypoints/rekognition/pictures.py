"""Images of requests: bytes within them, or objects of the place that the operator configured."""

from __future__ import annotations

import base64
import contextlib
from typing import Final

from countenance.entrypoints.rekognition.calls import Asked, Call
from countenance.entrypoints.rekognition.faults import AwsError
from countenance.entrypoints.rekognition.requests import LARGEST_OBJECT
from countenance.errors import ImageError, NotFoundError, OversizedImageError
from countenance.recognition.collections.model import ObjectName

LEAST_SIDE: Final = 80
"""Pixels of an image's height and width, at least: the service's own bound."""

_JPEG: Final = b"\xff\xd8\xff"
_PNG: Final = b"\x89PNG\r\n\x1a\n"


def picture(call: Call, image: Asked) -> bytes:
    """Return an image's bytes; raises `AwsError` where there are none, or none of a kind that is read."""
    given, named = image.get("Bytes"), image.get("S3Object")
    if (given is None) == (named is None):
        raise AwsError("InvalidParameterException", "Request has invalid parameters")
    data = base64.b64decode(given) if given is not None else _object(call, named or {})
    if not data.startswith((_JPEG, _PNG)):
        raise AwsError("InvalidImageFormatException", "Request has invalid image format")
    _check_size(call, data)
    return data


def _check_size(call: Call, data: bytes) -> None:
    """Raise `AwsError` for an image that is too small; what cannot be read at all is told by the act."""
    with contextlib.suppress(ImageError):
        if min(call.service.parts.engine.size_of(data)) < LEAST_SIDE:
            raise AwsError(
                "InvalidParameterException",
                f"Request has invalid parameters: an image has at least {LEAST_SIDE} x {LEAST_SIDE} pixels",
            )


def _object(call: Call, named: Asked) -> bytes:
    """Return the bytes of a named object."""
    bucket, name = named.get("Bucket"), named.get("Name")
    if bucket is None or name is None:
        raise AwsError("InvalidParameterException", "Request has invalid parameters")
    place = ObjectName(bucket, name, named.get("Version"))
    try:
        return call.service.rekognition.read_object(call.actor, place, limit=LARGEST_OBJECT)
    except NotFoundError as error:
        raise AwsError(
            "InvalidS3ObjectException",
            "Unable to get object metadata from S3. Check object key, region and/or access permissions.",
        ) from error
    except OversizedImageError as error:
        raise AwsError(
            "ImageTooLargeException", f"Image size is too large: over {LARGEST_OBJECT} bytes"
        ) from error
