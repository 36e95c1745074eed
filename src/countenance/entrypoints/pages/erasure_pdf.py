"""The receipt of an erasure on paper."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, Preformatted, SimpleDocTemplate, Spacer, Table

from countenance.entrypoints.pages.receipt_words import words_in

CAUSES: Final = {
    "consent_withdrawn": "The consent was withdrawn.",
    "retention_ended": "The time for which it could be kept was over.",
    "subject_request": "The subject asked for it.",
    "operator": "The operator removed the subject.",
    "drill": "A rehearsal with a subject that nobody is.",
}
UNREACHED: Final = {
    "backups": "Backups made before. The key that opens them is destroyed here; a backup holds its own copy.",
    "database_pages": "Old pages of the database, until it cleans them up by itself.",
    "answers_given": "Answers given to callers before: nobody can call them back.",
    "consent_record": "The record that consent was given and withdrawn, kept to show that the law was kept.",
    "loose_faces": "Faces kept for a while without a name, which were not taken for the subject.",
    "same_photograph": "The same photograph is enrolled under another id of the gallery.",
    "silent_process": "Processes that were not heard of any more; what they held in memory ends with them.",
}
_HOW: Final = (
    "The receipt as JSON holds, for each reference, the proof that it was in the manifest before and "
    "that it is not in the manifest after. {command} checks it without a network; the documentation says "
    "how to write another program for it. The log's key is {key}: compare it with the one that the operator "
    "publishes."
)
_ENTRY: Final = "The log's entry of {what}, and the proof that it is in the log"
_WIDTH: Final = 92
"""Characters of a line of fixed width."""


def receipt_to_pdf(document: Mapping[str, Any], language: str = "en") -> bytes:
    """Return the receipt as PDF, A4, in English or German.

    The same receipt gives the same words; the JSON is what is checked.
    """
    say = words_in(language)
    target = io.BytesIO()
    body: Mapping[str, Any] = document["receipt"]
    page = SimpleDocTemplate(
        target,
        pagesize=A4,
        title=f"{say('Receipt of erasure')} {body['erasure']}",
        author=body["log"],
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        invariant=1,
    )
    page.build([*_summary(body, say), *_unreached(body, say), *_proof(document, say)])
    return target.getvalue()


def _styles() -> tuple[ParagraphStyle, ParagraphStyle, ParagraphStyle, ParagraphStyle]:
    sheet = getSampleStyleSheet()
    text = ParagraphStyle("text", parent=sheet["BodyText"], alignment=TA_LEFT, leading=13, fontSize=9.5)
    fixed = ParagraphStyle("fixed", parent=sheet["Code"], fontSize=6.6, leading=8.2, leftIndent=0)
    return sheet["Title"], sheet["Heading2"], text, fixed


def _summary(body: Mapping[str, Any], say: Callable[[str], str]) -> list[Flowable]:
    title, _, text, _ = _styles()
    probe, before, after = body["probe"], body["manifest"]["before"], body["manifest"]["after"]
    searched = (
        say("A search with the {count} erased templates found {found} of them.").format(
            count=probe["templates"], found=probe["found"]
        )
        if probe["ran"]
        else say("Not searched with: the process ended first, and the templates were gone with it.")
    )
    rows = [
        ("Erasure", body["erasure"]),
        ("Gallery", body["gallery"]),
        ("Subject, as the log names it", body["subject"] or say("never named in the log")),
        ("Why", say(CAUSES[body["cause"]]) if body["cause"] in CAUSES else body["cause"]),
        ("Erased", body["erased"]),
        ("References erased", str(body["references"])),
        ("Manifest before", f"{before['root']}, {before['size']} {say('references')}"),
        ("Manifest after", f"{after['root']}, {after['size']} {say('references')}"),
        ("Afterwards", searched),
        ("Processes that followed", str(body["processes"]["followed"])),
        ("Complete", body["completed"]),
    ]
    table = Table(
        [
            [Paragraph(f"<b>{escape(say(name))}</b>", text), Paragraph(escape(value), text)]
            for name, value in rows
        ],
        colWidths=[48 * mm, 122 * mm],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.lightgrey)],
    )
    return [Paragraph(say("Receipt of erasure"), title), table, Spacer(1, 6 * mm)]


def _unreached(body: Mapping[str, Any], say: Callable[[str], str]) -> list[Flowable]:
    _, heading, text, _ = _styles()
    lines: list[Flowable] = [Paragraph(say("What could not be reached, or is kept"), heading)]
    for limit in body["unreached"]:
        words = say(UNREACHED[limit["what"]]) if limit["what"] in UNREACHED else limit["what"]
        until = (
            f" {say('Until')} {limit['until']}."
            if limit["until"]
            else f" {say('Nobody here can say until when.')}"
        )
        kept = "" if limit["what"] in {"consent_record", "answers_given"} else until
        lines.append(Paragraph(f"\N{BULLET} {escape(words)}{escape(kept)}", text))
    return lines


def _proof(document: Mapping[str, Any], say: Callable[[str], str]) -> list[Flowable]:
    _, heading, text, fixed = _styles()
    body = document["receipt"]
    flow: list[Flowable] = [
        Paragraph(say("How to check it"), heading),
        Paragraph(
            say(_HOW).format(
                command="<font face='Courier'>countenance erasure verify</font>",
                key=f"<font face='Courier'>{escape(body['signer'])}</font>",
            ),
            text,
        ),
    ]
    for name, entry in zip(("the receipt", "the erasure"), document["entries"], strict=True):
        leaf = json.dumps(json.loads(entry["leaf"]), indent=1)
        flow += [
            Paragraph(say(_ENTRY).format(what=say(name)), heading),
            Preformatted(leaf, fixed, maxLineLength=_WIDTH),
            Spacer(1, 2 * mm),
            Preformatted(entry["proof"], fixed, maxLineLength=_WIDTH),
        ]
    return flow
