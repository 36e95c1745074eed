"""Run the demo and draw what it printed, for the README: `python scripts/demo_picture.py`.

The picture is the real output of `countenance demo --exit`, colours included, as an SVG that
names no font to fetch. It is shortened by whole lines: headings, answers with their evidence, and
what was checked are kept; reasons at length and addresses are left out.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "demo.svg"
COLUMNS = 110
_ANSWERS = "ok |REFUSED|MATCH|NO MATCH|HELD|rules? |score |threshold |false matches |fault "
KEPT = re.compile(rf"\d+\. |The main job|All \d+ steps| {{3}}({_ANSWERS})")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def demo_output() -> str:
    """Return what the demo prints to a terminal of `COLUMNS` columns."""
    environment = os.environ | {"FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    command = [str(Path(sys.executable).with_name("countenance")), "demo", "--exit"]
    done = subprocess.run(  # noqa: S603  our own command from our own environment
        command, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def picture(output: str) -> str:
    """Return the SVG of a terminal that shows `output`."""
    lines = list(_shortened(output))
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi("\n".join(lines)))
    return console.export_svg(
        title="make demo", theme=MONOKAI, code_format=_without_fonts(CONSOLE_SVG_FORMAT)
    )


def _shortened(output: str) -> Iterator[str]:
    """Yield the lines to show, with an empty one before each heading."""
    for line in output.splitlines():
        shown = _COLOUR.sub("", line)
        if KEPT.match(shown):
            if not shown.startswith((" ", "The")):
                yield ""
            yield line


def _without_fonts(template: str) -> str:
    """Return rich's template without the fonts that it would have a browser fetch."""
    start = template.index("@font-face")
    return template[:start] + template[template.index(".{unique_id}-matrix") :]


def main() -> int:
    """Draw the picture."""
    PICTURE.write_text(picture(demo_output()) + "\n", encoding="utf-8")
    print(PICTURE.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
