"""Use cases that only Amazon Rekognition's protocol needs, built once from an installation's parts."""

from __future__ import annotations

from functools import cached_property

from countenance.app.parts import Parts
from countenance.recognition.collections.objects import ReadObject
from countenance.recognition.standing import Standing


class RekognitionCases:
    """What the protocol's requests need beside the acts."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @cached_property
    def read_object(self) -> ReadObject:
        """Read a photograph that a request names as an object of a bucket."""
        p = self._parts
        return ReadObject(Standing(p.clock), p.objects, p.object_buckets, p.unit_of_work)
