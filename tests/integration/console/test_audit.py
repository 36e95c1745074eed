"""The auditor's page: what is found, what the script is given, and evidence that others can check."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from console_stage import ConsoleStage
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.merkle import leaf_hash, root_from_inclusion, root_of, verify_consistency
from countenance.ledger.note import VerifierKey, open_note
from countenance.ledger.proof import InclusionProof
from countenance.recognition.log import auditing


def entries(stage: ConsoleStage, query: str) -> list[int]:
    text = stage.get("carol", f"/console/audit?{query}").text
    return [int(found) for found in re.findall(r'data-audit-entry="(\d+)"', text)]


def all_events(stage: ConsoleStage) -> list[dict[str, object]]:
    return stage.stage.events()


def test_entries_are_found_by_kind_text_and_period_the_newest_first(lived: ConsoleStage) -> None:
    events = all_events(lived)
    everything = entries(lived, "")
    assert everything == list(range(len(events) - 1, -1, -1))[:50]
    refused = [n for n, one in enumerate(events) if str(one["type"]).startswith("identification")][::-1]
    assert entries(lived, "kind=identification") == refused
    decision = next(str(one["decision"]) for one in events if "decision" in one)
    about = [n for n, one in enumerate(events) if one.get("decision") == decision][::-1]
    assert entries(lived, f"q={decision}") == about
    assert entries(lived, "since=2026-07-01&until=2026-07-01") == everything
    for nothing in ("since=2026-07-02", "until=2026-06-30", "q=nobody", "kind=identification&q=nobody"):
        assert entries(lived, nothing) == []
    assert "No entry is like that" in lived.get("carol", "/console/audit?q=nobody").text
    assert entries(lived, "since=never&kind=nothing&below=5") == [4, 3, 2, 1, 0]


def test_a_search_that_reads_too_far_goes_on_where_it_stopped(
    lived: ConsoleStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "MOST_SCANNED", 10)
    total = len(all_events(lived))
    found, below = [], total
    while below:
        query = f"kind=customer&below={below}"
        found += entries(lived, query)
        text = lived.get("carol", f"/console/audit?{query}").text
        onwards = re.search(r"kind=customer&amp;below=(\d+)", text)
        below = int(onwards[1]) if onwards is not None else 0
    events = all_events(lived)
    assert found == [n for n, one in enumerate(events) if str(one["type"]).startswith("customer")][::-1]
    refused = lived.get("carol", "/console/audit/evidence?kind=customer")
    assert refused.status_code == 409


def test_the_script_is_given_what_proves_and_nothing_that_judges(lived: ConsoleStage) -> None:
    page = lived.get("carol", "/console/audit").text
    (vkey,) = re.findall(r"<textarea[^>]*name=\"key\"[^>]*>([^<]+)<", page)
    key = VerifierKey.parse(vkey.replace("&#43;", "+"))
    head = Checkpoint.parse(open_note(lived.get("carol", "/console/audit/head").json()["note"], [key])[0])
    old = head.size - 3
    hashes = [
        bytes.fromhex(item)
        for item in lived.get("carol", f"/console/audit/growth?old={old}&new={head.size}").json()["hashes"]
    ]
    with lived.stage.parts.unit_of_work() as work:
        leaves = list(work.ledger.leaves(0, head.size))
    roots = (root_of(map(leaf_hash, leaves[:old])), head.root)
    assert verify_consistency((old, head.size), roots, hashes)
    (path,) = lived.get("carol", f"/console/audit/proofs?size={head.size}&entries=5").json()["paths"]
    proof = [bytes.fromhex(item) for item in path]
    assert root_from_inclusion(leaf_hash(leaves[5]), 5, head.size, proof) == head.root
    for wrong, status in (
        (f"growth?old={head.size + 1}&new={head.size}", 404),
        ("growth?old=x&new=1", 404),
        (f"proofs?size={head.size}&entries={head.size}", 404),
        (f"proofs?size={head.size}&entries=-1", 404),
        ("proofs?size=&entries=1", 404),
        (f"proofs?size={head.size}&entries={','.join(['1'] * 101)}", 400),
    ):
        assert lived.get("carol", f"/console/audit/{wrong}").status_code in (status, 422), wrong


def test_evidence_is_checked_by_the_command_that_it_names(lived: ConsoleStage) -> None:
    answer = lived.get("carol", "/console/audit/evidence?kind=identification")
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    key = VerifierKey.parse(archive.read("key.pub").decode().strip())
    proofs = [name for name in archive.namelist() if name.endswith(".tlog-proof")]
    assert len(proofs) == len(entries(lived, "kind=identification"))
    for name in proofs:
        leaf = archive.read(f"{Path(name).stem}.json")
        proved = InclusionProof.parse(archive.read(name).decode())
        assert proved.index == int(Path(name).stem)
        assert proved.verify(leaf, [key]).size == len(all_events(lived))
        assert proved.checkpoint == archive.read("checkpoint").decode()
    assert "countenance ledger check NUMBER.tlog-proof NUMBER.json" in archive.read("README.txt").decode()
    assert answer.content == lived.get("carol", "/console/audit/evidence?kind=identification").content
    assert lived.get("carol", "/console/audit/evidence?q=nobody").status_code == 404


@pytest.mark.parametrize(
    "path", ["", "/head", "/growth?old=1&new=2", "/proofs?size=2&entries=1", "/evidence"]
)
def test_an_applicant_finds_no_such_page(lived: ConsoleStage, path: str) -> None:
    assert lived.get("ada", f"/console/audit{path}").status_code == 404
    assert lived.get("bob", f"/console/audit{path}").status_code == 200
