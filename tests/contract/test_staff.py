from __future__ import annotations

from dataclasses import replace

import pytest

from contract import examples
from contract.examples import HOUR, NOON
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.policy.model import Act
from countenance.recognition.model import DecisionSearch
from countenance.staff.model import (
    Credentials,
    Invitation,
    Member,
    Nomination,
    NominationKind,
    NominationState,
    Passkey,
    Session,
    StaffId,
    StaffRole,
    Stage,
)
from countenance.vetting.model import CustomerId
from storing import Place

ANNA = Member(
    id=StaffId("stf_anna"),
    login="anna",
    name="Anna Äöü",
    role=StaffRole.REVIEWER,
    created=NOON,
    customer="bank",
    disabled=NOON + HOUR,
    failures=3,
    locked_until=NOON + 2 * HOUR,
    subject="https://id.example anna",
)
BERT = Member(id=StaffId("stf_bert"), login="bert", name="Bert", role=StaffRole.AUDITOR, created=NOON)
KEY = Passkey(id=b"\x00key", public_key=b"\xffpublic", sign_count=7, label="Laptop", created=NOON)
HELD = Credentials(
    password="$argon2id$hash",  # noqa: S106  no password of anybody
    totp="TOTP",
    pending_totp="PENDING",
    totp_step=123_456,
    recovery=(bytes(32), b"\x01" * 32),
    passkeys=(KEY,),
)
SESSION = Session(
    digest=b"\x07" * 32,
    staff_id=ANNA.id,
    stage=Stage.PASSWORD,
    created=NOON,
    seen=NOON + HOUR,
    expires=NOON + 2 * HOUR,
    confirmed=NOON,
    challenge=b"\xfe",
)
INVITATION = Invitation(
    digest=b"\x08" * 32, staff_id=ANNA.id, made_by="stf_olga", created=NOON, expires=NOON + HOUR
)


def with_members(place: Place) -> None:
    with place.unit() as work:
        work.staff.add(BERT)
        work.staff.add(ANNA)
        work.commit()


def test_an_account_comes_back_as_it_was_stored_by_id_login_and_subject(place: Place) -> None:
    with_members(place)
    with place.unit() as work:
        assert work.staff.get(ANNA.id) == work.staff.by_login("anna") == ANNA
        assert work.staff.by_subject("https://id.example anna") == ANNA
        assert work.staff.all() == (ANNA, BERT)
        assert work.staff.get(StaffId("other")) is None
        assert work.staff.by_login("other") is None
        assert work.staff.by_subject("other") is None


def test_a_login_and_an_id_are_given_once(place: Place) -> None:
    with_members(place)
    with place.unit() as work:
        with pytest.raises(AlreadyExistsError):
            work.staff.add(replace(BERT, id=StaffId("stf_other")))
        with pytest.raises(AlreadyExistsError):
            work.staff.add(replace(BERT, login="other"))


def test_an_account_is_replaced_and_a_subject_stands_for_one_account(place: Place) -> None:
    with_members(place)
    changed = replace(ANNA, role=StaffRole.EXAMINER, disabled=None, failures=0, locked_until=None)
    with place.unit() as work:
        work.staff.put(changed)
        with pytest.raises(AlreadyExistsError):
            work.staff.put(replace(BERT, subject=ANNA.subject))
        with pytest.raises(NotFoundError):
            work.staff.put(replace(BERT, id=StaffId("stf_other")))
        work.commit()
    with place.unit() as work:
        assert work.staff.all() == (changed, BERT)


def test_credentials_come_back_as_they_were_stored_and_only_for_an_account(place: Place) -> None:
    with_members(place)
    with place.unit() as work:
        assert work.staff.credentials(ANNA.id) == Credentials()
        for held in (HELD, replace(HELD, totp=None, passkeys=()), HELD):
            work.staff.put_credentials(ANNA.id, held)
        with pytest.raises(NotFoundError):
            work.staff.put_credentials(StaffId("stf_other"), HELD)
        work.commit()
    with place.unit() as work:
        assert work.staff.credentials(ANNA.id) == HELD
        assert work.staff.credentials(BERT.id) == Credentials()


def test_a_nomination_and_the_credentials_of_an_account_do_not_touch_each_other(place: Place) -> None:
    with_members(place)
    waiting = Nomination(role=StaffRole.REVIEWER, kind=NominationKind.INVITED, by="stf_olga", at=NOON)
    settled = replace(waiting, state=NominationState.CONFIRMED, decided_by="stf_rita", decided=NOON + HOUR)
    with place.unit() as work:
        assert work.staff.nomination(ANNA.id) is None
        work.staff.put_nomination(ANNA.id, waiting)
        assert work.staff.credentials(ANNA.id) == Credentials()
        work.staff.put_credentials(ANNA.id, HELD)
        with pytest.raises(NotFoundError):
            work.staff.put_nomination(StaffId("stf_other"), waiting)
        work.commit()
    with place.unit() as work:
        assert work.staff.nomination(ANNA.id) == waiting
        work.staff.put_nomination(ANNA.id, settled)
        work.commit()
    with place.unit() as work:
        assert (work.staff.nomination(ANNA.id), work.staff.credentials(ANNA.id)) == (settled, HELD)
        assert work.staff.nomination(BERT.id) is None
        work.staff.put_credentials(ANNA.id, Credentials())
        assert work.staff.nomination(ANNA.id) == settled


def test_a_session_comes_back_replaces_itself_and_ends(place: Place) -> None:
    with_members(place)
    bare = replace(SESSION, stage=Stage.FULL, confirmed=None, challenge=None)
    for session in (SESSION, bare):
        with place.unit() as work:
            work.sessions.put(session)
            work.commit()
        with place.unit() as work:
            assert work.sessions.get(SESSION.digest) == session
    with place.unit() as work:
        for _ in range(2):
            work.sessions.remove(SESSION.digest)
        work.commit()
        assert work.sessions.get(SESSION.digest) is None


def test_every_session_of_somebody_ends_at_once_and_expired_ones_are_forgotten(place: Place) -> None:
    with_members(place)
    others = replace(SESSION, digest=b"\x09" * 32, staff_id=BERT.id, expires=NOON)
    with place.unit() as work:
        work.sessions.put(SESSION)
        work.sessions.put(replace(SESSION, digest=b"\x0a" * 32))
        work.sessions.put(others)
        assert work.sessions.remove_of(ANNA.id) == 2
        assert work.sessions.forget(NOON) == 0
        assert work.sessions.forget(NOON + HOUR) == 1
        work.commit()


def test_an_invitation_comes_back_is_marked_as_used_and_dropped(place: Place) -> None:
    with_members(place)
    later = replace(INVITATION, digest=b"\x02" * 32, created=NOON + HOUR)
    with place.unit() as work:
        for invitation in (later, INVITATION, replace(INVITATION, used=NOON)):
            work.invitations.put(invitation)
        work.commit()
    with place.unit() as work:
        assert work.invitations.get(INVITATION.digest) == replace(INVITATION, used=NOON)
        assert work.invitations.get(b"other") is None
        assert work.invitations.of(ANNA.id) == (replace(INVITATION, used=NOON), later)
        assert work.invitations.of(BERT.id) == ()
        assert work.invitations.remove_of(ANNA.id) == 2
        work.commit()


SEARCHES = [
    (DecisionSearch(), ["d4", "d3", "d2", "d1"]),
    (DecisionSearch(oldest_first=True), ["d1", "d2", "d3", "d4"]),
    (DecisionSearch(permitted=True), ["d3", "d1"]),
    (DecisionSearch(permitted=False), ["d4", "d2"]),
    (DecisionSearch(act=Act.DETECT), ["d2"]),
    (DecisionSearch(customer_id=CustomerId("other")), ["d3"]),
    (DecisionSearch(text="d2"), ["d2"]),
    (DecisionSearch(text="key_4"), ["d4"]),
    (DecisionSearch(text="key%"), []),
    (DecisionSearch(text="house.1"), ["d4", "d3", "d2", "d1"]),
    (DecisionSearch(text="house"), []),
    (DecisionSearch(text="house%"), []),
    (DecisionSearch(text="h_use.1"), []),
    (DecisionSearch(since=NOON + HOUR, until=NOON + 3 * HOUR), ["d3", "d2"]),
]


@pytest.mark.parametrize(("sought", "found"), SEARCHES)
def test_decisions_are_found_by_what_they_say(place: Place, sought: DecisionSearch, found: list[str]) -> None:
    with place.unit() as work:
        for number in range(4):
            record = examples.decision_record(f"d{number + 1}", permitted=number % 2 == 0)
            record = replace(record, entry=number, asked=NOON + number * HOUR)
            if number == 1:
                record = replace(record, question=replace(record.question, act=Act.DETECT))
            if number == 2:
                record = replace(record, customer_id=CustomerId("other"))
            if number == 3:
                record = replace(record, customer_id=None, actor_id="key_4")
            work.decisions.add(record)
        work.commit()
    with place.unit() as work:
        assert [one.id for one in work.decisions.search(sought, skip=0, limit=9)] == found
        assert [one.id for one in work.decisions.search(sought, skip=1, limit=1)] == found[1:2]
        assert work.decisions.count(sought) == len(found)
