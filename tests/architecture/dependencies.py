"""What the locks say, and what the package imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions

from architecture.source import ROOT, Module

REQUIREMENTS = ROOT / "requirements"
_HOST = re.compile(r"://|^\s*-{1,2}(i|f|index-url|extra-index-url|find-links|trusted-host)\b", re.MULTILINE)


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def reasonless(requirements: str) -> list[str]:
    """Lines of a `.in` file that name a package without saying why."""
    lines = [line for line in requirements.splitlines() if line.strip() and not line.startswith(("#", "-r"))]
    return [line for line in lines if not re.search(r"\S\s+# \S+ \S+", line)]


def named(requirements: str) -> set[str]:
    """Packages that a `.in` file names itself."""
    found = (re.match(r"[A-Za-z0-9][\w.-]*", line) for line in requirements.splitlines())
    return {normalised(match[0]) for match in found if match}


def locked(lock: str) -> dict[str, str]:
    """Package -> version of a lock."""
    return {
        normalised(name): version
        for name, version in re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==(\S+)", lock, re.MULTILINE)
    }


def unhashed(lock: str) -> list[str]:
    """Packages of a lock without a SHA-256."""
    entries = re.split(r"^(?=\w)", lock, flags=re.MULTILINE)
    return [entry for entry in entries if entry.strip() and "--hash=sha256:" not in entry]


def names_host(lock: str) -> bool:
    return bool(_HOST.search(lock))


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def allowed_distributions() -> set[str]:
    """What the package may import: the locked runtime, and the extras it declares."""
    extras = project()["optional-dependencies"]
    assert isinstance(extras, dict)
    declared = named("\n".join(line for group in extras.values() for line in group))
    return set(locked((REQUIREMENTS / "runtime.txt").read_text(encoding="utf-8"))) | declared


@cache
def _installed() -> Mapping[str, list[str]]:
    return packages_distributions()


def foreign_import(
    module: Module, allowed: set[str], distributions: Mapping[str, list[str]] | None = None
) -> Iterator[str]:
    """Imports of something that is neither standard library, nor ours, nor among `allowed`."""
    owners = _installed() if distributions is None else distributions
    for node in module.walk(ast.Import, ast.ImportFrom):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield module.at(node, "imports are absolute")
            continue
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        for top in {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"countenance"}:
            if not {normalised(owner) for owner in owners.get(top, [])} & allowed:
                yield module.at(node, f"`{top}` is not among the locked runtime dependencies")
