"""What the documents claim of the tree, and whether it is so."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from architecture.source import ROOT

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_TEST = re.compile(r"`(tests/[\w/.-]+?\.py)(?:::(\w+))?`")
_FILE = re.compile(r"`((?:src|docs|requirements|scripts|bench)/[\w/.-]+\.\w+)`")
_TARGET = re.compile(r"`make ([a-z-]+)")
_DOTTED = re.compile(r"`(countenance(?:\.[A-Za-z_]\w*)+)`")


def documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def anchors(text: str) -> set[str]:
    """Fragment names that a renderer gives to the headings."""
    titles = re.findall(r"^#+ +(.+?) *$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken_links(path: Path, text: str) -> list[str]:
    """Relative links whose file or heading is not there."""
    broken = []
    for match in _LINK.finditer(text):
        link = match[1] or match[2]
        if re.match(r"[a-z]+:", link):
            continue
        name, _, fragment = link.partition("#")
        target = (path.parent / name) if name else path
        if not target.exists():
            broken.append(f"{path.name}: {link}")
        elif fragment and target.suffix == ".md":
            own = target.read_text(encoding="utf-8") if name else text
            if fragment not in anchors(own):
                broken.append(f"{path.name}: {link}")
    return broken


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def missing_tests(text: str) -> list[str]:
    """Tests that are named as `tests/...py::test_name` and do not exist."""
    return [
        f"{file}::{name}" if name else file
        for file, name in _TEST.findall(text)
        if not (ROOT / file).is_file() or (name and name not in _functions(ROOT / file))
    ]


def missing_files(text: str) -> list[str]:
    return [name for name in _FILE.findall(text) if not (ROOT / name).exists()]


def missing_targets(text: str) -> list[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return [name for name in _TARGET.findall(text) if not re.search(rf"^{name}:", makefile, re.MULTILINE)]


def missing_names(text: str) -> list[str]:
    """Dotted names such as `countenance.errors.BusyError` that lead nowhere."""
    return [name for name in _DOTTED.findall(text) if not _leads_somewhere(name.split(".")[1:])]


def _leads_somewhere(parts: list[str]) -> bool:
    path = ROOT / "src" / "countenance"
    while parts and (path / parts[0]).is_dir():
        path /= parts.pop(0)
    if not parts:
        return True
    module = path / f"{parts[0]}.py"
    if module.is_file():
        parts.pop(0)
    else:
        module = path / "__init__.py"
    return not parts or bool(re.search(rf"\b{parts[0]}\b", module.read_text(encoding="utf-8")))
