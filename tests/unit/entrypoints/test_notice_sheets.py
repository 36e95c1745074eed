from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from contract.examples_consent import draft, notice, text
from countenance.consent.notice import Notice
from countenance.entrypoints.pages import notice_sheets
from countenance.errors import InvalidInputError, StateError

ADDRESS = "https://faces.example/notices/doors/1"


def saying(**parts: str) -> Notice:
    return replace(notice(), draft=draft(texts=(replace(text(), **parts),)))


def test_the_code_leads_to_the_notice() -> None:
    image = cv2.imdecode(np.frombuffer(notice_sheets.qr_png(ADDRESS), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert cv2.QRCodeDetector().detectAndDecode(image)[0] == ADDRESS
    assert b"<svg" in notice_sheets.qr_svg(ADDRESS)


def test_no_code_leads_nowhere() -> None:
    with pytest.raises(StateError, match="no public origin"):
        notice_sheets.qr_png("/notices/doors/1")


def test_nothing_that_is_written_in_a_notice_is_markup() -> None:
    hostile = saying(who='<script>alert("x")</script>\n& more', title="<b>")
    shown = notice_sheets.fragment(hostile, hostile.draft.texts[0])
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert "&lt;script&gt;" in shown
    assert "<br>&amp; more" in shown
    assert notice_sheets.pdf(hostile, hostile.draft.texts[0], ADDRESS)[:5] == b"%PDF-"


def test_headings_are_in_the_language_of_the_text_or_left_out() -> None:
    named = dict(notice_sheets.headed(text("de-CH")))
    assert "Wie Sie widerrufen" in named
    assert {label for label, _ in notice_sheets.headed(text("rm"))} == {""}


def test_the_words_of_a_release_are_shown_only_where_there_are_any() -> None:
    assert len(notice_sheets.headed(text())) == len(notice_sheets.headed(text(release=""))) + 1


@pytest.mark.parametrize("words", ["顔", "وجه", "चेहरा"])
def test_a_script_that_cannot_be_printed_is_told_and_not_printed_as_boxes(words: str) -> None:
    foreign = saying(what=words)
    assert words in notice_sheets.fragment(foreign, foreign.draft.texts[0])
    with pytest.raises(InvalidInputError, match="cannot show"):
        notice_sheets.pdf(foreign, foreign.draft.texts[0], ADDRESS)


@pytest.mark.parametrize("words", ["Лицо", "Πρόσωπο", "Twarz żółta", "yüz"])
def test_latin_greek_and_cyrillic_are_printed(words: str) -> None:
    local = saying(what=words)
    assert notice_sheets.pdf(local, local.draft.texts[0], ADDRESS)[:5] == b"%PDF-"


def test_the_same_notice_gives_the_same_sheet() -> None:
    one = notice()
    assert notice_sheets.pdf(one, one.draft.texts[0], ADDRESS) == notice_sheets.pdf(
        one, one.draft.texts[0], ADDRESS
    )
