"""A lease that one process stops is refused by another one, which is at work, within five seconds."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from contract import examples
from countenance.policy.model import Act, Space
from countenance.storage import Database, check_installation, unit_of_work_factory
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.leases import SuspendLease
from countenance.vetting.model import LeaseId
from integration.storage.processes import start
from storing import KEYRING, SIGNER

WITHIN = 5.0


@pytest.fixture
def gate(sqlite: Database, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process on the same database, which asks the gate again and again and tells what it says."""
    check_installation(sqlite, KEYRING, SIGNER)
    held = examples.lease()
    terms = replace(
        held.terms,
        acts=frozenset({Act.DETECT}),
        spaces=frozenset({Space.CONTROLLED}),
        not_before=examples.NOON - examples.HOUR,
    )
    with unit_of_work_factory(sqlite, KEYRING, SIGNER)() as work:
        work.customers.put(replace(examples.customer(), acts_for=frozenset()))
        work.leases.put(replace(held, terms=terms))
        work.commit()
    process = start("ask_again_and_again", tmp_path / "countenance.db", "lease")
    yield process
    process.kill()
    process.communicate()


def answers(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    for line in process.stdout:
        yield line.strip()


def test_a_running_process_obeys_the_stop_button_of_another_one_within_seconds(
    sqlite: Database, gate: subprocess.Popen[str]
) -> None:
    heard = answers(gate)
    assert next(heard) == "in force"
    stop = SuspendLease(unit_of_work_factory(sqlite, KEYRING, SIGNER), lambda: examples.NOON)
    began = time.monotonic()
    stop(LOCAL_ADMINISTRATOR, LeaseId("lease"), "the camera looks at the street now")
    for answer in heard:
        if answer == "lease.suspended":
            break
        assert answer == "in force"
    assert time.monotonic() - began < WITHIN
