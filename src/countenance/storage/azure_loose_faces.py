"""Loose faces: each encrypted under a key of its own, which is destroyed with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

import numpy as np
from sqlalchemy import bindparam, delete, func, select

from countenance.biometrics.faces import QualityReason
from countenance.biometrics.model import Pipeline, Template
from countenance.errors import AlreadyExistsError, StorageError
from countenance.recognition.loose_faces.model import LooseFace, LooseFaceId
from countenance.storage.azure_face_tables import loose_faces
from countenance.storage.prepared import Row
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent
from countenance.storage.subject_keys import destroy_key, keep_key
from countenance.storage.tables import leases, subject_keys
from countenance.vetting.model import CustomerId, LeaseId

_FLOATS: Final = np.dtype("<f4")
_FACE: Final = (
    select(loose_faces, subject_keys.c.wrapped)
    .join(subject_keys, subject_keys.c.id == loose_faces.c.key_id)
    .where(loose_faces.c.id == bindparam("face"), loose_faces.c.lease_id == bindparam("lease"))
)
_OF_CUSTOMER: Final = (
    select(loose_faces, subject_keys.c.wrapped)
    .join(subject_keys, subject_keys.c.id == loose_faces.c.key_id)
    .join(leases, leases.c.id == loose_faces.c.lease_id)
    .where(leases.c.customer_id == bindparam("customer"), loose_faces.c.id > bindparam("after"))
    .order_by(loose_faces.c.id)
    .limit(500)
)
_KNOWN: Final = select(loose_faces.c.id).where(loose_faces.c.id == bindparam("face"))
_COUNT: Final = select(func.count(loose_faces.c.id).label("number")).where(
    loose_faces.c.lease_id == bindparam("lease")
)
_EXPIRED: Final = (
    select(loose_faces.c.id, loose_faces.c.key_id)
    .where(loose_faces.c.expires <= bindparam("at"))
    .order_by(loose_faces.c.expires, loose_faces.c.id)
    .limit(bindparam("most"))
)
_ADD: Final = insert_if_absent(loose_faces)
_REMOVE: Final = delete(loose_faces).where(loose_faces.c.id == bindparam("face"))


def owner_of(lease_id: str) -> str:
    """Return what stands for a gallery where a loose face's key is bound to its place.

    No gallery is called so: a gallery's id has no colon.
    """
    return f"loose:{lease_id}"


class SqlLooseFaces:
    """Loose faces by id and lease."""

    __slots__ = ("_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    def add(self, face: LooseFace) -> None:
        """Store `face`; raises `AlreadyExistsError`."""
        self._session.become_writer()
        if self._session.read(_KNOWN, {"face": face.id}):
            raise AlreadyExistsError("there is a loose face of this id already")
        key, wrapped = self._keyring.new_subject_key(owner_of(face.lease_id), face.id)
        pipeline = face.template.pipeline
        parts = (pipeline.model_digest, pipeline.version)
        plain = face.template.vector.astype(_FLOATS).tobytes()
        row = {
            "id": face.id,
            "lease_id": face.lease_id,
            "photograph": face.photograph,
            "key_id": keep_key(self._session, wrapped),
            "model_digest": pipeline.model_digest,
            "pipeline_version": pipeline.version,
            "sealed": key.seal(plain, reference_id=face.id, pipeline=parts),
            "reasons": tuple(reason.value for reason in face.reasons),
            "label": face.label,
            "issued": face.issued,
            "expires": face.expires,
        }
        self._session.write(_ADD, row)

    def get(self, lease_id: LeaseId, face_id: LooseFaceId, *, at: datetime) -> LooseFace | None:
        """Return the face while it is kept, or None."""
        rows = self._session.read(_FACE, {"face": face_id, "lease": lease_id})
        if not rows or rows[0].expires <= at:
            return None
        return self._face(rows[0])

    def of_customer(self, customer_id: CustomerId) -> Iterator[LooseFace]:
        """Yield the faces kept under any lease of a customer, a page at a time."""
        after = ""
        while rows := self._session.page(_OF_CUSTOMER, {"customer": customer_id, "after": after}):
            yield from map(self._face, rows)
            after = rows[-1].id

    def count(self, lease_id: LeaseId) -> int:
        """Return how many faces are kept under the lease."""
        return int(self._session.read(_COUNT, {"lease": lease_id})[0].number)

    def destroy_expired(self, at: datetime, *, limit: int) -> tuple[LooseFaceId, ...]:
        """Destroy up to `limit` faces that have expired at `at`, the oldest first; return their ids."""
        rows = self._session.read(_EXPIRED, {"at": at, "most": limit})
        for row in rows:
            self._destroy(row)
        return tuple(LooseFaceId(row.id) for row in rows)

    def destroy(self, lease_id: LeaseId, face_ids: Iterable[LooseFaceId]) -> int:
        """Destroy faces of the lease, those that are there; return how many there were."""
        count = 0
        for face_id in face_ids:
            for row in self._session.read(_FACE, {"face": face_id, "lease": lease_id}):
                self._destroy(row)
                count += 1
        return count

    def _destroy(self, row: Row) -> None:
        self._session.write(_REMOVE, {"face": row.id})
        destroy_key(self._session, row.key_id)

    def _face(self, row: Row) -> LooseFace:
        pipeline = Pipeline(row.model_digest, row.pipeline_version)
        key = self._keyring.unwrap(bytes(row.wrapped), owner_of(row.lease_id), row.id)
        parts = (pipeline.model_digest, pipeline.version)
        plain = key.open(bytes(row.sealed), reference_id=row.id, pipeline=parts)
        if len(plain) % _FLOATS.itemsize:
            raise StorageError("a stored template has no whole number of components")
        return LooseFace(
            id=LooseFaceId(row.id),
            lease_id=LeaseId(row.lease_id),
            photograph=row.photograph,
            template=Template(np.frombuffer(plain, dtype=_FLOATS), pipeline),
            reasons=tuple(QualityReason(word) for word in row.reasons),
            label=row.label,
            issued=row.issued,
            expires=row.expires,
        )
