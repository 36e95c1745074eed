"""What the documents say of the command line is so."""

from __future__ import annotations

import json
import re
import shlex
import textwrap
from pathlib import Path
from typing import Any

import pytest

from architecture.documentation import documents as pages
from architecture.source import ROOT
from countenance.entrypoints.cli.commands import PANELS, load
from countenance.entrypoints.cli.exit_codes import MEANINGS
from fakes_engine import FAKE_PIPELINE, photograph
from integration.cli.documents import DOCUMENTS
from integration.cli.shell import Shell

PAGE = ROOT / "docs" / "reference" / "json.md"
_SECTION = re.compile(r"^## (.+?)\n.*?```json\n(.*?)```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^ {4,}(?:\.venv/bin/)?countenance ((?:[^\n\\]|\\\n)+)", re.MULTILINE)
_FORMATS = frozenset({"search snapshot 1"})
"""Quoted first lines of files, which begin like a command."""
_QUOTED = re.compile(r"`(?:\.venv/bin/)?countenance ([a-z][^`\n]*)`")


def examples() -> dict[str, Any]:
    """Heading to the document shown under it."""
    text = PAGE.read_text(encoding="utf-8")
    return {title.replace("`", ""): json.loads(shown) for title, shown in _SECTION.findall(text)}


def shape(document: Any) -> Any:  # noqa: ANN401  any JSON
    """The keys of a document, all the way down, with the kinds of values; null is any kind."""
    if isinstance(document, dict):
        return {name: shape(value) for name, value in document.items()}
    if isinstance(document, list):
        return [shape(document[0])] if document else []
    if document is None:
        return None
    return (
        "number" if isinstance(document, int | float) and not isinstance(document, bool) else type(document)
    )


def fits(shown: Any, real: Any) -> bool:  # noqa: ANN401  any JSON
    """Whether two shapes are one, where null and the empty list are any value of theirs."""
    if shown is None or real is None:
        return True
    if isinstance(shown, dict) and isinstance(real, dict):
        return shown.keys() == real.keys() and all(fits(shown[name], real[name]) for name in shown)
    if isinstance(shown, list) and isinstance(real, list):
        return not shown or not real or fits(shown[0], real[0])
    return bool(shown == real)


def test_every_document_is_shown() -> None:
    assert list(examples()) == list(DOCUMENTS)


@pytest.mark.parametrize("title", DOCUMENTS)
def test_a_document_has_the_keys_that_are_shown(title: str, shell: Shell) -> None:
    shown, real = shape(examples()[title]), shape(DOCUMENTS[title](shell))
    assert fits(shown, real), real


def test_a_key_that_is_not_shown_is_noticed() -> None:
    assert not fits(shape({"a": 1}), shape({"a": 1, "b": 2}))
    assert not fits(shape({"a": [{"b": 1}]}), shape({"a": [{"b": "1"}]}))
    assert fits(shape({"a": None, "b": []}), shape({"a": {"c": 1}, "b": [1]}))


def commands_shown(text: str) -> list[list[str]]:
    """What the text shows to be typed after `countenance`, as words."""
    found = [*_INDENTED.findall(text), *_QUOTED.findall(text)]
    return [shlex.split(one.replace("\\\n", " "), comments=True) for one in found if one not in _FORMATS]


def misspelt(words: list[str]) -> str | None:
    """What of a command line does not exist: a command, or an option; None if all of it does."""
    if words[0].startswith("-"):
        return None
    if words[0] not in {name for names in PANELS.values() for name in names}:
        return words[0]
    command, at = load(words[0]), 1
    while (
        getattr(command, "commands", None) and at < len(words) and not words[at].startswith(("-", "<", "…"))
    ):
        if words[at] not in command.commands:
            return " ".join(words[: at + 1])
        command, at = command.commands[words[at]], at + 1
    known = {name for option in command.params for name in [*option.opts, *option.secondary_opts]}
    options = [word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    unknown = [option for option in options if option not in known | {"--help", "-h"}]
    return f"{command.name} {unknown[0]}" if unknown else None


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_shows_exists(page: Path) -> None:
    shown = commands_shown(page.read_text(encoding="utf-8"))
    assert [fault for words in shown if (fault := misspelt(words)) is not None] == []


def test_a_command_that_does_not_exist_is_noticed() -> None:
    assert misspelt(["compar", "a", "b"]) == "compar"
    assert misspelt(["keys", "make"]) == "keys make"
    assert misspelt(["compare", "a", "b", "--threshold", "0.3"]) == "compare --threshold"
    assert misspelt(["keys", "issue", "--role", "auditor", "--label", "x"]) is None
    assert commands_shown("    countenance detect a.jpg --json\nand `countenance keys list`") == [
        ["detect", "a.jpg", "--json"],
        ["keys", "list"],
    ]


def test_every_exit_status_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    for code, meaning in MEANINGS.items():
        assert f"| {int(code)} | {meaning} |" in text


def guide_to_customers() -> tuple[str, list[list[str]]]:
    """The lease that the guide writes down, and the commands that follow it."""
    text = (ROOT / "docs" / "guide" / "getting-started.md").read_text(encoding="utf-8")
    section = text.split("## Act for a customer")[1].split("\n## ")[0]
    seed = re.search(r"<<'END'\n(.*?)\n {4}END", section, re.DOTALL)
    assert seed is not None
    return textwrap.dedent(seed[1]), commands_shown(section)


def test_the_guide_leads_from_a_lease_to_a_withdrawal(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    seed, commands = guide_to_customers()
    real = "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee"
    assert real in seed
    shell.image(seed.replace(real, FAKE_PIPELINE.model_digest).encode(), "leases.toml")
    shell.image(photograph("dave", 1), "one.jpg")
    shell.image(photograph("dave", 2), "other.jpg")
    monkeypatch.chdir(shell.folder)
    statuses = {" ".join(words[:2]): shell.run(*words).exit_code for words in commands}
    assert statuses.pop("identify customers") == 3
    assert set(statuses.values()) == {0}
    assert len(statuses) == 7
    assert shell.types()[-3:] == ["consent:withdrawn", "subject:erased", "erasure:completed"]
