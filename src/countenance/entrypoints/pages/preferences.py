"""Whether who asks would rather read a page than a document for machines."""

from __future__ import annotations

from starlette.requests import Request

_HTML = "text/html"


def prefers_html(request: Request) -> bool:
    """Tell whether HTML is asked for by name, and no machine's format more than it, as browsers do."""
    wanted = dict(_weighted(part) for part in request.headers.get("accept", "").split(","))
    html = wanted.get(_HTML, 0.0)
    machines = max((weight for kind, weight in wanted.items() if kind.endswith("json")), default=0.0)
    return html > 0 and html >= machines


def _weighted(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip() for piece in part.lower().split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return kind, float(value)
            except ValueError:
                return kind, 0.0
    return kind, 1.0
