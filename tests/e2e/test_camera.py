"""The camera of the try-it page in a browser, with the real networks: a face is found, and compared."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageEnhance
from playwright.sync_api import Browser, Page
from skimage import data

from browsing import whole
from console_stage import ConsoleStage, console_stage, serving
from countenance.engine.networks import EngineOptions
from countenance.engine.pipeline import Limits, open_engine

ACROSS, DOWN = 640, 480


def filmed(folder: Path) -> Path:
    """A film of one photograph (an astronaut, NASA, public domain), as the browser's camera shows it."""
    canvas = np.full((DOWN, ACROSS, 3), 90, np.uint8)
    face = cv2.resize(cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2BGR), (DOWN, DOWN))
    canvas[:, (ACROSS - DOWN) // 2 : (ACROSS + DOWN) // 2] = face
    frame = cv2.cvtColor(canvas, cv2.COLOR_BGR2YUV_I420).tobytes()
    film = folder / "camera.y4m"
    head = f"YUV4MPEG2 W{ACROSS} H{DOWN} F10:1 Ip A1:1 C420jpeg\n".encode()
    film.write_bytes(head + (b"FRAME\n" + frame) * 5)
    return film


@pytest.fixture
def console(tmp_path: Path) -> Iterator[ConsoleStage]:
    limits = Limits(image_bytes=20_000_000, image_pixels=100_000_000, decode_seconds=30, queue=8)
    engine = open_engine(EngineOptions(), limits)
    found = console_stage(tmp_path)
    found.stage.parts.engine = engine
    found.stage.parts.max_image_bytes = 20_000_000
    yield found
    found.stage.check_ledger()
    found.stage.parts.close()
    engine.close()


@pytest.fixture
def page(launch: Callable[..., Browser], console: ConsoleStage, tmp_path: Path) -> Iterator[Page]:
    """The try-it page in a browser whose camera shows the film."""
    camera = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    film = f"--use-file-for-fake-video-capture={filmed(tmp_path)}"
    with serving(console) as origin:
        browser = launch(*camera, film)
        context = browser.new_context(base_url=origin)
        token = console.sessions["rita"].token
        context.add_cookies([{"name": "countenance", "value": token, "url": origin}])
        opened = context.new_page()
        complaints: list[str] = []
        opened.on("console", lambda message: complaints.append(message.text))
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.goto("/console/try")
        yield opened
        browser.close()
    assert complaints == []


def wait_until(page: Page, expression: str) -> None:
    """Wait for an expression to hold; the page's policy forbids what Playwright's own waiting does."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"it did not come to this: {expression}")


def take_picture(page: Page, form: str) -> None:
    """Open the camera in a form, and take what it shows."""
    held = whole(page).locator(f"form[data-camera={form}]")
    held.get_by_role("button", name="Use the camera").click()
    held.get_by_role("button", name="Take the picture").wait_for()
    wait_until(page, f"document.querySelector('form[data-camera={form}] video').videoWidth === {ACROSS}")
    held.get_by_role("button", name="Take the picture").click()
    wait_until(page, f"document.querySelector('[name={form}]').files.length === 1")
    assert not held.locator("video").is_visible()
    assert page.evaluate(f"document.querySelector('[name={form}-camera]').value") == "yes"


def test_the_camera_finds_a_face_and_compares_it_under_its_own_lease(
    page: Page, console: ConsoleStage
) -> None:
    take_picture(page, "image")
    page.get_by_role("button", name="Find the faces").click()
    page.get_by_role("heading", name="1 face found").wait_for()
    assert whole(page).locator(".face-box").count() == 1
    assert page.locator("img.picture").evaluate("held => held.naturalWidth") == ACROSS
    permitted, completed = console.stage.events()[-2:]
    assert (permitted["type"], completed["type"]) == ("detection:permitted", "detection:completed")
    with console.stage.parts.unit_of_work() as work:
        record = work.decisions.get(permitted["decision"])
    assert record is not None
    assert record.question.lease is not None
    assert record.question.lease.id == "trial"
    out = io.BytesIO()
    ImageEnhance.Brightness(Image.fromarray(data.astronaut())).enhance(0.8).save(out, "JPEG")
    page.locator("[name=reference]").set_input_files(
        {"name": "badge.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}
    )
    take_picture(page, "probe")
    page.get_by_role("button", name="Compare them").click()
    page.get_by_role("heading", name="The score reaches the threshold").wait_for()
    assert whole(page).locator("img.picture").count() == 2
    page.locator("form[data-camera=image]").get_by_role("button", name="Use the camera").click()
    page.locator("form[data-camera=image] video").wait_for(state="visible")
    page.locator("[name=image]").set_input_files(
        {"name": "file.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}
    )
    assert page.evaluate("document.querySelector('[name=image-camera]').value") == ""
