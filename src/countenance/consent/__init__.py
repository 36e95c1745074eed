"""Answers *did the subject agree, and until when?*."""

from countenance.consent.model import Consent
from countenance.consent.ports import Consents

__all__ = ["Consent", "Consents"]
