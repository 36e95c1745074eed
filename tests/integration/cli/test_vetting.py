"""A review on the command line, by the people who take part in it, each with a key of their own."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from applying import DIGEST, FILE, WHY, use
from countenance.vetting.documents import document_of
from countenance.vetting.factors import JUDGED
from fakes_engine import FAKE_PIPELINE, photograph
from integration.api.dossier import PROPOSAL
from integration.api.stage import START
from integration.cli.shell import Shell

FACTORS = [word for factor in JUDGED for word in ("--factor", factor.value)]
DATES = ("--expires", "2027-01-01T00:00:00Z", "--reverify", "2026-10-01T00:00:00Z")


def written(shell: Shell, name: str = "use.json", **changes: Any) -> str:  # noqa: ANN401  any field
    return shell.image(json.dumps(document_of(use(START, **changes))).encode(), name)


def submitted(shell: Shell) -> str:
    begun = shell.json("applications", "begin", "gatehouse", written(shell), who="ada")
    shell.json("applications", "attach", begun["id"], shell.image(FILE, "all.txt"), who="ada")
    shell.json("applications", "submit", begun["id"], who="ada")
    name: str = begun["id"]
    return name


def approved(shell: Shell) -> dict[str, Any]:
    name = submitted(shell)
    shell.json("applications", "mark", name, *FACTORS, "--satisfied", "--reason", WHY, who="ruth")
    shell.json("applications", "approve", name, "--reasons", WHY, *DATES, who="ruth")
    whole: dict[str, Any] = shell.json("applications", "approve", name, "--reasons", WHY, *DATES, who="rudi")
    return whole


def test_apply_approve_by_two_call_stop_and_go_on(shell: Shell) -> None:
    lease = approved(shell)["lease_id"]
    shown = shell.json("leases", "show", lease)
    assert (shown["origin"], shown["approved_by"]) == ("application", ["rudi", "ruth"])
    issued = shell.json("keys", "issue", "--role", "operator", "--lease", lease, "--label", "gate")
    shell.stage.keys = {**shell.stage.keys, "gina": issued["key"]}
    shell.stage.furnish("gina", "gate-staff", "identity_verification", ("dave", photograph("dave")))
    verify = ("verify", "gate-staff", "dave", shell.image(photograph("dave", 2)))
    assert shell.json(*verify, who="gina")["outcome"] == "match"
    assert shell.json("leases", "suspend", lease, "--reason", WHY, who="ruth")["suspended"]
    refused = shell.json(*verify, who="gina", status=3)
    assert [one["id"] for one in refused["reasons"]] == ["lease.suspended"]
    own = shell.json("leases", "resume", lease, "--reason", WHY, who="ruth", status=3)
    assert own["error"]["code"] == "separation_of_duties"
    shell.json("leases", "resume", lease, "--reason", WHY, who="rudi")
    assert shell.json(*verify, who="gina")["outcome"] == "match"
    history = shell.json("leases", "history", lease)["versions"]
    assert [one["change"] for one in history] == ["granted", "suspended", "resumed"]
    said = shell.run("leases", "history", lease).stdout
    assert "suspended" in said
    assert WHY in said


def test_a_person_is_told_what_is_missing_and_why_it_matters(shell: Shell) -> None:
    begun = shell.json(
        "applications", "begin", "gatehouse", shell.image(b"title = 'A door'", "use.toml"), who="ada"
    )
    said = shell.run("applications", "show", begun["id"], who="ada").stdout
    assert "RF10 Legal basis and instruments: missing" in said
    assert "why it matters" in said
    told = shell.json("applications", "submit", begun["id"], who="ada", status=5)
    assert told["error"]["code"] == "application_incomplete"
    assert "appeals:missing:appeals" in told["error"]["reasons"]
    broken = shell.image(b"title = 7", "broken.toml")
    fault = shell.json("applications", "begin", "gatehouse", broken, who="ada", status=2)
    assert fault["error"]["message"] == "`title` needs a text"


def test_the_dry_run_is_told_in_words(shell: Shell) -> None:
    said = shell.run("applications", "show", submitted(shell), who="ruth").stdout
    assert "verify for identity_verification in a place `controlled` through `fixed`: permitted until" in said
    assert "Judged by people: 9 questions." in said


def test_versions_are_compared_and_a_refusal_says_how_to_go_on(shell: Shell) -> None:
    name = submitted(shell)
    again = ("--reopening", "Say in the notice who looks, and why.")
    shell.json("applications", "refuse", name, "--reasons", WHY, *again, who="ruth")
    assert "Say in the notice who looks" in shell.run("applications", "show", name, who="ada").stdout
    better = written(shell, "better.json", title="Another door")
    saved = shell.json("applications", "save", name, better, "--based-on", "1", who="ada")
    assert saved["version"] == 2
    assert "Another door" in shell.run("applications", "diff", name, "1", "2", who="ada").stdout
    assert shell.run("applications", "diff", name, "2", "2", who="ada").stdout == "Nothing differs.\n"
    assert shell.json("applications", "withdraw", name, who="ada")["state"] == "withdrawn"
    assert [one["id"] for one in shell.json("applications", "list")["applications"]] == [name]
    assert name in shell.run("applications", "list", "--state", "withdrawn").stdout


def test_an_appeal_is_judged_by_others(shell: Shell) -> None:
    name = submitted(shell)
    again = ("--reopening", "Say in the notice who looks, and why.")
    shell.json("applications", "refuse", name, "--reasons", WHY, *again, who="ruth")
    appeal = shell.json("applications", "appeal", name, "--grounds", WHY, who="ada")["id"]
    part = shell.json("appeals", "judge", appeal, "--dismiss", "--reason", WHY, who="ruth", status=3)
    assert part["error"]["code"] == "separation_of_duties"
    assert "is open" in shell.run("appeals", "judge", appeal, "--dismiss", "--reason", WHY, who="rudi").stdout
    assert appeal in shell.run("appeals", "list").stdout


def test_officers_decide_together(shell: Shell) -> None:
    file = shell.image(json.dumps(PROPOSAL).encode(), "proposal.json")
    decision = shell.json("conditions", "propose", file, who="ruth")["id"]
    named = ("--name", "Grace Hopper", "--reason", WHY)
    assert shell.run("conditions", "confirm", decision, *named, who="ruth").exit_code == 3
    assert shell.json("conditions", "confirm", decision, *named, who="rudi")["state"] == "met"
    assert "unmeeting" in shell.run("conditions", "unmeet", decision, *named, who="rudi").stdout
    assert "house.us-police" in shell.run("conditions", "list").stdout
    assert [one["state"] for one in shell.json("conditions", "list")["decisions"]] == ["unmeeting"]


def test_customers_are_registered_with_members_and_contacts(shell: Shell) -> None:
    record = ("--name", "The Mill", "--kind", "private", "--jurisdiction", "CH")
    assert shell.json("customers", "register", "mill", *record)["name"] == "The Mill"
    assert shell.run("customers", "register", "mill", *record).exit_code == 5
    shell.run("customers", "add-member", "mill", "mia", "--name", "Mia")
    shell.run("customers", "contact", "mill", "desk", "--name", "Desk", "--purpose", "complaints")
    shell.run("customers", "amend", "mill", *record, "--acts-for", "police")
    told = shell.json("customers", "show", "mill")
    assert told["customer"]["acts_for"] == ["police"]
    assert [one["person"] for one in told["members"]] == ["mia"]
    said = shell.run("customers", "show", "mill").stdout
    assert "complaints" in said
    assert "mill" in shell.run("customers", "list").stdout
    assert shell.json("customers", "end-member", "mill", "mia")["until"] is not None


def test_the_terms_of_use_are_read_without_a_key_and_accepted_with_one(shell: Shell) -> None:
    assert "discriminat" in shell.run("terms", "show").stdout
    terms = shell.json("terms", "show", "--version", "1")
    assert shell.run("terms", "show", "--version", "0").exit_code == 5
    lease = approved(shell)["lease_id"]
    accepted = shell.json("terms", "accept", lease, "--version", terms["version"], who="ada")
    assert accepted["terms_of_use"] == "1"


def test_a_key_rotates_into_a_file(shell: Shell) -> None:
    old = shell.stage.keys["alice"].split("_")[1]
    out = shell.folder / "new.key"
    shell.json("keys", "rotate", old, "--grace", "60", "--out", str(out))
    assert shell.run("galleries", "list", "--key-file", str(out)).exit_code == 0
    assert shell.run("galleries", "list", who="alice").exit_code == 0
    assert shell.types()[-1] == "key:rotated"


def test_evidence_is_fetched_as_it_was(shell: Shell) -> None:
    name = submitted(shell)
    (held,) = shell.json("applications", "show", name, who="ruth")["evidence"]
    out = shell.folder / "fetched.txt"
    shell.json("applications", "fetch", name, held["digest"], "--out", str(out), who="ruth")
    assert out.read_bytes() == FILE


def test_the_guides_application_lacks_nothing(shell: Shell, project_root: Path) -> None:
    guide = (project_root / "docs" / "guide" / "vetting.md").read_text(encoding="utf-8")
    written_down = guide.split("```toml\n")[1].split("```")[0]
    whole = written_down.replace("@MODEL@", FAKE_PIPELINE.model_digest).replace("@DIGEST@", DIGEST)
    file = shell.image(whole.encode(), "use.toml")
    begun = shell.json("applications", "begin", "gatehouse", file, who="ada")["id"]
    shell.json("applications", "attach", begun, shell.image(FILE, "all.txt"), who="ada")
    told = shell.json("applications", "show", begun, who="ada")
    assert [one for one in told["findings"] if one["blocks"]] == []
    assert shell.json("applications", "submit", begun, who="ada")["state"] == "submitted"


def test_customers_and_applications_are_listed_a_page_at_a_time(shell: Shell) -> None:
    for number in range(3):
        title = written(shell, f"{number}.json", title=f"Door {number}")
        shell.json("applications", "begin", "gatehouse", title, who="ada")
        shell.stage.parts.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]  # the fake clock
    for rows, who in (("customers", None), ("applications", "ada")):
        whole = shell.json(rows, "list", who=who)
        names = [one["id"] for one in whole[rows]]
        assert whole["next"] is None
        first = shell.json(rows, "list", "--limit", "2", who=who)
        assert [one["id"] for one in first[rows]] == names[:2]
        rest = shell.json(rows, "list", "--after", first["next"], who=who)
        assert [one["id"] for one in rest[rows]] == names[2:]
        last = shell.run(rows, "list", "--limit", "2", who=who).stdout.splitlines()[-1]
        assert last == f"There are more, {len(names)} in all. Go on with --after {names[1]}"
    drafts = shell.json("applications", "list", "--state", "draft", "--limit", "1", who="ada")
    assert drafts["next"] == names[0]
    assert shell.run("applications", "list", "--after", "app_none", who="ada").exit_code == 5
