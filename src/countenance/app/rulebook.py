"""What decides in an installation, and whose packs it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from countenance.app.laboratory import text_of
from countenance.errors import ConfigurationError, InvalidInputError
from countenance.ledger.note import VerifierKey
from countenance.policy.gate import installed_policy
from countenance.recognition.log.pack_signing import read_signers
from countenance.recognition.log.packs_in_force import DecidePolicy, PacksInForce
from countenance.recognition.log.policy_keeping import KeepPolicy
from countenance.recognition.ports import Decider, UnitOfWork


def deciding(
    packs_in_force: PacksInForce, unit_of_work: Callable[[], UnitOfWork], clock: Callable[[], datetime]
) -> Decider:
    """Return what answers questions under the packs in force; the texts of today's are kept first."""
    packs = packs_in_force()
    policy = installed_policy(packs)
    KeepPolicy(unit_of_work, clock)(policy)
    decide = DecidePolicy(packs_in_force)
    decide.begin(policy, packs)
    return decide.decide


def signers_in(path: Path | None) -> tuple[VerifierKey, ...]:
    """Return the keys of those whose signed packs may be installed, or raise `ConfigurationError`."""
    if path is None:
        return ()
    try:
        return read_signers(text_of(path, "file of pack signers"))
    except InvalidInputError as error:
        raise ConfigurationError(f"`{path}`: {error.message}") from error
