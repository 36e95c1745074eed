"""What is told of a face: box, landmarks, pose and quality, and the crop that its template is made of."""

from __future__ import annotations

from countenance.biometrics.faces import BoundingBox, DetectedFace, Landmarks, Point
from countenance.engine.alignment import SIDE, lay, similarity
from countenance.engine.face_boxes import FaceBoxes
from countenance.engine.images import Picture
from countenance.engine.pose import estimate_pose
from countenance.engine.quality import FaceView, assess
from countenance.engine.runtime import Pixels


def describe(picture: Picture, one: FaceBoxes, alone: float) -> tuple[DetectedFace, Pixels]:
    """Return what is told of a face, and its aligned crop (112 x 112 x 3, uint8, RGB).

    `one` holds exactly that face, in pixels of the image; `alone` is the side of the image's
    second largest face over that of its largest.
    """
    points = one.points[0]
    matrix = similarity(points)
    crop = lay(picture, matrix, SIDE)
    pose = estimate_pose(points)
    quality = assess(
        FaceView(
            points=points,
            matrix=matrix,
            crop=crop,
            pose=pose,
            width=picture.width,
            height=picture.height,
            unicity=alone,
        )
    )
    left, top, width, height = (float(value) for value in one.boxes[0])
    detected = DetectedFace(
        box=BoundingBox(left, top, width, height),
        confidence=float(min(1.0, one.scores[0])),
        landmarks=Landmarks(*(Point(float(x), float(y)) for x, y in points)),
        pose=pose,
        quality=quality.measures,
        reasons=quality.reasons,
    )
    return detected, crop
