"""Notices and captures for tests, and a world in which the bank has a gallery and a published notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from contract.examples_consent import draft, text
from countenance.biometrics.model import SubjectId
from countenance.consent.model import Capture, Release
from countenance.consent.notice import Notice, NoticeDraft
from countenance.policy.model import Purpose
from countenance.recognition.consents.giving import Agreement
from world import BANK, DOORS, World

DAVE = SubjectId("dave")
MINUTE = timedelta(minutes=1)


def doors_draft(**changes: Any) -> NoticeDraft:  # noqa: ANN401  fields of the draft
    purposes = frozenset({Purpose.IDENTITY_VERIFICATION})
    return replace(draft(gallery=DOORS), **{"purposes": purposes, **changes})


def bank_with_notice(**changes: Any) -> tuple[World, Notice]:  # noqa: ANN401  fields of the draft
    """A world in which the bank has a gallery, and a notice that was published a minute ago."""
    world = World()
    world.acts.create_gallery(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, scraped=False)
    notice = world.acts.consent.publish(BANK, doors_draft(**changes))
    world.clock.advance(MINUTE)
    return world, notice


def capture(world: World, **changes: Any) -> Capture:  # noqa: ANN401  fields of the capture
    shown = Capture(
        language="en", purposes=frozenset({Purpose.IDENTITY_VERIFICATION}), shown=world.clock() - MINUTE / 2
    )
    return replace(shown, **changes)


def release(world: World, name: str = "Dave Example") -> Release:
    return Release(signed_by=name, signed=world.clock())


def agreement(world: World, notice: Notice, **changes: Any) -> Agreement:  # noqa: ANN401  fields of the agreement
    plain = Agreement(
        gallery_id=DOORS,
        subject_id=DAVE,
        notice=notice.name,
        method="electronic_signature",
        capture=capture(world),
    )
    return replace(plain, **changes)


__all__ = [
    "DAVE",
    "MINUTE",
    "agreement",
    "bank_with_notice",
    "capture",
    "doors_draft",
    "release",
    "text",
]
