"""The report of a fairness measurement: HTML that stands alone, PDF and JSON, from one document.

No face is shown in it: the document holds none.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from countenance.entrypoints.cli.fairness_sections import sections
from countenance.errors import InvalidInputError

if TYPE_CHECKING:
    from countenance.entrypoints.cli.fairness_plots import Plot

_TEMPLATE = "fairness_report.html"
_PAGE = (8.27, 11.69)
_LINES_A_PAGE = 62
_COLUMNS = 92


def rendered(document: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the report as `report.html` and `report.pdf`."""
    from countenance.entrypoints.cli.fairness_plots import plots  # noqa: PLC0415  start-up stays quick

    drawn = plots(document)
    return {"report.html": html(document, drawn).encode(), "report.pdf": pdf(document, drawn)}


def write_report(document: Mapping[str, Any], files: Mapping[str, bytes], folder: Path) -> None:
    """Write `files`, and the signed `document` as `report.json`, into `folder`, which is made.

    Raises `InvalidInputError` where it cannot be, or is there already.
    """
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    contents = {"report.json": f"{text}\n".encode(), **files}
    try:
        folder.mkdir(parents=True)
        for name, content in contents.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise InvalidInputError(f"`{folder}` cannot be written: {error.strerror}") from error


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
    return environment.get_template(_TEMPLATE).render(d=document, plots=shown, **sections(document))


def pdf(document: Mapping[str, Any], drawn: list[Plot]) -> bytes:
    """Return the same in print: pages of text, then a page for each plot."""
    import warnings  # noqa: PLC0415  beside its one use

    from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415  slow to load
    from matplotlib.figure import Figure  # noqa: PLC0415  slow to load

    written = io.BytesIO()
    lines = list(_printed(document))
    with warnings.catch_warnings(), PdfPages(written, metadata={"CreationDate": None}) as pages:
        warnings.filterwarnings("ignore", message="Glyph")  # a script that the font lacks shows as boxes
        for start in range(0, len(lines), _LINES_A_PAGE):
            page = Figure(figsize=_PAGE)
            text = "\n".join(lines[start : start + _LINES_A_PAGE])
            page.text(0.08, 0.95, text, va="top", family="DejaVu Sans Mono", fontsize=7.5, parse_math=False)
            pages.savefig(page)
        for plot in drawn:
            plot.figure.suptitle(plot.title)
            pages.savefig(plot.figure)
    return written.getvalue()


def _printed(document: Mapping[str, Any]) -> list[str]:
    """Return the report's text in lines for paper."""
    import textwrap  # noqa: PLC0415  beside its one use

    parts = sections(document)
    verdict = parts["verdict"]
    paragraphs = [
        f"ERROR RATES BY GROUP: {document['name']}",
        verdict["word"].upper(),
        verdict["sentence"],
        *verdict["foremost"],
        "CAPS AND GROUPS",
        *(
            f"{r['what']}, cap {r['cap']}, {r['group']}: {r['verdict']}; {r['why']}"
            for r in parts["verdicts"]
        ),
    ]
    for table in parts["rates"]:
        paragraphs.append(f"RATES BY {table['title'].upper()}")
        paragraphs += [
            f"{r['name']}: FMR {r['fmr']}, {r['nonmated']} trials; FNMR {r['fnmr']}, {r['mated']} trials;"
            f" without a usable face {r['fta']}"
            for r in table["rows"]
        ]
    paragraphs += ["HOW FAR THE GROUPS LIE APART", *(f"{r['name']}: {r['value']}" for r in parts["measures"])]
    paragraphs += [
        *parts["notes"],
        parts["yoked"],
        "SEARCHING A GALLERY",
        *_searched(parts["searches"]),
        "WHAT THE DATA IS, AND IS NOT",
        *parts["data"],
    ]
    paragraphs += ["FAILURES TO ACQUIRE"]
    paragraphs += [f"{r['group']}: {r['code']}, {r['count']} images" for r in parts["failures"]] or ["none"]
    paragraphs += ["LIMITS", *parts["limits"], "METHOD", *parts["method"], "HOW TO REPRODUCE AND CHECK"]
    paragraphs += [f"{label}: {value}" for label, value in parts["reproduce"]]
    return [line for text in paragraphs for line in (*textwrap.wrap(str(text), _COLUMNS), "")]


def _searched(parts: Mapping[str, Any]) -> list[str]:
    told = [parts["gallery"]] if parts["measured"] else ["No searches were measured."]
    told += [
        f"{r['name']}: FPIR {r['fpir']}, {r['strangers']} searches; FNIR {r['fnir']}, {r['mated']} searches"
        for r in parts["measured"]
    ]
    told.append(parts["how"])
    for row in parts["projected"]:
        sizes = zip(parts["sizes"], row["rates"], strict=True)
        told.append(f"{row['name']}, at most: " + "; ".join(f"{size}: {rate}" for size, rate in sizes))
    return [*told, *([parts["largest"]] if parts["largest"] else [])]
