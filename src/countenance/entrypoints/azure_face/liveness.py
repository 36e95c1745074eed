"""Liveness sessions: refused, and never made up."""

from __future__ import annotations

from countenance.entrypoints.azure_face.calls import Answer, Asked, Call
from countenance.entrypoints.azure_face.faults import unsupported

REASON = (
    "Feature is not supported: liveness detection. No presentation attack detection runs in this "
    "installation, so that no session is opened and nobody is called live; nothing was recorded."
)


def refuse_liveness(call: Call, asked: Asked) -> Answer:
    """Refuse, whatever was asked for."""
    del asked
    raise unsupported(REASON, call.headers)
