"""What a verification found, so that a person can act on it and a program can read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from countenance.ledger.model import JsonValue

FAULT_LIMIT: Final = 1000
"""Most faults that are listed; the rest are counted."""


class FaultCode(StrEnum):
    """What can be wrong with an exported log."""

    NOT_AN_EXPORT = "not_an_export"
    KEY_MISSING = "key_missing"
    KEY_MALFORMED = "key_malformed"
    KEY_DIFFERS = "key_differs"
    CHECKPOINT_MISSING = "checkpoint_missing"
    CHECKPOINT_MALFORMED = "checkpoint_malformed"
    CHECKPOINT_SIGNATURE = "checkpoint_signature"
    CHECKPOINT_ORIGIN = "checkpoint_origin"
    CHECKPOINT_SIZE = "checkpoint_size"
    CHECKPOINT_ROOT = "checkpoint_root"
    QUORUM_NOT_MET = "quorum_not_met"
    FORKED = "forked"
    ROLLED_BACK = "rolled_back"
    HISTORY_REWRITTEN = "history_rewritten"
    FILE_MISSING = "file_missing"
    FILE_UNEXPECTED = "file_unexpected"
    FILE_BEYOND_CHECKPOINT = "file_beyond_checkpoint"
    FILE_UNREADABLE = "file_unreadable"
    FILE_SIZE = "file_size"
    BUNDLE_MALFORMED = "bundle_malformed"
    TILE_HASH = "tile_hash"
    ENTRY_HASH = "entry_hash"
    ENTRY_MALFORMED = "entry_malformed"
    ACT_WITHOUT_PERMIT = "act_without_permit"
    MANIFEST_GAP = "manifest_gap"
    CLOCK_WENT_BACK = "clock_went_back"
    CLOCK_AHEAD = "clock_ahead"
    WITNESS_UNVERIFIABLE = "witness_unverifiable"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: `where` is a file of the export, `index` an entry if one is meant."""

    code: FaultCode
    where: str
    index: int | None
    text: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return the fault for a program."""
        return {"code": self.code.value, "where": self.where, "index": self.index, "text": self.text}


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A permit without a completion: the act was cut off between the two, or is at work now."""

    index: int
    type: str
    decision: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return the permit for a program."""
        return {"index": self.index, "type": self.type, "decision": self.decision}


@dataclass(frozen=True, slots=True)
class Verification:
    """The result: `size` and `root` are what the entries amount to; None if they cannot be read.

    `notices` are what should be looked into and does not make the log wrong, such as a clock that went
    back. `witnesses` are those of the policy that cosigned, each with its time in seconds since the epoch.
    """

    size: int | None
    root: bytes | None
    faults: tuple[Fault, ...]
    faults_left_out: int
    incomplete: tuple[Incomplete, ...]
    notices: tuple[Fault, ...] = ()
    witnesses: tuple[tuple[str, int], ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether the log is whole, signed, and every entry is what it was when it was written."""
        return not self.faults

    def to_json(self) -> dict[str, JsonValue]:
        """Return the result as `countenance ledger verify --json` prints it; `root` is hexadecimal."""
        return {
            "ok": self.ok,
            "size": self.size,
            "root": None if self.root is None else self.root.hex(),
            "faults": tuple(fault.to_json() for fault in self.faults),
            "faults_left_out": self.faults_left_out,
            "incomplete": tuple(permit.to_json() for permit in self.incomplete),
            "notices": tuple(notice.to_json() for notice in self.notices),
            "witnesses": tuple({"name": name, "time": time} for name, time in self.witnesses),
        }


@dataclass(slots=True)
class Findings:
    """Collects faults and notices as they are found, up to the limit."""

    faults: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)
    left_out: int = 0

    def add(self, code: FaultCode, where: str, text: str, *, index: int | None = None) -> None:
        """Note a fault."""
        if len(self.faults) >= FAULT_LIMIT:
            self.left_out += 1
        else:
            self.faults.append(Fault(code, where, index, text))

    def notice(self, code: FaultCode, where: str, text: str, *, index: int | None = None) -> None:
        """Note something that should be looked into and makes nothing wrong."""
        if len(self.notices) < FAULT_LIMIT:
            self.notices.append(Fault(code, where, index, text))

    @property
    def full(self) -> bool:
        """Tell whether further faults are only counted."""
        return len(self.faults) >= FAULT_LIMIT
