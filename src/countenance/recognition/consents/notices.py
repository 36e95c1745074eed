"""Notices: published for good, a version at a time, and read by whoever is told of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from countenance.consent.notice import Notice, NoticeDraft, NoticeId, digest_of, faults_of
from countenance.errors import AlreadyExistsError, LimitReachedError, NotFoundError, NoticeIncompleteError
from countenance.ledger import Entry, EventType
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

_OPERATES = frozenset({Role.OPERATOR})
_READS = frozenset({Role.OPERATOR, Role.EXAMINER, Role.AUDITOR})

MOST_VERSIONS = 1_000
"""Versions of one notice."""


@dataclass(frozen=True, slots=True)
class PublishNotice:
    """Make a draft the next version of its notice. Nothing changes it afterwards."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, draft: NoticeDraft) -> Notice:
        """Return the version.

        Raises `NoticeIncompleteError` with everything that is missing or malformed, `NotFoundError`
        for a gallery that is not the actor's, `AlreadyExistsError` where the id is another
        customer's or the newest version says the very same, and `LimitReachedError`.
        """
        faults = tuple(faults_of(draft))
        if faults:
            raise NoticeIncompleteError(
                f"the notice cannot be published yet: {', '.join(faults)}", reasons=faults
            )
        with self.unit_of_work() as work:
            lease = self.standing.lease(work, actor, _OPERATES)
            if draft.gallery_id is not None:
                self.standing.gallery(work, actor, draft.gallery_id, _OPERATES)
            version = self._next(work, draft, lease.customer_id)
            now = self.standing.clock()
            digest = digest_of(draft, version)
            fields = {
                "notice": f"{draft.id}/{version}",
                "digest": digest,
                "customer": lease.customer_id,
                "gallery": draft.gallery_id,
                "languages": tuple(sorted(text.language for text in draft.texts)),
                "actor": actor.id,
            }
            entry = work.ledger.append(Entry(EventType.NOTICE_PUBLISHED, now, fields))
            notice = Notice(
                draft=draft,
                version=version,
                customer_id=lease.customer_id,
                published=now,
                published_by=actor.id,
                digest=digest,
                entry=entry,
            )
            work.consent_notices.add(notice)
            work.commit()
        return notice

    def _next(self, work: UnitOfWork, draft: NoticeDraft, customer_id: str) -> int:
        versions = work.consent_notices.versions(draft.id)
        if versions and versions[0].customer_id != customer_id:
            raise AlreadyExistsError(f"there is a notice `{draft.id}` already")
        if len(versions) >= MOST_VERSIONS:
            raise LimitReachedError(f"a notice has at most {MOST_VERSIONS} versions")
        if versions and versions[-1].draft == draft:
            raise AlreadyExistsError(f"`{versions[-1].name}` says the very same")
        return len(versions) + 1


@dataclass(frozen=True, slots=True)
class ReadNotices:
    """Show a customer its own notices."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def all(self, actor: Actor) -> tuple[Notice, ...]:
        """Return every version of the customer's notices, ordered by id and version."""
        with self.unit_of_work() as work:
            lease = self.standing.lease(work, actor, _READS)
            return work.consent_notices.of_customer(lease.customer_id)

    def one(self, actor: Actor, notice_id: NoticeId, version: int | None = None) -> Notice:
        """Return a version, the newest if none is named, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            lease = self.standing.lease(work, actor, _READS)
            found = _version(work, notice_id, version)
            if found is None or found.customer_id != lease.customer_id:
                self.standing.refuse(work, actor, "notice", f"no notice `{notice_id}`")
            return found


@dataclass(frozen=True, slots=True)
class PublicNotices:
    """Show published notices to everybody: whoever stands before a camera must be able to read them."""

    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, notice_id: NoticeId, version: int | None = None) -> tuple[Notice, int]:
        """Return a version, the newest if none is named, and the newest number, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            versions = work.consent_notices.versions(notice_id)
        found = [one for one in versions if version is None or one.version == version]
        if not found:
            raise NotFoundError(f"there is no notice `{notice_id}`")
        return found[-1], versions[-1].version


def _version(work: UnitOfWork, notice_id: NoticeId, version: int | None) -> Notice | None:
    if version is not None:
        return work.consent_notices.get(notice_id, version)
    return next(reversed(work.consent_notices.versions(notice_id)), None)
