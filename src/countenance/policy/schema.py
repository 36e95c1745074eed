"""The Cedar schema of a question, made from the closed lists.

A question's facts are the request's context; the lease, if there is one, is the resource.
Where a question leaves a closed list out, the context holds every value of that list: a rule
that names any of them then applies, which is what "answered for the strictest value" means.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Final

from cedarpy import Schema

from countenance.policy.model import Act, Camera, CustomerKind, Purpose, Space

CLOSED_LISTS: Final[dict[str, type[StrEnum]]] = {
    "Kind": CustomerKind,
    "Purpose": Purpose,
    "Space": Space,
    "Camera": Camera,
}
"""Cedar entity type by closed list. Enumerated, so that a misspelt value does not validate."""

RECOGNITION: Final = frozenset({Act.ENROL, Act.VERIFY, Act.IDENTIFY, Act.SEARCH_STORED, Act.WATCH})
"""Acts that make or compare templates."""

SEARCH: Final = frozenset({Act.IDENTIFY, Act.SEARCH_STORED, Act.WATCH})
"""Acts that compare one with many."""

LEASED: Final = frozenset(Act) - {Act.ERASE}
"""Acts that need every clause of the lease. Erasing is owed to the subject whatever became of the lease."""

ACTION_GROUPS: Final[dict[str, frozenset[Act]]] = {
    "recognition": RECOGNITION,
    "search": SEARCH,
    "leased": LEASED,
}

_CONTEXT = """{
  act: String,
  day: datetime,
  now: datetime,
  kinds: Set<Kind>,
  jurisdictions: Set<String>,
  purposes: Set<Purpose>,
  spaces: Set<Space>,
  cameras: Set<Camera>,
  consent: Bool,
  minor: Bool,
  instruments: Set<String>,
  orders: Set<String>,
  reopened: Set<String>,
  unstated: Set<String>,
  stopped: Set<String>,
  model: String,
  evidence?: {
    use: String, uses: Set<String>, asked_model: String, model: String,
    asked_threshold: Long, threshold: Long, age: Long, subjects?: Long, gallery_limit?: Long,
    fmr_ppb?: Long, fnmr_ppb?: Long, fte_ppb?: Long, ratio_ppb?: Long
  },
  gallery?: { id: String, purpose: Purpose, model: String, subjects: Long, scraped: Bool }
}"""
_LEASE = """{
  acts: Set<String>,
  purposes: Set<Purpose>,
  galleries: Set<String>,
  spaces: Set<Space>,
  cameras: Set<Camera>,
  models: Set<String>,
  fmr_ppb: Long,
  n_max: Long,
  examiners: Long,
  not_before: datetime,
  expires: datetime,
  revoked: Bool,
  suspended: Bool,
  terms_due: Bool,
  reverification_due: Bool,
  caps?: {
    max_age_days: Long, min_subjects: Long, fmr_ppb?: Long, fnmr_ppb?: Long, fte_ppb?: Long, ratio_ppb?: Long,
    fpir_ppb?: Long
  }
}"""


@cache
def schema_text() -> str:
    """Return the schema in Cedar's own syntax."""
    lines = [f"entity {name} enum [{_quoted(words)}];" for name, words in CLOSED_LISTS.items()]
    lines += ["entity Asker;", f"entity Lease {_LEASE};", "entity Unleased;", f"type Facts = {_CONTEXT};"]
    lines += [f'action "{group}";' for group in ACTION_GROUPS]
    for act in Act:
        groups = ", ".join(f'"{group}"' for group, acts in ACTION_GROUPS.items() if act in acts)
        member = f" in [{groups}]" if groups else ""
        lines.append(
            f'action "{act}"{member} appliesTo '
            "{ principal: [Asker], resource: [Lease, Unleased], context: Facts };"
        )
    return "\n".join(lines) + "\n"


@cache
def schema() -> Schema:
    """Return the parsed schema."""
    return Schema.from_str(schema_text())


def _quoted(words: type[StrEnum]) -> str:
    return ", ".join(f'"{word}"' for word in words)
