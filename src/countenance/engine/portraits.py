"""A face as people are to look at it: cut out with its surroundings, scaled, and nothing else."""

from __future__ import annotations

import math
from typing import Final, cast

import cv2
import simplejpeg

from countenance.biometrics.faces import DetectedFace, Portrait
from countenance.engine.image_formats import REDUCTIONS
from countenance.engine.image_header import EncodedImage
from countenance.engine.images import ImageDecoder, Picture, decode_picture
from countenance.engine.runtime import Pixels

LONGEST_SIDE: Final = 640
"""Pixels of the longer side at most: enough for pores and scars, where the image has them."""

AROUND: Final = 0.6
"""How much of the face's box is shown on each side of it: hair, ears, chin and neck are components."""

_QUALITY: Final = 95


def portrait_of(decoder: ImageDecoder, encoded: EncodedImage, face: DetectedFace) -> Portrait:
    """Return the face of an image that `face` was found in; raises `ImageError` and `BusyError`.

    It is never enlarged, turned, sharpened or filled in: what is not in the image is not shown.
    """
    side = max(face.box.width, face.box.height) * (1.0 + 2.0 * AROUND)
    reduction = max((one for one in REDUCTIONS if side / one >= LONGEST_SIDE), default=1)

    def work(until: float) -> Portrait:
        return _cut(decode_picture(encoded, reduction=reduction, until=until), face)

    return decoder.start(work).result()


def _cut(picture: Picture, face: DetectedFace) -> Portrait:
    left, top, right, bottom = _frame(picture, face)
    across, down = picture.scale
    part: Pixels = picture.pixels[
        int(top / down) : max(int(top / down) + 1, math.ceil(bottom / down)),
        int(left / across) : max(int(left / across) + 1, math.ceil(right / across)),
    ]
    edits = [f"cut out {right - left} x {bottom - top} pixels at {left}, {top}"]
    height, width = part.shape[:2]
    scale = LONGEST_SIDE / max(height, width)
    if picture.reduction > 1 or scale < 1.0:
        if scale < 1.0:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            part = cast("Pixels", cv2.resize(part, size, interpolation=cv2.INTER_AREA))
        edits.append(f"scaled down to {part.shape[1]} x {part.shape[0]} pixels")
    edits.append(f"encoded anew as JPEG of quality {_QUALITY}, without metadata")
    image = simplejpeg.encode_jpeg(part.copy(order="C"), quality=_QUALITY, colorspace="RGB")
    return Portrait(bytes(image), tuple(edits))


def _frame(picture: Picture, face: DetectedFace) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the square around the face, as far as the image reaches."""
    box = face.box
    half = max(box.width, box.height) * (0.5 + AROUND)
    x, y = box.left + box.width / 2.0, box.top + box.height / 2.0
    left, top = max(0, math.floor(x - half)), max(0, math.floor(y - half))
    right, bottom = min(picture.width, math.ceil(x + half)), min(picture.height, math.ceil(y + half))
    left, top = min(left, picture.width - 1), min(top, picture.height - 1)
    return left, top, max(left + 1, right), max(top + 1, bottom)
