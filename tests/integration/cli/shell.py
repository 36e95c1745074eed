"""The command line on an installation of its own: real SQLite, real policy, fake engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from countenance.app import Countenance
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.main import app
from fakes_engine import FakeEngine
from integration.api.stage import Stage, StageParts

WIDE = {"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}
"""A terminal on which no sentence is folded, so that tests can look for sentences."""


class ShellParts(StageParts):
    """The stage's parts, as a new process would open them."""

    def __init__(self, database: Path, engine: FakeEngine) -> None:
        super().__init__(database, engine)
        self.listen = ("127.0.0.1", 0)


@dataclass
class Shell:
    """Somebody's terminal, beside the database of a stage."""

    stage: Stage
    folder: Path
    leases_file: Path | None = None
    erasure_journal: Path | None = None

    def run(self, *arguments: str, who: str | None = None, stdin: bytes | None = None, **more: str) -> Result:
        """Run one command as its own process would, with the key of `who` in the environment."""
        keys: Mapping[str, str | None] = {
            "COUNTENANCE_KEY": self.stage.keys[who] if who is not None else None
        }
        environment = {**WIDE, "COUNTENANCE_DEBUG": None, **keys, **more}
        return CliRunner().invoke(app, arguments, input=stdin, env=environment, obj=CommandLine(self.open))

    def json(self, *arguments: str, status: int = 0, **more: Any) -> Any:  # noqa: ANN401  whatever the document is
        """Run one command with `--json`; its standard output is one document and nothing else."""
        result = self.run(*arguments, "--json", **more)
        assert result.exit_code == status, result.output
        return json.loads(result.stdout)

    def open(self) -> Countenance:
        parts = ShellParts(self.stage.parts.path, self.stage.engine)
        parts.leases_file = self.leases_file
        parts.erasure_journal = self.erasure_journal
        return Countenance(parts)

    def image(self, content: bytes, name: str = "image.jpg") -> str:
        """Write an image file and return its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return str(path)

    def key_file(self, who: str) -> str:
        """Write the key of `who` to a file and return its path."""
        path = self.folder / f"{who}.key"
        path.write_text(self.stage.keys[who] + "\n", encoding="ascii")
        path.chmod(0o600)
        return str(path)

    def types(self) -> list[str]:
        """The types of everything on the ledger, in order."""
        return [event["type"] for event in self.stage.events()]

    def furnish(self, *subjects: tuple[str, bytes]) -> None:
        """Make alice's gallery with subjects who agreed."""
        self.stage.furnish("alice", "staff", "identity_verification", *subjects)
