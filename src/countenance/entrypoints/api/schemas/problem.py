"""RFC 9457: what a caller gets instead of an answer."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from countenance.entrypoints.api.schemas.model import Told
from countenance.entrypoints.api.schemas.reasons import ConditionTold, ReasonTold


class FieldFault(Told):
    """One field that was not as it must be. The value sent is not repeated."""

    field: str = Field(description="Where it stands.", examples=["body.subject_id"])
    message: str = Field(description="What is wrong with it.")


class Problem(Told):
    """What went wrong, for programs (`code`, `reasons`) and for people (`title`, `detail`)."""

    type: str = Field(
        description="`urn:countenance:error:` and the code.", examples=["urn:countenance:error:not_found"]
    )
    title: str = Field(description="What the code means; the same for every problem of this type.")
    status: int = Field(ge=400, le=599, description="The HTTP status.")
    detail: str = Field(description="What it was this time. May be reworded: branch on `code`.")
    code: str = Field(
        description="Stable; all are listed in docs/reference/errors.md and api.md.",
        pattern="^[a-z][a-z0-9_]*$",
        examples=["not_found"],
    )
    reasons: list[str] = Field(description="Further stable codes, such as the rules that refused.")
    errors: list[FieldFault] | None = Field(
        default=None, description="422 of fields: which, and what is wrong with each."
    )
    outcome: Literal["refused"] | None = Field(
        default=None, description="403 of the gate: what the act came to."
    )
    decision_id: str | None = Field(default=None, description="403 of the gate: the recorded decision.")
    entry: int | None = Field(
        default=None, ge=0, description="403 of the gate: index of the refusal's ledger entry."
    )
    rules: list[ReasonTold] | None = Field(
        default=None, description="403 of the gate: the rules that refused, each with its source."
    )
    conditions: list[ConditionTold] | None = Field(
        default=None, description="403 of the gate: what would have to hold, and does not."
    )
    missing: list[str] | None = Field(
        default=None,
        description="403 of the gate: everything that a basis for the subject's reference lacks: `consent`, "
        "and names of instruments such as `written_release`.",
        examples=[["consent", "written_release"]],
    )
    incident: str | None = Field(
        default=None, description="500: under this id the operator finds the fault in the log."
    )
