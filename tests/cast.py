"""Who acts in the tests: the same five people everywhere, so that a test reads as a story.

alice operates, bob examines, carol audits, dave is enrolled, mallory has no right. Every way
in has a test in which mallory is told nothing.
"""

from __future__ import annotations

from countenance.biometrics.model import SubjectId
from countenance.vetting.model import Actor, LeaseId, Role

ALICES_LEASE = LeaseId("lease-bank-verify")
MALLORYS_LEASE = LeaseId("lease-of-somebody-else")

ALICE = Actor(id="key_alice", role=Role.OPERATOR, lease_id=ALICES_LEASE)
"""Operates: her key stands under the lease that the test grants."""

BOB = Actor(id="key_bob", role=Role.EXAMINER, lease_id=None)
"""Examines held candidate lists; performs no act on a face."""

CAROL = Actor(id="key_carol", role=Role.AUDITOR, lease_id=None)
"""Audits: reads decisions and the ledger; performs no act on a face."""

DAVE = SubjectId("dave")
"""Is enrolled, with his consent."""

MALLORY = Actor(id="key_mallory", role=Role.OPERATOR, lease_id=MALLORYS_LEASE)
"""Has a key, and no right to anything of alice's."""

OLIVIA = Actor(id="key_olivia", role=Role.ADMINISTRATOR, lease_id=None)
"""Runs the installation: grants, revokes, and cannot look at a face either."""
