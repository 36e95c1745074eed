"""Notices, consents, receipts and retention of an installation, built once from its parts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from countenance.app.parts import Parts
from countenance.consent.notice import Notice
from countenance.recognition.asking import Ask
from countenance.recognition.consents.giving import GiveConsent, ReadConsent
from countenance.recognition.consents.notices import PublicNotices, PublishNotice, ReadNotices
from countenance.recognition.consents.receipts import CheckBasis, IssueReceipt, ReadRecords
from countenance.recognition.erasure.erasing import Erase
from countenance.recognition.erasure.holds import PlaceHold, ReadHolds, ReleaseHold
from countenance.recognition.retention.deadlines import DestroyDue, Sweep
from countenance.recognition.retention.reading import ReadRetention, RecordContact, RunRetention
from countenance.recognition.retention.schedule import retention_schedule
from countenance.recognition.rounds import Rounds
from countenance.recognition.standing import Standing


class ConsentCases:
    """The acts on notices, on what subjects agreed to, and on how long their references are kept."""

    def __init__(
        self,
        parts: Parts,
        standing: Standing,
        ask: Callable[[], Ask],
        erase: Callable[[], Erase],
        new_id: Callable[[str], str],
    ) -> None:
        self.parts = parts
        self._standing = standing
        self._ask = ask
        self._erase = erase
        self._new_id = new_id

    @cached_property
    def publish(self) -> PublishNotice:
        """Publish a version of a notice, for good."""
        return PublishNotice(self._standing, self.parts.unit_of_work)

    @cached_property
    def notices(self) -> ReadNotices:
        """Show a customer its notices."""
        return ReadNotices(self._standing, self.parts.unit_of_work)

    @cached_property
    def public_notices(self) -> PublicNotices:
        """Show published notices to everybody."""
        return PublicNotices(self.parts.unit_of_work)

    @cached_property
    def give(self) -> GiveConsent:
        """Record a subject's agreement, or another basis."""
        return GiveConsent(self._standing, self.parts.unit_of_work, self._new_id, self.address_of)

    @cached_property
    def read(self) -> ReadConsent:
        """Show the consent on record."""
        return ReadConsent(self._standing, self.parts.unit_of_work)

    @cached_property
    def records(self) -> ReadRecords:
        """Show every record of a subject's consent."""
        return ReadRecords(self._standing, self.parts.unit_of_work)

    @cached_property
    def receipt(self) -> IssueReceipt:
        """Give a receipt of a consent, with its proof."""
        return IssueReceipt(self._standing, self.parts.unit_of_work)

    @cached_property
    def check(self) -> CheckBasis:
        """Tell what is missing before a subject may be enrolled."""
        return CheckBasis(self._standing, self._ask(), self.parts.unit_of_work)

    # Retention

    @cached_property
    def retention(self) -> ReadRetention:
        """Tell until when references may be kept."""
        return ReadRetention(self._standing, self.parts.unit_of_work)

    @cached_property
    def contact(self) -> RecordContact:
        """Record contact with subjects, and that a purpose is satisfied."""
        return RecordContact(self._standing, self.parts.unit_of_work)

    @cached_property
    def destroy_due(self) -> DestroyDue:
        """Destroy every reference whose time is over."""
        return DestroyDue(self.parts.clock, self._erase(), self.parts.unit_of_work)

    @cached_property
    def run_retention(self) -> RunRetention:
        """Destroy what is due now, on an administrator's word."""
        return RunRetention(self._standing, self.destroy_due, self.parts.unit_of_work)

    @cached_property
    def schedule(self) -> Rounds[Sweep]:
        """The clock of the server's process."""
        return retention_schedule(self.destroy_due)

    @cached_property
    def place_hold(self) -> PlaceHold:
        """Hold off destruction."""
        p = self.parts
        return PlaceHold(self._standing, p.unit_of_work, self._new_id, p.commit_to)

    @cached_property
    def release_hold(self) -> ReleaseHold:
        """End a legal hold."""
        return ReleaseHold(self._standing, self.parts.unit_of_work)

    @cached_property
    def holds(self) -> ReadHolds:
        """Show legal holds."""
        return ReadHolds(self._standing, self.parts.unit_of_work)

    def address_of(self, notice: Notice) -> str:
        """Return where everybody reads a notice; a path where the installation has no public origin."""
        return f"{self.parts.operator.origin}/notices/{notice.id}/{notice.version}"
