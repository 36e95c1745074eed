"""Making images smaller without aliasing, cheaply."""

from __future__ import annotations

from typing import cast

import cv2

from countenance.engine.runtime import Pixels


def halved(pixels: Pixels) -> Pixels:
    """Return the image at half its sides, each pixel the mean of four; an odd last row or column is dropped.

    OpenCV's area reduction by exactly two is several times faster than by any other factor.
    """
    height, width = max(1, pixels.shape[0] // 2), max(1, pixels.shape[1] // 2)
    even = pixels[: height * 2, : width * 2]
    return cast("Pixels", cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA))


def reduced(pixels: Pixels, scale: float) -> tuple[Pixels, int]:
    """Halve as long as the image stays at least `scale` times its first size; return also the divisor.

    What remains is a scaling by more than one half, which bilinear interpolation does without
    skipping a pixel.
    """
    divisor = 1
    while scale * divisor * 2 <= 1.0 and min(pixels.shape[:2]) > 1:
        pixels = halved(pixels)
        divisor *= 2
    return pixels, divisor
