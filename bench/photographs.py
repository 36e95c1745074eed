"""The photographs that are measured on: the London Set beside the checkout, else one astronaut's views."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps

ROOT = Path(__file__).resolve().parents[1]
_QUALITY = 90


@dataclass(frozen=True)
class Photographs:
    """Pairs of JPEG files, mated and non-mated in turns, and where they come from."""

    pairs: tuple[tuple[Path, Path], ...]
    source: str

    def pair(self, number: int) -> tuple[Path, Path]:
        """Return the pair of a round; they repeat."""
        return self.pairs[number % len(self.pairs)]

    def mated(self, number: int) -> bool:
        """Tell whether the pair of a round shows one subject twice."""
        one, other = self.pair(number)
        return one.name.partition("_")[0] == other.name.partition("_")[0]


@cache
def photographs(count: int = 40) -> Photographs:
    """Return about `count` pairs."""
    return _london(count) or _astronaut()


def _london(count: int) -> Photographs | None:
    folder = ROOT.parent / "shared" / "data" / "london"
    neutral = sorted((folder / "neutral_front").glob("*_03.jpg"))
    smiling = {path.name[:3]: path for path in (folder / "smiling_front").glob("*_08.jpg")}
    both = [(path, smiling[path.name[:3]]) for path in neutral if path.name[:3] in smiling]
    if not both:
        return None
    mated = both[: count // 2]
    strangers = [(one[0], other[1]) for one, other in zip(mated, both[1:], strict=False)]
    pairs = [pair for couple in zip(mated, strangers, strict=True) for pair in couple]
    return Photographs(tuple(pairs), "Face Research Lab London Set, 640 x 640 JPEG")


def _astronaut() -> Photographs:
    """Return views derived from NASA's photograph: mirrored, turned, darker, smaller, recompressed."""
    from skimage import data  # noqa: PLC0415  needed only without the London Set

    folder = Path(tempfile.mkdtemp(prefix="countenance-bench-"))
    astronaut: Image.Image = Image.fromarray(data.astronaut())  # type: ignore[no-untyped-call]  # no types
    whole = astronaut.resize((1024, 1024), Image.Resampling.LANCZOS)
    views = [
        whole,
        ImageOps.mirror(whole),
        whole.rotate(5, resample=Image.Resampling.BICUBIC),
        ImageEnhance.Brightness(whole).enhance(0.7),
        ImageEnhance.Contrast(whole).enhance(0.8),
        whole.resize((768, 768), Image.Resampling.LANCZOS),
    ]
    paths = []
    for number, view in enumerate(views):
        paths.append(folder / f"view_{number}.jpg")
        view.save(paths[-1], quality=_QUALITY)
    pairs = tuple((paths[0], path) for path in paths[1:])
    return Photographs(pairs, "views of the astronaut photograph, 768 to 1024 px JPEG")
