"""Claims: those that hold of every shipped pack, and the search itself against brute force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import chain, combinations, product

import pytest

from countenance.errors import InvalidInputError
from countenance.policy.covering import assumed_gallery, covered
from countenance.policy.distinctions import classes, edges, unsearchable
from countenance.policy.gate import Policy, build_policy, installed_policy
from countenance.policy.instruments import CONSENT
from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    Denial,
    Jurisdiction,
    Permit,
    Purpose,
    Question,
    Space,
)
from countenance.policy.packs import shipped_packs
from countenance.policy.papers import with_papers
from countenance.policy.proving import Claim, prove, read_claim, read_claims
from policy_cases import IDENTIFY, VERIFY, installed, pack_of

TODAY = date(2026, 11, 22)

_REVIEWS = "independent_review,warrant,court_order,judicial_authorisation,exigent_circumstances"

HOUSE_CLAIMS = """
never permit act=identify,verify,watch kind=police,federal_agency camera=@mobile space=@open reopened=yes
never permit act=@search kind=police,sheriff,campus_police place=US
never permit act=identify,watch kind=@law_enforcement place=US,US-VA
never permit act=watch space=@open
never permit act=detect,enrol,verify,identify space=protected kind=private,police reopened=yes
never permit act=enrol,identify kind=police,private scraped=yes space=public
never permit act=identify minor=yes kind=police purpose=criminal_investigation,border reopened=yes
never permit act=identify purpose=apprehended_suspect without=warrant,court_order,judicial_authorisation
never permit act=verify purpose=access_control consent=no without=legal_basis
never permit act=@recognition kind=employer purpose=attendance without=alternative_offered
always permit act=erase  # owed to the subject, whatever became of the lease
"""
"""What holds of the house rules; a pack only adds prohibitions, so it holds with every pack beside them."""

BESIDE = """
never permit act=identify,watch kind=police camera=@mobile space=public reopened=yes
never permit act=watch space=public
always permit act=erase
"""

PACK_CLAIMS = {
    "amazon-2020": """
never permit act=@recognition kind=police from=2020-06-10 until=2021-06-10
never permit act=identify kind=police purpose=criminal_investigation from=2021-05-18
never permit act=watch kind=police from=2021-05-18 purpose=border without={papers}
""",
    "axon-2019": "",
    "house": HOUSE_CLAIMS,
    "ibm-2020": "",
    "microsoft-2020": """
never permit act=identify kind=police place=US from=2020-06-11
""",
}
"""Claims about each pack by itself; a pack that is shipped without a line here fails a test."""


@pytest.mark.parametrize("text", [claim.text for claim in read_claims(HOUSE_CLAIMS)])
def test_the_house_claims_hold_of_an_installation(text: str) -> None:
    proof = prove(installed(), read_claim(text), today=TODAY)
    assert proof.holds, proof.counterexample


@pytest.mark.parametrize("pack", shipped_packs())
def test_the_first_claims_hold_beside_every_shipped_pack(pack: str) -> None:
    policy = installed_policy([pack])
    for claim in read_claims(BESIDE):
        proof = prove(policy, claim, today=TODAY)
        assert proof.holds, (claim.text, proof.counterexample)


@pytest.mark.parametrize("pack", shipped_packs())
def test_the_claims_of_each_shipped_pack_hold_of_it_alone(pack: str) -> None:
    from countenance.policy.packs import shipped_pack  # noqa: PLC0415  only here

    policy = build_policy([shipped_pack(pack)], register=None)
    for claim in read_claims(PACK_CLAIMS[pack].format(papers=_REVIEWS)):
        proof = prove(policy, claim, today=TODAY)
        assert proof.holds, (claim.text, proof.counterexample)


def test_every_shipped_rule_and_law_can_be_searched() -> None:
    policy = installed_policy(shipped_packs())
    assert unsearchable(policy.rules.values()) == ()


def test_a_counterexample_is_permitted_by_the_gate_and_needs_each_of_its_papers() -> None:
    claim = read_claim("never permit act=identify kind=police place=DE purpose=criminal_investigation")
    proof = prove(installed(), claim, today=TODAY)
    assert proof.counterexample is not None
    question = proof.counterexample.question
    assert isinstance(installed().decide(question), Permit)
    assert question.instruments
    for paper in question.instruments:
        without = replace(question, instruments=question.instruments - {paper})
        assert isinstance(installed().decide(without), Denial)


def test_virginia_permits_what_it_lists_for_four_years_and_then_no_longer() -> None:
    laws = build_policy([], register=installed().register)
    text = "never permit act=identify kind=police place=US-VA purpose=missing_children"
    assert prove(laws, read_claim(f"{text} from=2021-07-01 until=2022-07-01")).holds == (
        prove(laws, read_claim(f"{text} from=2026-07-01")).holds
    )
    between = prove(laws, read_claim(f"{text} from=2022-07-01 until=2026-07-01"))
    assert between.counterexample is not None
    assert between.counterexample.day == date(2022, 7, 1)


def test_a_claim_about_all_time_finds_the_day_before_the_first_rule() -> None:
    amazon = build_policy([pack_of(DATED)], register=None)
    proof = prove(amazon, read_claim("never permit act=identify kind=police"))
    assert proof.counterexample is not None
    assert proof.counterexample.day == date(2020, 6, 9)


def test_what_comes_is_searched_before_what_was() -> None:
    policy = build_policy([pack_of(DATED)], register=None)
    proof = prove(policy, read_claim("never permit act=identify kind=police"), today=date(2020, 12, 1))
    assert proof.counterexample is not None
    assert proof.counterexample.day == date(2021, 6, 10)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no claim"),
        ("sometimes permit", "is no claim"),
        ("never permit colour=red", "limits no claim"),
        ("never permit act", "limits no claim"),
        ("never permit act=dance", "is none of"),
        ("never permit act=@police", "is none of"),
        ("never permit act=watch act=identify", "stands twice"),
        ("never permit minor=perhaps", "is `yes` or `no`"),
        ("never permit from=yesterday", "no day of the calendar"),
        ("never permit from=2021-01-01 until=2021-01-01", "ends before it begins"),
        ("never permit place=Nowhere", "no jurisdiction"),
        ("never permit without=a_friend", "is no instrument"),
        ("never permit with=warrant", "every paper is given"),
        ("always permit without=warrant", "limit `never permit` only"),
        ("always permit reopened=yes", "limit `never permit` only"),
        ("never permit " + "act=watch," * 300, "at most 2000 characters"),
    ],
)
def test_a_claim_that_cannot_be_read_says_why(text: str, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        read_claim(text)


def test_comments_and_empty_lines_are_no_claims() -> None:
    assert [claim.text for claim in read_claims("# one\n\nalways permit act=erase # two\n")] == [
        "always permit act=erase"
    ]


BEYOND = {
    "clock": 'when { context.now > datetime("2026-11-21T13:00:00Z") }',
    "count": "when { context has gallery && context.gallery.subjects > 9 }",
    "lease": "when { resource is Lease && resource.n_max > 9 }",
    "model": 'when { context.model == "x" }',
    "gallery is better": "when { !(context has gallery) }",
    "day arithmetic": 'when { context.day.offset(duration("1d")) > datetime("2026-11-21") }',
}


@pytest.mark.parametrize("condition", BEYOND.values(), ids=BEYOND.keys())
def test_nothing_is_proved_of_a_rule_that_reads_what_is_not_searched(condition: str) -> None:
    policy = build_policy([pack_of(_rule("own.x", condition))], register=None)
    assert unsearchable(policy.rules.values()) == ("own.x",)
    with pytest.raises(InvalidInputError, match="nothing can be proved"):
        prove(policy, read_claim("never permit act=watch"))


def test_values_that_stand_in_the_same_sets_are_one_class() -> None:
    policy = build_policy([pack_of(SMALL)], register=None)
    of_cameras = classes(Camera, policy.rules.values())
    assert sorted(map(len, of_cameras)) == [1, 1, len(Camera) - 2]
    assert edges(policy.rules.values()) == (date(2020, 6, 10), date(2021, 6, 10), date(2021, 6, 12))


def _rule(name: str, *conditions: str, notes: str = "", action: str = "action") -> str:
    head = f'@id("{name}")\n@text("A rule.")\n@source("a test")\n@reopens("Nothing.")\n{notes}\n'
    return f"{head}forbid (principal, {action}, resource)\n" + "\n".join(conditions) + ";\n"


DATED = _rule(
    "own.dated",
    'when { context.kinds.containsAny([Kind::"police", Kind::"sheriff"]) }',
    notes='@from("2020-06-10")\n@until("2021-06-10")',
)
SMALL = "\n".join(
    [
        DATED,
        _rule(
            "own.papers",
            'when { context.purposes.contains(Purpose::"border") '
            '|| context.cameras.contains(Camera::"drone") }',
            notes='@needs("warrant dpia")',
        ),
        _rule(
            "own.places",
            'when { context.jurisdictions.contains("US-CA") }',
            'when { context.cameras.contains(Camera::"dash") }',
            'unless { [Space::"controlled"].containsAll(context.spaces) }',
        ),
        _rule("own.minors", "when { context.minor }", notes='@needs("consent|guardian_consent")'),
        _rule("own.scraped", "when { context has gallery && context.gallery.scraped }"),
        _rule(
            "own.by-hand",
            'when { context.day > datetime("2021-06-11") }',
            'when { context.kinds.contains(Kind::"ngo") }',
            notes='@reopening("officers")',
        ),
    ]
)
_ACTS = (Act.IDENTIFY,)
_KINDS = (CustomerKind.POLICE, CustomerKind.NGO, CustomerKind.PRIVATE)
_PLACES = (Jurisdiction("US-CA"), Jurisdiction("ZZ"))
_PURPOSES = (Purpose.BORDER, Purpose.MISSING_PERSONS)
_SPACES = (Space.CONTROLLED, Space.PUBLIC)
_CAMERAS = (Camera.DRONE, Camera.DASH)
_DAYS = (date(2020, 6, 9), date(2020, 6, 10), date(2021, 6, 10), date(2021, 6, 11), date(2021, 6, 12))
_PAPERS = ("warrant", "dpia", CONSENT, "legal_basis", "guardian_consent")
LIMITS = {
    "place": ("US-CA", "ZZ"),
    "kind": ("police", "ngo,private"),
    "camera": ("drone", "dash"),
    "space": ("controlled",),
    "purpose": ("border",),
    "minor": ("yes", "no"),
    "scraped": ("no",),
    "from": ("2020-06-10",),
    "until": ("2021-06-12",),
}


def _every(policy: Policy) -> Iterator[tuple[Question, bool]]:
    """Yield every question of a small world, several kinds, places and papers at a time, with its answer."""
    papers = [*chain.from_iterable(combinations(_PAPERS, size) for size in (0, 2, 3, 5))]
    kinds = [(one,) for one in _KINDS] + [(CustomerKind.PRIVATE, CustomerKind.POLICE)]
    lists = product(_ACTS, kinds, _PLACES, _PURPOSES, _SPACES, _CAMERAS, _DAYS, (False, True), (False, True))
    for act, asker, place, purpose, space, camera, day, minor, scraped in lists:
        if scraped and (minor or camera is Camera.DASH):
            continue
        question = Question(
            act=act,
            on=datetime(day.year, day.month, day.day, tzinfo=UTC),
            customer_kind=asker[0],
            acts_for=frozenset(asker[1:]),
            jurisdictions=frozenset({place}),
            purpose=purpose,
            space=space,
            camera=camera,
            consent=False,
            minor=minor,
            gallery=assumed_gallery(purpose, scraped=True) if scraped else None,
        )
        for held in papers:
            asked = with_papers(covered(question), frozenset(held))
            yield asked, policy.obstacles(asked) is None


def _within(claim: Claim, question: Question) -> bool:
    """Tell whether the claim speaks of the question, written apart from the search."""
    kinds = {question.customer_kind, *question.acts_for}
    scraped = question.gallery is not None and question.gallery.scraped
    day = question.on.date()
    return (
        (not claim.acts or question.act in claim.acts)
        and (not claim.kinds or bool(claim.kinds & kinds))
        and (not claim.places or bool(claim.places & question.jurisdictions))
        and (not claim.purposes or question.purpose in claim.purposes)
        and (not claim.spaces or question.space in claim.spaces)
        and (not claim.cameras or question.camera in claim.cameras)
        and claim.minor in {None, question.minor}
        and claim.scraped in {None, scraped}
        and claim.consent in {None, question.consent}
        and not claim.without & question.instruments
        and (claim.since is None or claim.since <= day)
        and (claim.until is None or day < claim.until)
    )


@pytest.fixture(scope="module")
def small_world() -> tuple[Policy, list[tuple[Question, bool]]]:
    policy = build_policy([pack_of(SMALL)], register=None)
    return policy, list(_every(policy))


def _claims() -> list[str]:
    single = [f"{name}={value}" for name, values in LIMITS.items() for value in values]
    pairs = [f"{one} {two}" for one, two in combinations(single, 2) if one.split("=")[0] != two.split("=")[0]]
    taken = ["without=warrant", "without=dpia", "consent=no", "without=legal_basis consent=no"]
    texts = ["", *single, *pairs, *(f"{limit} {less}" for limit in ("", *single) for less in taken)]
    return [f"never permit act=identify {text}" for text in texts]


def test_the_search_says_what_brute_force_says(
    small_world: tuple[Policy, list[tuple[Question, bool]]],
) -> None:
    policy, every = small_world
    permitted = [question for question, yes in every if yes]
    held = fell = 0
    for text in _claims():
        claim = read_claim(text)
        found = any(_within(claim, question) for question in permitted)
        assert prove(policy, claim).holds is not found, text
        held, fell = held + (not found), fell + found
    assert min(held, fell) > 10


def test_what_is_always_permitted_is_refused_to_nobody_in_the_small_world(
    small_world: tuple[Policy, list[tuple[Question, bool]]],
) -> None:
    policy, every = small_world
    clear = "kind=private minor=no scraped=no place=ZZ camera=dash"
    for limit in ("", "kind=private", "kind=private minor=no", clear, f"{clear} consent=yes"):
        text = f"act=identify {limit} purpose=missing_persons"
        claim = read_claim(f"always permit {text}")
        refused = any(not yes for question, yes in every if _within_always(claim, question))
        proof = prove(policy, claim)
        assert proof.holds is not refused, text
        if proof.counterexample is not None:
            assert isinstance(policy.decide(proof.counterexample.question), Denial)


def _within_always(claim: Claim, question: Question) -> bool:
    """As `_within`, for askers who are nothing but what the claim names."""
    kinds = {question.customer_kind, *question.acts_for}
    return _within(claim, question) and (not claim.kinds or kinds <= claim.kinds)


@pytest.mark.parametrize(
    "question", [VERIFY, IDENTIFY, replace(VERIFY, consent=False), replace(VERIFY, lease=None)]
)
def test_obstacles_are_none_exactly_where_the_gate_permits(question: Question) -> None:
    assert (installed().obstacles(question) is None) is isinstance(installed().decide(question), Permit)
