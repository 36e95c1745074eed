"""Detecting faces."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from countenance.biometrics.faces import DetectedFace, Point
from countenance.entrypoints.azure_face.attributes import attributes_of, wanted_attributes
from countenance.entrypoints.azure_face.calls import Answer, Asked, Call
from countenance.entrypoints.azure_face.faults import bad_argument
from countenance.entrypoints.azure_face.pictures import picture
from countenance.entrypoints.azure_face.telling import refusal
from countenance.errors import RefusedError
from countenance.policy.model import Act
from countenance.recognition.acts.detection import Look
from countenance.recognition.loose_faces.keeping import Keep
from countenance.recognition.rosters.model import LEAST_FACE

LANDMARKS: Final = ("pupilLeft", "pupilRight", "noseTip", "mouthLeft", "mouthRight")
"""The five of the service's 27 points that the engine finds."""


def detect(call: Call, asked: Asked) -> Answer:
    """Find faces, and keep them under ids if they are asked for."""
    detector, recogniser = asked["detectionModel"], asked["recognitionModel"]
    names = wanted_attributes(asked["returnFaceAttributes"], detector, recogniser)
    if asked["returnFaceLandmarks"] and detector == "detection_02":
        raise bad_argument("'returnLandmarks' is not supported by detection_02.")
    image = picture(call, asked)
    faces = _kept(call, asked, image) if asked["returnFaceId"] else _seen(call, image)
    if asked["returnFaceLandmarks"]:
        call.headers["x-countenance-landmarks"] = str(len(LANDMARKS))
    return Answer([_face(asked, names, face_id, face) for face_id, face in faces])


def _kept(call: Call, asked: Asked, image: bytes) -> list[tuple[str | None, DetectedFace]]:
    lifetime = timedelta(seconds=asked["faceIdTimeToLive"])
    keep = Keep(image=image, lifetime=lifetime, label=asked["recognitionModel"], least=LEAST_FACE)
    try:
        with call.counted(Act.DETECT) as came_to:
            result = call.cases.keep_faces(call.actor, keep)
            came_to(None)
    except RefusedError as error:
        fault = refusal(call, error)
        fault.message += " Detection alone is asked for with returnFaceId=false."
        raise fault from error
    call.told(result.decision_id, result.entry)
    return [(face_id, one.face) for face_id, one in result.faces]


def _seen(call: Call, image: bytes) -> list[tuple[str | None, DetectedFace]]:
    with call.counted(Act.DETECT) as came_to:
        result = call.service.detect(call.actor, Look(image=image, least=LEAST_FACE))
        came_to(None)
    call.told(result.decision_id, result.entry)
    return [(None, face) for face in result.detection.faces]


def _face(asked: Asked, names: tuple[str, ...], face_id: str | None, face: DetectedFace) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if face_id is not None:
        shown["faceId"] = face_id
    if asked["returnRecognitionModel"]:
        shown["recognitionModel"] = asked["recognitionModel"]
    shown["faceRectangle"] = rectangle(face)
    if asked["returnFaceLandmarks"]:
        shown["faceLandmarks"] = _landmarks(face)
    if names:
        shown["faceAttributes"] = attributes_of(face, names)
    return shown


def rectangle(face: DetectedFace) -> dict[str, int]:
    """Return where a face is, in whole pixels; what reaches over the upper or left edge is cut off."""
    box = face.box
    left, top = max(0, round(box.left)), max(0, round(box.top))
    return {
        "top": top,
        "left": left,
        "width": max(1, round(box.left + box.width) - left),
        "height": max(1, round(box.top + box.height) - top),
    }


def _landmarks(face: DetectedFace) -> dict[str, dict[str, float]]:
    """Return five points. The service's left is the viewer's, which is the subject's right."""
    marks = face.landmarks
    points = (marks.right_eye, marks.left_eye, marks.nose, marks.right_mouth, marks.left_mouth)
    return {name: _point(point) for name, point in zip(LANDMARKS, points, strict=True)}


def _point(point: Point) -> dict[str, float]:
    return {"x": round(point.x, 1), "y": round(point.y, 1)}
