"""Amazon Rekognition's wire protocol."""

from countenance.entrypoints.rekognition.application import Rekognition

__all__ = ["Rekognition"]
