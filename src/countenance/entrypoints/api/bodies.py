"""Bodies: read within bounds, parsed off the event loop.

A body is read only after the key was accepted, counted while it arrives (`Content-Length` is
a claim), and held against one budget of bytes for the whole server, so that many large
uploads at once are turned away and do not fill the memory.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from countenance.entrypoints.api.calls import Caller
from countenance.entrypoints.api.problems import WireError
from countenance.errors import BusyError

JSON: Final = "application/json"
RAW: Final = "application/octet-stream"

PLAIN_BYTES: Final = 64 * 1024
"""Largest JSON body without an image."""

MARGIN: Final = 64 * 1024
"""What a JSON body may hold beside its images."""

MOST_QUOTES: Final = 4096
"""Quotation marks of a JSON body, two a name or text: every unknown field would be an error of its own."""

ARRIVAL_SECONDS: Final = 60.0
"""Longest time in which a body arrives as a whole."""

LARGEST_BODIES: Final = 8
"""Bodies of the largest size that are held at once; smaller ones by the same sum of bytes."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(slots=True)
class Budget:
    """Bytes of bodies that the server holds now, and may hold. Used on the event loop only."""

    most: int
    held: int = 0

    def take(self, count: int) -> None:
        """Count bytes in, or raise `BusyError` where they would be too many."""
        if self.held + count > self.most:
            raise BusyError("too many large requests at once")
        self.held += count

    def give(self, count: int) -> None:
        """Count bytes out."""
        self.held -= count


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large bodies may be, by the number of images in them, and the server's budget for all."""

    image_bytes: int
    budget: Budget

    @classmethod
    def of(cls, image_bytes: int) -> Bounds:
        """Return the bounds that follow from the largest image."""
        bounds = cls(image_bytes, Budget(0))
        return cls(image_bytes, Budget(LARGEST_BODIES * bounds.body(2)))

    def body(self, images: int) -> int:
        """Return the largest body with so many images: base64 makes four bytes of three."""
        return images * -(-self.image_bytes // 3) * 4 + MARGIN if images else PLAIN_BYTES


@dataclass(frozen=True, slots=True)
class Received:
    """A body as it came, with the query beside it."""

    media_type: str
    data: bytes
    query: tuple[tuple[str, str], ...]

    def digest(self) -> bytes:
        """Return 32 bytes that identify body, media type and query together."""
        line = repr((self.media_type, self.query)).encode()
        return hashlib.sha256(hashlib.sha256(line).digest() + hashlib.sha256(self.data).digest()).digest()

    def parse(self, model: type[Model]) -> Model:
        """Return the body as `model`, or raise what answers 422.

        A raw body is the model's `image`, and the other fields stand in the query. With JSON
        the query is empty: a field that stood in both places could say two things.
        """
        if self.media_type != JSON:
            return self._parse_raw(model)
        if self.data.count(b'"') > MOST_QUOTES:
            raise RequestValidationError(
                [{"type": "too_many_fields", "loc": ("body",), "msg": "too many fields"}]
            )
        try:
            parsed = model.model_validate_json(self.data)
        except ValidationError as error:
            raise _faults(error, "body") from None
        if self.query:
            name = self.query[0][0]
            raise RequestValidationError(
                [{"type": "extra_forbidden", "loc": ("query", name), "msg": "fields travel in the JSON body"}]
            )
        return parsed

    def _parse_raw(self, model: type[Model]) -> Model:
        names = [name for name, _ in self.query]
        for name in names:
            if names.count(name) > 1 or name == "image":
                raise RequestValidationError(
                    [{"type": "extra_forbidden", "loc": ("query", name), "msg": "stands once too often"}]
                )
        try:
            return model.model_validate({**dict(self.query), "image": self.data}, strict=False)
        except ValidationError as error:
            raise _faults(error, "query") from None


def _faults(error: ValidationError, place: str) -> RequestValidationError:
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    return RequestValidationError([{**fault, "loc": (place, *fault["loc"])} for fault in faults])


def receiving(images: int) -> Callable[..., AsyncIterator[Received]]:
    """Return the dependency that reads a body with so many images; with one, also as raw bytes."""

    async def receive(request: Request, caller: Caller) -> AsyncIterator[Received]:
        del caller  # named so that the key is accepted before a byte is read
        bounds: Bounds = request.app.state.bounds
        media_type = _media_type(request, images)
        data = bytearray()
        try:
            await _read(request, data, bounds.body(images), bounds.budget)
            query = tuple(request.query_params.multi_items())
            yield Received(media_type, bytes(data), query)
        finally:
            bounds.budget.give(len(data))

    return receive


async def _read(request: Request, data: bytearray, most: int, budget: Budget) -> None:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most:
        raise _too_large(most)
    try:
        async with asyncio.timeout(ARRIVAL_SECONDS):
            async for chunk in request.stream():
                if len(data) + len(chunk) > most:
                    raise _too_large(most)
                budget.take(len(chunk))
                data += chunk
    except TimeoutError:
        raise WireError(
            HTTPStatus.REQUEST_TIMEOUT, "body_timeout", f"the body took longer than {ARRIVAL_SECONDS:.0f} s"
        ) from None


def _too_large(most: int) -> WireError:
    return WireError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", f"a body has at most {most} bytes here"
    )


def _media_type(request: Request, images: int) -> str:
    """Return JSON or RAW, or raise where the body is of another kind; nothing is guessed from content."""
    given = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if given == JSON:
        return JSON
    if images == 1 and (given == RAW or given.startswith("image/")):
        return RAW
    also = f", {RAW} or image/*" if images == 1 else ""
    raise WireError(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "media_type_unsupported", f"a body is {JSON}{also} here"
    )


Plain = Annotated[Received, Depends(receiving(0))]
"""A small JSON body."""

OneImage = Annotated[Received, Depends(receiving(1))]
"""JSON with an image, or the image's own bytes."""

TwoImages = Annotated[Received, Depends(receiving(2))]
"""JSON with two images."""
