"""A notice for the screen, for print, and as a QR code that leads to it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Final

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined
from reportlab.platypus import Flowable, KeepTogether, Spacer

from countenance.consent.notice import PARTS, Notice, NoticeText
from countenance.entrypoints.pages.environment import PAGES
from countenance.entrypoints.pages.printing import (
    HEADING,
    SMALL,
    TITLE,
    code,
    paragraph,
    require_letters,
    sheet,
)
from countenance.errors import StateError

_LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        "Who",
        "What is taken",
        "What for",
        "For how long it is used",
        "When it is destroyed",
        "How to withdraw",
        "The equal way without biometrics",
        "Where to ask and complain",
        "Written release",
    ),
    "de": (
        "Wer",
        "Was aufgenommen wird",
        "Wozu",
        "Wie lange es verwendet wird",
        "Wann es vernichtet wird",
        "Wie Sie widerrufen",
        "Der gleichwertige Weg ohne Biometrie",
        "Wo Sie fragen und sich beschweren",
        "Schriftliche Einwilligung",
    ),
    "fr": (
        "Qui",
        "Ce qui est pris",
        "Pour quoi faire",
        "Durée de l'utilisation",
        "Quand c'est détruit",
        "Comment retirer",
        "La voie équivalente sans biométrie",
        "Où demander et se plaindre",
        "Consentement écrit",
    ),
    "it": (
        "Chi",
        "Che cosa viene rilevato",
        "A quale scopo",
        "Per quanto tempo viene usato",
        "Quando viene distrutto",
        "Come revocare",
        "La via equivalente senza biometria",
        "Dove chiedere e reclamare",
        "Consenso scritto",
    ),
    "es": (
        "Quién",
        "Qué se toma",
        "Para qué",
        "Cuánto tiempo se usa",
        "Cuándo se destruye",
        "Cómo retirarlo",
        "La vía equivalente sin biometría",
        "Dónde preguntar y reclamar",
        "Autorización por escrito",
    ),
}
"""Headings of the parts, in their order; a text in another language stands without headings."""

_QR_SCALE: Final = 8


def headed(text: NoticeText) -> tuple[tuple[str, str], ...]:
    """Return the parts of a text in order, each with its heading, empty where the language has none here."""
    names = (*PARTS[1:], "release")
    labels = _LABELS.get(text.language.partition("-")[0], ("",) * len(names))
    parts = ((label, getattr(text, name)) for label, name in zip(labels, names, strict=True))
    return tuple((label, part) for label, part in parts if part.strip())


def fragment(notice: Notice, text: NoticeText) -> str:
    """Return the notice as HTML that can be put into any page; every text of it is escaped."""
    environment = Environment(
        loader=PackageLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    template = environment.get_template("notice_text.html")
    return template.render(notice=notice, text=text, parts=headed(text), level=2)


def pdf(notice: Notice, text: NoticeText, address: str) -> bytes:
    """Return the notice on A4, with the QR code that leads to it where its address is whole.

    Raises `InvalidInputError` for a script that cannot be printed here.
    """
    parts = headed(text)
    require_letters([text.title, *(word for part in parts for word in part)])
    flow: list[Flowable] = [paragraph(text.title, TITLE)]
    for label, part in parts:
        heading = [paragraph(label, HEADING)] if label else [Spacer(1, 6)]
        flow.append(KeepTogether([*heading, paragraph(part)]))
    party = notice.draft.controller
    flow += [Spacer(1, 12), paragraph(f"{party.name} · {party.address} · {party.contact}", SMALL)]
    if _is_whole(address):
        flow.append(KeepTogether([code(address), paragraph(address, SMALL)]))
    told = f"{notice.name} · {text.language} · {notice.published:%Y-%m-%d} · SHA-256 {notice.digest}"
    return sheet(f"{text.title} ({notice.name})", party.name, [*flow, Spacer(1, 6), paragraph(told, SMALL)])


def qr_svg(address: str) -> bytes:
    """Return the QR code as SVG; raises `StateError` where the installation has no public origin."""
    return _qr(address, "svg")


def qr_png(address: str) -> bytes:
    """Return the QR code as PNG; raises `StateError` as above."""
    return _qr(address, "png")


def _qr(address: str, kind: str) -> bytes:
    if not _is_whole(address):
        raise StateError(
            "no code can lead to a notice while the installation has no public origin: "
            "set COUNTENANCE_PUBLIC_ORIGIN"
        )
    target = io.BytesIO()
    segno.make(address, error="m").save(target, kind=kind, scale=_QR_SCALE, border=4)
    return target.getvalue()


def _is_whole(address: str) -> bool:
    return address.startswith(("https://", "http://"))
