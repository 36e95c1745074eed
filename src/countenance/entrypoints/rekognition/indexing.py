"""Operations that look at an image: detecting, indexing, comparing."""

from __future__ import annotations

from typing import Final

from countenance.biometrics.faces import DetectedFace
from countenance.biometrics.model import SubjectId
from countenance.entrypoints.rekognition.calls import Answer, Asked, Call
from countenance.entrypoints.rekognition.faces import (
    box_and_confidence,
    compared_face,
    face_detail,
    face_id,
    left_out,
    reasons_of,
    record_of,
)
from countenance.entrypoints.rekognition.pictures import picture
from countenance.recognition.acts.detection import Look
from countenance.recognition.collections.indexing import IndexingResult, PassedOver
from countenance.recognition.collections.model import LEAST_FACE
from countenance.recognition.loose_faces.group_comparison import ComparedFace, GroupComparison

DEFAULT_THRESHOLD: Final = 80.0
"""What the service compares with where a request names no threshold; a lease's floor may be higher."""


def detect_faces(call: Call, asked: Asked) -> Answer:
    """Find faces."""
    result = call.service.detect(call.actor, Look(image=picture(call, asked["Image"]), least=LEAST_FACE))
    call.told(result.decision_id, result.entry)
    left_out(call, asked.get("Attributes", []))
    found = result.detection
    return {"FaceDetails": [face_detail(face, found.width, found.height) for face in found.faces]}


def index_faces(call: Call, asked: Asked) -> Answer:
    """Enrol the image's largest face as a reference of the subject that `ExternalImageId` names."""
    gallery_id = call.gallery(asked["CollectionId"])
    external = asked.get("ExternalImageId")
    subject_id = SubjectId(external) if external is not None else None
    image = picture(call, asked["Image"])
    result = call.service.index(call.actor, gallery_id, subject_id, image)
    call.told(result.decision_id, result.entry)
    left_out(call, asked.get("DetectionAttributes", []))
    others = sum(reason is PassedOver.NOT_THE_SUBJECT for _, reason in result.passed_over)
    if others:
        call.headers["x-countenance-not-enrolled"] = f"{others};one-name-is-one-subject"
    return {
        "FaceRecords": [_record(call, result, asked, at) for at in range(len(result.enrolled))],
        "UnindexedFaces": [
            {"Reasons": _reasons(face, reason), "FaceDetail": face_detail(face, result.width, result.height)}
            for face, reason in result.passed_over
        ],
        "FaceModelVersion": call.model_version(),
    }


def _record(call: Call, result: IndexingResult, asked: Asked, at: int) -> Answer:
    reference_id, record, face = result.enrolled[at]
    return {
        "Face": {
            "FaceId": face_id(reference_id),
            "ExternalImageId": asked["ExternalImageId"],
            "IndexFacesModelVersion": call.model_version(),
            **record_of(record),
        },
        "FaceDetail": face_detail(face, result.width, result.height),
    }


def _reasons(face: DetectedFace, reason: PassedOver) -> list[str]:
    faults = reasons_of(face)
    if reason is PassedOver.NOT_THE_SUBJECT:
        return ["EXCEEDS_MAX_FACES", *faults]
    return faults or ["LOW_FACE_QUALITY"]


def compare_faces(call: Call, asked: Asked) -> Answer:
    """Compare the source's largest face with every face of the target."""
    source, target = picture(call, asked["SourceImage"]), picture(call, asked["TargetImage"])
    least = call.at_least(asked.get("SimilarityThreshold", DEFAULT_THRESHOLD))
    comparison = GroupComparison(source=source, target=target, at_least=least, least=LEAST_FACE)
    result = call.service.compare_group(call.actor, comparison)
    call.told(result.decision_id, result.entry)
    call.outcomes.append(result.outcome)
    if not result.show_scores:
        call.headers["x-countenance-scores"] = "withheld"
    seen = result.source
    return {
        "SourceImageFace": box_and_confidence(seen.face, seen.width, seen.height),
        "FaceMatches": [
            {**_similarity(call, one, shown=result.show_scores), "Face": _compared(one)}
            for one in result.targets
            if one.reached
        ],
        "UnmatchedFaces": [_compared(one) for one in result.targets if not one.reached],
    }


def _similarity(call: Call, one: ComparedFace, *, shown: bool) -> Answer:
    return {"Similarity": call.percent(one.score)} if shown else {}


def _compared(one: ComparedFace) -> Answer:
    return compared_face(one.extraction.face, one.extraction.width, one.extraction.height)
