"""What a browser sends: fields and files, read within bounds and never onto a disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from countenance.errors import InvalidInputError, OversizedImageError

LARGEST_FIELDS: Final = 65_536
"""Bytes of a form's fields together."""

_MOST_FIELDS: Final = 400
_MOST_FILES: Final = 2
_ARRIVAL_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was sent; `repr` shows neither fields nor files."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str:
        """Return the field without the spaces around it; empty where it was not sent."""
        return self.fields.get(name, ("",))[0].strip()

    def secret(self, name: str) -> str:
        """Return the field as it was typed."""
        return self.fields.get(name, ("",))[0]

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of the field."""
        return self.fields.get(name, ())


async def read_form(request: Request, *, largest_file: int = 0) -> Form:
    """Return the form of a request; files are taken where `largest_file` (bytes) is above 0.

    Raises `InvalidInputError` for what is no form, and `OversizedImageError` for too much of it.
    """
    limit = LARGEST_FIELDS + _MOST_FILES * largest_file
    body = await _body(request, limit)
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _fields(body)
    if kind == "multipart/form-data" and largest_file:
        return await _parts(request, body, largest_file)
    if not body:
        return Form()
    raise InvalidInputError("this is not a form")


async def _body(request: Request, limit: int) -> bytes:
    data = bytearray()
    try:
        async with asyncio.timeout(_ARRIVAL_SECONDS):
            async for chunk in request.stream():
                data += chunk
                if len(data) > limit:
                    raise OversizedImageError(f"the form has over {limit} bytes")
    except TimeoutError:
        raise InvalidInputError("the form took too long to arrive") from None
    return bytes(data)


def _fields(body: bytes) -> Form:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:
        raise InvalidInputError("the form cannot be read") from error
    return Form(_collected(pairs))


def _collected(pairs: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value)
    return found


class _InMemory(MultiPartParser):
    """Keeps files in memory: an image of somebody is not written to a disk in clear."""

    spool_max_size = 1 << 40


async def _parts(request: Request, body: bytes, largest: int) -> Form:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        parser = _InMemory(
            request.headers,
            stream(),
            max_files=_MOST_FILES,
            max_fields=_MOST_FIELDS,
            max_part_size=LARGEST_FIELDS,
        )
        sent = await parser.parse()
    except MultiPartException as error:
        raise InvalidInputError("the form cannot be read") from error
    pairs: list[tuple[str, str]] = []
    files: dict[str, bytes] = {}
    for name, value in sent.multi_items():
        if isinstance(value, UploadFile):
            files[name] = await value.read()
            await value.close()
            if len(files[name]) > largest:
                raise OversizedImageError(f"the file has over {largest} bytes")
        else:
            pairs.append((name, value))
    return Form(_collected(pairs), files)
