"""What an installation can be told, read from the environment by the composition root alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from countenance.errors import ConfigurationError
from countenance.oversight.rules import OversightRules

Words = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """Every setting, as `COUNTENANCE_<NAME>` in the environment; lists are separated by commas."""

    model_config = SettingsConfigDict(env_prefix="COUNTENANCE_", extra="forbid", frozen=True)

    home: Path = Field(
        default_factory=lambda: user_data_path("countenance"),
        description="Folder of everything the installation keeps: database, keys, prepared models.",
    )
    database_url: str | None = Field(
        default=None,
        description="SQLAlchemy URL of the database; SQLite in the home folder if not given.",
    )
    master_key: SecretStr | None = Field(
        default=None,
        description="32 bytes in base64 that wrap the keys of subjects; instead of the key file.",
    )
    master_key_file: Path | None = Field(
        default=None,
        description="File with the master key; `master.key` in the home folder, made at first use.",
    )
    ledger_origin: str = Field(
        default="localhost/countenance",
        description="Name of the log: a host and path that nobody else uses, without a scheme.",
        pattern=r"^[^\s+]{1,200}$",
    )
    ledger_key_file: Path | None = Field(
        default=None,
        description="File with the key that signs checkpoints; `ledger.key` in the home folder.",
    )
    erasure_journal: Path | None = Field(
        default=None,
        description="File that remembers withdrawals and erasures outside the database, so that a backup "
        "that is put back brings nobody back; `erasures.journal` in the home folder if not given. Keep it "
        "where backups of the database do not reach.",
    )
    witness_policy: Path | None = Field(
        default=None,
        description="Policy file (c2sp.org/tlog-policy) with the witnesses that cosign the log, and their "
        "addresses; the public pages then show what enough of them cosigned.",
    )
    models_dir: Path | None = Field(
        default=None,
        description="Folder with model files and manifests, looked into before any other source.",
    )
    detection_model: str = Field(default="yunet-2023mar-int8bq", description="Id of the detection model.")
    recognition_model: str = Field(default="sface-2021dec-int8bq", description="Id of the recognition model.")
    accepted_licences: Words = Field(
        default=(),
        description="Ids of models with a non-commercial licence that the operator accepts by name.",
    )
    runtime: Literal["openvino", "onnxruntime", "onnxruntime-cuda"] = Field(
        default="openvino",
        description="What runs the networks; what cannot run is an error, never a fallback.",
    )
    precision: Literal["f32", "bf16"] = Field(
        default="f32",
        description="Arithmetic of the networks; bf16 needs its own calibration record.",
    )
    threads: int = Field(default=0, ge=0, le=1024, description="Threads of the networks; 0 takes every core.")
    queue: int = Field(
        default=32, ge=1, le=10_000, description="Acts that may wait for or use the engine at once."
    )
    calibration_record: Path | None = Field(
        default=None,
        description="Calibration record; the one shipped for the default pipeline if not given.",
    )
    fairness_report: Path | None = Field(
        default=None,
        description="`report.json` of `countenance fairness run`: the public pages show its rates by group.",
    )
    evaluation_fmr: float = Field(
        default=0.001,
        gt=0,
        lt=1,
        description="Highest false match rate of the thresholds that the local command line is given.",
    )
    packs: Words = Field(
        default=("house",),
        description="Policy packs in force; `house` and the laws are in force whatever is said here.",
    )
    pack_signers: Path | None = Field(
        default=None,
        description="File with the verifier keys of those whose signed packs may be installed, one a line; "
        "nobody's if not given.",
    )
    jurisdictions: Words = Field(
        default=(), description="Where the operator itself is, for acts of the local command line."
    )
    leases_file: Path | None = Field(default=None, description="Seed file of customers and leases.")
    object_folder: Path | None = Field(
        default=None,
        description="Folder of buckets from which requests may name images as `S3Object`; none if not given.",
    )
    object_endpoint: str | None = Field(
        default=None,
        description="Address of the S3-compatible store that `S3Object` names images in, "
        "`https://host:port`; instead of the folder. No other address is opened, nor a redirection followed.",
    )
    object_region: str = Field(
        default="us-east-1", description="Region that requests to the store are signed for."
    )
    object_access_key_id: str | None = Field(
        default=None, description="Access key of the store; without one, requests are not signed."
    )
    object_secret_access_key: SecretStr | None = Field(
        default=None, description="Secret of that access key, which needs to read objects and nothing else."
    )
    object_buckets: Words = Field(
        default=(),
        description="Buckets that images may be named in, `bucket` for every customer or `bucket:customer`; "
        "required with an endpoint, every bucket of a folder if not given.",
    )
    object_seconds: float = Field(
        default=10.0, gt=0, le=300, description="Longest time to fetch one object, in seconds."
    )
    webhook_networks: Words = Field(
        default=(),
        description="Networks that are not public and that webhooks may reach all the same, without TLS too: "
        "`10.1.0.0/16`. Everything else is sent to public addresses over TLS alone.",
    )
    console_origin: str | None = Field(
        default=None,
        description="Origin of the console as browsers see it, `https://host`; passkeys are made for it.",
        pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$",
    )
    public_origin: str | None = Field(
        default=None,
        description="Origin of the public pages, `https://host`; that of the console if not given.",
        pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?$",
    )
    operator_name: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Who runs this installation, for the public pages.",
    )
    contact_email: str | None = Field(
        default=None,
        description="Where people complain, appeal and ask for their rights, for the public pages.",
        max_length=200,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$",
    )
    contact_address: str | None = Field(
        default=None, min_length=1, max_length=300, description="The same by post, on one line."
    )
    supervisory_authority: str | None = Field(
        default=None,
        min_length=1,
        max_length=300,
        description="Who oversees the operator, and where: people may complain there as well.",
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="Issuer of an OpenID Connect provider that people may sign in with; none if not given.",
        pattern=r"^https?://[^\s?#]+$",
    )
    oidc_client_id: str | None = Field(default=None, description="Who the console is to that provider.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Its secret at that provider.")
    oidc_name: str = Field(default="single sign-on", description="What people call that provider.")
    backup_days: int | None = Field(
        default=None,
        ge=0,
        le=36_500,
        description="Days for which backups are kept; receipts of erasures say until when one may hold what "
        "was erased.",
    )
    drill_hours: int = Field(
        default=24,
        ge=0,
        le=8784,
        description="Hours between two rehearsals of an erasure in each gallery; 0 for none.",
    )
    oversight_fillers: int = Field(
        default=3, ge=0, le=20, description="Known faces that are mixed into each list of candidates."
    )
    oversight_known_share: int = Field(
        default=10, ge=0, le=100, description="Lists with a known answer among a hundred that are given out."
    )
    oversight_empty_share: int = Field(
        default=30, ge=0, le=100, description="Of a hundred lists with a known answer, those without a mate."
    )
    oversight_seconds: int = Field(
        default=20, ge=1, le=3600, description="Shortest time in which one candidate is judged, in seconds."
    )
    oversight_shift_cap: int = Field(
        default=60, ge=1, le=1000, description="Lists that one examiner concludes in eight hours at most."
    )
    oversight_hold_days: int = Field(
        default=14, ge=1, le=90, description="Days after which a case that nobody has judged is closed."
    )
    oversight_lead_days: int = Field(
        default=30, ge=1, le=366, description="Days after which a released lead ends and is destroyed."
    )
    oversight_known_first: int = Field(
        default=0, ge=0, le=1000, description="Lists with known answers that come before the first real one."
    )
    oversight_false_positives: int = Field(
        default=100,
        ge=0,
        le=1000,
        description="Known non-mates of a thousand whom an examiner may support before being suspended.",
    )
    oversight_false_negatives: int = Field(
        default=300,
        ge=0,
        le=1000,
        description="Known mates of a thousand whom an examiner may not support before being suspended.",
    )
    host: str = Field(default="127.0.0.1", description="Address that the server listens on.")
    port: int = Field(default=8753, ge=0, le=65_535, description="Port that the server listens on.")
    max_image_bytes: int = Field(default=20_000_000, ge=1, description="Largest image file, in bytes.")
    max_image_pixels: int = Field(default=100_000_000, ge=1, description="Largest image, in pixels.")
    decode_seconds: float = Field(
        default=5.0, gt=0, description="Longest time to decode one image, in seconds."
    )

    def erasure_reach(self) -> tuple[timedelta | None, timedelta | None, bool, Path]:
        """Return how long backups are kept, how often is rehearsed, if old pages stay, and the journal."""
        backups = timedelta(days=self.backup_days) if self.backup_days is not None else None
        drills = timedelta(hours=self.drill_hours) if self.drill_hours else None
        journal = self.erasure_journal or self.home / "erasures.journal"
        return backups, drills, (self.database_url or "sqlite").startswith("postgres"), journal

    def oversight_rules(self) -> OversightRules:
        """Return how examiners work in this installation."""
        return OversightRules(
            fillers=self.oversight_fillers,
            known_share=self.oversight_known_share,
            empty_share=self.oversight_empty_share,
            least_seconds=self.oversight_seconds,
            most_in_shift=self.oversight_shift_cap,
            hold=timedelta(days=self.oversight_hold_days),
            lead=timedelta(days=self.oversight_lead_days),
            least_known=self.oversight_known_first,
            false_positives=self.oversight_false_positives,
            false_negatives=self.oversight_false_negatives,
        )

    @field_validator(
        "packs", "accepted_licences", "jurisdictions", "object_buckets", "webhook_networks", mode="before"
    )
    @classmethod
    def _split(cls, value: object) -> object:
        """Accept `a,b` from the environment."""
        return (
            tuple(word.strip() for word in value.split(",") if word.strip())
            if isinstance(value, str)
            else value
        )


def read_settings() -> Settings:
    """Return what the environment sets, or raise `ConfigurationError` naming the first fault."""
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(part) for part in fault["loc"]).upper() or "?"
        raise ConfigurationError(f"`COUNTENANCE_{name}`: {fault['msg'].lower()}") from error
