"""Notices: what a subject is told before anything is taken, in their language, and never changed after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final, NewType

from countenance.biometrics.model import GalleryId
from countenance.ledger.canonical import canonical_json
from countenance.ledger.model import JsonValue
from countenance.policy.model import Purpose

NoticeId = NewType("NoticeId", str)

NOTICE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
"""BCP 47 tags of language, script and region in their usual spelling: `en`, `de-CH`, `zh-Hant`."""

LONGEST_PART: Final = 4_000
MOST_LANGUAGES: Final = 40
LONGEST_TERM_DAYS: Final = 36_500


GROUP_WORD: Final = re.compile(r"[^\W_]([\w .,'/+-]{0,58}[\w.)+])?")
"""A question or an answer about groups: one short line that begins with a letter or a digit."""

MOST_QUESTIONS: Final = 6
MOST_ANSWERS: Final = 20
_FEWEST_ANSWERS: Final = 2


class RetentionStart(StrEnum):
    """From when the days of a retention period count."""

    CAPTURE = "capture"
    LAST_INTERACTION = "last_interaction"
    PURPOSE_SATISFIED = "purpose_satisfied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """Who answers for the data, and where they are reached."""

    name: str
    address: str
    contact: str
    email: str = ""
    phone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeText:
    """A notice in one language. Every part but `release` is required.

    `release` is the sentence that is signed where the law asks for a written release.
    """

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
    release: str = ""

    @property
    def statements(self) -> tuple[str, str, str]:
        """Return what must be shown in writing before a release is signed.

        What is taken; why and for how long; and what is released. 740 ILCS 14/15(b)(1) to (3).
        """
        return self.what, f"{self.purpose}\n{self.term}", self.release


PARTS: Final = tuple(one.name for one in fields(NoticeText) if one.name not in {"language", "release"})
"""The parts that every language must have, in the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupQuestion:
    """A question that subjects may answer, so that error rates are watched by group: `sex`, and its answers.

    Asked for this purpose alone, freely, and never a condition of anything.
    """

    name: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDraft:
    """A notice as somebody wrote it.

    It speaks of one gallery, or of all of the customer's where `gallery_id` is None. A consent on
    it holds `consent_days`, or until withdrawn where that is None. A reference is kept for at most
    `retention_days` from `retention_from`. `storage` and `recipients` are in plain words, an empty
    `recipients` says that nobody else receives anything. `withdraw_at` is where consent is
    withdrawn: an address or a place. `fairness_groups` names the purpose of watching error rates by
    group, with what subjects may say of themselves for it; empty, nothing of the kind may be recorded.
    """

    id: NoticeId
    purposes: frozenset[Purpose]
    controller: Controller
    jurisdictions: frozenset[str]
    storage: tuple[str, ...]
    withdraw_at: str
    retention_days: int
    retention_from: RetentionStart
    texts: tuple[NoticeText, ...]
    gallery_id: GalleryId | None = None
    recipients: tuple[str, ...] = ()
    consent_days: int | None = None
    fairness_groups: tuple[GroupQuestion, ...] = ()

    def text_in(self, language: str) -> NoticeText | None:
        """Return the text in exactly that language, or None."""
        return next((text for text in self.texts if text.language == language), None)

    def best_text(self, wanted: str) -> NoticeText:
        """Return the text in the language wanted, or in its language of another region, or the first."""
        exact = self.text_in(wanted)
        near = (text for text in self.texts if _primary(text.language) == _primary(wanted))
        return exact or next(near, self.texts[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A published version of a notice, which nothing changes any more.

    `digest` is the SHA-256 (hex) of `notice_bytes`, and stands in the ledger's entry `entry`.
    """

    draft: NoticeDraft
    version: int
    customer_id: str
    published: datetime
    published_by: str
    digest: str
    entry: int

    @property
    def id(self) -> NoticeId:
        """Return the name that all versions share."""
        return self.draft.id

    @property
    def name(self) -> str:
        """Return what a consent names: id and version, `doors/2`."""
        return f"{self.draft.id}/{self.version}"

    def speaks_of(self, gallery_id: GalleryId) -> bool:
        """Tell whether the notice is about the gallery."""
        return self.draft.gallery_id in {None, gallery_id}


def named_version(name: str) -> tuple[NoticeId, int] | None:
    """Return id and version of `doors/2`, or None for a name of another form."""
    notice_id, slash, number = name.rpartition("/")
    if not slash or not NOTICE_ID.fullmatch(notice_id) or not re.fullmatch(r"[1-9][0-9]{0,8}", number):
        return None
    return NoticeId(notice_id), int(number)


def faults_of(draft: NoticeDraft) -> Iterator[str]:
    """Yield what keeps a draft from being published, each as `place:fault`, all of it."""
    if not NOTICE_ID.fullmatch(draft.id):
        yield "id:malformed"
    yield from _faults_of_terms(draft)
    for name in ("name", "address", "contact"):
        yield from _faults_of_text(f"controller.{name}", getattr(draft.controller, name), needed=True)
    for name in ("email", "phone", "url"):
        yield from _faults_of_text(f"controller.{name}", getattr(draft.controller, name), needed=False)
    yield from _faults_of_text("withdraw_at", draft.withdraw_at, needed=True)
    for place, items in (("storage", draft.storage), ("recipients", draft.recipients)):
        for number, item in enumerate(items):
            yield from _faults_of_text(f"{place}[{number}]", item, needed=True)
    yield from _faults_of_groups(draft.fairness_groups)
    languages = [text.language for text in draft.texts]
    if len(set(languages)) < len(languages):
        yield "texts:language_twice"
    for text in draft.texts:
        yield from _faults_of_language(text)


def _faults_of_terms(draft: NoticeDraft) -> Iterator[str]:
    if not draft.purposes:
        yield "purposes:missing"
    if not draft.jurisdictions:
        yield "jurisdictions:missing"
    if not draft.storage:
        yield "storage:missing"
    if not 1 <= len(draft.texts) <= MOST_LANGUAGES:
        yield "texts:missing" if not draft.texts else "texts:too_many"
    if not 0 <= draft.retention_days <= LONGEST_TERM_DAYS:
        yield "retention_days:out_of_range"
    if draft.retention_days == 0 and draft.retention_from is not RetentionStart.PURPOSE_SATISFIED:
        yield "retention_days:out_of_range"
    if draft.consent_days is not None and not 1 <= draft.consent_days <= LONGEST_TERM_DAYS:
        yield "consent_days:out_of_range"


def _faults_of_groups(asked: tuple[GroupQuestion, ...]) -> Iterator[str]:
    names = [one.name for one in asked]
    if len(set(names)) < len(names) or len(names) > MOST_QUESTIONS:
        yield "fairness_groups:repeated_or_too_many"
    for one in asked:
        if not all(GROUP_WORD.fullmatch(word) for word in (one.name, *one.answers)):
            yield f"fairness_groups.{one.name[:40]}:malformed"
        if not _FEWEST_ANSWERS <= len(set(one.answers)) == len(one.answers) <= MOST_ANSWERS:
            yield f"fairness_groups.{one.name[:40]}:answers"


def _faults_of_language(text: NoticeText) -> Iterator[str]:
    place = text.language or "?"
    if not LANGUAGE.fullmatch(text.language):
        yield f"{place}:language_malformed"
    for part in (*PARTS, "release"):
        yield from _faults_of_text(f"{place}.{part}", getattr(text, part), needed=part != "release")


def _faults_of_text(place: str, text: str, *, needed: bool) -> Iterator[str]:
    if needed and not text.strip():
        yield f"{place}:missing"
    if len(text) > LONGEST_PART:
        yield f"{place}:too_long"
    if any(not letter.isprintable() and letter != "\n" for letter in text):
        yield f"{place}:no_text"


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()


def notice_document(draft: NoticeDraft, version: int) -> dict[str, JsonValue]:
    """Return everything that a version says, as JSON: what its digest is of."""
    return {
        "notice": draft.id,
        "version": version,
        "gallery": draft.gallery_id,
        "purposes": tuple(sorted(draft.purposes)),
        "controller": {one.name: getattr(draft.controller, one.name) for one in fields(Controller)},
        "jurisdictions": tuple(sorted(draft.jurisdictions)),
        "storage": draft.storage,
        "recipients": draft.recipients,
        "withdraw_at": draft.withdraw_at,
        "retention_days": draft.retention_days,
        "retention_from": draft.retention_from.value,
        "consent_days": draft.consent_days,
        "texts": tuple(
            {one.name: getattr(text, one.name) for one in fields(NoticeText)} for text in draft.texts
        ),
        **_groups_told(draft.fairness_groups),
    }


def _groups_told(asked: tuple[GroupQuestion, ...]) -> dict[str, JsonValue]:
    """Return the questions about groups; nothing where there are none, as notices before them had it."""
    told: tuple[JsonValue, ...] = tuple({"name": one.name, "answers": one.answers} for one in asked)
    return {"fairness_groups": told} if told else {}


def notice_bytes(draft: NoticeDraft, version: int) -> bytes:
    """Return the RFC 8785 form of `notice_document`."""
    return canonical_json(notice_document(draft, version))


def digest_of(draft: NoticeDraft, version: int) -> str:
    """Return the SHA-256 of a version, hex."""
    return sha256(notice_bytes(draft, version)).hexdigest()
