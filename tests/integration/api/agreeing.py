"""A notice as it is sent, complete."""

from __future__ import annotations

from typing import Any

NOTICE: dict[str, Any] = {
    "notice_id": "doors",
    "purposes": ["identity_verification"],
    "controller": {"name": "A bank", "address": "Street 1, Zürich", "contact": "privacy desk"},
    "jurisdictions": ["DE"],
    "storage": ["Zürich"],
    "withdraw_at": "https://bank.example/withdraw",
    "retention_days": 100,
    "retention_from": "capture",
    "texts": [
        {
            "language": language,
            "title": "Doors",
            "who": "A bank",
            "what": "The geometry of your face",
            "purpose": "To open doors",
            "term": "While you work here",
            "retention": "After 100 days",
            "withdrawal": "Ask the desk",
            "alternative": "A badge",
            "contacts": "privacy@bank.example",
            "release": "I release it.",
        }
        for language in ("en", "de-CH")
    ],
}
