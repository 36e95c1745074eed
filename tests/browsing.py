"""Opening pages in a browser, for the tests at the end of the line."""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import ConsoleMessage, Page

PHONE, DESKTOP = 390, 1440


class Opens(Protocol):
    def __call__(self, who: str | None, width: int, *, scripts: bool, dark: bool) -> Page: ...


class Window:
    """Opens pages, and keeps what the browser complains of."""

    def __init__(self, new: Opens) -> None:
        self.new = new
        self.complaints: list[str] = []

    def open(
        self, who: str | None, path: str, width: int = DESKTOP, *, scripts: bool = True, dark: bool = False
    ) -> Page:
        """Open a page as somebody who has signed in, or as a stranger."""
        page = self.new(who, width, scripts=scripts, dark=dark)
        page.set_default_timeout(10_000)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(path)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.complaints.append(message.text)


def whole(page: Page) -> Page:
    """Wait until a page is there with its pictures and its scripts listen; return the page.

    A click that leads to another page comes back as soon as the other page begins. What asks the page at
    once (a count, its source, a key pressed) has to wait for the rest of it first.
    """
    page.wait_for_load_state("load")
    return page


def wider_than(page: Page, width: int) -> bool:
    """Tell whether a page has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth") > width)
