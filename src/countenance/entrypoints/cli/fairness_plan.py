"""`countenance fairness plan`: how many subjects a claim about every group needs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.fairness_options import FmrCap, FnmrCap
from countenance.entrypoints.cli.options import JsonFlag
from countenance.errors import InvalidInputError

if TYPE_CHECKING:
    from countenance.fairness.planning import Needed


def plan(  # noqa: PLR0913  each is an option of the command
    context: typer.Context,
    *,
    groups: Annotated[int, typer.Option("--groups", min=1, help="How many groups are compared.")],
    fmr_cap: FmrCap = None,
    fnmr_cap: FnmrCap = None,
    expected_fmr: Annotated[
        float, typer.Option("--expected-fmr", help="What the FMR is thought to be; 0 for no false match.")
    ] = 0.0,
    expected_fnmr: Annotated[
        float, typer.Option("--expected-fnmr", help="What the FNMR is thought to be; 0 for no miss.")
    ] = 0.0,
    images: Annotated[int, typer.Option("--images", min=1, help="Images of each subject.")] = 2,
    power: Annotated[
        float,
        typer.Option("--power", help="The chance of passing that is wanted."),
    ] = 0.8,
    design_effect: Annotated[
        float,
        typer.Option(
            "--design-effect",
            help="Trials that stand for an independent one; a run tells it: trials / effective trials.",
        ),
    ] = 1.0,
    as_json: JsonFlag = False,
) -> None:
    """Tell how many subjects each group needs so that a cap can be passed at all.

    The verdict asks for an upper bound within the cap, at 95 % for all groups at once. With fewer
    subjects than this the answer will be `insufficient evidence`, however good the system is.
    """
    from countenance.fairness.planning import Claim, mated_needed, non_mated_needed  # noqa: PLC0415  start-up

    if fmr_cap is None and fnmr_cap is None:
        raise InvalidInputError("name a cap: `--fmr-cap`, `--fnmr-cap` or both")

    def claim(cap: float, expected: float) -> Claim:
        return Claim(cap=cap, expected=expected, groups=groups, power=power, design_effect=design_effect)

    needed: dict[str, Needed] = {}
    if fmr_cap is not None:
        needed["fmr"] = non_mated_needed(claim(fmr_cap, expected_fmr), images=images)
    if fnmr_cap is not None:
        needed["fnmr"] = mated_needed(claim(fnmr_cap, expected_fnmr), images=images)
    most = max(one.subjects for one in needed.values())
    line = CommandLine.of(context)
    if as_json:
        rates = {name: asdict(one) for name, one in needed.items()}
        line.output.document(
            {"groups": groups, "subjects_per_group": most, "subjects": most * groups, **rates}
        )
        return
    line.output.say(f"{most:,} subjects in each group, {most * groups:,} in all", style="bold")
    line.output.table(
        ("claim", "trials in each group", "subjects", "errors allowed", "for the rule of 30"),
        ((name.upper(), *_cells(one)) for name, one in needed.items()),
    )
    if design_effect == 1.0:
        line.output.say(
            "Trials are taken as independent. Trials that share subjects say less: measure a few, and give"
            " --design-effect."
        )


def _cells(needed: Needed) -> tuple[str, str, str, str]:
    rule = "-" if needed.rule_of_30 is None else f"{needed.rule_of_30:,} trials"
    return f"{needed.trials:,}", f"{needed.subjects:,}", f"{needed.errors_allowed:,}", rule
