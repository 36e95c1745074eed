"""The parts of an installation that say by which packs it decides, and whose it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countenance.app.laboratory import Laboratory

if TYPE_CHECKING:
    from countenance.ledger.note import VerifierKey
    from countenance.policy.packs import PackSource
    from countenance.recognition.log.packs_in_force import PacksInForce


class InstalledRules(Laboratory):
    """What is told of the packs in force. `packs_in_force` is built where the database is."""

    if TYPE_CHECKING:

        @property
        def packs_in_force(self) -> PacksInForce:
            """Return what tells which packs are asked now."""
            ...

    @property
    def packs(self) -> tuple[PackSource, ...]:  # type: ignore[override]  # read anew every two seconds
        """Return the packs that are asked now beside the house rules."""
        return self.packs_in_force()

    def renew_packs(self) -> None:
        """Read at once which packs are installed; other processes see it within two seconds."""
        self.packs_in_force.read()

    def pack_signers(self) -> tuple[VerifierKey, ...]:
        """Return the keys of those whose signed packs may be installed."""
        from countenance.app.rulebook import signers_in

        return signers_in(self.settings.pack_signers)
