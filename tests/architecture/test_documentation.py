from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from architecture.documentation import (
    anchors,
    broken_links,
    documents,
    missing_files,
    missing_names,
    missing_targets,
    missing_tests,
)
from architecture.source import ROOT

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_pages_say_what_the_code_says(reference: ModuleType) -> None:
    assert reference.outdated() == [], "run `make docs`"


def test_a_reference_page_that_is_behind_the_code_is_noticed(
    reference: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reference, "REFERENCE", tmp_path)
    assert reference.main(["--check"]) == 1
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0
    (tmp_path / "errors.md").write_text("stale", encoding="utf-8")
    assert reference.outdated() == ["errors.md"]


def test_every_link_between_documents_leads_somewhere() -> None:
    assert [fault for path in documents() for fault in broken_links(path, text_of(path))] == []


def test_every_test_that_a_document_names_exists() -> None:
    assert [f"{path.name}: {name}" for path in documents() for name in missing_tests(text_of(path))] == []


def test_every_file_that_a_document_names_exists() -> None:
    assert [f"{path.name}: {name}" for path in documents() for name in missing_files(text_of(path))] == []


def test_every_make_target_that_a_document_names_exists() -> None:
    assert [f"{path.name}: {name}" for path in documents() for name in missing_targets(text_of(path))] == []


def test_every_name_of_the_package_that_a_document_uses_exists() -> None:
    assert [f"{path.name}: {name}" for path in documents() for name in missing_names(text_of(path))] == []


def test_a_claim_that_does_not_hold_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    assert broken_links(page, "see [there](nowhere.md)") == ["page.md: nowhere.md"]
    page.write_text("# A heading, here\n", encoding="utf-8")
    assert broken_links(page, "[a](page.md#a-heading-here) [b](https://example.org)") == []
    assert broken_links(page, "[a](page.md#elsewhere)") == ["page.md: page.md#elsewhere"]
    assert missing_tests("`tests/architecture/test_sizes.py::test_nothing`")
    assert missing_tests("`tests/nowhere.py`")
    assert not missing_tests("`tests/architecture/test_sizes.py`")
    assert missing_files("`src/countenance/utils.py`") == ["src/countenance/utils.py"]
    assert missing_targets("`make coffee`") == ["coffee"]
    assert missing_names("`countenance.errors.NoSuchError`") == ["countenance.errors.NoSuchError"]
    assert missing_names("`countenance.errors.BusyError` in `countenance.app`") == []
    assert anchors("## One, two") == {"one-two"}


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem[:4])
def test_every_decision_names_the_test_that_enforces_it(path: Path) -> None:
    text = text_of(path)
    for heading in ("## Context", "## Decision", "## Consequences", "## Enforced by"):
        assert heading in text
    assert re.search(r"`(tests/[\w/]+\.py|pyproject\.toml)", text.split("## Enforced by")[1])


def test_no_two_decisions_have_one_number_and_each_is_listed() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == sorted(set(numbers))
    index = text_of(ROOT / "docs" / "decisions" / "README.md")
    assert [path.name for path in DECISIONS if path.name not in index] == []


def test_the_change_log_has_a_place_for_what_is_not_released() -> None:
    assert "## [Unreleased]" in text_of(ROOT / "CHANGELOG.md")


def unsupported_threats(text: str) -> list[str]:
    """Lines of the threat model that name neither a test nor the work that is still to come."""
    rows = [line for line in text.splitlines() if line.startswith("| ") and not set(line) <= set("|- ")]
    return [
        row for row in rows if not row.startswith("| what") and "`tests/" not in row and "later:" not in row
    ]


def test_every_line_of_the_threat_model_has_a_test_or_says_that_it_has_none() -> None:
    assert unsupported_threats(text_of(ROOT / "docs" / "threat-model.md")) == []


def test_a_threat_with_nothing_behind_it_is_noticed() -> None:
    assert unsupported_threats("| what stands | behind it |\n| --- | --- |\n| hope | none |\n") == [
        "| hope | none |"
    ]
