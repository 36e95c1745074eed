"""The root: help, version, errors in one line, and the statuses that scripts branch on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from countenance import __version__, errors
from countenance.app import Countenance
from countenance.biometrics.faces import FaceChoice
from countenance.entrypoints.cli import options
from countenance.entrypoints.cli.commands import PANELS, load
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import MEANINGS, STATUSES, ExitCode, status_of
from countenance.entrypoints.cli.main import app, asks_for_json
from integration.cli.shell import WIDE, Shell

COMMANDS = [name for commands in PANELS.values() for name in commands]
HEAVY = [
    *("alembic", "cedarpy", "cv2", "faiss", "fastapi", "httpx", "numpy", "onnx", "onnxruntime", "openvino"),
    *("PIL", "pydantic", "scipy", "sqlalchemy", "starlette", "uvicorn"),
]


def command_line(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a process of its own."""
    return subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-m", "countenance.entrypoints.cli", *arguments],
        env={"PATH": "/usr/bin:/bin", **WIDE, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def every_command() -> Iterator[tuple[str, Any]]:
    """Every command and subcommand with its path."""
    for name in COMMANDS:
        yield from _within(name, load(name))


def _within(path: str, command: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  typer's classes are its own
    yield path, command
    for child, subcommand in getattr(command, "commands", {}).items():
        yield from _within(f"{path} {child}", subcommand)


def raising(error: BaseException) -> CommandLine:
    def opener() -> Countenance:
        raise error

    return CommandLine(opener)


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"countenance {__version__}\n"


def test_without_a_command_the_overview_is_shown() -> None:
    shown = CliRunner().invoke(app, [], env=WIDE)
    assert shown.exit_code == 0
    for name in COMMANDS:
        assert f" {name} " in shown.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_what_needs_no_installation_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom countenance.entrypoints.cli.main import app\n"
        f"try:\n    app({arguments!r})\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(  # noqa: S603  our own code
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, env=WIDE
    )
    assert done.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_overview_says_what_the_command_itself_says(name: str) -> None:
    told = next(commands[name] for commands in PANELS.values() if name in commands)
    assert " ".join(load(name).help.split("\n\n")[0].split()) == told


def test_every_command_and_every_option_has_a_help_text() -> None:
    silent = []
    for path, command in every_command():
        if not command.help:
            silent.append(path)
        silent += [f"{path} {option.name}" for option in command.params if not getattr(option, "help", None)]
    assert silent == []


def test_every_command_that_answers_offers_json() -> None:
    without = [
        path
        for path, command in every_command()
        if not hasattr(command, "commands") and "as_json" not in {option.name for option in command.params}
    ]
    assert without == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_is_shown(name: str) -> None:
    shown = CliRunner().invoke(app, [name, "--help"], env=WIDE)
    assert shown.exit_code == 0
    assert f"Usage: countenance {name}" in shown.stdout


def test_the_faces_to_choose_from_are_those_of_the_engine() -> None:
    assert set(options.Face.__args__) == {choice.value for choice in FaceChoice}


def leaves(error: type[errors.CountenanceError]) -> Iterator[type[errors.CountenanceError]]:
    yield error
    for child in error.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from leaves(child)


@pytest.mark.parametrize("error", list(leaves(errors.CountenanceError))[1:], ids=lambda error: error.__name__)
def test_every_error_has_a_status_of_its_own_or_of_its_family(error: type[errors.CountenanceError]) -> None:
    assert status_of(error.__new__(error)) is not ExitCode.FAULT


def test_every_status_is_explained() -> None:
    assert set(MEANINGS) == set(ExitCode)
    assert set(STATUSES.values()) <= set(ExitCode)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InvalidInputError("no"), 2),
        (errors.NaiveDateTimeError("no"), 2),
        (errors.UnauthenticatedError("no"), 3),
        (errors.ForbiddenError("no"), 3),
        (errors.CorruptImageError("no"), 4),
        (errors.NoFaceError("no"), 4),
        (errors.NotFoundError("no"), 5),
        (errors.AlreadyExistsError("no"), 5),
        (errors.ConfigurationError("no"), 6),
        (errors.ModelMissingError("no"), 6),
        (errors.CalibrationError("no"), 6),
        (errors.PackError("no"), 6),
        (errors.ConcurrentWriteError("no"), 7),
        (errors.BusyError("no"), 7),
        (errors.StorageFullError("no"), 7),
        (errors.LedgerError("no"), 1),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else type(value).__name__,
)
def test_an_error_is_one_line_with_its_code_and_a_status(error: errors.CountenanceError, status: int) -> None:
    told = CliRunner().invoke(app, ["keys", "list"], obj=raising(error), env=WIDE)
    assert told.exit_code == status
    assert told.stdout == ""
    assert told.stderr == f"error: no [{error.code}]\n"


def test_with_json_an_error_is_a_document() -> None:
    error = errors.LowQualityError("the face is blurred", reasons=("blurred",))
    told = CliRunner().invoke(app, ["keys", "list", "--json"], obj=raising(error), env=WIDE)
    assert told.exit_code == 4
    assert json.loads(told.stdout) == {
        "error": {"code": "face_quality_low", "message": "the face is blurred", "reasons": ["blurred"]}
    }
    assert told.stderr == ""


def test_a_fault_is_one_line_and_advice_and_no_traceback() -> None:
    told = CliRunner().invoke(app, ["keys", "list"], obj=raising(ZeroDivisionError("secret")), env=WIDE)
    assert told.exit_code == 70
    assert told.stderr.startswith("error: an unexpected fault, `ZeroDivisionError` [fault]\n")
    assert "COUNTENANCE_DEBUG=1" in told.stderr
    assert "secret" not in told.output
    assert "Traceback" not in told.output
    document = CliRunner().invoke(app, ["keys", "list", "--json"], obj=raising(KeyError("secret")), env=WIDE)
    assert document.exit_code == 70
    assert json.loads(document.stdout)["error"]["code"] == "fault"


def test_a_fault_shows_where_it_happened_when_asked() -> None:
    environment = {**WIDE, "COUNTENANCE_DEBUG": "1"}
    told = CliRunner().invoke(app, ["keys", "list"], obj=raising(ZeroDivisionError("here")), env=environment)
    assert told.exit_code == 70
    assert "Traceback" in told.stderr
    assert "ZeroDivisionError: here" in told.stderr


def test_ctrl_c_ends_a_command_with_its_own_status() -> None:
    told = CliRunner().invoke(app, ["keys", "list"], obj=raising(KeyboardInterrupt()), env=WIDE)
    assert told.exit_code == 130
    assert "Traceback" not in told.output


def test_what_is_not_understood_is_one_line_and_says_where_help_is() -> None:
    told = CliRunner().invoke(app, ["compar", "a", "b"], env=WIDE)
    assert told.exit_code == 2
    assert "no such command `compar`" in told.stderr
    assert "countenance --help" in told.stderr
    told = CliRunner().invoke(app, ["keys", "issue", "--role", "king", "--label", "x"], env=WIDE)
    assert told.exit_code == 2
    assert "[usage]" in told.stderr
    assert "`countenance keys issue --help`" in told.stderr


def test_what_is_not_understood_is_a_document_too() -> None:
    told = CliRunner().invoke(app, ["compare", "nowhere.jpg", "nowhere.jpg", "--json"], env=WIDE)
    assert told.exit_code == 2
    assert json.loads(told.stdout)["error"]["code"] == "usage"


def test_what_follows_two_dashes_is_no_option() -> None:
    assert asks_for_json(["compare", "a", "b", "--json"])
    assert not asks_for_json(["detect", "--", "--json"])


def test_the_installation_is_closed_whatever_happens(shell: Shell) -> None:
    closed = []

    class Closing(Countenance):
        def close(self) -> None:
            closed.append(self)
            super().close()

    line = CommandLine(lambda: Closing(shell.open().parts))
    assert CliRunner().invoke(app, ["keys", "list"], obj=line).exit_code == 0
    line = CommandLine(lambda: Closing(shell.open().parts))
    assert CliRunner().invoke(app, ["leases", "show", "nothing"], obj=line).exit_code == 5
    assert len(closed) == 2


def test_a_setting_that_is_wrong_is_told_and_nothing_is_opened() -> None:
    told = command_line("keys", "list", COUNTENANCE_PORT="many")
    assert told.returncode == 6, told.stderr
    assert "COUNTENANCE_PORT" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_reader_that_goes_away_ends_the_command_without_a_traceback() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "countenance.entrypoints.cli", "policy", "laws", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", **WIDE},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(60) != 0
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()


def test_typer_still_names_usage_errors_as_it_did() -> None:
    assert issubclass(typer.BadParameter, typer.TyperException)
