"""The project's own files, parsed once, for the rules to look at."""

from __future__ import annotations

import ast
import io
import subprocess
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "countenance"


@dataclass(frozen=True)
class Module:
    """One Python file; `path` is relative to the package (`engine/search.py`)."""

    path: str
    text: str
    tree: ast.Module = field(repr=False)

    @classmethod
    def of(cls, text: str, *, path: str = "room/act.py") -> Module:
        return cls(path=path, text=text, tree=ast.parse(text))

    @property
    def room(self) -> str:
        return self.path.split("/", maxsplit=1)[0].removesuffix(".py")

    def walk(self, *kinds: type[Node]) -> Iterator[Node]:
        return (node for node in self._nodes if isinstance(node, kinds))

    @cached_property
    def _nodes(self) -> tuple[ast.AST, ...]:
        """Every node, listed once: many rules walk the same tree."""
        return tuple(ast.walk(self.tree))

    def comments(self) -> Iterator[tuple[int, str]]:
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string

    def at(self, node: ast.AST | int, complaint: str) -> str:
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return f"{self.path}:{line}: {complaint}"


def _parse(folder: Path, root: Path) -> tuple[Module, ...]:
    return tuple(
        Module.of(path.read_text(encoding="utf-8"), path=path.relative_to(root).as_posix())
        for path in sorted(folder.rglob("*.py"))
    )


@cache
def modules() -> tuple[Module, ...]:
    """The package."""
    return _parse(PACKAGE, PACKAGE)


@cache
def every_module() -> tuple[Module, ...]:
    """Package, tests and benchmarks, with paths relative to the project."""
    return tuple(
        module for name in ("src", "tests", "bench", "scripts") for module in _parse(ROOT / name, ROOT)
    )


@cache
def tracked_files() -> tuple[Path, ...]:
    """Files under version control, or those of an unpacked archive."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607  whichever git the developer has
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        return tuple(
            ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()
        )
    own = ("src", "tests", "bench", "docs", "scripts", "requirements")
    return tuple(path for name in own for path in (ROOT / name).rglob("*") if path.is_file())
