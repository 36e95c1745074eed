"""The demo's story: four customers ask over HTTP, and each step says what must hold of the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from countenance.entrypoints.cli.demo_customer import Customer, customer_at
from countenance.entrypoints.cli.demo_faces import Cast
from countenance.entrypoints.cli.demo_server import DemoServer
from countenance.entrypoints.cli.demo_telling import Telling
from countenance.entrypoints.cli.demo_world import BANK, CONTRACTOR, GALLERIES, LEASES, NGO, POLICE, World
from countenance.entrypoints.cli.wording import counted

SUBJECT = "customer-0001"
"""The bank's customer: a pseudonym, as subjects have."""

_PURPOSES = {
    POLICE: "criminal_investigation",
    BANK: "identity_verification",
    NGO: "missing_children",
    CONTRACTOR: "criminal_investigation",
}
_VENDORS = ("vendor.microsoft.2020", "vendor.amazon.2021")
_EXAMINERS = 2
_SKIPPED = (
    "Skipped: {}. That takes a photograph of somebody else, and there is none here; --faces DIR uses yours."
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that a step needs."""

    world: World
    server: DemoServer
    cast: Cast
    telling: Telling
    customers: dict[str, Customer]
    entries: dict[str, int]
    """Ledger entries that a later step comes back to, by the name of the act."""

    @property
    def administrator(self) -> Customer:
        """Return whoever runs the installation."""
        return self.customers["administrator"]


@contextmanager
def stage(world: World, server: DemoServer, cast: Cast, telling: Telling) -> Iterator[Stage]:
    """Give every customer a key under its lease, and a gallery, as an administrator and they would."""
    with ExitStack() as clients:

        def enter(key: str) -> Customer:
            customer = customer_at(server.address, key)
            clients.callback(customer.client.close)
            return customer

        administrator = enter(server.administrator_key)
        customers = {"administrator": administrator}
        for name, purpose in _PURPOSES.items():
            issued = administrator.issue_key("operator", LEASES[name], f"demo: {name}")
            _must_be(telling, issued.status, HTTPStatus.CREATED, f"a key for the {name}")
            customers[name] = enter(issued.body["key"])
            made = customers[name].make_gallery(GALLERIES[name], purpose)
            _must_be(telling, made.status, HTTPStatus.CREATED, f"a gallery for the {name}")
        yield Stage(world, server, cast, telling, customers, {})


def police_asks(stage: Stage) -> None:
    """Tell how a police department of the United States asks to identify, with a lease that lists it."""
    telling = stage.telling
    telling.step(
        "A US police department asks who is on a photograph",
        "Its lease lists identification, and a warrant is on record: an operator approved it by mistake.",
    )
    reply = stage.customers[POLICE].identify(GALLERIES[POLICE], stage.cast.customer.probe.data)
    telling.exchange(reply)
    telling.refusal(reply.body)
    rules = {rule["id"]: rule for rule in reply.body.get("rules") or []}
    telling.check("it is refused, although the lease allows it", holds=reply.status == HTTPStatus.FORBIDDEN)
    telling.check(
        "by both vendors' positions, each with its date",
        holds=all(rules.get(name, {}).get("from") for name in _VENDORS),
    )
    telling.check(
        "every rule says what would re-open it",
        holds=bool(rules) and all(rule["reopens"] for rule in rules.values()),
    )
    stage.entries[POLICE] = int(reply.body["entry"])
    entry = stage.administrator.read(f"/v1/ledger/entries/{stage.entries[POLICE]}")
    telling.exchange(entry)
    telling.check(
        "the refusal is on the ledger, and no search follows it",
        holds=entry.status == HTTPStatus.OK and "identification:refused" in str(entry.body),
    )


def contractor_asks(stage: Stage) -> None:
    """Tell how a company that acts for a police department asks the same."""
    telling = stage.telling
    telling.step(
        "A company that works for police departments asks the same",
        "Whoever acts for a police department is treated as one: by or for makes no difference.",
    )
    reply = stage.customers[CONTRACTOR].identify(GALLERIES[CONTRACTOR], stage.cast.customer.probe.data)
    telling.exchange(reply)
    telling.outcome("refused")
    rules = [rule["id"] for rule in reply.body.get("rules") or []]
    telling.facts([("rules", ", ".join(rules))])
    telling.check("it is refused by the same rules", holds=set(_VENDORS) <= set(rules))


def bank_verifies(stage: Stage) -> None:
    """Tell how a bank verifies a customer who agreed, and how somebody else claims to be that customer."""
    telling, bank, customer = stage.telling, stage.customers[BANK], stage.cast.customer
    telling.step(
        "A bank verifies a customer who agreed",
        f"Enrolled with {customer.enrolled.what}; compared with {customer.probe.what}.",
    )
    early = bank.enrol(GALLERIES[BANK], SUBJECT, customer.enrolled.data)
    telling.exchange(early)
    telling.check("without consent on record nobody is enrolled", holds=early.status == HTTPStatus.FORBIDDEN)
    consent = bank.record_consent(GALLERIES[BANK], SUBJECT)
    telling.exchange(consent)
    enrolled = bank.enrol(GALLERIES[BANK], SUBJECT, customer.enrolled.data)
    telling.exchange(enrolled)
    telling.check("with consent the reference is stored", holds=enrolled.status == HTTPStatus.CREATED)
    reply = bank.verify(GALLERIES[BANK], SUBJECT, customer.probe.data)
    telling.exchange(reply)
    telling.check("the verification is permitted", holds=reply.status == HTTPStatus.OK)
    telling.outcome(reply.body["outcome"])
    telling.evidence(reply.body)
    telling.check("the customer is taken for who they claim to be", holds=reply.body["outcome"] == "match")
    telling.check(
        "the score comes with its threshold and the false match rate behind it",
        holds=reply.body["score"] >= reply.body["threshold"] and reply.body["fmr"]["trials"] > 0,
    )
    _stranger_claims(stage)


def _stranger_claims(stage: Stage) -> None:
    telling, stranger = stage.telling, stage.cast.stranger
    if stranger is None:
        telling.say(_SKIPPED.format("somebody else claims to be the customer"), indent=3)
        return
    telling.say(f"\nSomebody else claims to be the customer: {stranger.probe.what}.", indent=3)
    reply = stage.customers[BANK].verify(GALLERIES[BANK], SUBJECT, stranger.probe.data)
    telling.exchange(reply)
    telling.check("this verification is permitted too", holds=reply.status == HTTPStatus.OK)
    telling.outcome(reply.body["outcome"])
    telling.evidence(reply.body)
    telling.check("somebody else is not taken for the customer", holds=reply.body["outcome"] == "no_match")


def bank_identifies(stage: Stage) -> None:
    """Tell how the same bank asks to identify, which its lease does not cover."""
    telling = stage.telling
    telling.step(
        "The same bank asks who of its customers is on a photograph",
        "Its lease covers verification: one customer, one claim. Searching among all of them is another use.",
    )
    reply = stage.customers[BANK].identify(GALLERIES[BANK], stage.cast.customer.probe.data)
    telling.exchange(reply)
    telling.refusal(reply.body)
    rules = [rule["id"] for rule in reply.body.get("rules") or []]
    telling.check(
        "it is refused, since the lease covers verification",
        holds=reply.status == HTTPStatus.FORBIDDEN and "lease.act" in rules,
    )


def ngo_searches(stage: Stage) -> None:
    """Tell how an NGO looks for a missing child, and how whoever is found waits for two examiners."""
    telling, ngo, missing = stage.telling, stage.customers[NGO], stage.cast.missing
    sought = missing[-1]
    telling.step(
        "An NGO looks for a missing child",
        f"{counted(len(missing), 'subject')} enrolled at the families' wish, and one of them found: "
        f"{sought.probe.what}. Adults stand in for children here.",
    )
    for number, person in enumerate(missing, start=1):
        subject = f"missing-{number:04d}"
        ngo.record_consent(GALLERIES[NGO], subject)
        enrolled = ngo.enrol(GALLERIES[NGO], subject, person.enrolled.data)
        _must_be(telling, enrolled.status, HTTPStatus.CREATED, f"{person.name} enrolled")
    reply = ngo.identify(GALLERIES[NGO], sought.probe.data)
    telling.exchange(reply)
    telling.check("the search is permitted", holds=reply.status == HTTPStatus.OK)
    telling.outcome(reply.body["outcome"])
    telling.evidence(reply.body)
    telling.facts([("case", str(reply.body["case_id"])), ("examiners", str(reply.body["examiners"]))])
    telling.check(
        "the list is held for two examiners",
        holds=reply.body["outcome"] == "held" and reply.body["examiners"] == _EXAMINERS,
    )
    telling.check(
        "the NGO sees no candidate and no score",
        holds=reply.body["candidates"] is None and reply.body.get("score") is None,
    )
    case = ngo.read(f"/v1/cases/{reply.body['case_id']}")
    telling.exchange(case)
    telling.check(
        "nor does the case show any", holds=case.status == HTTPStatus.OK and "candidates" not in case.body
    )
    other = stage.customers[BANK].read(f"/v1/cases/{reply.body['case_id']}")
    telling.exchange(other)
    telling.check("to the bank the case does not exist", holds=other.status == HTTPStatus.NOT_FOUND)
    _somebody_else_is_found(stage)


def _somebody_else_is_found(stage: Stage) -> None:
    telling, found = stage.telling, stage.cast.customer
    if found in stage.cast.missing:
        telling.say(_SKIPPED.format("a child is found who is not sought"), indent=3)
        return
    telling.say(f"\nA child is found who is not sought: {found.probe.what}.", indent=3)
    reply = stage.customers[NGO].identify(GALLERIES[NGO], found.probe.data)
    telling.exchange(reply)
    telling.check("this search is permitted too", holds=reply.status == HTTPStatus.OK)
    telling.outcome(reply.body["outcome"])
    telling.check(
        "nobody is on the list, and no case is opened",
        holds=(reply.body["outcome"], reply.body["candidates"], reply.body["case_id"])
        == ("no_match", [], None),
    )


def consent_is_withdrawn(stage: Stage) -> None:
    """Tell how consent ends: the next verification is refused, and the template is gone."""
    telling, bank = stage.telling, stage.customers[BANK]
    telling.step(
        "The bank's customer withdraws consent",
        "The references are erased, and the key that they were encrypted under is destroyed.",
    )
    withdrawn = bank.withdraw_consent(GALLERIES[BANK], SUBJECT)
    telling.exchange(withdrawn)
    telling.check(
        "the template is gone", holds=withdrawn.status == HTTPStatus.OK and withdrawn.body["references"] == 1
    )
    left = bank.read(f"/v1/galleries/{GALLERIES[BANK]}/subjects")
    telling.exchange(left)
    telling.check(
        "nobody is enrolled any more", holds=left.status == HTTPStatus.OK and left.body["subjects"] == []
    )
    reply = bank.verify(GALLERIES[BANK], SUBJECT, stage.cast.customer.probe.data)
    telling.exchange(reply)
    telling.refusal(reply.body)
    rules = [rule["id"] for rule in reply.body.get("rules") or []]
    telling.check(
        "the next verification is refused, for want of consent",
        holds=reply.status == HTTPStatus.FORBIDDEN and "consent.missing" in rules,
    )


def _must_be(telling: Telling, status: int, expected: HTTPStatus, what: str) -> None:
    """Check without a word where all is well: this is set-up, and no part of the story."""
    if status != expected:
        telling.check(f"{what} (the server answered {status})", holds=False)
