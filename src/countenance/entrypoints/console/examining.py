"""The examiner's pages: what waits, the list in hand, and two faces to be compared. Blind throughout.

Nothing on them names a case, a customer, a subject, a rank or a score, and nothing tells a list
with a known answer from another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.navigation import EXAMINERS
from countenance.entrypoints.console.visits import Handler, Page, Visit, corrected
from countenance.entrypoints.pages.forms import Form
from countenance.errors import InvalidInputError, NotFoundError, NotQualifiedError, TooSoonError
from countenance.oversight.assignments import AssignmentId, AssignmentState, ReturnReason
from countenance.oversight.checklist import Feature, Observation, Sheet, sheet_of
from countenance.oversight.qualification import Unfit
from countenance.recognition.examining.queue import ListView, PlaceView

PATH: Final = "/console/examine"
_LIST: Final = f"{PATH}/{{assignment_id}}"
_PLACE: Final = f"{_LIST}/{{slot}}"
_UNDETERMINED: Final = "none"

FEATURES: Final[Mapping[Feature, tuple[str, str]]] = {
    Feature.SKIN: ("Skin", "Texture, tone and how even it is, as far as light and camera allow."),
    Feature.FACE_SHAPE: ("Face, outline", "Its shape as a whole, length against width."),
    Feature.HAIRLINE: ("Hairline", "Where it begins and its course; baldness."),
    Feature.FOREHEAD: ("Forehead", "Height, width, slope."),
    Feature.EYEBROWS: ("Eyebrows", "Shape, thickness, how far apart and how high."),
    Feature.EYES: ("Eyes", "Opening, corners, lids and folds, iris, how far apart."),
    Feature.CHEEKS: ("Cheeks", "Bones, fullness, hollows."),
    Feature.NOSE: ("Nose", "Length, width, bridge, tip, wings and nostrils."),
    Feature.EARS: ("Ears", "Outline, inner folds, lobes, how far they stand out."),
    Feature.MOUTH: ("Mouth", "Lips, their line and corners; the groove above."),
    Feature.CHIN_JAWLINE: ("Chin and jaw", "Shape, width, cleft, angle of the jaw."),
    Feature.NECK: ("Neck", "Width, length, Adam's apple."),
    Feature.FACIAL_HAIR: ("Facial hair", "Where it grows and how densely; it changes easily."),
    Feature.FACIAL_LINES: ("Lines", "Furrows and folds, and their course."),
    Feature.SCARS: ("Scars", "Place, length, direction."),
    Feature.MARKS: ("Marks", "Moles, freckles, birthmarks: place and size."),
    Feature.ALTERATIONS: ("Alterations", "Piercings, tattoos, make-up, signs of surgery."),
}
"""Each component of the face with what to look at (after ASTM E3149-18)."""

OBSERVATIONS: Final[Mapping[Observation, str]] = {
    Observation.SIMILAR: "Similar",
    Observation.DIFFERENT: "Different",
    Observation.INCONCLUSIVE: "Cannot say",
    Observation.NOT_VISIBLE: "Not visible",
}
VERDICTS: Final = (
    ("3", "+3", "Strong support that both show one person"),
    ("2", "+2", "Support that both show one person"),
    ("1", "+1", "Slight support that both show one person"),
    ("0", "0", "No support either way"),
    ("-1", "-1", "Slight support that they are two people"),
    ("-2", "-2", "Support that they are two people"),
    ("-3", "-3", "Strong support that they are two people"),
    (_UNDETERMINED, "?", "Cannot be determined from these pictures"),
)
RETURNS: Final[Mapping[ReturnReason, str]] = {
    ReturnReason.KNOWS_A_PERSON: "I know somebody in these pictures",
    ReturnReason.KNOWS_THE_MATTER: "I know what this is about",
    ReturnReason.OTHER_CONFLICT: "I have another conflict of interest",
    ReturnReason.UNWELL: "I cannot go on now",
}
UNFIT: Final[Mapping[Unfit, tuple[str, str]]] = {
    Unfit.NOT_AUTHORISED: (
        "Nobody has authorised you to judge yet",
        "An administrator records your training, and the kinds of case that you may judge.",
    ),
    Unfit.TRAINING_OVER: (
        "Your authorisation has ended",
        "It comes back with a new training. Ask an administrator.",
    ),
    Unfit.SUSPENDED: (
        "You are not given lists now",
        (
            "Lists with known answers showed more errors than chance explains. A new training "
            "begins the count anew."
        ),
    ),
    Unfit.SHIFT_OVER: (
        "That is enough for this shift",
        "Eyes tire before one notices, and tired eyes miss and see things. More will be given out later.",
    ),
    Unfit.CONFLICT: ("You have to do with what waits", "Other examiners judge it."),
    Unfit.NOT_PROVED: ("Lists with known answers come first", "There is none for you now."),
}


@dataclass(frozen=True, slots=True)
class Written:
    """A sheet as the form shows it: the chosen observation of each feature, and the verdict."""

    features: Mapping[str, str]
    verdict: str

    @classmethod
    def of(cls, sheet: Sheet | None) -> Written:
        """Return what was written before, or nothing."""
        if sheet is None:
            return cls({}, "")
        features = {one.feature.value: one.observation.value for one in sheet.observed}
        return cls(features, _UNDETERMINED if sheet.verdict is None else str(sheet.verdict))

    @classmethod
    def sent(cls, form: Form) -> Written:
        """Return what the form was sent with."""
        return cls({one.value: form.text(f"feature.{one}") for one in Feature}, form.text("verdict"))


def queue(visit: Visit) -> Response:
    """Show what the examiner has in hand, what waits, and how they have judged known answers."""
    oversight = visit.service.oversight
    held = oversight.take_next.queue(visit.actor)
    own = next(iter(oversight.read_examiners.all(visit.actor)), None)
    return visit.page(
        "examine.html",
        held=held,
        unfit=UNFIT[held.unfit] if held.unfit is not None else None,
        own=own,
        empty="empty" in visit.query,
    )


def take(visit: Visit) -> Response:
    """Take the next list, or the one in hand."""
    try:
        taken = visit.service.oversight.take_next(visit.actor)
    except NotQualifiedError:
        return visit.go(PATH)
    return visit.go(f"{PATH}/{taken}" if taken is not None else f"{PATH}?empty=1")


def one(visit: Visit) -> Response:
    """Show the list: its places, and what is written of each."""
    return _one(visit, {})


def _one(visit: Visit, errors: Mapping[str, str]) -> Response:
    view = _list(visit)
    return visit.page(
        "examine_list.html",
        status=HTTPStatus.CONFLICT if errors else HTTPStatus.OK,
        view=view,
        open=view.state is AssignmentState.TAKEN,
        judged=sum(place.sheet is not None for place in view.places),
        verdicts={value: (sign, text) for value, sign, text in VERDICTS},
        written={place.slot: Written.of(place.sheet) for place in view.places},
        seconds=max(0, round((view.not_before - visit.now).total_seconds())),
        returns=[(reason.value, text) for reason, text in RETURNS.items()],
        errors=errors,
    )


def conclude(visit: Visit) -> Response:
    """Hand the judged list in."""
    try:
        visit.service.oversight.conclude(visit.actor, _id(visit))
    except (InvalidInputError, TooSoonError) as error:
        return _one(visit, {"": corrected(InvalidInputError(error.message))})
    return visit.go(PATH, done="list-concluded")


def give_back(visit: Visit) -> Response:
    """Give the list back unjudged."""
    reason = next((one for one in ReturnReason if one.value == visit.form.text("reason")), None)
    if reason is None:
        return _one(visit, {"reason": "Choose why you give it back."})
    visit.service.oversight.give_back(visit.actor, _id(visit), reason)
    return visit.go(PATH, done="list-returned")


def compare(visit: Visit) -> Response:
    """Show the probe and one place side by side, with the sheet."""
    view, place = _list_and_place(visit)
    return _compare(visit, view, place, Written.of(place.sheet), {})


def _compare(
    visit: Visit, view: ListView, place: PlaceView, written: Written, errors: Mapping[str, str]
) -> Response:
    slots = [one.slot for one in view.places]
    number = slots.index(place.slot)
    if view.state is not AssignmentState.TAKEN:
        raise NotFoundError("this list was handed in")
    return visit.page(
        "comparison.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        view=view,
        place=place,
        number=number + 1,
        count=len(slots),
        before=slots[number - 1] if number else None,
        after=slots[number + 1] if number + 1 < len(slots) else None,
        features=[(one.value, *FEATURES[one]) for one in Feature],
        observations=[(one.value, OBSERVATIONS[one]) for one in Observation],
        verdicts=VERDICTS,
        written=written,
        errors=errors,
    )


def write(visit: Visit) -> Response:
    """Keep the sheet, and go on to the next place that is not judged."""
    view, place = _list_and_place(visit)
    written = Written.sent(visit.form)
    errors = _missing(written)
    if not errors:
        try:
            view = visit.service.oversight.write_sheet(visit.actor, view.id, place.slot, _sheet(written))
        except InvalidInputError as error:
            errors = {"verdict": corrected(error)}
    if errors:
        return _compare(visit, view, place, written, errors)
    left = [one.slot for one in view.places if one.sheet is None]
    after = next((slot for slot in left if slot > place.slot), next(iter(left), None))
    return visit.go(f"{PATH}/{view.id}/{after}" if after is not None else f"{PATH}/{view.id}", done="sheet")


def probe(visit: Visit) -> Response:
    """Give the picture that was asked with."""
    return _picture(visit.service.oversight.read_list.probe(visit.actor, _id(visit)))


def image(visit: Visit) -> Response:
    """Give the picture of one place."""
    return _picture(visit.service.oversight.read_list.image(visit.actor, _id(visit), _slot(visit)))


def _picture(image: bytes) -> Response:
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'", "Content-Disposition": "inline"}
    return Response(image, media_type="image/jpeg", headers=headers)


def _id(visit: Visit) -> AssignmentId:
    return AssignmentId(visit.part("assignment_id"))


def _slot(visit: Visit) -> int:
    text = visit.part("slot")
    if not (text.isascii() and text.isdigit() and len(text) < len("10000")):
        raise NotFoundError("there is no such place")
    return int(text)


def _list(visit: Visit) -> ListView:
    return visit.service.oversight.read_list(visit.actor, _id(visit))


def _list_and_place(visit: Visit) -> tuple[ListView, PlaceView]:
    view, slot = _list(visit), _slot(visit)
    place = next((one for one in view.places if one.slot == slot), None)
    if place is None:
        raise NotFoundError(f"there is no place {slot} on this list")
    return view, place


def _missing(written: Written) -> dict[str, str]:
    """Return what is not filled in, by the field that it belongs to."""
    known = set(OBSERVATIONS)
    errors = {
        f"feature.{one}": f"{FEATURES[one][0]}: say what the pictures show."
        for one in Feature
        if written.features.get(one.value) not in known
    }
    if written.verdict not in {value for value, _, _ in VERDICTS}:
        errors["verdict"] = "Choose a verdict, after the checklist."
    return errors


def _sheet(written: Written) -> Sheet:
    features = {one: Observation(written.features[one.value]) for one in Feature}
    return sheet_of(features, None if written.verdict == _UNDETERMINED else int(written.verdict))


def _examining(path: str, handler: Handler, method: str = "GET") -> Page:
    return Page(path=path, handler=handler, roles=EXAMINERS, method=method)


PAGES: Final = (
    _examining(PATH, queue),
    _examining(PATH, take, "POST"),
    _examining(_LIST, one),
    _examining(f"{_LIST}/conclusion", conclude, "POST"),
    _examining(f"{_LIST}/return", give_back, "POST"),
    _examining(f"{_LIST}/probe", probe),
    _examining(_PLACE, compare),
    _examining(_PLACE, write, "POST"),
    _examining(f"{_PLACE}/image", image),
)
