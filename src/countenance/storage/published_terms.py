"""The operator's terms of use, in the table of what an installation is: their text is public."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from countenance.errors import AlreadyExistsError
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent
from countenance.storage.tables import installation
from countenance.vetting.terms_of_use import TermsOfUse

_PREFIX: Final = "terms-of-use:"
_ADD: Final = insert_if_absent(installation)
_ALL: Final = (
    select(installation.c.value)
    .where(installation.c.name >= bindparam("first"), installation.c.name < bindparam("last"))
    .order_by(installation.c.name)
)


class SqlPublishedTerms:
    """Versions by name. The digest of each text is on the ledger and in every acceptance of it."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, terms: TermsOfUse) -> None:
        """Store the version; raises `AlreadyExistsError`."""
        document = {
            "version": terms.version,
            "published": terms.published.isoformat(),
            "binding": terms.binding.isoformat() if terms.binding is not None else None,
            "summary": terms.summary,
            "text": terms.text,
        }
        row: dict[str, object] = {
            "name": f"{_PREFIX}{terms.version}",
            "value": json.dumps(document, ensure_ascii=False).encode(),
        }
        if not self._session.insert_new(_ADD, row):
            raise AlreadyExistsError(f"terms of use `{terms.version}` were published already")

    def all(self) -> tuple[TermsOfUse, ...]:
        """Return every version, the oldest first."""
        rows = self._session.read(_ALL, {"first": _PREFIX, "last": f"{_PREFIX[:-1]};"})
        found = [_terms(bytes(row.value)) for row in rows]
        return tuple(sorted(found, key=lambda one: one.published))


def _terms(value: bytes) -> TermsOfUse:
    document = json.loads(value)
    binding = document["binding"]
    return TermsOfUse(
        version=document["version"],
        published=datetime.fromisoformat(document["published"]),
        binding=datetime.fromisoformat(binding) if binding is not None else None,
        summary=document["summary"],
        text=document["text"],
    )
