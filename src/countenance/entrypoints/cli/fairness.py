"""`countenance fairness`: how error rates differ between groups, and whether that is known well enough."""

from __future__ import annotations

import typer

from countenance.entrypoints.cli.fairness_audit import app as audit
from countenance.entrypoints.cli.fairness_gate import bring, caps, confirm, evidence, register, withdraw
from countenance.entrypoints.cli.fairness_monitor import monitor
from countenance.entrypoints.cli.fairness_plan import plan
from countenance.entrypoints.cli.fairness_predictions import predictions
from countenance.entrypoints.cli.fairness_run import run
from countenance.entrypoints.cli.fairness_scores import scores
from countenance.entrypoints.cli.fairness_systems import systems
from countenance.entrypoints.cli.fairness_verify import verify

app = typer.Typer(
    no_args_is_help=True,
    help="Measure how error rates differ between groups, and say when evidence is too thin.",
)

app.command("run")(run)
app.add_typer(audit, name="audit")
app.command("monitor")(monitor)
app.command("caps")(caps)
app.command("evidence")(evidence)
app.command("register")(register)
app.command("bring")(bring)
app.command("confirm")(confirm)
app.command("withdraw")(withdraw)
app.command("scores")(scores)
app.command("plan")(plan)
app.command("predictions")(predictions)
app.command("systems")(systems)
app.command("verify")(verify)
