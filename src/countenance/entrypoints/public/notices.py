"""A published notice, for whoever stands before it with a telephone: in their language, without a login."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from countenance.consent.notice import NOTICE_ID, Notice, NoticeId, NoticeText
from countenance.entrypoints.public.answering import Page, Reading
from countenance.errors import NotFoundError

_LONGEST: Final = 35
_MOST_WANTED: Final = 10


def newest(reading: Reading) -> Response:
    """Show the newest version of a notice."""
    return _shown(reading, None)


def version(reading: Reading) -> Response:
    """Show one version, and say where a newer one is."""
    number = reading.part("version")
    if not number.isascii() or not number.isdigit() or number.startswith("0") or len(number) > 9:  # noqa: PLR2004  as `named_version` has it
        raise NotFoundError("there is no such version")
    return _shown(reading, int(number))


def _shown(reading: Reading, number: int | None) -> Response:
    from countenance.entrypoints.pages.notice_sheets import headed  # noqa: PLC0415  what draws is loaded late

    name = reading.part("notice_id")
    if not NOTICE_ID.fullmatch(name):
        raise NotFoundError("there is no such notice")
    notice, last = reading.service.consent.public_notices(NoticeId(name), number)
    text = _text(reading, notice)
    response = reading.page(
        "notice.html",
        notice=notice,
        text=text,
        parts=headed(text),
        level=2,
        newest=last,
        others=[one for one in notice.draft.texts if one is not text],
    )
    response.headers["Content-Language"] = text.language
    response.headers["Vary"] = "Accept-Language"
    return response


def _text(reading: Reading, notice: Notice) -> NoticeText:
    """Return the text in the language asked for, else in the first that the reader's browser names."""
    asked = reading.query.get("language", "")[:_LONGEST]
    if asked:
        return notice.draft.best_text(asked)
    header = reading.request.headers.get("accept-language", "")
    for wanted in header.split(",")[:_MOST_WANTED]:
        tag = wanted.split(";")[0].strip()[:_LONGEST]
        found = notice.draft.best_text(tag) if tag else notice.draft.texts[0]
        if found.language.partition("-")[0] == tag.partition("-")[0].lower():
            return found
    return notice.draft.texts[0]


PAGES: Final = (
    Page(path="/notices/{notice_id}", handler=newest),
    Page(path="/notices/{notice_id}/{version}", handler=version, seconds=300),
)
"""Not listed: whoever is told of a notice is led to it."""
