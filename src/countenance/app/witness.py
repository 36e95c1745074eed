"""A witness on this machine, put together from its folder alone: no settings, no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from countenance.ledger.cosignature import CosignatureKind, Cosigner
from countenance.ledger.trust_policy import parse_log_key
from countenance.ledger.witnessing import Held, Witness
from countenance.storage.witness_folder import WitnessFolder


class WitnessHouse:
    """What the command line does with the folder of a witness."""

    def __init__(self, folder: Path) -> None:
        self.record = WitnessFolder(folder)

    @classmethod
    def create(cls, folder: Path, name: str, kinds: Sequence[CosignatureKind]) -> WitnessHouse:
        """Make a witness with a new key of each of `kinds`; raises `AlreadyExistsError`."""
        WitnessFolder.create(folder, [Cosigner.generate(name, kind) for kind in kinds])
        return cls(folder)

    def vkeys(self) -> tuple[str, ...]:
        """Return the witness's public keys as vkey texts."""
        return tuple(str(cosigner.key) for cosigner in self.record.cosigners())

    def watch(self, vkey: str) -> str:
        """Watch the log of this key; return its origin. Raises `InvalidInputError`."""
        key = parse_log_key(vkey)
        self.record.watch(key)
        return key.name

    def logs(self) -> tuple[tuple[str, Held, int], ...]:
        """Return each watched log's origin, what was cosigned of it last, and contradictions kept."""
        origins = dict.fromkeys(key.name for key in self.record.logs())
        return tuple(
            (origin, Held.of(origin, self.record.latest(origin)), self.record.evidence(origin))
            for origin in origins
        )

    def witness(self) -> Witness:
        """Return what cosigns; raises `ConfigurationError` without its keys."""
        return Witness(self.record.cosigners(), self.record, _now)

    def about(self) -> str:
        """Return what the witness tells everybody: its keys, and the logs that it watches."""
        logs = [f"{origin} {held.checkpoint.size}" for origin, held, _ in self.logs()]
        lines = (
            "This is a witness of transparency logs (c2sp.org/tlog-witness).",
            "",
            *self.vkeys(),
            "",
            *logs,
        )
        return "".join(f"{line}\n" for line in lines)


def _now() -> datetime:
    return datetime.now(UTC)
