"""Where a question belongs: a code stands for itself and for everything that it lies in."""

from __future__ import annotations

import re
from functools import lru_cache

from countenance.errors import InvalidInputError
from countenance.policy.model import Jurisdiction

MEMBER_STATES = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
"""ISO 3166 codes of the member states of the European Union."""

_ALIASES = {"UK": "GB", "EL": "GR"}
_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,4}){0,2}")


def jurisdiction(text: str) -> Jurisdiction:
    """Return the code in capitals, `UK` as `GB` and `EL` as `GR`.

    Raises `InvalidInputError` for what is no ISO 3166 code with at most two local parts: a
    misspelt place would otherwise be bound by no law at all.
    """
    code = text.strip().upper()
    if not _CODE.fullmatch(code):
        raise InvalidInputError(f"`{text}` is no jurisdiction; write it like US, US-CA, US-MA-BOS, EU or DE")
    country, dash, local = code.partition("-")
    return Jurisdiction(_ALIASES.get(country, country) + dash + local)


@lru_cache(maxsize=1024)
def enclosing(codes: frozenset[Jurisdiction]) -> frozenset[Jurisdiction]:
    """Return `codes` with every place they lie in: `US-CA-SF` adds `US-CA` and `US`, `DE` adds `EU`.

    Raises `InvalidInputError` like `jurisdiction`.
    """
    found: set[Jurisdiction] = set()
    for text in codes:
        parts = jurisdiction(text).split("-")
        found.update(Jurisdiction("-".join(parts[:length])) for length in range(1, len(parts) + 1))
        if parts[0] in MEMBER_STATES:
            found.add(Jurisdiction("EU"))
    return frozenset(found)
