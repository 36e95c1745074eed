"""A decision made under an older pack is made again, byte for byte, from the text that was kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from countenance.policy.codec import (
    decision_from_json,
    decision_to_json,
    question_from_json,
    question_to_json,
)
from countenance.policy.gate import Policy, installed_policy
from countenance.policy.model import Decision, Permit, Question
from countenance.policy.replay import replay
from policy_cases import VERIFY

FIRST = """
@id("own.watch") @text("No watching.") @source("a test") @reopens("Nothing.")
forbid (principal, action == Action::"watch", resource);
"""
SECOND = (
    FIRST
    + """
@id("own.verify") @text("No verifying.") @source("a test") @reopens("Nothing.")
forbid (principal, action == Action::"verify", resource);
"""
)


@dataclass(frozen=True)
class Record:
    question: Question
    decision: Decision


def policy_of(folder: Path, text: str) -> Policy:
    folder.mkdir()
    pack = folder / "own.cedar"
    pack.write_text(text, "utf-8")
    return installed_policy([str(pack)])


def test_an_upgraded_pack_is_named_and_the_kept_one_gives_every_byte_again(tmp_path: Path) -> None:
    made = policy_of(tmp_path / "then", FIRST).decide(VERIFY)
    record = Record(question_from_json(question_to_json(VERIFY)), decision_from_json(decision_to_json(made)))
    upgraded = replay(policy_of(tmp_path / "now", SECOND).decide, record)
    assert not upgraded.same
    assert upgraded.changed == ("own",)
    kept = replay(policy_of(tmp_path / "kept", FIRST).decide, record)
    assert (kept.same, kept.changed) == (True, ())
    assert isinstance(kept.decision, Permit)
    assert decision_to_json(kept.decision) == decision_to_json(made)
