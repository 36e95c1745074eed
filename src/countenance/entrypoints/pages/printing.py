"""What sheets on paper have in common: letters of many scripts, headings, tables of facts, codes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

import segno
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, Preformatted, SimpleDocTemplate, Table

from countenance.errors import InvalidInputError

_FONT: Final = "DejaVuSans"
_BOLD: Final = "DejaVuSans-Bold"
_FIXED: Final = "DejaVuSansMono"
_MARGIN: Final = 20 * mm
WIDTH: Final = A4[0] - 2 * _MARGIN
_LABEL: Final = 46 * mm
LINE: Final = 88
"""Characters of a line of fixed width."""

TITLE: Final = ParagraphStyle(
    "title", fontName=_BOLD, fontSize=17, leading=21, spaceAfter=10, alignment=TA_LEFT
)
HEADING: Final = ParagraphStyle(
    "heading", fontName=_BOLD, fontSize=11, leading=14, spaceBefore=9, spaceAfter=3
)
TEXT: Final = ParagraphStyle("text", fontName=_FONT, fontSize=9.5, leading=13.5)
SMALL: Final = ParagraphStyle(
    "small", fontName=_FONT, fontSize=7.5, leading=10, textColor=colors.HexColor("#444444")
)
FIXED: Final = ParagraphStyle("fixed", fontName=_FIXED, fontSize=6.4, leading=8)


@cache
def _letters() -> frozenset[int]:
    """Register the fonts, which come with the program's dependencies, and return what they can show."""
    spec = find_spec("matplotlib")
    places = spec.submodule_search_locations if spec is not None else None
    folder = Path(next(iter(places or ["."]))) / "mpl-data" / "fonts" / "ttf"
    for name in (_FONT, _BOLD, _FIXED):
        pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
    return frozenset(pdfmetrics.getFont(_FONT).face.charToGlyph) | {ord("\n")}


def sheet(title: str, author: str, flow: Sequence[Flowable]) -> bytes:
    """Return a PDF of A4 pages; the same flow gives the same bytes."""
    target = io.BytesIO()
    page = SimpleDocTemplate(
        target,
        pagesize=A4,
        title=title,
        author=author,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        invariant=1,
    )
    page.build(list(flow))
    return target.getvalue()


def require_letters(texts: Iterable[str]) -> None:
    """Return if every letter can be printed, else raise `InvalidInputError`: nothing is printed as a box.

    Scripts that are written from right to left, or whose letters join, are not laid out here.
    """
    known = _letters()
    unknown = sorted({letter for text in texts for letter in text if not _shown(letter, known)})
    if unknown:
        codes = ", ".join(f"U+{ord(letter):04X}" for letter in unknown[:5])
        raise InvalidInputError(
            f"letters that the printed sheet cannot show: {codes}; the page on screen can"
        )


_JOINED: Final = ((0x0590, 0x08FF), (0x0900, 0x0DFF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF))


def _shown(letter: str, known: frozenset[int]) -> bool:
    code = ord(letter)
    return code in known and not any(first <= code <= last for first, last in _JOINED)


def paragraph(text: str, style: ParagraphStyle = TEXT) -> Paragraph:
    """Return a text as it is written: nothing in it is markup, and line breaks stay."""
    _letters()
    return Paragraph(escape(text).replace("\n", "<br/>"), style)


def fixed(text: str) -> Preformatted:
    """Return lines of fixed width, broken where they are too long."""
    _letters()
    return Preformatted(text, FIXED, maxLineLength=LINE)


def facts(rows: Iterable[tuple[str, str]]) -> Table:
    """Return labels and values in two columns."""
    bold = ParagraphStyle("label", parent=TEXT, fontName=_BOLD)
    cells = [[paragraph(name, bold), paragraph(value)] for name, value in rows]
    lines = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.lightgrey)]
    return Table(cells, colWidths=[_LABEL, WIDTH - _LABEL], style=lines)


def code(address: str, size: float = 32 * mm) -> Drawing:
    """Return a QR code that leads to `address`, `size` points wide, with its quiet zone."""
    rows = [list(row) for row in segno.make(address, error="m").matrix_iter(border=4)]
    unit = size / len(rows)
    drawing = Drawing(size, size)
    for down, row in enumerate(rows):
        for right, dark in enumerate(row):
            if dark:
                place = right * unit, size - (down + 1) * unit
                drawing.add(Rect(*place, unit, unit, fillColor=colors.black, strokeColor=None, strokeWidth=0))
    return drawing
