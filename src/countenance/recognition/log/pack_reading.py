"""Packs as people read them: what is in force, one edition whole, and what somebody wants to install.

Everything is made from what is evaluated: words from the compiled rules, outcomes by asking, and
differences against what stood before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from countenance.errors import (
    AlreadyExistsError,
    CountenanceError,
    InvalidInputError,
    NotFoundError,
    PackError,
)
from countenance.ledger.note import VerifierKey
from countenance.policy.cases import Tried, run_cases
from countenance.policy.differences import Difference, difference
from countenance.policy.gate import HOUSE
from countenance.policy.pack_history import PackAct, PackStep, editions_below, in_force
from countenance.policy.packs import HeldPack, Pack, PackSource, load_pack, shipped_packs
from countenance.policy.register import LAWS, shipped_register
from countenance.policy.rules import PackFault, Rule
from countenance.recognition.log.browsing import READERS
from countenance.recognition.log.pack_administration import AdministerPacks, NewPack, PackFound, check_pack
from countenance.recognition.log.pack_signing import signer_of
from countenance.recognition.log.packs_in_force import held_pack
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.access import ADMINISTRATORS
from countenance.vetting.model import Actor

MOST_ASKED: Final = 300
"""Questions that are asked of two editions to tell them apart, as somebody waits for it."""


class PackOrigin(StrEnum):
    """Why a pack is asked here, or that it is not."""

    PROGRAM = "program"
    SETTINGS = "settings"
    INSTALLED = "installed"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRow:
    """A pack at a glance. `digest` is SHA-256 (hex); `fault` says why it cannot be read, empty if it can.

    `step` put an installed one in force; None for the others. `rules` counts what it holds.
    """

    name: str
    title: str
    edition: str
    digest: str
    origin: PackOrigin
    rules: int
    step: PackStep | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacksShown:
    """What is asked, what comes with the program and is not, and every step, the newest first."""

    in_force: tuple[PackRow, ...]
    beside: tuple[PackRow, ...]
    steps: tuple[PackStep, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is otherwise than in the edition before; `found` is None where there is nothing to say.

    `changed` are the rules of both that say something else, each as it was and as it is, in the order of
    `found.changed`. `because` says why two editions cannot be compared.
    """

    before: PackStep | None
    found: Difference | None = None
    changed: tuple[tuple[Rule, Rule], ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackWhole:
    """One edition whole: `below` are the editions that it can be rolled back to, the newest first.

    `faults` are what its own cases find wrong, `steps` what was done with the pack, the newest first.
    """

    row: PackRow
    about: str
    rules: tuple[Rule, ...]
    tried: tuple[Tried, ...]
    faults: tuple[PackFault, ...]
    comparison: Comparison
    stands: bool
    below: tuple[PackStep, ...]
    steps: tuple[PackStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackTrial:
    """What becomes of a pack that somebody wants to install; it can be where `problem` is empty.

    `signer` is the trusted key that signed it, or None, and then `unsigned` says why none counts.
    """

    name: str
    found: PackFound
    signer: VerifierKey | None
    unsigned: str
    problem: str
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class ReadPacks:
    """Show packs in force and their history, and check what is to be installed."""

    standing: Standing
    administer: AdministerPacks
    unit_of_work: Callable[[], UnitOfWork]

    def all(self, actor: Actor) -> PacksShown:
        """Return what is in force and what was done, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, READERS)
            steps = work.installed_packs.all()
            installed = tuple(_installed(work, step) for step in in_force(steps))
        rows = (*self._standing(), *installed)
        asked = {row.name.partition("@")[0] for row in rows}
        beside = (_row(name, PackOrigin.NOT_ASKED) for name in shipped_packs() if name not in asked)
        return PacksShown(in_force=rows, beside=tuple(beside), steps=steps[::-1])

    def one(self, actor: Actor, name: str, digest: str | None = None) -> PackWhole:
        """Return the pack as it is asked, or the installed edition whose digest begins with `digest`.

        Raises `ForbiddenError`, and `NotFoundError` for what is not there; no path is ever opened.
        """
        with self.unit_of_work() as work:
            self.standing.role(work, actor, READERS)
            steps = work.installed_packs.all()
            own = tuple(one for one in steps if one.name == name)
            if own:
                return self._edition(work, own, digest)
        if digest is not None:
            raise NotFoundError(f"no installed pack `{name}`")
        return self._of_the_program(name)

    def check(self, actor: Actor, new: NewPack) -> PackTrial:
        """Return what becomes of `new`; nothing is kept or recorded.

        Raises `ForbiddenError`, and `InvalidInputError` for files that are no pack at all.
        """
        with self.unit_of_work() as work:
            self.standing.role(work, actor, ADMINISTRATORS)
            steps = work.installed_packs.all()
            before = editions_below(steps, new.name)[:1]
            held = _readable(work, before[0]) if before else None
        found = check_pack(new.name, new.files)
        signer, unsigned, problem = None, "", ""
        if found.pack is not None:
            try:
                signer = signer_of(found.pack, new.signature or "", self.administer.signers())
            except InvalidInputError as error:
                unsigned = error.message if new.signature is not None else f"`{new.name}` is not signed"
        try:
            self.administer.rehearse(actor, new)
        except (InvalidInputError, AlreadyExistsError) as error:
            problem = error.message
        after = HeldPack(found.pack.name, found.pack.texts) if found.pack is not None else None
        return PackTrial(
            name=new.name,
            found=found,
            signer=signer,
            unsigned=unsigned,
            problem=problem or unsigned,
            comparison=_comparison(before[0] if before else None, held, after),
        )

    def _standing(self) -> tuple[PackRow, ...]:
        """Return what is asked whatever is installed: house rules, laws, and what settings name."""
        named = dict.fromkeys(one for one in self.administer.configured if one != HOUSE)
        return (
            _row(HOUSE, PackOrigin.PROGRAM),
            _laws(),
            *(_row(source, PackOrigin.SETTINGS) for source in named),
        )

    def _of_the_program(self, name: str) -> PackWhole:
        if name == LAWS:
            return _whole(_laws(), shipped_register().rules)
        sources: dict[str, tuple[PackSource, PackOrigin]] = {
            shipped: (shipped, PackOrigin.NOT_ASKED) for shipped in shipped_packs()
        }
        configured = {load_pack(one).name: (one, PackOrigin.SETTINGS) for one in self.administer.configured}
        sources |= configured | {HOUSE: (HOUSE, PackOrigin.PROGRAM)}
        if name not in sources:
            raise NotFoundError(f"no pack `{name}`")
        source, origin = sources[name]
        pack = load_pack(source)
        return _whole(_row(source, origin), pack.rules, pack)

    def _edition(self, work: UnitOfWork, own: tuple[PackStep, ...], digest: str | None) -> PackWhole:
        """Return an installed edition: the one in force, else the last that was, or one by its digest."""
        standing = editions_below(own, own[0].name)
        put = [one for one in own if one.act is PackAct.INSTALLED]
        known = [*standing, *put[::-1]]
        found = [one for one in known if digest is None or (digest and (one.digest or "").startswith(digest))]
        if not found:
            raise NotFoundError(f"no edition of `{own[0].name}` has the digest `{digest}`")
        step = found[0]
        before = editions_below(own[: own.index(step)], step.name)[:1]
        row = _installed(work, step)
        told = PackWhole(
            row=row,
            about="",
            rules=(),
            tried=(),
            faults=(),
            comparison=Comparison(before[0] if before else None),
            stands=bool(standing) and standing[0].digest == step.digest,
            below=standing[1:],
            steps=own[::-1],
        )
        if row.fault:
            return told
        after = held_pack(work, step)
        pack = load_pack(after)
        run = run_cases(pack)
        held = _readable(work, before[0]) if before else None
        return replace(
            told,
            about=" ".join(pack.about.split()),
            rules=pack.rules,
            tried=run.tried,
            faults=run.faults,
            comparison=_comparison(told.comparison.before, held, after),
        )


def _whole(row: PackRow, rules: tuple[Rule, ...], pack: Pack | None = None) -> PackWhole:
    """Return a pack that nobody installed; the laws are tried by claims and not by cases."""
    run = run_cases(pack) if pack is not None and "@" not in pack.name else None
    return PackWhole(
        row=row,
        about=" ".join(pack.about.split()) if pack is not None else "",
        rules=rules,
        tried=run.tried if run is not None else (),
        faults=run.faults if run is not None else (),
        comparison=Comparison(None),
        stands=row.origin is not PackOrigin.NOT_ASKED,
        below=(),
        steps=(),
    )


def _row(source: PackSource, origin: PackOrigin) -> PackRow:
    pack = load_pack(source)
    return PackRow(
        name=pack.name,
        title=pack.title,
        edition=pack.edition,
        digest=pack.digest,
        origin=origin,
        rules=len(pack.rules),
    )


def _laws() -> PackRow:
    register = shipped_register()
    return PackRow(
        name=LAWS,
        title=f"The register of {len(register.laws)} laws",
        edition=register.version,
        digest=register.digest,
        origin=PackOrigin.PROGRAM,
        rules=len(register.rules),
    )


def _installed(work: UnitOfWork, step: PackStep) -> PackRow:
    """Return an installed edition; one whose text is not whole is told and not left out."""
    pack, fault = None, ""
    try:
        pack = load_pack(held_pack(work, step))
    except PackError as error:
        fault = error.message
    return PackRow(
        name=step.name,
        title=pack.title if pack is not None else step.name,
        edition=step.edition or "",
        digest=step.digest or "",
        origin=PackOrigin.INSTALLED,
        rules=len(pack.rules) if pack is not None else 0,
        step=step,
        fault=fault,
    )


def _readable(work: UnitOfWork, step: PackStep) -> HeldPack | None:
    try:
        return held_pack(work, step)
    except PackError:
        return None


def _comparison(before: PackStep | None, held: HeldPack | None, after: HeldPack | None) -> Comparison:
    if held is None or after is None:
        return Comparison(before, because="it cannot be read any more" if before and after else "")
    try:
        found = _compared(held, after)
    except CountenanceError as error:
        return Comparison(before, because=error.message)
    old, new = ({rule.id: rule for rule in load_pack(one).rules} for one in (held, after))
    return Comparison(before, found, tuple((old[one.rule], new[one.rule]) for one in found.changed))


@lru_cache(maxsize=8)
def _compared(before: HeldPack, after: HeldPack) -> Difference:
    return difference(load_pack(before), load_pack(after), most=MOST_ASKED)
