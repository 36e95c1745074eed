"""Finding faces: one glance at the whole image, or every part of it at every scale."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from countenance.engine.face_boxes import FaceBoxes, joined, suppressed
from countenance.engine.images import Picture
from countenance.engine.runtime import Outputs, Pixels
from countenance.engine.shrinking import halved, reduced
from countenance.engine.yunet import OVERLAP, read_heads

Infer = Callable[[Pixels], Outputs]

GLANCES = (256, 640)
"""Sides of the detector's input for a glance at a whole image, the cheap one first."""

TILE = 640
CONFIDENCE = 0.6
"""From which a glance counts as having seen a face."""

CANDIDATE = 0.4
"""From which a part of the image is worth a second look, without which it counts for nothing."""

LARGEST_UPSCALING = 8.0

INSIDE = 0.6
"""Share of the smaller of two boxes from which they are one face at two scales."""

_TILE_OVERLAP = 128
_LEVEL_STEP = 4
_TILES_AT_ONCE = 4
_EDGE = 3.0
_ENOUGH = {256: 40.0, 640: 24.0}
_SURE = {256: 16.0, TILE: 20.0}
"""Sides of a face, in pixels of the detector's input, from which none was missed that a finer look saw."""


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """A whole picture as the detector's input: `canvas` is square, the picture in its top left corner.

    `across` and `down` are how many of the image's pixels one of the canvas is.
    """

    canvas: Pixels
    across: float
    down: float


def glance_at(picture: Picture, side: int) -> Glance:
    """Lay the whole picture on a black square, shrunk or enlarged (at most 8 times) to fit it."""
    height, width = picture.pixels.shape[:2]
    scale = min(side / max(height, width), LARGEST_UPSCALING)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    pixels, _ = reduced(picture.pixels, scale)
    canvas = np.zeros((side, side, 3), dtype=np.uint8)
    canvas[: size[1], : size[0]] = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)
    return Glance(canvas, picture.width / size[0], picture.height / size[1])


def find_at_a_glance(infer: Infer, glance: Glance, *, confidence: float = CONFIDENCE) -> FaceBoxes:
    """Return the faces of a glance, in pixels of its image."""
    side = glance.canvas.shape[0]
    faces = read_heads(infer(glance.canvas[None]), 0, width=side, height=side, confidence=confidence)
    return faces.scaled(glance.across, glance.down)


def seen_well(faces: FaceBoxes, glance: Glance) -> bool:
    """Tell whether the glance was enough: its largest face is so large that none half its size was missed.

    YuNet finds faces from about ten pixels of its input on; what is sought is a face twice
    that, or more where the input is coarse.
    """
    if not len(faces):
        return False
    largest = float(faces.sides.max()) / max(glance.across, glance.down)
    return largest >= _ENOUGH[glance.canvas.shape[0]]


def find_everywhere(
    infer: Infer, picture: Picture, *, glanced: FaceBoxes | None = None, least: float = 0.0
) -> FaceBoxes:
    """Return what may be faces, of every size, in pixels of the image, those of one face merged.

    The picture is looked at in overlapping tiles at its own size, at a quarter, a sixteenth and
    so on, and in glances at the whole; a small picture is enlarged to the tile instead. A box
    that is cut by a tile's inner edge is left out: the neighbour or the next scale has it whole.
    What scores below `CONFIDENCE` is a candidate that a second look has to confirm. `glanced` are
    the candidates of the cheap glance at this picture, where it was glanced at already. Looks
    that only faces with sides of fewer than `least` pixels of the image would need are left out.
    """
    first, *others = GLANCES
    if glanced is None:
        glanced = find_at_a_glance(infer, glance_at(picture, first), confidence=CANDIDATE)
    found = [glanced]
    longer = max(picture.width, picture.height)
    if least < _SURE[first] * longer / first:
        glances = [glance_at(picture, side) for side in others]
        found += [find_at_a_glance(infer, glance, confidence=CANDIDATE) for glance in glances]
        found += _find_in_levels(infer, picture, least)
    return suppressed(joined(found), overlap=OVERLAP, inside=INSIDE)


def _find_in_levels(infer: Infer, picture: Picture, least: float) -> Iterator[FaceBoxes]:
    """Yield the faces of the tiles of each level that is needed, in pixels of the image."""
    level = picture.pixels
    while (size := max(level.shape[:2])) > TILE:
        next_size = max(size // _LEVEL_STEP, TILE)  # the next level's, or the glance's below the last
        if least < _SURE[TILE] * max(picture.width, picture.height) / next_size:
            across, down = picture.width / level.shape[1], picture.height / level.shape[0]
            yield from (faces.scaled(across, down) for faces in _find_in_tiles(infer, level))
        for _ in range(_LEVEL_STEP.bit_length() - 1):
            level = halved(level)


@dataclass(frozen=True, slots=True)
class _Tile:
    """A square part of a picture of `width` x `height` pixels, from `left` and `top` on."""

    left: int
    top: int
    width: int
    height: int

    def cut_from(self, pixels: Pixels) -> Pixels:
        """Return the tile's pixels, black where the picture does not reach."""
        canvas = np.zeros((TILE, TILE, 3), dtype=np.uint8)
        part = pixels[self.top : self.top + TILE, self.left : self.left + TILE]
        canvas[: part.shape[0], : part.shape[1]] = part
        return canvas

    def whole(self, faces: FaceBoxes) -> FaceBoxes:
        """Return the faces that no inner edge of the tile cuts."""
        near = faces.boxes[:, :2]
        far = near + faces.boxes[:, 2:]
        least = np.array([_EDGE if self.left else -np.inf, _EDGE if self.top else -np.inf])
        most = np.array(
            [
                TILE - _EDGE if self.left + TILE < self.width else np.inf,
                TILE - _EDGE if self.top + TILE < self.height else np.inf,
            ]
        )
        return faces.take(np.flatnonzero(((near >= least) & (far <= most)).all(axis=1)))


def _find_in_tiles(infer: Infer, pixels: Pixels) -> Iterator[FaceBoxes]:
    """Yield the faces of each tile, in pixels of `pixels`."""
    height, width = pixels.shape[:2]
    tiles = [
        _Tile(left, top, width, height)
        for top in _starts(height)
        for left in _starts(width)
    ]  # fmt: skip
    for first in range(0, len(tiles), _TILES_AT_ONCE):
        batch = tiles[first : first + _TILES_AT_ONCE]
        outputs = infer(np.stack([tile.cut_from(pixels) for tile in batch]))
        for at, tile in enumerate(batch):
            faces = read_heads(outputs, at, width=TILE, height=TILE, confidence=CANDIDATE)
            yield tile.whole(faces).shifted(tile.left, tile.top)


def _starts(length: int) -> list[int]:
    """Return where tiles begin along a side, evenly spread, overlapping at least `_TILE_OVERLAP`."""
    if length <= TILE:
        return [0]
    count = -(-(length - _TILE_OVERLAP) // (TILE - _TILE_OVERLAP))
    return [round(start) for start in np.linspace(0, length - TILE, count)]
