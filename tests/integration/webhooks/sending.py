"""A process that delivers webhooks until it is killed. Started by a test, never imported."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from countenance.app import Countenance
from countenance.app.webhook_cases import webhook_rounds
from countenance.storage.webhook_courier import HttpCourier
from integration.api.stage import StageParts


def main(database: str) -> None:
    """Deliver from `database`, and say when it begins."""
    parts = StageParts(Path(database))
    parts.courier = HttpCourier(["127.0.0.0/8"])
    thread = webhook_rounds(Countenance(parts).webhooks, seconds=0.05)
    thread.start()
    print("sending", flush=True)  # noqa: T201  the test waits for it
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
