"""A console with a held case: pictures drawn for the purpose, examiners who may judge, known faces."""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np

from console_stage import ConsoleStage
from countenance.app.oversight_cases import OversightCases
from countenance.biometrics.faces import DetectedFace, Portrait
from countenance.oversight.checklist import Feature
from countenance.oversight.model import CaseId, CaseState
from countenance.oversight.rules import OversightRules
from countenance.policy.model import Purpose
from countenance.recognition.cases.examiners import Training
from countenance.staff.model import StaffRole
from fakes_engine import FakeEngine, photograph
from integration.api.stage import Stage, StageParts, furnish_template

RULES = OversightRules(fillers=2, known_share=0)
"""No list has a known answer, so that a test knows whose list it holds."""


EXAMINE = "/console/examine"
SIMILAR = {f"feature.{one}": "similar" for one in Feature}
SAME = {**SIMILAR, "verdict": "3"}
OTHER = {**{f"feature.{one}": "different" for one in Feature}, "verdict": "-3"}


class DrawingEngine(FakeEngine):
    """Draws a face for every photograph, so that a browser has something to show."""

    def portrait(self, image: bytes, face: DetectedFace) -> Portrait:
        super().portrait(image, face)
        return Portrait(drawn(image), ("cut out around the face",))


def drawn(photographed: bytes) -> bytes:
    """Return a face as JPEG: the person decides its shape, the photograph its place and light."""
    person, _, _ = photographed.partition(b",")
    shape = np.frombuffer(hashlib.sha256(person).digest(), np.uint8).astype(int)
    taken = np.frombuffer(hashlib.sha256(photographed).digest(), np.uint8).astype(int)
    light = int(150 + taken[0] // 3)
    canvas = np.full((480, 480, 3), light // 2, np.uint8)
    x, y = 240 + int(taken[1]) // 16 - 8, 240 + int(taken[2]) // 16 - 8
    tone = (light - int(shape[0]) // 4, light - int(shape[0]) // 5, light)
    width, height = 120 + int(shape[1]) // 6, 160 + int(shape[2]) // 8
    cv2.ellipse(canvas, (x, y), (width, height), 0, 0, 360, tone, -1)
    apart = 45 + int(shape[3]) // 10
    for side in (-1, 1):
        cv2.ellipse(
            canvas, (x + side * apart, y - 40), (22, 9 + int(shape[4]) // 40), 0, 0, 360, (250, 250, 250), -1
        )
        cv2.circle(canvas, (x + side * apart, y - 40), 8, (60, 40, 30), -1)
        cv2.line(canvas, (x + side * apart - 28, y - 70), (x + side * apart + 28, y - 74), (40, 40, 40), 6)
    cv2.line(canvas, (x, y - 30), (x + int(shape[5]) // 20, y + 35), (70, 70, 90), 4)
    cv2.ellipse(canvas, (x, y + 85), (50 + int(shape[6]) // 12, 14), 0, 0, 180, (70, 60, 150), 5)
    cv2.ellipse(canvas, (x, y - 110), (width, 80), 0, 180, 360, (30, 30 + int(shape[7]) // 8, 40), -1)
    _, encoded = cv2.imencode(".jpg", canvas)
    return bytes(encoded.tobytes())


def examining_stage(folder: Path, rules: OversightRules = RULES) -> ConsoleStage:
    """Build a console on which bob and fay may judge missing children, and lena was looked for."""
    keys = furnish_template(folder)
    parts = StageParts(folder / "template.db", DrawingEngine())
    parts.oversight_rules = rules
    console = ConsoleStage(Stage(parts, keys))
    console.service.__dict__["oversight"] = OversightCases(parts, random.Random(5))  # noqa: S311  repeatable
    console.add("fay", StaffRole.EXAMINER)
    console.add("gus", StaffRole.EXAMINER)
    now, olivia = parts.clock(), console.actor("olivia")
    for name in ("bob", "fay"):
        training = Training(
            person=console.people[name].member.id,
            kinds=frozenset({Purpose.MISSING_CHILDREN}),
            training="course 12",
            trained=now - timedelta(days=1),
            expires=now + timedelta(days=100),
        )
        console.service.oversight.authorise_examiners(olivia, training)
    for name in ("ivo", "jan", "kim"):
        console.service.oversight.known_faces.add(olivia, name, photograph(name))
    missing = [(name, photograph(name)) for name in ("lena", "mia")]
    console.stage.furnish("nina", "missing", "missing_children", *missing)
    return console


def held_case(console: ConsoleStage, name: str = "lena", number: int = 2) -> str:
    """Look for somebody; return the id of the case that holds the result."""
    answer = console.stage.identify("nina", "missing", photograph(name, number))
    case_id: str = answer.json()["case_id"]
    return case_id


def quick(rules: OversightRules = RULES) -> OversightRules:
    """The same rules, with lists that can be handed in at once."""
    return replace(rules, least_seconds=0)


def taken(office: ConsoleStage, who: str) -> str:
    """Where the next list of an examiner stands."""
    return str(office.post(who, EXAMINE).headers["location"])


def places(office: ConsoleStage, who: str, place: str) -> list[str]:
    return sorted(set(re.findall(rf"{place}/(\d+)\"", office.get(who, place).text)))


def state_of(office: ConsoleStage, case_id: str) -> CaseState:
    with office.stage.parts.unit_of_work() as work:
        case = work.cases.get(CaseId(case_id))
    assert case is not None
    return case.state


def judged(
    office: ConsoleStage, who: str, place: str, like: bytes, *, takes: timedelta = timedelta(minutes=5)
) -> None:
    """Support whoever looks like that, nobody else; hand the list in."""
    for slot in places(office, who, place):
        shown = office.get(who, f"{place}/{slot}/image").content
        done = office.post(who, f"{place}/{slot}", **(SAME if shown == like else OTHER))
        assert done.headers["location"].endswith("done=sheet")
    office.stage.parts.clock.advance(takes)  # type: ignore[attr-defined]  # the fake clock
    assert office.post(who, f"{place}/conclusion").headers["location"].endswith("list-concluded")
