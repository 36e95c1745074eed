"""The parts that settings name."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from countenance.app.installed_rules import InstalledRules
from countenance.app.laboratory import text_of
from countenance.app.objects import buckets_of, open_objects
from countenance.app.provider import provider_of
from countenance.errors import AlreadyExistsError, ConfigurationError, CountenanceError, InvalidInputError

if TYPE_CHECKING:
    from countenance.biometrics.calibration import CalibrationRecord
    from countenance.biometrics.model import Threshold
    from countenance.engine.diagnosis import Diagnosis
    from countenance.engine.model_administration import ModelAdministration
    from countenance.engine.networks import EngineOptions
    from countenance.engine.pipeline import Limits
    from countenance.engine.search import ExactSearch
    from countenance.ledger.model import Entry
    from countenance.ledger.note import Signer
    from countenance.ledger.trust_policy import TrustPolicy
    from countenance.oversight.rules import OversightRules
    from countenance.policy.model import Jurisdiction
    from countenance.recognition.collections.ports import Objects
    from countenance.recognition.log.packs_in_force import PacksInForce
    from countenance.recognition.log.witness_rounds import Witnesses
    from countenance.recognition.measuring.transparency import ModelNote
    from countenance.recognition.ports import Decider, FaceEngine, SearchIndex, SearchSnapshots, UnitOfWork
    from countenance.recognition.webhooks.ports import Courier
    from countenance.settings import Settings
    from countenance.storage import Database, Keyring
    from countenance.vetting.publication import Operator
    from countenance.vetting.terms_of_use import Published

Part = TypeVar("Part")


class built_once(cached_property[Part]):  # noqa: N801  a decorator, named like the one it refines
    """`cached_property` under a lock of its own in each installation: from Python 3.12 on it has none.

    One lock a part, so that the networks can load while the database opens. Parts need one
    another in one direction only, which is why no two threads wait for each other.
    """

    if not TYPE_CHECKING:  # its type is the base class's

        def __get__(self, instance: object, owner: type | None = None) -> object:
            """Return the part, building it if this thread is the first to ask."""
            if instance is None:
                return self
            with instance.building.setdefault(self.attrname, threading.RLock()):
                return super().__get__(instance, owner)


class Installation(InstalledRules):
    """The parts that settings name: a database and keys on this machine, the engine, the packs.

    What is slow to import is imported where it is first needed, and every part is built once,
    whichever thread comes first.
    """

    def __init__(self, settings: Settings) -> None:
        self.building: dict[str, threading.RLock] = {}
        self._warming: threading.Thread | None = None
        self.settings = settings
        self.clock = now
        self.evaluation_fmr_ppb = round(settings.evaluation_fmr * 1_000_000_000)
        self.max_image_bytes = settings.max_image_bytes
        if settings.jurisdictions:
            _ = self.jurisdictions
        self.queue = settings.queue
        self.backups, self.drills, self.keeps_old_pages, self.erasure_journal = settings.erasure_reach()
        self.listen = (settings.host, settings.port)
        self.leases_file = settings.leases_file
        self.console_origin = settings.console_origin
        self.provider = provider_of(settings)
        self.configured_packs = tuple(settings.packs)
        self.object_buckets = buckets_of(settings.object_buckets)

    @built_once
    def jurisdictions(self) -> frozenset[Jurisdiction]:
        """Return where the operator itself is; raises `InvalidInputError` for what is none."""
        from countenance.policy.places import jurisdiction

        return frozenset(jurisdiction(code) for code in self.settings.jurisdictions)

    @built_once
    def oversight_rules(self) -> OversightRules:
        """Return how examiners work."""
        return self.settings.oversight_rules()

    @built_once
    def operator(self) -> Operator:
        """Return who answers for the installation."""
        from countenance.app.operating import operator_of

        return operator_of(self.settings)

    @built_once
    def unit_of_work(self) -> Callable[[], UnitOfWork]:
        """Open the database, bring it up to date, and check keys and ledger."""
        from countenance.storage import check_installation, unit_of_work_factory

        self._database.migrate()
        check_installation(self._database, self._keyring, self._signer)
        return unit_of_work_factory(self._database, self._keyring, self._signer)

    @built_once
    def terms_of_use(self) -> Published:
        """Read the terms of use: the program's, and those that the operator published."""
        from countenance.vetting.publishing_terms import TermsInForce
        from countenance.vetting.terms_of_use import shipped_terms

        terms = TermsInForce(self.unit_of_work, shipped_terms)
        terms.read()
        return terms

    @built_once
    def decide(self) -> Decider:
        """Load and check the packs and the laws, keep their texts, and follow what is installed."""
        from countenance.app.rulebook import deciding

        return deciding(self.packs_in_force, self.unit_of_work, self.clock)

    @built_once
    def packs_in_force(self) -> PacksInForce:
        """Return what tells which packs are asked now."""
        from countenance.recognition.log.packs_in_force import PacksInForce

        return PacksInForce(self.configured_packs, self.unit_of_work)

    @built_once
    def engine(self) -> FaceEngine:
        """Load the networks; what they are made of is made first, where it never was."""
        from countenance.engine.first_load import load_first_apart
        from countenance.engine.pipeline import open_engine

        load_first_apart(self.engine_options)
        return open_engine(self.engine_options, self._limits())

    def _limits(self) -> Limits:
        from countenance.engine.pipeline import Limits

        settings = self.settings
        return Limits(
            image_bytes=settings.max_image_bytes,
            image_pixels=settings.max_image_pixels,
            decode_seconds=settings.decode_seconds,
            queue=settings.queue,
        )

    @built_once
    def engine_options(self) -> EngineOptions:
        """Return which models run, and how."""
        from countenance.engine.networks import EngineOptions
        from countenance.engine.runtime import Precision, Provider, RuntimeName, RuntimeOptions

        settings = self.settings
        cuda = settings.runtime == "onnxruntime-cuda"
        return EngineOptions(
            model_folder=settings.models_dir or settings.home / "models",
            cache_folder=settings.home / "cache",
            detector=settings.detection_model,
            recogniser=settings.recognition_model,
            accepted_models=frozenset(settings.accepted_licences),
            runtime=RuntimeOptions(
                runtime=RuntimeName.OPENVINO if settings.runtime == "openvino" else RuntimeName.ONNXRUNTIME,
                provider=Provider.CUDA if cuda else Provider.CPU,
                precision=Precision(settings.precision),
                threads=settings.threads or None,
            ),
        )

    @built_once
    def models(self) -> ModelAdministration:
        """Return what an operator can do with model files; no network is loaded for it."""
        from countenance.engine.model_administration import ModelAdministration

        return ModelAdministration(self.engine_options)

    def diagnose(self) -> Diagnosis:
        """Load the networks anew and tell what really runs, and whether a calibration record fits it."""
        from countenance.app.operating import NO_CONTACT
        from countenance.engine.diagnosis import diagnose

        found = diagnose(self.engine_options)
        if not self.operator.reachable:
            found = replace(found, warnings=(*found.warnings, NO_CONTACT))
        try:
            self._fairness_report()
        except CountenanceError as error:
            warning = f"the public pages show no error rates by group: {error.message}"
            found = replace(found, warnings=(*found.warnings, warning))
        if found.faults:
            return found
        from countenance.biometrics.calibration import record_for
        from countenance.engine.pipeline import pipeline_by

        detector, recogniser = found.networks
        pipeline = pipeline_by(detector.sha256, recogniser.sha256, recogniser.running.precision)
        try:
            record_for(self._records(), pipeline)
        except CountenanceError as error:
            warning = f"faces are found and not compared, since there is no threshold: {error.message}"
            return replace(found, warnings=(*found.warnings, warning))
        return found

    def model_note(self) -> ModelNote:
        """Return what is told of the models that settings name, with the record of their pipeline."""
        from countenance.app.transparency import model_note

        models = (self.settings.detection_model, self.settings.recognition_model)
        folder, precision = self.engine_options.model_folder, self.settings.precision
        try:
            fairness = self._fairness_report()
        except CountenanceError:
            fairness = None  # told by the doctor
        return model_note(models, folder, precision, self._records(), fairness)

    def rotate_master_key(self, new: Path, actor_id: str) -> int:
        """Write a new master key to the file `new`, put it in the place of the old one, and tell the ledger.

        Returns how many subjects' keys were wrapped anew. From then on the installation opens with
        the new key alone. Raises `AlreadyExistsError` if there is such a file, and `ConfigurationError`.
        """
        from countenance.storage import Keyring
        from countenance.storage.rotation import rotate_master_key

        if new.exists():
            raise AlreadyExistsError(f"there is a file `{new}` already")
        _ = self.unit_of_work
        successor = Keyring.from_file(new, create=True)
        from countenance.ledger.model import Entry, EventType

        entry = Entry(EventType.MASTER_KEY_ROTATED, self.clock(), {"actor": actor_id})
        return rotate_master_key(self._database, self._keyring, successor, entry=(self._signer, entry))

    def rotate_ledger_key(self, actor_id: str, *, finish: bool) -> tuple[str, ...]:
        """Begin or finish changing the key that signs checkpoints; return the vkeys that sign from now on.

        Other processes go on signing with the keys they started with: they are to be started anew.
        Raises `StateError` and `ConfigurationError`.
        """
        from countenance.storage import log_rotation

        _ = self.unit_of_work
        from countenance.ledger.model import Entry, EventType

        kind = EventType.LEDGER_KEY_RETIRED if finish else EventType.LEDGER_KEY_ROTATED

        def entry(signer: Signer) -> Entry:
            newest, before = map(str, signer.vkeys[:2])
            return Entry(kind, self.clock(), {"actor": actor_id, "key": newest, "before": before})

        change = log_rotation.finish_rotation if finish else log_rotation.begin_rotation
        signer = change(self._database, self._ledger_key_file, self.settings.ledger_origin, entry)
        return tuple(map(str, signer.vkeys))

    @built_once
    def witness_policy(self) -> TrustPolicy | None:
        """Return the policy with the log's witnesses; None where none is configured."""
        from countenance.ledger.trust_policy import TrustPolicy

        path = self.settings.witness_policy
        if path is None:
            return None
        try:
            return TrustPolicy.parse(path.read_bytes())
        except OSError as error:
            raise ConfigurationError(f"the witness policy `{path}` cannot be read") from error
        except InvalidInputError as error:
            raise ConfigurationError(f"`{path}`: {error.message}") from error

    @built_once
    def witnesses(self) -> Witnesses:
        """Return the way to witnesses; no connection is opened yet."""
        from countenance.storage.witness_client import HttpWitnesses

        return HttpWitnesses()

    @property
    def index(self) -> SearchIndex:  # type: ignore[override]  # built at first use
        """Return the search over galleries in memory."""
        return self._search

    @property
    def snapshots(self) -> SearchSnapshots:  # type: ignore[override]  # built at first use
        """Return what the search keeps on disk for a fast start."""
        return self._search

    @built_once
    def _search(self) -> ExactSearch:
        from countenance.engine.processor import usable_cores
        from countenance.engine.search import ExactSearch
        from countenance.engine.snapshot_folder import SnapshotFolder

        snapshots = SnapshotFolder(self.settings.home / "snapshots", self._keyring.key_for("snapshots"))
        return ExactSearch(threads=self.settings.threads or usable_cores(), snapshots=snapshots)

    @built_once
    def objects(self) -> Objects | None:
        """Return where photographs lie that requests name, or None where no place is configured."""
        return open_objects(self.settings)

    @built_once
    def courier(self) -> Courier:
        """Return the way to the receivers of webhooks."""
        from countenance.storage.webhook_courier import HttpCourier

        return HttpCourier(self.settings.webhook_networks)

    @built_once
    def calibration(self) -> CalibrationRecord:
        """Return the calibration record of the pipeline that runs, or raise `CalibrationError`."""
        from countenance.biometrics.calibration import record_for

        return record_for(self._records(), self.engine.pipeline)

    def _records(self) -> tuple[CalibrationRecord, ...]:
        """Return the record that settings name, or those that come with the program."""
        from countenance.biometrics.calibration_file import read_record, shipped_records

        path = self.settings.calibration_record
        return shipped_records() if path is None else (read_record(text_of(path, "calibration record")),)

    def threshold_for(self, fmr_ppb: int) -> Threshold:
        """Return the threshold of the calibration record for a false match rate in parts per billion."""
        return self.calibration.threshold_for(fmr_ppb / 1_000_000_000)

    def commit_to(self, data: bytes) -> str:
        """Return a keyed digest (hex) that says nothing of `data` to whoever lacks the master key."""
        return hmac.digest(
            self._keyring.key_for("commitments"), hashlib.sha256(data).digest(), "sha256"
        ).hex()

    def warm(self) -> None:
        """Begin to load the networks in a thread, once."""
        if self._warming is None:
            self._warming = threading.Thread(target=self._load, name="warm-up")
            self._warming.start()

    def _load(self) -> None:
        with contextlib.suppress(CountenanceError):  # raised again where an act needs the engine
            _ = self.engine

    def close(self) -> None:
        """Let go of files, threads and connections that were opened."""
        if self._warming is not None:
            self._warming.join()
        for name in ("engine", "_search", "witnesses", "courier", "_database"):
            part = self.__dict__.pop(name, None)
            if part is not None:
                part.close()

    @built_once
    def _database(self) -> Database:
        from countenance.storage import open_database

        self.settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open_database(
            self.settings.database_url or f"sqlite:///{self.settings.home / 'countenance.db'}"
        )

    @built_once
    def _signer(self) -> Signer:
        from countenance.storage import load_signer

        settings = self.settings
        create = settings.ledger_key_file is None
        return load_signer(self._ledger_key_file, name=settings.ledger_origin, create=create)

    @property
    def _ledger_key_file(self) -> Path:
        return self.settings.ledger_key_file or self.settings.home / "ledger.key"

    @built_once
    def _keyring(self) -> Keyring:
        from countenance.storage import Keyring

        settings = self.settings
        if settings.master_key is not None:
            return Keyring.from_base64(settings.master_key.get_secret_value())
        path = settings.master_key_file or settings.home / "master.key"
        return Keyring.from_file(path, create=settings.master_key_file is None)


def now() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)
