"""Fairness reports made on an installation with the engine of sentences, as whoever sits at it makes them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from countenance.app import Countenance
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.main import app
from countenance.fairness.audits import AuditTerms
from countenance.fairness.monitored import Measure, Watched
from countenance.fairness.sequential import Stream
from countenance.policy.evidence import FairnessCaps, KindOfUse
from countenance.vetting.model import LeaseId
from fakes_engine import photograph

if TYPE_CHECKING:
    from console_stage import ConsoleStage

SUBJECTS = 22
WHY = "its photographs are like those of our doors"
CAPS = FairnessCaps(max_age_days=90, min_subjects=5, fmr_ppb=900_000_000, fnmr_ppb=1)
"""Caps of which a report on `SUBJECTS` people shows all but one to hold."""

STREAMS = {
    "staff": Stream(trials=40, errors=2),
    "hall": Stream(trials=900, errors=9, baseline=0.02),
    "yard": Stream(trials=900, errors=90, baseline=0.02, alarms=1),
}
TERMS = AuditTerms(
    party="A university",
    contact="audit@example.org",
    protocol="ab" * 32,
    test_days=10,
    window_days=30,
    calls_a_minute=5,
    most_calls=500,
)


def write_manifest(folder: Path) -> Path:
    """Two groups of people with two photographs each; who is enrolled and searched with is said too."""
    lines = ["image,subject,sex,part"]
    for i in range(SUBJECTS):
        for number, part in ((1, "enrol"), (2, "probe")):
            (folder / f"{i}-{number}.jpg").write_bytes(photograph(f"subject {i}", number))
            told = "probe" if i >= SUBJECTS - 8 else part
            lines.append(f"{i}-{number}.jpg,s{i},{'ab'[i % 2]},{told}")
    (folder / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder / "manifest.csv"


def measure(service: Countenance, folder: Path, *more: str) -> dict[str, Any]:
    """Measure, and return the report as it was signed; with `--report` in `more` pages are drawn too."""
    manifest = folder / "manifest.csv"
    if not manifest.exists():
        write_manifest(folder)
    arguments = ["fairness", "run", str(manifest), "--source", "sex=self-reported", *more, "--json"]
    told = CliRunner().invoke(app, arguments, obj=CommandLine(opener=lambda: service))
    assert told.exit_code == 0, told.output
    document: dict[str, Any] = json.loads(told.stdout)
    return document


def fairness_lived(stage: ConsoleStage, folder: Path) -> str:
    """Give a console a report that counts, a lease with caps, rates that are watched and an audit.

    Return the report's digest.
    """
    service, parts = stage.service, stage.stage.parts
    parts.max_image_bytes = 1 << 20
    with parts.unit_of_work() as work:
        lease = work.leases.get(LeaseId("bank-doors"))
        assert lease is not None
        terms = replace(lease.terms, caps=CAPS, model_digests=frozenset({parts.engine.pipeline.model_digest}))
        work.leases.put(replace(lease, terms=terms))
        for gallery, stream in STREAMS.items():
            watched = Watched(gallery_id=gallery, measure=Measure.NO_MATCH, under="x", stream=stream)
            work.monitored.put(watched)
        work.commit()
    document = measure(service, folder, "--fmr", str(lease.terms.fmr_ppb / 1e9), "--fmr-cap", "0.9")
    gate, uses = service.gate, frozenset({KindOfUse.ONE_TO_ONE})
    gate.register_evidence(stage.actor("ruben"), document["record"]["entry"], uses, WHY)
    made = gate.administer_audits.register(stage.actor("olivia"), TERMS, WHY)
    gate.administer_audits.approve(stage.actor("ruben"), made.id, WHY)
    digest: str = document["record"]["digest"]
    return digest
