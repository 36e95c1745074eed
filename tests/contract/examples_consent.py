"""Notices, records and holds that the contract suites store."""

from __future__ import annotations

from contract.examples import HOUR, NOON
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.model import (
    Capture,
    ConsentRecord,
    Guardian,
    GuardianRelation,
    RecordId,
    Release,
)
from countenance.consent.notice import (
    Controller,
    Notice,
    NoticeDraft,
    NoticeId,
    NoticeText,
    RetentionStart,
    digest_of,
)
from countenance.consent.retention import Hold, HoldId, HoldReason
from countenance.policy.model import Purpose


def text(language: str = "en", *, release: str = "I release my face for this.") -> NoticeText:
    return NoticeText(
        language=language,
        title=f"Doors ({language})",
        who="The Bank of Zürich runs the doors.",
        what="A scan of the geometry of your face is taken and stored.",
        purpose="It opens the doors for you.",
        term="It is used for as long as you work here.",
        retention="It is destroyed a year after your last visit.",
        withdrawal="Tell the desk, or write to us, and it is gone at once.",
        alternative="A badge opens every door just as well.",
        contacts="privacy@bank.example",
        release=release,
    )


def draft(
    name: str = "doors", *, texts: tuple[NoticeText, ...] = (text(), text("de-CH")), gallery: str = "clients"
) -> NoticeDraft:
    return NoticeDraft(
        id=NoticeId(name),
        gallery_id=GalleryId(gallery),
        purposes=frozenset({Purpose.IDENTITY_VERIFICATION, Purpose.ACCESS_CONTROL}),
        controller=Controller(
            name="Bank of Zürich",
            address="Bahnhofstrasse 1, Zürich",
            contact="The privacy desk",
            email="privacy@bank.example",
        ),
        jurisdictions=frozenset({"CH"}),
        storage=("Zürich",),
        recipients=(),
        withdraw_at="https://bank.example/withdraw",
        retention_days=365,
        retention_from=RetentionStart.LAST_INTERACTION,
        consent_days=730,
        texts=texts,
    )


def notice(name: str = "doors", *, version: int = 1, customer: str = "bank") -> Notice:
    written = draft(name)
    return Notice(
        draft=written,
        version=version,
        customer_id=customer,
        published=NOON,
        published_by="key",
        digest=digest_of(written, version),
        entry=7,
    )


def record(name: str = "con_1") -> ConsentRecord:
    return ConsentRecord(
        id=RecordId(name),
        gallery_id=GalleryId("clients"),
        subject_id=SubjectId("dave"),
        given=NOON,
        capture=Capture(
            language="de-CH",
            purposes=frozenset({Purpose.ACCESS_CONTROL}),
            shown=NOON - HOUR,
            release=Release(signed_by="Dävid", signed=NOON, statements=("ab" * 32, "cd" * 32)),
            guardian=Guardian(name="Ève", relation=GuardianRelation.PARENT, attested=True),
            alternative="a badge",
        ),
        document='{"é": 1}',
        salt="ef" * 32,
        entry=9,
    )


def hold(name: str = "hold_1") -> Hold:
    return Hold(
        id=HoldId(name),
        gallery_id=GalleryId("clients"),
        subject_id=SubjectId("dave"),
        reason=HoldReason.LITIGATION,
        matter="Bank v. Öffner",
        placed_by="bob",
        placed=NOON,
        until=NOON + 48 * HOUR,
    )
