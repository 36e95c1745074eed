"""Trying it at the console, under the installation's own lease."""

from __future__ import annotations

import re

from httpx2 import Response

from console_stage import ConsoleStage
from countenance.staff.sessions import csrf_token
from fakes_engine import NO_FACE, photograph

DAVE = photograph("dave")


def send(console: ConsoleStage, path: str, who: str = "rita", camera: str = "", **files: bytes) -> Response:
    fields = {"form_token": csrf_token(console.sessions[who].token)}
    fields |= {f"{name}-camera": camera for name in files}
    sent = {name: ("picture.jpg", data, "image/jpeg") for name, data in files.items()}
    answer: Response = console.client(who).post(f"/console/try/{path}", data=fields, files=sent)
    return answer


def test_faces_are_found_asked_for_and_on_the_record(console: ConsoleStage) -> None:
    answer = send(console, "detect", image=DAVE)
    assert "1 face found" in answer.text.lower()
    assert "Nothing speaks against using it." in answer.text
    types = [event["type"] for event in console.stage.events()][-2:]
    assert types == ["detection:permitted", "detection:completed"]
    assert console.stage.events()[-2]["actor"] == console.people["rita"].member.id


def test_two_pictures_are_compared_with_threshold_and_what_it_stands_for(console: ConsoleStage) -> None:
    same = send(console, "compare", reference=DAVE, probe=photograph("dave", 2))
    assert "The score reaches the threshold" in same.text
    assert "1 in 10,000 pairs of different people" in same.text
    other = send(console, "compare", reference=DAVE, probe=photograph("eve"))
    assert "The score does not reach the threshold" in other.text


def test_a_picture_of_the_camera_says_so_to_the_gate(console: ConsoleStage) -> None:
    answer = send(console, "detect", camera="yes", image=DAVE)
    assert "1 face found" in answer.text.lower()
    found = re.search(r"/console/decisions/dec_\w+", answer.text)
    assert found is not None
    assert "with the subject&#39;s own device" in console.get("rita", found[0]).text


def test_a_picture_that_cannot_be_used_says_why(console: ConsoleStage) -> None:
    assert "The image has no bytes." in send(console, "detect", image=b"").text
    assert "broken or cut off" in send(console, "detect", image=b"cut off").text
    assert "no face was found" in send(console, "compare", reference=NO_FACE, probe=DAVE).text.lower()
    assert "No face in this picture" in send(console, "detect", image=NO_FACE).text


def test_a_stopped_test_lease_refuses_with_a_link_to_why(console: ConsoleStage) -> None:
    send(console, "detect", image=DAVE)
    why = "Nobody tries anything out until tomorrow morning."
    console.post("ruben", "/console/leases/evaluation/suspend", reason=why)
    answer = send(console, "detect", image=DAVE)
    assert "Refused" in answer.text
    assert "/console/decisions/dec_" in answer.text


def test_those_whose_work_it_is_not_try_nothing(console: ConsoleStage) -> None:
    before = len(console.stage.engine.seen)
    for who in ("bob", "carol", "ada"):
        assert send(console, "detect", who, image=DAVE).status_code == 404
    assert len(console.stage.engine.seen) == before
