"""An erasure that is killed at any step is either not begun or completed, and leaves no byte behind."""

from __future__ import annotations

import json
from pathlib import Path

from integration.storage import erasure_victims


def test_a_kill_at_every_step_of_an_erasure_leaves_nothing_of_the_subject_after_the_restart(
    tmp_path: Path,
) -> None:
    """Each step in turn: the statements, the commit, the snapshot, the log's moving, memory, the probe.

    After each restart the bytes of database, write-ahead log, shared memory, snapshots and index were
    searched for template, ciphertext and key, and manifest, receipts and ledger verified.
    """
    ran = erasure_victims.start(tmp_path)
    lives = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [life for life in lives if life["found"] != 0] == [], ran.stderr
    assert ran.returncode == 0, ran.stderr
    *killed, last = lives
    assert len(killed) > 20
    assert all(life["killed"] for life in killed)
    assert (last["killed"], last["ended"]) == (False, 0)
