"""Reading the access log of a live server, which writes a line when its answer is on the way."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest


def lines(caplog: pytest.LogCaptureFixture, count: int) -> list[dict[str, Any]]:
    """The first lines of the access log, waited for."""
    for _ in range(1000):
        found = [json.loads(one.message) for one in caplog.records if one.name == "countenance.access"]
        if len(found) >= count:
            return found[:count]
        time.sleep(0.01)
    raise AssertionError(f"{len(found)} lines in ten seconds")
