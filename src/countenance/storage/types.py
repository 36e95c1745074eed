"""How domain values stand in columns, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, String, Text
from sqlalchemy.types import TypeDecorator

from countenance.ledger.canonical import utc_text


def name() -> Text:
    """Return the type of an id: text in code point order, whatever the database's locale."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def number() -> Integer:
    """Return the type of a row's own number: 64 bits, growing by itself."""
    return BigInteger().with_variant(Integer, "sqlite")


def blob() -> LargeBinary:
    """Return the type of bytes."""
    return LargeBinary()


class Moment(TypeDecorator[datetime]):
    """A moment as 27 characters of UTC, which sort as time does; read back with its zone."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:  # noqa: ANN401  SQLAlchemy's own signature
        """Return text in code point order."""
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(String(27, collation=collation))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return the text of `value`; raises `NaiveDateTimeError`."""
        del dialect
        return None if value is None else utc_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the moment, in UTC."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


class Words(TypeDecorator[tuple[str, ...]]):
    """A set or sequence of words as a JSON array; sets are sorted, so that equal sets are equal text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> str | None:
        """Return the array's text."""
        del dialect
        if value is None:
            return None
        words = sorted(value) if isinstance(value, (set, frozenset)) else list(value)
        return json.dumps([str(word) for word in words], ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        """Return the words."""
        del dialect
        return None if value is None else _read(value)


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[str, ...]:
    """Return the words of an array; the same few arrays are read at every act."""
    return tuple(json.loads(text))
