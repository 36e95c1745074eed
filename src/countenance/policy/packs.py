"""Policy packs: rules from one source, kept as Cedar text that people can read.

A pack is a folder with `pack.toml` (title, what it is, edition), `prohibitions.cedar` (only
`forbid`), if it imposes duties `duties.cedar`, and `cases.toml`, its own tests (`cases.py`);
or a single file of prohibitions. Its digest covers every byte of them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from cedarpy import Schema

from countenance.errors import InvalidInputError, PackError
from countenance.policy.rules import Effect, PackFault, Rule, parse_rules
from countenance.policy.texts import digest_of_texts

EXPLAINED: Final = ("house", "microsoft-2020", "amazon-2020")
"""Packs that answer a question which names none. `ibm-2020` binds everybody, so it is asked by name."""

_PROHIBITIONS: Final = "prohibitions.cedar"
_DUTIES: Final = "duties.cedar"
_ABOUT: Final = "pack.toml"
CASES: Final = "cases.toml"
PACK_FILES: Final = (_ABOUT, _PROHIBITIONS, _DUTIES, CASES)
"""Every file that a pack can have."""

SIGNATURE: Final = "pack.sig"
"""The file beside them that holds the pack's signature; no part of its digest."""

_EFFECTS: Final[dict[str, Effect]] = {_PROHIBITIONS: "forbid", _DUTIES: "permit"}
_TOO_LARGE: Final = 1 << 20
_EDITION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Rules from one source. `name` is what was asked for, with its version if one was.

    `texts` are the names and contents of the files that it was read from, `edition` is what its
    author calls this state of it, empty where nothing is said.
    """

    name: str
    title: str
    about: str
    versions: tuple[str, ...]
    rules: tuple[Rule, ...]
    digest: str
    texts: tuple[tuple[str, str], ...] = ()
    edition: str = ""


@dataclass(frozen=True, slots=True)
class HeldPack:
    """A pack whose files are held in a database and not in a folder: its name, their names and contents."""

    name: str
    files: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return self.name


PackSource = str | HeldPack
"""Where a pack comes from: the name of a shipped one, a path, or the files themselves."""


@cache
def shipped_packs() -> tuple[str, ...]:
    """Return the names of the packs that come with the program."""
    folder = files("countenance.policy") / "packs"
    return tuple(sorted(entry.name for entry in folder.iterdir() if (entry / _ABOUT).is_file()))


@cache
def shipped_pack(name: str) -> Pack:
    """Return a pack that comes with the program: `amazon-2020`, or one version: `amazon-2020@binding`.

    Raises `InvalidInputError` for a pack or version that is not there, `PackError` for one
    that does not validate.
    """
    folder, _, version = name.partition("@")
    if folder not in shipped_packs():
        known = ", ".join(f"`{pack}`" for pack in shipped_packs())
        raise InvalidInputError(f"there is no pack `{folder}`; there are {known}")
    return one_version(_loaded(files("countenance.policy") / "packs" / folder), version)


def load_pack(name: PackSource) -> Pack:
    """Return the pack of that name, or of that path: what has a `/` or ends in `.cedar` is a path.

    Raises `InvalidInputError` and `PackError` like `shipped_pack`.
    """
    if isinstance(name, HeldPack):
        return _held(name)
    if "/" in name or name.endswith(".cedar"):
        return _loaded(Path(name))
    return shipped_pack(name)


@lru_cache(maxsize=32)
def _held(source: HeldPack) -> Pack:
    pack, faults = read_texts(source.name, dict(source.files))
    if pack is None:
        raise refuse(source.name, faults)
    return pack


def read_texts(name: str, texts: Mapping[str, str]) -> tuple[Pack | None, tuple[PackFault, ...]]:
    """Return the pack `name` with these files, or None, with its faults; raises like `inspect_pack`."""
    unknown = sorted(texts.keys() - set(PACK_FILES))
    if unknown:
        raise InvalidInputError(f"`{unknown[0]}` is no file of a pack")
    if _PROHIBITIONS not in texts:
        raise InvalidInputError(f"`{name}` is no pack: it holds no {_PROHIBITIONS}")
    if any(len(text.encode()) > _TOO_LARGE for text in texts.values()):
        raise InvalidInputError(f"a file of `{name}` is larger than a megabyte")
    return _read(name, texts, None)


def inspect_pack(source: Path | Traversable) -> tuple[Pack | None, tuple[PackFault, ...]]:
    """Read the pack at `source` and return it, or None, with its faults.

    Raises `InvalidInputError` where there is no readable pack at all.
    """
    return _read(source.name.removesuffix(".cedar"), pack_texts(source), None)


def read_pack(name: str, texts: Mapping[str, str], schema: Schema) -> Pack:
    """Return the pack `name` (with its version, if it has one) from the texts that it once had.

    Raises like `shipped_pack`.
    """
    folder, _, version = name.partition("@")
    pack, faults = _read(folder, texts, schema)
    if pack is None:
        raise refuse(name, faults)
    return one_version(pack, version)


def _read(
    name: str, texts: Mapping[str, str], schema: Schema | None
) -> tuple[Pack | None, tuple[PackFault, ...]]:
    about, faults = _about(texts.get(_ABOUT))
    rules: list[Rule] = []
    for file, effect in _EFFECTS.items():
        found, wrong = parse_rules(texts.get(file, ""), pack=name, effect=effect, schema=schema)
        rules += found
        faults += [*wrong, *_unknown_versions(found, about.versions)]
    faults += _repeated_across(rules)
    if faults:
        return None, tuple(faults)
    pack = Pack(
        name=name,
        title=about.title or name,
        about=about.about,
        versions=about.versions,
        rules=tuple(rules),
        digest=digest_of_texts(texts.items()),
        texts=tuple(sorted(texts.items())),
        edition=about.edition,
    )
    return pack, ()


def refuse(name: str, faults: Iterable[PackFault]) -> PackError:
    """Return the error for a pack with `faults`; its `reasons` are `code:line:rule`."""
    listed = tuple(faults)
    first = listed[0]
    more = f", and {len(listed) - 1} more" if len(listed) > 1 else ""
    return PackError(
        f"pack `{name}` does not validate: line {first.line}: {first.detail}{more}",
        reasons=tuple(f"{fault.code}:{fault.line}:{fault.rule}" for fault in listed),
    )


def _loaded(source: Path | Traversable) -> Pack:
    pack, faults = inspect_pack(source)
    if pack is None:
        raise refuse(source.name, faults)
    return pack


def one_version(pack: Pack, version: str) -> Pack:
    """Return the pack with the rules of one version, or with all of them, each by its dates."""
    if not version:
        return pack
    if version not in pack.versions:
        known = ", ".join(f"`{word}`" for word in pack.versions) or "none"
        raise InvalidInputError(f"pack `{pack.name}` has no version `{version}`; there are {known}")
    rules = tuple(rule for rule in pack.rules if not rule.versions or version in rule.versions)
    return Pack(
        name=f"{pack.name}@{version}",
        title=pack.title,
        about=pack.about,
        versions=(version,),
        rules=rules,
        digest=pack.digest,
        texts=pack.texts,
        edition=pack.edition,
    )


def pack_texts(source: Path | Traversable) -> dict[str, str]:
    """Return names and contents of a pack's files; raises `InvalidInputError` where there is no pack."""
    try:
        if source.is_file():
            return {_PROHIBITIONS: _text(source)}
        texts = {file: _text(source / file) for file in PACK_FILES if (source / file).is_file()}
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"`{source}` cannot be read as text") from error
    if _PROHIBITIONS not in texts:
        raise InvalidInputError(f"`{source}` is no pack: it holds no {_PROHIBITIONS}")
    return texts


def _text(file: Path | Traversable) -> str:
    data = file.read_bytes()
    if len(data) > _TOO_LARGE:
        raise InvalidInputError(f"`{file}` is larger than a megabyte")
    return data.decode("utf-8").replace("\r\n", "\n")


@dataclass(frozen=True, slots=True)
class _About:
    title: str = ""
    about: str = ""
    edition: str = ""
    versions: tuple[str, ...] = ()


def _about(text: str | None) -> tuple[_About, list[PackFault]]:
    """Return what `pack.toml` says, with its faults."""
    if text is None:
        return _About(), []
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _About(), [PackFault("not_toml", 1, "", f"{_ABOUT}: {error}")]
    title, about, edition, versions = (
        document.get(name, "") for name in ("title", "about", "edition", "versions")
    )
    if not (isinstance(title, str) and isinstance(about, str) and isinstance(versions or {}, dict)):
        return _About(), [PackFault("malformed_about", 1, "", f"{_ABOUT}: title, about or versions")]
    if not isinstance(edition, str) or (edition and not _EDITION.fullmatch(edition)):
        detail = f"{_ABOUT}: `edition` has up to 40 letters, digits, dots and dashes"
        return _About(), [PackFault("malformed_about", 1, "", detail)]
    return _About(title, about, edition, tuple(versions or ())), []


def _unknown_versions(rules: Iterable[Rule], versions: tuple[str, ...]) -> list[PackFault]:
    return [
        PackFault("unknown_version", rule.line, rule.id, f"version `{word}` is not described in {_ABOUT}")
        for rule in rules
        for word in sorted(rule.versions - set(versions))
    ]


def _repeated_across(rules: Iterable[Rule]) -> list[PackFault]:
    """Find ids that stand in both files; within one file they were found already."""
    first: dict[str, Rule] = {}
    return [
        PackFault("repeated_id", rule.line, rule.id, f"`{rule.id}` stands in both files")
        for rule in rules
        if first.setdefault(rule.id, rule) is not rule and first[rule.id].effect != rule.effect
    ]
