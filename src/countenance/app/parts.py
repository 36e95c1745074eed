"""What use cases are made of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from countenance.biometrics.calibration import CalibrationRecord
    from countenance.biometrics.model import Threshold
    from countenance.engine.diagnosis import Diagnosis as Diagnosis  # noqa: PLC0414  the command line names it from here
    from countenance.engine.diagnosis import NetworkFacts as NetworkFacts  # noqa: PLC0414  as above
    from countenance.engine.model_administration import ModelAdministration
    from countenance.engine.model_administration import ModelStatus as ModelStatus  # noqa: PLC0414  as above
    from countenance.ledger.note import VerifierKey
    from countenance.ledger.trust_policy import TrustPolicy
    from countenance.oversight.rules import OversightRules
    from countenance.policy.model import Jurisdiction
    from countenance.policy.packs import PackSource
    from countenance.recognition.collections.objects import Buckets
    from countenance.recognition.collections.ports import Objects
    from countenance.recognition.log.witness_rounds import Witnesses
    from countenance.recognition.measuring.kept_work import MeasuringWork
    from countenance.recognition.measuring.transparency import ModelNote
    from countenance.recognition.ports import Decider, FaceEngine, SearchIndex, SearchSnapshots, UnitOfWork
    from countenance.recognition.webhooks.ports import Courier
    from countenance.staff.provider import ProviderOptions
    from countenance.vetting.publication import Operator
    from countenance.vetting.terms_of_use import Published


class Parts:
    """What use cases are made of; `Installation` in production, fakes in tests.

    Each attribute is built at first use and kept. `backups` is how long backups are kept, None
    where the operator has not said, `drills` how often erasures are rehearsed, and
    `keeps_old_pages` says that the database leaves old versions of rows for its own time. `erasure_journal`
    is the file that remembers erasures outside the database, None where none does. `queue`
    is how many acts may wait for or use the engine at once, `listen` is the host and port that the
    server is told to listen on, `leases_file` the seed file that it grants at start, and
    `objects` where photographs lie that requests name as objects of a bucket: those of
    `object_buckets`, each with the customer whose it is, or of every bucket where that is None.
    `packs` are the policy packs that `decide` asks now beside the house rules, `configured_packs` those
    of them that settings name, `pack_signers` whose packs may be installed, and `terms_of_use`
    returns the published terms of use, the oldest first. `operator` is who answers for it all,
    and `oversight_rules` how examiners work.
    `sign_note` returns a text, whose first line names no log, as a note that the ledger's key signed.
    """

    clock: Callable[[], datetime]
    unit_of_work: Callable[[], UnitOfWork]
    decide: Decider
    engine: FaceEngine
    index: SearchIndex
    snapshots: SearchSnapshots
    threshold_for: Callable[[int], Threshold]
    calibration: CalibrationRecord
    commit_to: Callable[[bytes], str]
    sign_note: Callable[[str], str]
    jurisdictions: frozenset[Jurisdiction]
    evaluation_fmr_ppb: int
    max_image_bytes: int
    queue: int
    listen: tuple[str, int]
    backups: timedelta | None = None
    drills: timedelta | None = None
    keeps_old_pages: bool = False
    erasure_journal: Path | None = None
    leases_file: Path | None
    objects: Objects | None = None
    object_buckets: Buckets | None = None
    packs: tuple[PackSource, ...] = ()
    configured_packs: tuple[PackSource, ...] = ()
    pack_signers: Callable[[], tuple[VerifierKey, ...]] = staticmethod(tuple)
    console_origin: str | None = None
    provider: ProviderOptions | None = None
    witness_policy: TrustPolicy | None = None
    witnesses: Witnesses
    courier: Courier
    models: ModelAdministration
    measuring_work: Callable[[Path, bytes], MeasuringWork]
    engine_with: Callable[[str], FaceEngine]
    diagnose: Callable[[], Diagnosis]
    rotate_master_key: Callable[[Path, str], int]
    rotate_ledger_key: Callable[..., tuple[str, ...]]

    if TYPE_CHECKING:  # what is not given is loaded at its first use
        terms_of_use: Published
        operator: Operator
        oversight_rules: OversightRules

    else:

        @cached_property
        def terms_of_use(self) -> Published:
            """Return what tells the terms that come with the program."""
            from countenance.vetting.terms_of_use import shipped_terms

            return shipped_terms

        @cached_property
        def operator(self) -> Operator:
            """Return an operator who said nothing."""
            from countenance.vetting.publication import Operator

            return Operator()

        @cached_property
        def oversight_rules(self) -> OversightRules:
            """Return the usual rules."""
            from countenance.oversight.rules import OversightRules

            return OversightRules()

    def model_note(self) -> ModelNote:
        """Return what is told of the models that run; of the default ones here."""
        from countenance.app.transparency import shipped_note

        return shipped_note()

    def renew_packs(self) -> None:
        """Read at once which packs are installed, where this process follows them."""

    def warm(self) -> None:
        """Begin to build what acts on faces need, beside whatever else there is to do.

        What stands in the way is told when an act comes to need it.
        """

    def close(self) -> None:
        """Let go of files, threads and connections."""
