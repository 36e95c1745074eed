"""The time machine as people and scripts meet it, on an installation of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fakes_engine import photograph
from integration.cli.shell import Shell

DAVE = photograph("dave")
STRICTER = """
@id("own.verify") @text("Nobody is verified.") @source("a test") @reopens("Nothing.")
forbid (principal, action == Action::"verify", resource);
"""


def asked(shell: Shell) -> Path:
    """Verify somebody twice, and return a pack that refuses to."""
    shell.furnish(("dave", DAVE))
    for _ in range(2):
        shell.json("verify", "staff", "dave", shell.image(photograph("dave", 2)), who="alice")
    pack = shell.folder / "stricter.cedar"
    pack.write_text(STRICTER, "utf-8")
    return pack


def test_a_proposed_pack_shows_whom_it_would_refuse_and_why(shell: Shell) -> None:
    pack = asked(shell)
    found = shell.json("policy", "simulate", str(pack), "--since", "2000-01-01", "--until", "2100-01-01")
    assert found["refused"] == 2
    (group,) = [one for one in found["groups"] if one["act"] == "verify"]
    assert (group["count"], group["before"]["decision"], group["after"]["decision"]) == (2, "permit", "deny")
    assert "own.verify" in group["after"]["rules"]
    assert all(shell.json("decisions", "show", example) for example in group["examples"])


def test_the_packs_that_decided_change_nothing(shell: Shell) -> None:
    asked(shell)
    found = shell.json("policy", "simulate", "--since", "2000-01-01", "--until", "2100-01-01")
    assert found["asked"] >= 2
    assert (found["refused"], found["permitted"], found["otherwise"], found["groups"]) == (0, 0, 0, [])


def test_every_change_can_be_written_to_a_file_that_was_not_there(shell: Shell) -> None:
    pack, file = asked(shell), shell.folder / "changes.jsonl"
    arguments = ("policy", "simulate", str(pack), "--since", "2000-01-01", "--until", "2100-01-01")
    assert shell.run(*arguments, "--changes", str(file)).exit_code == 0
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [one["after"]["decision"] for one in lines] == ["deny", "deny"]
    again = shell.run(*arguments, "--changes", str(file))
    assert again.exit_code == 2
    assert "cannot be made" in again.stderr


def test_a_table_says_how_many_and_because_of_what(shell: Shell) -> None:
    pack = asked(shell)
    said = shell.run("policy", "simulate", str(pack), "--since", "2000-01-01", "--until", "2100-01-01").stdout
    assert "2 would be answered otherwise" in said
    assert "own.verify" in said


@pytest.mark.parametrize("who", ["alice", "mallory"])
def test_a_stranger_sees_no_record_of_others(shell: Shell, who: str) -> None:
    pack = asked(shell)
    result = shell.run("policy", "simulate", str(pack), "--since", "2000-01-01", who=who)
    assert result.exit_code == 3
    assert "own.verify" not in result.output


def test_time_that_ends_before_it_begins_is_a_usage_error(shell: Shell) -> None:
    result = shell.run("policy", "simulate", "house", "--since", "2026-02-01", "--until", "2026-01-01")
    assert result.exit_code == 2
    assert "ends before it begins" in result.stderr


def test_the_calendar_shows_rules_leases_and_laws_that_nobody_checked(shell: Shell) -> None:
    found = shell.json("policy", "calendar", "--days", "3660")
    assert found["events"]
    assert found["leases"] is not None
    assert {one["id"] for one in found["unchecked"]} >= {"us-il-bipa"}
    assert shell.json("policy", "calendar", "--no-leases")["leases"] is None
    assert shell.run("policy", "calendar").exit_code == 0


def test_a_claim_that_holds_exits_with_0_and_one_that_does_not_with_1(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "claims.txt"
    file.write_text("# the house\nnever permit act=watch space=public\n", "utf-8")
    assert shell.json("policy", "prove", "--file", str(file))["holds"] is True
    found = shell.json("policy", "prove", "never permit act=watch", "--pack", "house", status=1)
    counterexample = found["claims"][0]["counterexample"]
    assert counterexample["decision"]["decision"] == "permit"
    assert shell.run("policy", "prove", "never permit act=watch", "--pack", "house").exit_code == 1
    assert shell.run("policy", "prove").exit_code == 2


def test_what_if_says_what_would_have_to_be_otherwise(shell: Shell) -> None:
    question = ("--act", "verify", "--customer-kind", "private", "--jurisdiction", "US-IL")
    more = ("--purpose", "access_control", "--space", "own_device", "--camera", "own_device")
    found = shell.json("policy", "whatif", *question, *more)
    assert found["answers"][0]["changes"][0]["values"] == ["consent"]
    assert found["answers"][0]["permit"]["decision"] == "permit"
    assert "with the consent of every subject" in shell.run("policy", "whatif", *question, *more).stdout


def test_two_packs_are_told_apart_in_words(shell: Shell) -> None:
    names = ("amazon-2020@announced", "amazon-2020@binding")
    found = shell.json("policy", "diff", *names)
    assert [rule["id"] for rule in found["removed"]] == ["vendor.amazon.2020"]
    assert found["examples"]
    assert "Only in the second: vendor.amazon.2021" in shell.run("policy", "diff", *names).stdout
    assert "The two packs say the same" in shell.run("policy", "diff", names[0], names[0]).stdout


@pytest.mark.parametrize("pack", ["house", "laws"])
def test_every_rule_is_put_into_words(shell: Shell, pack: str) -> None:
    assert all(rule["words"] for rule in shell.json("policy", "render", pack)["rules"])
    assert "Refuses" in shell.run("policy", "render", pack).stdout
