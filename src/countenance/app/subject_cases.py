"""The use cases of the subject's own page, built once from an installation's parts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from countenance.app.parts import Parts
from countenance.recognition.attempts import Attempts
from countenance.recognition.erasure.withdrawal import Withdraw
from countenance.recognition.following import FollowLog
from countenance.recognition.standing import Standing
from countenance.recognition.subjects.access import IssueAccessCode, OpenSubjectSession, ReadSubjectSession
from countenance.recognition.subjects.bundle import TakeAlong
from countenance.recognition.subjects.record import ReadOwnRecord
from countenance.recognition.subjects.requests import AnswerRequests, FileRequest
from countenance.recognition.subjects.withdrawal import WithdrawOneself

if TYPE_CHECKING:
    from countenance.recognition.subjects.groups import RecordOwnGroups

WRONG_TRIES_OF_ONE = 10
WRONG_TRIES_OF_ALL = 300
_PERIOD = timedelta(minutes=15)


class SubjectCases:
    """What subjects do for themselves, and what customers do about it.

    `withdraw` is the customer's own act of withdrawal, `follow` what goes along the log, and
    `record_stranger` puts wrong tries on the ledger at a bounded rate.
    """

    def __init__(
        self,
        parts: Parts,
        withdraw: Callable[[], Withdraw],
        follow: Callable[[], FollowLog],
        record_stranger: Callable[[], None],
    ) -> None:
        self.parts = parts
        self._withdraw = withdraw
        self._follow = follow
        self._record_stranger = record_stranger

    @cached_property
    def issue_code(self) -> IssueAccessCode:
        """Make a one-time code for a subject."""
        return IssueAccessCode(self._standing, self.parts.unit_of_work)

    @cached_property
    def open_session(self) -> OpenSubjectSession:
        """Turn a code into a session."""
        p = self.parts
        attempts = Attempts(WRONG_TRIES_OF_ONE, WRONG_TRIES_OF_ALL, _PERIOD)
        return OpenSubjectSession(p.unit_of_work, p.clock, attempts, self._record_stranger)

    @cached_property
    def read_session(self) -> ReadSubjectSession:
        """Tell whose browser it is."""
        return ReadSubjectSession(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def read_record(self) -> ReadOwnRecord:
        """Show a subject what is held and what was done."""
        return ReadOwnRecord(self.parts.unit_of_work, self.parts.clock, self._follow())

    @cached_property
    def take_along(self) -> TakeAlong:
        """Make the archive of everything."""
        return TakeAlong(self.read_record, self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def withdraw(self) -> WithdrawOneself:
        """End one's own consent."""
        return WithdrawOneself(self._withdraw(), self.parts.unit_of_work, self._new_id)

    @cached_property
    def record_groups(self) -> RecordOwnGroups:
        """Say of which groups one is, so that error rates are watched by group."""
        from countenance.recognition.subjects.groups import RecordOwnGroups

        return RecordOwnGroups(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def file_request(self) -> FileRequest:
        """Ask for a correction, object, appeal."""
        p = self.parts
        return FileRequest(p.unit_of_work, p.clock, self._new_id, self.read_record)

    @cached_property
    def answer_requests(self) -> AnswerRequests:
        """Show requests to the customer, and answer them."""
        return AnswerRequests(self._standing, self.parts.unit_of_work)

    @cached_property
    def _standing(self) -> Standing:
        return Standing(self.parts.clock)

    @staticmethod
    def _new_id(prefix: str) -> str:
        from countenance.app.face_acts import new_id

        return new_id(prefix)
