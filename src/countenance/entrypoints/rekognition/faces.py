"""Faces as answers show them: shares of the image, percentages, and the ids that references have."""

from __future__ import annotations

import re
import uuid
from typing import Final

from countenance.biometrics.faces import DetectedFace, Point, QualityReason
from countenance.biometrics.model import ReferenceId
from countenance.entrypoints.rekognition.calls import Answer, Asked, Call
from countenance.entrypoints.rekognition.requests import NOT_INFERRED
from countenance.recognition.collections.indexing import relative_box
from countenance.recognition.collections.model import EnrolledFace, FaceRecord, RelativeBox

_REFERENCE: Final = re.compile("ref_([0-9a-f]{32})")
_EXTERNAL: Final = re.compile(r"[a-zA-Z0-9_.\-:]{1,255}")
_REASONS: Final = {
    QualityReason.TOO_SMALL: "SMALL_BOUNDING_BOX",
    QualityReason.TOO_DARK: "LOW_BRIGHTNESS",
    QualityReason.TOO_BRIGHT: "LOW_FACE_QUALITY",
    QualityReason.BLURRED: "LOW_SHARPNESS",
    QualityReason.EXTREME_POSE: "EXTREME_POSE",
    QualityReason.CUT_OFF: "LOW_FACE_QUALITY",
}


def face_id(reference_id: ReferenceId) -> str:
    """Return the reference's id in the form of a UUID: the same 128 bits."""
    match = _REFERENCE.fullmatch(reference_id)
    if match is None:
        raise ValueError(f"`{reference_id}` was not made by this program")
    return str(uuid.UUID(match[1]))


def reference_id(face: str) -> ReferenceId:
    """Return the reference that a face's id names, whether there is one or not."""
    return ReferenceId(f"ref_{face.replace('-', '')}")


def enrolled_face(call: Call, face: EnrolledFace) -> Answer:
    """Return a `Face`. What is not known of it is left out: its box, if it came another way in."""
    shown: Answer = {
        "FaceId": face_id(face.reference_id),
        "IndexFacesModelVersion": call.model_version(),
    }
    if _EXTERNAL.fullmatch(face.subject_id):
        shown["ExternalImageId"] = face.subject_id
    if face.record is not None:
        shown |= record_of(face.record)
    if face.user_id is not None:
        shown["UserId"] = face.user_id
    return shown


def record_of(record: FaceRecord) -> Answer:
    """Return what is kept of the image that a reference came from."""
    return {
        "ImageId": record.image_id,
        "BoundingBox": _box(record.box),
        "Confidence": _percent(record.confidence),
    }


def reasons_of(face: DetectedFace) -> list[str]:
    """Return why a face cannot be compared reliably, in the service's words; none where it can."""
    return list(dict.fromkeys(_REASONS[fault] for fault in face.reasons))


def face_detail(face: DetectedFace, width: int, height: int) -> Answer:
    """Return a `FaceDetail` with what is always told, and nothing that would have to be guessed."""
    return compared_face(face, width, height)


def compared_face(face: DetectedFace, width: int, height: int) -> Answer:
    """Return box, confidence, landmarks, pose and quality of a face in an image of that size."""
    return {
        **box_and_confidence(face, width, height),
        "Landmarks": _landmarks(face, width, height),
        # The service counts faces turned upwards as positive, ISO/IEC 39794-5 those turned down.
        "Pose": {
            "Roll": round(face.pose.roll, 4),
            "Yaw": round(face.pose.yaw, 4),
            "Pitch": round(-face.pose.pitch, 4),
        },
        "Quality": _quality(face),
    }


def box_and_confidence(face: DetectedFace, width: int, height: int) -> Answer:
    """Return where a face is and how sure the detector is of it."""
    return {
        "BoundingBox": _box(relative_box(face, width, height)),
        "Confidence": _percent(face.confidence),
    }


def left_out(call: Call, attributes: Asked | list[str]) -> None:
    """Tell in a header which attributes were asked for and are never inferred here."""
    wanted = set(attributes)
    missing = NOT_INFERRED if "ALL" in wanted else [word for word in NOT_INFERRED if word in wanted]
    if missing:
        call.headers["x-countenance-not-inferred"] = ",".join(missing)


def _box(box: RelativeBox) -> Answer:
    return {
        "Width": round(box.width, 6),
        "Height": round(box.height, 6),
        "Left": round(box.left, 6),
        "Top": round(box.top, 6),
    }


def _percent(share: float) -> float:
    return round(min(1.0, max(0.0, share)) * 100.0, 4)


def _landmarks(face: DetectedFace, width: int, height: int) -> list[Answer]:
    """Return five points. The service's left is the viewer's, which is the subject's right."""
    marks = face.landmarks
    named: tuple[tuple[str, Point], ...] = (
        ("eyeLeft", marks.right_eye),
        ("eyeRight", marks.left_eye),
        ("mouthLeft", marks.right_mouth),
        ("mouthRight", marks.left_mouth),
        ("nose", marks.nose),
    )
    return [
        {"Type": name, "X": round(point.x / width, 6), "Y": round(point.y / height, 6)}
        for name, point in named
    ]


def _quality(face: DetectedFace) -> Answer:
    """Return brightness (mean luma) and sharpness, 0 to 100, as far as they were measured."""
    measured = {measure.name: measure for measure in face.quality}
    quality: Answer = {}
    if "LuminanceMean" in measured:
        quality["Brightness"] = round(100.0 * measured["LuminanceMean"].native, 4)
    if "Sharpness" in measured and measured["Sharpness"].score >= 0:
        quality["Sharpness"] = float(measured["Sharpness"].score)
    return quality
