"""Folders of images as people keep them: one image a person, or one folder a person."""

from __future__ import annotations

from pathlib import Path

from countenance.errors import InvalidInputError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".heic", ".heif"})
"""Endings that are taken for images; every other file of a folder is passed over."""


def images_of(folder: Path) -> dict[str, Path]:
    """Return the images in `folder` and below it, by their path within it, in order of their names.

    Raises `InvalidInputError` where there are none or the folder cannot be read. Links to
    folders are not followed.
    """
    try:
        found = sorted(
            path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()
        )
    except OSError as error:
        raise InvalidInputError(f"`{folder}` cannot be read: {error.strerror}") from error
    if not found:
        raise InvalidInputError(f"`{folder}` has no image in it ({', '.join(sorted(SUFFIXES))})")
    return {path.relative_to(folder).as_posix(): path for path in found}


def people_of(folder: Path) -> dict[str, dict[str, Path]]:
    """Return the images of each person in `folder`, by the person's name, then by path within it.

    The person is the first folder on the way to an image, and for an image that lies in
    `folder` itself the file's name without its ending.
    """
    people: dict[str, dict[str, Path]] = {}
    for name, path in images_of(folder).items():
        first, slash, _ = name.partition("/")
        person = first if slash else Path(name).stem
        people.setdefault(person, {})[name] = path
    return people
