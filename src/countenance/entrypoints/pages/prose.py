"""Texts that people wrote in Markdown, as HTML that can carry nothing but prose.

Raw HTML is shown as the letters that it is, pictures are not fetched, and a link that would run
something is left as text: CommonMark as markdown-it reads it, with HTML and images off.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_DEEPEST: Final = 6
_KEPT: Final = 64


@lru_cache(maxsize=_KEPT)
def prose(text: str, below: int = 1) -> Markup:
    """Return Markdown as HTML; its own headings begin one level beneath `below` (1 to 5).

    A text that begins with the title of its page need not say it again: a first heading of the
    first level is left out.
    """
    reader = _reader()
    tokens = reader.parse(text)
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        tokens = tokens[3:]
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    deeper = below + 1 - min(levels, default=1)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(_DEEPEST, int(token.tag[1]) + deeper)}"
        for inner in token.children or ():
            if inner.type == "link_open":
                inner.attrSet("rel", "noopener noreferrer nofollow")
    return Markup(reader.renderer.render(tokens, reader.options, {}))  # noqa: S704  every text in it was escaped by the renderer


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415  loaded with the first text, not at every start

    return MarkdownIt("commonmark", {"html": False, "linkify": False}).disable("image")
