"""The demo's world: an installation of its own in a temporary folder, its customers and their leases."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

PACKS = ("house", "microsoft-2020", "amazon-2020")
"""The stances in force in the demo, besides the laws."""

_KEPT = frozenset(
    {
        *("MODELS_DIR", "DETECTION_MODEL", "RECOGNITION_MODEL", "ACCEPTED_LICENCES", "CALIBRATION_RECORD"),
        *("RUNTIME", "PRECISION", "THREADS"),
    }
)
"""Settings of the operator that hold in the demo too; all others are the demo's own."""

POLICE, BANK, NGO, CONTRACTOR, ARCHIVE = "police", "bank", "ngo", "contractor", "archive"
LEASES = {
    POLICE: "police-identify",
    BANK: "bank-verify",
    NGO: "ngo-missing",
    CONTRACTOR: "contractor-identify",
    ARCHIVE: "archive-search",
}
"""The lease of each customer."""

GALLERIES = {
    POLICE: "detainees",
    BANK: "bank-customers",
    NGO: "missing-children",
    CONTRACTOR: "detainees-copy",
    ARCHIVE: "newsreels",
}
"""The gallery of each customer."""


@dataclass(frozen=True, slots=True)
class World:
    """Where the demo's installation lives, and the environment that leads to it."""

    folder: Path
    environment: dict[str, str]

    @property
    def export(self) -> Path:
        """Return where the ledger is exported to."""
        return self.folder / "ledger-export"

    @property
    def tampered(self) -> Path:
        """Return where the copy lies in which a byte is changed."""
        return self.folder / "ledger-export-changed"

    @property
    def key_file(self) -> Path:
        """Return where the first administrator's key is written."""
        return self.folder / "bootstrap.key"

    @property
    def log(self) -> Path:
        """Return where the server writes its log."""
        return self.folder / "server.log"


@contextmanager
def temporary_world(model_digest: str, *, fmr: float) -> Iterator[World]:
    """Make the world, and remove it with everything in it afterwards."""
    with tempfile.TemporaryDirectory(prefix="countenance-demo-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        seed = folder / "leases.toml"
        seed.write_text(seed_file(model_digest, fmr=fmr, today=datetime.now(UTC)), encoding="utf-8")
        settings = {
            "HOME": str(folder / "home"),
            "LEASES_FILE": str(seed),
            "PACKS": ",".join(PACKS),
            "LEDGER_ORIGIN": "localhost/countenance-demo",
        }
        own = {f"COUNTENANCE_{key}": value for key, value in settings.items()}
        yield World(folder, bare_environment() | own)


def bare_environment() -> dict[str, str]:
    """Return the environment without the operator's settings, except those of models and runtime."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("COUNTENANCE_") or name.removeprefix("COUNTENANCE_") in _KEPT
    }


def seed_file(model_digest: str, *, fmr: float, today: datetime) -> str:
    """Return five customers and their leases as an operator would write them down.

    The leases of the police department and of its contractor list identification: an
    operator's mistake, which the gate does not share.
    """
    begin, end = today - timedelta(days=1), today + timedelta(days=30)
    period = f"not_before = {_toml(begin)}\nexpires = {_toml(end)}\n"
    model = f'fmr = {fmr!r}\nmodel_digests = ["{model_digest}"]\n'
    shared = f'{model}{period}approved_by = ["A. Reviewer", "B. Reviewer"]\n'
    return "\n".join((_CUSTOMERS, *(f"{lease}{shared}" for lease in _LEASE_TABLES)))


def _toml(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


_CUSTOMERS = """\
[[customer]]
id = "police"
name = "Police Department of Springfield"
kind = "police"
jurisdictions = ["US"]

[[customer]]
id = "bank"
name = "Rheinbank"
kind = "private"
jurisdictions = ["DE"]

[[customer]]
id = "ngo"
name = "Reunite, looking for missing children"
kind = "ngo"
jurisdictions = ["GB"]

[[customer]]
id = "contractor"
name = "Matchworks, which works for police departments"
kind = "private"
jurisdictions = ["US"]
acts_for = ["police"]

[[customer]]
id = "archive"
name = "Newsreel Archive"
kind = "private"
jurisdictions = ["CH"]
"""

_LEASE_TABLES = (
    """\
[[lease]]
id = "police-identify"
customer = "police"
acts = ["detect", "enrol", "identify"]
purposes = ["criminal_investigation"]
galleries = ["detainees"]
spaces = ["controlled"]
cameras = ["file"]
instruments = ["warrant"]
n_max = 1000
examiners = 2
max_candidates = 10
""",
    """\
[[lease]]
id = "bank-verify"
customer = "bank"
acts = ["detect", "enrol", "verify", "erase"]
purposes = ["identity_verification"]
galleries = ["bank-customers"]
spaces = ["own_device"]
cameras = ["own_device"]
n_max = 1000
max_candidates = 1
""",
    """\
[[lease]]
id = "ngo-missing"
customer = "ngo"
acts = ["detect", "enrol", "identify", "erase"]
purposes = ["missing_children"]
galleries = ["missing-children"]
spaces = ["controlled"]
cameras = ["file"]
n_max = 1000
examiners = 2
max_candidates = 5
""",
    """\
[[lease]]
id = "contractor-identify"
customer = "contractor"
acts = ["detect", "enrol", "identify"]
purposes = ["criminal_investigation"]
galleries = ["detainees-copy"]
spaces = ["controlled"]
cameras = ["file"]
instruments = ["warrant"]
n_max = 1000
examiners = 2
max_candidates = 10
""",
    """\
[[lease]]
id = "archive-search"
customer = "archive"
acts = ["detect"]
purposes = ["media_archive"]
galleries = ["newsreels"]
spaces = ["controlled"]
cameras = ["file"]
n_max = 0
max_candidates = 1
""",
)
