"""What every command is given: the installation, opened when it is first needed, and who acts."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from countenance.entrypoints.cli.output import Output
from countenance.errors import InvalidInputError

if TYPE_CHECKING:
    from countenance.app import Countenance
    from countenance.vetting.model import Actor

KEY_VARIABLE = "COUNTENANCE_KEY"
"""Where a key may stand besides a file. Never an argument: the process list shows those to everybody."""

_LONGEST_KEY_FILE = 4096


def _open() -> Countenance:
    from countenance.app import open_countenance  # noqa: PLC0415  start-up stays quick: this loads everything

    return open_countenance()


@dataclass
class CommandLine:
    """One run of the command line; `typer.Context.obj`.

    `countenance` is opened by the first command that needs it, so that `--help`, `policy
    explain` and `ledger verify` need neither database nor models.
    """

    opener: Callable[[], Countenance] = _open
    output: Output = field(default_factory=Output)
    _countenance: Countenance | None = None

    @classmethod
    def of(cls, context: typer.Context) -> CommandLine:
        """Return the run that `context` belongs to."""
        return context.ensure_object(cls)

    @property
    def countenance(self) -> Countenance:
        """Return the installation's acts, opening it at first use."""
        if self._countenance is None:
            self._countenance = self.opener()
        return self._countenance

    @property
    def administrator(self) -> Actor:
        """Return whoever sits at the machine with the database and its keys."""
        from countenance.vetting.authority import LOCAL_ADMINISTRATOR  # noqa: PLC0415  start-up stays quick

        return LOCAL_ADMINISTRATOR

    def operator(self) -> Actor:
        """Return the operator under the built-in evaluation lease, granted anew where it has ended."""
        from countenance.vetting.evaluation import LOCAL  # noqa: PLC0415  start-up stays quick

        self.countenance.parts.warm()
        self.countenance.ensure_evaluation_lease()
        return LOCAL

    def holder(self, key_file: Path | None) -> Actor:
        """Return whom the key in `key_file`, or in the environment, stands for.

        Raises `UnauthenticatedError` for a key that is missing, unknown, expired or revoked, and
        `InvalidInputError` for a file that is no key file.
        """
        text = self._key_text(key_file) if key_file is not None else os.environ.get(KEY_VARIABLE)
        return self.countenance.authenticate(text.strip().partition("\n")[0] if text is not None else None)

    def holder_or_administrator(self, key_file: Path | None) -> Actor:
        """Return whom the key stands for; without a key, whoever sits at the machine."""
        if key_file is None and KEY_VARIABLE not in os.environ:
            return self.administrator
        return self.holder(key_file)

    def confirm(self, question: str, *, yes: bool) -> None:
        """Return once whoever is at the terminal has said yes; raises `typer.Abort` otherwise.

        Where nobody can be asked, `--yes` has to have been given.
        """
        if yes:
            return
        if self.output.as_json or not sys.stdin.isatty():
            raise typer.BadParameter("nobody can be asked here: give --yes if it shall be done")
        typer.confirm(question, abort=True, err=True)

    def close(self) -> None:
        """Let go of the installation, if it was opened."""
        if self._countenance is not None:
            self._countenance.close()
            self._countenance = None

    def _key_text(self, path: Path) -> str:
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                content = file.read(_LONGEST_KEY_FILE + 1)
            text = content.decode("ascii")
        except OSError as error:
            raise InvalidInputError(f"`{path}` cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise InvalidInputError(f"`{path}` is no key file") from error
        if len(content) > _LONGEST_KEY_FILE:
            raise InvalidInputError(f"`{path}` is no key file")
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            self.output.warn(f"`{path}` can be read by others: chmod 600 it")
        return text
