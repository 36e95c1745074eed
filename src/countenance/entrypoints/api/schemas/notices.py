"""Notices: what a subject is told before anything is taken."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints

from countenance.biometrics.model import GalleryId
from countenance.consent.notice import (
    LONGEST_PART,
    LONGEST_TERM_DAYS,
    MOST_ANSWERS,
    MOST_LANGUAGES,
    MOST_QUESTIONS,
    Controller,
    GroupQuestion,
    Notice,
    NoticeDraft,
    NoticeId,
    NoticeText,
    RetentionStart,
)
from countenance.entrypoints.api.schemas.identifiers import JURISDICTION, NAME
from countenance.entrypoints.api.schemas.model import AS_INTEGER, Asked, Integer, Moment, Told
from countenance.policy.model import Purpose

LANGUAGE_TAG = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
NOTICE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"

Part = Annotated[str, StringConstraints(max_length=LONGEST_PART)]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE_TAG)]
Place = Annotated[str, StringConstraints(pattern=JURISDICTION)]


def _unique(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise ValueError("a word stands twice")
    return values


class ControllerAsked(Asked):
    """Who answers for the data."""

    name: Part = Field(examples=["Bank of Zürich"])
    address: Part = Field(description="By post.", examples=["Bahnhofstrasse 1, 8001 Zürich"])
    contact: Part = Field(description="Whom to turn to.", examples=["The privacy desk"])
    email: Part = ""
    phone: Part = ""
    url: Part = ""


class NoticeTextAsked(Asked):
    """The notice in one language."""

    language: Language = Field(description="BCP 47 tag.", examples=["de-CH"])
    title: Part
    who: Part = Field(description="Who takes and keeps it.")
    what: Part = Field(description="What is taken and stored: the first statement before a release.")
    purpose: Part = Field(description="What it is used for, in particular.")
    term: Part = Field(description="For how long it is used.")
    retention: Part = Field(description="When it is destroyed.")
    withdrawal: Part = Field(description="How it is withdrawn, as easily as it is given.")
    alternative: Part = Field(description="The equal way without biometrics.")
    contacts: Part = Field(description="Where to ask and complain.")
    release: Part = Field(default="", description="The sentence that a written release is signed under.")


class GroupQuestionAsked(Asked):
    """What subjects may say of themselves so that error rates are watched by group, and nothing else."""

    name: Annotated[str, StringConstraints(max_length=60)] = Field(examples=["sex"])
    answers: list[Annotated[str, StringConstraints(max_length=60)]] = Field(
        min_length=2, max_length=MOST_ANSWERS, examples=[["female", "male", "another"]]
    )


class NoticeAsked(Asked):
    """A notice to be published as the next version of its id; nothing changes it afterwards."""

    notice_id: Annotated[str, StringConstraints(pattern=NOTICE)] = Field(examples=["doors"])
    gallery_id: Annotated[str, StringConstraints(pattern=NAME)] | None = Field(
        default=None, description="The gallery that it speaks of; left out, every one of the customer's."
    )
    purposes: Annotated[list[Purpose], AfterValidator(_unique)] = Field(min_length=1, max_length=len(Purpose))
    controller: ControllerAsked
    jurisdictions: Annotated[list[Place], AfterValidator(_unique)] = Field(min_length=1, max_length=50)
    storage: list[Part] = Field(min_length=1, max_length=20, description="Where it is stored.")
    recipients: list[Part] = Field(
        default=[], max_length=50, description="Who else receives anything; empty: nobody."
    )
    withdraw_at: Part = Field(description="Address or place where it is withdrawn.")
    retention_days: Integer = Field(
        ge=0, le=LONGEST_TERM_DAYS, description="Days after which it is destroyed."
    )
    retention_from: RetentionStart = Field(description="What those days count from.")
    consent_days: Annotated[int, Field(ge=1, le=LONGEST_TERM_DAYS), AS_INTEGER] | None = Field(
        default=None, description="Days for which consent holds."
    )
    texts: list[NoticeTextAsked] = Field(min_length=1, max_length=MOST_LANGUAGES)
    fairness_groups: list[GroupQuestionAsked] = Field(
        default=[],
        max_length=MOST_QUESTIONS,
        description="Names the purpose of watching error rates by group: what subjects may say of themselves"
        " on their own page, freely. Empty: nothing of the kind is recorded.",
    )

    def draft(self) -> NoticeDraft:
        """Return what is to be published."""
        return NoticeDraft(
            id=NoticeId(self.notice_id),
            gallery_id=GalleryId(self.gallery_id) if self.gallery_id is not None else None,
            purposes=frozenset(self.purposes),
            controller=Controller(**self.controller.model_dump()),
            jurisdictions=frozenset(self.jurisdictions),
            storage=tuple(self.storage),
            recipients=tuple(self.recipients),
            withdraw_at=self.withdraw_at,
            retention_days=self.retention_days,
            retention_from=self.retention_from,
            consent_days=self.consent_days,
            texts=tuple(NoticeText(**text.model_dump()) for text in self.texts),
            fairness_groups=tuple(
                GroupQuestion(name=one.name, answers=tuple(one.answers)) for one in self.fairness_groups
            ),
        )


class ControllerTold(Told):
    """Who answers for the data."""

    name: str
    address: str
    contact: str
    email: str
    phone: str
    url: str


class NoticeTextTold(Told):
    """The notice in one language."""

    language: str
    title: str
    who: str
    what: str
    purpose: str
    term: str
    retention: str
    withdrawal: str
    alternative: str
    contacts: str
    release: str


class GroupQuestionTold(Told):
    """What subjects may say of themselves so that error rates are watched by group."""

    name: str
    answers: list[str]


class NoticeTold(Told):
    """A published version."""

    notice: str = Field(description="What a consent names: id and version.", examples=["doors/2"])
    notice_id: str
    version: int = Field(ge=1)
    gallery_id: str | None
    purposes: list[str]
    controller: ControllerTold
    jurisdictions: list[str]
    storage: list[str]
    recipients: list[str]
    withdraw_at: str
    retention_days: int
    retention_from: str
    consent_days: int | None
    texts: list[NoticeTextTold]
    fairness_groups: list[GroupQuestionTold]
    published: Moment
    digest: str = Field(description="SHA-256 (hex) of what it says, as the ledger has it.")
    entry: int = Field(ge=0, description="Index of the ledger entry that says so.")
    address: str = Field(description="Where everybody reads it.")

    @classmethod
    def of(cls, notice: Notice, address: str) -> Self:
        """Return the notice's outside."""
        draft = notice.draft
        return cls(
            notice=notice.name,
            notice_id=draft.id,
            version=notice.version,
            gallery_id=draft.gallery_id,
            purposes=sorted(draft.purposes),
            controller=ControllerTold(
                **{name: getattr(draft.controller, name) for name in ControllerTold.model_fields}
            ),
            jurisdictions=sorted(draft.jurisdictions),
            storage=list(draft.storage),
            recipients=list(draft.recipients),
            withdraw_at=draft.withdraw_at,
            retention_days=draft.retention_days,
            retention_from=draft.retention_from.value,
            consent_days=draft.consent_days,
            texts=[
                NoticeTextTold(**{name: getattr(text, name) for name in NoticeTextTold.model_fields})
                for text in draft.texts
            ],
            fairness_groups=[
                GroupQuestionTold(name=one.name, answers=list(one.answers)) for one in draft.fairness_groups
            ],
            published=notice.published,
            digest=notice.digest,
            entry=notice.entry,
            address=address,
        )


class NoticesTold(Told):
    """Every version of the customer's notices, ordered by id and version."""

    notices: list[NoticeTold]
