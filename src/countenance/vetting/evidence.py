"""Evidence: files that an application points to, stored by their digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from countenance.errors import OversizedEvidenceError
from countenance.vetting.access import APPLICANTS, READERS, Access
from countenance.vetting.dossier import ApplicationId, Evidence
from countenance.vetting.evidence_files import MOST_FILES, checked_name, media_type_of
from countenance.vetting.model import Actor
from countenance.vetting.ports import VettingWork


@dataclass(frozen=True, slots=True)
class StoreEvidence:
    """Keep a file with an application, under the SHA-256 of its bytes."""

    access: Access
    unit_of_work: Callable[[], VettingWork]

    def __call__(self, actor: Actor, application_id: ApplicationId, name: str, data: bytes) -> Evidence:
        """Return what was stored; the same bytes a second time change nothing.

        Raises `ForbiddenError`, `NotFoundError`, `InvalidInputError`, `OversizedEvidenceError` or
        `UnsupportedEvidenceError`; the type is told by the bytes.
        """
        media_type, shown = media_type_of(data), checked_name(name)
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, APPLICANTS)
            application = self.access.application(work, actor, application_id, APPLICANTS)
            digest = hashlib.sha256(data).hexdigest()
            held = {one.digest: one for one in work.dossiers.evidence(application.id)}
            if digest in held:
                return held[digest]
            if len(held) >= MOST_FILES:
                raise OversizedEvidenceError(f"an application has at most {MOST_FILES} files")
            evidence = Evidence(
                application_id=application.id,
                digest=digest,
                name=shown,
                media_type=media_type,
                size=len(data),
                added_by=person,
                added=self.access.clock(),
            )
            work.dossiers.add_evidence(evidence, data)
            work.commit()
        return evidence


@dataclass(frozen=True, slots=True)
class ReadEvidence:
    """Show a file to staff, and to the members of the customer."""

    access: Access
    unit_of_work: Callable[[], VettingWork]

    def __call__(self, actor: Actor, application_id: ApplicationId, digest: str) -> tuple[Evidence, bytes]:
        """Return the file with its bytes, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            application = self.access.application(work, actor, application_id, READERS)
            held = {one.digest: one for one in work.dossiers.evidence(application.id)}
            data = work.dossiers.evidence_data(application.id, digest) if digest in held else None
            if data is None:
                self.access.refuse(work, actor, "evidence", f"no file `{digest}`")
            return held[digest], data
