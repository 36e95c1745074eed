"""Notices, consents, receipts and retention of an installation, built once from its parts."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from countenance.app.parts import Parts
from countenance.consent.notice import Notice
from countenance.recognition.asking import Ask
from countenance.recognition.consent_receipts import CheckBasis, IssueReceipt, ReadRecords
from countenance.recognition.consenting import GiveConsent, ReadConsent
from countenance.recognition.notices import PublicNotices, PublishNotice, ReadNotices
from countenance.recognition.standing import Standing


class ConsentCases:
    """The acts on notices, on what subjects agreed to, and on how long their references are kept."""

    def __init__(
        self, parts: Parts, standing: Standing, ask: Callable[[], Ask], new_id: Callable[[str], str]
    ) -> None:
        self.parts = parts
        self._standing = standing
        self._ask = ask
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

    def address_of(self, notice: Notice) -> str:
        """Return where everybody reads a notice; a path where the installation has no public origin."""
        return f"{self.parts.operator.origin}/notices/{notice.id}/{notice.version}"
