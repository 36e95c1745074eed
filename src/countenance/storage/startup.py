"""What must hold before an installation answers anybody: right keys, and a ledger that is whole."""

from __future__ import annotations

import hmac
from typing import Final

from sqlalchemy import bindparam, column, func, select, table

from countenance.errors import ConfigurationError, LedgerError, NotFoundError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.merkle import Frontier, Node, cover, leaf_hash
from countenance.ledger.note import Signer, VerifierKey, open_note
from countenance.storage.database import Database
from countenance.storage.ledger import SEAL, Head, SqlLedger, read_head
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent
from countenance.storage.tables import installation, ledger_entries, ledger_head
from countenance.storage.unit_of_work import commit

MASTER_KEY: Final = "master_key"
VERIFIER_KEY: Final = "verifier_key"

_RIGHT_EDGE: Final = 256
_HEAD: Final = select(ledger_head)
_SET: Final = insert_if_absent(installation)
_GET: Final = select(installation.c.value).where(installation.c.name == bindparam("name"))
_APPLICATIONS: Final = table("applications", column("application_id"), column("state"))
_UNFILLED: Final = select(_APPLICATIONS.c.application_id).where(_APPLICATIONS.c.state.is_(None)).limit(1)
_LAST: Final = select(func.max(ledger_entries.c.number).label("number"))


def check_installation(database: Database, keyring: Keyring, signer: Signer) -> None:
    """Raise unless the keys belong to this database and its ledger is what its checkpoint says.

    The first time, the keys are remembered: a fingerprint of the master key, and the public
    signing key. `ConfigurationError` for another key than then, `LedgerError` for a ledger
    that does not fit its checkpoint.
    """
    session = Session(database)
    session.open()
    try:
        _check_keys(session, keyring, signer)
        _fill_columns(session, keyring)
        commit(session)
        check_head(session, signer)
    finally:
        session.close()


def _fill_columns(session: Session, keyring: Keyring) -> None:
    """Complete rows that a migration had no key to read; there are some at the first start after it only."""
    if session.read(_UNFILLED, {}):
        from countenance.storage.vetting_sealing import fill_columns  # noqa: PLC0415  wanted at one start only

        fill_columns(session, keyring)


def _check_keys(session: Session, keyring: Keyring, signer: Signer) -> None:
    expected = {MASTER_KEY: keyring.fingerprint, VERIFIER_KEY: str(signer.vkey).encode()}
    held = {name: session.read(_GET, {"name": name}) for name in expected}
    for name, value in expected.items():
        if not held[name]:
            session.insert_new(_SET, {"name": name, "value": value})
    if held[MASTER_KEY] and not hmac.compare_digest(bytes(held[MASTER_KEY][0].value), keyring.fingerprint):
        raise ConfigurationError("the master key is not the one that this database was made with")
    known = {str(key).encode() for key in signer.vkeys}
    if held[VERIFIER_KEY] and bytes(held[VERIFIER_KEY][0].value) not in known:
        name = VerifierKey.parse(bytes(held[VERIFIER_KEY][0].value).decode()).name
        raise ConfigurationError(f"the signing key is not the one that signed the log `{name}` before")


def check_head(session: Session, signer: Signer) -> None:
    """Recompute the right edge of the tree and compare it with head and checkpoint, or raise `LedgerError`.

    Reads at most 256 entries and O(log n) hashes, so that it costs nothing at start; the
    whole log is checked by exporting and verifying it.
    """
    rows = session.read(_HEAD, {})
    if len(rows) != 1:
        raise LedgerError("the ledger has no head, or more than one")
    head = read_head(rows[0])
    size = head.frontier.size
    last = session.read(_LAST, {})[0].number
    if (-1 if last is None else last) != size - 1:
        raise LedgerError(f"the ledger's head is at {size} entries, its last entry at `{last}`")
    try:
        edge = _right_edge(SqlLedger(session, signer), size)
    except NotFoundError as error:
        raise LedgerError(f"the ledger's tree is not whole: {error.message}") from error
    if edge != head.frontier or head.frontier.root() != head.root:
        raise LedgerError("the ledger's last entries do not lead to its root")
    _check_note(head, signer)


def _right_edge(ledger: SqlLedger, size: int) -> Frontier:
    """Return the frontier computed from the leaves of the last tile and the stored hashes before them."""
    start = size - size % _RIGHT_EDGE
    frontier = Frontier(start, ledger.nodes(cover(0, start)))
    for index, leaf in enumerate(ledger.leaves(start, size), start):
        frontier, completed = frontier.append(leaf_hash(leaf))
        if ledger.nodes([Node(level, index >> level) for level in range(len(completed))]) != completed:
            raise LedgerError(f"entry `{index}` does not have the hash that is stored for it")
    return frontier


def _check_note(head: Head, signer: Signer) -> None:
    if head.frontier.size == 0 and not head.proof:
        return
    if head.proof.startswith(SEAL):
        text = Checkpoint(signer.vkey.name, head.frontier.size, head.root).text
        if not signer.sealed(text, head.proof.removeprefix(SEAL)):
            raise LedgerError("the ledger's head is not the one that was sealed")
        return
    text, _ = open_note(head.proof, signer.vkeys)
    if Checkpoint.parse(text) != Checkpoint(signer.vkey.name, head.frontier.size, head.root):
        raise LedgerError("the ledger's checkpoint is not that of its head")
