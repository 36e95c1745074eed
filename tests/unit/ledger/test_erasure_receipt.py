"""Receipts are checked by two programs that share no line; every change of a receipt is noticed by both."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from countenance.biometrics.model import SubjectId
from countenance.ledger.erasure_receipt import LONGEST, ReceiptFault, check_receipt
from countenance.ledger.note import Signer
from countenance.policy.model import Purpose
from receipt_checker import check
from world import ARCHIVE, MUSEUM, World

DAVE = SubjectId("dave")


@pytest.fixture(scope="module")
def made() -> tuple[dict[str, Any], World]:
    world = World()
    world.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave", *(f"s{number}" for number in range(20)))
    world.enrol(MUSEUM, ARCHIVE, DAVE, 2)
    erasure = world.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    receipt = world.acts.erasure.read.receipt(MUSEUM, erasure.id)
    return json.loads(json.dumps(receipt)), world


def test_a_receipt_holds_for_both_programs(made: tuple[dict[str, Any], World]) -> None:
    receipt, world = made
    vkey = world.store.signer.vkey
    found = check_receipt(json.dumps(receipt, indent=1).encode(), [vkey])
    assert (found.faults, found.references, found.log) == ((), 2, vkey.name)
    assert check(json.dumps(receipt), str(vkey)) == "holds"


def other_way(text: str) -> str:
    return ("1" if text[0] == "0" else "0") + text[1:]


def swapped(receipt: dict[str, Any]) -> None:
    receipt["entries"].reverse()


def without_one(receipt: dict[str, Any]) -> None:
    receipt["receipt"]["removed"].pop()


def another_text(receipt: dict[str, Any]) -> None:
    receipt["receipt"]["unreached"] = []


def another_root(receipt: dict[str, Any]) -> None:
    manifest = receipt["receipt"]["manifest"]
    manifest["after"] = copy.copy(manifest["before"])


def another_leaf(receipt: dict[str, Any]) -> None:
    entry = receipt["entries"][0]
    leaf = json.loads(entry["leaf"])
    leaf["receipt"] = other_way(leaf["receipt"])
    entry["leaf"] = json.dumps(leaf, sort_keys=True, separators=(",", ":"))


def another_head(receipt: dict[str, Any]) -> None:
    entry = receipt["entries"][1]
    lines = entry["proof"].split("\n")
    lines[2] = base64.b64encode(bytes(32)).decode()
    entry["proof"] = "\n".join(lines)


@pytest.mark.parametrize(
    "change", [swapped, without_one, another_text, another_root, another_leaf, another_head]
)
def test_whatever_is_changed_in_a_receipt_is_noticed_by_both_programs(
    made: tuple[dict[str, Any], World], change: Callable[[dict[str, Any]], None]
) -> None:
    receipt, world = made
    forged = copy.deepcopy(receipt)
    change(forged)
    assert forged != receipt
    assert not check_receipt(json.dumps(forged).encode(), [world.store.signer.vkey]).ok
    try:
        verdict = check(json.dumps(forged), str(world.store.signer.vkey))
    except (ValueError, KeyError, IndexError):
        return
    assert verdict != "holds"


def test_each_proof_is_checked_by_itself_even_where_the_log_would_commit_to_it(
    made: tuple[dict[str, Any], World],
) -> None:
    """Whoever runs the log can commit to any text; the manifest's proofs still have to hold."""
    receipt, world = made
    signer = world.store.signer
    one = receipt["receipt"]["removed"][0]
    for place, fault in (
        (one["before"]["path"], ReceiptFault.NOT_THERE_BEFORE),
        ((one["after"]["before"] or one["after"]["after"])["path"], ReceiptFault.THERE_AFTER),
    ):
        right = place[0]
        place[0] = other_way(right)
        found = {fault for fault, _ in check_receipt(json.dumps(receipt).encode(), [signer.vkey]).faults}
        assert found == {ReceiptFault.ANOTHER_TEXT, fault}
        place[0] = right


def test_a_log_that_another_key_has_signed_is_none(made: tuple[dict[str, Any], World]) -> None:
    receipt, world = made
    stranger = Signer(world.store.signer.vkey.name, bytes(32)).vkey
    found = check_receipt(json.dumps(receipt).encode(), [stranger])
    assert {fault for fault, _ in found.faults} == {ReceiptFault.NOT_IN_THE_LOG}
    assert check(json.dumps(receipt), str(stranger)) != "holds"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"receipt":{},"entries":[]}',
        b'{"receipt":{"format":"countenance/erasure-receipt@1"},"entries":[{"leaf":"","proof":""}]}',
        b'{"receipt":' * 5000,
        b" " * (LONGEST + 1),
    ],
)
def test_what_is_no_receipt_is_told_and_never_raised(data: bytes) -> None:
    found = check_receipt(data)
    assert [fault for fault, _ in found.faults] == [ReceiptFault.FORM]
    assert not found.to_json()["ok"]
