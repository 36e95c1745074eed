"""Notices: every version, side by side with another one, for print, and as a QR code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.consent.notice import (
    PARTS,
    Controller,
    GroupQuestion,
    Notice,
    NoticeDraft,
    NoticeId,
    NoticeText,
    RetentionStart,
)
from countenance.entrypoints.console.desk import OPERATORS, acting, file
from countenance.entrypoints.console.visits import Page, Visit
from countenance.entrypoints.pages.tables import Column, arranged
from countenance.entrypoints.pages.words import plain
from countenance.errors import NotFoundError

PATH: Final = "/console/notices"
ONE: Final = f"{PATH}/{{notice_id}}/{{version}}"
_DIGITS: Final = 9

PART_NAMES: Final = {
    "title": "Title",
    "who": "Who",
    "what": "What is taken",
    "purpose": "What for",
    "term": "For how long it is used",
    "retention": "When it is destroyed",
    "withdrawal": "How to withdraw",
    "alternative": "The equal way without biometrics",
    "contacts": "Where to ask and complain",
    "release": "Written release",
}
"""The parts of a text, in their order, as the console calls them."""

STARTS: Final = {
    RetentionStart.CAPTURE: "the day of enrolment",
    RetentionStart.LAST_INTERACTION: "the last contact",
    RetentionStart.PURPOSE_SATISFIED: "the day on which the purpose is met",
}
"""From when a notice counts, in words."""

_TERMS: Final = {
    "gallery": "Gallery",
    "purposes": "Purposes",
    "controller": "Who answers for it",
    "jurisdictions": "Where it holds",
    "storage": "Where it is stored",
    "recipients": "Who else receives it",
    "withdraw_at": "Where to withdraw",
    "retention": "Kept for",
    "consent": "An agreement holds for",
    "groups": "Asked about groups",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A notice by its newest version, and how many there are."""

    newest: Notice
    versions: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that both versions have (`same`), or only one of them (`old`, `new`)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One part that differs between two versions."""

    where: str
    language: str
    pieces: tuple[Piece, ...]


COLUMNS: Final[tuple[Column[Listed], ...]] = (
    Column("name", "Notice", lambda one: one.newest.id, key=lambda one: one.newest.id),
    Column("version", "Version", lambda o: o.newest.version, key=lambda one: one.newest.version, number=True),
    Column("gallery", "About", lambda one: one.newest.draft.gallery_id or "every gallery"),
    Column("languages", "Languages", lambda one: " ".join(text.language for text in one.newest.draft.texts)),
    Column(
        "published", "Published", lambda o: o.newest.published.isoformat(), key=lambda o: o.newest.published
    ),
    Column("digest", "SHA-256", lambda one: one.newest.digest),
)


def index(visit: Visit) -> Response:
    """Show every notice by its newest version."""
    newest: dict[str, Listed] = {}
    for notice in visit.service.rights.notices.all(acting(visit)):
        newest[notice.id] = Listed(notice, notice.version)
    table = arranged(PATH, visit.query, COLUMNS, newest.values(), order="name")
    if (file := table.file()) is not None:
        return file
    return visit.page("consent_notices.html", table=table)


def one(visit: Visit) -> Response:
    """Show a version in one of its languages."""
    notice = version_of(visit, visit.part("version"))
    text = notice.draft.text_in(visit.query.get("language", "")) or notice.draft.texts[0]
    address = visit.service.consent.address_of(notice)
    every = visit.service.rights.notices.all(acting(visit))
    return visit.page(
        "consent_notice.html",
        held=notice,
        text=text,
        parts=parts_of(text),
        terms=terms_of(notice.draft),
        address=address,
        whole=address.startswith(("https://", "http://")),
        versions=[held for held in reversed(every) if held.id == notice.id],
        path=f"{PATH}/{notice.id}/{notice.version}",
    )


def sheet(visit: Visit) -> Response:
    """Give a version for print, or its QR code."""
    from countenance.entrypoints.pages import notice_sheets  # noqa: PLC0415  what draws is loaded when it draws

    notice = version_of(visit, visit.part("version"))
    address = visit.service.consent.address_of(notice)
    name = f"{notice.id}-{notice.version}"
    match visit.part("form"):
        case "pdf":
            text = notice.draft.text_in(visit.query.get("language", "")) or notice.draft.texts[0]
            return file(
                notice_sheets.pdf(notice, text, address), "application/pdf", f"{name}-{text.language}.pdf"
            )
        case "svg":
            return Response(notice_sheets.qr_svg(address), media_type="image/svg+xml")
        case "png":
            return file(notice_sheets.qr_png(address), "image/png", f"{name}.png")
    raise NotFoundError("no such form of a notice")


def compare(visit: Visit) -> Response:
    """Show what differs between two versions."""
    after = version_of(visit, visit.part("version"))
    before = version_of(visit, visit.query.get("with", str(max(1, after.version - 1))))
    every = [one for one in visit.service.rights.notices.all(acting(visit)) if one.id == after.id]
    return visit.page(
        "notice_changes.html",
        status=HTTPStatus.OK,
        before=before,
        after=after,
        changes=list(changes_between(before.draft, after.draft)),
        versions=[(str(one.version), f"version {one.version}") for one in every],
        path=f"{PATH}/{after.id}/{after.version}",
    )


def version_of(visit: Visit, number: str) -> Notice:
    """Return a version of the notice in the address, or raise `NotFoundError`."""
    if not (number.isascii() and number.isdigit() and len(number) <= _DIGITS):
        raise NotFoundError("no such version")
    return visit.service.rights.notices.one(acting(visit), NoticeId(visit.part("notice_id")), int(number))


def parts_of(text: NoticeText) -> tuple[tuple[str, str, str], ...]:
    """Return the parts of a text after its title: name, heading, words."""
    names = (*PARTS[1:], "release")
    return tuple((name, PART_NAMES[name], getattr(text, name)) for name in names)


def group_line(question: GroupQuestion) -> str:
    """Return a question about groups as it is typed: `sex: female; male; another`."""
    return f"{question.name}: {'; '.join(question.answers)}"


def terms_of(draft: NoticeDraft) -> tuple[tuple[str, str], ...]:
    """Return what a notice says besides its texts, each under its name."""
    party = draft.controller
    who = ", ".join(value for one in fields(Controller) if (value := getattr(party, one.name)))
    found = {
        "gallery": draft.gallery_id or "every gallery of the customer",
        "purposes": ", ".join(plain(one) for one in sorted(draft.purposes)),
        "controller": who,
        "jurisdictions": ", ".join(sorted(draft.jurisdictions)),
        "storage": "; ".join(draft.storage),
        "recipients": "; ".join(draft.recipients) or "nobody",
        "withdraw_at": draft.withdraw_at,
        "retention": f"{draft.retention_days} days from {STARTS[draft.retention_from]}",
        "consent": f"{draft.consent_days} days"
        if draft.consent_days is not None
        else "until it is withdrawn",
        "groups": " | ".join(group_line(one) for one in draft.fairness_groups) or "nothing",
    }
    return tuple((_TERMS[name], value) for name, value in found.items())


def changes_between(before: NoticeDraft, after: NoticeDraft) -> Iterator[Change]:
    """Yield what differs, in the order in which a notice is read: terms first, then each language."""
    for (name, old), (_, new) in zip(terms_of(before), terms_of(after), strict=True):
        if old != new:
            yield Change(name, "", pieces_of(old, new))
    languages = dict.fromkeys(
        [*(one.language for one in before.texts), *(one.language for one in after.texts)]
    )
    for language in languages:
        old_text, new_text = before.text_in(language), after.text_in(language)
        for part, name in PART_NAMES.items():
            old = getattr(old_text, part) if old_text is not None else ""
            new = getattr(new_text, part) if new_text is not None else ""
            if old != new:
                yield Change(name, language, pieces_of(old, new))


def pieces_of(old: str, new: str) -> tuple[Piece, ...]:
    """Return both texts word by word, each run once: what stayed, what went, what came."""
    left, right = _words(old), _words(new)
    found: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(left[i:j])))
            continue
        if j > i:
            found.append(Piece("old", "".join(left[i:j])))
        if m > k:
            found.append(Piece("new", "".join(right[k:m])))
    return tuple(found)


def _words(text: str) -> Sequence[str]:
    return re.findall(r"\S+\s*|\s+", text)


PAGES: Final = (
    Page(path=PATH, handler=index, roles=OPERATORS),
    Page(path=ONE, handler=one, roles=OPERATORS),
    Page(path=f"{ONE}/sheet.{{form}}", handler=sheet, roles=OPERATORS),
    Page(path=f"{ONE}/changes", handler=compare, roles=OPERATORS),
)
