"""What is told of a face: box, landmarks, pose and quality, and the crop that its template is made of."""

from __future__ import annotations

from dataclasses import dataclass

from countenance.biometrics.faces import BoundingBox, DetectedFace, Landmarks, Point
from countenance.engine.alignment import SIDE, lay, similarity
from countenance.engine.face_boxes import FaceBoxes, Floats
from countenance.engine.images import Picture
from countenance.engine.pose import estimate_pose
from countenance.engine.quality import FaceView, assess
from countenance.engine.runtime import Pixels


@dataclass(frozen=True, slots=True, eq=False)
class FoundFace:
    """One face (`box` holds exactly one) of a picture, with its final `points`, 5 x 2 in image pixels.

    `unicity` is the side of the image's second largest face over that of its largest.
    """

    picture: Picture
    box: FaceBoxes
    points: Floats
    unicity: float


def describe(face: FoundFace) -> tuple[DetectedFace, Pixels]:
    """Return what is told of the face, and its aligned crop (112 x 112 x 3, uint8, RGB)."""
    matrix = similarity(face.points)
    crop = lay(face.picture, matrix, SIDE)
    pose = estimate_pose(face.points)
    quality = assess(
        FaceView(
            points=face.points,
            matrix=matrix,
            crop=crop,
            pose=pose,
            width=face.picture.width,
            height=face.picture.height,
            unicity=face.unicity,
        )
    )
    left, top, width, height = (float(value) for value in face.box.boxes[0])
    detected = DetectedFace(
        box=BoundingBox(left, top, width, height),
        confidence=float(min(1.0, face.box.scores[0])),
        landmarks=Landmarks(*(Point(float(x), float(y)) for x, y in face.points)),
        pose=pose,
        quality=quality.measures,
        reasons=quality.reasons,
    )
    return detected, crop
