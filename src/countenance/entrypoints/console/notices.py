"""What a page says was done: a closed list, so that no address can put words onto a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NOTICES: Final[Mapping[str, str]] = {
    "signed-out": "You have signed out.",
    "password": "Your password was changed, and every other session of yours has ended.",
    "sessions": "Every other session of yours has ended.",
    "code": "Your authenticator app counts from now on.",
    "passkey": "The passkey counts from now on.",
    "passkey-removed": "The passkey was removed.",
    "linked": "Your account is linked with the identity provider.",
    "unlinked": "Your account is no longer linked with the identity provider.",
    "named": "They are named for the role. They hold it when a second person has confirmed it.",
    "nomination-confirmed": "It is confirmed, and your word is on the ledger.",
    "nomination-declined": "It is declined, and your word is on the ledger.",
    "sheet": "Your judgement is kept. It can be changed until you hand the list in.",
    "list-concluded": "The list is handed in. What comes of it is not told to those who judged.",
    "list-returned": "The list was given back. Somebody else will judge it.",
    "role": "The role was changed, and the account's sessions have ended.",
    "disabled": "The account is closed, and its sessions have ended.",
    "enabled": "The account is open again.",
    "unlocked": "The account listens again.",
    "confirmed": "Thank you. You can now do what you were about to do.",
    "key-revoked": "The key was revoked. The next request with it is refused.",
    "application-saved": "The draft was saved.",
    "application-submitted": "The application was sent to the reviewers.",
    "evidence": "The file was stored under its digest.",
    "reviewed": "Your review is on the ledger.",
    "suspended": "The lease is suspended. The next question under it is refused.",
    "resumed": "The lease is in force again.",
    "revoked": "The lease is revoked for good. The next question under it is refused.",
    "withdrawn": "The application was withdrawn.",
    "condition-proposed": "The proposal is on the ledger. Nothing is met until a second officer confirms it.",
    "condition-met": "The condition is met from now on, and the rule does not refuse.",
    "condition-unmet": "Your word is on the ledger. The page says how the condition stands now.",
    "customer": "The customer is on record.",
    "terms": "The terms were accepted.",
}
