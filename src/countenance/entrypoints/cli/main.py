"""The root of the command line: which commands there are, and the last stop of every error."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import countenance
from countenance.entrypoints.cli.commands import MARKUP, PANELS, load
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode, status_of
from countenance.errors import CountenanceError, RefusedError

DEBUG_VARIABLE = "COUNTENANCE_DEBUG"
"""Set to 1, it shows where an unexpected fault came from."""

_ADVICE = (
    "What had been permitted stands on the ledger; nothing more was done. Run it again with\n"
    f"{DEBUG_VARIABLE}=1 to see where it happened, and report it as SECURITY.md says."
)


class Root(TyperGroup):
    """Turns every error into one line and a status; what ends here has been recorded before."""

    def main(  # type: ignore[override]  # what typer passes beside these goes on as it came
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        **extra: Any,  # noqa: ANN401  as the class above has it
    ) -> Any:  # noqa: ANN401  as the class above has it
        """Run the command line with `args`, those of the process if None, and exit with its status."""
        arguments = list(sys.argv[1:] if args is None else args)
        line = extra.pop("obj", None) or CommandLine()
        line.output.as_json = asks_for_json(arguments)
        try:
            own = {"prog_name": prog_name or "countenance", "standalone_mode": False, "obj": line}
            status = super().main(arguments, **(extra | own))
        except typer.TyperException as error:
            status = _misunderstood(line, error)
        except typer.Abort:
            line.output.error("aborted", "nothing was done")
            status = ExitCode.INTERRUPTED
        finally:
            line.close()
        sys.exit(status or ExitCode.DONE)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:  # noqa: ANN401  as the class above has it
        """Return the command that `args` begin with, its module imported."""
        name, command, others = super().resolve_command(ctx, args)
        return name, command if name is None else load(name), others

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  as the class above has it
        """Run the command that was asked for."""
        line = CommandLine.of(ctx)
        try:
            return super().invoke(ctx)
        except RefusedError as refusal:
            from countenance.entrypoints.cli.refusal import show_refusal  # noqa: PLC0415  start-up stays quick

            show_refusal(line, refusal)
            raise typer.Exit(ExitCode.REFUSED) from None
        except CountenanceError as error:
            line.output.error(error.code, error.message, reasons=error.reasons)
            raise typer.Exit(status_of(error)) from None
        except (typer.Exit, typer.Abort, typer.TyperException, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001  the outermost boundary: a fault becomes one line and a status
            if os.environ.get(DEBUG_VARIABLE) == "1":
                traceback.print_exception(error)
            fault = f"an unexpected fault, `{type(error).__name__}`"
            line.output.error("fault", fault, advice=_ADVICE)
            raise typer.Exit(ExitCode.FAULT) from None


def asks_for_json(arguments: Sequence[str]) -> bool:
    """Tell whether the arguments ask for JSON; what follows `--` is no option."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options


def _misunderstood(line: CommandLine, error: typer.TyperException) -> int:
    """Print what was not understood, and where help is."""
    context = getattr(error, "ctx", None)
    message = error.format_message().rstrip(".").replace("'", "`")
    path = context.command_path if context is not None else "countenance"
    line.output.error("usage", message[:1].lower() + message[1:], advice=f"`{path} --help` tells more.")
    return ExitCode.USAGE


def _version(asked: bool) -> None:  # noqa: FBT001  what typer hands to a callback
    if asked:
        typer.echo(f"countenance {countenance.__version__}")
        raise typer.Exit


app = typer.Typer(
    name="countenance",
    cls=Root,
    help="Face recognition that runs only where it is permitted.",
    epilog="Every act is asked, decided and recorded first. Settings stand in the environment.",
    pretty_exceptions_enable=False,
    rich_markup_mode=MARKUP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001, FBT002  read by its callback; typer makes an option of it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Face recognition that runs only where it is permitted."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _list(name: str, summary: str, panel: str) -> None:
    """Put a command on the overview; what stands for it there gives way to itself when it is asked for."""

    def placeholder() -> None:
        """Stand in for a command on the overview."""

    app.command(name, help=summary, rich_help_panel=panel)(placeholder)


for _panel, _commands in PANELS.items():
    for _name, _summary in _commands.items():
        _list(_name, _summary, _panel)


def main() -> None:
    """Run the command line; the entry point of the installed `countenance`."""
    app()
