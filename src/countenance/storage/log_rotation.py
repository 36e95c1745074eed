"""Changing the key that signs checkpoints, with a time in which both sign.

The key file comes first and the record after it, so that a crash between the two leaves a log that
opens, is signed by both keys, and is told of the change by the next run.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import bindparam, select, update

from countenance.errors import ConfigurationError, StateError
from countenance.ledger.model import Entry
from countenance.ledger.note import Signer
from countenance.storage.database import Database
from countenance.storage.ledger import SqlLedger
from countenance.storage.secrecy import load_signer
from countenance.storage.session import Session
from countenance.storage.startup import VERIFIER_KEY
from countenance.storage.tables import installation
from countenance.storage.unit_of_work import commit

_PRIVATE_MODE: Final = 0o600
_HELD: Final = select(installation.c.value).where(installation.c.name == bindparam("name"))
_SET: Final = (
    update(installation).where(installation.c.name == bindparam("which")).values(value=bindparam("bytes"))
)

Tell = Callable[[Signer], Entry]
"""Makes what the ledger is to say of the change, from the keys that sign after it."""


def begin_rotation(database: Database, path: Path, name: str, tell: Tell) -> Signer:
    """Make a new key that signs from now on, and let the one before it sign beside it; return them.

    A change that was interrupted is completed instead. Raises `StateError` while one is under way.
    """
    signer = load_signer(path, name=name, create=False)
    if signer.older and _recorded(database) == str(signer.vkey):
        raise StateError("the log is changing its key already: end that first, with --finish")
    if not signer.older:
        signer = Signer.generate(name).beside(signer)
        _replace(path, signer)
    _record(database, signer, tell(signer))
    return signer


def finish_rotation(database: Database, path: Path, name: str, tell: Tell) -> Signer:
    """Let the newest key alone sign from now on; return it. Raises `StateError` if no other one signs."""
    signer = load_signer(path, name=name, create=False)
    if not signer.older or _recorded(database) != str(signer.vkey):
        raise StateError("the log is not changing its key")
    _record(database, signer, tell(signer))
    alone = signer.beside()
    _replace(path, alone)
    return alone


def _recorded(database: Database) -> str:
    session = Session(database)
    session.open()
    try:
        rows = session.read(_HELD, {"name": VERIFIER_KEY})
        return bytes(rows[0].value).decode() if rows else ""
    finally:
        session.close()


def _record(database: Database, signer: Signer, entry: Entry) -> None:
    """Tell the ledger, signed by all keys, and remember the newest one."""
    session = Session(database)
    session.open()
    try:
        session.become_writer()
        log = SqlLedger(session, signer)
        log.append(entry)
        log.write_head()
        session.write(_SET, {"which": VERIFIER_KEY, "bytes": str(signer.vkey).encode()})
        commit(session)
    finally:
        session.close()


def _replace(path: Path, signer: Signer) -> None:
    """Write the key file anew, whole and on the disk before this returns."""
    text = "".join(f"{one.to_text()}\n" for one in (signer, *signer.older))
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_MODE)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ConfigurationError(f"the key file `{path}` cannot be replaced: {error.strerror}") from error
