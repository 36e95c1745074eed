"""A pack as one file to send: a ZIP archive of its folder, as any file manager makes it.

The folder's name is the pack's, as it is at the command line. Nothing is written to a disk, and no
more is unpacked than a pack may hold.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from countenance.errors import InvalidInputError
from countenance.policy.packs import PACK_FILES, SIGNATURE

LARGEST_PARCEL: Final = 40_000
"""Bytes of an archive; it is sent again in a field of a form, once it was looked at."""

LARGEST_TEXTS: Final = 262_144
"""Bytes of all files of a pack in an archive together, unpacked."""

_MOST_MEMBERS: Final = 40
_BESIDE: Final = ("__MACOSX",)
_LITTER: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_NO_ARCHIVE: Final = "this is no ZIP archive that can be read"
_ENCRYPTED: Final = 0x1


@dataclass(frozen=True, slots=True)
class Parcel:
    """A pack's name, names and contents of its files, and the signed note beside them, None if none."""

    name: str
    files: Mapping[str, str]
    signature: str | None


def read_parcel(data: bytes) -> Parcel:
    """Return what an archive of a pack's folder holds, or raise `InvalidInputError`."""
    if len(data) > LARGEST_PARCEL:
        raise InvalidInputError(
            f"the archive has over {LARGEST_PARCEL:,} bytes: a larger pack is installed with "
            "`countenance policy pack install`"
        )
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            folder, members = _members(archive)
            texts = _texts(archive, members)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise InvalidInputError(_NO_ARCHIVE) from error
    except ValueError as error:
        raise InvalidInputError("a file of the archive cannot be read as text") from error
    signature = texts.pop(SIGNATURE, None)
    return Parcel(folder, texts, signature)


def _members(archive: zipfile.ZipFile) -> tuple[str, Mapping[str, zipfile.ZipInfo]]:
    """Return the name of the one folder, and its files by name."""
    listed = [one for one in archive.infolist() if not one.is_dir() and not _litter(one.filename)]
    if len(listed) > _MOST_MEMBERS:
        raise InvalidInputError(f"the archive holds more than {_MOST_MEMBERS} files")
    folders = {one.filename.rpartition("/")[0] for one in listed}
    if len(folders) != 1 or "" in folders or "/" in "".join(folders):
        raise InvalidInputError(
            "the archive does not hold one folder with the pack's files: pack the folder itself, whose name "
            "is the pack's"
        )
    found: dict[str, zipfile.ZipInfo] = {}
    for one in listed:
        name = one.filename.rpartition("/")[2]
        if name not in {*PACK_FILES, SIGNATURE}:
            raise InvalidInputError(f"`{name[:60]}` is no file of a pack")
        if name in found:
            raise InvalidInputError(f"`{name}` stands in the archive twice")
        if one.flag_bits & _ENCRYPTED:
            raise InvalidInputError("the archive is encrypted")
        found[name] = one
    return folders.pop(), found


def _texts(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]) -> dict[str, str]:
    left, texts = LARGEST_TEXTS, {}
    for name, member in members.items():
        with archive.open(member) as file:
            data = file.read(left + 1)
        left -= len(data)
        if left < 0:
            raise InvalidInputError(f"the files of the pack have over {LARGEST_TEXTS:,} bytes together")
        texts[name] = data.decode("utf-8").replace("\r\n", "\n")
    return texts


def _litter(path: str) -> bool:
    """Tell whether a file is what file managers leave behind in folders."""
    return path.split("/", 1)[0] in _BESIDE or path.rpartition("/")[2] in _LITTER
