"""`countenance subject`: one-time codes for the subject's own page, and what subjects ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import Gallery, JsonFlag, KeyFile, Subject
from countenance.entrypoints.cli.wording import moment

if TYPE_CHECKING:
    from countenance.recognition.subjects.model import SubjectRequest

app = typer.Typer(
    no_args_is_help=True, help="Let subjects reach their own page, and answer what they ask for."
)

Request = Annotated[
    str, typer.Argument(metavar="REQUEST", help="Id of the request, as `subject requests` shows it.")
]
_DAY = 86_400


@app.command("code")
def code(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    gallery: Gallery,
    subject: Subject,
    good_for: Annotated[
        int,
        typer.Option("--good-for", metavar="SECONDS", help="How long it waits to be used: 300 to 604800."),
    ] = _DAY,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a one-time code by which a subject opens its own page, and show it, this once."""
    from datetime import timedelta  # noqa: PLC0415  start-up stays quick

    from countenance.biometrics.model import GalleryId, SubjectId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder(key_file)
    issued = line.countenance.subjects.issue_code(
        actor, GalleryId(gallery), SubjectId(subject), good_for=timedelta(seconds=good_for)
    )
    link = f"{line.countenance.parts.operator.origin}/subject/enter?code={issued.text}"
    if as_json:
        line.output.document(
            {
                "code": issued.text,
                "link": link,
                "expires": issued.code.expires.isoformat(),
                "entry": issued.entry,
            }
        )
        return
    typer.echo(issued.text)
    line.output.facts([("link", link), ("until", moment(issued.code.expires))])
    line.output.note(
        "Shown this once. It opens the page of this subject alone, once. Hand it over in person."
    )


@app.command("requests")
def requests(
    context: typer.Context,
    *,
    waiting: Annotated[bool, typer.Option("--open", help="Only those that wait for an answer.")] = False,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """List what subjects asked for, the soonest due first."""
    from countenance.recognition.subjects.model import RequestState  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    state = RequestState.OPEN if waiting else None
    held = line.countenance.subjects.answer_requests.all(line.holder(key_file), state=state)
    if as_json:
        line.output.document({"requests": [_document(one) for one in held]})
    elif not held:
        line.output.say("No subject has asked for anything.")
    else:
        rows = [
            (one.id, one.kind.value, one.state.value, one.place.subject_id, moment(one.due)) for one in held
        ]
        line.output.table(("request", "kind", "state", "subject", "due"), rows)


@app.command("show")
def show(
    context: typer.Context, *, request: Request, key_file: KeyFile = None, as_json: JsonFlag = False
) -> None:
    """Show a request with what was written in it."""
    line = CommandLine.of(context)
    _tell(
        line,
        line.countenance.subjects.answer_requests.one(line.holder(key_file), request),
        as_json=as_json,
    )


@app.command("answer")
def answer(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    request: Request,
    granted: Annotated[
        bool, typer.Option("--grant/--refuse", help="Whether it is granted.", show_default=False)
    ],
    text: Annotated[str, typer.Option("--text", help="Why, in words that the subject understands.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Answer a request. A refused objection lets the references take part in comparisons again."""
    line = CommandLine.of(context)
    act = line.countenance.subjects.answer_requests.answer
    _tell(line, act(line.holder(key_file), request, granted=granted, text=text), as_json=as_json)


@app.command("extend")
def extend(
    context: typer.Context,
    *,
    request: Request,
    reason: Annotated[str, typer.Option("--reason", help="Why it takes longer; the subject reads it.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Take two further months for an answer, once and within the first month."""
    line = CommandLine.of(context)
    act = line.countenance.subjects.answer_requests.extend
    _tell(line, act(line.holder(key_file), request, reason), as_json=as_json)


def _tell(line: CommandLine, held: SubjectRequest, *, as_json: bool) -> None:
    if as_json:
        line.output.document(_document(held))
        return
    line.output.facts(
        [
            ("request", held.id),
            ("kind", held.kind.value),
            ("state", held.state.value),
            ("gallery", held.place.gallery_id),
            ("subject", held.place.subject_id),
            ("about", held.about or "-"),
            ("filed", moment(held.filed)),
            ("due", moment(held.due)),
            ("text", held.text or "-"),
            ("answer", held.answer or "-"),
        ]
    )


def _document(held: SubjectRequest) -> dict[str, Any]:
    return {
        "request_id": held.id,
        "kind": held.kind.value,
        "state": held.state.value,
        "gallery_id": held.place.gallery_id,
        "subject_id": held.place.subject_id,
        "about": held.about,
        "filed": held.filed.isoformat(),
        "due": held.due.isoformat(),
        "extended": held.extended,
        "text": held.text,
        "answer": held.answer,
        "answered": held.answered.isoformat() if held.answered is not None else None,
        "entry": held.entry,
        "answer_entry": held.answer_entry,
    }
