"""One-time codes of subjects, and what subjects ask for."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import Path
from pydantic import Field, StringConstraints

from countenance.entrypoints.api.schemas.model import Asked, Integer, Moment, Told
from countenance.recognition.subjects.access import LONGEST_CODE, SHORTEST_CODE, USUAL_CODE, IssuedCode
from countenance.recognition.subjects.model import RequestKind, RequestState, SubjectRequest
from countenance.recognition.subjects.requests import LONGEST_TEXT

REQUEST = r"^req_[0-9a-f]{32}$"

RequestPath = Annotated[
    str,
    Path(
        pattern=REQUEST,
        description="Id of a subject's request.",
        examples=["req_00112233445566778899aabbccddeeff"],
    ),
]
_Written = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]


class AccessCodeAsked(Asked):
    """How long a code waits to be used."""

    good_for_seconds: Integer = Field(
        default=int(USUAL_CODE.total_seconds()),
        ge=int(SHORTEST_CODE.total_seconds()),
        le=int(LONGEST_CODE.total_seconds()),
        description="Life of the code: a day if left out, five minutes to seven days.",
    )


class AccessCodeTold(Told):
    """A code, in this answer and nowhere else. Earlier ones of the subject open nothing any more."""

    code: str = Field(description="To be typed on the page, or handed over with the link.")
    link: str = Field(
        description="Path of the page with the code filled in; after the public origin if told."
    )
    expires: Moment
    entry: int = Field(ge=0, description="Index of the ledger entry that says that it was made.")

    @classmethod
    def of_issued(cls, issued: IssuedCode, origin: str) -> Self:
        """Return what is shown once; `origin` is that of the public pages, empty if it is not known."""
        link = f"{origin}/subject/enter?code={issued.text}"
        return cls(code=issued.text, link=link, expires=issued.code.expires, entry=issued.entry)


class SubjectRequestTold(Told):
    """What a subject asked for, and where it stands."""

    request_id: str
    gallery_id: str
    subject_id: str
    kind: RequestKind
    state: RequestState
    about: str | None = Field(
        description="Id of the decision that an appeal is against, or of the erasure of a withdrawal."
    )
    text: str = Field(description="What the subject wrote; empty once the subject was erased.")
    filed: Moment
    due: Moment = Field(description="When the answer is due: GDPR, Article 12(3).")
    extended: bool
    answer: str
    answered: Moment | None
    entry: int = Field(ge=0, description="Index of the ledger entry of the request.")
    answer_entry: int | None = Field(ge=0, description="Index of the ledger entry of the answer.")

    @classmethod
    def of(cls, held: SubjectRequest) -> Self:
        """Return the request's outside."""
        return cls(
            request_id=held.id,
            gallery_id=held.place.gallery_id,
            subject_id=held.place.subject_id,
            kind=held.kind,
            state=held.state,
            about=held.about,
            text=held.text,
            filed=held.filed,
            due=held.due,
            extended=held.extended,
            answer=held.answer,
            answered=held.answered,
            entry=held.entry,
            answer_entry=held.answer_entry,
        )


class SubjectRequestsTold(Told):
    """Requests, the soonest due first."""

    requests: list[SubjectRequestTold]


class RequestAnswerAsked(Asked):
    """The answer to a request, as the subject reads it."""

    granted: bool = Field(
        description="Whether it is granted. A refused objection lets the references take part again."
    )
    text: _Written = Field(description="Why, in words that the subject understands.")


class RequestExtensionAsked(Asked):
    """Why the answer takes longer than a month, as the subject reads it."""

    reason: _Written
