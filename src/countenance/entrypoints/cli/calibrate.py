"""`countenance calibrate`: what scores stand for, measured, and which threshold to take."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from countenance.entrypoints.cli.calibrate_run import measure
from countenance.entrypoints.cli.calibrate_thresholds import choose, meaning, merge

_MEASURE = "measure"


class MeasureFirst(TyperGroup):
    """`calibrate PAIRS` is `calibrate measure PAIRS`, as it was before there was anything else."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  typer names the class nowhere
        """Put the command in front where none is named and help is not asked for."""
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [_MEASURE, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=MeasureFirst,
    no_args_is_help=True,
    help="Measure how often the pipeline errs on images whose truth is known, and choose thresholds."
    " `calibrate PAIRS` is `calibrate measure PAIRS`.",
)

app.command(_MEASURE)(measure)
app.command("choose")(choose)
app.command("meaning")(meaning)
app.command("merge")(merge)
