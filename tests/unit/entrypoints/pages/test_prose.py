"""Texts in Markdown: headings find their place, and nothing but prose comes out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countenance.entrypoints.pages.prose import prose
from countenance.vetting.terms_of_use import shipped_terms

PLAIN = {
    "p",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "em",
    "strong",
    "code",
    "pre",
    "blockquote",
    "hr",
}
PLAIN |= {"br", "a"}
ATTRIBUTES = {"a": {"href", "title", "rel"}, "ol": {"start"}, "code": {"class"}}


class Tags(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_headings_stand_one_level_beneath_the_page_and_its_title_is_not_said_twice() -> None:
    shown = prose("# Terms\n\nHello.\n\n## First\n\n### Deeper\n")
    assert shown == "<p>Hello.</p>\n<h2>First</h2>\n<h3>Deeper</h3>\n"
    assert "<h4>First</h4>" in prose("# Terms\n\n## First\n", 3)


def test_the_shipped_terms_are_headings_and_numbered_lists_that_go_on() -> None:
    shown = prose(shipped_terms()[0].text)
    assert "<h2>No discrimination</h2>" in shown
    assert '<ol start="4">' in shown
    assert "##" not in shown


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "before <img src=x onerror=alert(1)> after",
        "[click](javascript:alert(1))",
        "[click](JaVaScRiPt&colon;alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "![seen](https://tracker.example/pixel.png)",
        "<a href='javascript:alert(1)'>x</a>",
        '[x](https://a.example "onmouseover=alert(1)\\" x=\\"")',
        "```html\n<script>alert(1)</script>\n```",
        "# <svg onload=alert(1)>",
    ],
)
def test_nothing_in_a_text_runs_or_fetches(hostile: str) -> None:
    assert_plain(prose(hostile))


@given(st.text(alphabet=st.sampled_from("<>[]()!#*`\"'&:/=\n javscriptonmglhef"), max_size=120))
def test_whatever_is_written_there_is_prose_alone(text: str) -> None:
    assert_plain(prose(text))


def assert_plain(shown: str) -> None:
    for tag, attributes in Tags(shown).found:
        assert tag in PLAIN
        assert set(attributes) <= ATTRIBUTES.get(tag, set())
        assert not re.match(r"\s*(javascript|data|vbscript)\s*:", attributes.get("href") or "", re.IGNORECASE)
