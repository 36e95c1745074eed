"""What may be kept as evidence: few types, told by the bytes and never by the name, within limits."""

from __future__ import annotations

import json
import re
from typing import Final

from countenance.errors import InvalidInputError, OversizedEvidenceError, UnsupportedEvidenceError
from countenance.vetting.documents import is_text

LARGEST: Final = 8 * 1024 * 1024
"""Most bytes of one file."""

MOST_FILES: Final = 40
"""Most files of one application."""

_NAME: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f/\\]{1,120}")
_SIGNATURES: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
_MARKUP: Final = re.compile(r"\s*<(?:!doctype|html|script|svg|\?xml)", re.IGNORECASE)

MEDIA_TYPES: Final = ("application/json", "application/pdf", "image/jpeg", "image/png", "text/plain")
"""What is kept. Nothing that a browser or an office program would run."""


def media_type_of(data: bytes) -> str:
    """Return the media type that the bytes show, one of `MEDIA_TYPES`.

    Raises `InvalidInputError` for no bytes, `OversizedEvidenceError` beyond `LARGEST` and
    `UnsupportedEvidenceError` for every other type.
    """
    if not data:
        raise InvalidInputError("the file is empty")
    if len(data) > LARGEST:
        raise OversizedEvidenceError(f"a file has at most {LARGEST} bytes, this one {len(data)}")
    for signature, media_type in _SIGNATURES:
        if data.startswith(signature):
            return media_type
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if not all(letter.isprintable() or letter in "\n\r\t\f\ufeff" for letter in text) or _MARKUP.match(text):
        known = ", ".join(MEDIA_TYPES)
        raise UnsupportedEvidenceError(f"evidence is one of {known}; these bytes are none of them")
    return "application/json" if _is_json(text) else "text/plain"


def checked_name(name: str) -> str:
    """Return the name of a file, or raise `InvalidInputError` where it is none to show to people."""
    if not _NAME.fullmatch(name) or name.strip(". ") == "" or not is_text(name):
        raise InvalidInputError("a file's name has 1 to 120 characters and no path in it")
    return name


def _is_json(text: str) -> bool:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, (dict, list))
