"""No sequence of acts yields a lease, or a permit, without two distinct reviewers who have no part in it.

Four people act in every role that they can get hold of, with several keys each: they write,
submit, withdraw, mark, vote, refuse, appeal, stop, let go on, seed and rotate in any order.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from applying import ADMIN, FILE, GATE, REFUSAL, WHY, applicant, approval, customer, marks, reviewer, use
from countenance.errors import CountenanceError, RefusedError
from countenance.policy.model import Act, Purpose
from countenance.recognition.acts.detection import Look
from countenance.vetting.dossier import ApplicationId, Verdict
from countenance.vetting.keys import KeyRequest
from countenance.vetting.model import Actor, CustomerId, LeaseChange, LeaseId, LeaseOrigin, PersonId, Role
from countenance.vetting.seed import parse_seed
from countenance.vetting.use import Use
from fakes_engine import photograph
from world import SEED, World

REACHED: list[int] = []
"""For every permit that was given, how many had approved its lease."""

PEOPLE = ("pat", "quinn", "robin", "sam")
OTHER = CustomerId("elsewhere")

persons = st.sampled_from(PEOPLE)
roles = st.sampled_from((*(Role.REVIEWER,) * 4, Role.APPLICANT, Role.ADMINISTRATOR, Role.AUDITOR))
keys = st.integers(0, 1)
actors = st.builds(
    lambda person, role, key: Actor(
        id=f"key_{person}_{role}_{key}",
        role=role,
        lease_id=None,
        person=PersonId(person),
        customer_id=GATE if role is Role.APPLICANT else None,
    ),
    persons,
    roles,
    keys,
)


class Review(RuleBasedStateMachine):
    """Everybody tries everything; most of it is refused."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.vetting = self.world.acts.vetting
        self.application = ApplicationId("")
        self.granted = 0

    @initialize(member=persons, former=persons)
    def settle(self, member: str, former: str) -> None:
        self.vetting.customers(ADMIN, customer())
        self.vetting.customers(ADMIN, customer(OTHER))
        self.vetting.members.add(ADMIN, GATE, PersonId(former), former)
        self.vetting.members.end(ADMIN, GATE, PersonId(former))
        self.vetting.members.add(ADMIN, GATE, PersonId(member), member)
        author = applicant(member)
        begun = self.vetting.draft.begin(author, GATE, self.use("Staff door"))
        self.vetting.store_evidence(author, begun.id, "all.txt", FILE)
        self.vetting.submit(author, begun.id)
        self.application = begun.id

    def use(self, title: str) -> Use:
        return use(self.world.clock(), title=title, acts=frozenset({Act.DETECT, Act.ENROL, Act.VERIFY}))

    def attempt(self, act: Callable[[ApplicationId], object]) -> None:
        """Let somebody try; a refusal changes nothing."""
        with contextlib.suppress(CountenanceError):
            act(self.application)

    @rule(actor=actors, title=st.sampled_from(("One", "Two")))
    def write(self, actor: Actor, title: str) -> None:
        def act(name: ApplicationId) -> None:
            held = self.vetting.read_applications.one(ADMIN, name).application
            self.vetting.draft.save(actor, name, self.use(title), based_on=held.version)

        self.attempt(act)

    @rule(actor=actors)
    def submit(self, actor: Actor) -> None:
        self.attempt(lambda name: self.vetting.submit(actor, name))

    @rule(actor=actors)
    def withdraw(self, actor: Actor) -> None:
        self.attempt(lambda name: self.vetting.withdraw(actor, name))

    @rule(actor=actors)
    def mark(self, actor: Actor) -> None:
        self.attempt(lambda name: self.vetting.mark_factors(actor, name, marks()))

    @rule(actor=actors)
    def approve(self, actor: Actor) -> None:
        self.attempt(lambda name: self.vetting.approve(actor, name, approval(self.world.clock())))

    @rule(person=persons, key=keys)
    def look_thoroughly(self, person: str, key: int) -> None:
        """Mark everything and approve: two who may do so grant the lease."""
        actor = replace(reviewer(person), id=f"key_{person}_{key}")
        self.attempt(lambda name: self.vetting.mark_factors(actor, name, marks()))
        self.attempt(lambda name: self.vetting.approve(actor, name, approval(self.world.clock())))

    @rule(actor=actors)
    def refuse(self, actor: Actor) -> None:
        self.attempt(lambda name: self.vetting.refuse(actor, name, REFUSAL))

    @rule(actor=actors)
    def appeal(self, actor: Actor) -> None:
        self.attempt(lambda name: self.vetting.appeal(actor, name, WHY))

    @rule(actor=actors, uphold=st.booleans())
    def judge(self, actor: Actor, uphold: bool) -> None:  # noqa: FBT001  hypothesis gives it by name
        for appeal in self.vetting.read_appeals.all(ADMIN):
            self.attempt(
                lambda _, held=appeal: self.vetting.judge_appeal(actor, held.id, uphold=uphold, reasons=WHY)  # type: ignore[misc]  # bound per turn
            )

    @rule(actor=actors)
    def stop(self, actor: Actor) -> None:
        self.attempt(lambda name: self.vetting.suspend_lease(actor, self.lease_of(name), WHY))

    @rule(actor=actors)
    def go_on(self, actor: Actor) -> None:
        self.attempt(lambda name: self.vetting.resume_lease(actor, self.lease_of(name), WHY))

    @rule(actor=actors)
    def accept(self, actor: Actor) -> None:
        self.attempt(lambda name: self.vetting.accept_terms(actor, self.lease_of(name), "1"))

    @rule(actor=actors)
    def change_the_customer(self, actor: Actor) -> None:
        self.attempt(lambda _: self.vetting.customers.amend(actor, customer(name="Renamed")))

    @rule(actor=actors, person=persons)
    def issue_a_key(self, actor: Actor, person: str) -> None:
        request = KeyRequest(role=Role.REVIEWER, lease_id=None, label="x", person=PersonId(person))
        self.attempt(lambda _: self.world.acts.issue_key(actor, request))

    @rule(actor=actors)
    def grant_by_a_file(self, actor: Actor) -> None:
        """Try to grant the applicant's own lease, and to rewrite who applied, by a seed file."""

        def act(name: ApplicationId) -> None:
            bank = SEED[: SEED.index("[[customer]]", 5)].replace("bank", GATE)
            lease = bank.replace(f'id = "{GATE}"\ncustomer', f'id = "{self.lease_of(name)}"\ncustomer')
            self.world.acts.grant_leases(actor, parse_seed(lease))

        self.attempt(act)

    @rule(actor=actors, grace=st.integers(0, 10))
    def rotate(self, actor: Actor, grace: int) -> None:
        with self.world.unit_of_work() as work:
            held = work.keys.all()
        for key in held[:1]:
            self.attempt(
                lambda _, of=key.id: self.vetting.rotate_key(actor, of, timedelta(days=grace))  # type: ignore[misc]  # bound per turn
            )

    @rule(days=st.integers(0, 40))
    def wait(self, days: int) -> None:
        self.world.clock.advance(timedelta(days=days))

    def lease_of(self, name: ApplicationId) -> LeaseId:
        return self.vetting.read_applications.one(ADMIN, name).application.lease_id

    @invariant()
    def a_lease_has_two_reviewers_without_a_part_in_it(self) -> None:
        with self.world.unit_of_work() as work:
            members = {one.person for one in work.dossiers.members(GATE)}
            for lease in work.leases.all():
                if lease.origin is not LeaseOrigin.APPLICATION:
                    continue
                application = work.dossiers.get(ApplicationId(lease.application_id or ""))
                assert application is not None
                assert len(set(lease.approved_by)) >= 2
                granted = [
                    one for one in work.lease_versions.of_lease(lease.id) if one.change is LeaseChange.GRANTED
                ]
                if len(granted) > self.granted:  # later the approvers may come to write in it themselves
                    assert not set(lease.approved_by) & (members | application.authors)
                self.granted = len(granted)
                rounds = [work.reviews.votes(application.id, n) for n in range(1, application.round + 1)]
                approving = [
                    {vote.reviewer for vote in votes}
                    for votes in rounds
                    if votes and all(vote.verdict is Verdict.APPROVE for vote in votes) and len(votes) > 1
                ]
                assert len(approving) >= len(granted) > 0

    @invariant()
    def without_approval_nothing_is_permitted(self) -> None:
        with self.world.unit_of_work() as work:
            application = work.dossiers.get(self.application)
            assert application is not None
            held = work.leases.get(application.lease_id)
        operator = Actor(id="key_op", role=Role.OPERATOR, lease_id=application.lease_id)
        look = Look(image=photograph("dave"), purpose=Purpose.IDENTITY_VERIFICATION)
        try:
            self.world.acts.detect(operator, look)
        except RefusedError:
            return
        assert held is not None
        assert held.in_force(self.world.clock())
        REACHED.append(len(held.approved_by))

    def teardown(self) -> None:
        self.world.check_ledger()


def test_nobody_grants_a_lease_alone() -> None:
    REACHED.clear()
    some = settings(max_examples=30, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(Review, settings=some)  # type: ignore[no-untyped-call]  # hypothesis has it so
    assert all(count >= 2 for count in REACHED)


def test_two_who_have_no_part_in_it_do() -> None:
    """The invariants look at something: the same machine, driven straight to a permit."""
    REACHED.clear()
    machine = Review()
    machine.settle(member="pat", former="quinn")
    for person in ("robin", "quinn", "pat"):
        machine.look_thoroughly(person, 0)
        machine.without_approval_nothing_is_permitted()
    assert REACHED == []
    machine.look_thoroughly("sam", 1)
    machine.a_lease_has_two_reviewers_without_a_part_in_it()
    machine.without_approval_nothing_is_permitted()
    assert REACHED == [2]
