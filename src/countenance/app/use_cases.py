"""Every use case of an installation, built once from its parts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from countenance.app.face_acts import FaceActs, new_id

if TYPE_CHECKING:
    from countenance.app.azure_face_cases import AzureFaceCases
    from countenance.app.consent_cases import ConsentCases
    from countenance.app.console_cases import ConsoleCases
    from countenance.app.erasure_cases import ErasureCases
    from countenance.app.fairness_cases import FairnessCases
    from countenance.app.gate_cases import GateCases
    from countenance.app.log_cases import LogCases
    from countenance.app.oversight_cases import OversightCases
    from countenance.app.policy_cases import PolicyCases
    from countenance.app.public_cases import PublicCases
    from countenance.app.rekognition_cases import RekognitionCases
    from countenance.app.rights_cases import RightsCases
    from countenance.app.staff_cases import StaffCases
    from countenance.app.subject_cases import SubjectCases
    from countenance.app.vetting_cases import VettingCases
    from countenance.app.webhook_cases import WebhookCases
    from countenance.biometrics.similarity_scale import SimilarityScale
    from countenance.recognition.acts.galleries import CreateGallery, DeleteGallery, ReadGalleries
    from countenance.recognition.acts.removal import RemoveReferences
    from countenance.recognition.acts.snapshots import SaveSnapshots
    from countenance.recognition.collections.bindings import BindCollections
    from countenance.recognition.collections.lifecycle import Collections
    from countenance.recognition.collections.users import Users
    from countenance.recognition.consents.giving import GiveConsent, ReadConsent
    from countenance.recognition.erasure.withdrawal import Withdraw
    from countenance.recognition.idempotency import Once
    from countenance.recognition.log.records import ReadCases, ReadDecisions, ReadLedger


class Countenance(FaceActs):
    """The acts of an installation, and what they are administered with.

    Every attribute is a use case; those that act for somebody take an `Actor` first.
    """

    # What is measured, and what follows from it

    @cached_property
    def fairness(self) -> FairnessCases:
        """Measure how error rates differ between groups."""
        from countenance.app.fairness_cases import FairnessCases

        return FairnessCases(self.parts, self._ask, self._report)

    @cached_property
    def gate(self) -> GateCases:
        """Open and resolve incidents, and keep the evidence that leases ask for."""
        from countenance.app.gate_cases import GateCases

        return GateCases(self.parts, lambda: self.compare, self._score_watch.tally)

    # Collections of other services' protocols

    @cached_property
    def rekognition(self) -> RekognitionCases:
        """What only Amazon Rekognition's protocol needs."""
        from countenance.app.rekognition_cases import RekognitionCases

        return RekognitionCases(self.parts)

    @cached_property
    def similarity_scale(self) -> SimilarityScale:
        """Show scores as percentages."""
        from countenance.biometrics.similarity_scale import FMR_AT_80, FMR_AT_99, SimilarityScale

        at_80, at_99 = (self.parts.threshold_for(round(fmr * 1e9)) for fmr in (FMR_AT_80, FMR_AT_99))
        return SimilarityScale(at_80, at_99)

    @cached_property
    def collections(self) -> Collections:
        """Make, show, tag and delete collections."""
        from countenance.recognition.collections.lifecycle import Collections

        return Collections(self._standing, self.create_gallery, self.delete_gallery, self.parts.unit_of_work)

    @cached_property
    def bind_collections(self) -> BindCollections:
        """Say which gallery a collection's name stands for."""
        from countenance.recognition.collections.bindings import BindCollections

        return BindCollections(self._standing, self.parts.unit_of_work)

    @cached_property
    def remove_references(self) -> RemoveReferences:
        """Remove single references."""
        from countenance.recognition.acts.removal import RemoveReferences

        p = self.parts
        return RemoveReferences(self._standing, p.index, p.snapshots, p.unit_of_work)

    @cached_property
    def users(self) -> Users:
        """Make and remove users of a collection."""
        from countenance.recognition.collections.users import Users

        return Users(self._standing, self.parts.unit_of_work)

    @cached_property
    def azure_face(self) -> AzureFaceCases:
        """What Azure Face's protocol needs beside the other acts."""
        from countenance.app.azure_face_cases import AzureFaceCases

        return AzureFaceCases(self.parts, self._ask, self._report, self._standing, lambda: self.erasure.erase)

    # Galleries and consent

    @cached_property
    def create_gallery(self) -> CreateGallery:
        """Make an empty gallery."""
        from countenance.recognition.acts.galleries import CreateGallery

        return CreateGallery(self._standing, self.parts.engine, self.parts.unit_of_work)

    @cached_property
    def read_galleries(self) -> ReadGalleries:
        """Show galleries and their subjects."""
        from countenance.recognition.acts.galleries import ReadGalleries

        return ReadGalleries(self._standing, self.parts.unit_of_work)

    @cached_property
    def delete_gallery(self) -> DeleteGallery:
        """Remove a gallery with all that is in it."""
        from countenance.recognition.acts.galleries import DeleteGallery

        p = self.parts
        return DeleteGallery(self._standing, p.index, p.snapshots, p.unit_of_work)

    @cached_property
    def give_consent(self) -> GiveConsent:
        """Record a subject's agreement."""
        return self.consent.give

    @cached_property
    def read_consent(self) -> ReadConsent:
        """Show the consent on record."""
        return self.consent.read

    @cached_property
    def consent(self) -> ConsentCases:
        """Notices, records and receipts of consent, and how long references are kept."""
        from countenance.app.consent_cases import ConsentCases

        parts, erase = self.parts, lambda: self.erasure.erase
        return ConsentCases(parts, self._standing, lambda: self._ask, erase, new_id)

    @cached_property
    def withdraw(self) -> Withdraw:
        """End a consent and erase what it allowed."""
        from countenance.recognition.erasure.withdrawal import Withdraw

        p = self.parts
        return Withdraw(self._standing, self.erasure.erase, p.unit_of_work)

    @cached_property
    def erasure(self) -> ErasureCases:
        """What goes with a subject, how that is completed, and what is told of it."""
        from countenance.app.erasure_cases import ErasureCases

        return ErasureCases(self.parts, self._standing, new_id, lambda: self.gate.open_incident)

    @cached_property
    def save_snapshots(self) -> SaveSnapshots:
        """Write what is in memory of the galleries, for a fast start."""
        from countenance.recognition.acts.snapshots import SaveSnapshots

        return SaveSnapshots(self.parts.index, self.parts.snapshots, self.parts.unit_of_work)

    # The record

    @cached_property
    def read_decisions(self) -> ReadDecisions:
        """Explain and replay decisions."""
        from countenance.recognition.log.records import ReadDecisions

        return ReadDecisions(self._standing, self.parts.decide, self.parts.unit_of_work)

    @cached_property
    def policy(self) -> PolicyCases:
        """Ask recorded questions again, and look ahead."""
        from countenance.app.policy_cases import PolicyCases

        return PolicyCases(self.parts)

    @cached_property
    def read_cases(self) -> ReadCases:
        """Tell where a held identification stands."""
        from countenance.recognition.log.records import ReadCases

        return ReadCases(self._standing, self.parts.unit_of_work)

    @cached_property
    def read_ledger(self) -> ReadLedger:
        """Show checkpoint, entries and proofs."""
        from countenance.recognition.log.records import ReadLedger

        return ReadLedger(self._standing, self.parts.unit_of_work, self.log.witnesses_to_ask)

    @cached_property
    def once(self) -> Once:
        """Perform a write that is sent twice once."""
        from countenance.recognition.idempotency import Once

        return Once(self.parts.unit_of_work, self.parts.clock, self.parts.commit_to)

    @cached_property
    def oversight(self) -> OversightCases:
        """Held results and those who judge them."""
        from countenance.app.oversight_cases import OversightCases

        return OversightCases(self.parts)

    # Keys and leases

    @cached_property
    def vetting(self) -> VettingCases:
        """Customers, applications, reviews, leases, terms of use, and what officers decide."""
        from countenance.app.vetting_cases import VettingCases

        return VettingCases(self.parts)

    @cached_property
    def log(self) -> LogCases:
        """The log as others see it: its witnesses and its keys."""
        from countenance.app.log_cases import LogCases

        return LogCases(self.parts)

    @cached_property
    def public(self) -> PublicCases:
        """What everybody may read."""
        from countenance.app.public_cases import PublicCases

        return PublicCases(self.parts)

    @cached_property
    def console(self) -> ConsoleCases:
        """What only the console needs."""
        from countenance.app.console_cases import ConsoleCases

        return ConsoleCases(self.parts)

    @cached_property
    def staff(self) -> StaffCases:
        """Accounts of the people who work here, and their sessions."""
        from countenance.app.staff_cases import StaffCases

        return StaffCases(self.parts, self._record_stranger)

    @cached_property
    def subjects(self) -> SubjectCases:
        """What subjects do for themselves, and what customers do about it."""
        from countenance.app.subject_cases import SubjectCases

        follow = lambda: self.webhooks.follow  # noqa: E731  built where it is wanted
        return SubjectCases(self.parts, lambda: self.withdraw, follow, self._record_stranger)

    @cached_property
    def rights(self) -> RightsCases:
        """What a customer's people do for its subjects at the console."""
        from countenance.app.rights_cases import RightsCases

        return RightsCases(self)

    @cached_property
    def webhooks(self) -> WebhookCases:
        """Telling customers what has happened, at addresses of theirs."""
        from countenance.app.webhook_cases import WebhookCases

        return WebhookCases(self.parts)

    def close(self) -> None:
        """Let go of files, threads and connections."""
        self.parts.close()
