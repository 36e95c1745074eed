"""A page as everybody gets it: on a phone and on a desk, light and dark, before all of axe's rules."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from browsing import DESKTOP, PHONE, whole, wider_than

SCREENSHOTS: Final = os.environ.get("COUNTENANCE_SCREENSHOTS")
"""A folder that pictures of the pages are put into, if it is named."""

_RUN: Final = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"], elementRef: false});
  return found.violations.filter((one) => ["serious", "critical", "moderate"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}"""
_OPEN: Final = """() => { for (const held of document.querySelectorAll("details")) held.open = true; }"""


def faults_of(page: Page, name: str = "", *, opened: bool = True) -> list[str]:
    """What is wrong with a page at either width, in light and in dark; each fault says where.

    Every rule of axe's own choice counts, not only those of WCAG, whatever is hidden until somebody
    opens it, unless not `opened`. With a name, pictures are taken where they are asked for.
    """
    found: list[str] = []
    whole(page).emulate_media(reduced_motion="reduce")
    page.evaluate(AXE_SCRIPT)
    for width in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        if wider_than(page, width):
            found.append(f"{width}: it has to be scrolled sideways")
        picture(page, f"{name}-{width}" if name else "")
    if opened:
        page.evaluate(_OPEN)
    for width in (PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": 900})
        if opened and wider_than(page, width):
            found.append(f"{width}: opened it has to be scrolled sideways")
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # the two words that it knows
            found += [f"{width} {scheme}: {fault}" for fault in page.evaluate(_RUN)]
    return found


def picture(page: Page, name: str) -> None:
    """Take a picture of the page, where pictures are asked for."""
    if SCREENSHOTS is not None and name:
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)
