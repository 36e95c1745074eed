"""Who operates the installation, as its settings tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countenance.vetting.publication import Operator

if TYPE_CHECKING:
    from countenance.settings import Settings

NO_CONTACT = (
    "nobody who complains can reach you: set COUNTENANCE_CONTACT_EMAIL or COUNTENANCE_CONTACT_ADDRESS, "
    "which the public pages show"
)


def operator_of(settings: Settings) -> Operator:
    """Return who answers for the installation, as far as settings say."""
    return Operator(
        name=settings.operator_name or "",
        email=settings.contact_email or "",
        address=settings.contact_address or "",
        authority=settings.supervisory_authority or "",
        origin=settings.public_origin or settings.console_origin or "",
    )
