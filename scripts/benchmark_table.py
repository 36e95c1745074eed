"""Print build/bench.json as the Markdown table of docs/benchmarks.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULT = Path(__file__).resolve().parents[1] / "build" / "bench.json"


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    """Return what the table shows of a row."""
    if row.get("skipped"):
        return f"`{row['name']}`", "", "", "", f"skipped: {row['skipped']}"
    numbers = [("" if row[key] is None else f"{row[key]:g} {row['unit']}") for key in ("ours", "peer")]
    ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
    return f"`{row['name']}`", *numbers, ratio, row["peer_name"]


def main() -> None:
    """Print the table."""
    print("| measure | ours | peer | ratio | peer |\n|---|---|---|---|---|")
    for row in json.loads(RESULT.read_text(encoding="utf-8")):
        print(f"| {' | '.join(cells(row))} |")


if __name__ == "__main__":
    main()
