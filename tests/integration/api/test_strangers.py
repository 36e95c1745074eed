"""Every route of the application, asked by somebody who has no business there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response

from countenance.app import Countenance
from countenance.entrypoints.api import create_api
from countenance.recognition.subjects.model import RequestKind
from fakes_engine import photograph
from integration.api.agreeing import NOTICE
from integration.api.dossier import UNKNOWN_DOSSIER, VETTING_BODIES, dossier
from integration.api.oversight_bodies import BODILESS_OVERSIGHT, OVERSIGHT_BODIES, UNKNOWN_OVERSIGHT
from integration.api.stage import Stage, StageParts, encoded, stages

IMAGE = encoded(photograph("dave", 2))
CONSENT = "/v1/galleries/{gallery_id}/subjects/{subject_id}/consent"
HOLD = {"reason": "litigation", "matter": "Case 7", "until": "2027-01-01T00:00:00Z"}
BODIES: Mapping[tuple[str, str], dict[str, Any]] = {
    ("POST", "/v1/galleries"): {
        "gallery_id": "{gallery_id}",
        "purpose": "identity_verification",
        "scraped": False,
    },
    ("PUT", CONSENT): {"notice": "doors-1", "method": "signed_form"},
    ("POST", "/v1/notices"): {**NOTICE, "gallery_id": "{gallery_id}"},
    ("POST", "/v1/galleries/{gallery_id}/subjects/{subject_id}/retention"): {"kind": "interaction"},
    ("POST", "/v1/galleries/{gallery_id}/holds"): HOLD,
    ("POST", "/v1/galleries/{gallery_id}/subjects/{subject_id}/access-codes"): {},
    ("POST", "/v1/webhooks"): {"url": "https://hooks.example.org/", "customer_id": "bank"},
    ("POST", "/v1/webhooks/{webhook_id}/pause"): {"paused": True},
    ("POST", "/v1/webhooks/{webhook_id}/rotation"): {"overlap_seconds": 0},
    ("POST", "/v1/webhooks/{webhook_id}/replays"): {},
    ("POST", "/v1/subject-requests/{request_id}/answer"): {"granted": True, "text": "Because."},
    ("POST", "/v1/subject-requests/{request_id}/extension"): {"reason": "It takes longer."},
    ("POST", "/v1/galleries/{gallery_id}/enrolments"): {"subject_id": "{subject_id}", "image": IMAGE},
    ("POST", "/v1/galleries/{gallery_id}/verifications"): {"subject_id": "{subject_id}", "image": IMAGE},
    ("POST", "/v1/galleries/{gallery_id}/identifications"): {"image": IMAGE},
    ("POST", "/v1/detections"): {"image": IMAGE},
    ("POST", "/v1/comparisons"): {"reference": IMAGE, "probe": IMAGE},
    ("POST", "/v1/decisions/explain"): {"act": "identify"},
    ("POST", "/v1/keys"): {"role": "operator", "lease_id": "{lease_id}", "label": "mine"},
    ("POST", "/v1/audit/comparisons"): {"reference": IMAGE, "probe": IMAGE},
    ("POST", "/v1/audit/result"): {
        "verdict": "passed",
        "summary": "It was tested and it held.",
        "report": "0" * 64,
    },
    ("POST", "/v1/policy/packs"): {
        "name": "own",
        "files": {"prohibitions.cedar": "// no rule"},
        "reason": "It was decided.",
        "unsigned": "own",
    },
    ("POST", "/v1/policy/packs/{pack_name}/rollback"): {"reason": "It was a mistake."},
    ("POST", "/v1/policy/simulations"): {"since": "2020-01-01", "pack": "ibm-2020"},
    **VETTING_BODIES,
    **OVERSIGHT_BODIES,
}
"""A right body for every route that takes one; ids in braces are put in."""

BODILESS = ("/retention/run", "/test", "/replay", "/submission", "/withdrawal", *BODILESS_OVERSIGHT)
"""How the paths end that change something by their name alone."""

FREE = {("GET", "/v1/health")}
"""Routes without a key."""

OPEN = {
    ("GET", "/v1/terms"),
    ("GET", "/v1/galleries"),
    ("GET", "/v1/notices"),
    ("GET", "/v1/incidents"),
    ("GET", "/v1/subject-requests"),
    ("GET", "/v1/webhooks"),
    ("GET", "/v1/oversight/figures"),
    ("POST", "/v1/detections"),
    ("POST", "/v1/comparisons"),
    ("POST", "/v1/decisions/explain"),
    ("GET", "/v1/policy/vocabulary"),
    ("GET", "/v1/policy/coming"),
    ("GET", "/v1/ledger/checkpoint"),
    ("GET", "/v1/ledger/entries/{index}"),
    ("GET", "/v1/ledger/consistency"),
}
"""Routes on which any key is answered about itself, loose images, or the public log."""

UNKNOWN = {
    "gallery_id": "no-such-gallery",
    "subject_id": "nobody",
    "decision_id": "dec_" + "0" * 32,
    "case_id": "case_" + "0" * 32,
    "request_id": "req_" + "0" * 32,
    "webhook_id": "hook_" + "0" * 32,
    "erasure_id": "era_" + "0" * 32,
    "notice_id": "no-such-notice",
    "version": "1",
    "hold_id": "hold_" + "0" * 32,
    "key_id": "0" * 16,
    "lease_id": "no-such-lease",
    "pack_name": "no-such-pack",
    "index": "1",
    **UNKNOWN_DOSSIER,
    **UNKNOWN_OVERSIGHT,
}


def routes() -> list[tuple[str, str]]:
    """Every route that the application has, from its own document."""
    parts = StageParts(Path("/nowhere/at-all.db"))
    document = create_api(Countenance(parts)).openapi()
    return [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]


ROUTES = routes()
GUARDED = [route for route in ROUTES if route not in FREE]
CLOSED = [route for route in GUARDED if route not in OPEN]


def named(route: tuple[str, str]) -> str:
    return " ".join(route)


def filled(text: str, ids: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: ids[match[1]], text)


def ask(stage: Stage, who: str | None, route: tuple[str, str], ids: Mapping[str, str]) -> Response:
    method, path = route
    body = BODIES.get(route)
    content = json.loads(filled(json.dumps(body), ids)) if body is not None else None
    query = "?old=1&new=2" if path.endswith(("/consistency", "/differences")) else ""
    return stage.call(who, method, filled(path, ids) + query, json=content)


@pytest.fixture(scope="module")
def world(
    furnished: tuple[Path, Mapping[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """One installation for all of mallory's attempts: none of them changes anything but the ledger."""
    template, keys = furnished
    for stage in stages(template, keys, tmp_path_factory.mktemp("strangers")):
        stage.furnish("alice", "staff", "identity_verification", ("dave", photograph("dave", 1)))
        stage.furnish("nina", "missing", "missing_children", ("kim", photograph("kim", 1)))
        yield stage


@pytest.fixture(scope="module")
def real(world: Stage) -> Mapping[str, str]:
    """Ids of things that exist, none of which is mallory's."""
    decision = world.verify("alice", "staff", "dave", photograph("dave", 2)).json()["decision_id"]
    case = world.identify("nina", "missing", photograph("kim", 2)).json()["case_id"]
    key = world.keys["alice"].split("_")[1]
    code = world.post("alice", "/v1/galleries/staff/subjects/dave/access-codes", {}).json()["code"]
    subjects = world.countenance.subjects
    dave = subjects.open_session(code, "192.0.2.1")
    hook = world.post("alice", "/v1/webhooks", {"url": "https://hooks.example.org/"}).json()["webhook"]
    world.consent("alice", "staff", "gone")
    world.enrol("alice", "staff", "gone", photograph("gone", 1))
    erased = world.call("alice", "DELETE", "/v1/galleries/staff/subjects/gone/consent").json()
    hold = world.post("alice", "/v1/galleries/staff/holds", HOLD).json()["hold_id"]
    assert world.post("alice", "/v1/notices", NOTICE).status_code == 201
    return {
        "notice_id": NOTICE["notice_id"],
        "version": "1",
        "hold_id": hold,
        "erasure_id": erased["erasure_id"],
        "webhook_id": hook["webhook_id"],
        "request_id": subjects.file_request(dave, RequestKind.CORRECTION, "It is wrong.").id,
        "gallery_id": "staff",
        "subject_id": "dave",
        "decision_id": decision,
        "case_id": case,
        "key_id": key,
        "lease_id": "bank-doors",
        "pack_name": "own",
        "index": "1",
        **dossier(world),
        **UNKNOWN_OVERSIGHT,
    }


def neutral(answer: Response, ids: Mapping[str, str]) -> tuple[int, str, dict[str, str]]:
    """The answer without the ids that were sent and without those of its own record."""
    text = answer.text
    for value in sorted(ids.values(), key=len, reverse=True):
        text = text.replace(f"`{value}`", "`ID`")
    text = re.sub(r'"decision_id":"dec_[0-9a-f]{32}"', '"decision_id":"..."', text)
    text = re.sub(r'"entry":\d+', '"entry":0', text)
    own = {"x-request-id", "countenance-decision", "countenance-entry", "content-length"}
    return answer.status_code, text, {name: v for name, v in answer.headers.items() if name not in own}


def test_every_route_that_takes_a_body_has_one_here() -> None:
    with_body = {route for route in ROUTES if route[0] in {"POST", "PUT"} and not route[1].endswith(BODILESS)}
    assert set(BODIES) == with_body
    assert set(ROUTES) >= OPEN | FREE


@pytest.mark.parametrize("route", GUARDED, ids=named)
def test_without_a_key_there_is_no_answer(world: Stage, route: tuple[str, str]) -> None:
    answer = ask(world, None, route, UNKNOWN)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_only_health_and_the_description_are_for_everybody(world: Stage) -> None:
    assert world.call(None, "GET", "/v1/health").status_code == 200
    document = world.call(None, "GET", "/openapi.json")
    assert document.status_code == 200
    free = {
        (method.upper(), path)
        for path, operations in document.json()["paths"].items()
        for method, operation in operations.items()
        if not operation.get("security")
    }
    assert free == FREE


WRONG_KEYS = [
    {"Authorization": "Bearer "},
    {"Authorization": "Bearer nonsense"},
    {"Authorization": "Basic bWFsbG9yeTpzZWNyZXQ="},
    {"Authorization": "Bearer ck_" + "0" * 16 + "_" + "0" * 64},
    {"X-Api-Key": "ck_" + "0" * 16 + "_" + "0" * 64},
]


@pytest.mark.parametrize("headers", WRONG_KEYS, ids=str)
def test_a_wrong_key_is_as_good_as_none(stage: Stage, headers: dict[str, str]) -> None:
    told = stage.call(None, "GET", "/v1/galleries").json()
    answer = stage.call(None, "GET", "/v1/galleries", headers=headers)
    assert (answer.status_code, answer.json()) == (401, told)


def test_a_key_is_taken_from_either_header_but_two_that_differ_are_none(stage: Stage) -> None:
    alice, mallory = stage.keys["alice"], stage.keys["mallory"]
    assert stage.call(None, "GET", "/v1/galleries", headers={"X-Api-Key": alice}).status_code == 200
    both = {"Authorization": f"bearer {alice}", "X-Api-Key": alice}
    assert stage.call(None, "GET", "/v1/galleries", headers=both).status_code == 200
    mixed = {"Authorization": f"Bearer {alice}", "X-Api-Key": mallory}
    assert stage.call(None, "GET", "/v1/galleries", headers=mixed).status_code == 401


def test_a_key_with_the_right_id_and_a_wrong_secret_is_as_good_as_none(stage: Stage) -> None:
    text = stage.keys["alice"]
    changed = text[:-1] + ("0" if text[-1] != "0" else "1")
    headers = {"Authorization": f"Bearer {changed}"}
    assert stage.call(None, "GET", "/v1/galleries", headers=headers).status_code == 401


def test_an_expired_key_is_as_good_as_none(stage: Stage) -> None:
    assert stage.call("expired", "GET", "/v1/galleries").status_code == 200
    stage.parts.clock.advance(timedelta(seconds=1))
    assert stage.call("expired", "GET", "/v1/galleries").status_code == 401


@pytest.mark.parametrize("route", CLOSED, ids=named)
def test_mallory_cannot_tell_what_is_forbidden_from_what_does_not_exist(
    world: Stage, real: Mapping[str, str], route: tuple[str, str]
) -> None:
    forbidden = ask(world, "mallory", route, real)
    unknown = ask(world, "mallory", route, UNKNOWN)
    assert forbidden.status_code in {403, 404}
    assert neutral(forbidden, real) == neutral(unknown, UNKNOWN)


@pytest.mark.parametrize("route", CLOSED, ids=named)
def test_what_mallory_was_refused_is_on_the_ledger(
    world: Stage, real: Mapping[str, str], route: tuple[str, str]
) -> None:
    before = len(world.events())
    ask(world, "mallory", route, real)
    told = [event["type"] for event in world.events()[before:]]
    assert len(told) == 1
    assert told[0].endswith(":refused")


def test_mallory_sees_none_of_alices_galleries(world: Stage, real: Mapping[str, str]) -> None:
    assert real["gallery_id"] in world.call("alice", "GET", "/v1/galleries").text
    assert world.call("mallory", "GET", "/v1/galleries").json() == {"galleries": [], "next": None}


def leaves_of(stage: Stage) -> Iterator[str]:
    return (json.dumps(event) for event in stage.events())


def test_nothing_that_mallory_asks_for_is_done(world: Stage, real: Mapping[str, str]) -> None:
    for route in CLOSED:
        ask(world, "mallory", route, real)
    told = world.call("alice", "GET", "/v1/galleries/staff").json()
    assert told["subjects"] == 1
    assert world.verify("alice", "staff", "dave", photograph("dave", 3)).json()["outcome"] == "match"
    assert not any("dave" in leaf for leaf in leaves_of(world))


WITH_A_LEASE = [
    route
    for route in BODIES
    if route not in {("POST", "/v1/decisions/explain"), ("POST", "/v1/keys"), *VETTING_BODIES}
    and route != ("POST", "/v1/known-faces")  # an administrator's, under the installation's own lease
    and not route[1].startswith(("/v1/webhooks", "/v1/policy/"))
    and not route[1].endswith("/holds")  # an administrator's too: evidence outlives a lease
]


@pytest.mark.parametrize("who", ["carol", "olivia"])
@pytest.mark.parametrize("route", WITH_A_LEASE, ids=named)
def test_a_key_without_a_lease_performs_no_act(
    world: Stage, real: Mapping[str, str], route: tuple[str, str], who: str
) -> None:
    assert ask(world, who, route, real).status_code == 403
