"""The ids that travel, with what they may be made of."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import Field, StringConstraints

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.oversight.model import CaseId
from countenance.vetting.model import KeyId, LeaseId

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"
SUBJECT = r"^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$"
WORD = r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$"
JURISDICTION = r"^[A-Z]{2}(-[A-Z0-9]{1,4}){0,2}$"
LABEL = r"^[^\x00-\x1f\x7f-\x9f]{1,100}$"
DECISION = r"^dec_[0-9a-f]{32}$"
CASE = r"^case_[0-9a-f]{32}$"
KEY = r"^[0-9a-f]{16}$"

LAST_INDEX = 2**53 - 1
"""Greatest integer that every JSON reader keeps exact."""

GalleryPath = Annotated[
    GalleryId,
    Path(pattern=NAME, description="Id of a gallery that the key's lease covers.", examples=["staff"]),
]
SubjectPath = Annotated[
    SubjectId,
    Path(
        pattern=SUBJECT,
        description="Id of a subject, chosen by you: a pseudonym, never a name or an address.",
        examples=["s-4711"],
    ),
]
DecisionPath = Annotated[
    str,
    Path(
        pattern=DECISION,
        description="Id of a decision, from an answer or a refusal.",
        examples=["dec_00112233445566778899aabbccddeeff"],
    ),
]
CasePath = Annotated[
    CaseId,
    Path(
        pattern=CASE,
        description="Id of a case, from a held identification.",
        examples=["case_00112233445566778899aabbccddeeff"],
    ),
]
KeyPath = Annotated[KeyId, Path(pattern=KEY, description="Id of an API key.", examples=["0011223344556677"])]
LeasePath = Annotated[LeaseId, Path(pattern=NAME, description="Id of a lease.", examples=["bank-doors-2026"])]
EntryPath = Annotated[
    int, Path(ge=0, le=LAST_INDEX, description="Index of a ledger entry, from 0.", examples=[0])
]

Subject = Annotated[
    SubjectId,
    StringConstraints(pattern=SUBJECT),
    Field(
        description="Id of the subject, chosen by you: a pseudonym, never a name or an address.",
        examples=["s-4711"],
    ),
]
Word = Annotated[str, StringConstraints(pattern=WORD)]
"""A short name of a thing that is kept elsewhere; goes to the ledger, so nothing personal."""
