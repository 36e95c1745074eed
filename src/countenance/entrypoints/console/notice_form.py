"""Writing a notice: its terms, a text in each language, a preview, and publishing it for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.biometrics.model import GalleryId
from countenance.consent.notice import (
    LONGEST_PART,
    PARTS,
    Controller,
    GroupQuestion,
    NoticeDraft,
    NoticeId,
    NoticeText,
    RetentionStart,
)
from countenance.entrypoints.console.consent_notices import (
    ONE,
    PART_NAMES,
    PATH,
    STARTS,
    group_line,
    parts_of,
    version_of,
)
from countenance.entrypoints.console.desk import OPERATORS, acting, galleries
from countenance.entrypoints.console.visits import Page, Visit, corrected
from countenance.entrypoints.pages.forms import Form
from countenance.entrypoints.pages.places import PLACES
from countenance.entrypoints.pages.words import capital, plain
from countenance.errors import (
    AlreadyExistsError,
    InvalidInputError,
    LimitReachedError,
    NotFoundError,
    NoticeIncompleteError,
)
from countenance.policy.model import Purpose

NEW: Final = f"{PATH}/new"
MOST_TEXTS: Final = 8
"""Languages that the form takes; a notice in more is published over the API."""

_LANGUAGES: Final = (
    *("bg", "cs", "da", "de", "de-CH", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt"),
    *("lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv", "tr", "uk", "ar", "zh-Hant", "zh-Hans", "ja"),
)
_FAULTS: Final[Mapping[str, str]] = {
    "missing": "Fill this in.",
    "malformed": "Small letters, digits, dots, dashes and underscores, up to 100.",
    "out_of_range": "Whole days, from 1 to 36,500.",
    "language_twice": "A language stands here twice.",
    "language_malformed": "Write the language as a tag: en, de-CH.",
    "too_long": f"Up to {LONGEST_PART:,} characters.",
    "too_many": "Too many languages.",
    "no_text": "There are characters in it that are no text.",
}
_FAULTS_OF_GROUPS: Final = (
    "Write each question once, on a line of its own, with two answers or more: sex: female; male; another."
)
_EMPTY: Final = NoticeText(
    language="en",
    title="",
    who="",
    what="",
    purpose="",
    term="",
    retention="",
    withdrawal="",
    alternative="",
    contacts="",
)
_PLACES_OF_FAULTS: Final[Mapping[str, str]] = {"texts": "text-0-language", "storage": "storage"}


@dataclass(frozen=True, slots=True)
class Typed:
    """A draft as it was typed, beside what could not be read of it, by field."""

    draft: NoticeDraft
    errors: Mapping[str, str]


def begin(visit: Visit) -> Response:
    """Show an empty form, with what is known of the customer filled in."""
    return _form(visit, _blank(visit), {})


def again(visit: Visit) -> Response:
    """Show the form with what a version says, to write the next one."""
    return _form(visit, version_of(visit, visit.part("version")).draft, {})


def publish(visit: Visit) -> Response:
    """Preview the draft, add a language, or publish it as the next version."""
    typed = typed_draft(visit.form)
    match visit.form.text("do"):
        case "language":
            more = replace(_EMPTY, language="")
            texts = (*typed.draft.texts, more)[:MOST_TEXTS]
            return _form(visit, replace(typed.draft, texts=texts), {})
        case "publish":
            return _publish(visit, typed)
        case _:
            return _form(visit, typed.draft, dict(typed.errors), previewed=True)


def _publish(visit: Visit, typed: Typed) -> Response:
    errors = dict(typed.errors)
    if not errors:
        try:
            notice = visit.service.rights.publish(acting(visit, typed.draft.gallery_id), typed.draft)
        except NoticeIncompleteError as error:
            errors = dict(_placed(fault, typed.draft) for fault in reversed(error.reasons))
        except (AlreadyExistsError, LimitReachedError) as error:
            errors = {"id": corrected(InvalidInputError(error.message))}
        except NotFoundError:
            errors = {"gallery": "Choose one of your galleries under a lease in force."}
        else:
            return visit.go(f"{PATH}/{notice.id}/{notice.version}", done="notice-published")
    return _form(visit, typed.draft, errors, previewed=True)


def _form(
    visit: Visit, draft: NoticeDraft, errors: Mapping[str, str], *, previewed: bool = False
) -> Response:
    held = galleries(visit)
    return visit.page(
        "notice_form.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        draft=draft,
        groups="\n".join(group_line(one) for one in draft.fairness_groups),
        texts=[(number, text, parts_of(text)) for number, text in enumerate(draft.texts)],
        part_names=PART_NAMES,
        galleries=[(one.gallery.id, one.gallery.id) for one in held],
        purposes=[(one.value, capital(plain(one))) for one in Purpose],
        places=PLACES,
        starts=[(one.value, capital(words)) for one, words in STARTS.items()],
        languages=_LANGUAGES,
        room=len(draft.texts) < MOST_TEXTS,
        longest=str(LONGEST_PART),
        previewed=previewed,
        errors=errors,
    )


def _blank(visit: Visit) -> NoticeDraft:
    held = galleries(visit)
    return NoticeDraft(
        id=NoticeId(""),
        purposes=frozenset(one.gallery.purpose for one in held),
        controller=Controller(name="", address="", contact=""),
        jurisdictions=frozenset(),
        storage=(),
        withdraw_at=f"{visit.service.parts.operator.origin}/subject" if held else "",
        retention_days=365,
        retention_from=RetentionStart.LAST_INTERACTION,
        texts=(_EMPTY,),
        consent_days=730,
    )


def typed_draft(form: Form) -> Typed:
    """Return the draft that a form says; numbers that are none become 0 and an error."""
    errors: dict[str, str] = {}
    start = next((one for one in RetentionStart if one.value == form.text("retention_from")), None)
    if start is None:
        errors["retention_from"] = "Choose from when it counts."
    draft = NoticeDraft(
        id=NoticeId(form.text("id")),
        gallery_id=GalleryId(form.text("gallery")) if form.text("gallery") else None,
        purposes=frozenset(one for one in Purpose if one.value in form.all("purposes")),
        controller=Controller(
            **{
                name: form.text(f"controller-{name}")
                for name in ("name", "address", "contact", "email", "phone", "url")
            }
        ),
        jurisdictions=frozenset(
            one for one in form.all("jurisdictions") if one in {tag for tag, _ in PLACES}
        ),
        storage=_lines(form.text("storage")),
        recipients=_lines(form.text("recipients")),
        fairness_groups=tuple(_asked(line) for line in _lines(form.text("fairness_groups"))),
        withdraw_at=form.text("withdraw_at"),
        retention_days=_days(form, "retention_days", errors) or 0,
        retention_from=start or RetentionStart.CAPTURE,
        consent_days=_days(form, "consent_days", errors) if form.text("consent_days") else None,
        texts=tuple(_texts(form)),
    )
    return Typed(draft, errors)


def _texts(form: Form) -> list[NoticeText]:
    """Return the texts that were typed; one whose fields are all empty is left out, but for the first."""
    found = []
    for number in range(MOST_TEXTS):
        said = {part: _plain_ends(form.text(f"text-{number}-{part}")) for part in (*PARTS, "release")}
        language = form.text(f"text-{number}-language")
        if number == 0 or any(said.values()):
            found.append(NoticeText(language=language, **said))
    return found


def _days(form: Form, name: str, errors: dict[str, str]) -> int | None:
    text = form.text(name)
    if text.isascii() and text.isdigit() and len(text) <= 5:  # noqa: PLR2004  36,500 has five digits
        return int(text)
    errors[name] = _FAULTS["out_of_range"]
    return None


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _asked(line: str) -> GroupQuestion:
    """Return what a line asks: a name, a colon, and the answers with semicolons between them."""
    name, _, answers = line.partition(":")
    return GroupQuestion(
        name=name.strip(), answers=tuple(one.strip() for one in answers.split(";") if one.strip())
    )


def _plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n")


def _placed(fault: str, draft: NoticeDraft) -> tuple[str, str]:
    """Return the field of the form that a fault is in, and what it says there."""
    place, _, word = fault.rpartition(":")
    text = _FAULTS.get(word, capital(word.replace("_", " ")))
    if place in _PLACES_OF_FAULTS:
        return _PLACES_OF_FAULTS[place], text
    if place.startswith("fairness_groups"):
        return "fairness_groups", _FAULTS_OF_GROUPS
    if place.startswith(("storage[", "recipients[")):
        return place.partition("[")[0], text
    if place.startswith("controller."):
        return place.replace(".", "-"), text
    languages = [one.language or "?" for one in draft.texts]
    language, _, part = place.partition(".")
    if language in languages:
        return f"text-{languages.index(language)}-{part or 'language'}", text
    return place, text


PAGES: Final = (
    Page(path=NEW, handler=begin, roles=OPERATORS),
    Page(path=NEW, handler=publish, roles=OPERATORS, method="POST"),
    Page(path=f"{ONE}/next", handler=again, roles=OPERATORS),
)
