"""A subject ends its own consent: one click and a confirmation, as easy as giving it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from countenance.biometrics.model import GalleryId
from countenance.consent.retention import Hold
from countenance.errors import LegalHoldError, NotFoundError
from countenance.recognition.erasure.holds import holds_on
from countenance.recognition.erasure.withdrawal import Erasure, Withdraw
from countenance.recognition.model import Gallery
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.recognition.subjects.model import (
    OpenedSession,
    Place,
    RequestKind,
    RequestState,
    SubjectRequest,
)
from countenance.recognition.subjects.requests import file_request
from countenance.vetting.model import Actor, Role

_OVERTAKEN: Final = frozenset({RequestKind.CORRECTION, RequestKind.OBJECTION})


@dataclass(frozen=True, slots=True)
class SubjectStanding(Standing):
    """What a subject reaches: the gallery of its session, whatever became of the customer's lease."""

    place: Place

    def gallery(
        self, work: UnitOfWork, actor: Actor, gallery_id: GalleryId, allowed: frozenset[Role]
    ) -> Gallery:
        """Return the session's own gallery; any other one is not found."""
        del allowed
        gallery = work.galleries.get(gallery_id) if gallery_id == self.place.gallery_id else None
        if gallery is None:
            self.refuse(work, actor, "gallery", "no such gallery")
        return gallery


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWithdrawal:
    """What a withdrawal removed, and the request that keeps it on the subject's page.

    `erasure` is None where a legal hold keeps the references: they are used for nothing any more, and
    destroyed when the hold ends. `holds` are those that do.
    """

    erasure: Erasure | None
    request: SubjectRequest
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True)
class WithdrawOneself:
    """End the consent behind a session and erase what it allowed: the customer's own withdrawal act."""

    withdraw: Withdraw
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]

    def __call__(self, opened: OpenedSession) -> OwnWithdrawal:
        """Return what was erased, or raise `NotFoundError` where nothing was ever agreed to.

        The lease behind the gallery may be over, suspended or revoked: that stops no withdrawal. What
        the subject wrote in requests is erased with everything else.
        """
        place, clock = opened.place, self.withdraw.standing.clock
        # The role is what `Withdraw` asks for; it stands behind no lease, so it opens nothing else.
        actor = Actor(id="subject", role=Role.OPERATOR, lease_id=None)
        act = replace(self.withdraw, standing=SubjectStanding(clock, place))
        try:
            erasure = act(actor, place.gallery_id, place.subject_id)
        except LegalHoldError:
            erasure = None
        with self.unit_of_work() as work:
            gallery = work.galleries.get(place.gallery_id)
            if gallery is None:
                raise NotFoundError("the gallery is gone")
            now = clock()
            _settle(work, place, now)
            asked = SubjectRequest(
                id=self.new_id("req"),
                place=place,
                customer_id=gallery.customer_id,
                kind=RequestKind.WITHDRAWAL,
                state=RequestState.DONE,
                text="",
                filed=now,
                due=now,
                entry=0,
                answered=now,
                about=erasure.id if erasure is not None else None,
                answer_entry=erasure.entry if erasure is not None else None,
            )
            request = file_request(work, asked)
            holds = holds_on(work, place.gallery_id, place.subject_id, now) if erasure is None else ()
            work.commit()
        return OwnWithdrawal(erasure=erasure, request=request, holds=holds)


def _settle(work: UnitOfWork, place: Place, now: datetime) -> None:
    """Close what the erasure has overtaken; an appeal goes on, without the words it was made in."""
    work.subject_requests.silence(place)
    work.subject_access.remove_codes(place)
    for held in work.subject_requests.of_subject(place):
        if held.state is RequestState.OPEN and held.kind in _OVERTAKEN:
            work.subject_requests.put(replace(held, state=RequestState.DONE, answered=now))
