"""Decisions made again under the texts that they were made under, whatever is shipped by now."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from countenance.errors import PackError
from countenance.policy.archive import policies_of, texts_of
from countenance.policy.codec import decision_from_json, decision_to_json, question_from_json
from countenance.policy.gate import Policy, installed_policy
from countenance.policy.leasing import shipped_gate
from countenance.policy.texts import KeptText, TextKind, digest_of_texts
from policy_cases import IDENTIFY, VERIFY, installed

RECORDED = tuple(sorted((Path(__file__).parent / "recorded").glob("*.json")))


@cache
def record(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def digest(kind: TextKind, files: dict[str, str]) -> str:
    if kind is TextKind.PACK:
        return digest_of_texts(files.items())
    joined = "\0".join((files["lease.cedar"], files["duties.cedar"])) if kind is TextKind.GATE else None
    return sha256((joined if joined is not None else next(iter(files.values()))).encode()).hexdigest()


class Shelf:
    """Kept texts in memory."""

    def __init__(self, *texts: KeptText) -> None:
        self.texts = {(text.kind, text.digest): text for text in texts}

    @classmethod
    def of(cls, path: Path) -> Shelf:
        kept = []
        for row in record(path)["texts"]:
            kind = TextKind(row["kind"])
            files = tuple(row["files"].items())
            kept.append(KeptText(kind=kind, digest=digest(kind, row["files"]), files=files))
        return cls(*kept)

    def find(self, kind: TextKind, digest: str) -> KeptText | None:
        return self.texts.get((kind, digest))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_decisions_of_earlier_versions_are_made_again_to_the_byte(path: Path) -> None:
    """Each file holds decisions as a program of that day made them, with its packs, laws and schema."""
    shelf = Shelf.of(path)
    known: list[Policy] = []
    for row in record(path)["decisions"]:
        question = question_from_json(row["question"].encode())
        decision = decision_from_json(row["decision"].encode())
        for policy in chain(known, policies_of(decision, shelf.find)):
            if decision_to_json(policy.decide(question)) == row["decision"].encode():
                known = [policy, *(one for one in known if one is not policy)]
                break
        else:
            pytest.fail(f"no order of the packs decides as it was: {row['question']}")


def test_an_earlier_recording_was_made_in_a_schema_that_is_not_the_newest() -> None:
    """Otherwise the recordings would not show that an old schema can still be asked."""
    digests = {
        decision_from_json(row["decision"].encode()).digests["schema"]
        for path in RECORDED
        for row in record(path)["decisions"]
    }
    assert digests - {shipped_gate().schema_digest}


def test_the_texts_of_a_policy_have_the_digests_that_its_decisions_name() -> None:
    policy = installed_policy(("microsoft-2020",))
    texts = texts_of(policy)
    assert all(text.whole() for text in texts)
    named = set(policy.decide(VERIFY).digests.values()) - {VERIFY.model_digest}
    assert {text.digest for text in texts} == named


@pytest.mark.parametrize(
    "question", [VERIFY, IDENTIFY, replace(VERIFY, consent=False), replace(VERIFY, lease=None)]
)
def test_what_the_newest_program_decides_its_own_texts_decide_again(question: Any) -> None:  # noqa: ANN401  any question
    decision = installed_policy(("amazon-2020",)).decide(question)
    shelf = Shelf(*texts_of(installed_policy(("amazon-2020",))))
    (policy,) = tuple(policies_of(decision, shelf.find))[:1]
    assert decision_to_json(policy.decide(question)) == decision_to_json(decision)


def test_a_text_that_was_changed_or_lost_is_named() -> None:
    decision = installed().decide(VERIFY)
    texts = texts_of(installed())
    laws = next(text for text in texts if text.kind is TextKind.LAWS)
    changed = replace(laws, files=((laws.files[0][0], laws.files[0][1] + "\n"),))
    with pytest.raises(PackError, match="has another digest"):
        next(policies_of(decision, Shelf(*texts, changed).find))
    with pytest.raises(PackError, match="is not kept here"):
        next(policies_of(decision, Shelf(*(text for text in texts if text is not laws)).find))
