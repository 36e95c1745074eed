"""`countenance webhook`: addresses that customers are told at what has happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import JsonFlag, KeyFile, YesFlag
from countenance.entrypoints.cli.wording import moment

if TYPE_CHECKING:
    from countenance.recognition.webhooks.administration import MadeEndpoint, ShownDelivery
    from countenance.recognition.webhooks.model import Endpoint

app = typer.Typer(
    no_args_is_help=True, help="Name addresses that are told what happened, and see what was delivered."
)

Webhook = Annotated[
    str, typer.Argument(metavar="WEBHOOK", help="Id of the webhook, as `webhook list` shows it.")
]


@app.command("add")
def add(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to send, `https://...`.")],
    kind: Annotated[
        list[str] | None,
        typer.Option(help="What to send, such as `case.released`; may be repeated. Everything if left out."),
    ] = None,
    customer: Annotated[
        str | None, typer.Option(help="Whose address it is; without a key, the customer must be named.")
    ] = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Set up an address, and show the secret that signs, this once."""
    from countenance.errors import InvalidInputError  # noqa: PLC0415  start-up stays quick
    from countenance.recognition.webhooks.administration import NewEndpoint  # noqa: PLC0415  as above
    from countenance.recognition.webhooks.model import AnnouncementKind  # noqa: PLC0415  as above
    from countenance.vetting.model import CustomerId  # noqa: PLC0415  as above

    line = CommandLine.of(context)
    try:
        kinds = frozenset(AnnouncementKind(word) for word in kind or ())
    except ValueError:
        known = ", ".join(AnnouncementKind)
        raise InvalidInputError(f"a kind is none of those that are announced: {known}") from None
    new = NewEndpoint(
        url=url, kinds=kinds, customer_id=CustomerId(customer) if customer is not None else None
    )
    made = line.countenance.webhooks.endpoints.add(line.holder_or_administrator(key_file), new)
    _show(line, made, as_json=as_json)


@app.command("list")
def list_all(context: typer.Context, *, key_file: KeyFile = None, as_json: JsonFlag = False) -> None:
    """List addresses: those of the key's customer; without a key, all."""
    line = CommandLine.of(context)
    held = line.countenance.webhooks.endpoints.all(line.holder_or_administrator(key_file))
    if as_json:
        line.output.document({"webhooks": [_document(one) for one in held]})
    elif not held:
        line.output.say("No webhook is set up.")
    else:
        rows = [(one.id, one.customer_id, one.url, "paused" if one.paused else "on") for one in held]
        line.output.table(("webhook", "customer", "url", "state"), rows)


@app.command("pause")
def pause(
    context: typer.Context,
    *,
    webhook: Webhook,
    go_on: Annotated[bool, typer.Option("--go-on", help="Let it go on instead.")] = False,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Send an address nothing for now; what happens meanwhile is lost to it."""
    line = CommandLine.of(context)
    act = line.countenance.webhooks.endpoints.pause
    held = act(line.holder_or_administrator(key_file), webhook, paused=not go_on)
    if as_json:
        line.output.document(_document(held))
    else:
        line.output.say(f"`{held.id}` is {'paused' if held.paused else 'on'}")


@app.command("remove")
def remove(
    context: typer.Context,
    *,
    webhook: Webhook,
    key_file: KeyFile = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Remove an address with everything that waits for it."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    line.confirm(f"Remove `{webhook}` with everything that waits for it?", yes=yes)
    line.countenance.webhooks.endpoints.remove(actor, webhook)
    if as_json:
        line.output.document({"webhook_id": webhook, "removed": True})
    else:
        line.output.say(f"removed `{webhook}`")


@app.command("rotate")
def rotate(
    context: typer.Context,
    *,
    webhook: Webhook,
    overlap: Annotated[
        int, typer.Option("--overlap", min=0, metavar="SECONDS", help="How long the old secret still signs.")
    ],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a new secret and show it, this once; both sign while the overlap lasts."""
    from datetime import timedelta  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    act = line.countenance.webhooks.endpoints.rotate
    made = act(line.holder_or_administrator(key_file), webhook, overlap=timedelta(seconds=overlap))
    _show(line, made, as_json=as_json)


@app.command("test")
def send_test(
    context: typer.Context, *, webhook: Webhook, key_file: KeyFile = None, as_json: JsonFlag = False
) -> None:
    """Announce a test to one address, to see whether it arrives."""
    line = CommandLine.of(context)
    announced = line.countenance.webhooks.endpoints.test(line.holder_or_administrator(key_file), webhook)
    if as_json:
        line.output.document({"announcement_id": announced.id})
    else:
        line.output.say(f"announced `{announced.id}`; a running server delivers it, or `webhook deliver`")


@app.command("deliveries")
def deliveries(
    context: typer.Context,
    *,
    webhook: Webhook,
    dead: Annotated[bool, typer.Option("--dead", help="Only what was given up.")] = False,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """List what was, is to be, or could not be delivered, the newest first."""
    from countenance.recognition.webhooks.model import DeliveryState  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    act = line.countenance.webhooks.endpoints.deliveries
    shown = act(line.holder_or_administrator(key_file), webhook, DeliveryState.DEAD if dead else None)
    if as_json:
        line.output.document({"deliveries": [_delivery(one) for one in shown]})
    elif not shown:
        line.output.say("Nothing is in the list.")
    else:
        line.output.table(("delivery", "kind", "state", "tries", "last", "announced"), map(_row, shown))


@app.command("replay")
def replay(
    context: typer.Context,
    *,
    webhook: Webhook,
    delivery: Annotated[
        int | None, typer.Option("--delivery", help="Number of one; all that were given up if left out.")
    ] = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Let deliveries be tried again for three days, under their own ids."""
    line = CommandLine.of(context)
    act = line.countenance.webhooks.endpoints.replay
    count = act(line.holder_or_administrator(key_file), webhook, delivery)
    if as_json:
        line.output.document({"replayed": count})
    else:
        line.output.say(f"to be tried again: {count}")


@app.command("deliver")
def deliver(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Send what is due now, for every customer, and end. A running server does this by itself."""
    line = CommandLine.of(context)
    act, tried = line.countenance.webhooks.deliver, 0
    while step := act():
        tried += step
    if as_json:
        line.output.document({"tried": tried})
    else:
        line.output.say(f"tried: {tried}")


def _show(line: CommandLine, made: MadeEndpoint, *, as_json: bool) -> None:
    if as_json:
        line.output.document({**_document(made.endpoint), "secret": made.secret})
        return
    typer.echo(made.secret)
    line.output.facts([("webhook", made.endpoint.id), ("sends to", made.endpoint.url)])
    line.output.note("The secret is shown this once; the receiver checks signatures with it.")


def _document(held: Endpoint) -> dict[str, Any]:
    return {
        "webhook_id": held.id,
        "customer_id": held.customer_id,
        "url": held.url,
        "kinds": sorted(held.kinds),
        "created": held.created.isoformat(),
        "paused": held.paused.isoformat() if held.paused is not None else None,
    }


def _delivery(shown: ShownDelivery) -> dict[str, Any]:
    held = shown.delivery
    return {
        "delivery": held.number,
        "announcement_id": held.announcement.id,
        "kind": held.announcement.kind.value,
        "at": held.announcement.at.isoformat(),
        "state": held.state.value,
        "next_try": held.next_try.isoformat(),
        "tries": [
            {
                "at": one.at.isoformat(),
                "status": one.status,
                "fault": one.fault,
                "milliseconds": one.milliseconds,
            }
            for one in shown.tries
        ],
    }


def _row(shown: ShownDelivery) -> tuple[str, ...]:
    held, last = shown.delivery, shown.tries[-1] if shown.tries else None
    came = str(last.status or last.fault) if last is not None else "-"
    return (
        str(held.number),
        held.announcement.kind.value,
        held.state.value,
        str(held.tries),
        came,
        moment(held.announcement.at),
    )
