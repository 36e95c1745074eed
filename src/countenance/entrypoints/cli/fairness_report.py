"""The report of a fairness measurement: HTML that stands alone, PDF and JSON, from one document.

No face is shown in it: the document holds none.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countenance.entrypoints.pages.fairness_sections import sections
from countenance.entrypoints.pages.fairness_systems import systems_sections
from countenance.errors import InvalidInputError

if TYPE_CHECKING:
    from countenance.entrypoints.cli.fairness_plots import Plot

_TEMPLATE = "fairness_report.html"
_SYSTEMS = "fairness_systems.html"


def rendered(document: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the report as `report.html` and `report.pdf`."""
    from countenance.entrypoints.cli.fairness_pdf import pdf  # noqa: PLC0415  start-up stays quick
    from countenance.entrypoints.cli.fairness_plots import plots, systems_plots  # noqa: PLC0415  as above

    drawn = systems_plots(document) if "systems" in document else plots(document)
    return {"report.html": html(document, drawn).encode(), "report.pdf": pdf(document, drawn)}


def write_report(document: Mapping[str, Any], files: Mapping[str, bytes], folder: Path) -> None:
    """Write `files`, and the signed `document` as `report.json`, into `folder`, which is made.

    Raises `InvalidInputError` where it cannot be, or is there already.
    """
    contents = {"report.json": as_text(document).encode(), **files}
    try:
        folder.mkdir(parents=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise InvalidInputError(f"`{folder}` cannot be written: {error.strerror}") from error


def as_text(document: Mapping[str, Any]) -> str:
    """Return the text of `report.json`."""
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def html(document: Mapping[str, Any], drawn: list[Plot]) -> str:
    """Return the page: one file, no script, nothing fetched."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  start-up stays quick

    environment = Environment(
        loader=PackageLoader("countenance.entrypoints.cli"), autoescape=True, undefined=StrictUndefined
    )
    shown = [
        {"title": plot.title, "words": plot.words, "data": base64.b64encode(plot.svg()).decode("ascii")}
        for plot in drawn
    ]
    if "systems" in document:
        told, template = systems_sections(document), _SYSTEMS
    else:
        told, template = sections(document), _TEMPLATE
    return environment.get_template(template).render(d=document, plots=shown, **told)
