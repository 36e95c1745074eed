"""How a question is put to an earlier schema: without what that schema has no word for.

A decision is made again under the texts that it was made under, and the program may have learnt
to say more since. What an earlier schema does not declare could not have decided then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

_ENUM: Final = re.compile(r"^entity (\w+) enum \[(.*)\];$", re.MULTILINE)
_ATTRIBUTE: Final = re.compile(r"(\w+)\??\s*:")
_LEASE: Final = "entity Lease "
_FACTS: Final = "type Facts = "

Attributes = dict[str, Any]
"""Names of a record's attributes, each with those of the record that it holds, or None."""


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """What a schema declares: values of its closed lists, attributes of the lease and of the facts."""

    words: Mapping[str, frozenset[str]]
    of_lease: Attributes
    of_facts: Attributes

    def facts(self, context: str) -> str:
        """Return a context, as JSON, with nothing in it that the schema does not declare."""
        return json.dumps(self._kept(json.loads(context), self.of_facts))

    def lease(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """Return the attributes of a lease that the schema declares."""
        return self._kept(attributes, self.of_lease)

    def _kept(self, record: Mapping[str, Any], declared: Attributes) -> dict[str, Any]:
        return {
            name: self._value(value, declared[name]) for name, value in record.items() if name in declared
        }

    def _value(self, value: Any, declared: Attributes | None) -> Any:  # noqa: ANN401  whatever JSON holds
        if isinstance(value, dict) and declared is not None:
            return self._kept(value, declared)
        if isinstance(value, list):
            return [item for item in value if not isinstance(item, dict) or self._known(item)]
        return value

    def _known(self, reference: Mapping[str, Any]) -> bool:
        words = self.words.get(str(reference.get("type")))
        return words is None or reference.get("id") in words


@lru_cache(maxsize=32)
def projection_on(schema_text: str) -> Projection:
    """Return what the schema, as `schema_text` writes it, declares."""
    words = {name: frozenset(json.loads(f"[{values}]")) for name, values in _ENUM.findall(schema_text)}
    return Projection(words, _record(schema_text, _LEASE), _record(schema_text, _FACTS))


def _record(text: str, before: str) -> Attributes:
    at = text.find(before)
    return _attributes(text, text.index("{", at) + 1)[0] if at >= 0 else {}


def _attributes(text: str, at: int) -> tuple[Attributes, int]:
    """Return the attributes of the record whose opening brace ends at `at`, and where it is closed."""
    found: Attributes = {}
    name = ""
    while text[at] != "}":
        named = _ATTRIBUTE.match(text, at)
        if named is not None:
            name = named[1]
            found[name] = None
            at = named.end()
        elif text[at] == "{":
            found[name], at = _attributes(text, at + 1)
            at += 1
        else:
            at += 1
    return found, at
