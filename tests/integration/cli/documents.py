"""Every JSON document of the command line, made by running the command; docs/reference/json.md shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakes_engine import photograph
from integration.cli.shell import Shell

DAVE = photograph("dave")


def compared(shell: Shell) -> Any:  # noqa: ANN401  any document
    return shell.json("compare", shell.image(DAVE, "a.jpg"), shell.image(photograph("dave", 2), "b.jpg"))


def detected(shell: Shell) -> Any:  # noqa: ANN401  any document
    return shell.json("detect", shell.image(DAVE))


def sorted_images(shell: Shell) -> Any:  # noqa: ANN401  any document
    shell.image(DAVE, "known/dave.jpg")
    shell.image(photograph("dave", 2), "unknown/a.jpg")
    return shell.json("sort", str(shell.folder / "known"), str(shell.folder / "unknown"))


def enrolled(shell: Shell) -> Any:  # noqa: ANN401  any document
    shell.furnish(("dave", DAVE))
    return shell.json("enrol", "staff", "dave", shell.image(photograph("dave", 2)), who="alice")


def verified(shell: Shell) -> Any:  # noqa: ANN401  any document
    shell.furnish(("dave", DAVE))
    return shell.json("verify", "staff", "dave", shell.image(photograph("dave", 2)), who="alice")


def identified(shell: Shell) -> Any:  # noqa: ANN401  any document
    shell.stage.furnish("archivist", "portraits", "media_archive", ("dave", DAVE))
    return shell.json("identify", "portraits", shell.image(photograph("dave", 2)), who="archivist")


def held(shell: Shell) -> Any:  # noqa: ANN401  any document
    shell.stage.furnish("nina", "missing", "missing_children", ("dave", DAVE))
    return shell.json("identify", "missing", shell.image(photograph("dave", 2)), who="nina")


def refused(shell: Shell) -> Any:  # noqa: ANN401  any document
    shell.stage.furnish("officer", "suspects", "criminal_investigation")
    return shell.json("identify", "suspects", shell.image(DAVE), who="officer", status=3)


def failed(shell: Shell) -> Any:  # noqa: ANN401  any document
    return shell.json("detect", shell.image(b"blurred"), shell.image(b"cut off", "b.jpg"), status=4)[1]


def galleries_listed(shell: Shell) -> Any:  # noqa: ANN401  any document
    shell.furnish(("dave", DAVE))
    return shell.json("galleries", "list", who="alice")


def subjects_listed(shell: Shell) -> Any:  # noqa: ANN401  any document
    shell.furnish(("dave", DAVE))
    return shell.json("galleries", "subjects", "staff", "--limit", "1", who="alice")


def gallery_deleted(shell: Shell) -> Any:  # noqa: ANN401  any document
    shell.furnish(("dave", DAVE))
    return shell.json("galleries", "delete", "staff", "--yes", who="alice")


def consent_shown(shell: Shell) -> Any:  # noqa: ANN401  any document
    shell.furnish(("dave", DAVE))
    return shell.json("consent", "show", "staff", "dave", who="alice")


def consent_withdrawn(shell: Shell) -> Any:  # noqa: ANN401  any document
    shell.furnish(("dave", DAVE))
    return shell.json("consent", "withdraw", "staff", "dave", "--yes", who="alice")


def reapplied(shell: Shell) -> Any:  # noqa: ANN401  any document
    shell.erasure_journal = shell.folder / "erasures.journal"
    return shell.json("erasure", "reapply")


def case_shown(shell: Shell) -> Any:  # noqa: ANN401  any document
    return shell.json("cases", "show", held(shell)["case_id"], who="nina")


def decision_shown(shell: Shell) -> Any:  # noqa: ANN401  any document
    return shell.json("decisions", "show", held(shell)["decision_id"])


def decision_replayed(shell: Shell) -> Any:  # noqa: ANN401  any document
    return shell.json("decisions", "replay", held(shell)["decision_id"])


def key_issued(shell: Shell) -> Any:  # noqa: ANN401  any document
    return shell.json("keys", "issue", "--role", "operator", "--lease", "bank-doors", "--label", "front door")


def keys_listed(shell: Shell) -> Any:  # noqa: ANN401  any document
    return shell.json("keys", "list")


def key_revoked(shell: Shell) -> Any:  # noqa: ANN401  any document
    return shell.json("keys", "revoke", shell.json("keys", "list")["keys"][0]["key_id"])


def leases_listed(shell: Shell) -> Any:  # noqa: ANN401  any document
    return shell.json("leases", "list")


def application_begun(shell: Shell) -> Any:  # noqa: ANN401  any document
    return shell.json(
        "applications", "begin", "gatehouse", shell.image(b'{"title": "A door"}', "use.json"), who="ada"
    )


def terms_shown(shell: Shell) -> Any:  # noqa: ANN401  any document
    return shell.json("terms", "show")


DOCUMENTS: dict[str, Callable[[Shell], Any]] = {
    "detect": detected,
    "compare": compared,
    "sort": sorted_images,
    "enrol": enrolled,
    "verify": verified,
    "identify": identified,
    "identify, held": held,
    "An act that is refused": refused,
    "An image that cannot be used, among several": failed,
    "galleries list": galleries_listed,
    "galleries subjects": subjects_listed,
    "galleries delete": gallery_deleted,
    "consent show": consent_shown,
    "consent withdraw": consent_withdrawn,
    "erasure reapply": reapplied,
    "cases show": case_shown,
    "decisions show": decision_shown,
    "decisions replay": decision_replayed,
    "keys issue": key_issued,
    "keys list": keys_listed,
    "keys revoke": key_revoked,
    "leases list": leases_listed,
    "applications begin": application_begun,
    "terms show": terms_shown,
}
"""Heading of docs/reference/json.md to the command that prints the document."""
