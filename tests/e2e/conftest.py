"""A real browser before a real server: one of each for a module."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from browsing import Window
from console_stage import ConsoleStage, console_stage, serving

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


Launch = Callable[..., Browser]


@pytest.fixture(scope="module")
def launch() -> Iterator[Launch]:
    """Start browsers, with arguments beside the usual ones.

    A process has one Playwright only, and while it is there the thread counts as inside its event loop:
    it ends with its module, before others call `asyncio.run`.
    """
    path = next((path for path in CHROMIUM if Path(path).exists()), shutil.which("chromium"))
    if path is None:
        pytest.skip("there is no Chromium on this machine: these tests need a real browser")
    with sync_playwright() as playwright:
        yield lambda *more: playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *more])


@pytest.fixture(scope="module")
def browser(launch: Launch) -> Iterator[Browser]:
    found = launch()
    yield found
    found.close()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleStage]:
    found = console_stage(tmp_path_factory.mktemp("e2e"))
    found.live_through()
    yield found
    found.stage.check_ledger()
    found.stage.parts.close()


@pytest.fixture(scope="module")
def origin(stage: ConsoleStage) -> Iterator[str]:
    with serving(stage) as found:
        yield found


@pytest.fixture
def window(browser: Browser, stage: ConsoleStage, origin: str) -> Iterator[Window]:
    """Opens pages as anybody, at any width; complains of whatever the browser complains of."""
    contexts: list[BrowserContext] = []

    def new(who: str | None, width: int, *, scripts: bool, dark: bool) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            base_url=origin,
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        if who is not None:
            token = stage.sessions[who].token
            context.add_cookies([{"name": "countenance", "value": token, "url": origin}])
        return context.new_page()

    found = Window(new)
    yield found
    for context in contexts:
        context.close()
    assert found.complaints == []
