"""Every use case of an installation, built once from its parts."""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import TYPE_CHECKING

from countenance.app.access_cases import Access
from countenance.biometrics.similarity_scale import FMR_AT_80, FMR_AT_99, SimilarityScale
from countenance.recognition.acts.comparison import Compare
from countenance.recognition.acts.detection import Detect
from countenance.recognition.acts.enrolment import Enrol
from countenance.recognition.acts.galleries import CreateGallery, DeleteGallery, ReadGalleries
from countenance.recognition.acts.identification import Identify
from countenance.recognition.acts.removal import RemoveReferences
from countenance.recognition.acts.snapshots import SaveSnapshots
from countenance.recognition.acts.sorting import Sort
from countenance.recognition.acts.verification import Verify
from countenance.recognition.asking import Ask
from countenance.recognition.cases.opening import OpenCase
from countenance.recognition.collections.bindings import BindCollections
from countenance.recognition.collections.indexing import Index
from countenance.recognition.collections.lifecycle import Collections
from countenance.recognition.collections.model import LEAST_FACE
from countenance.recognition.collections.users import Associate, Users
from countenance.recognition.consents.giving import GiveConsent, ReadConsent
from countenance.recognition.erasure.withdrawal import Withdraw
from countenance.recognition.idempotency import Once
from countenance.recognition.log.records import ReadCases, ReadDecisions, ReadLedger
from countenance.recognition.loose_faces.group_comparison import CompareGroup
from countenance.recognition.measuring.calibration import Calibrate
from countenance.recognition.reporting import Report
from countenance.recognition.standing import Standing
from countenance.recognition.standing_evidence import StandingEvidence
from countenance.recognition.watching.score_tally import ScoreTally, ScoreWatch

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
    from countenance.app.staff_cases import StaffCases
    from countenance.app.subject_cases import SubjectCases
    from countenance.app.vetting_cases import VettingCases
    from countenance.app.webhook_cases import WebhookCases


class Countenance(Access):
    """The acts of an installation, and what they are administered with.

    Every attribute is a use case; those that act for somebody take an `Actor` first.
    """

    # Acts on faces

    @cached_property
    def enrol(self) -> Enrol:
        """Store a reference of a subject who agreed."""
        p = self.parts
        return Enrol(self._ask, self._report, p.engine, p.unit_of_work, new_id)

    @cached_property
    def verify(self) -> Verify:
        """Compare a probe with one subject."""
        p = self.parts
        return Verify(self._ask, self._report, p.engine, p.threshold_for, p.unit_of_work, self._score_watch)

    @cached_property
    def identify(self) -> Identify:
        """Search a gallery for the mates of a probe."""
        p = self.parts
        return Identify(
            ask=self._ask,
            report=self._report,
            engine=p.engine,
            index=p.index,
            threshold_for=p.threshold_for,
            unit_of_work=p.unit_of_work,
            open_case=OpenCase(self._report, p.engine, p.oversight_rules, new_id, p.commit_to),
            commit_to=p.commit_to,
        )

    @cached_property
    def detect(self) -> Detect:
        """Find the faces of an image."""
        return Detect(self._ask, self._report, self.parts.engine, self.parts.unit_of_work)

    @cached_property
    def compare(self) -> Compare:
        """Compare the faces of two images, neither of which is kept."""
        p = self.parts
        return Compare(self._ask, self._report, p.engine, p.threshold_for, p.unit_of_work)

    @cached_property
    def sort(self) -> Sort:
        """Compare folders of loose images."""
        p = self.parts
        return Sort(self._ask, self._report, p.engine, p.threshold_for, p.unit_of_work)

    @cached_property
    def calibrate(self) -> Calibrate:
        """Measure the pipeline on images whose truth is known."""
        return Calibrate(self._ask, self._report, self.parts.engine, self.parts.unit_of_work)

    @cached_property
    def fairness(self) -> FairnessCases:
        """Measure how error rates differ between groups."""
        from countenance.app.fairness_cases import FairnessCases  # noqa: PLC0415  only where it is wanted

        return FairnessCases(self.parts, self._ask, self._report)

    @cached_property
    def gate(self) -> GateCases:
        """Open and resolve incidents, and keep the evidence that leases ask for."""
        from countenance.app.gate_cases import GateCases  # noqa: PLC0415  only where it is wanted

        return GateCases(self.parts, lambda: self.compare, self._score_watch.tally)

    @cached_property
    def index(self) -> Index:
        """Enrol the largest face of an image, and tell of the others."""
        return Index(self.enrol, self.parts.unit_of_work, self.parts.commit_to, LEAST_FACE)

    @cached_property
    def compare_group(self) -> CompareGroup:
        """Compare one face with every face of another image."""
        p = self.parts
        return CompareGroup(self._ask, self._report, p.engine, p.threshold_for, p.unit_of_work)

    @cached_property
    def associate(self) -> Associate:
        """Put enrolled faces under a user."""
        p = self.parts
        return Associate(self._ask, self._report, p.engine, self._standing, p.unit_of_work)

    # Collections of other services' protocols

    @cached_property
    def rekognition(self) -> RekognitionCases:
        """What only Amazon Rekognition's protocol needs."""
        from countenance.app.rekognition_cases import RekognitionCases  # noqa: PLC0415  only where it is wanted

        return RekognitionCases(self.parts)

    @cached_property
    def similarity_scale(self) -> SimilarityScale:
        """Show scores as percentages."""
        at_80, at_99 = (self.parts.threshold_for(round(fmr * 1e9)) for fmr in (FMR_AT_80, FMR_AT_99))
        return SimilarityScale(at_80, at_99)

    @cached_property
    def collections(self) -> Collections:
        """Make, show, tag and delete collections."""
        return Collections(self._standing, self.create_gallery, self.delete_gallery, self.parts.unit_of_work)

    @cached_property
    def bind_collections(self) -> BindCollections:
        """Say which gallery a collection's name stands for."""
        return BindCollections(self._standing, self.parts.unit_of_work)

    @cached_property
    def remove_references(self) -> RemoveReferences:
        """Remove single references."""
        p = self.parts
        return RemoveReferences(self._standing, p.index, p.snapshots, p.unit_of_work)

    @cached_property
    def users(self) -> Users:
        """Make and remove users of a collection."""
        return Users(self._standing, self.parts.unit_of_work)

    @cached_property
    def azure_face(self) -> AzureFaceCases:
        """What Azure Face's protocol needs beside the other acts."""
        from countenance.app.azure_face_cases import AzureFaceCases  # noqa: PLC0415  only where it is wanted

        return AzureFaceCases(self.parts, self._ask, self._report, self._standing, lambda: self.erasure.erase)

    # Galleries and consent

    @cached_property
    def create_gallery(self) -> CreateGallery:
        """Make an empty gallery."""
        return CreateGallery(self._standing, self.parts.engine, self.parts.unit_of_work)

    @cached_property
    def read_galleries(self) -> ReadGalleries:
        """Show galleries and their subjects."""
        return ReadGalleries(self._standing, self.parts.unit_of_work)

    @cached_property
    def delete_gallery(self) -> DeleteGallery:
        """Remove a gallery with all that is in it."""
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
        from countenance.app.consent_cases import ConsentCases  # noqa: PLC0415  only where it is wanted

        parts, erase = self.parts, lambda: self.erasure.erase
        return ConsentCases(parts, self._standing, lambda: self._ask, erase, new_id)

    @cached_property
    def withdraw(self) -> Withdraw:
        """End a consent and erase what it allowed."""
        p = self.parts
        return Withdraw(self._standing, self.erasure.erase, p.unit_of_work)

    @cached_property
    def erasure(self) -> ErasureCases:
        """What goes with a subject, how that is completed, and what is told of it."""
        from countenance.app.erasure_cases import ErasureCases  # noqa: PLC0415  only where it is wanted

        return ErasureCases(self.parts, self._standing, new_id, lambda: self.gate.open_incident)

    @cached_property
    def save_snapshots(self) -> SaveSnapshots:
        """Write what is in memory of the galleries, for a fast start."""
        return SaveSnapshots(self.parts.index, self.parts.snapshots, self.parts.unit_of_work)

    # The record

    @cached_property
    def read_decisions(self) -> ReadDecisions:
        """Explain and replay decisions."""
        return ReadDecisions(self._standing, self.parts.decide, self.parts.unit_of_work)

    @cached_property
    def policy(self) -> PolicyCases:
        """Ask recorded questions again, and look ahead."""
        from countenance.app.policy_cases import PolicyCases  # noqa: PLC0415  only where it is wanted

        return PolicyCases(self.parts)

    @cached_property
    def read_cases(self) -> ReadCases:
        """Tell where a held identification stands."""
        return ReadCases(self._standing, self.parts.unit_of_work)

    @cached_property
    def read_ledger(self) -> ReadLedger:
        """Show checkpoint, entries and proofs."""
        return ReadLedger(self._standing, self.parts.unit_of_work)

    @cached_property
    def once(self) -> Once:
        """Perform a write that is sent twice once."""
        return Once(self.parts.unit_of_work, self.parts.clock, self.parts.commit_to)

    @cached_property
    def oversight(self) -> OversightCases:
        """Held results and those who judge them."""
        from countenance.app.oversight_cases import OversightCases  # noqa: PLC0415  only where it is wanted

        return OversightCases(self.parts)

    # Keys and leases

    @cached_property
    def vetting(self) -> VettingCases:
        """Customers, applications, reviews, leases, terms of use, and what officers decide."""
        from countenance.app.vetting_cases import VettingCases  # noqa: PLC0415  only where it is wanted

        return VettingCases(self.parts)

    @cached_property
    def log(self) -> LogCases:
        """The log as others see it: its witnesses and its keys."""
        from countenance.app.log_cases import LogCases  # noqa: PLC0415  only where it is wanted

        return LogCases(self.parts)

    @cached_property
    def public(self) -> PublicCases:
        """What everybody may read."""
        from countenance.app.public_cases import PublicCases  # noqa: PLC0415  only where it is wanted

        return PublicCases(self.parts)

    @cached_property
    def console(self) -> ConsoleCases:
        """What only the console needs."""
        from countenance.app.console_cases import ConsoleCases  # noqa: PLC0415  only where it is wanted

        return ConsoleCases(self.parts)

    @cached_property
    def staff(self) -> StaffCases:
        """Accounts of the people who work here, and their sessions."""
        from countenance.app.staff_cases import StaffCases  # noqa: PLC0415  only where it is wanted

        return StaffCases(self.parts, self._record_stranger)

    @cached_property
    def subjects(self) -> SubjectCases:
        """What subjects do for themselves, and what customers do about it."""
        from countenance.app.subject_cases import SubjectCases  # noqa: PLC0415  only where it is wanted

        follow = lambda: self.webhooks.follow  # noqa: E731  built where it is wanted
        return SubjectCases(self.parts, lambda: self.withdraw, follow, self._record_stranger)

    @cached_property
    def webhooks(self) -> WebhookCases:
        """Telling customers what has happened, at addresses of theirs."""
        from countenance.app.webhook_cases import WebhookCases  # noqa: PLC0415  only where it is wanted

        return WebhookCases(self.parts)

    def close(self) -> None:
        """Let go of files, threads and connections."""
        self.parts.close()

    @cached_property
    def _ask(self) -> Ask:
        p = self.parts
        return Ask(p.decide, p.clock, new_id, p.terms_of_use, StandingEvidence(p.threshold_for))

    @cached_property
    def _score_watch(self) -> ScoreWatch:
        return ScoreWatch(ScoreTally(), self.parts.threshold_for)

    @cached_property
    def _report(self) -> Report:
        return Report(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def _standing(self) -> Standing:
        return Standing(self.parts.clock)


def new_id(prefix: str) -> str:
    """Return an id that nobody can guess and that says what it names: `dec_` and 128 random bits."""
    return f"{prefix}_{secrets.token_hex(16)}"
