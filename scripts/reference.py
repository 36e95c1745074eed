"""Write the reference pages that are made from the code, or check that they are up to date.

`python scripts/reference.py` writes them; `--check` lists those that differ and exits with 1.
A page is a function that returns its whole text, so that a test can compare without writing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from countenance import errors
from countenance.app import Countenance, Parts
from countenance.biometrics.confidence_scale import ConfidenceScale
from countenance.biometrics.similarity_scale import FMR_AT_80, FMR_AT_99, SimilarityScale
from countenance.entrypoints.api import create_api
from countenance.entrypoints.api.problems import STATUS, WIRE_TITLES
from countenance.entrypoints.azure_face.attributes import COMPUTED, NOT_COMPUTED, RETIRED
from countenance.entrypoints.azure_face.documented import GIVEN, OWN
from countenance.entrypoints.azure_face.documented import NEVER as AZURE_NEVER
from countenance.entrypoints.azure_face.parameters import Fields
from countenance.entrypoints.azure_face.routes import ROUTES, VERSIONS, Route
from countenance.entrypoints.azure_face.telling import CODES as AZURE_CODES
from countenance.entrypoints.cli.commands import PANELS, load
from countenance.entrypoints.cli.exit_codes import MEANINGS, STATUSES, ExitCode
from countenance.entrypoints.rekognition.documented import NEVER, WHEN
from countenance.entrypoints.rekognition.operations import CODES, OPERATIONS, REFUSED
from countenance.entrypoints.rekognition.requests import REQUESTS
from countenance.entrypoints.rekognition.responses import RESPONSES, STRUCTURES
from countenance.ledger.model import EventType
from countenance.policy.model import Act, Camera, CustomerKind, ObligationKind, Purpose, Space
from countenance.settings import Settings

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
VOCABULARY: tuple[type[StrEnum], ...] = (CustomerKind, Act, Purpose, Space, Camera, ObligationKind)
_MADE = "<!-- Made from the code by `make docs`; a test compares the two. -->\n"


def _table(*rows: tuple[str, ...]) -> str:
    head, *body = rows
    lines = [head, tuple("---" for _ in head), *body]
    escaped = [[cell.replace("|", r"\|") for cell in row] for row in lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in escaped)


def _first_line(thing: object) -> str:
    return " ".join((thing.__doc__ or "").strip().split("\n\n")[0].split())


# Errors


def _errors(error: type[errors.CountenanceError], depth: int = 0) -> Iterator[tuple[str, ...]]:
    name = "&emsp;" * depth + error.__name__
    known = (STATUSES[kind] for kind in error.__mro__ if kind in STATUSES)
    status = str(int(next(known, ExitCode.FAULT)))
    yield f"`{error.code}`", name, str(STATUS[error].value), status, _first_line(error)
    for child in error.__subclasses__():
        if child.__module__ == errors.__name__:  # and not one that a test made
            yield from _errors(child, depth + 1)


def errors_page() -> str:
    """Return every error, indented below the one that also catches it."""
    head = ("code", "class in `countenance.errors`", "HTTP", "exit", "means")
    return (
        f"# Errors\n\n{_MADE}\n"
        "Every error has a `code` that never changes once released: branch on it, not on the message.\n"
        "An error that stands indented is also caught as the one above it. Messages are for people;\n"
        "they may be reworded. HTTP is the status of the API's answer, a problem document of RFC 9457;\n"
        "exit is the status of [the command line](cli.md#exit-status).\n\n"
        + _table(head, *_errors(errors.CountenanceError))
    )


# Settings, closed lists, events


def _settings() -> Iterator[tuple[str, ...]]:
    for name, field in Settings.model_fields.items():
        made = "" if field.default_factory is None else "the platform's folder for application data"
        default = field.default if field.default is not None else ""
        text = ",".join(default) if isinstance(default, tuple) else str(default)
        shown = made or (f"`{text}`" if text else "")
        yield f"`COUNTENANCE_{name.upper()}`", shown, field.description or ""


def settings_page() -> str:
    """Return every setting with its default and what it does."""
    return (
        f"# Settings\n\n{_MADE}\n"
        "Read from the environment once, at start, by `countenance.app` alone. Lists are separated by\n"
        "commas. A value that is not allowed is refused at start, never ignored.\n\n"
        + _table(("variable", "default", "what it does"), *_settings())
    )


def _list(vocabulary: type[StrEnum]) -> str:
    words = " ".join(f"`{word.value}`" for word in vocabulary)
    return f"## {vocabulary.__name__}\n\n{_first_line(vocabulary)}\n\n{words}\n"


def vocabulary_page() -> str:
    """Return the closed lists of the gate."""
    return (
        f"# Closed lists\n\n{_MADE}\n"
        "What a question to the gate can be made of. The lists grow with a reason, never with an\n"
        "adjective. What a question leaves out is answered for the strictest value.\n"
        "`countenance policy vocabulary --json` prints them.\n\n"
        + "\n".join(_list(words) for words in VOCABULARY)
    )


def events_page() -> str:
    """Return everything that the ledger can say."""
    return (
        f"# Ledger events\n\n{_MADE}\n"
        "The `type` of a ledger entry, always `subject:past-tense`. An act that was permitted and has\n"
        "neither a completion nor a failure was interrupted; the ledger check reports it.\n\n"
        + "".join(f"- `{event.value}`\n" for event in EventType)
    )


# The API


class _Unbuilt(Parts):
    """What the API's document needs of an installation: a limit and nothing that runs."""

    max_image_bytes = Settings.model_fields["max_image_bytes"].default


def api_page() -> str:
    """Return the routes by their tags, with the statuses that they answer with."""
    document: dict[str, Any] = create_api(Countenance(_Unbuilt())).openapi()
    wire = [(f"`{code}`", title) for code, title in WIRE_TITLES.items()]
    return (
        f"# HTTP API\n\n{_MADE}\n"
        "JSON over HTTP. The whole description, with every schema, is served as OpenAPI at\n"
        "`/openapi.json`. A key is sent as `Authorization: Bearer ...`. Errors are problem documents\n"
        "of RFC 9457 with the codes of [the list of errors](errors.md).\n\n"
        + "\n".join(_tag(document, tag) for tag in document["tags"])
        + "\n## Codes that only HTTP has\n\n"
        + _table(("code", "means"), *wire)
    )


def _tag(document: dict[str, Any], tag: dict[str, str]) -> str:
    rows = [
        (f"`{method.upper()} {path}`", route["summary"], " ".join(sorted(route["responses"])))
        for path, methods in document["paths"].items()
        for method, route in methods.items()
        if tag["name"] in route["tags"]
    ]
    head = ("route", "what it does", "answers")
    return f"## {tag['name'].capitalize()}\n\n{tag['description']}\n\n{_table(head, *rows)}"


# The command line


def cli_page() -> str:
    """Return every command with its arguments, and what the exit status says."""
    statuses = [(str(int(code)), meaning) for code, meaning in MEANINGS.items()]
    commands = "\n".join(
        text for names in PANELS.values() for name in names for text in _command(load(name), name)
    )
    return (
        f"# Command line\n\n{_MADE}\n"
        "`countenance COMMAND --help` prints the same. With `--json` a command prints one JSON document\n"
        "on standard output and nothing else there.\n\n"
        f"{commands}\n## Exit status\n\n" + _table(("status", "means"), *statuses)
    )


def _command(command: Any, name: str) -> Iterator[str]:  # noqa: ANN401  typer names no public class for it
    """Yield the section of a command, then those of the commands below it."""
    shown = [parameter for parameter in command.params if not getattr(parameter, "hidden", False)]
    rows = [_parameter(parameter) for parameter in shown if "--help" not in parameter.opts]
    help_text = " ".join((command.help or "").split("\f")[0].split())
    table = "\n" + _table(("argument", "what it is"), *rows) if rows else ""
    yield f"## countenance {name}\n\n{help_text}\n{table}"
    for below, subcommand in getattr(command, "commands", {}).items():
        yield from _command(subcommand, f"{name} {below}")


def _parameter(parameter: Any) -> tuple[str, str]:  # noqa: ANN401  as above
    if parameter.opts[0].startswith("-"):
        name = ", ".join(f"`{option}`" for option in [*parameter.opts, *parameter.secondary_opts])
    else:
        name = f"`{(parameter.metavar or parameter.name).upper()}`"
    words = [(parameter.help or "").rstrip(".") + "."] if parameter.help else []
    if parameter.required and parameter.opts[0].startswith("-"):
        words.append("Required.")
    return name, " ".join(words)


# Rekognition


def _operations() -> Iterator[tuple[str, ...]]:
    for name, shape in REQUESTS.items():
        required = [f"**{member}**" for member in shape.members if member in shape.required]
        optional = [member for member in shape.members if member not in shape.required]
        answer = REFUSED.get(name) or ", ".join(RESPONSES[name]) or "(empty)"
        yield f"`{name}`", ", ".join(required + optional), f"refused: {answer}" if name in REFUSED else answer


def _refused() -> Iterator[tuple[str, ...]]:
    for name, reason in REFUSED.items():
        if name not in REQUESTS:
            yield f"`{name}`", reason


def _never() -> Iterator[tuple[str, ...]]:
    for one in NEVER:
        if one.operations == frozenset(REFUSED):
            continue
        documented = [f"`{name}`" for name in OPERATIONS if name in one.operations]
        yield f"`{one.error}`", ", ".join(documented), one.reason
    yield (
        "all but `AccessDeniedException`, `InternalServerError`, `ThrottlingException`",
        "those that are refused",
        next(one.reason for one in NEVER if one.operations == frozenset(REFUSED)),
    )


def rekognition_page() -> str:
    """Return what of Amazon Rekognition's protocol is spoken."""
    errors_told = sorted((code, kind.code) for kind, code in CODES.items())
    return (
        f"# Amazon Rekognition's protocol\n\n{_MADE}\n"
        "`POST /` with `X-Amz-Target: RekognitionService.<Operation>`, AWS JSON 1.1, Signature Version 4\n"
        "for the service `rekognition`, on the port of the native API. How a client gets there:\n"
        "[coming from Rekognition](../guide/from-rekognition.md).\n\n"
        "## Operations\n\n"
        "Required members are bold. Members of answers that are not listed are never sent.\n\n"
        + _table(("operation", "members of the request", "members of the answer"), *_operations())
        + "\nMembers of structures within them:\n\n"
        + _table(
            ("structure", "members"),
            *((f"`{name}`", ", ".join(members)) for name, members in STRUCTURES.items()),
        )
        + "\nRefused too, with `AccessDeniedException`:\n\n"
        + _table(("operation", "reason"), *_refused())
        + "\n## Errors\n\n"
        "A member that breaks a bound or a pattern is a `ValidationException`, one of another type a\n"
        "`SerializationException`. What the service documents:\n\n"
        + _table(("type", "given when"), *((f"`{name}`", WHEN[name]) for name in sorted(WHEN)))
        + "\nDocumented for an operation, and never given by it here; a test reaches every other pair with\n"
        "boto3:\n\n"
        + _table(("type", "operations", "why"), *_never())
        + "\nErrors by [code](errors.md):\n\n"
        + _table(("type", "code"), *((f"`{name}`", f"`{code}`") for name, code in errors_told))
        + "\n## Headers\n\n"
        + _table(("header", "says"), *HEADERS)
        + "\n## Similarity\n\n"
        + " ".join(_paragraph(SimilarityScale).split())
        + f"\n`FMR_AT_80` is {FMR_AT_80:g}, `FMR_AT_99` is {FMR_AT_99:g}.\n"
    )


def _paragraph(thing: object) -> str:
    return (thing.__doc__ or "").strip()


HEADERS = (
    ("`x-countenance-decision`", "id of the recorded decision, on answers and refusals"),
    ("`x-countenance-entry`", "index of the ledger entry"),
    ("`x-countenance-case`", "id of the case that holds the candidates, or held them"),
    (
        "`x-countenance-case-state`",
        "where the case stands: `held`, `released`, `no_lead`, `expired`, `withdrawn` or `overturned`",
    ),
    ("`x-countenance-case-reason`", "why the case ended without a lead, or lost it"),
    (
        "`x-countenance-threshold-raised`",
        "the percentage that the threshold was raised to: the lease's floor",
    ),
    ("`x-countenance-not-inferred`", "attributes that were asked for and are never inferred here"),
    ("`x-countenance-not-enrolled`", "number of bystanders in the image, whom the name does not stand for"),
    (
        "`x-countenance-unsearched`",
        "number of faces beside the largest; `UnsearchedFaces` describes them where the lease has `detect`",
    ),
    ("`x-countenance-quality`", "why the probe's face could not be used"),
    ("`x-countenance-scores`", "`withheld` where the permit forbids scores: `Similarity` is left out"),
    ("`x-countenance-lead-only`", "`true` where a candidate is a lead and nothing may be done on it alone"),
    ("`x-countenance-lead-expires`", "until when a released lead may be used at all (RFC 3339)"),
)


# Azure Face


def _members(fields: Fields | None) -> str:
    if fields is None:
        return ""
    return ", ".join(f"**{name}**" if name in fields.required else name for name in fields.members)


def _azure_operation(route: Route) -> tuple[str, ...]:
    body = "an image, or **url**" if route.image else _members(route.body)
    answer = "refused" if route.refused else ", ".join(route.members) or "(empty)"
    return f"`{route.method} {route.path}`", _members(route.query), body, answer


def _azure_attributes() -> Iterator[tuple[str, ...]]:
    for name, (how, _) in COMPUTED.items():
        yield f"`{name}`", "told", _first_line(how)
    for name in NOT_COMPUTED:
        yield f"`{name}`", "refused", "Not measured by the engine."
    for name in RETIRED:
        yield f"`{name}`", "refused", "Retired by the service itself; never inferred here."


def _azure_errors() -> Iterator[tuple[str, ...]]:
    for kind, (status, code, _) in sorted(AZURE_CODES.items(), key=lambda row: (row[1][:2], row[0].code)):
        yield str(status.value), f"`{code}`", f"`{kind.code}`"


_SAME = "the same"


def _azure_documented() -> Iterator[tuple[str, ...]]:
    for rows in (GIVEN, OWN):
        for (code, status), when in sorted(rows.items(), key=lambda row: (row[0][0], _SAME in row[1])):
            yield f"`{code}`", str(status), when
    for code, why in sorted(AZURE_NEVER.items()):
        yield f"`{code}`", "", why


def azure_face_page() -> str:
    """Return what of Azure Face's protocol is spoken."""
    return (
        f"# Azure Face's protocol\n\n{_MADE}\n"
        f"`/face/{{version}}/...` on the port of the native API; versions {', '.join(VERSIONS)},\n"
        "each with every operation. The key in `Ocp-Apim-Subscription-Key`, or as `Authorization: Bearer`.\n"
        "How a client gets there: [coming from Azure Face](../guide/from-azure-face.md).\n\n"
        "## Operations\n\n"
        "Required members are bold. Members of answers that are not listed are never sent. Paths are the\n"
        "same in any case.\n\n"
        + _table(("operation", "query", "body", "members of the answer"), *map(_azure_operation, ROUTES))
        + "\n## Attributes\n\n"
        + _table(("attribute", "", "how"), *_azure_attributes())
        + "\nOf the 27 landmarks the five that the engine finds are told: both pupils, the tip of the nose,\n"
        "both corners of the mouth.\n" + "\n## Errors\n\n"
        "A refusal by the gate is 403 `InvalidRequest` with `innererror.code` `UnsupportedFeature`; its\n"
        "message names rules, re-opening and the decision. First what the service documents, then what is\n"
        "given beside it, then what is never given here:\n\n"
        + _table(("code", "status", "when"), *_azure_documented())
        + "\nBy [code](errors.md) of the program:\n\n"
        + _table(("status", "code", "code here"), *_azure_errors())
        + "\n## Headers\n\n"
        + _table(("header", "says"), *AZURE_HEADERS)
        + "\n## Confidence\n\n"
        + " ".join(_paragraph(ConfidenceScale).split())
        + "\n"
    )


AZURE_HEADERS = (
    (
        "`x-countenance-decision`",
        "id of the recorded decision, on answers and refusals; of several acts the last",
    ),
    ("`x-countenance-entry`", "index of the ledger entry"),
    ("`x-countenance-case`", "ids of the cases that hold the candidates, or held them, separated by commas"),
    (
        "`x-countenance-case-state`",
        "where each case stands: `held`, `released`, `no_lead`, `expired`, `withdrawn` or `overturned`",
    ),
    ("`x-countenance-fmr-ppb`", "false match rate that confidence 0.5 stands for, in parts per billion"),
    ("`x-countenance-threshold-raised`", "0.5: what was asked for lies below the lease's threshold"),
    ("`x-countenance-landmarks`", "number of landmarks that are told"),
    ("`x-countenance-quality`", "why the face could not be used"),
    ("`x-countenance-scores`", "`withheld` where the permit forbids scores: `confidence` is left out"),
    ("`x-countenance-lead-only`", "`true` where a candidate is a lead and nothing may be done on it alone"),
    ("`x-countenance-lead-expires`", "until when a released lead may be used at all (RFC 3339)"),
    ("`x-ms-error-code`", "the innermost code of an error"),
    ("`apim-request-id`", "id of the request"),
)


PAGES: dict[str, Callable[[], str]] = {
    "api.md": api_page,
    "cli.md": cli_page,
    "errors.md": errors_page,
    "settings.md": settings_page,
    "vocabulary.md": vocabulary_page,
    "events.md": events_page,
    "rekognition.md": rekognition_page,
    "azure-face.md": azure_face_page,
}


def outdated() -> list[str]:
    """Return the names of pages that do not say what the code says."""
    return [
        name
        for name, page in PAGES.items()
        if not (REFERENCE / name).is_file() or (REFERENCE / name).read_text(encoding="utf-8") != page()
    ]


def main(arguments: list[str]) -> int:
    """Write the pages that differ, or only name them with `--check`."""
    stale = outdated()
    for name in stale:
        if "--check" not in arguments:
            REFERENCE.mkdir(parents=True, exist_ok=True)
            (REFERENCE / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"docs/reference/{name}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
