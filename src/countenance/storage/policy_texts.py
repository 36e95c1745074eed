"""Keeping what decisions rest on."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from countenance.policy.texts import KeptText, TextKind
from countenance.storage.packs_tables import policy_texts
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent

_INSERT: Final = insert_if_absent(policy_texts)
_KNOWN: Final = select(policy_texts.c.kind, policy_texts.c.digest)
_ONE: Final = select(policy_texts.c.files).where(
    policy_texts.c.kind == bindparam("kind"), policy_texts.c.digest == bindparam("digest")
)


class SqlPolicyTexts:
    """Texts by kind and digest; none is ever changed or removed."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, text: KeptText, at: datetime) -> bool:
        """Keep a text; tell whether it was not kept before."""
        row = {
            "kind": text.kind.value,
            "digest": text.digest,
            "files": json.dumps(text.files, ensure_ascii=False),
            "kept": at,
        }
        return self._session.insert_new(_INSERT, row)

    def known(self) -> frozenset[tuple[TextKind, str]]:
        """Return kind and digest of every text."""
        return frozenset((TextKind(row.kind), row.digest) for row in self._session.read(_KNOWN, {}))

    def find(self, kind: TextKind, digest: str) -> KeptText | None:
        """Return the text, or None."""
        rows = self._session.read(_ONE, {"kind": kind.value, "digest": digest})
        if not rows:
            return None
        files = tuple((str(name), str(content)) for name, content in json.loads(rows[0].files))
        return KeptText(kind=kind, digest=digest, files=files)
