"""Photographs for tests: NASA's portrait of Eileen Collins (public domain) and views derived from it."""

from __future__ import annotations

import io
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]

FACE = (178, 63, 90, 110)
"""Left, top, width and height of the face in the portrait, roughly."""

ORIENTATIONS = {
    1: (),
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_90,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_270,),
}
"""How a camera that writes each EXIF orientation stores an upright scene."""


@cache
def portrait() -> Pixels:
    """512 x 512 RGB, one face about 90 pixels wide."""
    import skimage.data  # noqa: PLC0415  slow, and only some tests need a face

    pixels: Pixels = np.ascontiguousarray(skimage.data.astronaut())
    pixels.flags.writeable = False
    return pixels


def head(margin: float = 0.35) -> Pixels:
    """The portrait's head, with a margin in face heights around the face."""
    left, top, width, height = FACE
    edge = round(margin * height)
    return portrait()[max(0, top - edge) : top + height + edge, left - edge : left + width + edge]


def jpeg(pixels: Pixels, quality: int = 95, **options: object) -> bytes:
    return encoded(pixels, "JPEG", quality=quality, subsampling=0, **options)


def encoded(pixels: Pixels | Image.Image, name: str, **options: object) -> bytes:
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    file = io.BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


def turned_jpeg(pixels: Pixels, orientation: int) -> bytes:
    """A JPEG whose stored pixels become upright by its EXIF orientation."""
    image = Image.fromarray(pixels)
    for step in ORIENTATIONS[orientation]:
        image = image.transpose(step)
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(image, "JPEG", quality=95, subsampling=0, exif=exif.tobytes())


def scene(width: int, height: int, *, seed: int = 7) -> Pixels:
    """A faceless background of soft colours."""
    coarse = np.random.default_rng(seed).integers(
        60, 200, (height // 50 + 2, width // 50 + 2, 3), dtype=np.uint8
    )
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def paste(canvas: Pixels, face_width: int, centre: tuple[int, int], *, mirrored: bool = False) -> None:
    """Put the portrait's head on the canvas so that its face is `face_width` pixels wide."""
    crop = head()
    if mirrored:
        crop = crop[:, ::-1]
    scale = face_width / FACE[2]
    size = (round(crop.shape[1] * scale), round(crop.shape[0] * scale))
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    left, top = centre[0] - size[0] // 2, centre[1] - size[1] // 2
    canvas[top : top + size[1], left : left + size[0]] = small
