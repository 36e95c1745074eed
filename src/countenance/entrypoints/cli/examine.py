"""`countenance examine`: an examiner's work at a terminal, and who may do it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.moments import read_moment
from countenance.entrypoints.cli.options import Image, JsonFlag, KeyFile
from countenance.entrypoints.cli.wording import moment
from countenance.errors import InvalidInputError
from countenance.oversight.assignments import AssignmentId, ReturnReason
from countenance.oversight.checklist import Feature, Observation, Sheet, sheet_of
from countenance.oversight.model import KnownFaceId
from countenance.policy.model import Purpose
from countenance.vetting.documents import document_of

app = typer.Typer(no_args_is_help=True, help="Judge held candidate lists, and say who may.")

ListArgument = Annotated[
    str, typer.Argument(metavar="LIST", help="Id of the list, from `countenance examine next`.")
]
_CANNOT = "cannot_determine"


@app.command("queue")
def queue(context: typer.Context, *, key_file: KeyFile = None, as_json: JsonFlag = False) -> None:
    """Show what is in hand, and how many lists could be taken."""
    line = CommandLine.of(context)
    told = line.countenance.oversight.take_next.queue(line.holder(key_file))
    if as_json:
        line.output.document(document_of(told))
        return
    line.output.facts(
        [
            ("in hand", told.in_hand or "-"),
            ("waiting", str(told.waiting)),
            ("concluded in this shift", f"{told.concluded_in_shift} of {told.most_in_shift}"),
            *([("cannot take one", told.unfit.value)] if told.unfit is not None else []),
        ]
    )


@app.command("next")
def take(
    context: typer.Context,
    *,
    to: Annotated[Path, typer.Option("--to", help="Folder to write the images to; made if it is not there.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Take the next list, and write its images: probe.jpg and a file a place. Remove them afterwards."""
    line = CommandLine.of(context)
    actor, oversight = line.holder(key_file), line.countenance.oversight
    taken = oversight.take_next(actor)
    places: list[int] = []
    if taken is not None:
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        (to / "probe.jpg").write_bytes(oversight.read_list.probe(actor, taken))
        for place in oversight.read_list(actor, taken).places:
            places.append(place.slot)
            (to / f"{place.slot}.jpg").write_bytes(oversight.read_list.image(actor, taken, place.slot))
    if as_json:
        line.output.document({"assignment_id": taken, "places": places})
    elif taken is None:
        line.output.say("Nothing waits.")
    else:
        line.output.facts([("list", taken), ("places", str(len(places))), ("images", str(to))])


@app.command("judge")
def judge(
    context: typer.Context,
    *,
    assignment: ListArgument,
    sheets: Annotated[
        Path,
        typer.Option(
            "--sheets",
            exists=True,
            dir_okay=False,
            help='JSON: place to sheet, `{"1": {"features": {"skin": "similar", ...}, "verdict": 2}}`.',
        ),
    ],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Write sheets: every component of the checklist, and a verdict from -3 to 3 or `cannot_determine`."""
    line = CommandLine.of(context)
    actor, told = line.holder(key_file), None
    for slot, sheet in _sheets(sheets):
        told = line.countenance.oversight.write_sheet(actor, AssignmentId(assignment), slot, sheet)
    judged = sum(place.sheet is not None for place in told.places) if told is not None else 0
    places = len(told.places) if told is not None else 0
    if as_json:
        line.output.document({"assignment_id": assignment, "judged": judged, "places": places})
    else:
        line.output.say(f"{judged} of {places} places are judged")


@app.command("conclude")
def conclude(
    context: typer.Context, *, assignment: ListArgument, key_file: KeyFile = None, as_json: JsonFlag = False
) -> None:
    """Conclude a list of which every place is judged."""
    line = CommandLine.of(context)
    told = line.countenance.oversight.conclude(line.holder(key_file), AssignmentId(assignment))
    if as_json:
        line.output.document({"assignment_id": told.id, "state": told.state.value})
    else:
        line.output.say(f"list `{told.id}` is {told.state.value}")


@app.command("return")
def give_back(
    context: typer.Context,
    *,
    assignment: ListArgument,
    reason: Annotated[ReturnReason, typer.Option("--reason", help="Why it cannot be judged.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Give a list back unjudged."""
    line = CommandLine.of(context)
    line.countenance.oversight.give_back(line.holder(key_file), AssignmentId(assignment), reason)
    if as_json:
        line.output.document({"assignment_id": assignment, "state": "returned"})
    else:
        line.output.say(f"list `{assignment}` is returned")


@app.command("examiners")
def examiners(context: typer.Context, *, key_file: KeyFile = None, as_json: JsonFlag = False) -> None:
    """List who may judge, with how often each errs where the truth is known."""
    line = CommandLine.of(context)
    found = line.countenance.oversight.read_examiners.all(line.holder_or_administrator(key_file))
    if as_json:
        line.output.document({"examiners": document_of(found)})
    elif not found:
        line.output.say("Nobody may judge. `countenance examine authorise` changes that.")
    else:
        rows = [
            (
                one.authorisation.person,
                ", ".join(sorted(kind.value for kind in one.authorisation.kinds)),
                moment(one.authorisation.expires),
                "suspended" if one.authorisation.suspended is not None else "",
            )
            for one in found
        ]
        line.output.table(("person", "kinds of case", "until", ""), rows)


@app.command("authorise")
def authorise(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Id of the person, small letters.")],
    kind: Annotated[
        list[Purpose], typer.Option("--kind", help="A kind of case; more than once for several.")
    ],
    training: Annotated[str, typer.Option("--training", help="The record of the training.")],
    trained: Annotated[str, typer.Option("--trained", help="When it was, with its zone.")],
    expires: Annotated[str, typer.Option("--expires", help="When the authorisation ends, with its zone.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Say that a person may judge kinds of case, on a training, until a date."""
    from countenance.recognition.cases.examiners import Training  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    asked = Training(
        person=person,
        kinds=frozenset(kind),
        training=training,
        trained=read_moment(trained),
        expires=read_moment(expires),
    )
    held = line.countenance.oversight.authorise_examiners(line.holder_or_administrator(key_file), asked)
    if as_json:
        line.output.document(document_of(held))
    else:
        line.output.say(f"`{held.person}` may judge until {moment(held.expires)}")


@app.command("conflict")
def conflict(
    context: typer.Context,
    *,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Id of the person.")],
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Id of the customer.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Put down that a person has to do with a customer, and judges none of its cases."""
    line = CommandLine.of(context)
    act = line.countenance.oversight.authorise_examiners.conflict
    held = act(line.holder_or_administrator(key_file), person, customer)
    if as_json:
        line.output.document(document_of(held))
    else:
        line.output.say(f"`{held.person}` judges no case of `{held.customer_id}`")


@app.command("add-known")
def add_known(
    context: typer.Context,
    *,
    person: Annotated[str, typer.Argument(metavar="PSEUDONYM", help="Tells people apart, and names nobody.")],
    image: Image,
    as_json: JsonFlag = False,
) -> None:
    """Keep a photograph of somebody who agreed to be shown to examiners."""
    from countenance.entrypoints.cli.images import read_image  # noqa: PLC0415  only where it is wanted

    line = CommandLine.of(context)
    line.operator()
    data = read_image(Path(image), limit=line.countenance.parts.max_image_bytes)
    face = line.countenance.oversight.known_faces.add(line.administrator, person, data)
    if as_json:
        line.output.document(document_of(face))
    else:
        line.output.say(f"kept as `{face.id}`")


@app.command("known")
def known(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """List known faces, without their images."""
    line = CommandLine.of(context)
    found = line.countenance.oversight.known_faces.all(line.administrator)
    if as_json:
        line.output.document({"faces": document_of(found)})
    elif not found:
        line.output.say("No known face. `countenance examine add-known` keeps one.")
    else:
        line.output.table(
            ("face", "person", "added"), [(one.id, one.person, moment(one.added)) for one in found]
        )


@app.command("remove-known")
def remove_known(
    context: typer.Context,
    *,
    face: Annotated[str, typer.Argument(metavar="FACE", help="Id of the known face.")],
    as_json: JsonFlag = False,
) -> None:
    """Remove a known face: its key is destroyed."""
    line = CommandLine.of(context)
    line.countenance.oversight.known_faces.remove(line.administrator, KnownFaceId(face))
    if as_json:
        line.output.document({"face_id": face, "removed": True})
    else:
        line.output.say(f"`{face}` is removed")


def _sheets(path: Path) -> list[tuple[int, Sheet]]:
    try:
        document: Any = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"`{path}` is no JSON") from error
    if not isinstance(document, dict):
        raise InvalidInputError("the sheets are an object: place to sheet")
    return [(_slot(name), _sheet(name, told)) for name, told in document.items()]


def _slot(name: str) -> int:
    if not name.isdecimal():
        raise InvalidInputError(f"`{name}` is no place on a list")
    return int(name)


def _sheet(name: str, told: object) -> Sheet:
    if not isinstance(told, dict) or set(told) != {"features", "verdict"}:
        raise InvalidInputError(f"the sheet of place {name} has `features` and `verdict`, and nothing else")
    features, verdict = told["features"], told["verdict"]
    if not isinstance(features, dict) or not (verdict == _CANNOT or type(verdict) is int):
        raise InvalidInputError(f"place {name}: a verdict is -3 to 3, or `{_CANNOT}`")
    try:
        seen = {Feature(one): Observation(said) for one, said in features.items()}
    except ValueError as error:
        raise InvalidInputError(f"place {name}: {str(error).replace(chr(39), '`')}") from error
    return sheet_of(seen, None if verdict == _CANNOT else verdict)
