"""Consent of a subject to one gallery's purpose, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from countenance.biometrics.model import GalleryId, SubjectId


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A subject's agreement to be in one gallery, for that gallery's purpose.

    `notice` names the version of the text that the subject was shown, `method` how the
    agreement was given. `instruments` names what else is on record (a written release, a
    guardian's signature). Valid from `given` until `expires` (excluded) unless withdrawn; from
    `objected` on no use is made of it while an objection waits or stands.
    """

    gallery_id: GalleryId
    subject_id: SubjectId
    notice: str
    method: str
    instruments: frozenset[str]
    given: datetime
    expires: datetime | None
    withdrawn: datetime | None = None
    objected: datetime | None = None

    def valid_at(self, moment: datetime) -> bool:
        """Tell whether the agreement holds at `moment`."""
        if moment < self.given or (self.expires is not None and moment >= self.expires):
            return False
        return all(end is None or moment < end for end in (self.withdrawn, self.objected))
