"""Recorded questions asked again, of a proposed policy or on a coming day: which answers change, and why.

A record is compared by what it lets happen: whether the act was permitted, by which rules, under
which duties. Digests are left aside, since a new pack changes every one of them.

Records come as the canonical JSON that is stored. Two questions whose text is the same but for
the moment within a day have one answer (`remembering.py` says why), so the text itself, with the
moment cut to its day, is the key under which an answer is remembered: most records are neither
parsed nor decided. What is remembered and what is counted is bounded.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from countenance.errors import InvalidInputError
from countenance.policy.codec import question_from_json
from countenance.policy.model import Decision, Permit, Question

REMEMBERED: Final = 4096
"""Most questions whose answers are remembered at a time."""

MOST_GROUPS: Final = 10_000
"""Most groups of changes that are told apart; what comes after them is counted as one more."""

_EXAMPLES: Final = 3
_EDGE: Final = timedelta(milliseconds=5)
_ON: Final = '"on":"'


class Recorded(NamedTuple):
    """A decision as it is stored: entry on the ledger, id, whose it was, question and decision as JSON."""

    entry: int
    id: str
    customer: str | None
    question: str
    decision: str


class Outcome(NamedTuple):
    """What a decision lets happen: `rules` are the ids of its reasons, `duties` `kind` or `kind:number`."""

    permitted: bool
    rules: tuple[str, ...]
    duties: tuple[str, ...]


class Change(NamedTuple):
    """A record that is answered otherwise now."""

    id: str
    customer: str | None
    act: str
    lease: str | None
    before: Outcome
    after: Outcome


@dataclass(slots=True)
class Group:
    """Changes alike in customer, lease, act and outcomes, with how many there are and the first few."""

    customer: str | None
    act: str
    lease: str | None
    before: Outcome
    after: Outcome
    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """What a simulation found so far.

    `refused` counts records that were permitted and would not be, `permitted` the reverse,
    `otherwise` those with the same outcome by other rules or under other duties; `beyond` how
    many changes came after `MOST_GROUPS` groups were full.
    """

    asked: int = 0
    refused: int = 0
    permitted: int = 0
    otherwise: int = 0
    beyond: int = 0
    groups: dict[tuple[object, ...], Group] = field(default_factory=dict)

    def count(self, asked: int, changes: Iterable[Change]) -> None:
        """Count questions that were asked, and what changed among them."""
        self.asked += asked
        for change in changes:
            self.add(change)

    def add(self, change: Change) -> None:
        """Count a change."""
        if change.before.permitted == change.after.permitted:
            self.otherwise += 1
        elif change.after.permitted:
            self.permitted += 1
        else:
            self.refused += 1
        key = change[1:]
        group = self.groups.get(key)
        if group is None:
            if len(self.groups) >= MOST_GROUPS:
                self.beyond += 1
                return
            group = self.groups[key] = Group(*change[1:])
        group.count += 1
        if len(group.examples) < _EXAMPLES:
            group.examples.append(change.id)

    def ordered(self) -> list[Group]:
        """Return the groups, those that would be refused first, then the largest."""
        return sorted(
            self.groups.values(),
            key=lambda group: (
                group.after.permitted,
                not group.before.permitted,
                -group.count,
                group.examples,
            ),
        )


class Simulation:
    """Answers recorded questions anew with `decide`.

    `on` asks every question as if on that day; the leases are then taken as renewed until it if
    `renewed`, and otherwise may have ended. `blind_to_the_clock` is `Policy`'s: without it,
    every question is decided by itself. Not for several threads at once.
    """

    def __init__(
        self,
        decide: Callable[[Question], Decision],
        *,
        blind_to_the_clock: bool,
        on: date | None = None,
        renewed: bool = False,
    ) -> None:
        self._decide = decide
        self._blind = blind_to_the_clock
        self._on = datetime.combine(on, time(), UTC) if on is not None else None
        self._renewed = renewed
        self._answers: OrderedDict[str, _Answers] = OrderedDict()
        self._outcomes: OrderedDict[str, Outcome] = OrderedDict()

    def run(self, records: Iterable[Recorded], tally: Tally) -> list[Change]:
        """Ask every record's question, count it in `tally`, and return those that are answered otherwise.

        Raises `InvalidInputError` for a record that cannot be read.
        """
        asked = tuple(records)
        found = self.changes(asked)
        tally.count(len(asked), found)
        return found

    def changes(self, records: Iterable[Recorded]) -> list[Change]:
        """Ask every record's question and return those that are answered otherwise; raises like `run`."""
        found: list[Change] = []
        for record in records:
            before = self._recorded(record.decision)
            known = self._known(record.question)
            after = known.outcome
            if before != after:
                found.append(Change(record.id, record.customer, known.act, known.lease, before, after))
        return found

    def _recorded(self, decision: str) -> Outcome:
        outcome = self._outcomes.get(decision)
        if outcome is None:
            outcome = _outcome_of_text(decision)
            self._outcomes[decision] = outcome
            if len(self._outcomes) > REMEMBERED:
                self._outcomes.popitem(last=False)
        return outcome

    def _known(self, text: str) -> _Answer:
        """Return the answer to the question that `text` holds, deciding it if it is not remembered."""
        start = text.find(_ON) + len(_ON)
        stop = text.find('"', start)
        if start < len(_ON) or stop < 0:
            raise InvalidInputError("the recorded question names no moment")
        moment = text[start:stop]
        key = text[:start] + (moment[:10] if self._on is None else "") + text[stop:]
        answers = self._answers.get(key)
        if answers is None:
            answers = self._answers[key] = _Answers(
                _lease_ends(text) if self._on is None or self._renewed else None
            )
            if len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        phase = answers.phase(moment) if self._blind else None
        known = answers.by_phase.get(phase) if phase is not None else None
        if known is None:
            known = self._answer(text)
            if phase is not None:
                answers.by_phase[phase] = known
        return known

    def _answer(self, text: str) -> _Answer:
        question = question_from_json(text.encode())
        if self._on is not None:
            question = _moved(question, self._on, renewed=self._renewed)
        lease = question.lease.id if question.lease is not None else None
        return _Answer(outcome_of(self._decide(question)), question.act.value, lease)


class _Answer(NamedTuple):
    outcome: Outcome
    act: str
    lease: str | None


class _Answers:
    """The answers to one question, by whether its lease had begun and had ended."""

    __slots__ = ("_ends", "by_phase")

    def __init__(self, ends: tuple[datetime, datetime] | None) -> None:
        self._ends = ends
        self.by_phase: dict[tuple[bool, bool], _Answer] = {}

    def phase(self, moment: str) -> tuple[bool, bool] | None:
        """Return where the moment lies to the lease, None at an edge of the lease or of the calendar."""
        if self._ends is None:
            return True, True
        on = datetime.fromisoformat(moment)
        begins, ends = self._ends
        if on.year in (MINYEAR, MAXYEAR) or abs(on - begins) < _EDGE or abs(on - ends) < _EDGE:
            return None
        return begins <= on, on < ends


def outcome_of(decision: Decision) -> Outcome:
    """Return what `decision` lets happen."""
    permitted = isinstance(decision, Permit)
    duties = decision.obligations if isinstance(decision, Permit) else ()
    return Outcome(
        permitted,
        tuple(dict.fromkeys(reason.id for reason in decision.reasons)),
        tuple(_duty(one.kind.value, one.value) for one in duties),
    )


def _outcome_of_text(text: str) -> Outcome:
    try:
        row = json.loads(text)
        return Outcome(
            row["decision"] == "permit",
            tuple(dict.fromkeys(str(reason["id"]) for reason in row["reasons"])),
            tuple(_duty(one["kind"], one["value"]) for one in row["obligations"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInputError("the recorded decision cannot be read") from error


def _duty(kind: str, value: int | None) -> str:
    return kind if value is None else f"{kind}:{value}"


def _lease_ends(text: str) -> tuple[datetime, datetime] | None:
    """Return when the lease of a recorded question begins and ends, None without a lease."""
    try:
        lease = json.loads(text)["lease"]
        if lease is None:
            return None
        return datetime.fromisoformat(lease["not_before"]), datetime.fromisoformat(lease["expires"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInputError("the recorded question cannot be read") from error


def _moved(question: Question, on: datetime, *, renewed: bool) -> Question:
    """Return the question as if asked at `on`, its lease renewed until then if it was to be."""
    lease = question.lease
    if renewed and lease is not None and lease.not_before <= question.on < lease.expires:
        lease = replace(
            lease,
            not_before=min(lease.not_before, on - timedelta(days=1)),
            expires=max(lease.expires, on + timedelta(days=1)),
        )
    return replace(question, on=on, lease=lease)
