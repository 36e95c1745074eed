"""Customers and reviewers ask each other; only they read it; the log holds commitments."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from applying import ADA, ADMIN, AUDITOR, GATE, OPERATOR, RUDI, RUTH, applicant, drafted, settle_in, submitted
from countenance.errors import (
    ForbiddenError,
    InvalidInputError,
    LimitReachedError,
    NotFoundError,
    SeparationError,
    StateError,
)
from countenance.vetting import conversation
from countenance.vetting.conversation import LONGEST, Converse
from countenance.vetting.dossier import ApplicationId, Side
from countenance.vetting.model import Actor, CustomerId, PersonId
from world import START, World


@pytest.fixture
def world() -> World:
    here = World()
    settle_in(here.acts)
    return here


@pytest.fixture
def converse(world: World) -> Converse:
    return world.acts.vetting.converse


@pytest.fixture
def sent(world: World) -> ApplicationId:
    return submitted(world.acts, START)


def test_a_question_stays_open_until_the_other_side_answers(converse: Converse, sent: ApplicationId) -> None:
    converse(RUTH, sent, "  Who holds the list at night?  ")
    converse(RUDI, sent, "I mean the paper one.", answers=1)
    assert [one.answered for one in converse.read(ADA, sent)] == [False, False]
    converse(ADA, sent, "The porter.", answers=1)
    converse(ADA, sent, "May we begin in May?")
    told = converse.read(RUTH, sent)
    assert [(one.number, one.side, one.answers, one.answered) for one in told] == [
        (1, Side.REVIEWERS, None, True),
        (2, Side.REVIEWERS, 1, False),
        (3, Side.CUSTOMER, 1, False),
        (4, Side.CUSTOMER, None, False),
    ]
    assert told[0].text == "Who holds the list at night?"


def test_customers_do_not_learn_which_reviewer_asks_and_reviewers_see_who_wrote(
    converse: Converse, sent: ApplicationId
) -> None:
    converse(RUTH, sent, "Who looks?")
    converse(ADA, sent, "I do.", answers=1)
    assert [one.by for one in converse.read(ADA, sent)] == [None, "ada"]
    assert [one.by for one in converse.read(RUDI, sent)] == ["ruth", "ada"]


def test_the_log_holds_a_commitment_that_salt_and_text_open_and_nothing_of_the_text(
    world: World, converse: Converse, sent: ApplicationId
) -> None:
    asked = converse(RUTH, sent, "Who is Lena Meier?")
    answered = converse(ADA, sent, "Our porter.", answers=1)
    with world.store() as work:
        held = work.dossiers.messages(sent)
    for message, said in zip(held, (asked, answered), strict=True):
        event = world.events()[said.entry]
        opened = hashlib.sha256(bytes.fromhex(message.salt) + message.text.encode()).hexdigest()
        assert event["commitment"] == opened
        assert event["number"] == said.number
        assert not {"Lena", "porter", "text"} & set(str(event).replace("'", " ").split())
    assert [one["type"] for one in world.events()[-2:]] == ["application:asked", "application:answered"]
    assert held[0].salt != held[1].salt
    world.check_ledger()


@pytest.mark.parametrize("stranger", [AUDITOR, OPERATOR])
def test_others_do_not_read_and_do_not_speak(
    world: World, converse: Converse, sent: ApplicationId, stranger: Actor
) -> None:
    converse(RUTH, sent, "Who looks?")
    acts: tuple[Callable[[], object], ...] = (
        lambda: converse.read(stranger, sent),
        lambda: converse(stranger, sent, "Let me in."),
    )
    for act in acts:
        with pytest.raises(ForbiddenError):
            act()
        assert world.types()[-1] == "request:refused"


def test_an_administrator_takes_part_only_where_they_write_for_the_customer(
    world: World, converse: Converse, sent: ApplicationId
) -> None:
    otto = Actor(id="key_otto", role=ADMIN.role, lease_id=None, person=PersonId("otto"))
    with pytest.raises(NotFoundError):
        converse.read(otto, sent)
    assert world.types()[-1] == "request:refused"
    world.acts.vetting.withdraw(otto, sent)
    held = world.acts.vetting.read_applications.one(otto, sent)
    changed = world.acts.vetting.draft.save(
        otto, sent, held.draft.use.__class__(title="Another"), based_on=held.draft.number
    )
    assert otto.person in changed.authors
    assert converse(otto, sent, "We changed the title.").side is Side.CUSTOMER


def test_members_of_other_customers_find_nothing(converse: Converse, sent: ApplicationId) -> None:
    mallory = applicant("mallory", CustomerId("elsewhere"))
    with pytest.raises(NotFoundError):
        converse.read(mallory, sent)
    with pytest.raises(NotFoundError):
        converse(mallory, ApplicationId("app_none"), "Hello?")


def test_a_reviewer_with_a_part_in_it_reads_and_does_not_speak(
    world: World, converse: Converse, sent: ApplicationId
) -> None:
    world.acts.vetting.members.add(ADMIN, GATE, PersonId("ruth"), "Ruth")
    with pytest.raises(SeparationError):
        converse(RUTH, sent, "Looks fine to me?")
    assert converse.read(RUTH, sent) == ()


def test_before_the_first_submission_nobody_is_there_to_read(world: World, converse: Converse) -> None:
    application = drafted(world.acts, START)
    with pytest.raises(StateError):
        converse(ADA, application, "Is this enough?")


def test_only_a_question_that_there_is_can_be_answered(converse: Converse, sent: ApplicationId) -> None:
    converse(RUTH, sent, "Who looks?")
    converse(ADA, sent, "I do.", answers=1)
    for number in (0, 2, 3):
        with pytest.raises(NotFoundError):
            converse(RUTH, sent, "And?", answers=number)


@pytest.mark.parametrize("text", ["", "  \n ", "a" * (LONGEST + 1), "bell \x07"])
def test_a_text_is_words_within_bounds(converse: Converse, sent: ApplicationId, text: str) -> None:
    with pytest.raises(InvalidInputError):
        converse(ADA, sent, text)
    assert converse.read(ADA, sent) == ()


def test_a_conversation_has_an_end(
    converse: Converse, sent: ApplicationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "MOST", 2)
    converse(ADA, sent, "One?")
    converse(ADA, sent, "Two?")
    with pytest.raises(LimitReachedError):
        converse(ADA, sent, "Three?")
