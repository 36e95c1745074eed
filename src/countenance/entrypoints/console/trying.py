"""Trying it: find faces in a picture, or compare two, under the test lease and on the record."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Final

from starlette.responses import Response

from countenance.biometrics.faces import FaceChoice
from countenance.entrypoints.console.visits import Page, Visit, corrected
from countenance.errors import BusyError, CalibrationError, InvalidInputError, ModelError, RefusedError
from countenance.policy.model import Purpose
from countenance.recognition.acts.comparison import Pair
from countenance.recognition.acts.detection import Look
from countenance.staff.model import StaffRole
from countenance.vetting.evaluation import EVALUATION, TRIAL
from countenance.vetting.model import Actor, LeaseId, PersonId, Role

PATH: Final = "/console/try"
TRIES: Final = frozenset({StaffRole.ADMINISTRATOR, StaffRole.REVIEWER})
_LARGEST_SHOWN: Final = 4_000_000
_KINDS: Final = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG", "image/png"), (b"RIFF", "image/webp"))


def try_it(visit: Visit) -> Response:
    """Show the forms."""
    return _page(visit)


def detect(visit: Visit) -> Response:
    """Find the faces of a picture."""
    image = visit.form.files.get("image", b"")

    def act() -> Response:
        look = Look(image=image, purpose=Purpose.RESEARCH_MEASUREMENT)
        return _page(visit, found=visit.service.detect(_tester(visit, "image"), look), picture=_shown(image))

    return _told(visit, "image", act)


def compare(visit: Visit) -> Response:
    """Compare the faces of two pictures."""
    first, second = (visit.form.files.get(name, b"") for name in ("reference", "probe"))

    def act() -> Response:
        pair = Pair(
            reference=first,
            probe=second,
            choice=FaceChoice.LARGEST,
            purpose=Purpose.RESEARCH_MEASUREMENT,
        )
        compared = visit.service.compare(_tester(visit, "probe"), pair)
        return _page(visit, compared=compared, pictures=(_shown(first), _shown(second)))

    return _told(visit, "reference", act)


def _page(visit: Visit, *, errors: Mapping[str, str] | None = None, **shown: object) -> Response:
    values: dict[str, object] = {"found": None, "picture": None, "compared": None, "refused": None}
    values |= {"pictures": (None, None), "errors": errors or {}, **shown}
    return visit.show("try.html", values)


def _told(visit: Visit, field: str, act: Callable[[], Response]) -> Response:
    """Return what the act shows, or the page with the reason why there is nothing to show."""
    try:
        return act()
    except RefusedError as refusal:
        return _page(visit, refused=refusal)
    except (InvalidInputError, BusyError, ModelError, CalibrationError) as error:
        return _page(visit, errors={field: corrected(InvalidInputError(error.message))})


def _tester(visit: Visit, field: str) -> Actor:
    """Return the visitor as somebody who acts under a test lease, which reaches nobody enrolled."""
    lease_id = _lease_for(visit, field)
    visit.service.ensure_evaluation_lease(lease_id)
    member = visit.member
    return Actor(id=member.id, role=Role.OPERATOR, lease_id=lease_id, person=PersonId(member.id))


def _lease_for(visit: Visit, field: str) -> LeaseId:
    """Return the lease for where the picture comes from: what the camera of this browser took says so."""
    return TRIAL if visit.form.text(f"{field}-camera") == "yes" else EVALUATION


def _shown(image: bytes) -> str | None:
    """Return the picture for the page alone; nothing of it is kept, and what is large is not sent back."""
    kind = next((kind for start, kind in _KINDS if image.startswith(start)), None)
    if kind is None or len(image) > _LARGEST_SHOWN:
        return None
    return f"data:{kind};base64,{base64.b64encode(image).decode()}"


PAGES: Final = (
    Page(path=PATH, handler=try_it, roles=TRIES),
    Page(path=f"{PATH}/detect", handler=detect, roles=TRIES, method="POST", files=True),
    Page(path=f"{PATH}/compare", handler=compare, roles=TRIES, method="POST", files=True),
)
