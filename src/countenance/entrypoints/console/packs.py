"""Policy packs: what is in force, one edition whole, and a signed pack checked, installed, rolled back."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from countenance.entrypoints.console.navigation import ADMINISTRATORS, READERS
from countenance.entrypoints.console.simulation import in_rows, proposal, simulated, usual
from countenance.entrypoints.console.visits import Page, Visit, corrected
from countenance.errors import AlreadyExistsError, BusyError, InvalidInputError, PackError
from countenance.policy.cases import Tried
from countenance.policy.differences import Difference, Example
from countenance.policy.explanation import reason_of
from countenance.policy.model import Reason
from countenance.policy.pack_parcel import LARGEST_PARCEL, read_parcel
from countenance.policy.packs import HeldPack
from countenance.policy.question_words import in_words, long_day
from countenance.policy.rendering import in_plain_words
from countenance.policy.rules import Rule
from countenance.recognition.log.pack_administration import LONGEST_REASON, NewPack
from countenance.recognition.log.pack_reading import Comparison, PackOrigin

PATH: Final = "/console/packs"
_ONE: Final = f"{PATH}/{{name}}"
_DIGEST: Final = 64
_DAY: Final = 20
ORIGINS: Final[Mapping[PackOrigin, str]] = {
    PackOrigin.PROGRAM: "comes with the program, always asked",
    PackOrigin.SETTINGS: "named by the settings",
    PackOrigin.INSTALLED: "installed",
    PackOrigin.NOT_ASKED: "comes with the program, not asked here",
}


def index(visit: Visit) -> Response:
    """Show what is in force, what was done, and where a pack is handed in."""
    return _index(visit, {})


def _index(visit: Visit, errors: Mapping[str, str]) -> Response:
    return visit.page(
        "packs.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        shown=visit.service.policy.read_packs.all(visit.actor),
        largest=LARGEST_PARCEL // 1_000,
        errors=errors,
        **_around(visit),
    )


def one(visit: Visit) -> Response:
    """Show a pack as it is asked, or an edition of it."""
    return _one(visit, {})


def _one(visit: Visit, errors: Mapping[str, str]) -> Response:
    digest = visit.query.get("edition", "")[:_DIGEST] or None
    whole = visit.service.policy.read_packs.one(visit.actor, visit.part("name"), digest)
    return visit.page(
        "pack.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        whole=whole,
        rules=_rules(whole.rules),
        cases=_cases(whole.tried),
        difference=_difference(whole.comparison),
        below=[(step.digest, f"Edition {step.edition}, {(step.digest or '')[:12]}") for step in whole.below],
        sent=visit.form,
        errors=errors,
        **_around(visit),
    )


def check(visit: Visit) -> Response:
    """Show what becomes of a pack that is handed in; nothing is kept."""
    return _checked(visit, visit.form.files.get("archive", b""), {})


def install(visit: Visit) -> Response:
    """Put what was looked at in force."""
    data = _held(visit.form.text("parcel"))
    try:
        new = _new(data, visit.form.text("reason"))
        step = visit.service.policy.packs.install(visit.actor, new)
    except (InvalidInputError, AlreadyExistsError) as error:
        return _checked(visit, data, {"reason": _sentence(error.message)})
    return visit.go(_address(step.name), done="pack-installed")


def try_it(visit: Visit) -> Response:
    """Ask recorded questions again under what was handed in; nothing is kept, recorded or installed."""
    data, form = _held(visit.form.text("parcel")), visit.form
    query = {name: form.text(name)[:_DAY] for name in ("since", "until", "on")}
    try:
        parcel = read_parcel(data)
        pack = HeldPack(parcel.name, tuple(sorted(parcel.files.items())))
        found = simulated(visit, proposal(visit, query, pack))
    except (InvalidInputError, BusyError, PackError) as error:
        return _checked(visit, data, {"since": _sentence(error.message)})
    return _checked(visit, data, {}, in_rows(found))


def roll_back(visit: Visit) -> Response:
    """Put an edition before the present one in force again, or none."""
    name, to = visit.part("name"), visit.form.text("to") or None
    try:
        visit.service.policy.packs.roll_back(visit.actor, name, to=to, reason=visit.form.text("reason"))
    except InvalidInputError as error:
        return _one(visit, {"reason": corrected(error)})
    return visit.go(_address(name), done="pack-rolled-back")


def _checked(
    visit: Visit, data: bytes, wrong: Mapping[str, str], found: Mapping[str, object] | None = None
) -> Response:
    """Show a pack before it is installed, what is `wrong` with a field, and what a simulation `found`."""
    try:
        trial = visit.service.policy.read_packs.check(visit.actor, _new(data, ""))
    except InvalidInputError as error:
        return _index(visit, {"archive": corrected(error)})
    errors = wrong if not trial.problem else {}
    pack = trial.found.pack
    return visit.page(
        "pack_check.html",
        status=HTTPStatus.BAD_REQUEST if errors or trial.problem else HTTPStatus.OK,
        trial=trial,
        pack=pack,
        problem=_sentence(trial.problem),
        unsigned=_sentence(trial.unsigned),
        rules=_rules(pack.rules if pack is not None else ()),
        cases=_cases(trial.found.tried),
        difference=_difference(trial.comparison),
        parcel=base64.urlsafe_b64encode(data).decode("ascii"),
        usual=usual(visit),
        simulated=found,
        sent=visit.form,
        errors=errors,
        **_around(visit),
    )


def _around(visit: Visit) -> Mapping[str, object]:
    """Return what all of these pages show of people and packs."""
    return {
        "origins": ORIGINS,
        "names": visit.service.staff.read_accounts.names(visit.member),
        "administers": visit.member.role in ADMINISTRATORS,
        "longest": str(LONGEST_REASON),
        "address": _address,
    }


def _new(data: bytes, reason: str) -> NewPack:
    if not data:
        raise InvalidInputError("choose the archive of a pack")
    parcel = read_parcel(data)
    return NewPack(name=parcel.name, files=parcel.files, reason=reason, signature=parcel.signature)


def _held(text: str) -> bytes:
    """Return the archive that a form carries; nothing where it is none, which is then told as missing."""
    try:
        return base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return b""


def _address(name: str) -> str:
    return f"{PATH}/{quote(name, safe='@')}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _rules(rules: Iterable[Rule]) -> list[tuple[Rule, Reason, tuple[str, ...]]]:
    """Return each rule with what is told of it, and its words made from what is evaluated."""
    return [(rule, reason_of(rule), in_plain_words(rule)) for rule in rules]


def _cases(tried: Iterable[Tried]) -> list[tuple[Tried, str]]:
    return [(one, in_words(one.case.question)) for one in tried]


def _difference(comparison: Comparison) -> Mapping[str, object]:
    """Return what is otherwise than before, with its rules and questions in words."""
    found: Difference | None = comparison.found
    return {
        "before": comparison.before,
        "because": _sentence(comparison.because),
        "found": found,
        "added": _rules(found.added if found is not None else ()),
        "removed": _rules(found.removed if found is not None else ()),
        "changed": [
            (change, in_plain_words(old), in_plain_words(new))
            for change, (old, new) in zip(found.changed if found else (), comparison.changed, strict=True)
        ],
        "examples": [_example(one) for one in (found.examples if found is not None else ())],
    }


def _example(example: Example) -> tuple[Example, str, str]:
    day = long_day(example.question.on.date())
    return example, day, in_words(example.question, day=False)


PAGES: Final = (
    Page(path=PATH, handler=index, roles=READERS),
    Page(path=PATH, handler=check, roles=ADMINISTRATORS, method="POST", files=True),
    Page(path=f"{PATH}/simulation", handler=try_it, roles=ADMINISTRATORS, method="POST"),
    Page(path=f"{PATH}/install", handler=install, roles=ADMINISTRATORS, method="POST", confirmed=True),
    Page(path=f"{_ONE}/rollback", handler=roll_back, roles=ADMINISTRATORS, method="POST", confirmed=True),
    Page(path=_ONE, handler=one, roles=READERS),
)
