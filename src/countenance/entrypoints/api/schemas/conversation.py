"""The conversation about an application on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, StringConstraints

from countenance.entrypoints.api.schemas.model import AS_INTEGER, Asked
from countenance.vetting.conversation import LONGEST, MOST, Said


class MessageAsked(Asked):
    """A question, or with `answers` an answer."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)] = Field(
        description="What is asked or answered, in plain text.", examples=["Who looks at a refusal?"]
    )
    answers: Annotated[int, Field(ge=1, le=MOST), AS_INTEGER] | None = Field(
        default=None, description="Number of the question that this answers.", examples=[1]
    )


@dataclass(frozen=True, slots=True)
class MessagesTold:
    """What was said about an application, the oldest first."""

    messages: tuple[Said, ...]
