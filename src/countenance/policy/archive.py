"""The texts that decisions rest on, kept under the digests that decisions name.

A decision on the ledger names what it rests on by SHA-256: packs, laws, the gate's own rules, the
schema. Whoever has the texts can make it again, whatever the program ships by then; a text that
does not have its digest is no such text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, permutations
from typing import Final

from countenance.errors import PackError
from countenance.policy.gate import HOUSE, REOPENINGS, SCHEMA, Policy, build_policy
from countenance.policy.leasing import GATE, read_gate
from countenance.policy.model import Decision
from countenance.policy.packs import read_pack
from countenance.policy.register import LAWS, read_register
from countenance.policy.texts import (
    DUTIES_FILE,
    LAWS_FILE,
    LEASE_FILE,
    SCHEMA_FILE,
    KeptText,
    TextKind,
)

_BESIDE: Final = frozenset({"model", REOPENINGS})
"""What a decision names besides texts: the model, and re-openings, which stand in the question."""
_ORDERS: Final = 24


Find = Callable[[TextKind, str], KeptText | None]
"""Returns the text of a kind and digest, or None."""


def texts_of(policy: Policy) -> tuple[KeptText, ...]:
    """Return every text that the decisions of `policy` rest on."""
    return tuple(_texts(policy))


def _texts(policy: Policy) -> Iterator[KeptText]:
    for pack in policy.packs:
        yield KeptText(kind=TextKind.PACK, digest=pack.digest, files=pack.texts)
    if policy.register is not None:
        files = ((LAWS_FILE, policy.register.text),)
        yield KeptText(kind=TextKind.LAWS, digest=policy.register.digest, files=files)
    clauses, duties = policy.gate.texts
    own = ((DUTIES_FILE, duties), (LEASE_FILE, clauses))
    yield KeptText(kind=TextKind.GATE, digest=policy.gate.digest, files=own)
    schema = ((SCHEMA_FILE, policy.gate.schema_text),)
    yield KeptText(kind=TextKind.SCHEMA, digest=policy.gate.schema_digest, files=schema)


def policies_of(decision: Decision, find: Find) -> Iterator[Policy]:
    """Yield the policy that made a decision, from the digests that the decision names.

    A decision does not name its packs in the order in which they were asked, and reasons are
    shown in that order. So each order is yielded, the one in which reasons name them first: the
    one that was asked gives the decision's bytes. At most 24 of them.

    Raises `PackError` where a text is not kept, does not have its digest, or cannot be read any more.
    """
    digests = decision.digests

    def files_of(kind: TextKind, digest: str) -> dict[str, str]:
        kept = find(kind, digest)
        if kept is None:
            raise PackError(f"the text `{digest}` ({kind}), which the decision rests on, is not kept here")
        if not kept.whole():
            raise PackError(f"the text kept as `{digest}` ({kind}) has another digest")
        return dict(kept.files)

    own = files_of(TextKind.GATE, digests.get(GATE, ""))
    schema = files_of(TextKind.SCHEMA, digests.get(SCHEMA, ""))
    gate = read_gate(own[LEASE_FILE], own[DUTIES_FILE], schema[SCHEMA_FILE])
    register = None
    if LAWS in digests:
        text = files_of(TextKind.LAWS, digests[LAWS])[LAWS_FILE]
        register = read_register(text, gate.schema)
    packs = [
        read_pack(name, files_of(TextKind.PACK, digests[name]), gate.schema) for name in _packs_of(decision)
    ]
    for order in islice(permutations(packs), _ORDERS):
        yield build_policy(order, register=register, gate=gate)


def _packs_of(decision: Decision) -> list[str]:
    """Return the decision's packs: the house first, then as its reasons name them, then the others."""
    packs = [name for name in decision.digests if name not in {GATE, SCHEMA, LAWS, *_BESIDE}]
    shown = [reason.pack.partition("@")[0] for reason in decision.reasons]

    def place(name: str) -> tuple[bool, int, str]:
        folder = name.partition("@")[0]
        return name != HOUSE, shown.index(folder) if folder in shown else len(shown), name

    return sorted(packs, key=place)
