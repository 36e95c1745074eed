"""Reports kept for people to open: by whoever made one here, or brought one from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from countenance.errors import InvalidInputError
from countenance.fairness.reports import LARGEST_FILE, REPORT, KeptReport, kept_report
from countenance.fairness.sealing import content_digest
from countenance.ledger.canonical import parse_leaf
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.access import STAFF, Access
from countenance.vetting.model import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedReport:
    """A kept report with its figures, as `report.json` has them."""

    report: KeptReport
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeepReport:
    """Keep a signed report with its files: the ledger names it, so that nothing else is kept as one."""

    clock: Callable[[], datetime]
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, text: str, files: Mapping[str, bytes]) -> KeptReport | None:
        """Return what is kept of the report `text` (a `report.json`), None where it is not the ledger's.

        A file above `LARGEST_FILE` bytes is left out. Raises `InvalidInputError` for text that is no report.
        """
        named = {**files, REPORT: text.encode()}
        fitting = {name: data for name, data in named.items() if len(data) <= LARGEST_FILE}
        kept = kept_report(text, fitting, kept=self.clock())
        digest = content_digest(json.loads(text))
        with self.unit_of_work() as work:
            leaf = work.ledger.leaf(kept.entry) if 0 <= kept.entry < work.ledger.size() else b""
            if (
                REPORT not in fitting
                or not leaf
                or not parse_leaf(leaf).get("fairness") == digest == kept.digest
            ):
                return None
            work.fairness_reports.put(kept, fitting)
            work.commit()
        return kept


@dataclass(frozen=True, slots=True)
class ReadReports:
    """Show staff the reports that are kept."""

    access: Access
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor) -> tuple[KeptReport, ...]:
        """Return every report, the one that was kept last first, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.access.role(work, actor, STAFF)
            return work.fairness_reports.all()

    def one(self, actor: Actor, digest: str) -> OpenedReport:
        """Return a report with its figures, or record and raise `NotFoundError`; raises `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.access.role(work, actor, STAFF)
            kept = work.fairness_reports.get(digest)
            text = work.fairness_reports.file(digest, REPORT) if kept is not None else None
            if kept is None or text is None:
                self.access.refuse(work, actor, "report", "no such report is kept")
            return OpenedReport(report=kept, document=json.loads(text))

    def file(self, actor: Actor, digest: str, name: str) -> bytes:
        """Return a file of a report, or raise like `one`."""
        with self.unit_of_work() as work:
            self.access.role(work, actor, STAFF)
            content = work.fairness_reports.file(digest, name)
            if content is None:
                self.access.refuse(work, actor, "report", "no such report is kept")
            return content


def keep_brought(work: UnitOfWork, text: str, kept: datetime) -> None:
    """Keep a report that was made elsewhere and checked, if it has what pages show; the caller commits."""
    try:
        report = kept_report(text, {}, kept=kept)
    except InvalidInputError:
        return
    work.fairness_reports.put(report, {REPORT: text.encode()})
