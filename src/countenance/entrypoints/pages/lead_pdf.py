"""The certificate of a lead on paper: what it is not comes before whom it names."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from countenance.oversight.certificate import LeadCertificate

ACTS: Final = {
    "arrest": "an arrest",
    "search_of_person_or_home": "a search of a person or a home",
    "charge": "a charge",
    "line_up": "a line-up or a photograph shown to witnesses",
    "adverse_decision": "any decision to somebody's disadvantage",
}


def lead_pdf(certificate: LeadCertificate) -> bytes:
    """Return the certificate as PDF, A4; the same certificate gives the same bytes."""
    target = io.BytesIO()
    page = SimpleDocTemplate(
        target,
        pagesize=A4,
        title=f"Lead of case {certificate.case_id}",
        author="Countenance",
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        invariant=1,
    )
    page.build(_story(certificate))
    return target.getvalue()


def _story(told: LeadCertificate) -> list[Flowable]:
    sheet = getSampleStyleSheet()
    text = ParagraphStyle("text", parent=sheet["BodyText"], alignment=TA_LEFT, leading=13, fontSize=9.5)
    warning = ParagraphStyle("warning", parent=text, fontSize=11, leading=15, borderWidth=1, borderPadding=6)
    banned = ", ".join(ACTS.get(word, word) for word in told.banned_on_this_alone)
    return [
        Paragraph("Lead certificate", sheet["Title"]),
        Paragraph(f"<b>{escape(told.statement)}</b>", warning),
        Spacer(1, 6 * mm),
        Paragraph(f"On this alone there must not be: {escape(banned)}.", text),
        Paragraph("What is still needed", sheet["Heading2"]),
        *(Paragraph(f"\N{BULLET} {escape(one)}", text) for one in told.still_needed),
        Paragraph("The lead", sheet["Heading2"]),
        _table(told, text),
    ]


def _table(told: LeadCertificate, text: ParagraphStyle) -> Table:
    rows = [
        ("Case", told.case_id),
        ("Gallery", told.gallery_id),
        ("Subjects, as the gallery names them", ", ".join(told.subjects) or "nobody who still takes part"),
        ("Judged by", f"{told.examiners} examiners who agree, each alone and without scores or names"),
        ("Released", _moment(told.released)),
        ("Ends", _moment(told.expires)),
        ("Decision", told.decision_id),
        ("Recognition model, SHA-256", told.model_digest),
        ("Ledger entry of the release", str(told.entry)),
    ]
    return Table(
        [[Paragraph(f"<b>{escape(name)}</b>", text), Paragraph(escape(value), text)] for name, value in rows],
        colWidths=[48 * mm, 122 * mm],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.lightgrey)],
    )


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
