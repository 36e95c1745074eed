"""Galleries, and answers that were given."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Text, and_, bindparam, cast, delete, func, insert, literal, or_, select, update

from countenance.biometrics.model import GalleryId, Pipeline
from countenance.errors import (
    AlreadyExistsError,
    ConcurrentWriteError,
    IdempotencyMismatchError,
    NotFoundError,
)
from countenance.policy.model import Purpose
from countenance.recognition.model import Gallery, GalleryOrder, GallerySearch
from countenance.storage.keyset import Pages
from countenance.storage.prepared import Row
from countenance.storage.secrecy import WRAPPED_SIZE, Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, literally
from countenance.storage.tables import (
    cases,
    consents,
    galleries,
    gallery_changes,
    idempotency_records,
    reference_templates,
    subject_keys,
    subjects,
)
from countenance.storage.types import name
from countenance.vetting.listing import Span, lowered
from countenance.vetting.model import CustomerId, LeaseId

CLAIM_LIFETIME: Final = timedelta(seconds=60)
"""After this long without an answer, a claim may be taken over."""

_GALLERY: Final = select(galleries).where(galleries.c.id == bindparam("id"))
_GALLERIES: Final = (
    select(galleries).where(galleries.c.customer_id == bindparam("customer_id")).order_by(galleries.c.id)
)
_WITH: Final = bindparam("with_text", type_=Text)
_CUSTOMER: Final = bindparam("of_customer", type_=Text)
_LEASE: Final = bindparam("of_lease", type_=Text)
_PURPOSE: Final = cast(galleries.c.purpose, name())
_COUNT: Final = cast(galleries.c.subject_count, Text)
_PAGES: Final = Pages(
    galleries,
    and_(
        func.lower(
            galleries.c.id.concat(" ").concat(galleries.c.customer_id).concat(" ").concat(_PURPOSE)
        ).like(_WITH, escape="!"),
        or_(_CUSTOMER == "", galleries.c.customer_id == _CUSTOMER),
        or_(_LEASE == "", galleries.c.lease_id == _LEASE),
    ),
    {
        GalleryOrder.GALLERY: galleries.c.id,
        GalleryOrder.CUSTOMER: galleries.c.customer_id,
        GalleryOrder.PURPOSE: _PURPOSE,
        GalleryOrder.LEASE: galleries.c.lease_id,
        # As many digits each, so that numbers sort as text does.
        GalleryOrder.SUBJECTS: func.substr(literal("0" * 19).concat(_COUNT), func.length(_COUNT) + 1, 19),
        GalleryOrder.CREATED: galleries.c.created,
    },
    galleries.c.id,
)
_INSERT_GALLERY: Final = insert_if_absent(galleries)

_ITS_SUBJECTS: Final = select(subjects.c.id).where(subjects.c.gallery_id == bindparam("gallery"))
_REMOVE_GALLERY: Final = (
    delete(gallery_changes).where(
        gallery_changes.c.gallery_id == bindparam("gallery"), gallery_changes.c.added
    ),
    insert(gallery_changes).from_select(
        ["gallery_id", "reference_id", "added"],
        select(subjects.c.gallery_id, reference_templates.c.id, literal(value=False))
        .join(reference_templates, reference_templates.c.subject == subjects.c.id)
        .where(subjects.c.gallery_id == bindparam("gallery")),
    ),
    delete(reference_templates).where(reference_templates.c.subject.in_(_ITS_SUBJECTS)),
    update(subject_keys)
    .where(
        subject_keys.c.id.in_(select(subjects.c.key_id).where(subjects.c.gallery_id == bindparam("gallery")))
    )
    .values(wrapped=bytes(WRAPPED_SIZE), vacant=True),
    delete(subjects).where(subjects.c.gallery_id == bindparam("gallery")),
    delete(consents).where(consents.c.gallery_id == bindparam("gallery")),
    update(subject_keys)
    .where(subject_keys.c.id.in_(select(cases.c.key_id).where(cases.c.gallery_id == bindparam("gallery"))))
    .values(wrapped=bytes(WRAPPED_SIZE), vacant=True),
    delete(cases).where(cases.c.gallery_id == bindparam("gallery")),
)
_KEEP_IMAGES: Final = (
    update(galleries).where(galleries.c.id == bindparam("gallery")).values(keeps_images=bindparam("keep"))
)
_DELETE_GALLERY: Final = delete(galleries).where(galleries.c.id == bindparam("gallery"))

_HELD: Final = (
    idempotency_records.c.actor_id == bindparam("of_actor"),
    idempotency_records.c.key == bindparam("of_key"),
)
_CLAIM: Final = insert_if_absent(idempotency_records)
_CLAIMED: Final = select(idempotency_records).where(*_HELD)
_TAKE_OVER: Final = update(idempotency_records).where(*_HELD).values(claimed=bindparam("at"))
_COMPLETE: Final = update(idempotency_records).where(*_HELD).values(sealed_answer=bindparam("answer"))
_FORGET: Final = delete(idempotency_records).where(idempotency_records.c.claimed < bindparam("before"))
_RELEASE: Final = delete(idempotency_records).where(*_HELD, idempotency_records.c.sealed_answer.is_(None))


class SqlGalleries:
    """Galleries by id."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, gallery: Gallery) -> None:
        """Store `gallery`; raises `AlreadyExistsError`."""
        row = {
            "id": gallery.id,
            "customer_id": gallery.customer_id,
            "lease_id": gallery.lease_id,
            "purpose": gallery.purpose.value,
            "model_digest": gallery.pipeline.model_digest,
            "pipeline_version": gallery.pipeline.version,
            "scraped": gallery.scraped,
            "created": gallery.created,
            "keeps_images": gallery.keeps_images,
            "subject_count": 0,
        }
        if not self._session.insert_new(_INSERT_GALLERY, row):
            raise AlreadyExistsError(f"there is a gallery `{gallery.id}` already")

    def get(self, gallery_id: GalleryId) -> Gallery | None:
        """Return the gallery, or None."""
        rows = self._session.read(_GALLERY, {"id": gallery_id})
        return _gallery(rows[0]) if rows else None

    def of_customer(self, customer_id: CustomerId) -> tuple[Gallery, ...]:
        """Return the customer's galleries, ordered by id."""
        return tuple(map(_gallery, self._session.read(_GALLERIES, {"customer_id": customer_id})))

    def page(self, sought: GallerySearch, span: Span) -> tuple[Gallery, ...]:
        """Return the galleries of a span, in the order that is `sought`, found by the database."""
        return _PAGES.found(self._session, _wanted(sought), (sought.order, sought.descending, span), _gallery)

    def count(self, sought: GallerySearch) -> int:
        """Return how many galleries are `sought`."""
        return _PAGES.number(self._session, _wanted(sought))

    def keep_images(self, gallery_id: GalleryId, *, keep: bool) -> None:
        """Set whether images of references are kept from now on; raises `NotFoundError`."""
        if not self._session.write(_KEEP_IMAGES, {"gallery": gallery_id, "keep": keep}):
            raise NotFoundError(f"there is no gallery `{gallery_id}`")

    def remove(self, gallery_id: GalleryId) -> None:
        """Remove the gallery, its subjects, keys, references, consents and cases, or raise `NotFoundError`.

        The removal of each reference stays in the log of changes, so that a process which
        holds the gallery in memory drops it even if the id is used again.
        """
        for statement in _REMOVE_GALLERY:
            self._session.write(statement, {"gallery": gallery_id})
        if not self._session.write(_DELETE_GALLERY, {"gallery": gallery_id}):
            raise NotFoundError(f"there is no gallery `{gallery_id}`")
        self._session.leaves_traces()


class SqlIdempotencyRecords:
    """Answers that were given, sealed under the master key."""

    __slots__ = ("_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    def claim(self, *, actor_id: str, key: str, request_digest: bytes, at: datetime) -> bytes | None:
        """Return the stored answer, or None after claiming the key for this request."""
        row = {"actor_id": actor_id, "key": key, "request_digest": request_digest, "claimed": at}
        if self._session.insert_new(_CLAIM, {**row, "sealed_answer": None}):
            return None
        place = {"of_actor": actor_id, "of_key": key}
        (held,) = self._session.read(_CLAIMED, place)
        if bytes(held.request_digest) != request_digest:
            raise IdempotencyMismatchError(f"the key `{key}` was used for another request")
        if held.sealed_answer is not None:
            return self._keyring.open(bytes(held.sealed_answer), "answer", actor_id, key)
        if at - held.claimed < CLAIM_LIFETIME:
            raise ConcurrentWriteError(f"the request with the key `{key}` is being answered")
        self._session.write(_TAKE_OVER, {**place, "at": at})
        return None

    def complete(self, *, actor_id: str, key: str, answer: bytes) -> None:
        """Store the answer of a claimed key; raises `NotFoundError` for one that is not claimed."""
        sealed = self._keyring.seal(answer, "answer", actor_id, key)
        place = {"of_actor": actor_id, "of_key": key}
        if not self._session.write(_COMPLETE, {**place, "answer": sealed}):
            raise NotFoundError(f"the key `{key}` is not claimed")

    def release(self, *, actor_id: str, key: str) -> None:
        """Give up a claim whose act failed; an answer that was given stays."""
        self._session.write(_RELEASE, {"of_actor": actor_id, "of_key": key})

    def forget(self, before: datetime) -> int:
        """Drop what was claimed before that moment and return how many there were."""
        count = self._session.write(_FORGET, {"before": before})
        if count:
            self._session.leaves_traces()
        return count


def _wanted(sought: GallerySearch) -> dict[str, object]:
    return {
        "with_text": f"%{literally(lowered(sought.text))}%",
        "of_customer": sought.customer_id or "",
        "of_lease": sought.lease_id or "",
    }


def _gallery(row: Row) -> Gallery:
    return Gallery(
        id=GalleryId(row.id),
        customer_id=CustomerId(row.customer_id),
        lease_id=LeaseId(row.lease_id),
        purpose=Purpose(row.purpose),
        pipeline=Pipeline(row.model_digest, row.pipeline_version),
        scraped=row.scraped,
        created=row.created,
        keeps_images=row.keeps_images,
    )
