from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from consent_stage import DAVE, MINUTE, agreement, bank_with_notice, capture, doors_draft, release
from contract.examples_consent import text
from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.capture import digests_of
from countenance.consent.model import BASIS_INSTRUMENTS, Guardian, GuardianRelation, LegalBasis
from countenance.consent.notice import NoticeId, RetentionStart, faults_of
from countenance.errors import (
    AlreadyExistsError,
    ConsentIncompleteError,
    NaiveDateTimeError,
    NotFoundError,
    NoticeIncompleteError,
    RefusedError,
    StateError,
)
from countenance.policy.model import CustomerKind, Jurisdiction, Purpose
from countenance.recognition.consents.giving import Agreement
from countenance.vetting.model import CustomerId
from world import ARCHIVE, BANK, DOORS, MUSEUM, World

ERIN = SubjectId("erin")


def lacking(world: World, asked: Agreement) -> tuple[str, ...]:
    with pytest.raises(ConsentIncompleteError) as raised:
        world.acts.give_consent(BANK, asked)
    return raised.value.reasons


def move_bank_to(world: World, *codes: str, kind: CustomerKind = CustomerKind.PRIVATE) -> None:
    with world.unit_of_work() as work:
        bank = work.customers.get(CustomerId("bank"))
        assert bank is not None
        places = frozenset(map(Jurisdiction, codes))
        work.customers.put(replace(bank, jurisdictions=places, kind=kind))
        work.commit()


# Notices ----------------------------------------------------------------------------------


def test_a_published_notice_is_on_the_ledger_by_its_digest() -> None:
    world, notice = bank_with_notice()
    told = world.events()[notice.entry]
    assert (told["type"], told["digest"], told["notice"]) == ("notice:published", notice.digest, "doors/1")
    assert told["languages"] == ["de-CH", "en"]
    world.check_ledger()


def test_a_changed_notice_is_the_next_version_and_the_first_stays_as_it_was() -> None:
    world, first = bank_with_notice()
    second = world.acts.consent.publish(BANK, doors_draft(consent_days=30))
    assert (first.name, second.name) == ("doors/1", "doors/2")
    assert first.digest != second.digest
    assert world.acts.consent.public_notices(NoticeId("doors"), 1) == (first, 2)
    assert world.acts.consent.public_notices(NoticeId("doors")) == (second, 2)
    with pytest.raises(AlreadyExistsError, match="the very same"):
        world.acts.consent.publish(BANK, doors_draft(consent_days=30))


def test_everything_that_a_notice_lacks_is_told_at_once() -> None:
    world, _ = bank_with_notice()
    poor = doors_draft(
        storage=(),
        jurisdictions=frozenset(),
        retention_days=0,
        texts=(replace(text("en"), withdrawal=" "), replace(text("EN-gb"), who="\0")),
    )
    with pytest.raises(NoticeIncompleteError) as raised:
        world.acts.consent.publish(BANK, poor)
    assert set(raised.value.reasons) == {
        "storage:missing",
        "jurisdictions:missing",
        "retention_days:out_of_range",
        "en.withdrawal:missing",
        "EN-gb:language_malformed",
        "EN-gb.who:no_text",
    }


def test_a_notice_needs_a_text_and_no_language_twice() -> None:
    assert "texts:missing" in faults_of(doors_draft(texts=()))
    assert "texts:language_twice" in faults_of(doors_draft(texts=(text("en"), text("en"))))
    assert (
        list(faults_of(doors_draft(retention_days=0, retention_from=RetentionStart.PURPOSE_SATISFIED))) == []
    )


def test_nobody_publishes_under_the_name_of_another_customers_notice_or_for_its_gallery() -> None:
    world, _ = bank_with_notice()
    with pytest.raises(AlreadyExistsError):
        world.acts.consent.publish(MUSEUM, doors_draft(gallery_id=None))
    with pytest.raises(NotFoundError):
        world.acts.consent.publish(MUSEUM, doors_draft(id=NoticeId("other")))
    with pytest.raises(NotFoundError):
        world.acts.consent.notices.one(MUSEUM, NoticeId("doors"))


def test_a_text_is_chosen_by_language_then_by_its_primary_language_then_the_first() -> None:
    draft = doors_draft()
    assert draft.best_text("de-CH").language == "de-CH"
    assert draft.best_text("de-AT").language == "de-CH"
    assert draft.best_text("fr").language == "en"


# Giving -----------------------------------------------------------------------------------


def test_consent_on_a_published_notice_is_recorded_with_version_language_purposes_and_end() -> None:
    world, notice = bank_with_notice()
    given = world.acts.give_consent(BANK, agreement(world, notice))
    assert given.expires == world.clock() + timedelta(days=730)
    assert given.record_id is not None
    told = world.events()[-1]
    assert (told["notice"], told["language"], told["purposes"]) == (
        "doors/1",
        "en",
        ["identity_verification"],
    )
    assert told["notice_digest"] == notice.digest
    assert "Dave" not in json.dumps(world.events())


def test_the_end_that_was_agreed_to_counts_where_it_is_sooner_than_the_notices() -> None:
    world, notice = bank_with_notice()
    soon = world.clock() + timedelta(days=3)
    assert world.acts.give_consent(BANK, agreement(world, notice, expires=soon)).expires == soon


def test_everything_that_an_agreement_lacks_is_told_at_once() -> None:
    world, notice = bank_with_notice()
    poor = agreement(
        world,
        notice,
        method="silence",
        minor=True,
        capture=capture(
            world, language="fr", purposes=frozenset({Purpose.ATTENDANCE}), shown=world.clock() - 9 * MINUTE
        ),
    )
    assert set(lacking(world, poor)) == {
        "method",
        "language",
        "purpose",
        "purpose_in_notice",
        "notice_shown_before",
        "guardian_consent",
    }


def test_once_a_gallery_has_a_notice_nothing_else_counts_as_one() -> None:
    world, notice = bank_with_notice()
    assert lacking(world, replace(agreement(world, notice), notice="paper-2019")) == ("notice",)
    assert lacking(world, agreement(world, notice, capture=None)) == ("language", "purposes", "shown")


def test_an_older_version_is_good_only_for_who_saw_it_before_the_newer_one() -> None:
    world, first = bank_with_notice()
    before = capture(world)
    world.acts.consent.publish(BANK, doors_draft(consent_days=30))
    world.clock.advance(MINUTE)
    world.acts.give_consent(BANK, agreement(world, first, capture=before))
    assert lacking(world, agreement(world, first)) == ("newest_notice",)


def test_a_release_needs_a_signature_after_the_three_statements() -> None:
    world, notice = bank_with_notice()
    early = replace(release(world), signed=world.clock() - 5 * MINUTE, signed_by=" ")
    asked = agreement(world, notice, method="screen_form", capture=capture(world, release=early))
    assert lacking(world, asked) == ("signature", "signature_name", "statements_before_signature")


def test_a_release_carries_the_digests_of_the_three_statements_that_were_shown() -> None:
    world, notice = bank_with_notice()
    world.acts.give_consent(BANK, agreement(world, notice, capture=capture(world, release=release(world))))
    (record,) = world.acts.consent.records(BANK, DOORS, DAVE)
    assert record.capture.release is not None
    assert record.capture.release.statements == digests_of(notice.draft.texts[0])
    assert json.loads(record.document)["countenance:capture"]["release"]["signed_by"] == "Dave Example"


def test_a_notice_without_the_words_of_a_release_releases_nothing() -> None:
    world, notice = bank_with_notice(texts=(text("en", release=""),))
    asked = agreement(world, notice, capture=capture(world, release=release(world)))
    assert lacking(world, asked) == ("release_in_notice",)


def test_a_guardian_agrees_for_a_minor_and_says_how_they_are_related() -> None:
    world, notice = bank_with_notice()
    guardian = Guardian(name="Ève", relation=GuardianRelation.PARENT, attested=True)
    asked = agreement(world, notice, minor=True, capture=capture(world, guardian=guardian))
    given = world.acts.give_consent(BANK, asked)
    assert given.minor
    assert "guardian_consent" in given.instruments
    unproved = replace(guardian, attested=False, name="")
    assert lacking(world, agreement(world, notice, capture=capture(world, guardian=unproved))) == (
        "minor",
        "guardian_attestation",
        "guardian_name",
    )


def test_moments_without_a_zone_are_not_guessed_at() -> None:
    world, notice = bank_with_notice()
    naive = capture(world, shown=world.clock().replace(tzinfo=None))
    with pytest.raises(NaiveDateTimeError):
        world.acts.give_consent(BANK, agreement(world, notice, capture=naive))


# Other bases ------------------------------------------------------------------------------


@pytest.mark.parametrize("basis", [one for one in LegalBasis if one is not LegalBasis.CONSENT])
def test_another_basis_needs_its_instrument_and_a_review_that_examined_it(basis: LegalBasis) -> None:
    world, notice = bank_with_notice()
    shows = sorted(BASIS_INSTRUMENTS[basis])
    assert lacking(world, agreement(world, notice, basis=basis)) == (
        "one_of:" + "|".join(shows),
        "legal_basis",
    )
    named = agreement(world, notice, basis=basis, instruments=frozenset(shows[:1]))
    assert lacking(world, named) == ("legal_basis",)


def test_another_basis_that_was_examined_is_recorded_as_what_it_is() -> None:
    world, notice = bank_with_notice()
    with world.unit_of_work() as work:
        lease = work.leases.get(BANK.lease_id)  # type: ignore[arg-type]  # the bank has one
        assert lease is not None
        terms = replace(lease.terms, instruments=lease.terms.instruments | {"legal_basis"})
        work.leases.put(replace(lease, terms=terms))
        work.commit()
    asked = agreement(
        world, notice, basis=LegalBasis.LEGAL_CLAIMS, instruments=frozenset({"article_9_ground"})
    )
    assert world.acts.give_consent(BANK, asked).basis is LegalBasis.LEGAL_CLAIMS
    world.enrol(BANK, DOORS, DAVE)
    question = world.acts.read_decisions(BANK, world.events()[-2]["decision"]).question
    assert question.consent is False


# Enrolment --------------------------------------------------------------------------------


def test_enrolment_without_consent_names_everything_that_is_missing_in_illinois() -> None:
    world, notice = bank_with_notice()
    move_bank_to(world, "US-IL")
    with pytest.raises(RefusedError) as raised:
        world.enrol(BANK, DOORS, DAVE)
    assert raised.value.missing == (
        "consent",
        "written_notice_of_collection",
        "written_notice_of_purpose_and_term",
        "written_release",
    )
    told = world.events()[raised.value.entry]
    assert told["type"] == "enrolment:refused"
    assert notice.name == "doors/1"


def test_consent_without_a_release_is_none_in_illinois_and_enough_in_switzerland() -> None:
    world, notice = bank_with_notice()
    world.acts.give_consent(BANK, agreement(world, notice))
    move_bank_to(world, "US-IL")
    assert world.acts.consent.check(BANK, DOORS, DAVE).missing == ("written_release",)
    with pytest.raises(RefusedError) as raised:
        world.enrol(BANK, DOORS, DAVE)
    assert raised.value.missing == ("written_release",)
    move_bank_to(world, "CH")
    world.enrol(BANK, DOORS, DAVE)


def test_a_written_release_after_the_three_statements_is_enough_in_illinois() -> None:
    world, notice = bank_with_notice()
    move_bank_to(world, "US-IL")
    world.acts.give_consent(BANK, agreement(world, notice, capture=capture(world, release=release(world))))
    assert world.acts.consent.check(BANK, DOORS, DAVE).missing == ()
    world.enrol(BANK, DOORS, DAVE)
    world.check_ledger()


def test_an_employer_must_have_offered_an_equal_way_without_biometrics() -> None:
    world, notice = bank_with_notice()
    move_bank_to(world, "CH", kind=CustomerKind.EMPLOYER)
    with world.unit_of_work() as work:
        lease = work.leases.get(BANK.lease_id)  # type: ignore[arg-type]  # the bank has one
        assert lease is not None
        work.leases.put(replace(lease, terms=replace(lease.terms, instruments=frozenset())))
        work.commit()
    world.acts.give_consent(BANK, agreement(world, notice))
    assert world.acts.consent.check(BANK, DOORS, DAVE).missing == ("alternative_offered",)
    with_badge = capture(world, alternative="a badge opens every door")
    world.acts.give_consent(BANK, agreement(world, notice, capture=with_badge))
    assert world.acts.consent.check(BANK, DOORS, DAVE).missing == ()


def test_a_minor_without_a_guardians_word_is_not_enrolled() -> None:
    world = World()
    world.acts.create_gallery(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, scraped=False)
    asked = Agreement(gallery_id=DOORS, subject_id=DAVE, notice="v1", method="form", minor=True)
    world.acts.give_consent(BANK, asked)
    with pytest.raises(RefusedError) as raised:
        world.enrol(BANK, DOORS, DAVE)
    assert raised.value.missing == ("guardian_consent",)
    world.acts.give_consent(BANK, replace(asked, instruments=frozenset({"guardian_consent"})))
    world.enrol(BANK, DOORS, DAVE)


# Receipts ---------------------------------------------------------------------------------


def test_a_renewed_consent_has_a_record_of_its_own_and_the_first_stays() -> None:
    world, notice = bank_with_notice()
    world.acts.give_consent(BANK, agreement(world, notice))
    world.clock.advance(MINUTE)
    world.acts.give_consent(BANK, agreement(world, notice))
    first, second = world.acts.consent.records(BANK, DOORS, DAVE)
    states = [json.loads(one.document)["dpv:hasConsentStatus"][0]["@type"][0] for one in (first, second)]
    assert states == ["dpv:ConsentGiven", "dpv:RenewedConsentGiven"]


def test_a_receipt_tells_what_has_become_of_the_consent() -> None:
    world, notice = bank_with_notice()
    soon = world.clock() + timedelta(days=1)
    world.acts.give_consent(BANK, agreement(world, notice, expires=soon))
    world.clock.advance(timedelta(days=2))
    told = world.acts.consent.receipt(BANK, DOORS, DAVE).document()
    assert told["dpv:hasConsentStatus"] == {
        "@type": "dpv:ConsentExpired",
        "dpv:isIndicatedAtTime": "2026-07-02T12:01:00.000000Z",
    }


def test_there_is_no_receipt_for_a_notice_that_is_published_nowhere() -> None:
    world = World()
    world.furnish(BANK, DOORS, Purpose.IDENTITY_VERIFICATION, "dave")
    with pytest.raises(StateError, match="no notice published here"):
        world.acts.consent.receipt(BANK, DOORS, DAVE)


@pytest.mark.parametrize("gallery", [DOORS, ARCHIVE, GalleryId("unknown")])
def test_mallory_cannot_tell_whether_there_is_a_consent(gallery: GalleryId) -> None:
    world, notice = bank_with_notice()
    world.acts.give_consent(BANK, agreement(world, notice))
    messages = set()
    for act in (world.acts.consent.receipt, world.acts.consent.records, world.acts.consent.check):
        with pytest.raises(NotFoundError) as raised:
            act(MUSEUM, gallery, ERIN)
        messages.add(raised.value.message)
    assert messages == {f"no gallery `{gallery}`"}
