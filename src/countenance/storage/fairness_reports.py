"""Kept fairness reports: what lists tell of them, and their files, compressed and sealed."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Final

from sqlalchemy import bindparam, select

from countenance.fairness.reports import KeptReport
from countenance.storage.evidence_tables import fairness_report_files as files_table
from countenance.storage.evidence_tables import fairness_reports as table
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent
from countenance.storage.vetting_sealing import Kept, KeptStatements, place_of

_REPORTS: Final = KeptStatements(table)
_ADD_FILE: Final = insert_if_absent(files_table)
_ONE: Final = select(table).where(table.c.report == bindparam("digest"))
_ALL: Final = select(table).order_by(table.c.kept.desc(), table.c.report)
_FILE: Final = select(files_table).where(
    files_table.c.report == bindparam("digest"), files_table.c.name == bindparam("which")
)


class SqlFairnessReports:
    """Reports by digest."""

    __slots__ = ("_kept", "_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring
        self._kept = Kept(session, keyring, _REPORTS, KeptReport)

    def put(self, report: KeptReport, files: Mapping[str, bytes]) -> None:
        """Store `report` and its files; one of the same digest stays as it is."""
        if not self._kept.add({"report": report.digest, "kept": report.kept}, report):
            return
        for name, content in files.items():
            place = place_of(files_table, [report.digest, name])
            sealed = self._keyring.seal(zlib.compress(content), *place)
            self._session.insert_new(_ADD_FILE, {"report": report.digest, "name": name, "sealed": sealed})

    def get(self, digest: str) -> KeptReport | None:
        """Return the report, or None."""
        return next(iter(self._kept.read(_ONE, {"digest": digest})), None)

    def file(self, digest: str, name: str) -> bytes | None:
        """Return a file of the report, or None."""
        rows = self._session.read(_FILE, {"digest": digest, "which": name})
        if not rows:
            return None
        place = place_of(files_table, [digest, name])
        return zlib.decompress(self._keyring.open(bytes(rows[0].sealed), *place))

    def all(self) -> tuple[KeptReport, ...]:
        """Return every report, the one that was kept last first."""
        return self._kept.read(_ALL, {})
