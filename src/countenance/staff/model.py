"""Accounts of people, what proves that it is them, and their sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

StaffId = NewType("StaffId", str)

CONFIRMED_FOR: Final = timedelta(minutes=5)
"""How long a confirmation lasts before a dangerous act asks again."""


class StaffRole(StrEnum):
    """What an account may do. An account has one role, so that no account can do two people's work."""

    ADMINISTRATOR = "administrator"
    REVIEWER = "reviewer"
    EXAMINER = "examiner"
    AUDITOR = "auditor"
    APPLICANT = "applicant"
    OPERATOR = "operator"


OUTSIDE: Final = frozenset({StaffRole.APPLICANT, StaffRole.OPERATOR})
"""Roles of people who belong to a customer: one writes its applications, one sees to its subjects' rights."""

GOOD_FOR: Final = timedelta(days=3)
"""How long the link of an invitation works."""

WEIGHTY: Final = frozenset({StaffRole.ADMINISTRATOR, StaffRole.REVIEWER})
"""Roles on which permits rest: who gets one is confirmed by a second person who holds one."""


class NominationKind(StrEnum):
    """How an account came to be about to hold a weighty role."""

    INVITED = "invited"
    ROLE = "role"
    RESET = "reset"


class NominationState(StrEnum):
    """How a nomination stands. `alone`: nobody else was there; `ended`: the role was taken away again."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    ALONE = "alone"
    DECLINED = "declined"
    ENDED = "ended"


class Stage(StrEnum):
    """How far a sign-in has come. Only a full session may do anything but go on signing in."""

    PASSWORD = "password"  # noqa: S105  the name of a stage
    ENROLLING = "enrolling"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An account. `id` is all that the ledger ever says of a person.

    `customer` is to whom an applicant or an operator belongs; the others have none. `failures`
    counts wrong tries since the last sign-in, `locked_until` is when the next is listened to.
    `subject` is who it is at the identity provider, as `issuer subject`.
    """

    id: StaffId
    login: str
    name: str
    role: StaffRole
    created: datetime
    customer: str | None = None
    disabled: datetime | None = None
    failures: int = 0
    locked_until: datetime | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nomination:
    """That somebody is to hold a weighty role: who named them, and who looked at it. Kept for good.

    `by` and `decided_by` are ids of accounts, or `local` for the command line.
    """

    role: StaffRole
    kind: NominationKind
    by: str
    at: datetime
    state: NominationState = NominationState.WAITING
    decided_by: str | None = None
    decided: datetime | None = None

    @property
    def waits(self) -> bool:
        """Tell whether a second person has to look at it."""
        return self.state is NominationState.WAITING

    @property
    def keeps_closed(self) -> bool:
        """Tell whether the account stays closed for want of a second person's word."""
        unsettled = self.state in {NominationState.WAITING, NominationState.DECLINED}
        return unsettled and self.kind is not NominationKind.ROLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A public key on somebody's device. `sign_count` goes up with every use, if the device counts."""

    id: bytes
    public_key: bytes
    sign_count: int
    label: str
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What proves who it is; storage seals all of it, and `repr` shows none of it.

    `password` is an Argon2id hash. `totp` is a base32 secret, `pending_totp` one that was shown
    and not yet confirmed, `totp_step` the last time step of which a code was taken. `recovery`
    are SHA-256 digests of codes that were not used.
    """

    password: str | None = field(default=None, repr=False)
    totp: str | None = field(default=None, repr=False)
    pending_totp: str | None = field(default=None, repr=False)
    totp_step: int = 0
    recovery: tuple[bytes, ...] = field(default=(), repr=False)
    passkeys: tuple[Passkey, ...] = field(default=(), repr=False)

    @property
    def second_factor(self) -> bool:
        """Tell whether there is more than a password."""
        return self.totp is not None or bool(self.passkeys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that somebody signs in, or has signed in, with.

    `digest` is the SHA-256 of what the browser holds. It ends at `expires`, or when it was not
    used for a while after `seen`. `confirmed` is when a second proof was last given in it, and
    `challenge` what a passkey was asked to sign.
    """

    digest: bytes
    staff_id: StaffId
    stage: Stage
    created: datetime
    seen: datetime
    expires: datetime
    confirmed: datetime | None = None
    challenge: bytes | None = None

    def freshly_confirmed(self, now: datetime) -> bool:
        """Tell whether the person has proved who it is within the last minutes."""
        return self.confirmed is not None and now - self.confirmed < CONFIRMED_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link that works once: whoever has it sets the password of an account."""

    digest: bytes
    staff_id: StaffId
    made_by: str
    created: datetime
    expires: datetime
    used: datetime | None = None


@dataclass(frozen=True, slots=True)
class By:
    """Who changes an account: a member, or `local` for the command line beside the database."""

    id: str
    role: StaffRole

    @classmethod
    def of(cls, member: Member) -> By:
        """Return the member as somebody who acts."""
        return cls(member.id, member.role)


LOCAL: Final = By("local", StaffRole.ADMINISTRATOR)
"""Whoever runs the command line."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session at the only moment at which the text that opens it is known."""

    token: str = field(repr=False)
    session: Session
    member: Member


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation at the only moment at which its text is known."""

    token: str = field(repr=False)
    invitation: Invitation
    member: Member
