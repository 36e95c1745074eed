"""Installing packs and rolling them back: acts of an administrator, with a reason, on the record.

A pack that is installed refuses from then on in every process, so it has to be sound first: valid,
right by its own cases, signed by somebody whom the operator trusts, and no stranger to the packs
beside it. No edition is ever forgotten, so decisions made under it can be made again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from countenance.errors import AlreadyExistsError, InvalidInputError, NotFoundError, PackError
from countenance.ledger import Entry, EventType, FieldValue, Written
from countenance.ledger.note import VerifierKey
from countenance.policy.cases import Tried, run_cases
from countenance.policy.gate import HOUSE, installed_policy
from countenance.policy.pack_history import PackAct, PackStep, editions_below, in_force
from countenance.policy.packs import (
    HeldPack,
    Pack,
    PackSource,
    load_pack,
    read_texts,
    shipped_packs,
)
from countenance.policy.reading import not_read_back
from countenance.policy.register import LAWS
from countenance.policy.rules import PackFault
from countenance.policy.texts import KeptText, TextKind
from countenance.recognition.log.browsing import READERS
from countenance.recognition.log.pack_signing import signer_of
from countenance.recognition.log.packs_in_force import held_pack
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.access import ADMINISTRATORS
from countenance.vetting.model import Actor

MOST_STEPS: Final = 10_000
LONGEST_REASON: Final = 500
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{1,59}")
_TAKEN: Final = frozenset({HOUSE, LAWS, "gate", "lease", "schema", "model", "reopenings"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPack:
    """What is to be installed: names and contents of its files, and the signed note beside them.

    `unsigned` repeats the pack's name where it is to be installed without a trusted signature.
    """

    name: str
    files: Mapping[str, str]
    reason: str
    signature: str | None = None
    unsigned: str | None = None


@dataclass(frozen=True, slots=True)
class PackFound:
    """What was found of a pack: the pack, if it can be read, its number of cases, and its faults.

    `tried` are the cases that could be asked, with what came of each.
    """

    pack: Pack | None
    cases: int
    faults: tuple[PackFault, ...]
    tried: tuple[Tried, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackShelf:
    """The packs that settings name, and every step that was taken with those installed."""

    configured: tuple[str, ...]
    steps: tuple[PackStep, ...]

    @property
    def in_force(self) -> tuple[PackStep, ...]:
        """Return the installing step of each installed edition in force."""
        return in_force(self.steps)


@dataclass(frozen=True, slots=True)
class AdministerPacks:
    """Install packs, roll them back, and show what was done."""

    standing: Standing
    configured: tuple[PackSource, ...]
    signers: Callable[[], Sequence[VerifierKey]]
    unit_of_work: Callable[[], UnitOfWork]
    renew: Callable[[], None] = field(default=lambda: None)

    def install(self, actor: Actor, new: NewPack) -> PackStep:
        """Put an edition of a pack in force, above the one before it.

        Raises `ForbiddenError`, `InvalidInputError` for a pack that is not sound, not signed or has a
        name of the program's own, and `AlreadyExistsError` where it is in force, or where another
        pack was installed as the same edition.
        """
        reason = _reason(new.reason)
        with self.unit_of_work() as work:
            self.standing.role(work, actor, ADMINISTRATORS)
        pack, signer = self._signed(new)
        with self.unit_of_work() as work:
            work.become_writer()
            self.standing.role(work, actor, ADMINISTRATORS)
            steps = self._fitting(work, pack)
            kept = KeptText(kind=TextKind.PACK, digest=pack.digest, files=pack.texts)
            work.policy_texts.keep(kept, self.standing.clock())
            step = PackStep(
                number=_number(steps),
                name=pack.name,
                act=PackAct.INSTALLED,
                digest=pack.digest,
                edition=pack.edition,
                signer=str(signer) if signer is not None else None,
                actor=actor.id,
                reason=reason,
                at=self.standing.clock(),
            )
            self._record(work, step, EventType.PACK_INSTALLED)
        self.renew()
        return step

    def rehearse(self, actor: Actor, new: NewPack) -> None:
        """Do what installing does, short of installing; raises what `install` raises, but for the reason."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, ADMINISTRATORS)
        pack, _ = self._signed(new)
        with self.unit_of_work() as work:
            self._fitting(work, pack)

    def roll_back(self, actor: Actor, name: str, *, to: str | None, reason: str) -> PackStep:
        """Put the edition before the present one in force again, or the one of the digest `to`.

        Where there is none before, the pack is in force no more. Raises `ForbiddenError`,
        `NotFoundError` for a pack or edition that is not there, and `InvalidInputError` for one
        that was not installed but comes with the program, or is named by the settings.
        """
        text = _reason(reason)
        with self.unit_of_work() as work:
            work.become_writer()
            self.standing.role(work, actor, ADMINISTRATORS)
            if name in _TAKEN or name in shipped_packs():
                raise InvalidInputError(f"`{name}` comes with the program and cannot be rolled back")
            steps = work.installed_packs.all()
            standing = editions_below(steps, name)
            if not standing:
                raise NotFoundError(f"no installed pack `{name}` is in force")
            below = standing[1:]
            if to is not None:
                below = tuple(one for one in below if (one.digest or "").startswith(to))
                if not to or not below:
                    raise NotFoundError(
                        f"no edition of `{name}` before the present one has the digest `{to}`"
                    )
            aim = below[0] if below else None
            step = PackStep(
                number=_number(steps),
                name=name,
                act=PackAct.ROLLED_BACK,
                digest=aim.digest if aim is not None else None,
                edition=aim.edition if aim is not None else None,
                signer=aim.signer if aim is not None else None,
                actor=actor.id,
                reason=text,
                at=self.standing.clock(),
            )
            self._record(work, step, EventType.PACK_ROLLED_BACK)
        self.renew()
        return step

    def shelf(self, actor: Actor) -> PackShelf:
        """Return what is in force and what was done, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, READERS)
            return PackShelf(
                configured=tuple(dict.fromkeys((HOUSE, *map(str, self.configured)))),
                steps=work.installed_packs.all(),
            )

    def edition(self, actor: Actor, name: str, digest: str | None = None) -> Pack:
        """Return an installed pack as it is in force, or the edition whose digest begins with `digest`.

        Raises `ForbiddenError` and `NotFoundError`.
        """
        with self.unit_of_work() as work:
            self.standing.role(work, actor, READERS)
            steps = work.installed_packs.all()
            if digest is None:
                found = editions_below(steps, name)[:1]
            else:
                found = tuple(
                    one
                    for one in steps
                    if one.name == name and digest and (one.digest or "").startswith(digest)
                )
            if not found:
                raise NotFoundError(f"no installed pack `{name}`{f' of digest `{digest}`' if digest else ''}")
            return load_pack(held_pack(work, found[0]))

    def source(self, actor: Actor, name: str) -> PackSource:
        """Return a shipped pack, or a version of it, or an installed one, by name; never a path.

        Raises `ForbiddenError` and `NotFoundError`.
        """
        if name.partition("@")[0] in shipped_packs():
            return name
        pack = self.edition(actor, name)
        return HeldPack(pack.name, pack.texts)

    def _signed(self, new: NewPack) -> tuple[Pack, VerifierKey | None]:
        """Return a sound pack with the trusted key that signed it, or raise `InvalidInputError`."""
        pack = self._sound(new)
        return pack, None if new.unsigned is not None else signer_of(
            pack, new.signature or "", self.signers()
        )

    def _fitting(self, work: UnitOfWork, pack: Pack) -> tuple[PackStep, ...]:
        """Return the steps so far, where `pack` can be the next; raises like `install`."""
        steps = work.installed_packs.all()
        _check_edition(pack, steps)
        beside = [held_pack(work, one) for one in in_force(steps) if one.name != pack.name]
        try:
            installed_policy((*self.configured, *beside, HeldPack(pack.name, pack.texts)))
        except PackError as error:
            raise InvalidInputError(error.message) from error
        return steps

    def _sound(self, new: NewPack) -> Pack:
        """Return the pack, or raise `InvalidInputError` saying what is wrong first."""
        if not _NAME.fullmatch(new.name):
            raise InvalidInputError(
                f"`{new.name}` cannot name a pack: 2 to 60 small letters, digits and dashes, a letter first"
            )
        configured = {load_pack(one).name.partition("@")[0] for one in self.configured}
        if new.name in _TAKEN or new.name in shipped_packs() or new.name in configured:
            raise InvalidInputError(
                f"`{new.name}` comes with the program or its settings; nothing is installed in its place"
            )
        found = check_pack(new.name, new.files)
        if found.pack is None or found.faults:
            first = found.faults[0]
            more = f", and {len(found.faults) - 1} more" if len(found.faults) > 1 else ""
            raise InvalidInputError(
                f"pack `{new.name}` is not sound: line {first.line}: {first.detail}{more}"
            )
        if new.unsigned is not None and new.unsigned != new.name:
            raise InvalidInputError(f"`{new.unsigned}` is not the name of the pack, which is `{new.name}`")
        if new.unsigned is None and new.signature is None:
            raise InvalidInputError(
                f"`{new.name}` is not signed; whoever wants it nevertheless asks for it unsigned, by its name"
            )
        return found.pack

    def _record(self, work: UnitOfWork, step: PackStep, event: EventType) -> None:
        work.installed_packs.add(step)
        fields: dict[str, FieldValue] = {
            "pack": step.name,
            "edition": step.edition,
            "digest": step.digest,
            "signer": step.signer,
            "reason": Written(step.reason),
            "actor": step.actor,
        }
        told = {name: value for name, value in fields.items() if value is not None}
        work.ledger.record(Entry(event, step.at, told))
        work.commit()


def check_pack(name: str, files: Mapping[str, str]) -> PackFound:
    """Return what is found of a pack that somebody wants to install; raises `InvalidInputError`.

    Besides what makes a pack valid, it has an edition, cases that come out as expected, and rules that
    can be put into plain words from which the same rule is read back.
    """
    pack, faults = read_texts(name, files)
    if pack is None:
        return PackFound(None, 0, faults)
    run = run_cases(pack)
    found = list(run.faults)
    if not pack.edition:
        found.insert(0, PackFault("no_edition", 1, "", "pack.toml names no `edition`"))
    found += (
        PackFault(
            "not_in_words", rule.line, rule.id, f"`{rule.id}` cannot be put into plain words and read back"
        )
        for rule in not_read_back(pack.rules)
    )
    return PackFound(pack, run.cases, tuple(found), run.tried)


def _check_edition(pack: Pack, steps: tuple[PackStep, ...]) -> None:
    standing = editions_below(steps, pack.name)
    if standing and standing[0].digest == pack.digest:
        raise AlreadyExistsError(f"`{pack.name}` is in force already, in this very edition")
    for step in steps:
        if (step.name, step.edition) == (pack.name, pack.edition) and step.digest != pack.digest:
            raise AlreadyExistsError(
                f"edition `{pack.edition}` of `{pack.name}` was other bytes; name a new edition"
            )


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not 0 < len(reason) <= LONGEST_REASON:
        raise InvalidInputError(f"a reason of at most {LONGEST_REASON} characters is needed: it is recorded")
    return reason


def _number(steps: tuple[PackStep, ...]) -> int:
    if len(steps) >= MOST_STEPS:
        raise InvalidInputError(f"an installation takes at most {MOST_STEPS} steps with packs")
    return len(steps) + 1
