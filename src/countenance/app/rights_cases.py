"""The desk of a customer: the acts on its subjects' rights, as its people do them at the console.

They are the acts that keys do; only who stands behind them is told otherwise (see `subjects.desk`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from countenance.recognition.consents.notices import PublishNotice, ReadNotices
from countenance.recognition.consents.receipts import CheckBasis, IssueReceipt
from countenance.recognition.erasure.holds import PlaceHold, ReadHolds, ReleaseHold
from countenance.recognition.erasure.listing import ListErasures
from countenance.recognition.erasure.withdrawal import Withdraw
from countenance.recognition.retention.reading import ListDue, RecordContact
from countenance.recognition.subjects.access import IssueAccessCode
from countenance.recognition.subjects.clocks import ReadClocks
from countenance.recognition.subjects.desk import Desk, DeskStanding
from countenance.recognition.subjects.requests import AnswerRequests
from countenance.recognition.subjects.seeking import SeekSubjects
from countenance.recognition.webhooks.administration import WebhookEndpoints

if TYPE_CHECKING:
    from countenance.app.use_cases import Countenance


class RightsCases:
    """What a customer's people do for its subjects, and what those who oversee it may see."""

    def __init__(self, countenance: Countenance) -> None:
        self._acts = countenance
        self._standing = DeskStanding(countenance.parts.clock)

    @cached_property
    def desk(self) -> Desk:
        """Tell where somebody works, and under which lease."""
        return Desk(self._standing, self._acts.parts.unit_of_work)

    # Notices and consent

    @cached_property
    def notices(self) -> ReadNotices:
        """Show notices."""
        return replace(self._acts.consent.notices, standing=self._standing)

    @cached_property
    def publish(self) -> PublishNotice:
        """Publish a version of a notice; under a lease in force, as keys do."""
        return self._acts.consent.publish

    @cached_property
    def seek(self) -> SeekSubjects:
        """Show who is in a gallery, and on which basis."""
        return SeekSubjects(self._standing, self._acts.parts.unit_of_work)

    @cached_property
    def receipt(self) -> IssueReceipt:
        """Give a receipt of a consent."""
        return replace(self._acts.consent.receipt, standing=self._standing)

    @cached_property
    def check(self) -> CheckBasis:
        """Tell what is missing before an enrolment; under a lease in force."""
        return self._acts.consent.check

    @cached_property
    def withdraw(self) -> Withdraw:
        """End a consent and erase, also after the lease has ended."""
        return replace(self._acts.withdraw, standing=self._standing)

    @cached_property
    def issue_code(self) -> IssueAccessCode:
        """Make a one-time code for a subject."""
        return replace(self._acts.subjects.issue_code, standing=self._standing)

    # Retention

    @cached_property
    def due(self) -> ListDue:
        """Tell what is due next."""
        return ListDue(self._standing, self._acts.consent.destroy_due, self._acts.parts.unit_of_work)

    @cached_property
    def contact(self) -> RecordContact:
        """Record contact, and that a purpose is satisfied."""
        return replace(self._acts.consent.contact, standing=self._standing)

    @cached_property
    def holds(self) -> ReadHolds:
        """Show legal holds."""
        return replace(self._acts.consent.holds, standing=self._standing)

    @cached_property
    def place_hold(self) -> PlaceHold:
        """Hold off destruction."""
        return replace(self._acts.consent.place_hold, standing=self._standing)

    @cached_property
    def release_hold(self) -> ReleaseHold:
        """End a legal hold."""
        return replace(self._acts.consent.release_hold, standing=self._standing)

    # Requests, erasures, webhooks

    @cached_property
    def requests(self) -> AnswerRequests:
        """Show requests of subjects, and answer them."""
        return replace(self._acts.subjects.answer_requests, standing=self._standing)

    @cached_property
    def clocks(self) -> ReadClocks:
        """Show where subjects wait for an answer, to those who oversee the installation."""
        return ReadClocks(self._standing, self._acts.parts.unit_of_work)

    @cached_property
    def erasures(self) -> ListErasures:
        """Show erasures, rehearsals and receipts."""
        return ListErasures(self._standing, self._acts.parts.unit_of_work)

    @cached_property
    def webhooks(self) -> WebhookEndpoints:
        """Look after addresses."""
        return replace(self._acts.webhooks.endpoints, standing=self._standing)
