"""What crawlers are told: the public pages are for them, and nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from starlette.responses import PlainTextResponse, Response

from countenance.entrypoints.public.answering import Page, Reading

_CLOSED: Final = ("/console", "/v1", "/ledger/tile", "/ledger/proof", "/*?")


def pages_about(pages: Sequence[Page]) -> tuple[Page, ...]:
    """Return `robots.txt` and `sitemap.xml` of `pages`."""
    listed = tuple(page.path for page in pages if page.listed)

    def robots(reading: Reading) -> Response:
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED), "Allow: /"]
        return PlainTextResponse("\n".join([*lines, "", f"Sitemap: {_origin(reading)}/sitemap.xml", ""]))

    def sitemap(reading: Reading) -> Response:
        origin = escape(_origin(reading))
        urls = "".join(f"<url><loc>{origin}{path}</loc></url>\n" for path in listed)
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
        )
        return Response(text, media_type="application/xml")

    return (
        Page(path="/robots.txt", handler=robots, seconds=300),
        Page(path="/sitemap.xml", handler=sitemap, seconds=300),
    )


def _origin(reading: Reading) -> str:
    """Return the origin that is set, else where the server listens; no caller's word is taken for it."""
    origin = reading.service.public.operator.origin
    host, port = getattr(reading.service.parts, "listen", ("127.0.0.1", 0))
    return origin or f"http://{host}:{port}"
