"""The time machine in the console: questions asked again, and what comes, each to those whom it concerns."""

from __future__ import annotations

import json
from datetime import timedelta

from console_stage import ConsoleStage
from countenance.policy.packs import HeldPack
from fakes_engine import photograph

SIMULATION, COMING = "/console/simulation", "/console/coming"
ALWAYS = f"{SIMULATION}?since=2000-01-01"


def verified(console: ConsoleStage) -> None:
    console.stage.furnish("alice", "staff", "identity_verification", ("dave", photograph("dave")))
    console.stage.verify("alice", "staff", "dave", photograph("dave", 2))


def test_a_pack_is_tried_and_shows_who_would_be_refused_and_why(console: ConsoleStage) -> None:
    verified(console)
    form = console.get("carol", SIMULATION).text
    assert "amazon-2020@binding" in form
    told = console.get("carol", f"{ALWAYS}&pack=ibm-2020").text
    assert "permitted, would be refused" in told
    assert "vendor.ibm.2020" in told
    found = json.loads(console.get("carol", f"{ALWAYS}&pack=ibm-2020&format=json").text)
    assert found["refused"] >= 2
    assert all(
        "vendor.ibm.2020" in one["because"] for one in found["groups"] if one["before"] != one["after"]
    )
    example = found["groups"][0]["examples"][0]
    assert console.get("carol", f"/console/decisions/{example}").status_code == 200
    assert console.stage.events()[-1]["type"] != "pack:installed"


def test_the_packs_in_force_change_nothing_and_a_day_can_be_tried(console: ConsoleStage) -> None:
    verified(console)
    assert "Nothing would change" in console.get("rita", ALWAYS).text
    later = console.get("rita", f"{ALWAYS}&on=2126-01-01").text
    assert "lease.expired" in later
    assert "lease.expired" not in console.get("rita", f"{ALWAYS}&on=2126-01-01&renewed=yes").text


def test_what_cannot_be_tried_is_said_and_no_file_is_ever_opened(console: ConsoleStage) -> None:
    for query, said in (
        ("&pack=nobody-2020", "o installed pack"),
        ("&pack=./own.cedar", "o installed pack"),
        ("&pack=/etc/passwd", "o installed pack"),
        ("&on=tomorrow", "no day of the calendar"),
        ("&until=1999-01-01", "ends before it begins"),
    ):
        answer = console.get("carol", f"{ALWAYS}{query}")
        assert answer.status_code == 400
        assert said in answer.text


def test_members_see_what_comes_for_their_own_leases_and_staff_for_all(console: ConsoleStage) -> None:
    application = console.applied()
    for who in ("rita", "ruben"):
        console.approved_by(who, application)
    lease = console.service.vetting.read_applications.one(
        console.actor("ada"), application
    ).application.lease_id
    day = console.stage.parts.clock().date() + timedelta(days=30)
    rule = (
        f'@id("own.everything") @text("Nobody is asked.") @source("s") @reopens("no") @from("{day}")\n'
        "forbid (principal, action, resource);"
    )
    console.stage.parts.packs = (HeldPack("own", (("prohibitions.cedar", rule),)),)
    assert console.service.policy.forewarn() > 1
    staff, member = console.get("carol", COMING).text, console.get("ada", COMING).text
    assert f"/console/leases/{lease}" in member
    assert "/console/leases/bank-doors" in staff
    assert "/console/leases/bank-doors" not in member
    for text in (staff, member):
        assert "own.everything" in text
        assert "no check on record" in text
    assert "Rules that turn within 1095 days" in console.get("ada", f"{COMING}?days=1095").text
    assert "Rules that turn within 180 days" in console.get("ada", f"{COMING}?days=../../x").text
