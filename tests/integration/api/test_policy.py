"""Packs, simulations and what comes, over the API."""

from __future__ import annotations

import json

from fakes_engine import photograph
from integration.api.stage import Stage
from own_pack import pack_files

FILES = pack_files()
PACK = {"name": "own", "files": FILES, "reason": "It was decided.", "unsigned": "own"}


def test_a_pack_is_tried_installed_listed_and_rolled_back(stage: Stage) -> None:
    stage.furnish("alice", "staff", "identity_verification", ("dave", photograph("dave")))
    assert stage.verify("alice", "staff", "dave", photograph("dave", 2)).status_code == 200
    asked = {"since": "2000-01-01", "proposed": {"name": "own", "files": FILES}}
    found = stage.post("carol", "/v1/policy/simulations", asked).json()
    assert found["refused"] == 1
    assert [one["because"] for one in found["groups"] if one["act"] == "verify"] == [["own.verify"]]
    step = stage.post("olivia", "/v1/policy/packs", PACK)
    assert step.status_code == 201
    shelf = stage.call("carol", "GET", "/v1/policy/packs").json()
    assert [one["digest"] for one in shelf["in_force"]] == [step.json()["digest"]]
    assert (
        stage.post("carol", "/v1/policy/simulations", {"since": "2000-01-01", "pack": "own"}).json()[
            "refused"
        ]
        == 1
    )
    back = stage.post("olivia", "/v1/policy/packs/own/rollback", {"reason": "A mistake."})
    assert back.json()["act"] == "rolled_back"
    assert stage.call("carol", "GET", "/v1/policy/packs").json()["in_force"] == []
    assert [event["type"] for event in stage.events()][-2:] == ["pack:installed", "pack:rolled_back"]


def test_a_pack_that_is_not_sound_or_a_path_is_refused(stage: Stage) -> None:
    wrong = {**FILES, "cases.toml": FILES["cases.toml"].replace('"deny"', '"permit"')}
    answer = stage.post("olivia", "/v1/policy/packs", {**PACK, "files": wrong})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert "not sound" in answer.json()["detail"]
    for name in ("./own", "/etc/passwd", "own.cedar"):
        body = {"since": "2000-01-01", "pack": name}
        assert stage.post("carol", "/v1/policy/simulations", body).status_code == 422
    both = {"since": "2000-01-01", "pack": "ibm-2020", "proposed": {"name": "own", "files": FILES}}
    assert stage.post("carol", "/v1/policy/simulations", both).status_code == 422


def test_what_comes_is_told_with_the_laws_that_nobody_checked(stage: Stage) -> None:
    told = stage.call("alice", "GET", "/v1/policy/coming?days=3660").json()
    assert told["events"]
    assert all(law["verified_on"] is None for law in told["unchecked"])
    assert json.dumps(told["notices"]) == "[]"
    assert stage.call("alice", "GET", "/v1/policy/coming?days=0").status_code == 422
