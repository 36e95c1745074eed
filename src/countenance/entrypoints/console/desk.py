"""What the pages of a customer's desk share: who may see them, and as whom their acts are done."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.entrypoints.console.navigation import OPERATORS as OPERATORS  # noqa: PLC0414  with the others
from countenance.entrypoints.console.visits import Visit
from countenance.errors import InvalidInputError
from countenance.recognition.subjects.desk import DeskGallery
from countenance.staff.model import StaffRole
from countenance.vetting.model import Actor

KEEPERS: Final = frozenset({StaffRole.OPERATOR, StaffRole.ADMINISTRATOR})
SEERS: Final = frozenset({StaffRole.OPERATOR, StaffRole.ADMINISTRATOR, StaffRole.AUDITOR})
"""Who places holds and looks after webhooks, and who may look on; `OPERATORS` alone reach subjects."""

SUBJECTS: Final = "/console/subjects"


def acting(visit: Visit, gallery_id: GalleryId | None = None) -> Actor:
    """Return who has signed in, under the lease of the gallery or the customer's newest."""
    return visit.service.rights.desk.acting(visit.actor, gallery_id)


def galleries(visit: Visit) -> tuple[DeskGallery, ...]:
    """Return the galleries that the visitor works on or looks on at."""
    return visit.service.rights.desk.galleries(visit.actor)


def gallery_options(held: Sequence[DeskGallery]) -> list[tuple[str, str]]:
    """Return galleries for a list to choose from."""
    return [(one.gallery.id, f"{one.gallery.id} ({one.gallery.customer_id})") for one in held]


def chosen(visit: Visit, held: Sequence[DeskGallery]) -> DeskGallery | None:
    """Return the gallery that the address names; the first where it names none that is there."""
    wanted = visit.query.get("gallery", "")
    return next((one for one in held if one.gallery.id == wanted), next(iter(held), None))


def place_of(visit: Visit) -> tuple[GalleryId, SubjectId]:
    """Return the gallery and the subject in the address."""
    return GalleryId(visit.part("gallery_id")), SubjectId(visit.part("subject_id"))


def subject_path(gallery_id: GalleryId, subject_id: SubjectId) -> str:
    """Return the address of a subject's page."""
    return f"{SUBJECTS}/{quote(gallery_id, safe='')}/{quote(subject_id, safe='')}"


def midnight(text: str, name: str) -> datetime:
    """Return the beginning of a day (UTC) that was typed, or raise `InvalidInputError`."""
    try:
        return datetime.combine(date.fromisoformat(text), time(tzinfo=UTC))
    except ValueError:
        raise InvalidInputError(f"`{name}`: write the day as year, month and day: 2027-01-31") from None


def file(content: bytes, media_type: str, name: str) -> Response:
    """Return a file to keep."""
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def json_file(document: Mapping[str, object], name: str) -> Response:
    """Return a document as a JSON file to keep."""
    return file(json.dumps(document, ensure_ascii=False, indent=2).encode(), "application/json", name)
