"""What is told of a face: where it is, how it stands, how good it is."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from countenance.biometrics.faces import DetectedFace, Point, QualityReason
from countenance.entrypoints.api.schemas.model import Told


class PointTold(Told):
    """A place in the upright image, in pixels from its top left corner."""

    x: float
    y: float

    @classmethod
    def of(cls, point: Point) -> Self:
        """Return the point's outside."""
        return cls(x=point.x, y=point.y)


class BoxTold(Told):
    """A rectangle in the upright image, in pixels; may reach over its edges."""

    left: float
    top: float
    width: float
    height: float


class LandmarksTold(Told):
    """Five points; left and right are the subject's own."""

    right_eye: PointTold
    left_eye: PointTold
    nose: PointTold
    right_mouth: PointTold
    left_mouth: PointTold


class PoseTold(Told):
    """Where the head is turned, in degrees, with the signs of ISO/IEC 39794-5."""

    yaw: float
    pitch: float
    roll: float


class QualityTold(Told):
    """One measure of ISO/IEC 29794-5, under OFIQ's code and name."""

    code: int
    name: str
    native: float = Field(description="The measured value in its own unit.")
    score: int = Field(ge=-1, le=100, description="0 to 100; -1 where it could not be assessed.")


class FaceTold(Told):
    """A face that was found."""

    box: BoxTold
    confidence: float = Field(ge=0, le=1, description="The detector's own, that this is a face at all.")
    landmarks: LandmarksTold
    pose: PoseTold
    quality: list[QualityTold]
    reasons: list[QualityReason] = Field(description="Why it is not good enough to rely on; empty if it is.")

    @classmethod
    def of(cls, face: DetectedFace) -> Self:
        """Return the face's outside."""
        marks = face.landmarks
        return cls(
            box=BoxTold(left=face.box.left, top=face.box.top, width=face.box.width, height=face.box.height),
            confidence=face.confidence,
            landmarks=LandmarksTold(
                right_eye=PointTold.of(marks.right_eye),
                left_eye=PointTold.of(marks.left_eye),
                nose=PointTold.of(marks.nose),
                right_mouth=PointTold.of(marks.right_mouth),
                left_mouth=PointTold.of(marks.left_mouth),
            ),
            pose=PoseTold(yaw=face.pose.yaw, pitch=face.pose.pitch, roll=face.pose.roll),
            quality=[
                QualityTold(code=measure.code, name=measure.name, native=measure.native, score=measure.score)
                for measure in face.quality
            ],
            reasons=list(face.reasons),
        )
