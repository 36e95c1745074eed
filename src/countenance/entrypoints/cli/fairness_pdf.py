"""The report of a fairness measurement for paper: the same sections and plots as the page."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import matplotlib as mpl
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Image, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from countenance.entrypoints.pages.fairness_sections import sections
from countenance.entrypoints.pages.fairness_systems import systems_sections

if TYPE_CHECKING:
    from countenance.entrypoints.cli.fairness_plots import Plot

_FONT, _BOLD = "ReportSans", "ReportSans-Bold"
_INK, _SOFT, _LINE = colors.HexColor("#1a1a1a"), colors.HexColor("#595959"), colors.HexColor("#c9c9c9")
_EDGES = {"pass": "#00664b", "fail": "#a33c00", "insufficient": "#8a6100", "none": "#595959"}
_TITLES = {True: "Systems side by side", False: "Error rates by group"}
_MARGIN = 18 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_DOTS = 130


def pdf(document: Mapping[str, Any], drawn: Sequence[Plot]) -> bytes:
    """Return the report as PDF, the same bytes for the same figures."""
    _fonts()
    written = io.BytesIO()
    paper = SimpleDocTemplate(
        written,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=f"{_TITLES['systems' in document]}: {document['name']}",
        author="Countenance",
        invariant=1,
        lang="en",
    )
    told = list((_story_of_systems if "systems" in document else _story)(document, drawn))
    paper.build(told, onFirstPage=_numbered, onLaterPages=_numbered)
    return written.getvalue()


def _fonts() -> None:
    """Register the typeface that comes with the plotting library: it has more scripts than PDF's own."""
    if _FONT in pdfmetrics.getRegisteredFontNames():
        return
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    pdfmetrics.registerFont(TTFont(_FONT, str(folder / "DejaVuSans.ttf")))
    pdfmetrics.registerFont(TTFont(_BOLD, str(folder / "DejaVuSans-Bold.ttf")))


def _style(size: float, *, bold: bool = False, before: float = 0.0, soft: bool = False) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}-{bold}-{before}-{soft}",
        fontName=_BOLD if bold else _FONT,
        fontSize=size,
        leading=size * 1.4,
        textColor=_SOFT if soft else _INK,
        spaceBefore=before,
        spaceAfter=2.0,
    )


def _text(text: object, style: ParagraphStyle) -> Paragraph:
    """Return a paragraph; text that came with the data is never read as markup."""
    return Paragraph(escape(str(text)), style)


def _story(document: Mapping[str, Any], drawn: Sequence[Plot]) -> Iterator[Flowable]:
    parts = sections(document)
    body, head, heading = _style(9.0), _style(17.0, bold=True), _style(12.0, bold=True, before=10.0)
    yield _text(f"Error rates by group: {document['name']}", head)
    measured = f"Measured on {document['made_on']} over {document['images']:,} images of"
    yield _text(
        f"{measured} {document['subjects']:,} subjects, at one threshold for everybody.",
        _style(9.0, soft=True),
    )
    yield _verdict(parts["verdict"])
    yield _text("What each cap and group was found to be", heading)
    yield _table(
        ("What is limited", "Cap", "Group", "Verdict", "Why"), parts["verdicts"], (2.2, 1, 2.2, 1.8, 4)
    )
    yield _text("Rates of each group", heading)
    yield from _rates(parts)
    for plot in drawn:
        yield _picture(plot)
    yield _text("How far the groups lie apart", heading)
    yield _table(("Measure", "Value", "Equal at", "How to read it"), parts["measures"], (3, 1.6, 1, 5))
    yield from (_text(one, body) for one in (*parts["notes"], parts["yoked"]))
    yield _table(
        ("Group", "Pairs within the group (FMR)", "Pairs with anybody (FMR)"), parts["kinds"], (2, 2, 2)
    )
    yield _text("Searching a gallery", heading)
    yield from _searches(parts["searches"])
    for title, lines in (
        ("Failures to acquire", _failures(parts["failures"])),
        ("What the data is, and is not", parts["data"]),
        ("Limits", parts["limits"]),
        ("Method", parts["method"]),
        (
            "How to reproduce and check this report",
            [f"{name}: {value}" for name, value in parts["reproduce"]],
        ),
    ):
        yield _text(title, heading)
        yield from (_text(line, body) for line in lines)


def _story_of_systems(document: Mapping[str, Any], drawn: Sequence[Plot]) -> Iterator[Flowable]:
    parts = systems_sections(document)
    body, head, heading = _style(9.0), _style(17.0, bold=True), _style(12.0, bold=True, before=10.0)
    yield _text(f"{_TITLES[True]}: {document['name']}", head)
    compared = f"Compared on {document['made_on']} on the same {document['pairs']:,} pairs of images."
    yield _text(compared, _style(9.0, soft=True))
    yield _verdict(parts["verdict"])
    yield _text("Where they differ, pair by pair", heading)
    apart = [
        {name: one[name] for name in ("system", "group", "kind", "told", "pairs", "shown")}
        for one in parts["differences"]
    ]
    names: tuple[str, ...] = ("System", "Group", "Error", "Difference and 95 % interval", "Pairs", "Shown")
    yield _table(names, apart, (1.6, 2, 3, 3, 1, 1))
    for plot in drawn:
        yield _picture(plot)
    yield _text("Rates of each system and group", heading)
    names = ("System", "Group", "FMR", "Trials", "FNMR", "Trials")
    yield _table(names, parts["rates"], (1.6, 2, 3, 1, 3, 1))
    yield _text("What each cap and group was found to be", heading)
    names = ("System", "What is limited", "Cap", "Group", "Verdict", "Why")
    yield _table(names, parts["verdicts"], (1.4, 2, 1, 1.8, 1.8, 3.6))
    yield _text("The systems", heading)
    names = ("Name", "Kind", "What it is", "Threshold", "Not compared")
    yield _table(names, parts["systems"], (1.4, 1.4, 5, 1, 1.2))
    for title, lines in (
        ("Limits and method", (*parts["limits"], *parts["method"], *document["remarks"])),
        ("How to reproduce and check this report", [f"{a}: {b}" for a, b in parts["reproduce"]]),
    ):
        yield _text(title, heading)
        yield from (_text(line, body) for line in lines)


def _verdict(verdict: Mapping[str, Any]) -> Flowable:
    lines = [_text(verdict["word"], _style(13.0, bold=True))]
    lines += [_text(one, _style(9.5)) for one in (verdict["sentence"], *verdict["foremost"])]
    box = Table([[lines]], colWidths=[_WIDTH], spaceBefore=8, spaceAfter=4)
    edge = colors.HexColor(_EDGES[verdict["style"]])
    box.setStyle([("BOX", (0, 0), (-1, -1), 1, edge), ("LINEBEFORE", (0, 0), (0, -1), 7, edge)])
    box.setStyle([("LEFTPADDING", (0, 0), (-1, -1), 12), ("TOPPADDING", (0, 0), (-1, -1), 6)])
    return box


def _rates(parts: Mapping[str, Any]) -> Iterator[Flowable]:
    names = ("Group", "FMR", "FNMR", "FTA", "Mated", "Non-mated", "Subjects")
    for table in parts["rates"]:
        yield _text(f"By {table['title']}", _style(9.5, bold=True, before=4.0))
        yield _table(names, table["rows"], (2.2, 2.6, 2.6, 2.4, 1, 1.6, 1.3))
    yield _text("With failures carried", _style(9.5, bold=True, before=4.0))
    yield _table(
        ("Group", "FTE", "FAR", "FRR", "GFAR", "GFRR"), parts["carried"], (2.4, 2.4, 1.4, 1.4, 1.4, 1.4)
    )


def _searches(parts: Mapping[str, Any]) -> Iterator[Flowable]:
    body = _style(9.0)
    if parts["measured"]:
        yield _text(parts["gallery"], body)
        names = ("Group searched for", "FPIR", "Searches", "FNIR", "Searches", "No usable face")
        yield _table(names, parts["measured"], (2.4, 2.6, 1, 2.6, 1, 1.2))
    yield _text(parts["how"], body)
    rows = [[row["name"], *row["rates"], row["supported"]] for row in parts["projected"]]
    names = ("Group", *parts["sizes"], "30 seen")
    yield _cells([list(names), *rows], [2.4, *(1.2 for _ in parts["sizes"]), 1])
    if parts["largest"]:
        yield _text(parts["largest"], body)


def _failures(failures: Sequence[Mapping[str, str]]) -> list[str]:
    told = [f"{one['group']}: {one['code']}, {one['count']} images" for one in failures]
    return told or ["Every image gave a usable face."]


def _table(head: Sequence[str], rows: Sequence[Mapping[str, Any]], widths: Sequence[float]) -> Flowable:
    """Return a table of mappings, whose values stand in the order of the columns."""
    return _cells([list(head), *([str(value) for value in row.values()] for row in rows)], widths)


def _cells(rows: Sequence[Sequence[str]], widths: Sequence[float]) -> Flowable:
    head, plain = _style(7.0, bold=True), _style(7.0)
    total = sum(widths)
    table = Table(
        [[_text(cell, plain if number else head) for cell in row] for number, row in enumerate(rows)],
        colWidths=[_WIDTH * width / total for width in widths],
        repeatRows=1,
        spaceBefore=3,
        spaceAfter=5,
    )
    table.setStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    table.setStyle([("TOPPADDING", (0, 0), (-1, -1), 1.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5)])
    table.setStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 5)])
    return table


def _picture(plot: Plot) -> Flowable:
    drawn = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a script that the font lacks shows as boxes
        plot.figure.savefig(drawn, format="png", dpi=_DOTS, metadata={"Software": None})
    drawn.seek(0)
    width, height = plot.figure.get_size_inches()
    scale = min(72.0, _WIDTH / width, 0.75 * A4[1] / height)  # points to an inch, or smaller
    return KeepTogether(
        [
            _text(plot.title, _style(9.5, bold=True, before=6.0)),
            Image(drawn, width=width * scale, height=height * scale),
            _text(plot.words, _style(8.0, soft=True)),
            Spacer(1, 4),
        ]
    )


def _numbered(canvas: Any, paper: Any) -> None:  # noqa: ANN401  reportlab's own
    canvas.setFont(_FONT, 7)
    canvas.setFillColor(_SOFT)
    canvas.drawRightString(A4[0] - _MARGIN, 10 * mm, f"{paper.page}")
