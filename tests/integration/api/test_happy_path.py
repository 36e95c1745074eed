from __future__ import annotations

from fakes_engine import photograph
from integration.api.stage import Stage


def test_a_consenting_subject_is_enrolled_and_verified(stage: Stage) -> None:
    stage.furnish("alice", "staff", "identity_verification", ("dave", photograph("dave", 1)))
    answer = stage.verify("alice", "staff", "dave", photograph("dave", 2))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["outcome"] == "match"
