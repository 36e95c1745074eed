"""Whose photographs the demo uses. What is made of a photograph is said to be made of it."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps

from countenance.entrypoints.cli.folders import people_of
from countenance.entrypoints.cli.images import read_image
from countenance.errors import ConfigurationError, InvalidInputError, UnsupportedImageError

_NEUTRAL = ("neutral_front", "_03.jpg")
_SMILING = ("smiling_front", "_08.jpg")
_FAMILIES = 5
_LONDON_TERMS = (
    "volunteers of the Face Research Lab London Set (DeBruine and Jones 2017, CC BY 4.0, "
    "doi 10.6084/m9.figshare.5047666), who agreed to such uses. Each has two photographs of the "
    "same session, one calm and one smiling: easier than life."
)
_ASTRONAUT_TERMS = (
    "the astronaut Eileen Collins (NASA, public domain; from scikit-image). There is one photograph "
    "of her, so every other view is made of it: cropped, scaled, turned a little, darkened and "
    "compressed again. A view of the same photograph is easier than another photograph."
)


@dataclass(frozen=True, slots=True)
class Photograph:
    """An image file's bytes, and what it is, in words for the reader of the demo."""

    data: bytes
    what: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with two views: one to be enrolled, one to be compared."""

    name: str
    enrolled: Photograph
    probe: Photograph


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays in the demo, and under which terms: `people` has at least one, the customer first."""

    terms: str
    people: tuple[Person, ...]

    @property
    def customer(self) -> Person:
        """Return the bank's customer."""
        return self.people[0]

    @property
    def missing(self) -> tuple[Person, ...]:
        """Return whom the NGO looks for: everybody else, or the customer where there is nobody else."""
        return self.people[1:] or self.people

    @property
    def stranger(self) -> Person | None:
        """Return somebody who is not the customer, if there is anybody."""
        return self.people[1] if len(self.people) > 1 else None


def find_cast(faces: Path | None, *, limit: int) -> Cast:
    """Return the people of `faces`, else of the London Set if it lies beside the project, else the astronaut.

    No image has more than `limit` bytes. Raises `InvalidInputError` for a folder that cannot be
    used, `ConfigurationError` where there is no photograph at all.
    """
    if faces is not None:
        return _own(faces, limit)
    for folder in _london_places():
        if folder.is_dir():
            return Cast(_LONDON_TERMS, tuple(_london(folder, limit)))
    return Cast(_ASTRONAUT_TERMS, (_astronaut(limit),))


def derived_view(data: bytes) -> bytes:
    """Return another view of a photograph: its middle, scaled, turned, darkened and compressed again.

    Raises `UnsupportedImageError` for bytes that are no image or one too large to open.
    """
    try:
        with Image.open(io.BytesIO(data)) as opened:
            upright: Image.Image = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, Image.DecompressionBombError) as error:
        raise UnsupportedImageError("a photograph cannot be read as an image") from error
    width, height = upright.size
    turned = upright.rotate(4, resample=Image.Resampling.BICUBIC, expand=False, fillcolor=(127, 127, 127))
    cropped = turned.crop((round(0.06 * width), 0, round(0.94 * width), round(0.9 * height)))
    scaled = cropped.resize(
        (round(0.7 * cropped.width), round(0.7 * cropped.height)), Image.Resampling.LANCZOS
    )
    return _jpeg(ImageEnhance.Brightness(scaled).enhance(0.85), quality=80)


def _own(folder: Path, limit: int) -> Cast:
    people = []
    for name, images in people_of(folder).items():
        first, *others = (read_image(path, limit=limit) for path in list(images.values())[:2])
        if others:
            probe = Photograph(others[0], f"another photograph of {name}")
        else:
            probe = Photograph(derived_view(first), f"a view made of the only photograph of {name}")
        people.append(Person(name, Photograph(first, f"a photograph of {name}"), probe))
    people.sort(key=lambda person: person.probe.what.startswith("a view"))
    return Cast(f"your own photographs, from {folder}.", tuple(people[: _FAMILIES + 1]))


def _london(folder: Path, limit: int) -> Iterable[Person]:
    neutral, smiling = folder / _NEUTRAL[0], folder / _SMILING[0]
    names = (path.name.removesuffix(_NEUTRAL[1]) for path in sorted(neutral.glob(f"*{_NEUTRAL[1]}")))
    pairs = ((name, smiling / f"{name}{_SMILING[1]}") for name in names)
    present = [(name, path) for name, path in pairs if path.is_file()][: _FAMILIES + 1]
    if not present:
        raise InvalidInputError(f"`{folder}` is not the London Set")
    for name, path in present:
        calm = Photograph(
            read_image(neutral / f"{name}{_NEUTRAL[1]}", limit=limit), f"volunteer {name}, calm"
        )
        yield Person(
            f"volunteer {name}", calm, Photograph(read_image(path, limit=limit), f"volunteer {name}, smiling")
        )


def _london_places() -> list[Path]:
    beside = Path("shared") / "data" / "london"
    return [Path(__file__).resolve().parents[5] / beside, Path.cwd().parent / beside]


def _astronaut(limit: int) -> Person:
    path = _skimage_file("astronaut.png")
    original = _as_jpeg(read_image(path, limit=limit))
    return Person(
        "the astronaut",
        Photograph(original, "the photograph itself"),
        Photograph(derived_view(original), "a view made of it"),
    )


def _skimage_file(name: str) -> Path:
    """Return the path of a data file of scikit-image, without importing it."""
    spec = importlib.util.find_spec("skimage")
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        path = Path(place) / "data" / name
        if path.is_file():
            return path
    raise ConfigurationError(
        "there is no photograph to show anything with: install `countenance[demo]`, or give --faces"
    )


def _as_jpeg(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as opened:
        return _jpeg(opened.convert("RGB"), quality=95)


def _jpeg(image: Image.Image, *, quality: int) -> bytes:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=quality)
    return written.getvalue()
