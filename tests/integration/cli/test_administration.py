"""Keys, leases and decisions, by whoever sits at the machine."""

from __future__ import annotations

import re
import stat

import pytest

from fakes_engine import photograph
from integration.cli.shell import Shell
from many_galleries import many_galleries

DAVE = photograph("dave")
SEED = """
[[customer]]
id = "baker"
name = "A baker"
kind = "private"
jurisdictions = ["CH"]

[[lease]]
id = "baker-doors"
customer = "baker"
acts = ["detect"]
purposes = ["access_control"]
galleries = []
fmr = 0.0001
max_candidates = 1
not_before = 2026-01-01T00:00:00Z
expires = 2027-01-01T00:00:00Z
approved_by = ["first", "second"]
"""


def test_a_key_is_shown_once_and_works(shell: Shell) -> None:
    issued = shell.run("keys", "issue", "--role", "operator", "--lease", "bank-doors", "--label", "front")
    assert issued.exit_code == 0
    (text,) = issued.stdout.splitlines()
    assert re.fullmatch(r"ck_[0-9a-f]{16}_[0-9a-f]{64}", text)
    assert "only time" in issued.stderr
    assert shell.run("galleries", "list", COUNTENANCE_KEY=text).exit_code == 0
    listed = shell.run("keys", "list").stdout
    assert "front" in listed
    assert text not in listed
    assert shell.types()[-1] == "key:issued"


def test_a_key_as_a_document_has_its_text_once(shell: Shell) -> None:
    issued = shell.json("keys", "issue", "--role", "auditor", "--label", "audit 2026")
    assert issued["key"].startswith(f"ck_{issued['key_id']}_")
    (listed,) = [key for key in shell.json("keys", "list")["keys"] if key["key_id"] == issued["key_id"]]
    assert listed == {name: value for name, value in issued.items() if name != "key"}


def test_a_key_can_be_written_to_a_file_that_only_its_owner_reads(shell: Shell) -> None:
    path = shell.folder / "new.key"
    issued = shell.json("keys", "issue", "--role", "auditor", "--label", "x", "--out", str(path))
    assert "key" not in issued
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith(f"ck_{issued['key_id']}_")
    again = shell.json("keys", "issue", "--role", "auditor", "--label", "x", "--out", str(path), status=5)
    assert again["error"]["code"] == "already_exists"
    assert shell.types().count("key:issued") == shell.types()[:-1].count("key:issued") + 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--role", "operator", "--label", "x"),
        ("--role", "auditor", "--lease", "bank-doors", "--label", "x"),
        ("--role", "auditor", "--label", ""),
        ("--role", "auditor", "--label", "x", "--expires", "2020-01-01T00:00:00Z"),
        ("--role", "auditor", "--label", "x", "--expires", "2030-01-01"),
    ],
)
def test_a_key_that_cannot_be_is_not_issued_and_leaves_no_file(
    shell: Shell, arguments: tuple[str, ...]
) -> None:
    path = shell.folder / "new.key"
    told = shell.json("keys", "issue", *arguments, "--out", str(path), status=2)
    assert told["error"]["code"] in {"invalid_input", "naive_datetime"}
    assert not path.exists()


def test_a_key_under_an_unknown_lease_is_not_issued(shell: Shell) -> None:
    told = shell.json("keys", "issue", "--role", "operator", "--lease", "nothing", "--label", "x", status=5)
    assert told["error"]["code"] == "not_found"


def test_a_revoked_key_is_over_at_once(shell: Shell) -> None:
    (key,) = [key for key in shell.json("keys", "list")["keys"] if key["label"] == "alice"]
    assert shell.json("keys", "revoke", key["key_id"]) == {"key_id": key["key_id"], "revoked": True}
    assert shell.run("galleries", "list", who="alice").exit_code == 3
    (key,) = [key for key in shell.json("keys", "list")["keys"] if key["label"] == "alice"]
    assert key["revoked"] is not None
    assert shell.run("keys", "revoke", "0011223344556677").exit_code == 5


def test_leases_of_a_seed_file_are_granted_once(shell: Shell) -> None:
    path = shell.image(SEED.encode(), "leases.toml")
    (granted,) = shell.json("leases", "grant", path)["leases"]
    assert (granted["lease_id"], granted["customer_id"], granted["fmr_ppb"]) == (
        "baker-doors",
        "baker",
        100_000,
    )
    assert shell.json("leases", "grant", path) == {"leases": []}
    assert "on record already" in shell.run("leases", "grant", path).stdout
    assert shell.json("leases", "show", "baker-doors") == granted
    assert "baker-doors" in shell.run("leases", "list").stdout
    assert "two" not in shell.run("leases", "show", "baker-doors").stdout
    assert shell.types()[-1] == "lease:granted"


@pytest.mark.parametrize(
    "text", [b"[[lease]]\nid = 1", b"not toml [", b"\xff", b"# " + b"x" * 1_000_001, b"[[king]]\nid='x'"]
)
def test_a_file_that_is_no_seed_grants_nothing(shell: Shell, text: bytes) -> None:
    before = shell.types()
    told = shell.json("leases", "grant", shell.image(text, "leases.toml"), status=2)
    assert told["error"]["code"] == "invalid_input"
    assert shell.types() == before


def test_a_revoked_lease_ends_what_stood_on_it(shell: Shell) -> None:
    shell.furnish(("dave", DAVE))
    assert shell.json("leases", "revoke", "bank-doors")["revoked"]
    told = shell.json("verify", "staff", "dave", shell.image(DAVE), who="alice", status=3)
    assert "lease.revoked" in [reason["id"] for reason in told["reasons"]]
    assert shell.run("leases", "revoke", "nothing").exit_code == 5
    assert shell.run("leases", "show", "nothing").exit_code == 5
    assert "revoked" in shell.run("leases", "list").stdout


def test_a_decision_is_explained_and_comes_out_the_same_again(shell: Shell) -> None:
    shell.furnish(("dave", DAVE))
    asked = shell.json("verify", "staff", "dave", shell.image(DAVE), who="alice")
    shown = shell.json("decisions", "show", asked["decision_id"])
    assert (shown["decision"], shown["entry"]) == ("permit", asked["permitted_by"])
    assert shown["question"]["act"] == "verify"
    assert shown["digests"]
    said = shell.run("decisions", "show", asked["decision_id"]).stdout
    assert said.startswith("Permitted.")
    assert "identity_verification" in said
    again = shell.json("decisions", "replay", asked["decision_id"])
    assert again == {"decision_id": asked["decision_id"], "same": True, "changed": []}
    assert "byte for byte" in shell.run("decisions", "replay", asked["decision_id"]).stdout


def test_a_decision_that_would_come_out_otherwise_now_is_told_by_the_status(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from countenance.policy.gate import installed_policy  # noqa: PLC0415  only this test changes the packs
    from integration.cli import shell as module  # noqa: PLC0415  only this test changes the packs

    shell.furnish(("dave", DAVE))
    asked = shell.json("verify", "staff", "dave", shell.image(DAVE), who="alice")

    class Stricter(module.ShellParts):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]  # passed on as they came
            self.decide = installed_policy(("microsoft-2020",)).decide

    monkeypatch.setattr(module, "ShellParts", Stricter)
    told = shell.json("decisions", "replay", asked["decision_id"], status=1)
    assert not told["same"]
    assert "microsoft-2020" in " ".join(told["changed"])
    assert shell.run("decisions", "replay", asked["decision_id"]).exit_code == 1


def test_decisions_are_shown_to_whose_they_are(shell: Shell) -> None:
    shell.furnish(("dave", DAVE))
    asked = shell.json("verify", "staff", "dave", shell.image(DAVE), who="alice")["decision_id"]
    for who in ("alice", "carol", "olivia"):
        assert shell.json("decisions", "show", asked, who=who)["decision_id"] == asked
    for who in ("mallory", "nina"):
        for command in ("show", "replay"):
            assert shell.json("decisions", command, asked, who=who, status=5)["error"]["code"] == "not_found"
    assert shell.run("decisions", "show", "dec_" + "0" * 32).exit_code == 5


def test_a_key_that_signs_is_shown_with_its_credential_and_its_file_still_is_a_key_file(shell: Shell) -> None:
    asked = ("keys", "issue", "--role", "operator", "--lease", "bank-doors", "--label", "boto", "--aws")
    shown = shell.json(*asked)
    assert shown["aws_access_key_id"] == "AKCN" + shown["key_id"].upper()
    assert len(shown["aws_secret_access_key"]) == 40
    path = shell.folder / "boto.key"
    assert shell.run(*asked, "--out", str(path)).exit_code == 0
    assert "aws_secret_access_key = " in path.read_text(encoding="ascii")
    assert shell.run("galleries", "list", "--key-file", str(path)).exit_code == 0


@pytest.mark.parametrize(("rows", "name"), [("keys", "key_id"), ("leases", "lease_id")])
def test_keys_and_leases_are_listed_a_page_at_a_time_and_the_last_line_says_how_to_go_on(
    shell: Shell, rows: str, name: str
) -> None:
    whole = shell.json(rows, "list")
    assert whole["next"] is None
    assert "--after" not in shell.run(rows, "list").stdout
    names = [one[name] for one in whole[rows]]
    walked, after = [], ()
    while True:
        page = shell.json(rows, "list", "--limit", "2", *after)
        walked += [one[name] for one in page[rows]]
        if page["next"] is None:
            break
        assert page["next"] == walked[-1]
        after = ("--after", page["next"])
    assert walked == names
    last = shell.run(rows, "list", "--limit", "2").stdout.splitlines()[-1]
    assert last == f"There are more, {len(names)} in all. Go on with --after {names[1]}"
    assert shell.run(rows, "list", "--limit", "0").exit_code == 2


def test_galleries_are_listed_a_page_at_a_time(shell: Shell) -> None:
    named = many_galleries(shell.stage)
    first = shell.json("galleries", "list", "--limit", "3", who="alice")
    rest = shell.json("galleries", "list", "--after", first["next"], who="alice")
    assert [one["gallery_id"] for page in (first, rest) for one in page["galleries"]] == named
    assert (first["next"], rest["next"]) == (named[2], None)
    last = shell.run("galleries", "list", "--limit", "3", who="alice").stdout.splitlines()[-1]
    assert last == f"There are more. Go on with --after {named[2]}"
    assert "after this one" in shell.run("galleries", "list", "--after", named[-1], who="alice").stdout


def test_keys_do_not_go_on_after_one_that_never_was(shell: Shell) -> None:
    told = shell.json("keys", "list", "--after", "0" * 16, status=5)
    assert told["error"]["code"] == "not_found"
