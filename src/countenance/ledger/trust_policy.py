"""Whom to believe: known logs, known witnesses and how many of them, as in c2sp.org/tlog-policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final, Self, TypeVar

from countenance.errors import InvalidInputError, LedgerError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.cosignature import CosignatureKind, CosignerKey, cosigned_at
from countenance.ledger.note import VerifierKey, open_note, split_note

POLICY_LIMIT: Final = 1_048_576
"""Most bytes of a policy file; a key of ML-DSA-44 alone has 1,800."""

_LINES: Final = 1024
_NONE: Final = "none"
_ALLOWED: Final = re.compile(rb"[\t\n\x20-\x7e\x80-\xff]*")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,5}")

LogKey = VerifierKey | CosignerKey
"""A log signs with Ed25519 (0x01) or with ML-DSA-44 (0x06)."""

Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True)
class KnownLog:
    """A log that the policy accepts, and where it is, if the policy says so."""

    key: LogKey
    url: str | None


@dataclass(frozen=True, slots=True)
class KnownWitness:
    """A witness by the name that the policy gives it, and where it takes checkpoints, if that is said."""

    name: str
    key: CosignerKey
    url: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses, or groups of them, of which `least` must have cosigned."""

    name: str
    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a policy says of a checkpoint.

    `witnesses` are those that have cosigned, by name, each with its time in seconds since the epoch (0 if it
    states none); `unverifiable` are those whose kind of signature cannot be verified here.
    """

    checkpoint: Checkpoint
    logs: tuple[LogKey, ...]
    witnesses: dict[str, int]
    unverifiable: tuple[str, ...]
    quorum_met: bool


@dataclass(frozen=True, slots=True)
class TrustPolicy:
    """A policy file. `quorum` names a witness or a group; None where no cosignature is asked for."""

    logs: tuple[KnownLog, ...]
    witnesses: dict[str, KnownWitness]
    groups: dict[str, Group]
    quorum: str | None

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Read a policy file; raises `InvalidInputError` that names the line."""
        if len(content) > POLICY_LIMIT:
            raise InvalidInputError("the policy file is too long")
        if not _ALLOWED.fullmatch(content):
            raise InvalidInputError("the policy file holds control characters")
        reader = _Reader()
        lines = content.decode("utf-8", "surrogateescape").split("\n")
        if len(lines) > _LINES:
            raise InvalidInputError(f"the policy file has more than {_LINES} lines")
        for number, line in enumerate(lines, 1):
            words = [word for word in re.split("[ \t]+", line) if word]
            if words and not words[0].startswith("#"):
                try:
                    reader.take(words)
                except InvalidInputError as error:
                    raise InvalidInputError(f"line {number} of the policy: {error.message}") from error
        if not reader.quorum:
            raise InvalidInputError("the policy has no line `quorum`")
        quorum = None if reader.quorum == _NONE else reader.quorum
        return cls(tuple(reader.logs), reader.witnesses, reader.groups, quorum)

    def satisfied_by(self, cosigned: AbstractSet[str]) -> bool:
        """Tell whether the witnesses in `cosigned`, by name, are enough."""
        return self.quorum is None or self._witnessed(self.quorum, cosigned)

    def _witnessed(self, name: str, cosigned: AbstractSet[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in cosigned
        return sum(self._witnessed(member, cosigned) for member in group.members) >= group.least

    def judge(self, note: str, *, also: Sequence[LogKey] = ()) -> Judged:
        """Judge a signed checkpoint; `also` are keys of logs that are known from elsewhere.

        Raises `LedgerError` if the note is malformed, if a known key's signature in it is wrong, or
        if no known key of the log that it names has signed it.
        """
        witnesses = [witness for witness in self.witnesses.values() if witness.key.verifiable]
        names = {witness.key: witness.name for witness in witnesses}
        known: list[LogKey] = [*(log.key for log in self.logs), *also, *names]
        text, signers = open_note(note, known)
        checkpoint = Checkpoint.parse(text)
        logs = tuple(
            key for key in signers if key.name == checkpoint.origin and (key in also or self._is_log(key))
        )
        if not logs:
            raise LedgerError(f"no known key of the log `{checkpoint.origin}` has signed its checkpoint")
        times = {(line.name, line.key_id): cosigned_at(line.value) for line in split_note(note)[1]}
        cosigned = {
            names[key]: times[key.name, key.id]
            for key in signers
            if isinstance(key, CosignerKey) and key in names
        }
        skipped = tuple(name for name, one in self.witnesses.items() if not one.key.verifiable)
        return Judged(checkpoint, logs, cosigned, skipped, self.satisfied_by(cosigned.keys()))

    def _is_log(self, key: LogKey) -> bool:
        return any(log.key == key for log in self.logs)


@dataclass(slots=True)
class _Reader:
    """Takes the lines of a policy file one after the other."""

    logs: list[KnownLog] = field(default_factory=list)
    witnesses: dict[str, KnownWitness] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)
    quorum: str = ""

    def take(self, words: Sequence[str]) -> None:
        """Take one line; raises `InvalidInputError`."""
        takes: dict[str, Callable[[Sequence[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        take = takes.get(words[0])
        if take is None:
            raise InvalidInputError(f"`{_shown(words[0])}` begins no line of a policy")
        take(words[1:])

    def _log(self, words: Sequence[str]) -> None:
        if len(words) not in (1, 2):
            raise InvalidInputError("a log has the form `log <vkey> [<url>]`")
        key = parse_log_key(words[0])
        if any(log.key.public == key.public for log in self.logs):
            raise InvalidInputError(f"the key of the log `{key.name}` is given twice")
        self.logs.append(KnownLog(key, words[1] if len(words) > 1 else None))

    def _witness(self, words: Sequence[str]) -> None:
        if len(words) not in (2, 3):
            raise InvalidInputError("a witness has the form `witness <name> <vkey> [<url>]`")
        name, key = self._new(words[0]), _key(CosignerKey.parse, words[1])
        if any(witness.key.public == key.public for witness in self.witnesses.values()):
            raise InvalidInputError(f"the key of the witness `{_shown(name)}` is given twice")
        self.witnesses[name] = KnownWitness(name, key, words[2] if len(words) > 2 else None)  # noqa: PLR2004  its third word

    def _group(self, words: Sequence[str]) -> None:
        if len(words) < 3:  # noqa: PLR2004  a name, a number and at least one member
            raise InvalidInputError("a group has the form `group <name> <all, any or a number> <name>...`")
        name, kind, *members = words
        for member in members:
            if not (member in self.witnesses or member in self.groups):
                raise InvalidInputError(f"`{_shown(member)}` is no witness or group defined before")
            if member in self.members:
                raise InvalidInputError(f"`{_shown(member)}` is a member already")
            self.members.add(member)
        self.groups[self._new(name)] = Group(name, _least(kind, len(members)), tuple(members))

    def _quorum(self, words: Sequence[str]) -> None:
        if len(words) != 1 or self.quorum:
            raise InvalidInputError("there is exactly one line `quorum <name>`")
        name = words[0]
        if not (name in self.witnesses or name in self.groups or name == _NONE):
            raise InvalidInputError(f"`{_shown(name)}` is no witness or group defined before")
        self.quorum = name

    def _new(self, name: str) -> str:
        if name in self.witnesses or name in self.groups or name == _NONE:
            raise InvalidInputError(f"the name `{_shown(name)}` is taken")
        return name


def _least(kind: str, members: int) -> int:
    least = {"any": 1, "all": members}.get(kind)
    if least is None:
        least = int(kind) if _NUMBER.fullmatch(kind) else 0
    if not 1 <= least <= members:
        raise InvalidInputError(f"`{_shown(kind)}` is not `all`, `any` or a number from 1 to {members}")
    return least


def parse_log_key(text: str) -> LogKey:
    """Return a log's key; raises `InvalidInputError`, also for one that is of witnesses alone."""
    try:
        return _key(VerifierKey.parse, text)
    except InvalidInputError:
        key = _key(CosignerKey.parse, text)
    if key.kind is not CosignatureKind.ML_DSA_44:
        raise InvalidInputError(f"`{key.name}` is the key of a witness, not of a log")
    return key


def _key(parse: Callable[[str], Parsed], text: str) -> Parsed:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInputError("a key is not text in UTF-8") from error
    return parse(text)


def _shown(word: str) -> str:
    return word.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
