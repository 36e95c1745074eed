"""Images of requests: bytes within them, or objects of a folder that the operator names."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Final

from countenance.entrypoints.rekognition.calls import Asked, Call
from countenance.entrypoints.rekognition.faults import AwsError
from countenance.entrypoints.rekognition.requests import LARGEST_OBJECT

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
    return data


def _object(call: Call, named: Asked) -> bytes:
    """Return an object's bytes from the operator's folder, and from no other place or address."""
    folder = call.service.parts.object_folder
    bucket, name = named.get("Bucket"), named.get("Name")
    if bucket is None or name is None:
        raise AwsError("InvalidParameterException", "Request has invalid parameters")
    if folder is None or named.get("Version") is not None:
        raise _no_object()
    path = _within(folder, bucket, name)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_OBJECT + 1)
    except OSError:
        raise _no_object() from None
    if len(data) > LARGEST_OBJECT:
        raise AwsError("ImageTooLargeException", f"Image size is too large: over {LARGEST_OBJECT} bytes")
    return data


def _within(folder: Path, bucket: str, name: str) -> Path:
    """Return the file of an object; raises `AwsError` for whatever lies elsewhere, links included."""
    try:
        room = folder.resolve(strict=True)
        path = (room / bucket / name).resolve(strict=True)
    except (OSError, ValueError):
        raise _no_object() from None
    if bucket in {".", ".."} or not path.is_relative_to(room / bucket) or not path.is_file():
        raise _no_object()
    return path


def _no_object() -> AwsError:
    return AwsError(
        "InvalidS3ObjectException",
        "Unable to get object metadata from S3. Check object key, region and/or access permissions.",
    )
