from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from countenance.engine.image_header import ImageLimits, read_header
from countenance.engine.images import ImageDecoder, decode_picture, reduction_for
from countenance.errors import BusyError, CorruptImageError, OversizedImageError, SlowImageError
from photographs import jpeg, scene, turned_jpeg

SECONDS = 0.4
LIMITS = ImageLimits(image_bytes=1_000_000, image_pixels=4_000_000, decode_seconds=SECONDS)


@pytest.fixture
def decoder() -> Iterator[ImageDecoder]:
    made = ImageDecoder(LIMITS, threads=2)
    yield made
    made.close()


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Slow images stay slow until it opens, and it opens at the end whatever happens."""
    made = threading.Event()
    yield made
    made.set()


def test_a_picture_knows_the_size_of_its_image() -> None:
    image = read_header(turned_jpeg(scene(400, 200), 6), LIMITS)
    picture = decode_picture(image, reduction=2, until=time.monotonic() + 5)
    assert (picture.width, picture.height, picture.pixels.shape) == (400, 200, (100, 200, 3))
    assert picture.scale == (2.0, 2.0)


@pytest.mark.parametrize(("side", "reduction"), [(100, 1), (2559, 1), (2560, 2), (5120, 4), (20480, 8)])
def test_an_image_is_reduced_as_far_as_its_longer_side_allows(side: int, reduction: int) -> None:
    image = read_header(jpeg(scene(64, 64)), LIMITS)
    object.__setattr__(image, "width", side)
    assert reduction_for(image, least_side=1280) == reduction


def test_a_slow_image_is_given_up_at_the_deadline(decoder: ImageDecoder, gate: threading.Event) -> None:
    begun = time.monotonic()
    with pytest.raises(SlowImageError):
        decoder.start(lambda _: gate.wait(30)).result()
    assert time.monotonic() - begun < 5


def test_images_behind_slow_ones_are_decoded_all_the_same(
    decoder: ImageDecoder, gate: threading.Event
) -> None:
    slow = [decoder.start(lambda _: gate.wait(30)) for _ in range(2)]
    for image in slow:
        with pytest.raises(SlowImageError):
            image.result()
    assert decoder.start(lambda _: "decoded").result() == "decoded"


def test_when_slow_images_hold_every_spare_thread_others_are_told_to_come_back(
    decoder: ImageDecoder, gate: threading.Event
) -> None:
    for _ in range(4):
        with pytest.raises(SlowImageError):
            decoder.start(lambda _: gate.wait(30)).result()
    with pytest.raises(BusyError) as busy:
        decoder.start(lambda _: "decoded")
    assert busy.value.retry_after >= 1
    gate.set()
    for _ in range(1000):
        try:
            assert decoder.start(lambda _: "decoded").result() == "decoded"
            break
        except BusyError:
            time.sleep(0.01)
    else:
        pytest.fail("the decoder never recovered")


def test_waiting_for_a_thread_does_not_count_as_decoding(decoder: ImageDecoder) -> None:
    results: list[object] = []

    def decode(_: float) -> str:
        time.sleep(SECONDS * 0.4)
        return "decoded"

    callers = [
        threading.Thread(target=lambda: results.append(decoder.start(decode).result())) for _ in range(8)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert results == ["decoded"] * 8


def test_what_decoding_raises_reaches_the_caller(decoder: ImageDecoder) -> None:
    def broken(_: float) -> None:
        raise CorruptImageError("broken")

    with pytest.raises(CorruptImageError):
        decoder.start(broken).result()


def test_limits_are_checked_before_decoding(decoder: ImageDecoder) -> None:
    with pytest.raises(OversizedImageError):
        decoder.inspect(jpeg(scene(2100, 2000), quality=10))
