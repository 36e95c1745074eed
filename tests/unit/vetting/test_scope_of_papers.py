"""A paper counts for what it speaks of: whom, where, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from applying import use
from countenance.policy.instruments import Instrument
from countenance.policy.model import Camera, Space
from countenance.vetting.documents import document_of, kept_value, value_from
from countenance.vetting.minting import terms_of
from countenance.vetting.model import LeaseId
from countenance.vetting.use import LegalInstrument, Use
from world import START

DAY = timedelta(days=1)
ASKED = replace(
    use(START),
    galleries=frozenset({"doors"}),
    spaces=frozenset({Space.CONTROLLED, Space.PUBLIC}),
    cameras=frozenset({Camera.FIXED}),
)
WARRANT = LegalInstrument(
    kind=Instrument.WARRANT, reference="Warrant 7", signed_by="A judge", valid_from=START - DAY
)


def counted(paper: LegalInstrument, asked: Use = ASKED) -> bool:
    """Whether a lease for what is asked would have the paper on record."""
    terms = terms_of(replace(asked, instruments=(paper,)), LeaseId("lease-x"), START)
    assert terms is not None
    return paper.kind.value in terms.instruments


def test_a_paper_that_is_not_limited_counts_for_all_of_the_lease() -> None:
    assert counted(WARRANT)


@pytest.mark.parametrize(
    ("scope", "beyond"),
    [
        ({"galleries": frozenset({"others"})}, ("doors",)),
        ({"spaces": frozenset({Space.CONTROLLED})}, ("public",)),
        ({"cameras": frozenset({Camera.BODY_WORN})}, ("fixed",)),
        ({"galleries": frozenset({"others"}), "spaces": frozenset({Space.PUBLIC})}, ("doors", "controlled")),
    ],
)
def test_a_paper_that_speaks_of_other_people_or_places_counts_for_none_of_it(
    scope: dict[str, Any], beyond: tuple[str, ...]
) -> None:
    paper = replace(WARRANT, **scope)
    assert {word.partition("_")[0] for word in paper.beyond(ASKED)} == set(beyond)
    assert not counted(paper)


def test_it_counts_for_a_use_of_what_it_names_alone() -> None:
    paper = replace(WARRANT, spaces=frozenset({Space.CONTROLLED}), galleries=frozenset({"doors", "others"}))
    assert not counted(paper)
    assert counted(paper, replace(ASKED, spaces=frozenset({Space.CONTROLLED})))


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"valid_from": START}, True),
        ({"valid_from": START + DAY}, False),
        ({"valid_until": START + DAY}, False),
        ({"valid_until": ASKED.expires}, True),
    ],
)
def test_it_counts_only_for_as_long_as_the_lease_runs(changes: dict[str, Any], counts: bool) -> None:  # noqa: FBT001  a column
    assert counted(replace(WARRANT, **changes)) is counts


def test_what_was_written_before_papers_had_a_scope_is_read_as_not_limited() -> None:
    document = document_of(WARRANT)
    older = {name: part for name, part in document.items() if name not in {"galleries", "spaces", "cameras"}}
    assert kept_value(LegalInstrument, older) == WARRANT
    scoped = replace(WARRANT, spaces=frozenset({Space.PUBLIC}), galleries=frozenset({"doors"}))
    assert value_from(LegalInstrument, document_of(scoped)) == scoped
