"""A small pack of an operator's own, with the cases that it tests itself by."""

from __future__ import annotations

PACK_RULES = """
@id("{name}.{act}") @text("Nobody is asked for this.") @source("a test") @reopens("Nothing.")
forbid (principal, action == Action::"{act}", resource);
"""
PACK_CASES = """
[[case]]
title = "refused"
on = 2026-01-01
act = "{act}"
expect = "deny"
reasons = ["{name}.{act}"]
[[case]]
title = "another act"
on = 2026-01-01
act = "redact"
expect = "permit"
"""


def pack_files(edition: str = "1", act: str = "verify", name: str = "own") -> dict[str, str]:
    """Return the files of an edition that refuses one act."""
    return {
        "pack.toml": f'title = "Own rules"\nedition = "{edition}"\n',
        "prohibitions.cedar": PACK_RULES.format(name=name, act=act),
        "cases.toml": PACK_CASES.format(name=name, act=act),
    }
