"""What is told of manifests and erasures."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from countenance.biometrics.model import GalleryId
from countenance.entrypoints.api.schemas.model import Moment, Told
from countenance.ledger.manifest import Manifest
from countenance.recognition.erasure.model import Cause, ErasureRecord


class ManifestTold(Told):
    """What a gallery holds, as one root."""

    gallery_id: str
    root: str = Field(description="Root over the commitments to its templates, in hexadecimal.")
    references: int = Field(ge=0, description="How many references it holds.")

    @classmethod
    def of(cls, gallery_id: GalleryId, manifest: Manifest) -> Self:
        """Return the manifest's outside."""
        return cls(gallery_id=gallery_id, root=manifest.root.hex(), references=manifest.size)


class ErasureState(Told):
    """One erasure. It names the subject as the ledger does, which nobody can link any more."""

    erasure_id: str
    gallery_id: str
    cause: Cause
    subject: str | None = Field(description="The subject's name in the ledger; null where it had none.")
    references: int = Field(ge=0)
    erased: Moment
    entry: int = Field(ge=0, description="Index of the ledger entry that was made with it.")
    completed: Moment | None = Field(
        description="When every process had followed and the receipt was made; null until then."
    )

    @classmethod
    def of(cls, record: ErasureRecord) -> Self:
        """Return the record's outside."""
        return cls(
            erasure_id=record.id,
            gallery_id=record.gallery_id,
            cause=record.facts.cause,
            subject=record.facts.subject,
            references=record.references,
            erased=record.erased,
            entry=record.entry,
            completed=record.completed,
        )


class ErasuresTold(Told):
    """A page of erasures, the newest first."""

    erasures: list[ErasureState]
